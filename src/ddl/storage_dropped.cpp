// See storage_dropped.h. What is remembered lasts until the transaction ends.
//
// A workspace whose owner may not refer to a table is a stranger to it: he holds up
// nobody, nobody hears of him, and his health_check tells him.
#include "ddl/storage_dropped.h"

#include "ddl/follow.h"
#include "ddl/known_workspaces.h"
#include "pg/error.h"
#include "pg/spi.h"

namespace relate {

namespace {

// A junction table, and a workspace that has the right to refer to it.
struct Claim {
    Oid schema; // of the workspace
    Oid table;
    bool is_guarded; // not stripped of its indexes by a script that restores
};

std::span<const Claim> claims;

bool may_refer(const Workspace &workspace, Oid table)
{
    return pg::relation_exists(table) && pg_class_aclcheck(table, workspace.owner, ACL_REFERENCES) == ACLCHECK_OK;
}

bool has_index(Oid table)
{
    Relation relation = try_relation_open(table, AccessShareLock);
    if (!relation)
        return false;
    List *indexes = RelationGetIndexList(relation);
    table_close(relation, NoLock);
    return indexes != NIL;
}

const Claim *claim_to(Oid table, const Workspace &workspace)
{
    for (const Claim &claim : claims)
        if (claim.schema == workspace.schema && claim.table == table)
            return &claim;
    return nullptr;
}

void un_adopt(const Workspace &workspace, const RelationshipType &type, const char *table)
{
    pg::Argument id[] = {{INT4OID, Int32GetDatum(type.id)}};
    uint64 gone = 0;
    bool follows = follow_in(workspace, type.storage_table, table, [&] {
        pg::spi_session([&] {
            gone = pg::run(psprintf("DELETE FROM %s WHERE type_id OPERATOR(pg_catalog.=) $1", pg::qualified_name(workspace.type_table)),
                           id, pg::Sees::latest_checked, 0, pg::Fires::at_once);
        });
    });
    if (follows && gone)
        ereport(NOTICE, (errmsg("drop cascades to relationship type \"%s\" of workspace \"%s\"", type.name, workspace.name)));
}

void remember_name(const Workspace &workspace, const RelationshipType &type, const char *table)
{
    pg::Argument arguments[] = {{TEXTOID, CStringGetTextDatum(psprintf("%d", type.id))},
                                {TEXTOID, CStringGetTextDatum(table)}};
    bool follows = follow_in(workspace, type.storage_table, table, [&] {
        pg::spi_session([&] {
            pg::run(psprintf("UPDATE %s SET settings = settings OPERATOR(pg_catalog.||) "
                             "pg_catalog.jsonb_build_object('dropped_storages', COALESCE(settings OPERATOR(pg_catalog.->) "
                             "'dropped_storages', '{}') OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object($1, $2))",
                             pg::qualified_name(workspace.workspace_table)),
                    arguments, pg::Sees::latest_checked, 0, pg::Fires::at_once);
        });
    });
    if (!follows)
        return;
    ereport(WARNING, (errmsg("table %s of relationship type \"%s\" is gone", table, type.name),
                      errhint("When the table is back under its name, SELECT * FROM relate.repair(%s) takes it up again.",
                              quote_literal_cstr(workspace.name))));
}

[[noreturn]] void refuse(const Workspace &workspace, const RelationshipType &type, const char *what, const char *command)
{
    pg::raise({.sqlstate = ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
               .message = psprintf("cannot drop %s because other objects depend on it", what),
               .detail = psprintf("It stores the relationships of type \"%s\" of workspace \"%s\".", type.name, workspace.name),
               .hint = psprintf("%s ... CASCADE un-adopts the type too. Or un-adopt it first: "
                                "SELECT relate.drop_relationship_type(%s).", command, quote_literal_cstr(type.name)),
               .schema = workspace.name,
               .table = "relationship_type"});
}

void table_went(const pg::DroppedObject &table, bool cascades, const Workspace &workspace, const RelationshipType &type)
{
    if (type.storage != StorageKind::junction)
        return; // a module's table
    const Claim *claim = claim_to(table.oid, workspace);
    if (!claim)
        return;
    const char *name = quote_qualified_identifier(table.schema, table.name);
    if (cascades)
        un_adopt(workspace, type, name);
    else if (claim->is_guarded)
        refuse(workspace, type, psprintf("table %s", name), "DROP");
    else
        remember_name(workspace, type, name);
}

bool uses(const RelationshipType &type, const char *column)
{
    for (std::span<const Datum> columns : {type.source_columns, type.target_columns})
        for (Datum name : columns)
            if (strcmp(NameStr(*DatumGetName(name)), column) == 0)
                return true;
    return false;
}

bool is_date(const RelationshipType &type, const char *column)
{
    return (type.start_column && strcmp(type.start_column, column) == 0) ||
           (type.end_column && strcmp(type.end_column, column) == 0);
}

// Whether one side refers by that column of its module's table.
bool refers_by(const Workspace &workspace, const RelationshipType &type, Oid table, const char *column)
{
    for (Side side : {Side::source, Side::target}) {
        const Module *module = workspace.module(type.side(side).module_id);
        if (!module || module->registered_table != table)
            continue;
        for (Datum name : type.reference(side))
            if (strcmp(NameStr(*DatumGetName(name)), column) == 0)
                return true;
    }
    return false;
}

void column_went(const pg::DroppedObject &column, bool cascades, const Workspace &workspace, const RelationshipType &type)
{
    bool is_stored = type.storage_table == column.oid && (uses(type, column.part) || is_date(type, column.part));
    if (!may_refer(workspace, column.oid) || (!is_stored && !refers_by(workspace, type, column.oid, column.part)))
        return;
    if (!cascades)
        refuse(workspace, type, psprintf("column %s of table %s", column.part, quote_qualified_identifier(column.schema, column.name)),
               "DROP COLUMN");
    un_adopt(workspace, type, quote_qualified_identifier(column.schema, column.name));
}

} // namespace

void remember_storages(const Node *statement)
{
    claims = {};
    if (nodeTag(statement) != T_DropStmt && nodeTag(statement) != T_DropOwnedStmt)
        return;
    pg::Array<Claim> found;
    pg::in_context(TopTransactionContext, [&] {
        for (const Workspace *workspace : remembered_workspaces())
            for (const RelationshipType &type : workspace->types)
                if (type.storage == StorageKind::junction && may_refer(*workspace, type.storage_table))
                    found.push({workspace->schema, type.storage_table, has_index(type.storage_table)});
    });
    claims = found.view();
}

void storage_went(const pg::DroppedObject &object, bool cascades, const Workspace &workspace)
{
    bool is_table = object.kind == pg::DroppedKind::table;
    if (!is_table && object.kind != pg::DroppedKind::column)
        return;
    if (!is_table && !pg::relation_exists(object.oid))
        return;
    for (const RelationshipType &type : workspace.types) {
        if (!type.is_hard_link())
            continue;
        if (!is_table)
            column_went(object, cascades, workspace, type);
        else if (type.storage_table == object.oid)
            table_went(object, cascades, workspace, type);
    }
}

} // namespace relate
