// See leaf_pages.h, and nbtree's README on moving right.
#include "pg/leaf_pages.h"

namespace relate::pg {

void InnerPages::keep(BlockNumber block, Page page)
{
    Slot &slot = slots_[block % slot_count];
    if (slot.page)
        return;
    slot.page = static_cast<char *>(MemoryContextAlloc(memory_, BLCKSZ));
    slot.block = block;
    memcpy(slot.page, page, BLCKSZ);
}

LeafPages::LeafPages(Relation table, Relation index, Snapshot snapshot, InnerPages *inner)
    : table_(table), index_(index), snapshot_(snapshot), memory_(CurrentMemoryContext),
      // On a standby, entries were killed for the primary's snapshots.
      ignores_killed_(!TransactionStartedDuringRecovery()),
      inner_(inner ? inner : new (palloc(sizeof(InnerPages))) InnerPages)
{
}

void LeafPages::seek(Sought sought)
{
    pgstat_count_index_scan(index_);
    row_ = rows_ = 0;
    at_ = end_ = 0;
    next_page_ = P_NONE;
    if (!is_on_this_page(sought) && !go_down(sought))
        return;
    PredicateLockPage(index_, BufferGetBlockNumber(page_), snapshot_);
    copy(first_place(BufferGetPage(page_), sought), sought);
}

// Locks the page at hand where it has entries before and at what is sought: then all
// entries sought that are left of its end are on it. It may have been split meanwhile.
bool LeafPages::is_on_this_page(Sought sought)
{
    if (!BufferIsValid(page_))
        return false;
    LockBuffer(page_, BUFFER_LOCK_SHARE);
    Page page = BufferGetPage(page_);
    BTPageOpaque opaque = BTPageGetOpaque(page);
    if (!P_IGNORE(opaque) && P_FIRSTDATAKEY(opaque) <= PageGetMaxOffsetNumber(page) && !is_behind(page, sought)) {
        IndexTuple first = entry_on(page, P_FIRSTDATAKEY(opaque));
        if (sought(first, columns(first)) > 0)
            return true;
    }
    leave();
    return false;
}

// The page at hand is the root then; false where the index is empty.
bool LeafPages::lock_root()
{
#if PG_VERSION_NUM >= 160000
    page_ = _bt_getroot(index_, table_, BT_READ);
#else
    page_ = _bt_getroot(index_, BT_READ);
#endif
    return BufferIsValid(page_);
}

// From the root to the leaf, which is locked then; false where the index is empty.
bool LeafPages::go_down(Sought sought)
{
    BlockNumber block = inner_->root();
    if (block == InvalidBlockNumber) {
        if (!lock_root()) {
            PredicateLockRelation(index_, snapshot_);
            // Before the lock, somebody may have inserted the first entry.
            if (!IsolationIsSerializable() || !lock_root())
                return false;
        }
        block = BufferGetBlockNumber(page_);
    }
    for (;;) {
        if (Page copy = inner_->find(block)) {
            block = is_behind(copy, sought) ? BTPageGetOpaque(copy)->btpo_next : child(copy, sought);
            continue;
        }
        if (!BufferIsValid(page_))
            turn_to(block);
        go_right(sought);
        Page page = BufferGetPage(page_);
        if (P_ISLEAF(BTPageGetOpaque(page)))
            return true;
        if (inner_->root() == InvalidBlockNumber)
            inner_->set_root(BufferGetBlockNumber(page_));
        inner_->keep(BufferGetBlockNumber(page_), page);
        block = child(page, sought);
        leave();
    }
}

BlockNumber LeafPages::child(Page page, Sought sought) const
{
    return BTreeTupleGetDownLink(entry_on(page, OffsetNumberPrev(first_place(page, sought))));
}

void LeafPages::turn_to(BlockNumber page)
{
    page_ = ReadBuffer(index_, page);
    LockBuffer(page_, BUFFER_LOCK_SHARE);
    _bt_checkpage(index_, page_);
#if PG_VERSION_NUM < 170000
    TestForOldSnapshot(snapshot_, index_, BufferGetPage(page_));
#endif
}

void LeafPages::leave()
{
    UnlockReleaseBuffer(page_);
    page_ = InvalidBuffer;
}

// A page that was split or deleted since its downlink was read hands over to its right.
void LeafPages::go_right(Sought sought)
{
    for (;;) {
        Page page = BufferGetPage(page_);
        BTPageOpaque opaque = BTPageGetOpaque(page);
        if (!P_IGNORE(opaque) && !is_behind(page, sought))
            return;
        if (P_RIGHTMOST(opaque))
            elog(ERROR, "fell off the end of index \"%s\"", RelationGetRelationName(index_));
        BlockNumber right = opaque->btpo_next;
        leave();
        turn_to(right);
    }
}

bool LeafPages::is_behind(Page page, Sought sought) const
{
    if (P_RIGHTMOST(BTPageGetOpaque(page)))
        return false;
    IndexTuple high = entry_on(page, P_HIKEY);
    return sought(high, columns(high)) > 0;
}

// The first one that is not before what is sought; behind the last one, maybe. On an
// inner page the first one stands for everything that is less.
OffsetNumber LeafPages::first_place(Page page, Sought sought) const
{
    BTPageOpaque opaque = BTPageGetOpaque(page);
    OffsetNumber low = P_FIRSTDATAKEY(opaque), high = OffsetNumberNext(PageGetMaxOffsetNumber(page));
    if (!P_ISLEAF(opaque))
        low = OffsetNumberNext(low);
    while (low < high) {
        auto middle = static_cast<OffsetNumber>(low + (high - low) / 2);
        IndexTuple entry = entry_on(page, middle);
        if (sought(entry, columns(entry)) > 0)
            low = OffsetNumberNext(middle);
        else
            high = middle;
    }
    return low;
}

// The entries sought on the page, from that place on; and unlocks it.
void LeafPages::copy(OffsetNumber first, Sought sought)
{
    Page page = BufferGetPage(page_);
    BTPageOpaque opaque = BTPageGetOpaque(page);
    OffsetNumber last = PageGetMaxOffsetNumber(page);
    auto is_sought = [&](OffsetNumber place) {
        IndexTuple entry = entry_on(page, place);
        return sought(entry, columns(entry)) == 0;
    };
    bool are_all = first <= last && is_sought(last);
    bool is_end = !are_all && first <= last;
    at_ = end_ = 0;
    if (are_all) { // and many of them, mostly
        make_room(BLCKSZ);
        memcpy(room_, page, BLCKSZ);
    }
    size_t filled = 0;
    for (OffsetNumber place = first; place <= last && (are_all || is_sought(place)); ++place) {
        ItemId item = PageGetItemId(page, place);
        if (ignores_killed_ && ItemIdIsDead(item))
            continue;
        if (are_all) {
            entries_[end_++] = ItemIdGetOffset(item);
            continue;
        }
        IndexTuple entry = entry_on(page, place);
        size_t size = IndexTupleSize(entry);
        make_room(filled + size);
        memcpy(room_ + filled, entry, size);
        entries_[end_++] = static_cast<LocationIndex>(filled);
        filled += MAXALIGN(size);
    }
    pgstat_count_index_tuples(index_, end_);
    if (!is_end && !P_RIGHTMOST(opaque)) {
        IndexTuple high = entry_on(page, P_HIKEY);
        is_end = sought(high, columns(high)) < 0;
    }
    next_page_ = is_end || P_RIGHTMOST(opaque) ? P_NONE : opaque->btpo_next;
    visible_page_ = InvalidBlockNumber;
    LockBuffer(page_, BUFFER_LOCK_UNLOCK);
}

void LeafPages::make_room(size_t size)
{
    if (size <= capacity_)
        return;
    capacity_ = std::min<size_t>(BLCKSZ, 2 * size + 256);
    room_ = static_cast<char *>(room_ ? repalloc(room_, capacity_) : MemoryContextAlloc(memory_, capacity_));
}

bool LeafPages::read_next_page(Sought sought)
{
    if (next_page_ == P_NONE)
        return false;
    CHECK_FOR_INTERRUPTS();
    BlockNumber wanted = next_page_;
    ReleaseBuffer(page_);
    turn_to(wanted);
    BTPageOpaque opaque = BTPageGetOpaque(BufferGetPage(page_));
    while (P_IGNORE(opaque) && !P_RIGHTMOST(opaque)) {
        wanted = opaque->btpo_next;
        leave();
        turn_to(wanted);
        opaque = BTPageGetOpaque(BufferGetPage(page_));
    }
    if (P_IGNORE(opaque)) {
        leave();
        next_page_ = P_NONE;
        return false;
    }
    PredicateLockPage(index_, wanted, snapshot_);
    copy(P_FIRSTDATAKEY(opaque), sought);
    return true;
}

TupleTableSlot *LeafPages::row()
{
    if (!fetch_) {
        MemoryContext caller = MemoryContextSwitchTo(memory_);
        fetch_ = table_index_fetch_begin(table_);
        slot_ = table_slot_create(table_, nullptr);
        MemoryContextSwitchTo(caller);
    }
    ItemPointerData id = *row_id();
    bool again = false, is_dead = false;
    pgstat_count_heap_fetch(index_);
    return table_index_fetch_tuple(fetch_, &id, snapshot_, slot_, &again, &is_dead) ? slot_ : nullptr;
}

std::optional<IntegerColumn> leading_integer(Relation index)
{
    if (index->rd_rel->relam != BTREE_AM_OID || index->rd_indoption[0] & INDOPTION_DESC)
        return std::nullopt;
    switch (index_getprocid(index, 1, BTORDER_PROC)) {
    case F_BTINT2CMP: return IntegerColumn{2};
    case F_BTINT4CMP: return IntegerColumn{4};
    case F_BTINT8CMP: return IntegerColumn{8};
    default: return std::nullopt;
    }
}

void LeafPages::end()
{
    if (fetch_) {
        table_index_fetch_end(fetch_);
        ExecDropSingleTupleTableSlot(slot_);
    }
    if (BufferIsValid(page_))
        ReleaseBuffer(page_);
    if (BufferIsValid(map_))
        ReleaseBuffer(map_);
    fetch_ = nullptr;
    page_ = map_ = InvalidBuffer;
}

} // namespace relate::pg
