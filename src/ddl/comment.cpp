// relate.comment_on_function(): COMMENT ON FUNCTION without a look at all functions of that
// name, of which a generated one may have thousands: "created_by" of every table.
#include "pg/pg.h"

namespace relate {

extern "C" {

PG_FUNCTION_INFO_V1(relate_comment_on_function);
Datum relate_comment_on_function(PG_FUNCTION_ARGS)
{
    Oid schema = get_namespace_oid(NameStr(*PG_GETARG_NAME(0)), false);
    const char *name = NameStr(*PG_GETARG_NAME(1));
    Oid row_type = get_rel_type_id(PG_GETARG_OID(2));
    Oid function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
                                   PointerGetDatum(buildoidvector(&row_type, 1)), ObjectIdGetDatum(schema));
    if (!OidIsValid(function))
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function %s(%s) does not exist", name,
                                                                   // what is no table has no rows
                                                                   format_type_extended(row_type, -1, FORMAT_TYPE_ALLOW_INVALID)));
    if (!pg::owns(ProcedureRelationId, function, GetUserId()))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FUNCTION, name);
    CreateComments(function, ProcedureRelationId, 0, text_to_cstring(PG_GETARG_TEXT_PP(3)));
    PG_RETURN_VOID();
}

} // extern "C"

} // namespace relate
