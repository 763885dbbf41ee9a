// DirectReader: see related_readers.h.
#include "pg/spi.h"
#include "read/direct.h"
#include "read/related_readers.h"

namespace relate {

namespace {

Datum column(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    return slot_getattr(row, number, &is_null);
}

// A value of variable length: 0 where it is null.
Datum reference(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    Datum value = slot_getattr(row, number, &is_null);
    return is_null ? Datum{0} : value;
}

std::optional<DateADT> date(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    Datum value = slot_getattr(row, number, &is_null);
    return is_null ? std::nullopt : std::optional(DatumGetDateADT(value));
}

} // namespace

bool is_shown(Show show, DateADT as_of, const RelatedRow &row)
{
    switch (show) {
    case Show::current:
        return row.is_current;
    case Show::past:
        return row.end_date && *row.end_date < as_of;
    case Show::future:
        return row.start_date && *row.start_date > as_of;
    case Show::all:
        return true;
    }
    pg_unreachable();
}

bool DirectReader::read(size_t from, FunctionRef<bool(const RelatedRow &)> take)
{
    return read_side(from, Side::source, take) && read_side(from, Side::target, take);
}

void DirectReader::end()
{
    for (auto &scan : scans_)
        if (scan)
            pg::end(*scan);
}

bool DirectReader::read_side(size_t from, Side side, FunctionRef<bool(const RelatedRow &)> take)
{
    const WantedTypes &wanted = query_.wanted(side);
    if (!wanted.all && wanted.ids.empty())
        return true;
    pg::IndexScan &scan = begin(from, side);
    while (pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        RelatedRow row = {};
        row.from = from;
        if (read_row(scan.slot, side, row) && is_shown(query_.show, query_.as_of, row) && !take(row))
            return false;
    }
    return true;
}

pg::IndexScan &DirectReader::begin(size_t from, Side side)
{
    const WantedTypes &wanted = query_.wanted(side);
    const Workspace &workspace = *query_.workspace;
    ScanKeyData keys[3];
    index_key(keys[0], 1, workspace.int4_equal, Int32GetDatum(query_.module->id));
    index_key(keys[1], 2, workspace.key_equal, query_.keys[from]);
    if (!wanted.all)
        index_key(keys[2], 3, workspace.int4_equal, pg::array_argument(INT4OID, wanted.ids).value, SK_SEARCHARRAY);
    std::span<ScanKeyData> probe(keys, wanted.all ? 2 : 3);
    auto &scan = scans_[static_cast<int>(side)];
    if (scan)
        pg::rescan(*scan, probe);
    else
        scan = pg::begin_scan(table_, workspace.index(side).oid, GetActiveSnapshot(), probe);
    return *scan;
}

// False where it is no relationship to show: of a type or module that is gone
// by now, or the second side of one that is the same from both.
bool DirectReader::read_row(TupleTableSlot *slot, Side side, RelatedRow &row) const
{
    const RelationshipColumns &c = query_.workspace->column;
    bool is_source = side == Side::source;
    row.type = query_.workspace->type(DatumGetInt32(column(slot, c.type_id)));
    int32 module_id = DatumGetInt32(column(slot, is_source ? c.target_module_id : c.source_module_id));
    row.module = query_.workspace->module(module_id);
    if (!row.type || !row.module)
        return false;
    row.own_side = side;
    row.key = column(slot, is_source ? c.target_key : c.source_key);
    if (!is_source && row.type->is_symmetric && row.module == query_.module &&
        equal_key_datums(row.key, column(slot, c.target_key)))
        return false;
    row.id = DatumGetInt64(column(slot, c.relationship_id));
    set_dates(row, query_.as_of, date(slot, c.start_date), date(slot, c.end_date));
    row.importance = DatumGetInt16(column(slot, c.importance));
    row.description = reference(slot, c.description);
    row.email = reference(slot, c.email);
    row.phone = reference(slot, c.phone);
    row.address = reference(slot, c.address);
    row.attributes = reference(slot, c.attributes);
    row.address_key = reference(slot, c.address_key);
    if (row.address_key)
        row.address_module = query_.workspace->module(DatumGetInt32(column(slot, c.address_module_id)));
    return true;
}

} // namespace relate
