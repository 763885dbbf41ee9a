// DirectLinks: see links.h. A walk's hot path: one descent of the index for each
// record probed, or one pass over all its entries, and the visibility map.
#include "graph/integer_edges.h"
#include "key/key_datum.h"
#include "pg/leaf_probes.h"
#include "pg/scan.h"
#include "read/direct.h"
#include "read/links.h"

extern "C" Datum relate_record_key_cmp(PG_FUNCTION_ARGS);

namespace relate {

// Positions in the two indexes.
[[maybe_unused]] static constexpr AttrNumber near_module = 1, near_key = 2, type_id = 3, far_module = 4, far_key = 5;

struct DirectLinks::Entry {
    int32 near_module;
    Datum near_key;
    int32 type_id;
    int32 far_module;
    Datum far_key;
    DateADT first, last; // open ends are the least and the greatest date
};

// Somebody may have made the index anew, in another order.
static bool is_in_order(Relation table, Relation index)
{
    if (index->rd_rel->relam != BTREE_AM_OID || IndexRelationGetNumberOfKeyAttributes(index) < far_key ||
        !pg::is_for_all_snapshots(index))
        return false;
    for (AttrNumber column = near_module; column <= far_key; ++column) {
        AttrNumber in_table = index->rd_index->indkey.values[column - 1];
        bool is_key = column == near_key || column == far_key;
        if (index->rd_indoption[column - 1] & INDOPTION_DESC || !TupleDescAttr(RelationGetDescr(table), in_table - 1)->attnotnull)
            return false;
        if (is_key ? index_getprocinfo(index, column, BTORDER_PROC)->fn_addr != relate_record_key_cmp
                   : index_getprocid(index, column, BTORDER_PROC) != F_BTINT4CMP)
            return false;
    }
    return true;
}

DirectLinks *DirectLinks::open(const Ways &ways, Side near, Relation table)
{
    Relation index = index_open(ways.workspace->index(near).oid, AccessShareLock);
    if (is_in_order(table, index))
        return new (palloc(sizeof(DirectLinks))) DirectLinks(ways, near, table, index);
    index_close(index, NoLock);
    return nullptr;
}

DirectLinks::DirectLinks(const Ways &ways, Side near, Relation table, Relation index)
    : workspace_(*ways.workspace), as_of_(ways.as_of), near_(near), types_(ways.from(near)), table_(table),
      index_(index), columns_(ways.workspace->index(near)),
      is_compact_(columns_.start_date == far_key + 1 && columns_.end_date == far_key + 2),
      rank_{types_.only_module(near), TupleDescAttr(RelationGetDescr(table), workspace_.column.source_key - 1)->attalign},
      pages_(table, index, GetActiveSnapshot(), rank_, rank_.module), waiting_(table, GetActiveSnapshot())
{
}

void DirectLinks::close()
{
    pages_.end();
    waiting_.end();
    index_close(index_, NoLock);
}

static int32 read_int4(const char *&at, const char *base)
{
    at = base + att_align_nominal(at - base, TYPALIGN_INT);
    int32 value;
    memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}

[[gnu::always_inline]] static inline Datum read_key(const char *&at, const char *base, char alignment)
{
    if (!VARATT_NOT_PAD_BYTE(at))
        at = base + att_align_nominal(at - base, alignment);
    Datum key = PointerGetDatum(at);
    at += VARSIZE_ANY(at);
    return key;
}

static const char *data_of(IndexTuple tuple)
{
    return reinterpret_cast<const char *>(tuple) + IndexInfoFindDataOffset(tuple->t_info);
}

uint64 DirectLinks::Rank::operator()(IndexTuple tuple, int columns) const
{
    if (!module || columns < near_module)
        return 0;
    const char *base = data_of(tuple), *at = base;
    int32 of = read_int4(at, base);
    if (of != module)
        return of < module ? 0 : PG_UINT64_MAX;
    if (columns < near_key)
        return 0;
    Datum key = read_key(at, base, key_alignment);
    KeyBytes bytes = key_bytes(key);
    uint64 prefix = key_prefix(bytes);
    release_key_bytes(key, bytes);
    return prefix;
}

// The leading columns of the entries wanted.
struct DirectLinks::Wanted {
    const DirectLinks *links;
    int count; // of the columns: 0 are all entries
    int32 module;
    KeyBytes key;
    int32 type;
    uint64 prefix; // of the key

