// All relationships of a type of hard links, sorted by their near key: along the
// index of that side; of integers as hard_pass_integers.cpp says.
#include "catalog/record.h"
#include "pg/access.h"
#include "pg/scan.h"
#include "read/hard_way.h"

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

} // namespace

// In units of a probe; that of an entry of an index and its row was measured.
double cost_in_order(const Workspace &workspace, const RelationshipType &type, Side near)
{
    const Storage &storage = storage_of(workspace, type);
    Way way = {workspace, type, storage, near, *workspace.module(type.side(other(near)).module_id), {}};
    return hard_link_estimate(workspace, type) * (is_of_integers(way) ? cost_of_integers(way) : 0.1);
}

std::optional<bool> pass_in_order(const Workspace &workspace, const RelationshipType &type, Side near, DateADT as_of,
                                  FunctionRef<bool(KeyBytes near, KeyBytes far)> take, TakePairs take_pairs)
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
        std::optional<bool> goes_on = pass_integers(way, table, take, take_pairs);
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
