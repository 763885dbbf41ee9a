// Heavyweight locks on things of ours, and waiting for other transactions.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// Locks (class, object) until the end of the transaction (a ROLLBACK TO may
// release it earlier), and takes in what others have changed before we got it.
// Cheap when we hold the lock already.
void lock_object(Oid class_id, Oid object, LOCKMODE mode);

// Waits until the transaction that wrote the row has ended, or, for a row of
// INSERT ... ON CONFLICT, until it has decided whether the row stays.
void wait_for_writer(Relation table, ItemPointer row, TransactionId writer, uint32 speculative_token);

// A command of a subtransaction of a transaction of this backend. While it stays
// the same, we have changed nothing that we could see.
struct Moment {
    LocalTransactionId transaction;
    SubTransactionId subtransaction;
    CommandId command;

    bool operator==(const Moment &) const = default;
};

Moment this_moment();

} // namespace relate::pg
