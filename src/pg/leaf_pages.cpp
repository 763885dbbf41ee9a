// See leaf_pages.h, and nbtree's README on moving right.
#include "pg/leaf_pages.h"

namespace relate::pg {

LeafPages::LeafPages(Relation table, Relation index, Snapshot snapshot, Rank rank, int32 rank_id)
    : table_(table), index_(index), snapshot_(snapshot), memory_(CurrentMemoryContext), rank_(rank),
      // On a standby, entries were killed for the primary's snapshots.
      ignores_killed_(!TransactionStartedDuringRecovery()),
      reads_ahead_(get_tablespace_io_concurrency(index->rd_rel->reltablespace) > 0), inner_(index, rank_id), map_(table)
{
}

static constexpr int cache_line = 64; // of most processors

static void fetch(const char *from, int bytes)
{
    for (int at = 0; at < bytes; at += cache_line)
        __builtin_prefetch(from + at);
}

// What every search of a page begins with: its header, the places of its entries, and its end.
static void fetch_outline(Page page)
{
    constexpr int header_and_places = 256;
    fetch(page, header_and_places);
    fetch(page + BLCKSZ - cache_line, cache_line);
}

// In what buffer a page is, maybe; if in none, it begins to be read.
Buffer LeafPages::probable_buffer(const Foreseen &page)
{
    if (BufferIsValid(*page.seen) || page.leaf == prefetched_ || !reads_ahead_)
        return *page.seen;
    prefetched_ = page.leaf;
    return *page.seen = PrefetchBuffer(index_, MAIN_FORKNUM, page.leaf).recent_buffer;
}

static int foreseen_place(const LeafPages::Foreseen &foreseen, int last)
{
    return P_FIRSTKEY + static_cast<int>(foreseen.part * static_cast<float>(last));
}

LeafPages::Foreseen LeafPages::foresee(const Sought &sought)
{
    auto [to, level] = lead(sought);
    if (level != 0)
        return {};
    Buffer buffer = probable_buffer(to);
    if (BufferIsValid(buffer)) {
        __builtin_prefetch(GetBufferDescriptor(buffer - 1));
        fetch_outline(BufferGetPage(buffer));
        if (to.part >= 0)
            __builtin_prefetch(PageGetItemId(BufferGetPage(buffer), foreseen_place(to, usual_last_)));
    }
    return to;
}

// Nobody holds the page still: what is read there says where to look, and nothing else.
void LeafPages::look_closer(const Foreseen &foreseen) const
{
    if (!foreseen.seen || !BufferIsValid(*foreseen.seen))
        return;
    Page page = BufferGetPage(*foreseen.seen);
    int last = std::min<int>(PageGetMaxOffsetNumber(page), MaxIndexTuplesPerPage);
    auto fetch_entry = [&](int place) {
        if (place <= last)
            __builtin_prefetch(page + PageGetItemId(page, place)->lp_off % BLCKSZ);
    };
    fetch_entry(P_HIKEY);
    fetch_entry(P_FIRSTKEY);
    if (foreseen.part >= 0)
        fetch_entry(foreseen_place(foreseen, last));
}

void LeafPages::seek(const Sought &given)
{
    Sought sought = given;
    if (sought.at.leaf == InvalidBlockNumber) {
        sought.at = foresee(sought);
        look_closer(sought.at);
    }
    if (!begin_on_leaf(sought))
        return;
    Page page = BufferGetPage(page_);
    OffsetNumber first = P_FIRSTDATAKEY(BTPageGetOpaque(page)), end = OffsetNumberNext(PageGetMaxOffsetNumber(page));
    copy(guessed_place(page, first, end, sought), sought);
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
    Sought first_one = several(0);
    if (!is_on(first_one.at, first_one))
        return 0;
    PredicateLockPage(index_, BufferGetBlockNumber(page_), snapshot_);
    Page page = BufferGetPage(page_);
    OffsetNumber first = P_FIRSTDATAKEY(BTPageGetOpaque(page)), last = usual_last_ = PageGetMaxOffsetNumber(page);
    size_t filled = 0;
    int done = 0;
    for (; done < count; ++done) {
        Sought sought = several(done);
        OffsetNumber begin = guessed_place(page, first, OffsetNumberNext(last), sought);
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
    if (BufferIsValid(ahead_))
        ReleaseBuffer(std::exchange(ahead_, InvalidBuffer));
}

bool LeafPages::begin_on_leaf(const Sought &sought)
{
    begin_seek();
    if (!go_to_leaf(sought))
        return false;
    PredicateLockPage(index_, BufferGetBlockNumber(page_), snapshot_);
    return true;
}

// Locks the leaf on which the first entry sought is, or would be; false where the index is empty.
bool LeafPages::go_to_leaf(const Sought &sought)
{
    if (sought.at.leaf != InvalidBlockNumber)
        return is_on(sought.at, sought) || go_down(sought);
    if (BufferIsValid(page_) && is_on({BufferGetBlockNumber(page_)}, sought))
        return true;
    return follow(lead(sought), sought) || go_down(sought);
}

// Locks the page if that is the leaf; else none is at hand then.
bool LeafPages::is_on(const Foreseen &leaf, const Sought &sought)
{
    if (BufferIsValid(page_) && BufferGetBlockNumber(page_) == leaf.leaf) {
        LockBuffer(page_, BUFFER_LOCK_SHARE);
    } else {
        if (BufferIsValid(page_))
            ReleaseBuffer(page_);
        turn_to(leaf);
    }
    if (is_leaf_of(BufferGetPage(page_), sought))
        return true;
    leave();
    return false;
}

// Whether all entries sought that are left of the page's end are on it, and some place for
// them is: it has entries before them, and its bound is not. Whatever page it was before.
bool LeafPages::is_leaf_of(Page page, const Sought &sought) const
{
    BTPageOpaque opaque = BTPageGetOpaque(page);
    if (!P_ISLEAF(opaque) || P_IGNORE(opaque) || P_FIRSTDATAKEY(opaque) > PageGetMaxOffsetNumber(page) ||
        is_behind(page, sought))
        return false;
    IndexTuple first = entry_on(page, P_FIRSTDATAKEY(opaque));
    return P_LEFTMOST(opaque) || sought.compare(first, columns(first)) > 0;
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

// Where a copy leads to; nowhere if that is behind its bound: it was split since.
LeafPages::Lead LeafPages::next_down(const InnerPages::Copy &copy, const Sought &sought) const
{
    if (sought.rank > copy.high || (sought.rank == copy.high && is_behind(copy.at(), sought)))
        return nowhere;
    const uint64 *begin = copy.ranks + 1, *end = copy.ranks + copy.count;
    const uint64 *low = first_not_below(begin, end, sought.rank);
    const uint64 *high = low < end && *low == sought.rank ? std::upper_bound(low, end, sought.rank) : low;
    auto behind = low - copy.ranks;
    if (low < high) {
        auto place = [&](const uint64 *rank) { return static_cast<OffsetNumber>(copy.first + (rank - copy.ranks)); };
        behind = first_place(copy.at(), place(low), place(high), sought) - copy.first;
    }
    uint64 from = copy.ranks[behind - 1], to = behind < copy.count ? copy.ranks[behind] : copy.high;
    float part = from < to && to < PG_UINT64_MAX ? static_cast<float>(sought.rank - from) / static_cast<float>(to - from) : -1;
    return {{copy.down[behind - 1], &copy.seen[behind - 1], part}, copy.level - 1};
}

// From the root down, as far as there are copies.
LeafPages::Lead LeafPages::lead(const Sought &sought) const
{
    Lead at = {{inner_.root()}, nowhere.level};
    while (at.level != 0 && at.to.leaf != InvalidBlockNumber) {
        const InnerPages::Copy *copy = inner_.find(at.to.leaf);
        if (!copy)
            break;
        if (at.level != nowhere.level && copy->level != at.level)
            return nowhere;
        at = next_down(*copy, sought);
    }
    return at.level == nowhere.level ? nowhere : at;
}

// From there on by the pages, none of which is believed but the leaf.
bool LeafPages::follow(Lead lead, const Sought &sought)
{
    if (lead.to.leaf == InvalidBlockNumber)
        return false;
    for (; lead.level > 0; --lead.level) {
        turn_to(lead.to);
        Page page = BufferGetPage(page_);
        BTPageOpaque opaque = BTPageGetOpaque(page);
        bool is_of_use = opaque->btpo_level == lead.level && !P_IGNORE(opaque) && !is_behind(page, sought);
        if (is_of_use) {
            keep_copy();
            lead.to = {child(page, sought)};
        }
        leave();
        if (!is_of_use)
            return false;
    }
    return is_on(lead.to, sought);
}

void LeafPages::keep_copy()
{
    Page page = BufferGetPage(page_);
    inner_.keep(BufferGetBlockNumber(page_), page, [&](OffsetNumber place) {
        IndexTuple entry = entry_on(page, place);
        return rank_(entry, columns(entry));
    });
}

// From the root to the leaf by the pages, as every search of the index goes.
bool LeafPages::go_down(const Sought &sought)
{
    if (!lock_root()) {
        PredicateLockRelation(index_, snapshot_);
        // Before the lock, somebody may have inserted the first entry.
        if (!IsolationIsSerializable() || !lock_root())
            return false;
    }
    go_right(sought);
    inner_.set_root(BufferGetBlockNumber(page_));
    for (Page page; page = BufferGetPage(page_), !P_ISLEAF(BTPageGetOpaque(page)); go_right(sought)) {
        keep_copy();
        Foreseen down = {child(page, sought)};
        leave();
        turn_to(down);
    }
    return true;
}

BlockNumber LeafPages::child(Page page, const Sought &sought) const
{
    return BTreeTupleGetDownLink(entry_on(page, OffsetNumberPrev(first_place(page, sought))));
}

// Entries lie in a page in the order in which they came, so the processor does not guess
// which part of it comes next.
void LeafPages::look_ahead()
{
    ahead_ = ReadBuffer(index_, next_page_);
    fetch(BufferGetPage(ahead_), BLCKSZ);
}

// Mostly a page is where it was seen last, which saves the search for its buffer.
Buffer LeafPages::pinned(const Foreseen &page)
{
    if (!page.seen)
        return ReadBuffer(index_, page.leaf);
    if (BufferIsValid(*page.seen) && ReadRecentBuffer(storage_of(index_), MAIN_FORKNUM, page.leaf, *page.seen)) {
        pgstat_count_buffer_read(index_);
        pgstat_count_buffer_hit(index_);
        return *page.seen;
    }
    return *page.seen = ReadBuffer(index_, page.leaf);
}

void LeafPages::turn_to(const Foreseen &page)
{
    page_ = BufferIsValid(ahead_) ? std::exchange(ahead_, InvalidBuffer) : pinned(page);
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

// A search meets entries all over the page, each of which says where to look next: those
// of its next three steps are fetched at once.
static constexpr int fetched_from = 8;

static void fetch_middles(Page page, OffsetNumber low, OffsetNumber high)
{
    int range = high - low;
    for (int eighth = 1; eighth < 8; ++eighth)
        __builtin_prefetch(PageGetItem(page, PageGetItemId(page, low + range * eighth / 8)));
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
    for (int step = 0; low < high; ++step) {
        if (step % 3 == 0 && high - low >= fetched_from)
            fetch_middles(page, low, high);
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
        return std::clamp(first + static_cast<int>(sought.at.part * static_cast<float>(last - first + 1)), int{low}, high - 1);
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
OffsetNumber LeafPages::guessed_place(Page page, OffsetNumber low, OffsetNumber high, const Sought &sought) const
{
    constexpr int few = 8;
    int guessed = high - low < few ? -1 : guess(page, low, high, sought);
    if (guessed < 0)
        return first_place(page, low, high, sought);
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

// The whole page at once.
void LeafPages::copy_all(Page page, OffsetNumber first, OffsetNumber last)
{
    make_room(BLCKSZ);
    memcpy(room_, page, BLCKSZ);
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
    Page page = BufferGetPage(page_);
    BTPageOpaque opaque = BTPageGetOpaque(page);
    OffsetNumber last = usual_last_ = PageGetMaxOffsetNumber(page);
    bool are_all = first <= last && is_sought(page, last, sought); // and many, mostly
    OffsetNumber end = OffsetNumberNext(last);
    size_t filled = 0;
    at_ = end_ = 0;
    if (are_all)
        copy_all(page, first, last);
    else
        end = copy_while(page, first, last, [&](OffsetNumber place) { return is_sought(page, place, sought); }, filled);
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
    if (next_page_ == P_NONE)
        return false;
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