    int operator()(IndexTuple tuple, int columns) const { return links->compare(*this, tuple, columns); }
    uint64 rank() const { return links->rank_.module ? prefix : 0; }
};

// False where there are surely none.
bool DirectLinks::want(const graph::Record &near, Wanted &wanted) const
{
    const RelationshipType *only = types_.only();
    wanted = {this, only ? type_id : near_key, near.module_id, near.key, only ? only->id : 0, key_prefix(near.key)};
    return !rank_.module || near.module_id == rank_.module;
}

static int compare_int4(int32 a, int32 b) { return (a > b) - (a < b); }

// See BtreePage::Compare. An entry that ends where the wanted columns do is the bound
// between two pages, and what is wanted lies behind it.
int DirectLinks::compare(const Wanted &wanted, IndexTuple tuple, int columns) const
{
    const char *base = data_of(tuple), *at = base;
    if (wanted.count >= near_module && columns >= near_module)
        if (int order = compare_int4(wanted.module, read_int4(at, base)))
            return order;
    if (wanted.count >= near_key && columns >= near_key)
        if (int order = compare_key(wanted, at, base))
            return order;
    if (wanted.count >= type_id && columns >= type_id)
        if (int order = compare_int4(wanted.type, read_int4(at, base)))
            return order;
    return wanted.count > 0 && columns <= wanted.count;
}

// Most keys are of eight bytes at the most, and compared as numbers. An index's page may be
// read some bytes further.
[[gnu::always_inline]] inline int DirectLinks::compare_key(const Wanted &wanted, const char *&at, const char *base) const
{
    constexpr size_t most = sizeof wanted.prefix;
    size_t size = VARATT_IS_SHORT(at) ? VARSIZE_SHORT(at) - VARHDRSZ_SHORT : 0;
    if (size > 0 && size <= most && wanted.key.size() <= most) {
        uint64 prefix;
        memcpy(&prefix, VARDATA_SHORT(at), most);
        prefix = pg_ntoh64(prefix) & ~uint64{0} << 8 * (most - size);
        at += VARSIZE_SHORT(at);
        if (prefix != wanted.prefix)
            return wanted.prefix < prefix ? -1 : 1;
        return (wanted.key.size() > size) - (wanted.key.size() < size);
    }
    Datum key = read_key(at, base, rank_.key_alignment);
    KeyBytes bytes = key_bytes(key);
    int order = compare_keys(wanted.key, bytes);
    release_key_bytes(key, bytes);
    return order;
}

// Column by column as index_getattr would, which begins anew for each.
[[gnu::always_inline]] inline void DirectLinks::read_entry(IndexTuple tuple, Entry &entry) const
{
    const char *base = data_of(tuple), *at = base;
    entry.near_module = read_int4(at, base);
    entry.near_key = read_key(at, base, rank_.key_alignment);
    entry.type_id = read_int4(at, base);
    entry.far_module = read_int4(at, base);
    entry.far_key = read_key(at, base, rank_.key_alignment);
    entry.first = DATEVAL_NOBEGIN;
    entry.last = DATEVAL_NOEND;
    if (is_compact_) {
        read_dates(tuple, at, entry.first, entry.last);
    } else if (columns_.start_date) {
        bool is_null;
        Datum first = index_getattr(tuple, columns_.start_date, RelationGetDescr(index_), &is_null);
        if (!is_null)
            entry.first = DatumGetDateADT(first);
        Datum last = index_getattr(tuple, columns_.end_date, RelationGetDescr(index_), &is_null);
        if (!is_null)
            entry.last = DatumGetDateADT(last);
    }
}

static bool has(IndexTuple tuple, AttrNumber column)
{
    return !IndexTupleHasNulls(tuple) || !att_isnull(column - 1, reinterpret_cast<const bits8 *>(tuple + 1));
}

// Those of a compact entry, behind its other columns.
[[gnu::always_inline]] inline void DirectLinks::read_dates(IndexTuple tuple, const char *at, DateADT &first,
                                                          DateADT &last) const
{
    const char *base = data_of(tuple);
    if (has(tuple, columns_.start_date))
        first = read_int4(at, base);
    if (has(tuple, columns_.end_date))
        last = read_int4(at, base);
}

struct DirectLinks::IntegerEntry {
    int32 near_module, far_module;
    graph::IntegerPair pair;
};

// Where things lie in an entry of integers without dates that count, and what they are but
// for the digits.
class DirectLinks::Shape {
public:
    // None where it is not of this shape.
    std::optional<IntegerEntry> read(IndexTuple tuple) const
    {
        auto *at = reinterpret_cast<const char *>(tuple);
        if (tuple->t_info != info_ || load<uint32>(at + sizeof *tuple) != behind_header_ ||
            load<int32>(at + data_) != near_module_ || load<uint16>(at + near_) != near_head_ ||
            load<uint64>(at + middle_) != type_and_far_module_ || load<uint16>(at + far_) != far_head_)
            return {};
        graph::IntegerPair pair = {digits(at + near_, near_shift_), digits(at + far_, far_shift_)};
        if (pair.near > graph::IntegerPair::most || pair.far > graph::IntegerPair::most)
            return {};
        return IntegerEntry{near_module_, far_module_, pair};
    }

