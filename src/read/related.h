// The relationships of records, as seen from the records asked about: what
// related_records and its kin have in common.
//
// Rows come below SQL from the two indexes of `relationship` where the caller
// holds SELECT on the whole table, no policy is in force and it is a plain heap
// table with both indexes (decided at each call); otherwise, and where one record
// has more relationships than work_mem holds, the same rows come through SQL.
// Hard links, which are stored in the users' own tables, come in the same rows and
// the same order; see hard_links.h.
// Either way the active snapshot is used, and lacking privileges are
// PostgreSQL's own error.
#pragma once

#include "base/function_ref.h"
#include "catalog/workspace.h"
#include "key/key_datum.h"
#include "pg/pg.h"

namespace relate {

enum class Show { current, past, future, all };

// Which types are wanted where the record asked about is on a given side.
struct WantedTypes {
    bool all; // then ids is empty
    std::span<const Datum> ids;
};

struct RelatedQuery {
    const Workspace *workspace;
    const Module *module;
    std::span<const Datum> keys; // canonical, each record once
    WantedTypes types[2];        // by the Side of the record asked about
    DateADT as_of;
    Show show;
    std::optional<int32> max_rows; // for each key
    bool without_attributes = false; // of hard links, which make them of their columns
    bool with_names = false; // of records whose rows are read anyway

    const WantedTypes &wanted(Side own_side) const { return types[static_cast<int>(own_side)]; }
};

struct RelatedRow {
    size_t from; // the record asked about, by its place in the query's keys
    int64 id; // 0 for hard links, which have none
    const RelationshipType *type;
    Side own_side; // of the record asked about
    const Module *module;
    Datum key;
    std::optional<DateADT> start_date, end_date; // none where the type is perpetual
    bool is_current;
    int16 importance;
    const Module *address_module; // null where there is no address record
    Datum address_key;
    // Null ones are 0. They point into the row that was read.
    Datum description, email, phone, address, attributes;
    bool has_name; // where the row that was read told it, as names.h would
    Datum name;

    const char *role() const { return type->side(other(own_side)).role; }
    const char *own_role() const { return type->side(own_side).role; }
    const char *label() const { return type->side(own_side).label; }
};

// Most important first, then start date (open ones last), key, module, id, type.
bool comes_before(const RelatedRow &a, const RelatedRow &b);

// A copy of the row and all that it points to, in the current memory context.
RelatedRow copy_row(const RelatedRow &row);
void free_copy(const RelatedRow &copy);

// In order, key by key, in batches: a batch lasts until the function returns.
void for_each_related(const RelatedQuery &query, FunctionRef<void(std::span<RelatedRow>)> take);

// In any order, without limit: a row lasts until the function returns.
void for_each_related_unordered(const RelatedQuery &query, FunctionRef<void(const RelatedRow &)> take);

} // namespace relate
