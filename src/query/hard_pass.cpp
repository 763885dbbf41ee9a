// All relationships of a type of hard links, sorted by their near key: along the
// index of that side, or by reading the table and sorting (by counting, where the
// integers are close together) where both keys are integers and all of them fit into
// memory, which saves the way from each entry to its row.
#include "catalog/record.h"
#include "pg/access.h"
#include "pg/scan.h"
#include "query/hard_way.h"

namespace relate {

bool passes_in_order(const Workspace &workspace, const RelationshipType &type, Side near)
{
    const Storage &storage = storage_of(workspace, type);
    if (!OidIsValid(storage.table) || storage.side(near).key.size() != 1)
        return false;
    // Integers and uuids are in the order of their keys.
    KeyColumnKind kind = storage.side(near).key[0].kind;
    const Module *far = workspace.module(type.side(other(near)).module_id);
    return (kind == KeyColumnKind::integer || kind == KeyColumnKind::uuid) && far && !is_spelled_by_row(*far) &&
           storage.side(near).is_direct && may_read(storage) && pg::reads_as_stored(storage.table);
}

namespace {

// The far keys of one near key, until the next one comes.
struct NearGroup {
    MemoryContext memory;
    Datum near = 0;
    pg::Array<Datum> far;

    bool put(FunctionRef<bool(KeyBytes, KeyBytes)> take)
    {
        std::sort(far.begin(), far.end(), [](Datum a, Datum b) { return compare_key_datums(a, b) < 0; });
        bool goes_on = true;
        for (Datum key : far)
            goes_on = goes_on && take(key_bytes(near), key_bytes(key));
        far = {};
        near = 0;
        MemoryContextReset(memory);
        return goes_on;
    }
    void add(Datum near_key, Datum far_key)
    {
        pg::in_context(memory, [&] {
            if (!near)
                near = datumCopy(near_key, false, -1);
            far.push(datumCopy(far_key, false, -1));
        });
    }
};

// The same where both keys are integers, without a palloc for each row.
struct IntegerGroup {
    int64 near = 0;
    pg::Array<int64> far;

    bool put(FunctionRef<bool(KeyBytes, KeyBytes)> take)
    {
        std::sort(far.begin(), far.end());
        std::byte near_room[integer_key_capacity], far_room[integer_key_capacity];
        KeyBytes near_key(near_room, encode_integer_key(near, near_room));
        bool goes_on = true;
        for (int64 key : far)
            goes_on = goes_on && take(near_key, KeyBytes(far_room, encode_integer_key(key, far_room)));
        far.clear();
        return goes_on;
    }
};

// Pairs are held in a quarter of what the walk may hold of records.
size_t bytes_for_pairs() { return static_cast<size_t>(std::min(work_mem * 1024.0 * hash_mem_multiplier / 4, 4e9)); }

// What a table holds of pairs of integers.
struct Pair {
    int64 near, far;
};

bool fits_as_pairs(const Workspace &workspace, const RelationshipType &type)
{
    return hard_link_estimate(workspace, type) * 2 * sizeof(Pair) < static_cast<double>(bytes_for_pairs());
}

struct Pairs {
    pg::Array<Pair> all;
    Pair least = {PG_INT64_MAX, PG_INT64_MAX}, most = {PG_INT64_MIN, PG_INT64_MIN};

