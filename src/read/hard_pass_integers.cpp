// All relationships of a type of hard links whose keys are single integers, sorted by
// near and far key: along the index of the near column. The far key comes
//
// - from the same entry, where the index has that column, too;
// - else from the index that it leads itself: two entries of the same row are known by the
//   row's place. What these are held in is within a quarter of what a walk may hold;
// - else from the row.
#include "pg/integer_column.h"
#include "pg/leaf_pages.h"
#include "pg/scan.h"
#include "read/hard_way.h"

namespace relate {

namespace {

size_t bytes_for_pass() { return static_cast<size_t>(std::min(work_mem * 1024.0 * hash_mem_multiplier / 4, 4e9)); }

bool is_small(int64 key) { return key >= 0 && key <= graph::IntegerPair::most; }

// Pairs on their way out, which come in the order of their near keys: those of each sorted
// by the far key, many at once but for those with a key that is not small.
class Out {
public:
    // They go out in the memory context of whoever takes them.
    Out(FunctionRef<bool(KeyBytes near, KeyBytes far)> take, TakePairs take_pairs, MemoryContext taker)
        : take_(take), take_pairs_(take_pairs), taker_(taker)
    {
    }

    // False where no more is wanted.
    [[gnu::always_inline]] bool add(int64 near, int64 far)
    {
        if (near != near_) {
            if ((has_work_ && !end_group()) || (pairs_.size() >= enough && !flush()))
                return false;
            near_ = near;
            group_ = pairs_.size();
            has_work_ = !is_small(near);
        }
        if (!is_small(near) || !is_small(far) || !wide_.empty())
            return add_wide(far);
        auto key = static_cast<uint32>(far);
        has_work_ |= pairs_.size() > group_ && pairs_.back().far > key;
        pairs_.push({static_cast<uint32>(near), key});
        return true;
    }
    bool end() { return end_group() && flush(); }

private:
    static constexpr size_t enough = 256; // to go out

    [[gnu::noinline]] bool end_group()
    {
        if (!wide_.empty())
            return put_wide();
        if (has_work_)
            std::sort(pairs_.begin() + group_, pairs_.end(),
                      [](const graph::IntegerPair &a, const graph::IntegerPair &b) { return a.far < b.far; });
        return true;
    }
    [[gnu::noinline]] bool flush()
    {
        CHECK_FOR_INTERRUPTS();
        bool goes_on = pairs_.empty() || pg::in_context(taker_, [&] { return take_pairs_(pairs_.view()); });
        pairs_.clear();
        group_ = 0;
        return goes_on;
    }

    // The whole group goes out by keys then.
    [[gnu::noinline]] bool add_wide(int64 far)
    {
        has_work_ = true;
        for (size_t i = group_; i < pairs_.size(); ++i)
            wide_.push(pairs_[i].far);
        pairs_.cut(group_);
        wide_.push(far);
        return true;
    }
    bool put_wide()
    {
        std::sort(wide_.begin(), wide_.end());
        bool goes_on = flush();
        for (int64 far : wide_)
            goes_on = goes_on && put_keys(near_, far);
        wide_.clear();
        return goes_on;
    }
    bool put_keys(int64 near, int64 far)
    {
        std::byte near_room[integer_key_capacity], far_room[integer_key_capacity];
        KeyBytes near_key(near_room, encode_integer_key(near, near_room));
        KeyBytes far_key(far_room, encode_integer_key(far, far_room));
        return pg::in_context(taker_, [&] { return take_(near_key, far_key); });
    }

    FunctionRef<bool(KeyBytes near, KeyBytes far)> take_;
    TakePairs take_pairs_;
    MemoryContext taker_;
    pg::Array<graph::IntegerPair> pairs_; // whole groups, and from group_ on the one at work
    size_t group_ = 0;
    bool has_work_ = false; // when it ends: it is to be sorted, or is not of pairs
    int64 near_ = 0;
    pg::Array<int64> wide_; // instead, the far keys of that group
};

// The far key of every row, by its place in the table.
class FarKeys {
public:
    // What it takes for a table of so many pages, and at most so many rows on each.
    static size_t bytes(BlockNumber pages, size_t most) { return pages * most * sizeof(uint32); }

