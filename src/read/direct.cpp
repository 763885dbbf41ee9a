// See direct.h.
#include "read/direct.h"

#include "pg/access.h"

namespace relate {

namespace {

// Asked with the lock held, which keeps it so.
bool is_plain(Relation table, const Workspace &workspace)
{
    if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relhassubclass ||
        table->rd_tableam != GetHeapamTableAmRoutine())
        return false;
    List *indexes = RelationGetIndexList(table);
    bool has_both =
        list_member_oid(indexes, workspace.source_index.oid) && list_member_oid(indexes, workspace.target_index.oid);
    list_free(indexes);
    return has_both;
}

} // namespace

Relation open_directly(const Workspace &workspace)
{
    if (!pg::may_select(workspace.relationship_table) || !pg::reads_as_stored(workspace.relationship_table))
        return nullptr;
    Relation table = table_open(workspace.relationship_table, AccessShareLock);
    if (is_plain(table, workspace))
        return table;
    table_close(table, NoLock);
    return nullptr;
}

} // namespace relate
