// relate.ddl_done(): the event trigger after statements that make or alter tables.
//
// A module follows its columns when they are renamed. A key column of another
// type, or whose enumeration has a value of another name, must leave every related
// record where it is. New partitions get our
// trigger, and the records of a detached one leave the module by the rules for
// DELETE. Most DDL is of no concern to us, and is told by a look at the
// statement and at the modules that this backend knows.
//
// Rows of a workspace are changed in the name of its owner, where he has the
// right to refer to the table: whoever alters it may have none in the workspace.
// Where the table is not his, he holds up nobody: see follow.h.
#include "catalog/module_table.h"
#include "ddl/follow.h"
#include "ddl/key_retyped.h"
#include "ddl/known_workspaces.h"
#include "ddl/records_leave.h"
#include "ddl/value_renamed.h"
#include "pg/ddl.h"
#include "pg/spi.h"

namespace relate {

namespace {

pg::Argument name_argument(const char *name)
{
    return {NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(name))};
}

void call(const char *sql, std::span<const pg::Argument> arguments)
{
    pg::spi_session([&] { pg::run(sql, arguments, pg::Sees::now); });
}

bool is_key(const Module &module, AttrNumber column)
{
    for (const KeyColumn &key : module.key)
        if (key.attribute == column)
            return true;
    return false;
}

bool is_shown(const Module &module, AttrNumber column)
{
    for (AttrNumber shown : module.name_columns)
        if (shown == column)
            return true;
    return module.date_column == column;
}

template <class Each>
void for_each_module_of(Oid table, Each each)
{
    for (Oid relation : pg::with_inheritors(table))
        for (const Workspace *workspace : remembered_workspaces())
            for (const Module &module : workspace->modules)
                if (module.registered_table == relation && is_rightful(module))
                    each(*workspace, module);
}

// ---- renamed columns -------------------------------------------------------------

void follow_in_module(const Workspace &workspace, const Module &module, const pg::ColumnRename &rename)
{
    AttrNumber column = get_attnum(module.registered_table, rename.to);
    if (!is_key(module, column) && !is_shown(module, column) && module.kind_column != column)
        return;
    const char *sql = psprintf(
        "UPDATE %s SET key_columns = pg_catalog.array_replace(key_columns, $2, $3), "
        "name_columns = pg_catalog.array_replace(name_columns, $2, $3), "
        "kind_column = CASE WHEN kind_column OPERATOR(pg_catalog.=) $2 THEN $3 ELSE kind_column END, "
        "date_column = CASE WHEN date_column OPERATOR(pg_catalog.=) $2 THEN $3 ELSE date_column END "
        "WHERE module_id OPERATOR(pg_catalog.=) $1",
        pg::qualified_name(workspace.module_table));
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(module.id)}, name_argument(rename.from),
                                name_argument(rename.to)};
    follow_in(workspace, module.registered_table, pg::qualified_name(module.registered_table), [&] {
        pg::spi_session([&] { pg::run(sql, arguments, pg::Sees::latest_checked, 0, pg::Fires::at_once); });
    });
}

// Types whose relationships are kept in a table of the user's. To be followed, the
// workspace's owner must be allowed to put triggers on the table: his own fire here.
void follow_in_storage(const Workspace &workspace, const RelationshipType &type, const pg::ColumnRename &rename)
{
    if (pg_class_aclcheck(type.storage_table, workspace.owner, ACL_TRIGGER) != ACLCHECK_OK)
        return;
    const char *sql = psprintf(
        "UPDATE %s SET storage_source_columns = pg_catalog.array_replace(storage_source_columns, $2, $3), "
        "storage_target_columns = pg_catalog.array_replace(storage_target_columns, $2, $3), "
        "storage_start_column = CASE WHEN storage_start_column OPERATOR(pg_catalog.=) $2 THEN $3 ELSE storage_start_column END, "
        "storage_end_column = CASE WHEN storage_end_column OPERATOR(pg_catalog.=) $2 THEN $3 ELSE storage_end_column END "
        "WHERE type_id OPERATOR(pg_catalog.=) $1 AND ($2 OPERATOR(pg_catalog.=) ANY (storage_source_columns "
        "OPERATOR(pg_catalog.||) storage_target_columns) OR storage_start_column OPERATOR(pg_catalog.=) $2 "
        "OR storage_end_column OPERATOR(pg_catalog.=) $2)",
        pg::qualified_name(workspace.type_table));
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(type.id)}, name_argument(rename.from), name_argument(rename.to)};
    follow_in(workspace, type.storage_table, pg::qualified_name(type.storage_table), [&] {
        pg::spi_session([&] { pg::run(sql, arguments, pg::Sees::latest_checked, 0, pg::Fires::at_once); });
    });
}