    FarKeys(BlockNumber pages, size_t most) : pages_(pages), places_(most) { keys_.resize_exactly(pages * most, none); }

    // False where it has no place for it. Pages that have come since are of no interest: the
    // snapshot is older.
    bool add(ItemPointer row, int64 key)
    {
        if (ItemPointerGetBlockNumber(row) >= pages_)
            return true;
        if (!is_small(key) || ItemPointerGetOffsetNumber(row) > places_)
            return false;
        keys_[place(row)] = static_cast<uint32>(key);
        return true;
    }
    // Where to find that of a row; memory fetches it meanwhile.
    size_t look_for(ItemPointer row) const
    {
        size_t at = has_place(row) ? place(row) : no_place;
        if (at != no_place)
            prefetch(&keys_[at]);
        return at;
    }
    std::optional<int64> find(size_t at) const
    {
        uint32 key = at == no_place ? none : keys_[at];
        return key == none ? std::nullopt : std::optional(int64{key});
    }

    void release() { keys_.release(); }

private:
    static constexpr uint32 none = graph::IntegerPair::most + 1;
    static constexpr size_t no_place = std::numeric_limits<size_t>::max();

    bool has_place(ItemPointer row) const
    {
        return ItemPointerGetBlockNumber(row) < pages_ && ItemPointerGetOffsetNumber(row) <= places_;
    }
    size_t place(ItemPointer row) const
    {
        return ItemPointerGetBlockNumber(row) * places_ + ItemPointerGetOffsetNumber(row) - 1;
    }

    BlockNumber pages_;
    size_t places_; // on each page
    pg::Array<uint32> keys_;
};

// each(key, entry) at every row of the index with a key, in order, until it says false.
template <class Each>
bool for_each_entry(pg::LeafPages &pages, pg::IntegerColumn column, Each each)
{
    auto compare = [&](IndexTuple entry, int columns) { return columns > 0 && !column.first_of(entry) ? -1 : 0; };
    pg::LeafPages::Sought all = {compare, 0};
    pages.seek_first(all);
    int64 key = 0;
    while (IndexTuple entry = pages.next(all)) {
        if (pages.is_first_row())
            key = *column.first_of(entry);
        if (!each(key, entry))
            return false;
    }
    return true;
}

double visible_part(Oid table)
{
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(tuple))
        return 0;
    auto *relation = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    double part = relation->relpages > 0 ? static_cast<double>(relation->relallvisible) / relation->relpages : 0;
    ReleaseSysCache(tuple);
    return std::min(part, 1.0);
}

// Where the index of the near column says the far key, too: its place there, or 0.
AttrNumber far_in(Relation near_index, const KeyColumn &far)
{
    for (int i = 0; i < IndexRelationGetNumberOfAttributes(near_index); ++i)
        if (near_index->rd_index->indkey.values[i] == far.attribute)
            return static_cast<AttrNumber>(i + 1);
    return 0;
}

// One pass over the index of the near column.
class Pass {
public:
    Pass(const Way &way, Relation table, Relation index, pg::IntegerColumn column, Out &out)
        : far_(way.far().key[0]), index_(index), column_(column),
          pages_(table, index, GetActiveSnapshot(), column_), out_(out)
    {
    }

