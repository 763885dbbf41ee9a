// relate.objects_dropped(): the event trigger that sees what a statement dropped.
//
// The table of a module, and its key, name and kind columns, go only with
// CASCADE: then the module goes with its types and relationships, or does
// without the column. Whoever owns a table may do that without any right in the
// workspace, whose rows are removed in the name of its owner.
//
// A module whose trigger was dropped before is not guarded any more, and its
// table may go: so do scripts that restore a table (pg_dump --clean). The
// workspace remembers its name then, and relate.repair takes it up again.
//
// Our triggers and indexes may be dropped by the owner of the table, who is
// warned. When a workspace is dropped, its triggers leave the modules' tables as
// far as the user owns these.
#include "ddl/follow.h"
#include "ddl/known_workspaces.h"
#include "ddl/own_ddl.h"
#include "ddl/storage_dropped.h"
#include "enforce/attached.h"
#include "pg/ddl.h"
#include "pg/error.h"
#include "pg/spi.h"

namespace relate {

namespace {

struct Drop {
    pg::Array<pg::DroppedObject> objects;
    bool cascades;
};

// ---- the words -----------------------------------------------------------------

const char *module_words(const Workspace &workspace, const Module &module)
{
    return psprintf("module \"%s\" of workspace \"%s\"", module.name, workspace.name);
}

const char *table_words(const pg::DroppedObject &object)
{
    return quote_qualified_identifier(object.schema, object.name);
}

[[noreturn]] void refuse(const Workspace &workspace, const Module &module, const char *what, const char *because,
                         const char *hint)
{
    pg::raise({.sqlstate = ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
               .message = psprintf("cannot drop %s because other objects depend on it", what),
               .detail = psprintf("It %s %s.", because, module_words(workspace, module)),
               .hint = hint,
               .schema = workspace.name,
               .table = "module"});
}

void warn(const char *message, const char *detail, const char *hint)
{
    ereport(WARNING, (errcode(ERRCODE_WARNING), errmsg("%s", message), detail ? errdetail("%s", detail) : 0,
                      errhint("%s", hint)));
}

const char *repair_hint(const Workspace &workspace)
{
    return psprintf("SELECT * FROM relate.repair(%s) puts back what is missing, and validates.",
                    quote_literal_cstr(workspace.name));
}

// ---- modules that go --------------------------------------------------------------

uint64 change(const char *sql, std::span<const pg::Argument> arguments)
{
    return pg::run(sql, arguments, pg::Sees::latest_checked, 0, pg::Fires::at_once);
}

void remove_module(const Workspace &workspace, const Module &module, const char *table)
{
    pg::Argument id[] = {{INT4OID, Int32GetDatum(module.id)}};
    const char *relationships = pg::qualified_name(workspace.relationship_table);
    const char *either_side = "source_module_id OPERATOR(pg_catalog.=) $1 OR target_module_id OPERATOR(pg_catalog.=) $1";
    uint64 links = 0, types = 0;
    bool follows = follow_in(workspace, module.registered_table, table, [&] {
        pg::spi_session([&] {
            links = change(psprintf("DELETE FROM %s WHERE %s", relationships, either_side), id);
            change(psprintf("UPDATE %s SET address_module_id = NULL, address_key = NULL "
                            "WHERE address_module_id OPERATOR(pg_catalog.=) $1", relationships), id);
            types = change(psprintf("DELETE FROM %s WHERE %s", pg::qualified_name(workspace.type_table), either_side),
                           id);
            change(psprintf("DELETE FROM %s WHERE module_id OPERATOR(pg_catalog.=) $1",
                            pg::qualified_name(workspace.module_table)),
                   id);
        });
    });
    if (!follows)
        return;
    ereport(NOTICE, (errmsg("drop cascades to %s", module_words(workspace, module)),
                     links || types ? errdetail("Relationship types that went with it: " UINT64_FORMAT
                                                "; relationships: " UINT64_FORMAT ".", types, links)
                                    : 0));
}

bool is_used(const Workspace &workspace, const Module &module)
{
    for (const RelationshipType &type : workspace.types)
        if (type.source.module_id == module.id || type.target.module_id == module.id)
            return true;
    return attached_to_module(workspace, module.id).any();
}

void remember_table(const Workspace &workspace, const Module &module, const char *table)
{
    pg::Argument arguments[] = {{TEXTOID, CStringGetTextDatum(psprintf("%d", module.id))},
                                {TEXTOID, CStringGetTextDatum(table)}};
    bool follows = follow_in(workspace, module.registered_table, table, [&] {
        pg::spi_session([&] {
            change(psprintf("UPDATE %s SET settings = settings OPERATOR(pg_catalog.||) "
                            "pg_catalog.jsonb_build_object('dropped_tables', COALESCE(settings OPERATOR(pg_catalog.->) "
                            "'dropped_tables', '{}') OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object($1, $2))",
                            pg::qualified_name(workspace.workspace_table)),
                   arguments);
        });
    });
    if (!follows)
        return;
    warn(psprintf("table %s of %s is gone", table, module_words(workspace, module)), "Its relationships stay, without their records.",
         psprintf("When the table is back under its name, SELECT * FROM relate.repair(%s) takes it up again.",
                  quote_literal_cstr(workspace.name)));
}

void table_went(const Drop &drop, const pg::DroppedObject &table, const Workspace &workspace, const Module &module)
{
    if (module.is_guarded && !drop.cascades)
        refuse(workspace, module, psprintf("table %s", table_words(table)), "holds the records of",
               psprintf("DROP ... CASCADE takes the module with it, with its relationship types and relationships. "
                        "Or unregister it first: SELECT relate.unregister_module(%s).",
                        quote_literal_cstr(module.name)));
    if (drop.cascades || !is_used(workspace, module))
        remove_module(workspace, module, table_words(table));
    else
        remember_table(workspace, module, table_words(table));
}

// ---- columns that go ----------------------------------------------------------------

void unprotect(const Workspace &workspace, Oid table)
{
    pg::Argument arguments[] = {{REGCLASSOID, ObjectIdGetDatum(table)},
                                {NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(workspace.name))}};
    pg::spi_session([&] { pg::run("SELECT relate.unprotect_table($1, $2)", arguments, pg::Sees::now); });
}

enum class Use { none, key, name, kind, date };

Use use_of(const Module &module, AttrNumber column)
{
    for (const KeyColumn &key : module.key)
        if (key.attribute == column)
            return Use::key;
    if (module.kind_column == column)
        return Use::kind;
    for (AttrNumber shown : module.name_columns)
        if (shown == column)
            return Use::name;
    return module.date_column == column ? Use::date : Use::none;
}

const char *use_words(Use use)
{
    switch (use) {
    case Use::key:
        return "is a key column of";
    case Use::kind:
        return "holds the kinds of";
    default:
        return "is a name column of";
    }
}

void column_went(const Drop &drop, const pg::DroppedObject &column, const Workspace &workspace, const Module &module)
{
    Use use = use_of(module, column.column);
    if (use == Use::none)
        return;
    if (use != Use::date && module.is_guarded && !drop.cascades)
        refuse(workspace, module, psprintf("column %s of table %s", column.part, table_words(column)), use_words(use),
               use == Use::key ? "DROP COLUMN ... CASCADE takes the module with it, with its relationship types and "
                                 "relationships."
                               : psprintf("Change the module first with relate.alter_module(%s, ...), or use "
                                          "DROP COLUMN ... CASCADE.", quote_literal_cstr(module.name)));
    if (use == Use::key) {
        unprotect(workspace, module.registered_table);
        remove_module(workspace, module, table_words(column));
        return;
    }
    pg::Argument arguments[] = {{NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(workspace.name))},
                                {INT4OID, Int32GetDatum(module.id)}};
    follow_in(workspace, module.registered_table, table_words(column), [&] {
        pg::spi_session([&] { pg::run("SELECT relate.forget_columns($1, $2)", arguments, pg::Sees::now); });
    });
}

