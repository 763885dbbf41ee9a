// All relationships of a type of hard links, sorted by their near key: along the
// index of that side, or by reading the table and sorting where both keys are
// integers and all of them fit into memory, which saves the way from each entry to
// its row.
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

// Pairs of integers, sorted by radix: by the bytes in which they differ.
struct Pair {
    uint64 near, far;
};

constexpr uint64 sign = UINT64_C(1) << 63; // as unsigned numbers they are in order
uint64 in_order(int64 value) { return static_cast<uint64>(value) ^ sign; }
int64 value_of(uint64 ordered) { return static_cast<int64>(ordered ^ sign); }

void sort_by_byte(const Pair *from, Pair *to, size_t count, uint64 Pair::*key, int shift)
{
    size_t place[256] = {};
    for (size_t i = 0; i < count; ++i)
        ++place[(from[i].*key >> shift) & 255];
    size_t sum = 0;
    for (size_t &one : place) {
        size_t next = sum + one;
        one = sum;
        sum = next;
    }
    for (size_t i = 0; i < count; ++i)
        to[place[(from[i].*key >> shift) & 255]++] = from[i];
}

void sort_pairs(pg::Array<Pair> &pairs)
{
    bool is_sorted = true;
    Pair differs = {0, 0};
    for (size_t i = 1; i < pairs.size(); ++i) {
        const Pair &a = pairs[i - 1], &b = pairs[i];
        is_sorted = is_sorted && (a.near < b.near || (a.near == b.near && a.far <= b.far));
        differs = {differs.near | (pairs[0].near ^ b.near), differs.far | (pairs[0].far ^ b.far)};
    }
    if (is_sorted)
        return;
    pg::Array<Pair> other;
    other.resize(pairs.size(), Pair{0, 0});
    for (uint64 Pair::*key : {&Pair::far, &Pair::near})
        for (int shift = 0; shift < 64; shift += 8)
            if ((differs.*key >> shift) & 255) {
                sort_by_byte(pairs.begin(), other.begin(), pairs.size(), key, shift);
                std::swap(pairs, other);
            }
    other.release();
}

// False where they do not fit into that many bytes.
bool read_pairs(const Way &way, Relation table, size_t bytes, pg::Array<Pair> &pairs)
{
    const KeyColumn &near = way.near().key[0], &far = way.far().key[0];
    size_t most = bytes / (2 * sizeof(Pair)); // and as much to sort them
    bool fit = true;
    pg::TableScan scan = pg::begin_scan(table, GetActiveSnapshot());
    while (fit && pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        bool no_near, no_far;
        Datum near_value = slot_getattr(scan.slot, near.attribute, &no_near);
        Datum far_value = slot_getattr(scan.slot, far.attribute, &no_far);
        if (no_near || no_far)
            continue;
        fit = pairs.size() < most;
        if (fit)
            pairs.push({in_order(integer_in(near, near_value)), in_order(integer_in(far, far_value))});
    }
    pg::end(scan);
    return fit;
}

bool put_pairs(std::span<const Pair> pairs, FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    std::byte near_room[integer_key_capacity], far_room[integer_key_capacity];
    size_t near_size = 0;
    for (size_t i = 0; i < pairs.size(); ++i) {
        if (i == 0 || pairs[i].near != pairs[i - 1].near)
            near_size = encode_integer_key(value_of(pairs[i].near), near_room);
        size_t far_size = encode_integer_key(value_of(pairs[i].far), far_room);
        if (!take(KeyBytes(near_room, near_size), KeyBytes(far_room, far_size)))
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
    size_t bytes = static_cast<size_t>(std::min(work_mem * 1024.0 * hash_mem_multiplier / 4, 4e9));
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "relate hard pairs", ALLOCSET_DEFAULT_SIZES);
    pg::Array<Pair> pairs;
    bool fit = hard_link_estimate(way.workspace, way.type) * 2 * sizeof(Pair) < static_cast<double>(bytes) &&
               pg::in_context(memory, [&] { return read_pairs(way, table, bytes, pairs); });
    bool goes_on = true;
    if (fit) {
        pg::in_context(memory, [&] { sort_pairs(pairs); });
        goes_on = put_pairs(pairs.view(), take);
    }
    MemoryContextDelete(memory);
    return fit ? goes_on : pass_integers_by_index(way, table, take);
}

} // namespace

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
