// The table `relationship` opened to be read below SQL, where that gives the
// caller the rows that SQL would give.
#pragma once

#include "catalog/workspace.h"
#include "pg/pg.h"
#include "pg/scan.h"

namespace relate {

// Null where it must be read through SQL: the caller lacks SELECT on the table,
// policies are in force, it is no plain heap table, or lacks one of the two
// indexes. Close with NoLock: the lock stays to the end of the transaction, as
// that of a SELECT.
Relation open_directly(const Workspace &workspace);

// A scan key on one of the two indexes.
inline void index_key(ScanKeyData &key, AttrNumber position, const FmgrInfo &equal, Datum value, int flags = 0)
{
    ScanKeyEntryInitializeWithInfo(&key, flags, position, BTEqualStrategyNumber, InvalidOid, InvalidOid,
                                   const_cast<FmgrInfo *>(&equal), value);
}

} // namespace relate
