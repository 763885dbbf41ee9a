// Where a traversal gets its edges: the door for every storage of relationships.
//
// Server-free. A reader knows one storage read in one direction: the rows of
// `relationship` by source or by target, a foreign key from either end, a junction
// table. It gives, for records one stands on (near), the records one step further
// (far), filtered by types and date already. Several readers at once walk several
// storages and both directions.
//
// Keys that a reader hands out need to last only until `take` returns, those that
// it is given last for the call. What it cannot read it raises itself.
#pragma once

#include "base/function_ref.h"
#include "key/record_key.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace relate::graph {

struct Record {
    std::int32_t module_id;
    KeyBytes key;
};

inline int compare_records(const Record &a, const Record &b)
{
    if (a.module_id != b.module_id)
        return a.module_id < b.module_id ? -1 : 1;
    return compare_keys(a.key, b.key);
}

// By what a step goes: the type, and whether the near record is its target.
struct Via {
    std::uint32_t bits = 0;

    Via() = default;
    constexpr Via(std::int32_t type_id, bool from_target)
        : bits(static_cast<std::uint32_t>(type_id) << 1 | (from_target ? 1 : 0))
    {
    }
    constexpr std::int32_t type_id() const { return static_cast<std::int32_t>(bits >> 1); }
    constexpr bool from_target() const { return bits & 1; }
    constexpr bool operator==(const Via &) const = default;
};

// Edges of one type and direction between integer keys of one module on each side.
struct IntegerPair {
    static constexpr std::int64_t most = 0xfffffffe; // from 0 on
    std::uint32_t near, far;
};
struct IntegerRun {
    std::int32_t near_module, far_module;
    Via via;
    std::span<const IntegerPair> pairs;
};

class Reader {
public:
    // `near` is its place in the span given. False: no more is wanted.
    using TakeFar = FunctionRef<bool(std::size_t near, const Record &far, Via via)>;
    using TakeEdge = FunctionRef<bool(const Record &near, const Record &far, Via via)>;
    using TakeNear = FunctionRef<void(const Record &near)>;
    using TakeRun = FunctionRef<bool(const IntegerRun &)>;

    // The edges of each of these records, which are sorted (compare_records) and
    // distinct: in their order, and those of one record by type, then far record.
    // Records of modules that it does not serve have none. False if `take` said so.
    virtual bool probe(std::span<const Record>, TakeFar) { return true; }

    // All edges there are, sorted by near record, those of one record as above; one by one,
    // or many at once where that is how they come.
    virtual bool pass(TakeEdge, TakeRun) { return true; }

    // The one type and direction that it walks, where there is only one.
    virtual std::optional<Via> only_via() const { return {}; }

    // What a probe of these costs, which are sorted and distinct, in units of that of one record with
    // one edge: less where they lie together. Each has so many further edges, if it has any.
    virtual double probe_cost(std::span<const Record> near, double further_edges)
    {
        return static_cast<double>(near.size()) * (1 + further_edges * edge_cost);
    }
    static constexpr double edge_cost = 0.3; // of a further one, as an estimate

    // Where the last probe ended, for as long as nothing changes: what is near has the same place.
    // 0 where that is not known.
    virtual std::uint64_t place() const { return 0; }

    // The near records that lie where this one does, as far as it knows them: in order, and
    // maybe more than once.
    virtual void beside(const Record &, TakeNear) {}

    // What a pass costs, in the same units; never, if it cannot.
    virtual double pass_cost() const { return never; }

    // How many edges it meets, as an estimate, also those that it passes over; 0 if unknown.
    virtual double pass_edges() const { return 0; }

    static constexpr double never = std::numeric_limits<double>::infinity();

protected:
    ~Reader() = default;
};

} // namespace relate::graph