// Types that refer by another unique key of a module's table.
void follow_in_references(const Workspace &workspace, const RelationshipType &type, Side side, const pg::ColumnRename &rename)
{
    const Module *module = workspace.module(type.side(side).module_id);
    bool is_named = false;
    for (Datum name : type.reference(side))
        is_named = is_named || strcmp(NameStr(*DatumGetName(name)), rename.from) == 0;
    if (!is_named || !module || module->registered_table != rename.table ||
        pg_class_aclcheck(rename.table, workspace.owner, ACL_TRIGGER) != ACLCHECK_OK)
        return;
    const char *column = psprintf("storage_%s_reference", side_name(side));
    const char *sql = psprintf("UPDATE %s SET %s = pg_catalog.array_replace(%s, $2, $3) WHERE type_id OPERATOR(pg_catalog.=) $1 "
                               "AND $2 OPERATOR(pg_catalog.=) ANY (%s)",
                               pg::qualified_name(workspace.type_table), column, column, column);
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(type.id)}, name_argument(rename.from), name_argument(rename.to)};
    follow_in(workspace, rename.table, pg::qualified_name(rename.table), [&] {
        pg::spi_session([&] { pg::run(sql, arguments, pg::Sees::latest_checked, 0, pg::Fires::at_once); });
    });
}

void follow_in_triggers(Oid table, const pg::ColumnRename &rename)
{
    pg::Argument arguments[] = {{REGCLASSOID, ObjectIdGetDatum(table)}, name_argument(rename.from),
                                name_argument(rename.to)};
    call("SELECT relate.rename_in_triggers($1, $2, $3)", arguments);
}

void follow(const pg::ColumnRename &rename)
{
    for_each_module_of(rename.table, [&](const Workspace &workspace, const Module &module) {
        follow_in_module(workspace, module, rename);
    });
    pg::Array<Oid> storages;
    for (Oid table : pg::with_inheritors(rename.table)) {
        bool is_storage = false;
        for (const Workspace *workspace : remembered_workspaces())
            for (const RelationshipType &type : workspace->types)
                if (type.is_hard_link() && type.storage_table == table) {
                    follow_in_storage(*workspace, type, rename);
                    is_storage = true;
                }
        if (is_storage)
            storages.push(table);
    }
    // After the storages: what these change is verified as a whole.
    for (const Workspace *workspace : remembered_workspaces())
        for (const RelationshipType &type : workspace->types)
            for (Side side : {Side::source, Side::target})
                follow_in_references(*workspace, type, side, rename);
    for (Oid table : storages) // last: it is DDL of our own
        follow_in_triggers(table, rename);
}

// ---- altered columns --------------------------------------------------------------

template <class Test>
bool any_column(Oid table, const pg::Array<const char *> &names, Test test)
{
    for (const char *name : names)
        if (test(get_attnum(table, name)))
            return true;
    return false;
}

pg::Argument names_argument(const pg::TableChange &change)
{
    pg::Array<Datum> names;
    for (const pg::Array<const char *> *altered : {&change.retyped, &change.nullable})
        for (const char *name : *altered)
            names.push(name_argument(name).value);
    return pg::array_argument(NAMEOID, names.view());
}

void check_keys(const Workspace &workspace, int32 module_id)
{
    for (const Workspace *now : every_workspace())
        if (now->schema == workspace.schema)
            if (const Module *module = now->module(module_id); module && is_rightful(*module))
                check_keys_still_fit(*now, *module);
}

