// The first column of an index, where that is an integer: how LeafPages looks for one.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// In the usual order: nulls last.
struct IntegerColumn {
    int size;

    int64 value(Datum datum) const
    {
        return size == 8 ? DatumGetInt64(datum) : size == 4 ? DatumGetInt32(datum) : DatumGetInt16(datum);
    }
    static uint64 rank(int64 value) { return static_cast<uint64>(value) + (uint64{1} << 63); }

    // See BtreePage::Rank.
    uint64 operator()(IndexTuple entry, int columns) const
    {
        if (columns == 0)
            return 0;
        std::optional<int64> value = first_of(entry);
        return value ? rank(*value) : PG_UINT64_MAX;
    }

    // See BtreePage::Compare. An entry between two pages that says no more than this column:
    // what is sought lies behind it.
    int compare(int64 wanted, IndexTuple entry, int columns) const
    {
        if (columns == 0)
            return 1;
        std::optional<int64> value = first_of(entry);
        if (!value)
            return -1;
        if (wanted != *value)
            return wanted < *value ? -1 : 1;
        return BTreeTupleIsPivot(entry) && columns == 1 && !BTreeTupleGetHeapTID(entry);
    }

    // None for null.
    std::optional<int64> first_of(IndexTuple entry) const
    {
        if (IndexTupleHasNulls(entry) && att_isnull(0, reinterpret_cast<bits8 *>(entry + 1)))
            return std::nullopt;
        const char *at = reinterpret_cast<const char *>(entry) + IndexInfoFindDataOffset(entry->t_info);
        return size == 8   ? *reinterpret_cast<const int64 *>(at)
               : size == 4 ? *reinterpret_cast<const int32 *>(at)
                           : *reinterpret_cast<const int16 *>(at);
    }
};

// See leaf_probes.h.
struct WantedInteger {
    IntegerColumn column;
    int64 value;

    int operator()(IndexTuple entry, int columns) const { return column.compare(value, entry, columns); }
    uint64 rank() const { return column.rank(value); }
};

std::optional<IntegerColumn> leading_integer(Relation index);

} // namespace relate::pg
