// See rows.h.
#include "pg/rows.h"

#include "pg/versions.h"

namespace relate::pg {

Rows::Rows(Relation table, Snapshot snapshot, std::span<const ItemPointerData> places)
    : table_(table), snapshot_(snapshot), places_(places), slot_(table_slot_create(table, nullptr))
{
}

static BlockNumber page_of(const ItemPointerData &place) { return ItemPointerGetBlockNumber(&place); }

// In what buffer its page is; if in none, it begins to be read.
void Rows::look_ahead(size_t which)
{
    Buffer &seen = seen_[which % std::size(seen_)];
    BlockNumber page = page_of(places_[which]);
    if (which > 0 && page == page_of(places_[which - 1])) {
        seen = seen_[(which - 1) % std::size(seen_)];
    } else {
        seen = PrefetchBuffer(table_, MAIN_FORKNUM, page).recent_buffer;
        if (BufferIsValid(seen))
            __builtin_prefetch(GetBufferDescriptor(seen - 1));
    }
    if (BufferIsValid(seen)) {
        __builtin_prefetch(BufferGetPage(seen));
        __builtin_prefetch(PageGetItemId(BufferGetPage(seen), ItemPointerGetOffsetNumber(&places_[which])));
    }
}

// Nobody holds the page still: what is read there says where to look, and nothing else.
void Rows::look_closer(size_t which) const
{
    Buffer seen = seen_[which % std::size(seen_)];
    if (BufferIsValid(seen)) {
        Page page = BufferGetPage(seen);
        __builtin_prefetch(page + PageGetItemId(page, ItemPointerGetOffsetNumber(&places_[which]))->lp_off % BLCKSZ);
    }
}

// Its page.
void Rows::turn_to(size_t which)
{
    BlockNumber page = page_of(places_[which]);
    if (BufferIsValid(page_)) {
        if (BufferGetBlockNumber(page_) == page)
            return;
        ReleaseBuffer(std::exchange(page_, InvalidBuffer));
    }
    Buffer seen = seen_[which % std::size(seen_)];
    bool is_there = BufferIsValid(seen) && ReadRecentBuffer(storage_of(table_), MAIN_FORKNUM, page, seen);
    page_ = is_there ? seen : ReadBuffer(table_, page);
    if (is_there) {
        pgstat_count_buffer_read(table_);
        pgstat_count_buffer_hit(table_);
    }
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
    HeapTuple row = &reinterpret_cast<BufferHeapTupleTableSlot *>(slot_)->base.tupdata;
    LockBuffer(page_, BUFFER_LOCK_SHARE);
    bool is_there = heap_hot_search_buffer(&place, table_, page_, snapshot_, row, nullptr, true);
    LockBuffer(page_, BUFFER_LOCK_UNLOCK);
    if (!is_there)
        return nullptr;
    row->t_tableOid = RelationGetRelid(table_);
    return ExecStoreBufferHeapTuple(row, slot_, page_);
}

void Rows::end()
{
    ExecDropSingleTupleTableSlot(slot_);
    if (BufferIsValid(page_))
        ReleaseBuffer(page_);
}

} // namespace relate::pg
