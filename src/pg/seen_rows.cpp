// See seen_rows.h, and the heap's README.HOT on chains of versions.
#include "pg/seen_rows.h"

#include "pg/buffers.h"

namespace relate::pg {

SeenRows::SeenRows(Relation table, Snapshot snapshot, VisibilityMap &map)
    : table_(table), snapshot_(snapshot), map_(map), memory_(CurrentMemoryContext),
      pages_(RelationGetNumberOfBlocks(table)),
      reads_ahead_(reads_ahead(table)),
      groups_left_(most_groups())
{
    groups_.resize_exactly((pages_ + pages_in_group - 1) / pages_in_group, nullptr);
}

SeenRows::Bits *SeenRows::find(BlockNumber page)
{
    if (page >= pages_)
        return nullptr;
    Bits *&group = groups_[page / pages_in_group];
    if (!group) {
        if (groups_left_ == 0)
            return nullptr;
        --groups_left_;
        group = static_cast<Bits *>(MemoryContextAllocZero(memory_, pages_in_group * sizeof(Bits)));
        read_group(page - page % pages_in_group, group);
    }
    Bits &seen = group[page % pages_in_group];
    if (Buffer nowhere = InvalidBuffer; !seen.is_known())
        read(page, nowhere, seen);
    return &seen;
}

// Those that will not be asked for are left out.
void SeenRows::read_group(BlockNumber first, Bits *group)
{
    Buffer seen_in[pages_ahead] = {};
    BlockNumber end = std::min(first + pages_in_group, pages_), ahead = first;
    for (BlockNumber page = first; page < end; ++page) {
        CHECK_FOR_INTERRUPTS();
        for (; reads_ahead_ && ahead < std::min(page + pages_ahead, end); ++ahead)
            if (!map_.is_all_visible(ahead))
                seen_in[ahead % pages_ahead] = read_ahead(table_, ahead);
        if (!map_.is_all_visible(page))
            read(page, seen_in[page % pages_ahead], group[page - first]);
    }
}

void SeenRows::read(BlockNumber page, Buffer &seen_in, Bits &seen)
{
    Buffer buffer = pinned(table_, page, seen_in);
    prefetch(BufferGetPage(buffer), BLCKSZ);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    test_for_old_snapshot(snapshot_, table_, BufferGetPage(buffer));
    add_seen(buffer, seen);
    UnlockReleaseBuffer(buffer);
    seen.know();
}

// An entry of an index leads to the first of a chain of versions: at most one in it is seen.
void SeenRows::add_seen(Buffer buffer, Bits &seen)
{
    Page page = BufferGetPage(buffer);
    OffsetNumber last = std::min<OffsetNumber>(PageGetMaxOffsetNumber(page), MaxHeapTuplesPerPage);
    for (OffsetNumber place = FirstOffsetNumber; place <= last; ++place) {
        ItemId item = PageGetItemId(page, place);
        bool is_row = ItemIdIsNormal(item);
        if (!is_row && !ItemIdIsRedirected(item))
            continue;
        if (is_row && HeapTupleHeaderIsHeapOnly(reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item))))
            continue; // no entry leads here
        ItemPointerData at;
        ItemPointerSet(&at, BufferGetBlockNumber(buffer), place);
        HeapTupleData row;
        if (heap_hot_search_buffer(&at, table_, buffer, snapshot_, &row, nullptr, true))
            seen.add(place);
    }
}

} // namespace relate::pg
