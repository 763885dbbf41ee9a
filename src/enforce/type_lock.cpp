// See type_lock.h.
#include "enforce/type_lock.h"

#include "pg/error.h"
#include "pg/lock.h"
#include "pg/spi.h"

namespace relate {

LockedType lock_type(const Workspace &workspace, int32 type_id)
{
    Oid table = workspace.relationship_table;
    pg::lock_object(workspace.type_table, static_cast<Oid>(type_id), AccessShareLock);
    const Workspace &current = workspace_of(table);
    return {current, current.type(type_id)};
}

const Workspace &workspace_of_trigger(const pg::RowEvent &event, const char *function)
{
    Oid table = RelationGetRelid(event.table);
    const Workspace &workspace = workspace_of(table);
    bool is_ours = table == workspace.relationship_table ||
                   (event.table->rd_rel->relispartition &&
                    list_member_oid(get_partition_ancestors(table), workspace.relationship_table));
    if (!is_ours)
        pg::raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                   .message = psprintf("function relate.%s() is for the table relationship of a workspace", function),
                   .detail = psprintf("It was called for %s.", pg::qualified_name(table))});
    return workspace;
}

} // namespace relate
