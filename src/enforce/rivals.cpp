// See rivals.h.
#include "enforce/rivals.h"

#include "key/key_datum.h"
#include "pg/error.h"
#include "pg/scan.h"
#include "pg/spi.h"

namespace relate {

namespace {

void missing_index(const Workspace &workspace, Side side)
{
    pg::raise({.sqlstate = ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
               .message = psprintf("table %s lacks its index by %s", pg::qualified_name(workspace.relationship_table),
                                   side == Side::source ? "source" : "target"),
               .hint = side == Side::source
                           ? "CREATE INDEX ON it (source_module_id, source_key, type_id, target_module_id, target_key) "
                             "INCLUDE (start_date, end_date)."
                           : "CREATE INDEX ON it (target_module_id, target_key, type_id, source_module_id, source_key) "
                             "INCLUDE (start_date, end_date)."});
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

} // namespace

void find_rivals(const Workspace &workspace, Relation table, const RelationshipType &type, Side side,
                 const RecordRef &record, const RecordRef *partner, int64 except, Rivals &rivals)
{
    Oid index = side == Side::source ? workspace.source_index : workspace.target_index;
    if (!OidIsValid(index))
        missing_index(workspace, side);
    ScanKeyData keys[5];
    equal(keys[0], 1, workspace.int4_equal, Int32GetDatum(record.module_id));
    equal(keys[1], 2, workspace.key_equal, record.key);
    equal(keys[2], 3, workspace.int4_equal, Int32GetDatum(type.id));
    if (partner) {
        equal(keys[3], 4, workspace.int4_equal, Int32GetDatum(partner->module_id));
        equal(keys[4], 5, workspace.key_equal, partner->key);
    }
    SnapshotData dirty;
    InitDirtySnapshot(dirty);
    pg::IndexScan scan = pg::begin_scan(table, index, &dirty, std::span(keys, partner ? 5 : 3));
    while (pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        bool is_null;
        Datum id = slot_getattr(scan.slot, workspace.column.relationship_id, &is_null);
        if (DatumGetInt64(id) != except)
            rivals.push(read_rival(workspace, type, scan, dirty));
    }
    pg::end(scan);
}

} // namespace relate
