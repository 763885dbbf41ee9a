// See seen_rows.h, and the heap's README.HOT on chains of versions and their roots.
#include "pg/seen_rows.h"

#include "pg/buffers.h"

namespace relate::pg {

SeenRows::SeenRows(Relation table, Snapshot snapshot)
    : table_(table), snapshot_(snapshot), memory_(CurrentMemoryContext), pages_(RelationGetNumberOfBlocks(table)),
      groups_left_(static_cast<size_t>(work_mem) * 1024 / 4 / (pages_in_group * sizeof(Bits)))
{
    groups_.resize_exactly((pages_ + pages_in_group - 1) / pages_in_group, nullptr);
}

SeenRows::Bits *SeenRows::group_of(BlockNumber page)
{
    Bits *&group = groups_[page / pages_in_group];
    if (!group && groups_left_ > 0) {
        group = static_cast<Bits *>(MemoryContextAllocZero(memory_, pages_in_group * sizeof(Bits)));
        --groups_left_;
    }
    return group;
}

SeenRows::Bits *SeenRows::read(BlockNumber page)
{
    Bits *group = page < pages_ ? group_of(page) : nullptr;
    if (!group)
        return nullptr;
    Bits &seen = group[page % pages_in_group];
    Buffer buffer = ReadBuffer(table_, page);
    prefetch(BufferGetPage(buffer), BLCKSZ);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    test_for_old_snapshot(snapshot_, table_, BufferGetPage(buffer));
    add_seen(buffer, seen);
    UnlockReleaseBuffer(buffer);
    seen.know();
    return &seen;
}

// An entry of an index leads to the root of a chain: at most one version in it is seen.
void SeenRows::add_seen(Buffer buffer, Bits &seen)
{
    Page page = BufferGetPage(buffer);
    OffsetNumber roots[MaxHeapTuplesPerPage];
    bool has_roots = false;
    OffsetNumber last = std::min<OffsetNumber>(PageGetMaxOffsetNumber(page), MaxHeapTuplesPerPage);
    HeapTupleData row;
    row.t_tableOid = RelationGetRelid(table_);
    for (OffsetNumber place = FirstOffsetNumber; place <= last; ++place) {
        ItemId item = PageGetItemId(page, place);
        if (!ItemIdIsNormal(item))
            continue;
        row.t_data = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item));
        row.t_len = ItemIdGetLength(item);
        ItemPointerSet(&row.t_self, BufferGetBlockNumber(buffer), place);
        if (!HeapTupleSatisfiesVisibility(&row, snapshot_, buffer))
            continue;
        if (!HeapTupleIsHeapOnly(&row)) {
            seen.add(place);
            continue;
        }
        if (!std::exchange(has_roots, true))
            heap_get_root_tuples(page, roots);
        if (OffsetNumber root = roots[place - 1]; OffsetNumberIsValid(root))
            seen.add(root);
    }
}

} // namespace relate::pg
