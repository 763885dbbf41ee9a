// See access.h.
#include "pg/access.h"

namespace relate::pg {

namespace {

bool has_right(Oid schema, AclMode right)
{
    return OidIsValid(schema) && check_right(NamespaceRelationId, schema, GetUserId(), right) == ACLCHECK_OK;
}

bool may_use_schema_of(Oid table)
{
    return may_use(get_rel_namespace(table));
}

bool may_select_whole(Oid table)
{
    return pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

} // namespace

Oid owner_of(Oid relation)
{
    HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(row))
        elog(ERROR, "cache lookup failed for relation %u", relation);
    Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(row))->relowner;
    ReleaseSysCache(row);
    return owner;
}

bool may_use(Oid schema)
{
    return has_right(schema, ACL_USAGE);
}

bool may_create_in(Oid schema)
{
    return has_right(schema, ACL_CREATE);
}

bool may_select(Oid table)
{
    return may_use_schema_of(table) && may_select_whole(table);
}

bool may_select(Oid table, std::span<const AttrNumber> columns)
{
    if (!may_use_schema_of(table))
        return false;
    if (may_select_whole(table))
        return true;
    for (AttrNumber column : columns)
        if (pg_attribute_aclcheck(table, column, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
            return false;
    return true;
}

bool reads_as_stored(Oid table)
{
    return check_enable_rls(table, InvalidOid, true) != RLS_ENABLED && !ExecutorCheckPerms_hook;
}

} // namespace relate::pg