// ---- what guards a workspace --------------------------------------------------------

bool is_own_table(const Workspace &workspace, Oid table)
{
    return table == workspace.relationship_table || table == workspace.module_table || table == workspace.type_table ||
           table == workspace.status_table || table == workspace.record_status_table ||
           table == workspace.workspace_table;
}

void look_at_own_triggers(const Workspace &workspace, Oid table)
{
    pg::Argument arguments[] = {{NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(workspace.name))},
                                {REGCLASSOID, ObjectIdGetDatum(table)}};
    const char *missing = pg::text_of("SELECT pg_catalog.string_agg(t.trigger_name::pg_catalog.text, ', ') "
                                  "FROM relate.workspace_triggers($1) AS t "
                                  "WHERE t.on_table OPERATOR(pg_catalog.=) $2 AND NOT t.is_there",
                                  arguments);
    if (missing)
        warn(psprintf("workspace \"%s\" is unprotected", workspace.name),
             psprintf("On table %s is missing: %s.", pg::qualified_name(table), missing), repair_hint(workspace));
}

// `table` is the module's or a partition of it.
void look_at_module_triggers(const Workspace &workspace, const Module &module, Oid table)
{
    pg::Argument arguments[] = {{REGCLASSOID, ObjectIdGetDatum(module.registered_table)},
                                {REGCLASSOID, ObjectIdGetDatum(table)}};
    const char *missing = pg::text_of("SELECT pg_catalog.string_agg(p.trigger_name::pg_catalog.text, ', ') "
                                  "FROM relate.protections($1) AS p "
                                  "WHERE p.on_table OPERATOR(pg_catalog.=) $2 AND NOT p.is_there",
                                  arguments);
    if (missing)
        warn(psprintf("%s is unprotected", module_words(workspace, module)),
             psprintf("On table %s is missing: %s.", pg::qualified_name(table), missing), repair_hint(workspace));
}

