// Probes of a walk over integers in a column or junction table: along the leaf pages
// of the index, which are at hand for most records where these are many. Only the
// rows of entries that are found are read, for the other key.
#include "catalog/record.h"
#include "pg/integer_column.h"
#include "pg/leaf_pages.h"
#include "query/hard_way.h"

namespace relate {

namespace {

// The far keys of one record, sorted; false where no more is wanted.
bool put(pg::Array<int64> &far, size_t place, FunctionRef<bool(size_t place, KeyBytes far)> take)
{
    std::sort(far.begin(), far.end());
    std::byte room[integer_key_capacity];
    for (int64 key : far)
        if (!take(place, KeyBytes(room, encode_integer_key(key, room))))
            return false;
    far.clear();
    return true;
}

bool probe(const Way &way, Relation table, Relation index, pg::IntegerColumn column,
           std::span<const graph::Record> records, pg::InnerPages *inner,
           FunctionRef<bool(size_t place, KeyBytes far)> take)
{
    const KeyColumn &far = way.far().key[0];
    int32 module = way.type.side(way.own).module_id;
    pg::LeafPages pages(table, index, GetActiveSnapshot(), column, inner);
    pg::Array<int64> found;
    bool goes_on = true;
    for (size_t place = 0; goes_on && place < records.size(); ++place) {
        std::optional<int64> wanted = integer_of_key(records[place].key);
        if (records[place].module_id != module || !wanted)
            continue;
        CHECK_FOR_INTERRUPTS();
        auto compare = [&](IndexTuple entry, int columns) { return column.compare(*wanted, entry, columns); };
        pg::LeafPages::Sought sought = {compare, column.rank(*wanted)};
        pages.seek(sought);
        while (pages.next(sought)) {
            bool is_null;
            TupleTableSlot *row = pages.row();
            if (!row)
                continue;
            Datum value = slot_getattr(row, far.attribute, &is_null);
            if (!is_null)
                found.push(integer_in(far, value));
        }
        goes_on = put(found, place, take);
    }
    pages.end();
    return goes_on;
}

} // namespace

std::optional<bool> probe_integers(const Workspace &workspace, const RelationshipType &type, Side near,
                                   std::span<const graph::Record> records, pg::InnerPages *inner,
                                   FunctionRef<bool(size_t place, KeyBytes far)> take)
{
    if (!passes_in_order(workspace, type, near))
        return std::nullopt;
    Way way = {workspace, type, storage_of(workspace, type), near, *workspace.module(type.side(other(near)).module_id), {}};
    Relation table = is_of_integers(way) ? open_directly(way) : nullptr;
    if (!table)
        return std::nullopt;
    Relation index = index_open(way.near().index, AccessShareLock);
    std::optional<bool> goes_on;
    std::optional<pg::IntegerColumn> column = pg::leading_integer(index);
    if (column && way.near().key[0].index_position == 1)
        goes_on = probe(way, table, index, *column, records, inner, take);
    index_close(index, NoLock);
    table_close(table, NoLock);
    return goes_on;
}

} // namespace relate
