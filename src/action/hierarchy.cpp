// What relate.set_parent needs below SQL: whoever moves a record in a hierarchy comes one
// after the other.
//
// The lock is on (table of the relationships, hash of type and key), to the end of the
// transaction. Records that share a hash wait for each other without need, which is rare.
#include "catalog/storage.h"
#include "catalog/workspace.h"
#include "key/key_datum.h"
#include "pg/lock.h"

namespace relate {

namespace {

bool may_write(Oid table)
{
    return pg_class_aclmask(table, GetUserId(), ACL_INSERT | ACL_UPDATE | ACL_DELETE, ACLMASK_ANY) != 0 ||
           pg_attribute_aclcheck_all(table, GetUserId(), ACL_INSERT, ACLMASK_ANY) == ACLCHECK_OK ||
           pg_attribute_aclcheck_all(table, GetUserId(), ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_lock_child);
Datum relate_lock_child(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Workspace &workspace = current_workspace();
    const RelationshipType *type = workspace.type(PG_GETARG_INT32(0));
    if (!type)
        PG_RETURN_VOID();
    Oid table = type->is_hard_link() ? storage_of(workspace, *type).table : workspace.relationship_table;
    // Others are told by what they try next, and hold up nobody before.
    if (may_write(table))
        pg::lock_object(table, hash_combine(hash_key_datum(PG_GETARG_DATUM(1)), static_cast<uint32>(type->id)), ExclusiveLock);
    PG_RETURN_VOID();
}
}
