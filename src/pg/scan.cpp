// See scan.h.
#include "pg/scan.h"

namespace relate::pg {

Snapshot latest_snapshot()
{
    // Parallel queries must not take GetLatestSnapshot; a fresh one of the
    // catalogs is as new.
    return RegisterSnapshot(IsInParallelMode() ? GetCatalogSnapshot(InvalidOid) : GetLatestSnapshot());
}

void done(Snapshot snapshot)
{
    UnregisterSnapshot(snapshot);
}

IndexScan begin_scan(Relation table, Oid index, Snapshot snapshot, std::span<ScanKeyData> keys, Reads reads)
{
    IndexScan s;
    s.table = table;
    s.index = index_open(index, AccessShareLock);
    s.scan = begin_index_scan(table, s.index, snapshot, static_cast<int>(keys.size()));
    s.scan->xs_want_itup = reads == Reads::entries;
    index_rescan(s.scan, keys.data(), static_cast<int>(keys.size()), nullptr, 0);
    s.slot = table_slot_create(table, nullptr);
    s.fetched = false;
    s.map = InvalidBuffer;
    return s;
}

void rescan(IndexScan &s, std::span<ScanKeyData> keys)
{
    index_rescan(s.scan, keys.data(), static_cast<int>(keys.size()), nullptr, 0);
}

bool next(IndexScan &s)
{
    return index_getnext_slot(s.scan, ForwardScanDirection, s.slot);
}

void end(IndexScan &s)
{
    if (BufferIsValid(s.map))
        ReleaseBuffer(s.map);
    index_endscan(s.scan);
    ExecDropSingleTupleTableSlot(s.slot);
    index_close(s.index, NoLock);
}

bool next_entry(IndexScan &s)
{
    s.fetched = false;
    return index_getnext_tid(s.scan, ForwardScanDirection) != nullptr;
}

Datum entry_value(const IndexScan &s, AttrNumber column, bool &is_null)
{
    return index_getattr(s.scan->xs_itup, column, s.scan->xs_itupdesc, &is_null);
}

bool fetch_row(IndexScan &s)
{
    if (s.fetched && !s.scan->xs_heap_continue)
        return false;
    s.fetched = true;
    return index_fetch_heap(s.scan, s.slot);
}

bool entry_is_visible(IndexScan &s)
{
    BlockNumber page = ItemPointerGetBlockNumber(&s.scan->xs_heaptid);
    if (!VM_ALL_VISIBLE(s.table, page, &s.map))
        return index_fetch_heap(s.scan, s.slot);
    PredicateLockPage(s.table, page, s.scan->xs_snapshot);
    return true;
}

TableScan begin_scan(Relation table, Snapshot snapshot)
{
    return {table, table_beginscan(table, snapshot, 0, nullptr), table_slot_create(table, nullptr)};
}

bool next(TableScan &s)
{
    CHECK_FOR_INTERRUPTS();
    return table_scan_getnextslot(s.scan, ForwardScanDirection, s.slot);
}

void end(TableScan &s)
{
    table_endscan(s.scan);
    ExecDropSingleTupleTableSlot(s.slot);
}

static bool starts_with(Relation index, std::span<const AttrNumber> columns)
{
    Form_pg_index form = index->rd_index;
    if (form->indnkeyatts < static_cast<int>(columns.size()) || index->rd_rel->relam != BTREE_AM_OID)
        return false;
    if (!form->indisvalid || !form->indislive || !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr))
        return false;
    for (size_t i = 0; i < columns.size(); ++i)
        if (form->indkey.values[i] != columns[i])
            return false;
    return true;
}

Oid find_index(Relation table, std::span<const AttrNumber> columns)
{
    Oid found = InvalidOid;
    List *indexes = RelationGetIndexList(table);
    ListCell *cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (starts_with(index, columns))
            found = RelationGetRelid(index);
        index_close(index, AccessShareLock);
        if (OidIsValid(found))
            break;
    }
    list_free(indexes);
    return found;
}

bool has_index(Relation table, Oid index)
{
    List *indexes = RelationGetIndexList(table);
    bool found = list_member_oid(indexes, index);
    list_free(indexes);
    return found;
}

bool is_for_all_snapshots(Relation index)
{
    return !index->rd_index->indcheckxmin ||
           TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data), TransactionXmin);
}

void equal_key(ScanKeyData &key, AttrNumber index_column, Oid type, Oid collation, Datum value)
{
    TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_EQ_OPR_FINFO);
    Oid input = entry->btree_opintype;
    Oid equal = get_opfamily_member(entry->btree_opf, input, input, BTEqualStrategyNumber);
    ScanKeyEntryInitialize(&key, 0, index_column, BTEqualStrategyNumber, input, collation, get_opcode(equal), value);
}

} // namespace relate::pg
