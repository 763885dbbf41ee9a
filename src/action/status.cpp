// Relationship status: what a record is to us.
//
// relate.record_status_check(), the AFTER trigger on record_status: the record
// exists (its row is locked as for a relationship), the status belongs to its
// module, and a retired one is not given anew.
//
// relate.record_status_defaults(), the BEFORE trigger: who set it, and when.
#include "catalog/workspace.h"
#include "enforce/endpoint.h"
#include "key/key_datum.h"
#include "pg/error.h"
#include "pg/row_changes.h"
#include "pg/spi.h"
#include "pg/trigger.h"

namespace relate {

namespace {

struct StatusRow {
    int32 module_id;
    Datum key;
    int32 status_id;
    DateADT since;
};

StatusRow read_status_row(Oid table, TupleTableSlot *row)
{
    bool is_null; // none of them can be
    return {DatumGetInt32(slot_getattr(row, get_attnum(table, "module_id"), &is_null)),
            slot_getattr(row, get_attnum(table, "key"), &is_null),
            DatumGetInt32(slot_getattr(row, get_attnum(table, "status_id"), &is_null)),
            DatumGetDateADT(slot_getattr(row, get_attnum(table, "since"), &is_null))};
}

pg::Problem problem(const Workspace &workspace, int sqlstate, const char *constraint, const char *message)
{
    return {.sqlstate = sqlstate,
            .message = message,
            .schema = workspace.name,
            .table = get_rel_name(workspace.record_status_table),
            .constraint = constraint};
}

void check_record(const Workspace &workspace, const StatusRow &row)
{
    const Module *module = workspace.module(row.module_id);
    if (!module) {
        pg::Problem p = problem(workspace, ERRCODE_FOREIGN_KEY_VIOLATION, "record_status_record",
                                psprintf("module %d does not exist", row.module_id));
        p.column = "module_id";
        pg::raise(p);
    }
    bool is_storable = is_storable_key(key_bytes(row.key));
    LockedRecord found = is_storable ? lock_record(*module, row.key, false) : LockedRecord{};
    if (found.exists && equal_key_datums(found.key, row.key))
        return;
    pg::Problem p = problem(workspace, ERRCODE_FOREIGN_KEY_VIOLATION, "record_status_record",
                            psprintf("%s %s does not exist", module->singular, cstring_of_key_datum(row.key)));
    if (!is_storable)
        p.detail = psprintf("A key has between 1 and %zu bytes.", longest_stored_key);
    else if (!OidIsValid(module->table))
        p.detail = psprintf("The table of module \"%s\", or a column of its key, is gone, or closed to the owner of the workspace.",
                            module->name);
    else
        p.detail = psprintf("Table %s has no row with that key.", pg::qualified_name(module->table));
    p.column = "key";
    pg::raise(p);
}

struct StatusState {
    bool exists;
    int32 module_id;
    bool is_retired;
    const char *name;
};

// The status as it is now. Who retires it waits for us, or we for him.
StatusState lock_status(const Workspace &workspace, int32 status_id)
{
    StatusState status = {};
    const char *sql = psprintf("SELECT module_id, is_retired, name FROM %s WHERE status_id OPERATOR(pg_catalog.=) $1 "
                               "FOR SHARE",
                               pg::qualified_name(workspace.status_table));
    pg::Argument argument[] = {{INT4OID, Int32GetDatum(status_id)}};
    MemoryContext caller = CurrentMemoryContext;
    pg::as_owner(workspace.owner, [&] {
        pg::spi_session([&] {
            if (pg::run(sql, argument, pg::Sees::latest, 1) == 0)
                return;
            bool is_null;
            HeapTuple row = SPI_tuptable->vals[0];
            status.exists = true;
            status.module_id = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));
            status.is_retired = DatumGetBool(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null));
            status.name = MemoryContextStrdup(caller, SPI_getvalue(row, SPI_tuptable->tupdesc, 3));
        });
    });
    return status;
}

void check_status(const Workspace &workspace, const StatusRow &row, const StatusRow *old)
{
    const StatusState status = lock_status(workspace, row.status_id);
    if (!status.exists)
        return; // the foreign key says so
    const Module *module = workspace.module(row.module_id);
    if (status.module_id != row.module_id) {
        pg::Problem p = problem(workspace, ERRCODE_CHECK_VIOLATION, "record_status_module",
                                psprintf("status \"%s\" is not one of module \"%s\"", status.name, module->name));
        p.hint = psprintf("SELECT * FROM relate.statuses(%s) lists them.", quote_literal_cstr(module->name));
        pg::raise(p);
    }
    if (status.is_retired && !(old && old->status_id == row.status_id)) {
        pg::Problem p = problem(workspace, ERRCODE_CHECK_VIOLATION, "record_status_retired",
                                psprintf("status \"%s\" of module \"%s\" is retired", status.name, module->name));
        p.detail = "Records that have it keep it; it cannot be given any more.";
        p.hint = psprintf("Bring it back: SELECT relate.restore_status(%s, %s);", quote_literal_cstr(module->name),
                          quote_literal_cstr(status.name));
        pg::raise(p);
    }
}

void check_since(const Workspace &workspace, const StatusRow &row)
{
    if (!DATE_NOT_FINITE(row.since))
        return;
    pg::Problem p = problem(workspace, ERRCODE_CHECK_VIOLATION, "record_status_since",
                            "the date of a status must be finite");
    p.column = "since";
    pg::raise(p);
}

// As for relationships: only the owner of the table may say who did it, and when.
HeapTuple note_who(const pg::RowEvent &event)
{
    Oid table = RelationGetRelid(event.table);
    AttrNumber set_at = get_attnum(table, "set_at"), set_by = get_attnum(table, "set_by");
    if (set_at == InvalidAttrNumber || set_by == InvalidAttrNumber)
        return pg::row_given(event);
    pg::RowChanges row(event);
    bool is_owner = has_privs_of_role(GetUserId(), event.table->rd_rel->relowner);
    if (!is_owner || row.is_null(set_at))
        row.set(set_at, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
    if (!is_owner || row.is_null(set_by))
        row.set(set_by, PointerGetDatum(cstring_to_text(GetUserNameFromId(pg::acting_user(), false))));
    return row.apply(pg::row_given(event));
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_record_status_defaults);
Datum relate_record_status_defaults(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "record_status_defaults", pg::When::before, pg::Events::insert_update);
    const Workspace &workspace = workspace_of(RelationGetRelid(event.table));
    if (workspace.record_status_table != RelationGetRelid(event.table))
        pg::raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                   .message = "function relate.record_status_defaults() is for a trigger on the table record_status of a workspace"});
    return PointerGetDatum(note_who(event));
}

PG_FUNCTION_INFO_V1(relate_record_status_check);
Datum relate_record_status_check(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "record_status_check", pg::When::after, pg::Events::insert_update);
    Oid table = RelationGetRelid(event.table);
    const Workspace &workspace = workspace_of(table);
    if (workspace.record_status_table != table)
        pg::raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                   .message = "function relate.record_status_check() is for a trigger on the table record_status of a workspace"});
    if (!table_tuple_satisfies_snapshot(event.table, event.row, SnapshotSelf))
        return PointerGetDatum(nullptr);
    CommandCounterIncrement();
    StatusRow row = read_status_row(table, event.row);
    StatusRow old = event.old_row ? read_status_row(table, event.old_row) : StatusRow{};
    check_since(workspace, row);
    check_record(workspace, row);
    check_status(workspace, row, event.old_row ? &old : nullptr);
    return PointerGetDatum(nullptr);
}
}
