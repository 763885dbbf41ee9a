// What changing and deleting modules needs below SQL: how many relationships have
// records of one, and taking its statuses away. Both hold for rows that the caller
// may not see, so they run with the rights of the workspace's owner; who asks must
// be allowed to change the modules of the workspace.
#include "catalog/workspace.h"
#include "enforce/attached.h"
#include "pg/access.h"
#include "pg/error.h"
#include "pg/spi.h"

namespace relate {

namespace {

bool may_change(Oid module_table)
{
    return pg_class_aclcheck(module_table, GetUserId(), ACL_UPDATE) == ACLCHECK_OK ||
           pg_class_aclcheck(module_table, GetUserId(), ACL_DELETE) == ACLCHECK_OK ||
           pg_attribute_aclcheck_all(module_table, GetUserId(), ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

// The workspace of the table of modules, which the caller may change.
const Workspace &workspace_to_change(Oid module_table)
{
    if (!may_change(module_table))
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(module_table));
    const Workspace &workspace = workspace_of(module_table);
    if (workspace.module_table != module_table)
        pg::raise({.sqlstate = ERRCODE_WRONG_OBJECT_TYPE,
                   .message = psprintf("%s is not the table module of a workspace", pg::qualified_name(module_table))});
    return workspace;
}

int64 count_relationships(const Workspace &workspace, Datum module_id, const pg::Argument &at_most)
{
    const char *sql = psprintf("SELECT pg_catalog.count(*) FROM (SELECT FROM %s WHERE $1 OPERATOR(pg_catalog.=) source_module_id"
                               " OR $1 OPERATOR(pg_catalog.=) target_module_id"
                               " OR $1 OPERATOR(pg_catalog.=) address_module_id LIMIT $2) AS found",
                               pg::qualified_name(workspace.relationship_table));
    const pg::Argument arguments[] = {{INT4OID, module_id}, at_most};
    int64 found = 0;
    pg::as_owner(workspace.owner, [&] {
        pg::spi_session([&] {
            bool is_null;
            pg::run(sql, arguments, pg::Sees::latest);
            found = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
        });
    });
    return found;
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_count_relationships_of_module);
Datum relate_count_relationships_of_module(PG_FUNCTION_ARGS)
{
    using namespace relate;
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const Workspace &workspace = workspace_to_change(PG_GETARG_OID(0));
    pg::Argument at_most = {INT8OID, PG_ARGISNULL(2) ? Datum{0} : PG_GETARG_DATUM(2), PG_ARGISNULL(2)};
    PG_RETURN_INT64(count_relationships(workspace, PG_GETARG_DATUM(1), at_most));
}

PG_FUNCTION_INFO_V1(relate_remove_statuses_of_module);
Datum relate_remove_statuses_of_module(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Oid module_table = PG_GETARG_OID(0);
    const Workspace &workspace = workspace_to_change(module_table);
    if (pg_class_aclcheck(module_table, GetUserId(), ACL_DELETE) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(module_table));
    remove_statuses_of_module(workspace, PG_GETARG_INT32(1));
    PG_RETURN_VOID();
}
}