    void learn(IndexTuple tuple, const IntegerEntry &entry)
    {
        auto *at = reinterpret_cast<const char *>(tuple);
        info_ = tuple->t_info;
        behind_header_ = load<uint32>(at + sizeof *tuple);
        near_module_ = entry.near_module;
        far_module_ = entry.far_module;
        data_ = static_cast<int>(IndexInfoFindDataOffset(tuple->t_info));
        near_ = data_ + static_cast<int>(sizeof near_module_);
        near_head_ = load<uint16>(at + near_);
        near_shift_ = shift(at + near_);
        middle_ = static_cast<int>(INTALIGN(near_ + static_cast<int>(VARSIZE_SHORT(at + near_))));
        type_and_far_module_ = load<uint64>(at + middle_);
        far_ = middle_ + static_cast<int>(sizeof type_and_far_module_);
        far_head_ = load<uint16>(at + far_);
        far_shift_ = shift(at + far_);
    }

private:
    static constexpr int head = VARHDRSZ_SHORT + 1; // and the tag, which tells the number of digits

    template <class T>
    static T load(const char *at)
    {
        T value;
        memcpy(&value, at, sizeof value);
        return value;
    }
    static int shift(const char *key) { return 63 - 8 * (static_cast<int>(VARSIZE_SHORT(key)) - head); }
    static uint32 digits(const char *key, int shift)
    {
        return static_cast<uint32>(pg_ntoh64(load<uint64>(key + head)) >> 1 >> shift);
    }

