// Direct scans of tables and btree indexes, below SQL: no privileges, no
// policies, the caller's snapshot. Whoever scans has decided that it may.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// The newest committed state plus our own finished commands, whatever the
// isolation level. `done` gives it back.
Snapshot latest_snapshot();
void done(Snapshot snapshot);

// A scan over a btree index that fetches the rows; `slot` holds the current one.
struct IndexScan {
    Relation table;
    Relation index;
    IndexScanDesc scan;
    TupleTableSlot *slot;
    bool fetched; // a row of the current entry
    Buffer map;   // page of the visibility map that was looked at last
};

// Whether the entries of the index will be looked at, or only the rows: that spares room and copies.
enum class Reads { rows, entries };

// Opens the index, with the lock that readers take and keep; the table is the caller's.
IndexScan begin_scan(Relation table, Oid index, Snapshot snapshot, std::span<ScanKeyData> keys,
                     Reads reads = Reads::entries);
void rescan(IndexScan &scan, std::span<ScanKeyData> keys); // as many as it began with
bool next(IndexScan &scan);
void end(IndexScan &scan);

// The same in two steps, for who can tell from the index entry that the row does
// not matter: the next entry, and its row. fetch_row is called until it says false:
// a dirty snapshot may see two versions of one row behind one entry.
bool next_entry(IndexScan &scan);
Datum entry_value(const IndexScan &scan, AttrNumber index_column, bool &is_null);
bool fetch_row(IndexScan &scan);

// Whether the row of the current entry is there for the scan's snapshot, which is
// one of MVCC. Where the page is known to hold only rows that everybody sees, the
// row itself is not read; for serializable transactions that counts as reading it.
bool entry_is_visible(IndexScan &scan);

// A whole table, in no order.
struct TableScan {
    Relation table;
    TableScanDesc scan;
    TupleTableSlot *slot;
};

TableScan begin_scan(Relation table, Snapshot snapshot);
bool next(TableScan &scan);
void end(TableScan &scan);

// A valid, complete btree index whose first key columns are exactly `columns`
// in this order, or InvalidOid. Found by attribute numbers: names and OIDs
// differ between a table and its shards and copies.
Oid find_index(Relation table, std::span<const AttrNumber> columns);

// An index that was found then may be gone by the time of our lock.
bool has_index(Relation table, Oid index);

// Whether whatever snapshot is in use finds its rows there: an index that was made a moment
// ago may lack what older ones see.
bool is_for_all_snapshots(Relation index);

// column = value, with the btree operator of the type's default class.
void equal_key(ScanKeyData &key, AttrNumber index_column, Oid type, Oid collation, Datum value);

inline Datum value_of(TupleTableSlot *slot, AttrNumber column, bool &is_null)
{
    return slot_getattr(slot, column, &is_null);
}

} // namespace relate::pg
