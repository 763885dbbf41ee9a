// See lock.h.
#include "pg/lock.h"

namespace relate::pg {

void lock_object(Oid class_id, Oid object, LOCKMODE mode)
{
    LOCKTAG tag;
    LOCALLOCK *local;
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, class_id, object, 0);
#if PG_VERSION_NUM >= 180000
    LockAcquireResult result = LockAcquireExtended(&tag, mode, false, false, true, &local, false);
#else
    LockAcquireResult result = LockAcquireExtended(&tag, mode, false, false, true, &local);
#endif
    if (result != LOCKACQUIRE_ALREADY_CLEAR) {
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
#if PG_VERSION_NUM >= 170000
    LocalTransactionId transaction = MyProc->vxid.lxid;
#else
    LocalTransactionId transaction = MyProc->lxid;
#endif
    return {transaction, GetCurrentSubTransactionId(), GetCurrentCommandId(false)};
}

} // namespace relate::pg