    // An entry may be gone before its row's place is taken by another row; that one is not
    // there for the snapshot. So where a row is there, the other index has told its key.
    bool by(const FarKeys &keys)
    {
        struct {
            int64 near;
            size_t far;
        } coming[64];
        size_t count = 0;
        auto put = [&] {
            for (size_t i = 0; i < count; ++i) {
                std::optional<int64> far = keys.find(coming[i].far);
                if (far && !out_.add(coming[i].near, *far))
                    return false;
            }
            count = 0;
            return true;
        };
        bool goes_on = for_each_entry(pages_, column_, [&](int64 near, IndexTuple) {
            if (!pages_.is_visible())
                return true;
            coming[count++] = {near, keys.look_for(pages_.row_id())};
            return count < std::size(coming) || put();
        });
        return finish(goes_on && put());
    }
    bool by_entries(AttrNumber far)
    {
        return run([&](IndexTuple entry) {
            bool is_null;
            Datum value = index_getattr(entry, far, RelationGetDescr(index_), &is_null);
            return is_null || !pages_.is_visible() ? std::nullopt : std::optional(integer_in(far_, value));
        });
    }
    bool by_rows()
    {
        return run([&](IndexTuple) -> std::optional<int64> {
            bool is_null = true;
            TupleTableSlot *row = pages_.row();
            Datum value = row ? slot_getattr(row, far_.attribute, &is_null) : 0;
            return is_null ? std::nullopt : std::optional(integer_in(far_, value));
        });
    }

private:
    template <class FarOf>
    bool run(FarOf far_of)
    {
        return finish(for_each_entry(pages_, column_, [&](int64 near, IndexTuple entry) {
            std::optional<int64> far = far_of(entry);
            return !far || out_.add(near, *far);
        }));
    }
    bool finish(bool goes_on)
    {
        pages_.end();
        return goes_on && out_.end();
    }

    const KeyColumn &far_;
    Relation index_;
    pg::IntegerColumn column_;
    pg::LeafPages pages_;
    Out &out_;
};

// By the index of the far column; false where not all of them have a place.
bool read_far_keys(const Way &way, Relation table, FarKeys &keys)
{
    Relation index = index_open(way.far().index, AccessShareLock);
    std::optional<pg::IntegerColumn> column = pg::leading_integer(index);
    bool fits = column.has_value();
    if (column) {
        pg::LeafPages pages(table, index, GetActiveSnapshot(), *column);
        fits = for_each_entry(pages, *column, [&](int64 key, IndexTuple) { return keys.add(pages.row_id(), key); });
        pages.end();
    }
    index_close(index, NoLock);
    return fits;
}

bool leads_index(const Module &side) { return OidIsValid(side.index) && side.key[0].index_position == 1; }

// Rows that come and go leave gaps, but mostly not so many on one page.
size_t usual_rows(double pages, double rows)
{
    double mean = pages > 0 ? rows / pages : 0;
    return static_cast<size_t>(std::min(1.2 * mean + 16, static_cast<double>(MaxHeapTuplesPerPage)));
}

// All of the way, by the index of its near column.
bool pass(const Way &way, Relation table, Relation index, pg::IntegerColumn column, Out &out)
{
    Pass all(way, table, index, column, out);
    if (AttrNumber far = far_in(index, way.far().key[0]))
        return all.by_entries(far);
    if (!leads_index(way.far()) || !pg::has_index(table, way.far().index))
        return all.by_rows();
    BlockNumber pages = RelationGetNumberOfBlocks(table);
    double rows = std::max(hard_link_estimate(way.workspace, way.type), 0.0);
    for (size_t most : {usual_rows(pages, rows), static_cast<size_t>(MaxHeapTuplesPerPage)}) {
        if (FarKeys::bytes(pages, most) > bytes_for_pass())
            break;
        FarKeys keys(pages, most);
        if (read_far_keys(way, table, keys))
            return all.by(keys);
        keys.release();
    }
    return all.by_rows();
}

} // namespace

std::optional<bool> pass_integers(const Way &way, Relation table, FunctionRef<bool(KeyBytes near, KeyBytes far)> take,
                                  TakePairs take_pairs)
{
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "relate hard pass", ALLOCSET_DEFAULT_SIZES);
    Relation index = index_open(way.near().index, AccessShareLock);
    std::optional<pg::IntegerColumn> column = pg::leading_integer(index);
    std::optional<bool> goes_on;
    if (column && leads_index(way.near())) {
        Out out(take, take_pairs, CurrentMemoryContext);
        goes_on = pg::in_context(memory, [&] { return pass(way, table, index, *column, out); });
    }
    index_close(index, NoLock);
    MemoryContextDelete(memory);
    return goes_on;
}

// Measured, in probes, which look at rows here.
double cost_of_integers(const Way &way)
{
    double visible = visible_part(way.storage.table);
    bool by_indexes = leads_index(way.near()) && leads_index(way.far());
    return by_indexes ? 0.03 + 0.08 * (1 - visible) : 0.1;
}

} // namespace relate
