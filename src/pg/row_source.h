// Functions that return a set, one row at a time.
//
// Such a function opens a RowSource. Called in a SELECT list it puts all rows in a
// tuplestore, as any function in C that returns a set. Alone in FROM it becomes a
// plan node of its own (row_source_scan.cpp): rows go straight to the query, no
// more of them than it asks for, and columns that it does not look at are not made.
#pragma once

#include "pg/srf.h"

namespace relate::pg {

// The columns that the caller looks at, by position from 0.
class WantedColumns {
public:
    static WantedColumns all() { return WantedColumns(~uint32{0}); }
    explicit WantedColumns(uint32 bits) : bits_(bits) {}
    bool operator[](int column) const { return bits_ >> column & 1; }
    bool are_none() const { return bits_ == 0; }
    uint32 bits() const { return bits_; }

private:
    uint32 bits_;
};

class RowSource {
public:
    // Adds the next row's columns, those not wanted as null, or nothing where none is wanted; false
    // after the last row.
    // What they refer to lasts until the next call.
    virtual bool next(Columns &row) = 0;
    // Back to before the first row.
    virtual void rewind() = 0;

protected:
    ~RowSource() = default;
};

// Lives in the current memory context, where its next() is called, too; reads under the
// active snapshot, and when it has been opened, nothing of the server stays open.
using OpenRows = RowSource *(*)(FunctionCallInfo fcinfo, WantedColumns wanted);

// The function's result where it is called as a function: a set in a tuplestore.
Datum put_all(FunctionCallInfo fcinfo, OpenRows open);

// Where it is called in FROM: to be said when the library is loaded, for each function.
void scan_as_rows(PGFunction function, OpenRows open);
void init_row_source_scan();

} // namespace relate::pg