Oid root_of(Oid table)
{
    return get_rel_relispartition(table) ? llast_oid(get_partition_ancestors(table)) : table;
}

void trigger_went(const pg::DroppedObject &trigger, const Workspace &workspace)
{
    Oid table = get_relname_relid(trigger.name, get_namespace_oid(trigger.schema, true));
    if (!OidIsValid(table))
        return; // it went with its table
    if (is_own_table(workspace, table))
        look_at_own_triggers(workspace, table);
    Oid root = root_of(table);
    for (const Module &module : workspace.modules)
        if (module.registered_table == root && is_rightful(module))
            look_at_module_triggers(workspace, module, table);
}

void own_index_went(const Workspace &workspace)
{
    pg::Argument arguments[] = {{NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(workspace.name))}};
    const char *missing = pg::text_of("SELECT pg_catalog.string_agg(pg_catalog.concat(f.object, ' ', f.finding), ', ') "
                                  "FROM (SELECT * FROM relate.index_findings($1) "
                                  "UNION ALL SELECT * FROM relate.constraint_findings($1)) AS f",
                                  arguments);
    if (missing)
        warn(psprintf("workspace \"%s\" lacks indexes", workspace.name), psprintf("%s.", missing),
             repair_hint(workspace));
}

bool has_key_index(const Workspace &workspace, const Module &module)
{
    for (const Workspace *now : every_workspace())
        if (now->schema == workspace.schema)
            if (const Module *same = now->module(module.id))
                return OidIsValid(same->index);
    return true; // gone itself
}

void index_went(const pg::DroppedObject &index, const Workspace &workspace)
{
    if (strcmp(index.schema, workspace.name) == 0)
        own_index_went(workspace);
    for (const Module &module : workspace.modules)
        if (module.index == index.oid && is_rightful(module) && pg::relation_exists(module.registered_table) &&
            !has_key_index(workspace, module))
            warn(psprintf("%s has no key any more", module_words(workspace, module)),
                 "Nothing keeps two records from having one key, and records are found by a scan of their table.",
                 "Give the key columns a primary key, or a unique index.");
}

// ---- all of it ------------------------------------------------------------------------

bool is_dropped(const Workspace &workspace)
{
    return !pg::relation_exists(workspace.relationship_table);
}

bool is_whole(const Workspace &workspace)
{
    for (Oid table : {workspace.relationship_table, workspace.module_table, workspace.type_table,
                      workspace.status_table, workspace.record_status_table, workspace.workspace_table})
        if (!pg::relation_exists(table))
            return false;
    return true;
}

void workspace_went(const Workspace &workspace)
{
    for (const Module &module : workspace.modules)
        if (module.is_guarded && is_rightful(module) && pg::relation_exists(module.registered_table))
            unprotect(workspace, module.registered_table);
}

void guard_records(const Drop &drop, const Workspace &workspace)
{
    for (const pg::DroppedObject &object : drop.objects) {
        for (const Module &module : workspace.modules) {
            if (module.registered_table != object.oid || !is_rightful(module))
                continue;
            if (object.kind == pg::DroppedKind::table)
                table_went(drop, object, workspace, module);
            else if (object.kind == pg::DroppedKind::column && pg::relation_exists(object.oid))
                column_went(drop, object, workspace, module);
        }
        storage_went(object, drop.cascades, workspace);
    }
}

void guard_protection(const Drop &drop, const Workspace &workspace)
{
    for (const pg::DroppedObject &object : drop.objects) {
        if (object.kind == pg::DroppedKind::trigger)
            trigger_went(object, workspace);
        else if (object.kind == pg::DroppedKind::index)
            index_went(object, workspace);
    }
}

void guard(const Drop &drop, const Workspace &workspace)
{
    if (is_dropped(workspace)) {
        if (!is_own_ddl())
            workspace_went(workspace);
        return;
    }
    if (!is_whole(workspace))
        return;
    guard_records(drop, workspace);
    if (!is_own_ddl())
        guard_protection(drop, workspace);
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_objects_dropped);
Datum relate_objects_dropped(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Node *statement = pg::ddl_statement(fcinfo, "objects_dropped", "sql_drop");
    pg::Array<const Workspace *> workspaces = remembered_workspaces();
    if (workspaces.empty())
        PG_RETURN_NULL();
    Drop drop = {pg::dropped_objects(), pg::is_cascade(statement)};
    for (const Workspace *workspace : workspaces)
        guard(drop, *workspace);
    PG_RETURN_NULL();
}
}
