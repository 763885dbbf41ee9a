// Relationships that are foreign key columns or rows of junction tables, read as
// the caller.
//
// Below SQL, one probe of the table's own index for each record, where the table
// is plain, the caller may read the columns and no policy is in force for him;
// else by one statement for each type and side. The active snapshot either way.
// A table that the caller may not read is passed over where all types are asked
// for, and PostgreSQL's own error where its type is asked for by name.
#pragma once

#include "base/function_ref.h"
#include "catalog/storage.h"
#include "graph/reader.h"
#include "key/record_key.h"
#include "pg/leaf_pages.h"
#include "pg/spi.h"
#include "read/related.h"

namespace relate {

// Whether the query may find any.
bool wants_hard_links(const RelatedQuery &query);

// Those of `count` of the query's keys from `first` on, in no order. A row lasts
// until `take` returns. Stops, and returns false, where it does not want more.
bool read_hard_links(const RelatedQuery &query, size_t first, size_t count, FunctionRef<bool(const RelatedRow &)> take);

struct HardLink {
    Datum source_key, target_key;
    std::optional<DateADT> start_date, end_date; // none where the type is perpetual
    Datum attributes; // 0: none
};

// Those of one type, of one source or target where given, by SQL. A row lasts
// until `take` returns, which may say that it wants no more.
struct HardLinkQuery {
    const Workspace *workspace;
    const RelationshipType *type;
    std::optional<Datum> source_key, target_key; // canonical
    bool with_attributes;
};
void for_each_hard_link(const HardLinkQuery &query, FunctionRef<bool(const HardLink &)> take);

// Below SQL along the index of one side: the pairs (near, far) that hold on that
// day, sorted by near and far, without memory; each lasts until `take` returns.
// Many at once where they are integers that fit. Nothing where the index cannot serve; false
// where no more was wanted.
using TakePairs = FunctionRef<bool(std::span<const graph::IntegerPair>)>;
std::optional<bool> pass_in_order(const Workspace &workspace, const RelationshipType &type, Side near, DateADT as_of,
                                  FunctionRef<bool(KeyBytes near, KeyBytes far)> take, TakePairs take_pairs);
double cost_in_order(const Workspace &workspace, const RelationshipType &type, Side near);
bool passes_in_order(const Workspace &workspace, const RelationshipType &type, Side near);

// Below SQL, by the leaf pages of the index: the far keys of each of these records, which
// are sorted, as graph::Reader::probe gives them. Nothing where that cannot serve: the
// keys are others than integers, or have dates. Says where it ended, as graph::Reader::place.
std::optional<bool> probe_integers(const Workspace &workspace, const RelationshipType &type, Side near,
                                   std::span<const graph::Record> records,
                                   FunctionRef<bool(size_t place, KeyBytes far)> take, std::uint64_t &ended_at);
// As graph::Reader::beside.
void integers_beside(const Workspace &workspace, const RelationshipType &type, Side near, const graph::Record &record,
                     FunctionRef<void(KeyBytes near)> take);
// What that costs: as graph::Reader::probe_cost.
std::optional<double> cost_of_integer_probes(const Workspace &workspace, const RelationshipType &type, Side near,
                                             std::span<const graph::Record> records, double further_cost);

// The planner's estimate of the rows of the storage table; negative before the first ANALYZE.
double hard_link_estimate(const Workspace &workspace, const RelationshipType &type);

// Whether the caller may read what makes the type's relationships.
bool may_read_hard_links(const Workspace &workspace, const RelationshipType &type);

} // namespace relate
