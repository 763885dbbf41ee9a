// The rows of a workspace's own tables, read by column name, below SQL.
//
// Their layout has been checked (layout.h): a column is there, and of its type.
#pragma once

#include "pg/pg.h"
#include "pg/scan.h"

namespace relate {

// The current row of a scan.
struct Row {
    TupleTableSlot *slot;
    Oid table;

    bool has(const char *column) const { return get_attnum(table, column) != InvalidAttrNumber; }
    Datum get(const char *column, bool &is_null) const
    {
        return slot_getattr(slot, get_attnum(table, column), &is_null);
    }
    const char *string(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? nullptr : TextDatumGetCString(value);
    }
    const char *identifier(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? nullptr : pstrdup(NameStr(*DatumGetName(value)));
    }
    int32 integer(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? 0 : DatumGetInt32(value);
    }
    int16 small(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? 0 : DatumGetInt16(value);
    }
    bool boolean(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return !is_null && DatumGetBool(value);
    }
    Oid oid(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? InvalidOid : DatumGetObjectId(value);
    }
    const char *enum_label(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? nullptr : DatumGetCString(DirectFunctionCall1(enum_out, value));
    }
    // None where one of them is null.
    std::span<const Datum> names(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        if (is_null)
            return {};
        Datum *items;
        bool *nulls;
        int count;
        deconstruct_array(DatumGetArrayTypeP(value), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &items, &nulls,
                          &count);
        if (std::find(nulls, nulls + count, true) != nulls + count)
            return {};
        return {items, static_cast<size_t>(count)};
    }
};

template <class Each>
void for_each_row(Oid table_oid, Snapshot snapshot, Each each)
{
    Relation table = table_open(table_oid, AccessShareLock);
    pg::TableScan scan = pg::begin_scan(table, snapshot);
    while (pg::next(scan))
        each(Row{scan.slot, table_oid});
    pg::end(scan);
    table_close(table, AccessShareLock);
}

} // namespace relate
