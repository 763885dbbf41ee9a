// Probes of a walk over integers in a column or junction table: along the leaf pages
// of the index, which are at hand for most records where these are many. Only the
// rows of entries that are found are read, for the other key.
#include "catalog/record.h"
#include "pg/integer_column.h"
#include "pg/leaf_probes.h"
#include "pg/waiting_rows.h"
#include "read/hard_way.h"

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

class IntegerProbes {
public:
    IntegerProbes(const Way &way, Relation table, Relation index, pg::IntegerColumn column,
                  std::span<const graph::Record> records)
        : far_(way.far().key[0]), module_id_(way.type.side(way.own).module_id), column_(column), records_(records),
          index_(index), pages_(table, index, GetActiveSnapshot(), column_), waiting_(table, GetActiveSnapshot())
    {
    }

    bool run(FunctionRef<bool(size_t place, KeyBytes far)> take)
    {
        pg::Array<int64> found;
        size_t of = 0;
        auto take_row = [&](size_t place, TupleTableSlot *row) {
            if (place != of && !put(found, std::exchange(of, place), take))
                return false;
            bool is_null;
            Datum value = slot_getattr(row, far_.attribute, &is_null);
            if (!is_null)
                found.push(integer_in(far_, value));
            pgstat_count_heap_fetch(index_);
            return true;
        };
        auto take_found = [&](size_t place, const pg::LeafPages::Sought &sought) {
            while (pages_.next(sought))
                if (!waiting_.add(place, pages_.row_id(), take_row))
                    return false;
            return true;
        };
        auto want = [&](size_t place, pg::WantedInteger &wanted) { return this->want(place, wanted); };
        return pg::probe_leaves<pg::WantedInteger>(pages_, records_.size(), want, take_found) &&
               waiting_.put(take_row) && put(found, of, take);
    }
    std::uint64_t place() const { return pages_.place(); }
    void beside(FunctionRef<void(KeyBytes near)> take)
    {
        pg::WantedInteger wanted;
        if (!want(0, wanted))
            return;
        pages_.seek_page({wanted, wanted.rank()});
        std::byte room[integer_key_capacity];
        while (IndexTuple entry = pages_.next({wanted, wanted.rank()}))
            if (std::optional<int64> near = column_.first_of(entry))
                take(KeyBytes(room, encode_integer_key(*near, room)));
    }
    double cost(double further_cost)
    {
        auto want = [&](size_t place, pg::WantedInteger &wanted) { return this->want(place, wanted); };
        return pg::cost_of_probes<pg::WantedInteger>(pages_, records_.size(), further_cost, want);
    }
    void end()
    {
        pages_.end();
        waiting_.end();
    }

private:
    bool want(size_t place, pg::WantedInteger &wanted) const
    {
        std::optional<int64> value = integer_of_key(records_[place].key);
        wanted = {column_, value.value_or(0)};
        return value && records_[place].module_id == module_id_;
    }

    const KeyColumn &far_;
    int32 module_id_;
    pg::IntegerColumn column_;
    std::span<const graph::Record> records_;
    Relation index_;
    pg::LeafPages pages_;
    pg::WaitingRows<size_t> waiting_; // for places of records
};

// use(probes) where the records can be probed so.
template <class Result>
std::optional<Result> with_probes(const Workspace &workspace, const RelationshipType &type, Side near,
                                  std::span<const graph::Record> records,
                                  FunctionRef<Result(IntegerProbes &)> use)
{
    if (!passes_in_order(workspace, type, near))
        return std::nullopt;
    Way way = {workspace, type, storage_of(workspace, type), near, *workspace.module(type.side(other(near)).module_id), {}};
    Relation table = is_of_integers(way) ? open_directly(way) : nullptr;
    if (!table)
        return std::nullopt;
    Relation index = index_open(way.near().index, AccessShareLock);
    std::optional<Result> result;
    std::optional<pg::IntegerColumn> column = pg::leading_integer(index);
    if (column && way.near().key[0].index_position == 1) {
        IntegerProbes probes(way, table, index, *column, records);
        result = use(probes);
        probes.end();
    }
    index_close(index, NoLock);
    table_close(table, NoLock);
    return result;
}

} // namespace

std::optional<bool> probe_integers(const Workspace &workspace, const RelationshipType &type, Side near,
                                   std::span<const graph::Record> records,
                                   FunctionRef<bool(size_t place, KeyBytes far)> take, std::uint64_t &ended_at)
{
    ended_at = 0;
    return with_probes<bool>(workspace, type, near, records, [&](IntegerProbes &probes) {
        bool goes_on = probes.run(take);
        ended_at = probes.place();
        return goes_on;
    });
}

void integers_beside(const Workspace &workspace, const RelationshipType &type, Side near, const graph::Record &record,
                     FunctionRef<void(KeyBytes near)> take)
{
    with_probes<bool>(workspace, type, near, {&record, 1}, [&](IntegerProbes &probes) { return probes.beside(take), true; });
}

std::optional<double> cost_of_integer_probes(const Workspace &workspace, const RelationshipType &type, Side near,
                                             std::span<const graph::Record> records, double further_cost)
{
    return with_probes<double>(workspace, type, near, records,
                               [&](IntegerProbes &probes) { return probes.cost(further_cost); });
}

} // namespace relate
