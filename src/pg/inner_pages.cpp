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
    static constexpr int visits_before = 4; // for fewer, a copy would not pay
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

InnerPages::InnerPages(Relation index, Rank rank, int32 rank_id) : index_(index), rank_(rank)
{
    if (!session)
        begin_session();
    const Known &known = session->find(RelationGetRelid(index), storage_of(index), rank_id);
    id_ = known.id;
    root_ = known.root;
}

void InnerPages::set_root(BlockNumber root)
{
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
    Place *place = &session->place(id_, block, 0);
    if (!session->is_free(*place))
        place = &session->place(id_, block, 1);
    bool is_free = session->is_free(*place);
    bool is_due = ++place->visits >= (is_free ? Session::visits_before : Session::visits_to_replace);
    if (!is_due && !(is_free && when == Copies::at_once))
        return;
    if (!place->copy)
        place->copy = static_cast<Copy *>(MemoryContextAlloc(session->memory, sizeof(Copy)));
    copy_to(*place);
}

void InnerPages::fill(Copy &copy, Page page) const
{
    BTPageOpaque opaque = BTPageGetOpaque(page);
    auto entry_at = [&](int place) {
        return reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, static_cast<OffsetNumber>(place))));
    };
    auto rank = [&](IndexTuple entry) { return rank_(entry, BTreeTupleGetNAtts(entry, index_)); };
    memcpy(copy.page.data, page, BLCKSZ);
    copy.level = opaque->btpo_level;
    copy.first = P_FIRSTDATAKEY(opaque);
    copy.count = PageGetMaxOffsetNumber(page) - copy.first + 1;
    copy.high = P_RIGHTMOST(opaque) ? PG_UINT64_MAX : rank(entry_at(P_HIKEY));
    for (int i = 0; i < copy.count; ++i) {
        IndexTuple entry = entry_at(copy.first + i);
        copy.ranks[i] = i > 0 ? rank(entry) : 0;
        copy.down[i] = BTreeTupleGetDownLink(entry);
        copy.seen[i] = InvalidBuffer;
    }
}

} // namespace relate::pg