    void add(Pair pair)
    {
        least = {std::min(least.near, pair.near), std::min(least.far, pair.far)};
        most = {std::max(most.near, pair.near), std::max(most.far, pair.far)};
        all.push(pair);
    }
    // Numbers of a sequence mostly: the near ones can be places in an array.
    bool are_close() const
    {
        auto range = static_cast<uint64>(most.near) - static_cast<uint64>(least.near);
        auto far_range = static_cast<uint64>(most.far) - static_cast<uint64>(least.far);
        return range < 2 * all.size() + 1024 && far_range <= PG_UINT32_MAX && all.size() < PG_UINT32_MAX;
    }
};

// False where they do not fit into that many bytes.
bool read_pairs(const Way &way, Relation table, size_t bytes, Pairs &pairs)
{
    const KeyColumn &near = way.near().key[0], &far = way.far().key[0];
    size_t most = bytes / (2 * sizeof(Pair)); // and as much to sort them
    bool fit = true;
    pairs.all.reserve(std::min(most, static_cast<size_t>(hard_link_estimate(way.workspace, way.type)) + 1));
    pg::TableScan scan = pg::begin_scan(table, GetActiveSnapshot());
    while (fit && pg::next(scan)) {
        bool no_near, no_far;
        Datum near_value = slot_getattr(scan.slot, near.attribute, &no_near);
        Datum far_value = slot_getattr(scan.slot, far.attribute, &no_far);
        if (no_near || no_far)
            continue;
        fit = pairs.all.size() < most;
        if (fit)
            pairs.add({integer_in(near, near_value), integer_in(far, far_value)});
    }
    pg::end(scan);
    return fit;
}

// By counting: the far integers of each near one end up side by side, as offsets from the least.
bool put_close_pairs(const Pairs &pairs, MemoryContext memory, FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    auto place = [&](const Pair &pair) { return static_cast<size_t>(pair.near - pairs.least.near); };
    size_t range = static_cast<size_t>(pairs.most.near - pairs.least.near) + 1;
    pg::Array<uint32> end; // of each near integer's group; its beginning, until that is filled
    pg::Array<uint32> far;
    pg::in_context(memory, [&] {
        end.resize_exactly(range, 0);
        far.resize_exactly(pairs.all.size(), 0);
    });
    for (const Pair &pair : pairs.all)
        ++end[place(pair)];
    uint32 sum = 0;
    for (uint32 &one : end)
        one = std::exchange(sum, sum + one);
    for (const Pair &pair : pairs.all)
        far[end[place(pair)]++] = static_cast<uint32>(pair.far - pairs.least.far);
    std::byte near_room[integer_key_capacity], far_room[integer_key_capacity];
    uint32 at = 0;
    for (size_t i = 0; i < range; ++i) {
        if (at == end[i])
            continue;
        CHECK_FOR_INTERRUPTS();
        if (!std::is_sorted(&far[at], far.begin() + end[i]))
            std::sort(&far[at], far.begin() + end[i]);
        KeyBytes near_key(near_room, encode_integer_key(pairs.least.near + static_cast<int64>(i), near_room));
        for (; at < end[i]; ++at)
            if (!take(near_key, KeyBytes(far_room, encode_integer_key(pairs.least.far + far[at], far_room))))
                return false;
    }
    return true;
}

bool put_pairs(Pairs &pairs, MemoryContext memory, FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    if (pairs.all.empty())
        return true;
    if (pairs.are_close())
        return put_close_pairs(pairs, memory, take);
    std::sort(pairs.all.begin(), pairs.all.end(), [](const Pair &a, const Pair &b) {
        return a.near != b.near ? a.near < b.near : a.far < b.far;
    });
    std::byte near_room[integer_key_capacity], far_room[integer_key_capacity];
    for (const Pair &pair : pairs.all) {
        CHECK_FOR_INTERRUPTS();
        if (!take(KeyBytes(near_room, encode_integer_key(pair.near, near_room)),
                  KeyBytes(far_room, encode_integer_key(pair.far, far_room))))
            return false;
    }
    return true;
}

bool pass_integers_by_index(const Way &way, Relation table, FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    const KeyColumn &near = way.near().key[0], &far = way.far().key[0];
    IntegerGroup group;
    pg::IndexScan scan = pg::begin_scan(table, way.near().index, GetActiveSnapshot(), {}, pg::Reads::rows);
    bool goes_on = true;
    while (goes_on && pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        bool no_near, no_far;
        Datum near_value = slot_getattr(scan.slot, near.attribute, &no_near);
        Datum far_value = slot_getattr(scan.slot, far.attribute, &no_far);
        if (no_near || no_far)
            continue;
        int64 key = integer_in(near, near_value);
        if (!group.far.empty() && group.near != key)
            goes_on = group.put(take);
        group.near = key;
        group.far.push(integer_in(far, far_value));
    }
    goes_on = goes_on && group.put(take);
    pg::end(scan);
    return goes_on;
}

bool pass_integers(const Way &way, Relation table, FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "relate hard pairs", ALLOCSET_DEFAULT_SIZES);
    Pairs pairs;
    bool fit = fits_as_pairs(way.workspace, way.type) &&
               pg::in_context(memory, [&] { return read_pairs(way, table, bytes_for_pairs(), pairs); });
    bool goes_on = fit && put_pairs(pairs, memory, take);
    MemoryContextDelete(memory);
    return fit ? goes_on : pass_integers_by_index(way, table, take);
}

} // namespace

// In units of a probe: reading the table through and counting costs a row about a
// twentieth of it, the next entry of an index and its row a tenth.
double cost_in_order(const Workspace &workspace, const RelationshipType &type)
{
    const Storage &storage = storage_of(workspace, type);
    bool by_pairs = storage.source.key.size() == 1 && storage.target.key.size() == 1 && !storage.has_dates() &&
                    storage.source.key[0].kind == KeyColumnKind::integer &&
                    storage.target.key[0].kind == KeyColumnKind::integer && fits_as_pairs(workspace, type);
    return hard_link_estimate(workspace, type) * (by_pairs ? 0.05 : 0.1);
}

std::optional<bool> pass_in_order(const Workspace &workspace, const RelationshipType &type, Side near, DateADT as_of,
                                  FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    if (!passes_in_order(workspace, type, near))
        return std::nullopt;
    const Storage &storage = storage_of(workspace, type);
    RelatedQuery query = {.workspace = &workspace,
                          .module = workspace.module(type.side(near).module_id),
                          .keys = {},
                          .types = {{true, {}}, {true, {}}},
                          .as_of = as_of,
                          .show = Show::current,
                          .max_rows = std::nullopt,
                          .without_attributes = true};
    Way way = {workspace, type, storage, near, *workspace.module(type.side(other(near)).module_id), {}};
    Relation table = open_directly(way);
    if (!table)
        return std::nullopt;
    if (is_of_integers(way)) {
        bool goes_on = pass_integers(way, table, take);
        table_close(table, NoLock);
        return goes_on;
    }
    NearGroup group = {AllocSetContextCreate(CurrentMemoryContext, "relate hard edges", ALLOCSET_SMALL_SIZES), 0, {}};
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate hard edge", ALLOCSET_SMALL_SIZES);
    pg::IndexScan scan = pg::begin_scan(table, way.near().index, GetActiveSnapshot(), {}, pg::Reads::rows);
    bool goes_on = true;
    while (goes_on && pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        RelatedRow row = row_of(way, 0);
        bool is_null;
        Datum value = slot_getattr(scan.slot, way.near().key[0].attribute, &is_null);
        if (is_null || !pg::in_context(work, [&] { return fits(way, scan.slot, row, query); }))
            continue;
        Datum key = pg::in_context(work, [&] { return key_of_values(way.near(), &value); });
        if (group.near && !equal_key_datums(group.near, key))
            goes_on = group.put(take);
        group.add(key, row.key);
        MemoryContextReset(work);
    }
    goes_on = goes_on && group.put(take);
    pg::end(scan);
    table_close(table, NoLock);
    MemoryContextDelete(group.memory);
    MemoryContextDelete(work);
    return goes_on;
}

} // namespace relate
