// See inner_pages.h.
#include "pg/inner_pages.h"

namespace relate::pg {

namespace {

using Storage = decltype(storage_of(Relation{}));

// An id is not used again, so what belongs to one that was forgotten is never found.
struct Known {
    uint64 id; // 0: free
    Oid index;
    Storage storage;
    int32 rank_id;
    BlockNumber root;
};

struct Place {
    uint64 id; // 0: none
    BlockNumber block;
    int visits; // of other pages that belong here
    InnerPages::Copy *copy;
};

struct Session {
    static constexpr uint32 known_count = 64;
    static constexpr uint32 place_count = 512; // by twos
    static constexpr int visits_before = 4; // of probes: for fewer, a copy would not pay
    static constexpr int visits_to_replace = 32;

    MemoryContext memory;
    uint64 last_id;
    Known known[known_count];
    Place places[place_count];

    static uint32 scattered(uint64 id, BlockNumber block)
    {
        return murmurhash32(block ^ static_cast<uint32>(id) * 0x9e3779b9);
    }
    // One of two.
    Place &place(uint64 id, BlockNumber block, uint32 which)
    {
        return places[(scattered(id, block) % place_count) ^ which];
    }

    Known *find(uint64 id)
    {
        for (Known &each : known)
            if (each.id == id)
                return &each;
        return nullptr;
    }
    bool is_free(const Place &place) { return place.id == 0 || !find(place.id); }
    Known &find(Oid index, const Storage &storage, int32 rank_id);
    Place *find(uint64 id, BlockNumber block)
    {
        for (uint32 which : {0, 1})
            if (Place &each = place(id, block, which); each.id == id && each.block == block)
                return &each;
        return nullptr;
    }
};

Session *session;

Known &Session::find(Oid index, const Storage &storage, int32 rank_id)
{
    Known *free = nullptr;
    for (Known &each : known) {
        if (each.index == index && each.rank_id == rank_id && memcmp(&each.storage, &storage, sizeof storage) == 0)
            return each;
        if (each.id == 0)
            free = &each;
    }
    Known &made = free ? *free : known[last_id % known_count];
    made = {++last_id, index, storage, rank_id, InvalidBlockNumber};
    return made;
}

void on_invalidation(Datum, Oid relation)
{
    for (Known &known : session->known)
        if (relation == InvalidOid || known.index == relation)
            known = {};
}

void begin_session()
{
    MemoryContext memory = AllocSetContextCreate(TopMemoryContext, "relate inner pages", ALLOCSET_DEFAULT_SIZES);
    auto *made = static_cast<Session *>(MemoryContextAllocZero(memory, sizeof(Session)));
    made->memory = memory;
    CacheRegisterRelcacheCallback(on_invalidation, 0);
    session = made;
}

} // namespace

InnerPages::InnerPages(Relation index, BtreePage::Rank rank, int32 rank_id) : index_(index), rank_(rank)
{
    if (!session)
        begin_session();
    const Known &known = session->find(RelationGetRelid(index), storage_of(index), rank_id);
    id_ = known.id;
    root_ = known.root;
}

void InnerPages::set_root(BlockNumber root)
{
    led_ = {};
    root_ = root;
    if (Known *known = session->find(id_))
        known->root = root;
}

const InnerPages::Copy *InnerPages::find(BlockNumber block) const
{
    Place *place = session->find(id_, block);
    return place ? place->copy : nullptr;
}

void InnerPages::keep(BlockNumber block, Page page, Copies when) const
{
    // None is there if the rank raises an error.
    auto copy_to = [&](Place &place) {
        place.id = 0;
        place.visits = 0;
        fill(*place.copy, page);
        place.id = id_;
        place.block = block;
    };
    if (Place *kept = session->find(id_, block)) {
        if (memcmp(kept->copy->page.data, page, BLCKSZ) != 0)
            copy_to(*kept);
        return;
    }
    Place &first = session->place(id_, block, 0), &second = session->place(id_, block, 1);
    Place &place = session->is_free(first) ? first : second;
    bool is_due;
    if (when == Copies::at_once)
        is_due = session->is_free(first) && session->is_free(second);
    else
        is_due = ++place.visits >= (session->is_free(place) ? Session::visits_before : Session::visits_to_replace);
    if (!is_due)
        return;
    if (!place.copy)
        place.copy = static_cast<Copy *>(MemoryContextAlloc(session->memory, sizeof(Copy)));
    copy_to(place);
}

void InnerPages::fill(Copy &copy, Page page) const
{
    BtreePage from(index_, page);
    memcpy(copy.page.data, page, BLCKSZ);
    copy.level = from.level();
    copy.first = from.first();
    copy.count = from.last() - copy.first + 1;
    copy.high = from.is_rightmost() ? PG_UINT64_MAX : from.rank(P_HIKEY, rank_);
    for (int i = 0; i < copy.count; ++i) {
        auto place = static_cast<OffsetNumber>(copy.first + i);
        copy.ranks[i] = i > 0 ? from.rank(place, rank_) : 0;
        copy.down[i] = BTreeTupleGetDownLink(from.entry(place));
        copy.seen[i] = InvalidBuffer;
    }
}

// ---- the way down ----------------------------------------------------------------------

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

static constexpr InnerPages::Lead nowhere = {{}, PG_UINT32_MAX};

// Where a copy leads to, which is not before that entry of it; nowhere if that is behind its bound:
// it was split since.
InnerPages::Lead InnerPages::next_down(const Copy &copy, BtreePage::Compare compare, uint64 rank, int from_entry)
{
    BtreePage page(index_, copy.at());
    if (rank > copy.high || (rank == copy.high && page.is_behind_end(compare)))
        return nowhere;
    const uint64 *begin = copy.ranks + from_entry + 1, *end = copy.ranks + copy.count;
    const uint64 *low = from_entry > 0 ? first_not_below_near(begin, end, rank) : first_not_below(begin, end, rank);
    const uint64 *high = low < end && *low == rank ? std::upper_bound(low, end, rank) : low;
    auto next = low - copy.ranks;
    if (low < high) {
        auto place = [&](const uint64 *of) { return static_cast<OffsetNumber>(copy.first + (of - copy.ranks)); };
        next = page.first_place(place(low), place(high), compare) - copy.first;
    }
    // The bounds of the first page and of the last one say little.
    uint64 from = copy.ranks[next - 1], to = next < copy.count ? copy.ranks[next] : copy.high;
    bool is_known = next > 1 && from < to && to < PG_UINT64_MAX;
    float part = is_known ? static_cast<float>(rank - from) / static_cast<float>(to - from) : -1;
    led_.entry = static_cast<int>(next - 1);
    if (copy.level > 1)
        led_.end = std::min(led_.end, to);
    return {{copy.down[next - 1], &copy.seen[next - 1], part}, copy.level - 1};
}

// The copy that led to a leaf last, if it surely leads to this one, too.
const InnerPages::Copy *InnerPages::led_by(uint64 rank) const
{
    if (led_.entry <= 0 || rank >= led_.end)
        return nullptr;
    const Copy *copy = find(led_.page);
    bool leads_there = copy && copy->level == 1 && led_.entry < copy->count && rank > copy->ranks[led_.entry] &&
                       rank < copy->high;
    return leads_there ? copy : nullptr;
}

InnerPages::Lead InnerPages::lead(BtreePage::Compare compare, uint64 rank)
{
    if (const Copy *copy = led_by(rank))
        return next_down(*copy, compare, rank, led_.entry);
    Lead at = {{root_}, nowhere.level};
    led_ = {InvalidBlockNumber, 0, PG_UINT64_MAX};
    while (at.level != 0 && at.to.page != InvalidBlockNumber) {
        const Copy *copy = find(at.to.page);
        if (!copy)
            break;
        bool is_expected = at.level == nowhere.level || copy->level == at.level;
        led_.page = at.to.page;
        at = is_expected ? next_down(*copy, compare, rank, 0) : nowhere;
    }
    if (at.level != nowhere.level)
        return at;
    led_ = {};
    return nowhere;
}

} // namespace relate::pg