    unsigned short info_ = 0; // no entry's
    uint32 behind_header_ = 0;
    int32 near_module_ = 0, far_module_ = 0;
    int data_ = 0, near_ = 0, middle_ = 0, far_ = 0, near_shift_ = 0, far_shift_ = 0;
    uint16 near_head_ = 0, far_head_ = 0;
    uint64 type_and_far_module_ = 0;
};

// Most entries are in this like one of the last two that were not like one of these.
class DirectLinks::Shapes {
public:
    std::optional<IntegerEntry> read(IndexTuple tuple)
    {
        if (auto entry = shape_[last_].read(tuple))
            return entry;
        last_ = 1 - last_;
        return shape_[last_].read(tuple);
    }
    // In place of that which was looked at last.
    void learn(IndexTuple tuple, const IntegerEntry &entry) { shape_[last_].learn(tuple, entry); }

private:
    Shape shape_[2];
    int last_ = 0;
};

[[gnu::always_inline]] static inline bool read_small_integer(const char *&at, uint32 &value)
{
    static_assert(graph::small_integer_reads_beyond <= pg::LeafPages::read_beyond);
    if (!VARATT_IS_SHORT(at))
        return false;
    int64 integer = graph::small_integer_of_longer(reinterpret_cast<const std::byte *>(VARDATA_SHORT(at)),
                                                   VARSIZE_SHORT(at) - VARHDRSZ_SHORT);
    if (integer < 0 || integer > graph::IntegerPair::most)
        return false;
    value = static_cast<uint32>(integer);
    at += VARSIZE_SHORT(at);
    return true;
}

// What most passes meet nothing but: an entry of the only type, with such keys. None
// where it is another one, or does not hold on the day.
auto DirectLinks::read_integers(IndexTuple tuple, Shapes &shapes) -> std::optional<IntegerEntry>
{
    IntegerEntry entry;
    const RelationshipType &type = *types_.only();
    const char *base = data_of(tuple), *at = base;
    entry.near_module = read_int4(at, base);
    if (!read_small_integer(at, entry.pair.near) || read_int4(at, base) != type.id)
        return {};
    entry.far_module = read_int4(at, base);
    if (!is_module(entry.far_module) || !read_small_integer(at, entry.pair.far))
        return {};
    if (type.is_perpetual || !(has(tuple, columns_.start_date) || has(tuple, columns_.end_date))) {
        shapes.learn(tuple, entry);
        return entry;
    }
    DateADT first = DATEVAL_NOBEGIN, last = DATEVAL_NOEND;
    read_dates(tuple, at, first, last);
    return first <= as_of_ && last >= as_of_ ? std::optional(entry) : std::nullopt;
}

[[gnu::always_inline]] inline bool DirectLinks::is_module(int32 id)
{
    if (id == known_module_)
        return true;
    if (!workspace_.module(id))
        return false;
    known_module_ = id;
    return true;
}

[[gnu::always_inline]] inline bool DirectLinks::is_wanted(const Entry &entry)
{
    const RelationshipType *type = types_.find(entry.type_id);
    if (!type || (!type->is_perpetual && (entry.first > as_of_ || entry.last < as_of_)))
        return false;
    return is_module(entry.far_module);
}

// An index that lacks the dates sends us to the row for them.
static bool holds_then(TupleTableSlot *row, const RelationshipColumns &c, DateADT day)
{
    bool is_null;
    Datum first = slot_getattr(row, c.start_date, &is_null);
    if (!is_null && DatumGetDateADT(first) > day)
        return false;
    Datum last = slot_getattr(row, c.end_date, &is_null);
    return is_null || DatumGetDateADT(last) >= day;
}

[[gnu::always_inline]] inline bool DirectLinks::is_there(const Entry &entry)
{
    if (columns_.start_date)
        return pages_.is_visible();
    TupleTableSlot *row = pages_.row();
    return row && (types_.find(entry.type_id)->is_perpetual || holds_then(row, workspace_.column, as_of_));
}

bool DirectLinks::probe(std::span<const graph::Record> near, TakeFar take)
{
    auto want = [&](size_t place, Wanted &wanted) { return this->want(near[place], wanted); };
    bool goes_on = pg::probe_leaves<Wanted>(
        pages_, near.size(), want,
        [&](size_t place, const pg::LeafPages::Sought &sought) { return take_found(sought, place, take); });
    return goes_on && take_waiting(take);
}

auto DirectLinks::taking(TakeFar take)
{
    return [this, take](const Waiting &found, TupleTableSlot *row) {
        if (row)
            pgstat_count_heap_fetch(index_);
        return take(found.place, {found.far_module, KeyBytes(found.far_key, found.size)}, found.via);
    };
}

bool DirectLinks::take_found(const pg::LeafPages::Sought &sought, size_t place, TakeFar take)
{
    Entry entry;
    while (IndexTuple tuple = pages_.next(sought)) {
        read_entry(tuple, entry);
        if (is_wanted(entry) && !take_in_turn(entry, place, take))
            return false;
    }
    return true;
}

// Where its row must be looked at, it waits, and others behind it.
bool DirectLinks::take_in_turn(const Entry &entry, size_t place, TakeFar take)
{
    graph::Via via(entry.type_id, near_ == Side::target);
    KeyBytes far = key_bytes(entry.far_key);
    bool has_dates = columns_.start_date, is_seen = has_dates && pages_.is_visible_to_all(), goes_on = true;
    if (is_seen && waiting_.empty()) {
        goes_on = take(place, {entry.far_module, far}, via);
    } else if (has_dates && far.size() <= Waiting::longest) {
        Waiting waiting = {place, far.size(), entry.far_module, via, {}};
        memcpy(waiting.far_key, far.data(), far.size());
        goes_on = waiting_.add(waiting, is_seen ? nullptr : pages_.row_id(), taking(take));
    } else {
        goes_on = take_waiting(take) && (!(is_seen || is_there(entry)) || take(place, {entry.far_module, far}, via));
    }
    release_key_bytes(entry.far_key, far);
    return goes_on;
}

bool DirectLinks::take_waiting(TakeFar take)
{
    return waiting_.put(taking(take));
}

double DirectLinks::probe_cost(std::span<const graph::Record> near, double further_edges)
{
    return pg::cost_of_probes<Wanted>(pages_, near.size(), further_edges * edge_cost,
                                      [&](size_t place, Wanted &wanted) { return want(near[place], wanted); });
}

std::uint64_t DirectLinks::place() const { return pages_.place(); }

void DirectLinks::beside(const graph::Record &near, TakeNear take)
{
    Wanted wanted;
    if (!want(near, wanted))
        return;
    pg::LeafPages::Sought sought = {wanted, wanted.rank()};
    pages_.seek_page(sought);
    Entry entry;
    while (IndexTuple tuple = pages_.next(sought)) {
        read_entry(tuple, entry);
        if (!is_wanted(entry))
            continue;
        KeyBytes key = key_bytes(entry.near_key);
        take({entry.near_module, key});
        release_key_bytes(entry.near_key, key);
    }
}

// Edges between integers, on their way out.
struct DirectLinks::Run {
    graph::IntegerRun run;
    TakeRun take;
    graph::IntegerPair pairs[256];
    size_t count = 0;

