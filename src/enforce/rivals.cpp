// See rivals.h.
#include "enforce/rivals.h"

#include "key/key_datum.h"
#include "pg/error.h"
#include "pg/scan.h"
#include "pg/spi.h"

namespace relate {

namespace {

[[noreturn]] void missing_index(const Workspace &workspace, Side side)
{
    const char *table = pg::qualified_name(workspace.relationship_table);
    const char *near = side == Side::source ? "source" : "target";
    const char *far = side == Side::source ? "target" : "source";
    pg::raise({.sqlstate = ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
               .message = psprintf("table %s lacks its index by %s", table, near),
               .hint = psprintf("CREATE INDEX ON %s (%s_module_id, %s_key, type_id, %s_module_id, %s_key) "
                                "INCLUDE (start_date, end_date);", table, near, near, far, far)});
}

void equal(ScanKeyData &key, AttrNumber position, const FmgrInfo &function, Datum value)
{
    ScanKeyEntryInitializeWithInfo(&key, 0, position, BTEqualStrategyNumber, InvalidOid, InvalidOid,
                                   const_cast<FmgrInfo *>(&function), value);
}

Rival read_rival(const Workspace &workspace, const RelationshipType &type, const pg::IndexScan &scan,
                 const SnapshotData &dirty)
{
    Relationship row = read_relationship(workspace, scan.slot);
    Rival rival = {};
    rival.id = row.id;
    rival.source = {row.source.module_id, datumCopy(row.source.key, false, -1)};
    rival.target = {row.target.module_id, datumCopy(row.target.key, false, -1)};
    rival.when = type.is_perpetual ? Interval{} : row.when;
    rival.is_primary = row.is_primary;
    rival.writer = TransactionIdIsValid(dirty.xmin) ? dirty.xmin : dirty.xmax;
    rival.speculative_token = dirty.speculativeToken;
    rival.row = scan.slot->tts_tid;
    return rival;
}

int32 entry_date(const pg::IndexScan &scan, AttrNumber column, int32 open)
{
    bool is_null;
    Datum value = pg::entry_value(scan, column, is_null);
    return is_null ? open : DatumGetDateADT(value);
}

// The dates lie in the index: most rows that do not matter need no look at the table.
bool entry_overlaps(const RelationshipType &type, const RelationshipIndex &dates, const pg::IndexScan &scan, const Interval &when)
{
    if (type.is_perpetual || !dates.start_date)
        return true;
    Interval entry = {entry_date(scan, dates.start_date, Interval::open_start), entry_date(scan, dates.end_date, Interval::open_end)};
    return entry.overlaps(when);
}

} // namespace

const RelationshipIndex &index_for(const Workspace &workspace, Side side)
{
    const RelationshipIndex &index = workspace.index(side);
    if (!OidIsValid(index.oid))
        missing_index(workspace, side);
    return index;
}

void find_rivals(const Workspace &workspace, Relation table, const RelationshipType &type, const RivalSearch &search,
                 Rivals &rivals)
{
    const RelationshipIndex &index = index_for(workspace, search.side);
    ScanKeyData keys[5];
    equal(keys[0], 1, workspace.int4_equal, Int32GetDatum(search.record.module_id));
    equal(keys[1], 2, workspace.key_equal, search.record.key);
    equal(keys[2], 3, workspace.int4_equal, Int32GetDatum(type.id));
    if (search.partner) {
        equal(keys[3], 4, workspace.int4_equal, Int32GetDatum(search.partner->module_id));
        equal(keys[4], 5, workspace.key_equal, search.partner->key);
    }
    SnapshotData dirty;
    InitDirtySnapshot(dirty);
    pg::IndexScan scan = pg::begin_scan(table, index.oid, &dirty, std::span(keys, search.partner ? 5 : 3));
    while (pg::next_entry(scan)) {
        CHECK_FOR_INTERRUPTS();
        if (!entry_overlaps(type, index, scan, search.when))
            continue;
        while (pg::fetch_row(scan)) {
            bool is_null;
            Datum id = slot_getattr(scan.slot, workspace.column.relationship_id, &is_null);
            if (DatumGetInt64(id) != search.except)
                rivals.push(read_rival(workspace, type, scan, dirty));
        }
    }
    pg::end(scan);
}

bool is_seen_by(Snapshot snapshot, Relation table, const Rival &rival)
{
    if (!snapshot)
        return false;
    TupleTableSlot *slot = table_slot_create(table, nullptr);
    ItemPointerData row = rival.row;
    bool seen = table_tuple_fetch_row_version(table, &row, snapshot, slot);
    ExecDropSingleTupleTableSlot(slot);
    return seen;
}

} // namespace relate
