// See lock.h.
#include "pg/lock.h"

namespace relate::pg {

void lock_object(Oid class_id, Oid object, LOCKMODE mode)
{
    LOCKTAG tag;
    LOCALLOCK *local;
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, class_id, object, 0);
    if (acquire_lock(tag, mode, local) != LOCKACQUIRE_ALREADY_CLEAR) {
        AcceptInvalidationMessages();
        MarkLockClear(local);
    }
}

void wait_for_writer(Relation table, ItemPointer row, TransactionId writer, uint32 speculative_token)
{
    if (speculative_token)
        SpeculativeInsertionWait(writer, speculative_token);
    else
        XactLockTableWait(writer, table, row, XLTW_RecheckExclusionConstr);
}

Moment this_moment()
{
    return {this_transaction(), GetCurrentSubTransactionId(), GetCurrentCommandId(false)};
}

} // namespace relate::pg
