// relate.record_updated(): the AFTER UPDATE trigger on every module's table, and
// AFTER INSERT OR UPDATE on partitioned ones and their partitions, where a row
// that moves arrives by INSERT (see record_moved.h).
//
// It fires for every update, so it says quickly that neither key nor kind is
// another. A key index is unique at once, so keys pass from row to row in the
// order of the triggers: what is carried to a key never mixes with what is still
// to be carried away from it.
#include "enforce/record_updated.h"

#include "enforce/attached.h"
#include "enforce/record_deleted.h"
#include "enforce/record_moved.h"
#include "key/key_datum.h"
#include "pg/scan.h"
#include "pg/trigger.h"

namespace relate {

namespace {

bool same_value(TupleTableSlot *a, AttrNumber a_column, TupleTableSlot *b, AttrNumber b_column)
{
    bool a_null, b_null;
    Datum a_value = slot_getattr(a, a_column, &a_null);
    Datum b_value = slot_getattr(b, b_column, &b_null);
    if (a_null || b_null)
        return a_null == b_null;
    Form_pg_attribute attribute = TupleDescAttr(a->tts_tupleDescriptor, a_column - 1);
    return datum_image_eq(a_value, b_value, attribute->attbyval, attribute->attlen);
}

bool same_key(const ModuleTable &kept, const pg::RowEvent &event)
{
    for (AttrNumber column : kept.key)
        if (!same_value(event.row, column, event.old_row, column))
            return false;
    return true;
}

bool changes_nothing(std::span<const ModuleTable> modules, const pg::RowEvent &event)
{
    for (const ModuleTable &kept : modules) {
        if (!same_key(kept, event))
            return false;
        if (kept.kind_column && !same_value(event.row, kept.kind_column, event.old_row, kept.kind_column))
            return false;
    }
    return true;
}

bool same_kind(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const ModuleTable *find_module(std::span<const ModuleTable> modules, const ModuleTable &wanted)
{
    for (const ModuleTable &kept : modules)
        if (kept.workspace->schema == wanted.workspace->schema && kept.module->id == wanted.module->id)
            return &kept;
    return nullptr;
}

// The newest version of the row: a trigger that came first may have changed it
// again. False where it is gone.
bool fetch_newest(Relation table, TupleTableSlot *row, TupleTableSlot *newest)
{
    ItemPointerData where = row->tts_tid;
    Snapshot snapshot = pg::latest_snapshot();
    TableScanDesc scan = table_beginscan(table, snapshot, 0, nullptr);
    table_tuple_get_latest_tid(scan, &where);
    bool found = table_tuple_fetch_row_version(table, &where, snapshot, newest);
    table_endscan(scan);
    pg::done(snapshot);
    return found;
}

void record_of_module_is_changed(const ModuleTable &was, TupleTableSlot *before, const ModuleTable &is,
                                 TupleTableSlot *after)
{
    std::optional<Datum> old_key = key_of_row(was, before);
    std::optional<Datum> new_key = key_of_row(is, after);
    int32 module_id = is.module->id;
    if (!old_key && !new_key)
        return;
    if (!new_key) // a key column became null: there is no such record any more
        return record_is_gone(*is.workspace, {module_id, *old_key}, attached_to(*is.workspace, {module_id, *old_key}));
    if (old_key && !equal_key_datums(*old_key, *new_key))
        carry_over(*is.workspace, {module_id, *old_key}, *new_key);
    if (!is.kind_column)
        return;
    const char *kind = kind_of_row(is, after);
    if (!same_kind(kind_of_row(was, before), kind))
        kind_is_changed(*is.workspace, {module_id, *new_key}, kind);
}

void row_is_updated(std::span<const ModuleTable> modules, const pg::RowEvent &event)
{
    CommandCounterIncrement(); // see what this statement has done
    TupleTableSlot *newest = event.row;
    if (!table_tuple_satisfies_snapshot(event.table, event.row, SnapshotSelf)) {
        newest = table_slot_create(event.table, nullptr);
        // Gone: carried to the key that the row had, its relationships are refused there.
        if (!fetch_newest(event.table, event.row, newest))
            ExecCopySlot(newest, event.row);
    }
    record_is_changed({modules, modules, event.old_row, newest});
    if (newest != event.row)
        ExecDropSingleTupleTableSlot(newest);
}

} // namespace

void record_is_changed(const RowChange &change)
{
    for (const ModuleTable &is : change.after_modules)
        if (const ModuleTable *was = find_module(change.before_modules, is))
            record_of_module_is_changed(*was, change.before, is, change.after);
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_record_updated);
Datum relate_record_updated(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "record_updated", pg::When::after, pg::Events::insert_update);
    if (!event.old_row) {
        complete_move(event);
        return PointerGetDatum(nullptr);
    }
    std::span<const ModuleTable> modules = modules_kept_in(event.table);
    if (!changes_nothing(modules, event))
        row_is_updated(modules, event);
    return PointerGetDatum(nullptr);
}
}
