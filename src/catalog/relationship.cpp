// See relationship.h.
#include "catalog/relationship.h"

#include "key/key_datum.h"

namespace relate {

namespace {

Datum column(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    return slot_getattr(row, number, &is_null);
}

bool is_set(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    slot_getattr(row, number, &is_null);
    return !is_null;
}

int32 date_or(TupleTableSlot *row, AttrNumber number, int32 open)
{
    bool is_null;
    Datum value = slot_getattr(row, number, &is_null);
    return is_null ? open : DatumGetDateADT(value);
}

} // namespace

bool same_record(const RecordRef &a, const RecordRef &b)
{
    return a.module_id == b.module_id && equal_key_datums(a.key, b.key);
}

Relationship read_relationship(const Workspace &workspace, TupleTableSlot *row)
{
    const RelationshipColumns &c = workspace.column;
    Relationship r = {};
    r.id = DatumGetInt64(column(row, c.relationship_id));
    r.type_id = DatumGetInt32(column(row, c.type_id));
    r.source = {DatumGetInt32(column(row, c.source_module_id)), column(row, c.source_key)};
    r.target = {DatumGetInt32(column(row, c.target_module_id)), column(row, c.target_key)};
    r.stored = {date_or(row, c.start_date, Interval::open_start), date_or(row, c.end_date, Interval::open_end)};
    r.when = r.stored;
    r.importance = DatumGetInt16(column(row, c.importance));
    r.is_primary = DatumGetBool(column(row, c.is_primary));
    r.has_contact_details = is_set(row, c.email) || is_set(row, c.phone) || is_set(row, c.address) ||
                            is_set(row, c.address_key);
    r.has_address_record = is_set(row, c.address_key) && is_set(row, c.address_module_id);
    r.has_half_address_record = is_set(row, c.address_key) != is_set(row, c.address_module_id);
    if (r.has_address_record)
        r.address = {DatumGetInt32(column(row, c.address_module_id)), column(row, c.address_key)};
    return r;
}

} // namespace relate
