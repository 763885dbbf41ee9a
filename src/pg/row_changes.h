// What a BEFORE ROW trigger changes of the row.
#pragma once

#include "pg/trigger.h"

namespace relate::pg {

// Columns to replace in the new row.
class RowChanges {
public:
    explicit RowChanges(const RowEvent &event) : row_(event.row) {}

    bool is_null(AttrNumber column) const
    {
        bool is_null;
        slot_getattr(row_, column, &is_null);
        return is_null;
    }
    TupleDesc shape() const { return row_->tts_tupleDescriptor; }
    Datum get(AttrNumber column) const
    {
        bool is_null;
        return slot_getattr(row_, column, &is_null);
    }
    void set(AttrNumber column, Datum value, bool is_null = false)
    {
        columns_[count_] = column;
        values_[count_] = value;
        nulls_[count_] = is_null;
        ++count_;
    }
    void set_if_null(AttrNumber column, Datum value)
    {
        if (is_null(column))
            set(column, value);
    }
    HeapTuple apply(HeapTuple tuple) const
    {
        if (count_ == 0)
            return tuple;
        return heap_modify_tuple_by_cols(tuple, row_->tts_tupleDescriptor, count_, const_cast<int *>(columns_),
                                         const_cast<Datum *>(values_), const_cast<bool *>(nulls_));
    }

private:
    static constexpr int most = 16;
    TupleTableSlot *row_;
    int count_ = 0;
    int columns_[most];
    Datum values_[most];
    bool nulls_[most];
};

// The row that the trigger was called for, which it may return changed.
inline HeapTuple row_given(const RowEvent &event)
{
    return event.old_row ? event.data->tg_newtuple : event.data->tg_trigtuple;
}

} // namespace relate::pg
