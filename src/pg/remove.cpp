// See remove.h.
#include "pg/remove.h"

namespace relate::pg {

namespace {

bool has_delete_triggers(const TriggerDesc *triggers)
{
    return triggers && (triggers->trig_delete_before_row || triggers->trig_delete_after_row ||
                        triggers->trig_delete_instead_row || triggers->trig_delete_before_statement ||
                        triggers->trig_delete_after_statement);
}

} // namespace

bool deletes_plainly(Relation table, Oid user)
{
    return table->rd_rel->relkind == RELKIND_RELATION && table->rd_tableam == GetHeapamTableAmRoutine() &&
           !table->rd_rules && !has_delete_triggers(table->trigdesc) && !IsolationUsesXactSnapshot() &&
           pg_class_aclcheck(RelationGetRelid(table), user, ACL_DELETE) == ACLCHECK_OK &&
           pg_class_aclcheck(RelationGetRelid(table), user, ACL_SELECT) == ACLCHECK_OK;
}

bool delete_row(IndexScan &scan, Snapshot snapshot)
{
    TM_FailureData failure;
    ItemPointerData row = scan.slot->tts_tid;
    TM_Result result = table_tuple_delete(scan.table, &row, GetCurrentCommandId(true), snapshot, InvalidSnapshot,
                                          true, &failure, false);
    return result == TM_Ok || result == TM_SelfModified;
}

} // namespace relate::pg