    bool put()
    {
        run.pairs = {pairs, std::exchange(count, 0)};
        return run.pairs.empty() || take(run);
    }
    bool add(const IntegerEntry &entry)
    {
        bool is_of_these = entry.near_module == run.near_module && entry.far_module == run.far_module;
        if ((!is_of_these || count == std::size(pairs)) && !put())
            return false;
        run.near_module = entry.near_module;
        run.far_module = entry.far_module;
        pairs[count++] = entry.pair;
        return true;
    }
};

bool DirectLinks::pass(TakeEdge take, TakeRun take_run)
{
    // Other types are passed over here.
    Wanted wanted = {this, rank_.module ? near_module : 0, rank_.module, {}, 0, 0};
    pg::LeafPages::Sought sought = {wanted, 0};
    bool has_runs = types_.only() && is_compact_;
    Run run = {{0, 0, only_via().value_or(graph::Via()), {}}, take_run, {}, 0};
    Shapes shapes;
    Entry entry;
    pages_.seek_first(sought);
    while (IndexTuple tuple = pages_.next(sought)) {
        std::optional<IntegerEntry> integers = has_runs ? shapes.read(tuple) : std::nullopt;
        if (!integers && has_runs)
            integers = read_integers(tuple, shapes);
        if (integers) {
            if (pages_.is_visible() && !run.add(*integers))
                return false;
            continue;
        }
        read_entry(tuple, entry);
        if (!is_wanted(entry) || !is_there(entry))
            continue;
        if (!run.put())
            return false;
        KeyBytes near = key_bytes(entry.near_key), far = key_bytes(entry.far_key);
        bool goes_on = take({entry.near_module, near}, {entry.far_module, far},
                            graph::Via(entry.type_id, near_ == Side::target));
        release_key_bytes(entry.near_key, near);
        release_key_bytes(entry.far_key, far);
        if (!goes_on)
            return false;
    }
    return run.put();
}

std::optional<graph::Via> DirectLinks::only_via() const
{
    const RelationshipType *only = types_.only();
    return only ? std::optional(graph::Via(only->id, near_ == Side::target)) : std::nullopt;
}

// Measured: one of many probes takes about 12 times as long as an entry of a pass, and what is looked up there later.
// Where rows must be looked at, both take two or three times as long; a pass that must do so row by row even more.
double DirectLinks::pass_cost() const
{
    estimate();
    double by_page = IsolationIsSerializable() ? 0 : pg::SeenRows::known_part(table_pages_);
    return rows_ * (0.08 + (0.01 * by_page + 0.12 * (1 - by_page)) * (1 - visible_));
}

double DirectLinks::pass_edges() const
{
    estimate();
    return rows_;
}

void DirectLinks::estimate() const
{
    if (rows_ < 0)
        table_relation_estimate_size(table_, nullptr, &table_pages_, &rows_, &visible_);
}

} // namespace relate
