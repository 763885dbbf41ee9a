// relate.relationship_defaults(): the BEFORE trigger that completes a row.
//
// It fills the modules that the type names, the type's importance and who wrote
// when, and writes keys canonically. It refuses only what it cannot complete: other
// triggers may change the row after it, so the AFTER trigger checks what came of it.
#include "catalog/record.h"
#include "catalog/workspace.h"
#include "enforce/type_lock.h"
#include "enforce/violation.h"
#include "key/key_datum.h"
#include "pg/row_changes.h"
#include "pg/spi.h"
#include "pg/trigger.h"

namespace relate {

namespace {

Datum acting_user_name()
{
    return PointerGetDatum(cstring_to_text(GetUserNameFromId(pg::acting_user(), false)));
}

void fill_module(pg::RowChanges &row, const Workspace &workspace, const RelationshipType &type, Side side)
{
    AttrNumber column = side == Side::source ? workspace.column.source_module_id : workspace.column.target_module_id;
    if (!row.is_null(column))
        return;
    if (!type.side(side).module_id)
        raise_no_module(workspace, type, side);
    row.set(column, Int32GetDatum(type.side(side).module_id));
}

// A key column in its canonical spelling.
void normalise(pg::RowChanges &row, const Workspace &workspace, AttrNumber module_column, int32 default_module,
               AttrNumber key_column)
{
    if (row.is_null(key_column))
        return;
    if (!is_storable_key(key_bytes(row.get(key_column)))) // an index would say it less well
        raise_key_size(workspace, NameStr(TupleDescAttr(row.shape(), key_column - 1)->attname));
    int32 module_id = row.is_null(module_column) ? default_module : DatumGetInt32(row.get(module_column));
    const Module *module = workspace.module(module_id);
    Datum given = row.get(key_column);
    if (!module || is_canonical(*module, given))
        return;
    Datum canonical = canonical_key(*module, given, Looks::as_owner);
    if (!equal_key_datums(canonical, given))
        row.set(key_column, canonical);
}

bool is_unchanged_key(const pg::RowEvent &event, AttrNumber module_column, AttrNumber key_column)
{
    if (!event.old_row)
        return false;
    bool is_null, was_null;
    Datum is_module = slot_getattr(event.row, module_column, &is_null);
    Datum was_module = slot_getattr(event.old_row, module_column, &was_null);
    if (is_null || was_null || DatumGetInt32(is_module) != DatumGetInt32(was_module))
        return false;
    Datum is_key = slot_getattr(event.row, key_column, &is_null);
    Datum was_key = slot_getattr(event.old_row, key_column, &was_null);
    return !is_null && !was_null && equal_key_datums(is_key, was_key);
}

// What is not for everyone to say stays as it was.
void keep_column(pg::RowChanges &row, const pg::RowEvent &event, AttrNumber column)
{
    bool was_null;
    Datum was = slot_getattr(event.old_row, column, &was_null);
    row.set(column, was, was_null);
}

// Who made a relationship, and when, is what happened, not what the writer says:
// but for the owner of the table, who restores and imports.
void fill_audit(pg::RowChanges &row, const RelationshipColumns &c, const pg::RowEvent &event)
{
    Datum now = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
    bool is_owner = has_privs_of_role(GetUserId(), event.table->rd_rel->relowner);
    if (event.old_row) {
        if (!is_owner) {
            keep_column(row, event, c.created_at);
            keep_column(row, event, c.created_by);
        }
        row.set(c.updated_at, now);
        row.set(c.updated_by, acting_user_name());
    } else if (is_owner) {
        row.set_if_null(c.created_at, now);
        if (row.is_null(c.created_by))
            row.set(c.created_by, acting_user_name());
    } else {
        row.set(c.created_at, now);
        row.set(c.created_by, acting_user_name());
        row.set(c.updated_at, Datum{0}, true);
        row.set(c.updated_by, Datum{0}, true);
    }
}

HeapTuple complete(const Workspace &start, const pg::RowEvent &event)
{
    bool no_type;
    int32 type_id = DatumGetInt32(slot_getattr(event.row, start.column.type_id, &no_type));
    if (no_type) // the column's NOT NULL says so
        return pg::row_given(event);
    const LockedType locked = lock_type(start, type_id);
    const Workspace &workspace = locked.workspace;
    const RelationshipColumns &c = workspace.column;
    pg::RowChanges row(event);
    if (!locked.type)
        raise_unknown_type(workspace, type_id);
    const RelationshipType &type = *locked.type;
    fill_module(row, workspace, type, Side::source);
    fill_module(row, workspace, type, Side::target);
    row.set_if_null(c.importance, Int16GetDatum(type.default_importance));
    if (!is_unchanged_key(event, c.source_module_id, c.source_key))
        normalise(row, workspace, c.source_module_id, type.source.module_id, c.source_key);
    if (!is_unchanged_key(event, c.target_module_id, c.target_key))
        normalise(row, workspace, c.target_module_id, type.target.module_id, c.target_key);
    if (!is_unchanged_key(event, c.address_module_id, c.address_key))
        normalise(row, workspace, c.address_module_id, 0, c.address_key);
    fill_audit(row, c, event);
    return row.apply(pg::row_given(event));
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_relationship_defaults);
Datum relate_relationship_defaults(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "relationship_defaults", pg::When::before, pg::Events::insert_update);
    return PointerGetDatum(complete(workspace_of_trigger(event, "relationship_defaults"), event));
}
}
