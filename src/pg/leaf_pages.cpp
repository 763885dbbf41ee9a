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
    auto [to, level] = lead(sought);
    return level == 0 ? to : Foreseen{};
}

LeafPages::Foreseen LeafPages::foresee(const Sought &sought)
{
    Foreseen to = way_to(sought);
    if (to.leaf == InvalidBlockNumber)
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

// Once for all that are sought there.
void LeafPages::look_for(const Foreseen &leaf)
{
    if (!reads_ahead_ || leaf.leaf == looked_for_)
        return;
    looked_for_ = leaf.leaf;
    *leaf.seen = read_ahead(index_, leaf.leaf);
}

void LeafPages::look_closer(const Foreseen &leaf)
{
    if (leaf.leaf == InvalidBlockNumber || !BufferIsValid(*leaf.seen))
        return;
    if (has_gone(*leaf.seen, leaf.leaf))
        return look_for(leaf);
    int last = std::min<int>(PageGetMaxOffsetNumber(BufferGetPage(*leaf.seen)), MaxIndexTuplesPerPage);
    int place = foreseen_place(leaf, P_FIRSTKEY, last);
    if (leaf.part < 0)
        return;
    // What a search from there on meets.
    int miss = std::min(static_cast<int>(usual_miss_), 8);
    for (int near = std::max(place - 1 - miss, 1); near <= std::min(place + 2 + 2 * miss, last); ++near)
        fetch_item(*leaf.seen, static_cast<OffsetNumber>(near));
}

void LeafPages::seek(const Sought &given)
{
    Sought sought = given;
    if (sought.at.leaf == InvalidBlockNumber) {
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
    Page page = BufferGetPage(page_);
    copy_all(page, P_FIRSTDATAKEY(BTPageGetOpaque(page)), PageGetMaxOffsetNumber(page));
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
    Page page = BufferGetPage(page_);
    OffsetNumber last = usual_last_ = PageGetMaxOffsetNumber(page);
    size_t filled = 0;
    int done = 0;
    for (; done < count; ++done) {
        OffsetNumber begin = first;
        if (done > 0) {
            sought = several(done);
            begin = guessed_place(page, first, OffsetNumberNext(last), sought);
        }
        int before = end_;
        OffsetNumber end = copy_while(page, begin, last, [&](OffsetNumber place) { return is_sought(page, place, sought); }, filled);
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
        keep_gap(entry_on(page, first));
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
    if (sought.at.leaf != InvalidBlockNumber) {
        place = place_on(sought.at, sought);
    } else {
        if (BufferIsValid(page_))
            place = place_on({BufferGetBlockNumber(page_)}, sought);
        if (!place)
            place = follow(lead(sought), sought);
    }
    return place ? place : go_down(sought);
}

// Locks the page if that is the leaf; else there is no place, and no page at hand.
OffsetNumber LeafPages::place_on(const Foreseen &leaf, const Sought &sought)
{
    if (BufferIsValid(page_) && BufferGetBlockNumber(page_) == leaf.leaf) {
        LockBuffer(page_, BUFFER_LOCK_SHARE);
    } else {
        if (BufferIsValid(page_))
            ReleaseBuffer(page_);
        turn_to(leaf);
    }
    if (OffsetNumber place = place_if_leaf(BufferGetPage(page_), sought))
        return place;
    leave();
    return InvalidOffsetNumber;
}

// That is, if all entries sought that are left of the page's end are on it, and some place for
// them is: it has entries before them, and its bound is not. Whatever page it was before.
OffsetNumber LeafPages::place_if_leaf(Page page, const Sought &sought)
{
    BTPageOpaque opaque = BTPageGetOpaque(page);
    OffsetNumber first = P_FIRSTDATAKEY(opaque), last = PageGetMaxOffsetNumber(page);
    if (!P_ISLEAF(opaque) || P_IGNORE(opaque) || first > last)
        return InvalidOffsetNumber;
    OffsetNumber place = guessed_place(page, first, OffsetNumberNext(last), sought);
    bool is_here = (place > first || P_LEFTMOST(opaque)) && (place <= last || !is_behind(page, sought));
    return is_here ? place : InvalidOffsetNumber;
}

// The page at hand is the root then; false where the index is empty.
bool LeafPages::lock_root()
{
    page_ = btree_root(table_, index_);
    return BufferIsValid(page_);
}

// std::lower_bound without a branch that depends on what is there.
static const uint64 *first_not_below(const uint64 *begin, const uint64 *end, uint64 wanted)
{
    auto left = static_cast<size_t>(end - begin);
    for (; left > 1; left -= left / 2)
        begin += begin[left / 2 - 1] < wanted ? left / 2 : 0;
    return begin + (left == 1 && *begin < wanted);
}

// The same where it is mostly near the beginning.
static const uint64 *first_not_below_near(const uint64 *begin, const uint64 *end, uint64 wanted)
{
    for (ptrdiff_t step = 1; end - begin > step; begin += step, step *= 2)
        if (begin[step - 1] >= wanted)
            return first_not_below(begin, begin + step, wanted);
    return first_not_below(begin, end, wanted);
}

// Where a copy leads to, which is not before that entry of it; nowhere if that is behind its bound:
// it was split since.
LeafPages::Lead LeafPages::next_down(const InnerPages::Copy &copy, const Sought &sought, int from_entry)
{
    if (sought.rank > copy.high || (sought.rank == copy.high && is_behind(copy.at(), sought)))
        return nowhere;
    const uint64 *begin = copy.ranks + from_entry + 1, *end = copy.ranks + copy.count;
    const uint64 *low = from_entry > 0 ? first_not_below_near(begin, end, sought.rank) : first_not_below(begin, end, sought.rank);
    const uint64 *high = low < end && *low == sought.rank ? std::upper_bound(low, end, sought.rank) : low;
    auto behind = low - copy.ranks;
    if (low < high) {
        auto place = [&](const uint64 *rank) { return static_cast<OffsetNumber>(copy.first + (rank - copy.ranks)); };
        behind = first_place(copy.at(), place(low), place(high), sought) - copy.first;
    }
    // The bounds of the first page and of the last one say little.
    uint64 from = copy.ranks[behind - 1], to = behind < copy.count ? copy.ranks[behind] : copy.high;
    bool is_known = behind > 1 && from < to && to < PG_UINT64_MAX;
    float part = is_known ? static_cast<float>(sought.rank - from) / static_cast<float>(to - from) : -1;
    last_entry_ = static_cast<int>(behind - 1);
    return {{copy.down[behind - 1], &copy.seen[behind - 1], part}, copy.level - 1};
}

// The copy that led to a leaf last, if it surely leads to this one.
const InnerPages::Copy *LeafPages::last_above(const Sought &sought) const
{
    if (last_entry_ <= 0)
        return nullptr;
    const InnerPages::Copy *copy = inner_.find(last_above_);
    bool leads_there = copy && copy->level == 1 && last_entry_ < copy->count && sought.rank > copy->ranks[last_entry_] &&
                       sought.rank < copy->high;
    return leads_there ? copy : nullptr;
}

// From the root down, as far as there are copies. What is sought next is mostly near what was sought last.
LeafPages::Lead LeafPages::lead(const Sought &sought)
{
    if (const InnerPages::Copy *copy = last_above(sought))
        return next_down(*copy, sought, last_entry_);
    Lead at = {{inner_.root()}, nowhere.level};
    while (at.level != 0 && at.to.leaf != InvalidBlockNumber) {
        const InnerPages::Copy *copy = inner_.find(at.to.leaf);
        if (!copy)
            break;
        if (at.level != nowhere.level && copy->level != at.level)
            return nowhere;
        last_above_ = at.to.leaf;
        at = next_down(*copy, sought);
    }
    return at.level == nowhere.level ? nowhere : at;
}

// From there on by the pages, none of which is believed but the leaf.
OffsetNumber LeafPages::follow(Lead lead, const Sought &sought)
{
    if (lead.to.leaf == InvalidBlockNumber)
        return InvalidOffsetNumber;
    for (; lead.level > 0; --lead.level) {
        turn_to(lead.to);
        Page page = BufferGetPage(page_);
        BTPageOpaque opaque = BTPageGetOpaque(page);
        bool is_of_use = opaque->btpo_level == lead.level && !P_IGNORE(opaque) && !is_behind(page, sought);
        if (is_of_use) {
            inner_.keep(BufferGetBlockNumber(page_), page);
            lead.to = {child(page, sought)};
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
    for (Page page; page = BufferGetPage(page_), !P_ISLEAF(BTPageGetOpaque(page)); go_right(sought)) {
        inner_.keep(BufferGetBlockNumber(page_), page);
        above_ = BufferGetBlockNumber(page_);
        Foreseen down = {child(page, sought)};
        leave();
        turn_to(down);
    }
    return first_place(BufferGetPage(page_), sought);
}

BlockNumber LeafPages::child(Page page, const Sought &sought) const
{
    return BTreeTupleGetDownLink(entry_on(page, OffsetNumberPrev(first_place(page, sought))));
}

// Entries lie in a page in the order in which they came, so the processor does not guess
// which part of it comes next.
void LeafPages::look_ahead()
{
    Buffer unknown = InvalidBuffer, &seen = leaves_ahead_ ? leaves_ahead_->come_to(next_page_) : unknown;
    bool is_fetched = BufferIsValid(seen);
    ahead_ = pinned(index_, next_page_, seen);
    if (!is_fetched)
        prefetch(BufferGetPage(ahead_), BLCKSZ);
}

void LeafPages::turn_to(const Foreseen &page)
{
    if (BufferIsValid(ahead_))
        page_ = std::exchange(ahead_, InvalidBuffer);
    else
        page_ = page.seen ? pinned(index_, page.leaf, *page.seen) : ReadBuffer(index_, page.leaf);
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
        Page page = BufferGetPage(page_);
        BTPageOpaque opaque = BTPageGetOpaque(page);
        if (!P_IGNORE(opaque) && !is_behind(page, sought))
            return;
        if (P_RIGHTMOST(opaque))
            elog(ERROR, "fell off the end of index \"%s\"", RelationGetRelationName(index_));
        BlockNumber right = opaque->btpo_next;
        leave();
        turn_to({right});
    }
}

bool LeafPages::is_behind(Page page, const Sought &sought) const
{
    if (P_RIGHTMOST(BTPageGetOpaque(page)))
        return false;
    IndexTuple high = entry_on(page, P_HIKEY);
    return sought.compare(high, columns(high)) > 0;
}

// The first one that is not before what is sought; behind the last one, maybe. On an
// inner page the first one stands for everything that is less.
OffsetNumber LeafPages::first_place(Page page, const Sought &sought) const
{
    BTPageOpaque opaque = BTPageGetOpaque(page);
    OffsetNumber low = P_FIRSTDATAKEY(opaque), high = OffsetNumberNext(PageGetMaxOffsetNumber(page));
    return first_place(page, P_ISLEAF(opaque) ? low : OffsetNumberNext(low), high, sought);
}

OffsetNumber LeafPages::first_place(Page page, OffsetNumber low, OffsetNumber high, const Sought &sought) const
{
    while (low < high) {
        auto middle = static_cast<OffsetNumber>(low + (high - low) / 2);
        IndexTuple entry = entry_on(page, middle);
        if (sought.compare(entry, columns(entry)) > 0)
            low = OffsetNumberNext(middle);
        else
            high = middle;
    }
    return low;
}

// A place near which it is, if the entries between are spread evenly; < 0 if nothing speaks for that.
int LeafPages::guess(Page page, OffsetNumber low, OffsetNumber high, const Sought &sought) const
{
    OffsetNumber first = P_FIRSTDATAKEY(BTPageGetOpaque(page)), last = PageGetMaxOffsetNumber(page);
    if (sought.at.part >= 0)
        return std::clamp(foreseen_place(sought.at, first, last), int{low}, high - 1);
    auto rank = [&](int place) {
        IndexTuple entry = entry_on(page, static_cast<OffsetNumber>(place));
        return rank_(entry, columns(entry));
    };
    uint64 from = rank(low), to = rank(high - 1);
    if (sought.rank <= from || sought.rank >= to)
        return -1;
    double part = static_cast<double>(sought.rank - from) / static_cast<double>(to - from);
    return static_cast<int>(low + part * (high - 1 - low));
}

// The same as first_place. Keys of a sequence are spread evenly, and then a search meets few entries.
OffsetNumber LeafPages::guessed_place(Page page, OffsetNumber low, OffsetNumber high, const Sought &sought)
{
    constexpr int few = 8;
    int guessed = high - low < few ? -1 : guess(page, low, high, sought);
    if (guessed < 0)
        return first_place(page, low, high, sought);
    OffsetNumber place = place_from(page, guessed, low, high, sought);
    usual_miss_ += (static_cast<float>(std::abs(place - guessed)) - usual_miss_) / 16;
    return place;
}

// By steps that grow.
OffsetNumber LeafPages::place_from(Page page, int guessed, OffsetNumber low, OffsetNumber high, const Sought &sought) const
{
    auto is_before = [&](int place) {
        IndexTuple entry = entry_on(page, static_cast<OffsetNumber>(place));
        return sought.compare(entry, columns(entry)) > 0;
    };
    int step = 1;
    if (is_before(guessed)) {
        low = static_cast<OffsetNumber>(guessed + 1);
        for (; low + step < high && is_before(low + step - 1); step *= 2)
            low = static_cast<OffsetNumber>(low + step);
        return first_place(page, low, static_cast<OffsetNumber>(std::min<int>(high, low + step)), sought);
    }
    high = static_cast<OffsetNumber>(guessed);
    for (; high - step > low && !is_before(high - step); step *= 2)
        high = static_cast<OffsetNumber>(high - step);
    return first_place(page, static_cast<OffsetNumber>(std::max<int>(low, high - step)), high, sought);
}

// All entries of the page at once, at the places where they lie on it.
void LeafPages::copy_all(Page page, OffsetNumber first, OffsetNumber last)
{
    make_room(BLCKSZ);
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
OffsetNumber LeafPages::copy_while(Page page, OffsetNumber first, OffsetNumber last,
                                   FunctionRef<bool(OffsetNumber)> is_sought, size_t &filled)
{
    OffsetNumber place = first;
    for (; place <= last && is_sought(place); ++place) {
        if (ignores_killed_ && ItemIdIsDead(PageGetItemId(page, place)))
            continue;
        IndexTuple entry = entry_on(page, place);
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
    gap_columns_ = columns(end);
}

// The entries sought on the page, from that place on; and unlocks it.
void LeafPages::copy(OffsetNumber first, const Sought &sought)
{
    int few = pass_ ? 0 : 8; // a pass mostly takes whole pages
    Page page = BufferGetPage(page_);
    BTPageOpaque opaque = BTPageGetOpaque(page);
    OffsetNumber last = usual_last_ = PageGetMaxOffsetNumber(page);
    auto is_sought = [&](OffsetNumber place) { return this->is_sought(page, place, sought); };
    size_t filled = 0;
    at_ = end_ = 0;
    auto some = static_cast<OffsetNumber>(std::min<int>(last, first + few));
    OffsetNumber end = copy_while(page, first, some, is_sought, filled);
    bool are_all = end > some && end <= last && is_sought(last);
    if (are_all) {
        copy_all(page, first, last);
        end = OffsetNumberNext(last);
    } else if (end > some) {
        end = copy_while(page, end, last, is_sought, filled);
    }
    pgstat_count_index_tuples(index_, end_);
    bool is_end = end <= last;
    IndexTuple behind = is_end ? entry_on(page, end) : nullptr;
    if (!is_end && !P_RIGHTMOST(opaque)) {
        IndexTuple high = entry_on(page, P_HIKEY);
        is_end = sought.compare(high, columns(high)) < 0;
        behind = is_end ? high : nullptr;
    }
    next_page_ = is_end || P_RIGHTMOST(opaque) ? P_NONE : opaque->btpo_next;
    keep_gap(behind);
    visible_page_ = InvalidBlockNumber;
    LockBuffer(page_, BUFFER_LOCK_UNLOCK);
    if (are_all && next_page_ != P_NONE)
        look_ahead();
}

void LeafPages::make_room(size_t size)
{
    if (size <= capacity_)
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
    BTPageOpaque opaque = BTPageGetOpaque(BufferGetPage(page_));
    while (P_IGNORE(opaque) && !P_RIGHTMOST(opaque)) {
        wanted = opaque->btpo_next;
        leave();
        turn_to({wanted});
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
