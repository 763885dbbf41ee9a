// See rows.h.
#include "pg/rows.h"

namespace relate::pg {

void Rows::begin(std::span<const ItemPointerData> places)
{
    places_ = places;
    foreseen_ = 0;
    if (!slot_)
        slot_ = in_context(memory_, [&] { return table_slot_create(table_, nullptr); });
}

static BlockNumber page_of(const ItemPointerData &place) { return ItemPointerGetBlockNumberNoCheck(&place); }

void Rows::look_ahead(size_t which)
{
    seen(which) = InvalidBuffer;
    if (!reads_ahead_ || !ItemPointerIsValid(&places_[which]))
        return;
    BlockNumber page = page_of(places_[which]);
    if (which > 0 && page == page_of(places_[which - 1]))
        seen(which) = seen(which - 1);
    else
        seen(which) = read_ahead(table_, page);
    if (BufferIsValid(seen(which))) {
        fetch_descriptor(seen(which));
        prefetch(BufferGetPage(seen(which)));
        prefetch(PageGetItemId(BufferGetPage(seen(which)), ItemPointerGetOffsetNumber(&places_[which])));
    }
}

void Rows::look_closer(size_t which)
{
    if (!BufferIsValid(seen(which)))
        return;
    OffsetNumber place = ItemPointerGetOffsetNumber(&places_[which]);
    if (place <= MaxHeapTuplesPerPage)
        fetch_item(seen(which), place);
}

// To its page.
void Rows::turn_to(size_t which)
{
    BlockNumber page = page_of(places_[which]);
    if (BufferIsValid(page_)) {
        if (BufferGetBlockNumber(page_) == page)
            return;
        ReleaseBuffer(std::exchange(page_, InvalidBuffer));
    }
    page_ = pinned(table_, page, seen(which));
}

TupleTableSlot *Rows::fetch(size_t which)
{
    for (foreseen_ = std::max(foreseen_, which); foreseen_ < std::min(which + pages_ahead, places_.size()); ++foreseen_)
        look_ahead(foreseen_);
    if (which + rows_ahead < foreseen_)
        look_closer(which + rows_ahead);
    ExecClearTuple(slot_);
    turn_to(which);
    ItemPointerData place = places_[which];
    Assert(ItemPointerIsValid(&place));
    HeapTuple row = &reinterpret_cast<BufferHeapTupleTableSlot *>(slot_)->base.tupdata;
    LockBuffer(page_, BUFFER_LOCK_SHARE);
    bool is_there = heap_hot_search_buffer(&place, table_, page_, snapshot_, row, nullptr, true);
    LockBuffer(page_, BUFFER_LOCK_UNLOCK);
    if (!is_there)
        return nullptr;
    return ExecStoreBufferHeapTuple(row, slot_, page_);
}

void Rows::end()
{
    if (slot_)
        ExecDropSingleTupleTableSlot(slot_);
    if (BufferIsValid(page_))
        ReleaseBuffer(page_);
}

} // namespace relate::pg
