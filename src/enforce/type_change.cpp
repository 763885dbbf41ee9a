// What changing a relationship type needs below SQL: the lock that keeps writers
// out, and a look at the rows as they are now.
//
// Writers hold the type in share mode to the end of their transactions (see
// type_lock.h), so whoever has it exclusively sees, with the latest snapshot,
// every relationship of the type, at every isolation level. The statements
// themselves are in sql/23_catalog_change_type.sql: functions that are STABLE
// read with the snapshot given here. They run with the rights of the workspace's
// owner, since a rule holds for rows that the caller may not see; who asks must
// be allowed to change the types of the workspace.
#include "catalog/workspace.h"
#include "enforce/type_lock.h"
#include "pg/error.h"
#include "pg/lock.h"
#include "pg/spi.h"
#include "pg/srf.h"
#include "pg/trigger.h"

namespace relate {

namespace {

enum OnInvalid { restrict_change, ignore_offenders, end_offenders, delete_offenders };

const config_enum_entry on_invalid_words[] = {{"restrict", restrict_change, false},
                                              {"ignore", ignore_offenders, false},
                                              {"end", end_offenders, false},
                                              {"delete", delete_offenders, false},
                                              {nullptr, 0, false}};
int on_invalid_setting = restrict_change;

bool may_change(Oid type_table)
{
    return pg_class_aclcheck(type_table, GetUserId(), ACL_UPDATE) == ACLCHECK_OK ||
           pg_class_aclcheck(type_table, GetUserId(), ACL_DELETE) == ACLCHECK_OK ||
           pg_attribute_aclcheck_all(type_table, GetUserId(), ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

// The workspace of the table of types, which the caller may change.
const Workspace &workspace_to_change(Oid type_table)
{
    if (!may_change(type_table))
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(type_table));
    const Workspace &workspace = workspace_of(type_table);
    if (workspace.type_table != type_table)
        pg::raise({.sqlstate = ERRCODE_WRONG_OBJECT_TYPE,
                   .message = psprintf("%s is not the table relationship_type of a workspace",
                                       pg::qualified_name(type_table))});
    return workspace;
}

// Runs the statement as the workspace's owner with the latest snapshot; `each` gets its rows.
template <class Each>
void look(const Workspace &workspace, const char *sql, std::span<const pg::Argument> arguments, Each each)
{
    pg::as_owner(workspace.owner, [&] {
        pg::spi_session([&] {
            uint64 count = pg::run(sql, arguments, pg::Sees::latest);
            for (uint64 i = 0; i < count; ++i)
                each(SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
        });
    });
}

pg::Argument draft_argument(Datum draft)
{
    HeapTupleHeader row = DatumGetHeapTupleHeader(draft);
    return {HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetDatum(row)};
}

} // namespace

void init_type_change()
{
    DefineCustomEnumVariable("relate.on_invalid", "What becomes of relationships that a change of their type makes invalid.",
                             "restrict refuses the change, ignore leaves them, end ends them today, delete deletes them.",
                             &on_invalid_setting, restrict_change, on_invalid_words, PGC_USERSET, 0, nullptr, nullptr,
                             nullptr);
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_lock_relationship_type);
Datum relate_lock_relationship_type(PG_FUNCTION_ARGS)
{
    Oid type_table = PG_GETARG_OID(0);
    relate::workspace_to_change(type_table);
    relate::pg::lock_object(type_table, static_cast<Oid>(PG_GETARG_INT32(1)), AccessExclusiveLock);
    PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(relate_count_relationships);
Datum relate_count_relationships(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Workspace &workspace = workspace_to_change(PG_GETARG_OID(0));
    const char *sql = psprintf("SELECT pg_catalog.count(*) FROM %s WHERE type_id OPERATOR(pg_catalog.=) $1",
                               pg::qualified_name(workspace.relationship_table));
    pg::Argument arguments[] = {{INT4OID, PG_GETARG_DATUM(1)}};
    int64 found = 0;
    look(workspace, sql, arguments, [&](HeapTuple row, TupleDesc columns) {
        bool is_null;
        found = DatumGetInt64(SPI_getbinval(row, columns, 1, &is_null));
    });
    PG_RETURN_INT64(found);
}

PG_FUNCTION_INFO_V1(relate_types_truncated);
Datum relate_types_truncated(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Relation table = pg::truncated_table(fcinfo, "types_truncated");
    const Workspace &workspace = workspace_of(RelationGetRelid(table));
    LockRelationOid(workspace.relationship_table, ShareLock); // whoever writes relationships now, comes first
    const char *relationships = pg::qualified_name(workspace.relationship_table);
    bool is_used = false;
    look(workspace, psprintf("SELECT FROM %s LIMIT 1", relationships), {}, [&](HeapTuple, TupleDesc) { is_used = true; });
    if (is_used)
        pg::raise({.sqlstate = ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                   .message = psprintf("the relationship types of workspace \"%s\" cannot be truncated", workspace.name),
                   .detail = "It has relationships.",
                   .hint = psprintf("Delete them first: TRUNCATE %s, in a statement of its own.", relationships),
                   .schema = workspace.name,
                   .table = "relationship"});
    return PointerGetDatum(nullptr);
}

PG_FUNCTION_INFO_V1(relate_type_offences);
Datum relate_type_offences(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Workspace &workspace = workspace_to_change(PG_GETARG_OID(0));
    pg::Output output = pg::begin_output(fcinfo);
    pg::Argument arguments[] = {{NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(workspace.name))},
                                draft_argument(PG_GETARG_DATUM(1)),
                                draft_argument(PG_GETARG_DATUM(2)),
                                {DATEOID, PG_GETARG_DATUM(3)}};
    look(workspace, "SELECT rule, offenders, rivals FROM relate.find_offences($1, $2, $3, $4)", arguments,
         [&](HeapTuple row, TupleDesc columns) {
             pg::Columns copy;
             for (int column = 1; column <= 3; ++column) {
                 bool is_null;
                 copy.reference(SPI_getbinval(row, columns, column, &is_null));
             }
             copy.put(output);
         });
    return pg::end_output(fcinfo);
}
}
