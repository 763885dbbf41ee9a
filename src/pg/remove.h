// Deleting rows below SQL, where a DELETE statement would do nothing else.
#pragma once

#include "pg/pg.h"
#include "pg/scan.h"

namespace relate::pg {

// Whether a DELETE by that user only marks rows: an ordinary table on which he has the
// rights, without triggers and rules, at READ COMMITTED, where no snapshot of the
// transaction's own must see the rows. Row security does not concern owners.
bool deletes_plainly(Relation table, Oid user);

// Deletes the scan's current row; false where another transaction got there first: a
// statement will know what to do.
bool delete_row(IndexScan &scan, Snapshot snapshot);

} // namespace relate::pg
