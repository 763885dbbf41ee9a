// See leaf_pages.h, and nbtree's README on moving right.
#include "pg/leaf_pages.h"

namespace relate::pg {

LeafPages::LeafPages(Relation table, Relation index, Snapshot snapshot, Rank rank, int32 rank_id)
    : table_(table), index_(index), snapshot_(snapshot), memory_(CurrentMemoryContext), rank_(rank),
      // On a standby, entries were killed for the primary's snapshots.
      ignores_killed_(!TransactionStartedDuringRecovery()),
      reads_ahead_(reads_ahead(index)), inner_(index, rank, rank_id), map_(table)
{
}

// Where the first entry sought should be, of those from `first` to `last`.
static int foreseen_place(const LeafPages::Foreseen &foreseen, int first, int last)
{
    return first + static_cast<int>(foreseen.part * static_cast<float>(last - first + 1));
}

LeafPages::Foreseen LeafPages::way_to(const Sought &sought)
{
    auto [to, level] = inner_.lead(sought.compare, sought.rank);
    return level == 0 ? to : Foreseen{};
}

LeafPages::Foreseen LeafPages::foresee(const Sought &sought)
{
    Foreseen to = way_to(sought);
    if (to.page == InvalidBlockNumber)
        return to;
    if (!BufferIsValid(*to.seen))
        look_for(to);
    if (BufferIsValid(*to.seen)) {
        fetch_descriptor(*to.seen);
        Page page = BufferGetPage(*to.seen);
        fetch_outline(page);
        if (to.part >= 0)
            prefetch(PageGetItemId(page, foreseen_place(to, P_FIRSTKEY, usual_last_)));
    }
    return to;
}

// Mostly once for all that are sought there.
void LeafPages::look_for(const Foreseen &leaf)
{
    if (!reads_ahead_ || leaf.page == looked_for_)
        return;
    looked_for_ = leaf.page;
    *leaf.seen = read_ahead(index_, leaf.page);
}

void LeafPages::look_closer(const Foreseen &leaf)
{
    if (leaf.page == InvalidBlockNumber || !BufferIsValid(*leaf.seen))
        return;
    if (has_gone(*leaf.seen, leaf.page))
        return look_for(leaf);
    if (leaf.part < 0)
        return;
    int last = std::min<int>(PageGetMaxOffsetNumber(BufferGetPage(*leaf.seen)), MaxIndexTuplesPerPage);
    int place = foreseen_place(leaf, P_FIRSTKEY, last);
    // What a search from there on meets, by steps that grow, and the entries found.
    int miss = std::min(static_cast<int>(usual_miss_), 8);
    for (int near = std::max(place - 1 - miss, 1); near <= std::min(place + 2 + 2 * miss, last); ++near)
        fetch_item(*leaf.seen, static_cast<OffsetNumber>(near));
}

void LeafPages::seek(const Sought &given)
{
    Sought sought = given;
    if (sought.at.page == InvalidBlockNumber) {
        sought.at = foresee(sought);
        look_closer(sought.at);
    }
    if (OffsetNumber first = begin_on_leaf(sought))
        copy(first, sought);
}

void LeafPages::seek_first(const Sought &sought)
{
    begin_seek();
    if (BufferIsValid(page_))
        ReleaseBuffer(std::exchange(page_, InvalidBuffer));
    pass_ = AllocSetContextCreate(memory_, "relate pass", ALLOCSET_SMALL_SIZES);
    leaves_ahead_ = in_context(pass_, [&] { return new (palloc(sizeof(LeavesAhead))) LeavesAhead(index_, inner_); });
    above_ = InvalidBlockNumber;
    OffsetNumber first = go_down(sought);
    if (!first)
        return;
    PredicateLockPage(index_, BufferGetBlockNumber(page_), snapshot_);
    leaves_ahead_->begin(above_, BufferGetBlockNumber(page_));
    copy(first, sought);
}

void LeafPages::seek_page(const Sought &sought)
{
    if (!begin_on_leaf(sought))
        return;
    copy_all(at_hand().first(), at_hand().last());
    pgstat_count_index_tuples(index_, end_);
    visible_page_ = InvalidBlockNumber;
    LockBuffer(page_, BUFFER_LOCK_UNLOCK);
}

int LeafPages::seek_several(int count, FunctionRef<Sought(int which)> several)
{
    begin_seek();
    Sought sought = several(0);
    OffsetNumber first = place_on(sought.at, sought);
    if (!first)
        return 0;
    PredicateLockPage(index_, BufferGetBlockNumber(page_), snapshot_);
    OffsetNumber last = usual_last_ = at_hand().last();
    size_t filled = 0;
    int done = 0;
    for (; done < count; ++done) {
        OffsetNumber begin = first;
        if (done > 0) {
            sought = several(done);
            begin = guessed_place(first, OffsetNumberNext(last), sought);
        }
        int before = end_;
        OffsetNumber end = copy_while(begin, last, sought.compare, filled);
        if (end > last) { // there may be more behind the page
            end_ = before;
            break;
        }
        several_[done] = {before, end_};
        first = end;
    }
    for (int i = 1; i < done; ++i)
        pgstat_count_index_scan(index_);
    pgstat_count_index_tuples(index_, end_);
    if (done > 0)
        keep_gap(at_hand().entry(first));
    visible_page_ = InvalidBlockNumber;
    LockBuffer(page_, BUFFER_LOCK_UNLOCK);
    return done;
}

void LeafPages::choose(int which)
{
    row_ = rows_ = 0;
    at_ = several_[which].begin;
    end_ = several_[which].end;
}

void LeafPages::begin_seek()
{
    pgstat_count_index_scan(index_);
    row_ = rows_ = 0;
    at_ = end_ = 0;
    next_page_ = P_NONE;
    gap_ = Gap::none;
    end_pass();
    if (BufferIsValid(ahead_))
        ReleaseBuffer(std::exchange(ahead_, InvalidBuffer));
}

// As go_to_leaf.
OffsetNumber LeafPages::begin_on_leaf(const Sought &sought)
{
    begin_seek();
    OffsetNumber place = go_to_leaf(sought);
    if (place)
        PredicateLockPage(index_, BufferGetBlockNumber(page_), snapshot_);
    return place;
}

// Locks the leaf on which the first entry sought is, or would be, and gives its place there; none
// where the index is empty.
OffsetNumber LeafPages::go_to_leaf(const Sought &sought)
{
    OffsetNumber place = InvalidOffsetNumber;
    if (sought.at.page != InvalidBlockNumber) {
        place = place_on(sought.at, sought);
    } else {
        if (BufferIsValid(page_))
            place = place_on({BufferGetBlockNumber(page_)}, sought);
        if (!place)
            place = follow(inner_.lead(sought.compare, sought.rank), sought);
    }
    return place ? place : go_down(sought);
}

// Locks the page if that is the leaf; else there is no place, and no page at hand.
OffsetNumber LeafPages::place_on(const Foreseen &leaf, const Sought &sought)
{
    if (BufferIsValid(page_) && BufferGetBlockNumber(page_) == leaf.page) {
        LockBuffer(page_, BUFFER_LOCK_SHARE);
    } else {
        if (BufferIsValid(page_))
            ReleaseBuffer(page_);
        turn_to(leaf);
    }
    if (OffsetNumber place = place_if_leaf(sought))
        return place;
    BtreePage page = at_hand();
    BlockNumber left = page.is_leaf() && !page.is_ignored() && page.begins_with(sought.compare) ? page.left() : P_NONE;
    leave();
    return left != P_NONE ? place_right_of(left, leaf, sought) : InvalidOffsetNumber;
}

// That is, if all entries sought that are left of the page's end are on it, and some place for
// them is: it has entries before them, and its bound is not. Whatever page it was before.
OffsetNumber LeafPages::place_if_leaf(const Sought &sought)
{
    BtreePage page = at_hand();
    OffsetNumber first = page.first(), last = page.last();
    if (!page.is_leaf() || page.is_ignored() || first > last)
        return InvalidOffsetNumber;
    OffsetNumber place = guessed_place(first, OffsetNumberNext(last), sought);
    bool is_here = (place > first || page.is_leftmost()) && (place <= last || !page.is_behind_end(sought.compare));
    if (!is_here)
        return InvalidOffsetNumber;
    if (sought.at.part >= 0)
        usual_miss_ += (static_cast<float>(std::abs(place - foreseen_place(sought.at, first, last))) - usual_miss_) / 16;
    return place;
}

// Where the leaf begins with what is sought, the one at its left proves that it is the first one: who moves on
// from a page whose bound is before what is sought misses none of it.
OffsetNumber LeafPages::place_right_of(BlockNumber left, const Foreseen &leaf, const Sought &sought)
{
    turn_to({left});
    BtreePage page = at_hand();
    bool is_left = page.is_leaf() && !page.is_ignored() && page.is_behind_end(sought.compare);
    BlockNumber right = page.right();
    leave();
    if (!is_left || right != leaf.page)
        return InvalidOffsetNumber;
    turn_to(leaf);
    page = at_hand();
    if (!page.is_ignored() && page.begins_with(sought.compare))
        return page.first();
    leave();
    return InvalidOffsetNumber;
}

// The page at hand is the root then; false where the index is empty.
bool LeafPages::lock_root()
{
    page_ = btree_root(table_, index_);
    return BufferIsValid(page_);
}

// From there on by the pages, none of which is believed but the leaf.
OffsetNumber LeafPages::follow(InnerPages::Lead lead, const Sought &sought)
{
    if (lead.to.page == InvalidBlockNumber)
        return InvalidOffsetNumber;
    for (; lead.level > 0; --lead.level) {
        turn_to(lead.to);
        BtreePage page = at_hand();
        bool is_of_use = page.level() == lead.level && !page.is_ignored() && !page.is_behind_end(sought.compare);
        if (is_of_use) {
            inner_.keep(BufferGetBlockNumber(page_), BufferGetPage(page_));
            lead.to = {page.child(sought.compare)};
        }
        leave();
        if (!is_of_use)
            return InvalidOffsetNumber;
    }
    return place_on(lead.to, sought);
}

// From the root to the leaf by the pages, as every search of the index goes.
OffsetNumber LeafPages::go_down(const Sought &sought)
{
    if (!lock_root()) {
        PredicateLockRelation(index_, snapshot_);
        // Before the lock, somebody may have inserted the first entry.
        if (!IsolationIsSerializable() || !lock_root())
            return InvalidOffsetNumber;
    }
    go_right(sought);
    inner_.set_root(BufferGetBlockNumber(page_));
    for (; !at_hand().is_leaf(); go_right(sought)) {
        above_ = BufferGetBlockNumber(page_);
        inner_.keep(above_, BufferGetPage(page_));
        Foreseen down = {at_hand().child(sought.compare)};
        leave();
        turn_to(down);
    }
    return at_hand().first_place(sought.compare);
}

// Entries lie in a page in the order in which they came, so the processor does not guess
// which part of it comes next.
void LeafPages::look_ahead()
{
    LeavesAhead::Come come = leaves_ahead_ ? leaves_ahead_->come_to(next_page_) : LeavesAhead::Come{};
    ahead_ = come.seen ? pinned(index_, next_page_, *come.seen) : ReadBuffer(index_, next_page_);
    if (ahead_ != come.fetched)
        prefetch(BufferGetPage(ahead_), BLCKSZ);
}

void LeafPages::turn_to(const Foreseen &to)
{
    if (BufferIsValid(ahead_))
        page_ = std::exchange(ahead_, InvalidBuffer);
    else
        page_ = to.seen ? pinned(index_, to.page, *to.seen) : ReadBuffer(index_, to.page);
    fetch_outline(BufferGetPage(page_));
    LockBuffer(page_, BUFFER_LOCK_SHARE);
    _bt_checkpage(index_, page_);
    test_for_old_snapshot(snapshot_, index_, BufferGetPage(page_));
}

void LeafPages::leave()
{
    UnlockReleaseBuffer(page_);
    page_ = InvalidBuffer;
}

// A page that was split or deleted since its downlink was read hands over to its right.
void LeafPages::go_right(const Sought &sought)
{
    for (;;) {
        BtreePage page = at_hand();
        if (!page.is_ignored() && !page.is_behind_end(sought.compare))
            return;
        if (page.is_rightmost())
            elog(ERROR, "fell off the end of index \"%s\"", RelationGetRelationName(index_));
        BlockNumber right = page.right();
        leave();
        turn_to({right});
    }
}

// A place near which it is, if the entries between are spread evenly; < 0 if nothing speaks for that.
int LeafPages::guess(OffsetNumber low, OffsetNumber high, const Sought &sought) const
{
    BtreePage page = at_hand();
    if (sought.at.part >= 0)
        return std::clamp(foreseen_place(sought.at, page.first(), page.last()), int{low}, high - 1);
    uint64 from = page.rank(low, rank_), to = page.rank(high - 1, rank_);
    if (sought.rank <= from || sought.rank >= to)
        return -1;
    double part = static_cast<double>(sought.rank - from) / static_cast<double>(to - from);
    return static_cast<int>(low + part * (high - 1 - low));
}

// The same as BtreePage::first_place. Keys of a sequence are spread evenly, and then a search meets few entries.
OffsetNumber LeafPages::guessed_place(OffsetNumber low, OffsetNumber high, const Sought &sought) const
{
    constexpr int few = 8;
    BtreePage page = at_hand();
    int guessed = high - low < few ? -1 : guess(low, high, sought);
    if (guessed < 0)
        return page.first_place(low, high, sought.compare);
    auto is_before = [&](int place) { return page.is_behind(static_cast<OffsetNumber>(place), sought.compare); };
    int step = 1;
    if (is_before(guessed)) {
        low = static_cast<OffsetNumber>(guessed + 1);
        for (; low + step < high && is_before(low + step - 1); step *= 2)
            low = static_cast<OffsetNumber>(low + step);
        return page.first_place(low, static_cast<OffsetNumber>(std::min<int>(high, low + step)), sought.compare);
    }
    high = static_cast<OffsetNumber>(guessed);
    for (; high - step > low && !is_before(high - step); step *= 2)
        high = static_cast<OffsetNumber>(high - step);
    return page.first_place(static_cast<OffsetNumber>(std::max<int>(low, high - step)), high, sought.compare);
}

// All entries of the page at once, at the places where they lie on it.
void LeafPages::copy_all(OffsetNumber first, OffsetNumber last)
{
    make_room(BLCKSZ);
    Page page = BufferGetPage(page_);
    auto header = reinterpret_cast<PageHeader>(page);
    memcpy(room_ + header->pd_upper, page + header->pd_upper, header->pd_special - header->pd_upper);
    int end = 0;
    for (OffsetNumber place = first; place <= last; ++place) {
        ItemId item = PageGetItemId(page, place);
        entries_[end] = ItemIdGetOffset(item);
        end += !(ignores_killed_ && ItemIdIsDead(item));
    }
    at_ = 0;
    end_ = end;
}

// Where the first one is that is not sought. Behind what was copied before.
OffsetNumber LeafPages::copy_while(OffsetNumber first, OffsetNumber last, Compare compare, size_t &filled)
{
    BtreePage page = at_hand();
    OffsetNumber place = first;
    for (; place <= last && page.is_at(place, compare); ++place) {
        if (ignores_killed_ && page.is_dead(place))
            continue;
        IndexTuple entry = page.entry(place);
        size_t size = IndexTupleSize(entry);
        make_room(filled + size);
        memcpy(room_ + filled, entry, size);
        entries_[end_++] = static_cast<LocationIndex>(filled);
        filled += MAXALIGN(size);
    }
    return place;
}

// Behind what is sought the entry comes, or none.
void LeafPages::keep_gap(IndexTuple end)
{
    gap_ = next_page_ != P_NONE ? Gap::none : end ? Gap::closed : Gap::open;
    if (gap_ != Gap::closed)
        return;
    // Its rows do not matter.
    size_t size = BTreeTupleIsPosting(end) ? BTreeTupleGetPostingOffset(end) : IndexTupleSize(end);
    if (size + read_beyond > sizeof gap_end_) {
        gap_ = Gap::none;
        return;
    }
    memcpy(gap_end_, end, size);
    gap_columns_ = BTreeTupleGetNAtts(end, index_);
}

// The entries sought on the page, from that place on; and unlocks it.
void LeafPages::copy(OffsetNumber first, const Sought &sought)
{
    int few = pass_ ? 0 : 8; // a pass mostly takes whole pages
    BtreePage page = at_hand();
    OffsetNumber last = usual_last_ = page.last();
    size_t filled = 0;
    at_ = end_ = 0;
    auto some = static_cast<OffsetNumber>(std::min<int>(last, first + few));
    OffsetNumber end = copy_while(first, some, sought.compare, filled);
    bool are_all = end > some && end <= last && page.is_at(last, sought.compare);
    if (are_all) {
        copy_all(first, last);
        end = OffsetNumberNext(last);
    } else if (end > some) {
        end = copy_while(end, last, sought.compare, filled);
    }
    pgstat_count_index_tuples(index_, end_);
    bool is_end = end <= last;
    IndexTuple behind = is_end ? page.entry(end) : nullptr;
    if (!is_end && page.is_before_end(sought.compare)) {
        is_end = true;
        behind = page.entry(P_HIKEY);
    }
    next_page_ = is_end || page.is_rightmost() ? P_NONE : page.right();
    keep_gap(behind);
    visible_page_ = InvalidBlockNumber;
    LockBuffer(page_, BUFFER_LOCK_UNLOCK);
    if (are_all && next_page_ != P_NONE)
        look_ahead();
}

void LeafPages::make_room(size_t size)
{
    if (size + read_beyond <= capacity_)
        return;
    capacity_ = std::min<size_t>(BLCKSZ, 2 * size + 256) + read_beyond;
    room_ = static_cast<char *>(room_ ? repalloc(room_, capacity_) : MemoryContextAlloc(memory_, capacity_));
}

bool LeafPages::read_next_page(const Sought &sought)
{
    if (next_page_ == P_NONE) {
        end_pass();
        return false;
    }
    CHECK_FOR_INTERRUPTS();
    BlockNumber wanted = next_page_;
    ReleaseBuffer(page_);
    turn_to({wanted});
    for (BtreePage page = at_hand(); page.is_ignored() && !page.is_rightmost(); page = at_hand()) {
        wanted = page.right();
        leave();
        turn_to({wanted});
    }
    if (at_hand().is_ignored()) {
        leave();
        next_page_ = P_NONE;
        return false;
    }
    PredicateLockPage(index_, wanted, snapshot_);
    copy(at_hand().first(), sought);
    return true;
}

// Serializable transactions lock each row that they look at.
bool LeafPages::is_row_visible()
{
    if (!pass_ || is_serializable_)
        return row() != nullptr;
    if (!seen_rows_)
        seen_rows_ = in_context(pass_, [&] { return new (palloc(sizeof(SeenRows))) SeenRows(table_, snapshot_, map_); });
    std::optional<bool> seen = seen_rows_->has(row_id());
    if (!seen)
        return row() != nullptr;
    if (*seen)
        pgstat_count_heap_fetch(index_);
    return *seen;
}

void LeafPages::end_pass()
{
    if (pass_)
        MemoryContextDelete(std::exchange(pass_, nullptr));
    leaves_ahead_ = nullptr;
    seen_rows_ = nullptr;
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

void LeafPages::end()
{
    if (fetch_) {
        table_index_fetch_end(fetch_);
        ExecDropSingleTupleTableSlot(slot_);
    }
    if (BufferIsValid(page_))
        ReleaseBuffer(page_);
    if (BufferIsValid(ahead_))
        ReleaseBuffer(ahead_);
    map_.end();
    fetch_ = nullptr;
    page_ = ahead_ = InvalidBuffer;
}

} // namespace relate::pg