void check_columns(const Workspace &workspace, const Module &module, const pg::TableChange &change)
{
    Oid table = module.registered_table;
    auto concerns_key = [&](AttrNumber column) { return is_key(module, column); };
    auto concerns_us = [&](AttrNumber column) {
        return is_key(module, column) || is_shown(module, column) || module.kind_column == column;
    };
    if (!any_column(table, change.retyped, concerns_us) && !any_column(table, change.nullable, concerns_key))
        return;
    pg::Argument arguments[] = {name_argument(workspace.name), {INT4OID, Int32GetDatum(module.id)},
                                names_argument(change)};
    pg::as_owner(workspace.owner, [&] { call("SELECT relate.check_altered_module($1, $2, $3)", arguments); });
    if (any_column(table, change.retyped, concerns_key))
        check_keys(workspace, module.id);
}

// ---- partitions -------------------------------------------------------------------

// The modules that keep records in a table and are guarded.
pg::Array<ModuleTable> guarded_modules(Oid table_oid)
{
    pg::Array<ModuleTable> found;
    Relation table = table_open(table_oid, AccessShareLock);
    for (const ModuleTable &kept : modules_kept_in(table))
        if (kept.module->is_guarded)
            found.push(kept);
    table_close(table, AccessShareLock);
    return found;
}

void protect_partitions(Oid parent)
{
    for (const ModuleTable &kept : guarded_modules(parent)) {
        pg::Argument arguments[] = {{REGCLASSOID, ObjectIdGetDatum(kept.module->registered_table)}};
        call("SELECT relate.protect_table($1)", arguments);
        return; // they serve every workspace
    }
}

void detach(Oid parent, Oid partition)
{
    for (const ModuleTable &kept : guarded_modules(parent)) {
        records_leave(*kept.workspace, *kept.module, partition, Leaving::by_policy);
        pg::Argument arguments[] = {{REGCLASSOID, ObjectIdGetDatum(partition)}, name_argument(kept.workspace->name)};
        call("SELECT relate.unprotect_table($1, $2)", arguments);
    }
}

// Generated functions name tables.
void follow_in_surfaces()
{
    for (const Workspace *workspace : every_workspace()) {
        // Whoever does not have their rights runs no code of the workspace's owners.
        bool is_stranger = !has_privs_of_role(workspace->owner, GetUserId());
        pg::Argument arguments[] = {name_argument(workspace->name), {BOOLOID, BoolGetDatum(is_stranger)}};
        auto as_owner = [&] {
            pg::as_owner(workspace->owner, [&] { call("SELECT relate.surfaces_follow_names($1, $2)", arguments); });
        };
        if (is_stranger)
            pg::attempt(as_owner);
        else
            as_owner();
    }
}

void react(const Node *statement)
{
    if (pg::renames_tables(statement))
        follow_in_surfaces();
    if (std::optional<pg::ColumnRename> rename = pg::column_rename(statement))
        for (Oid table : pg::tables_of(rename->table))
            follow({table, rename->from, rename->to});
    if (std::optional<pg::ValueRename> rename = pg::value_rename(statement))
        check_renamed_value(*rename);
    if (Oid parent = pg::parent_of_new_partition(statement))
        protect_partitions(parent);
    pg::TableChange change = pg::table_change(statement);
    if (!OidIsValid(change.table))
        return;
    if (!change.retyped.empty() || !change.nullable.empty())
        for (Oid table : pg::tables_of(change.table))
            for_each_module_of(table, [&](const Workspace &workspace, const Module &module) {
                check_columns(workspace, module, change);
            });
    if (change.attached)
        protect_partitions(change.table);
    if (OidIsValid(change.detached))
        detach(change.table, change.detached);
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_ddl_done);
Datum relate_ddl_done(PG_FUNCTION_ARGS)
{
    relate::react(relate::pg::ddl_statement(fcinfo, "ddl_done", "ddl_command_end"));
    PG_RETURN_NULL();
}
}
