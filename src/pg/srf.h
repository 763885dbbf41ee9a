// The output of a function that returns a set: rows go to a tuplestore, which
// stays within work_mem.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

struct Output {
    Tuplestorestate *store;
    TupleDesc columns;
};

// Begins the set; an error where the caller does not take one. The columns are
// those that the function was declared with, or of the row type that it gives.
Output begin_output(FunctionCallInfo fcinfo);

// A row's columns in the order in which they are declared.
class Columns {
public:
    void add(Datum value) { set(value, false); }
    void null() { set(Datum{0}, true); }
    void text(const char *value) { value ? add(CStringGetTextDatum(value)) : null(); }
    void date(std::optional<DateADT> value) { value ? add(DateADTGetDatum(*value)) : null(); }
    // By reference: 0 is null.
    void reference(Datum value) { set(value, value == 0); }

    void clear() { count_ = 0; }

    // Copies the row.
    void put(const Output &output)
    {
        Assert(count_ == output.columns->natts);
        tuplestore_putvalues(output.store, output.columns, values_, nulls_);
    }
    // Some columns, by position from 0, into an empty slot for just these. Does not copy what they
    // refer to.
    TupleTableSlot *put(TupleTableSlot *slot, uint32 wanted)
    {
        for (int to = 0; wanted != 0; wanted &= wanted - 1, ++to) {
            int from = std::countr_zero(wanted);
            Assert(from < count_ && to < slot->tts_tupleDescriptor->natts);
            slot->tts_values[to] = values_[from];
            slot->tts_isnull[to] = nulls_[from];
        }
        return ExecStoreVirtualTuple(slot);
    }

private:
    static constexpr int capacity = 24;

    void set(Datum value, bool is_null)
    {
        Assert(count_ < capacity);
        values_[count_] = value;
        nulls_[count_++] = is_null;
    }

    Datum values_[capacity];
    bool nulls_[capacity];
    int count_ = 0;
};

// A whole row of the composite type, copied.
void put_row(const Output &output, Datum row);

// What the function returns.
inline Datum end_output(FunctionCallInfo fcinfo)
{
    fcinfo->isnull = true;
    return Datum{0};
}

} // namespace relate::pg
