// The two ways in which related.h reads rows.
#pragma once

#include "base/function_ref.h"
#include "pg/pg.h"
#include "pg/scan.h"
#include "read/related.h"

namespace relate {

// Fills in the dates as the type shows them, and whether it holds on that day.
void set_dates(RelatedRow &row, DateADT as_of, std::optional<DateADT> start, std::optional<DateADT> end);

bool is_shown(Show show, DateADT as_of, const RelatedRow &row);

// Below SQL: the relationships of one record after another from the two indexes,
// in no order. The table is the caller's (open_directly). end() closes the scans.
class DirectReader {
public:
    DirectReader(const RelatedQuery &query, Relation table) : query_(query), table_(table) {}

    // A row lasts until `take` returns. Stops, and returns false, where it does
    // not want more.
    bool read(size_t from, FunctionRef<bool(const RelatedRow &)> take);
    void end();

private:
    bool read_side(size_t from, Side side, FunctionRef<bool(const RelatedRow &)> take);
    pg::IndexScan &begin(size_t from, Side side);
    bool read_row(TupleTableSlot *slot, Side side, RelatedRow &row) const;

    const RelatedQuery &query_;
    Relation table_;
    std::optional<pg::IndexScan> scans_[2];
};

// By SQL: in order, for `count` of the keys from `first` on. A batch lasts until
// `take` returns.
void read_by_sql(const RelatedQuery &query, size_t first, size_t count,
                 FunctionRef<void(std::span<RelatedRow>)> take);

} // namespace relate
