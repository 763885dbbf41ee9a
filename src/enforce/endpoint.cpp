// See endpoint.h.
#include "enforce/endpoint.h"

#include "catalog/record.h"
#include "enforce/locked_records.h"
#include "pg/memory.h"
#include "pg/scan.h"
#include "pg/spi.h"

namespace relate {

namespace {

const char *kind_of(const Module &module, TupleTableSlot *row)
{
    return module.kind_column ? kind_in_column(row, module.kind_column) : module.kind;
}

enum class Attempt { found, absent, changed };

// Finds and locks the row once; `changed` asks for another look.
Attempt try_lock(Relation table, const Module &module, const KeyValues &values, LockTupleMode mode,
                 TupleTableSlot *locked)
{
    ScanKeyData keys[INDEX_MAX_KEYS];
    Snapshot snapshot = pg::latest_snapshot();
    pg::IndexScan scan = pg::begin_scan(table, module.index, snapshot, key_scan(module, values, keys), pg::Reads::rows);
    Attempt attempt = Attempt::absent;
    if (pg::next(scan)) {
        ItemPointerData row = scan.slot->tts_tid;
        TM_FailureData failure;
        TM_Result result = table_tuple_lock(
            table, &row, snapshot, locked, GetCurrentCommandId(false), mode, LockWaitBlock,
            TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS | TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);
        if (result == TM_SelfModified)
            attempt = Attempt::absent;
        else if (result != TM_Ok)
            attempt = Attempt::changed; // deleted, or moved to another partition, while we waited
        else if (failure.traversed && !row_has_key(module, values, locked))
            attempt = Attempt::changed; // the version we locked bears another key
        else
            attempt = Attempt::found;
    }
    pg::end(scan);
    pg::done(snapshot);
    return attempt;
}

LockedRecord lock_directly(const Module &module, const KeyValues &values, bool wants_kind)
{
    LockedRecord record = {};
    Relation table = table_open(module.table, RowShareLock);
    TupleTableSlot *row = table_slot_create(table, nullptr);
    bool by_row = wants_kind && module.kind_column;
    Attempt attempt;
    do {
        CHECK_FOR_INTERRUPTS();
        attempt = try_lock(table, module, values, by_row ? LockTupleShare : LockTupleKeyShare, row);
    } while (attempt == Attempt::changed);
    if (attempt == Attempt::found) {
        record.exists = true;
        record.key = key_of_row(module, row);
        record.kind = wants_kind ? kind_of(module, row) : nullptr;
    }
    ExecDropSingleTupleTableSlot(row);
    table_close(table, NoLock);
    return record;
}

// Partitioned tables, and tables of other access methods: the same through SQL.
const char *lock_statement(const Module &module, bool by_row, bool locks)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    for (const KeyColumn &column : module.key)
        appendStringInfo(&sql, "x.%s, ", pg::column_name(module.table, column.attribute));
    if (module.kind_column) // as it is: a cast could be anybody's function
        appendStringInfo(&sql, "x.%s", pg::column_name(module.table, module.kind_column));
    else
        appendStringInfoString(&sql, "NULL");
    appendStringInfo(&sql, " FROM %s x WHERE ", pg::qualified_name(module.table));
    append_key_condition(&sql, module, "x", 1);
    if (locks)
        appendStringInfoString(&sql, by_row ? " FOR SHARE OF x" : " FOR KEY SHARE OF x");
    return sql.data;
}

// Run as the table's owner, as referential integrity does: the workspace's owner
// has shown that he may refer to it.
LockedRecord find_by_sql(const Module &module, const KeyValues &values, bool wants_kind,
                         bool locks)
{
    LockedRecord record = {};
    const char *sql = lock_statement(module, wants_kind && module.kind_column, locks);
    pg::Argument arguments[INDEX_MAX_KEYS];
    for (size_t i = 0; i < module.key.size(); ++i)
        arguments[i] = {module.key[i].type, values.values[i]};
    MemoryContext caller = CurrentMemoryContext;
    pg::as_owner(module.owner, [&] {
        pg::spi_session([&] {
            if (pg::run(sql, {arguments, module.key.size()}, pg::Sees::latest, 1) == 0)
                return;
            HeapTuple tuple = SPI_tuptable->vals[0];
            TupleDesc shape = SPI_tuptable->tupdesc;
            Datum key[INDEX_MAX_KEYS];
            bool is_null;
            for (size_t i = 0; i < module.key.size(); ++i)
                key[i] = SPI_getbinval(tuple, shape, static_cast<int>(i) + 1, &is_null);
            int kind_place = static_cast<int>(module.key.size()) + 1;
            const char *kind = kind_of_output(SPI_gettypeid(shape, kind_place), SPI_getvalue(tuple, shape, kind_place));
            pg::in_context(caller, [&] {
                record.exists = true;
                record.key = key_of_values(module, key);
                record.kind = !wants_kind ? nullptr : module.kind_column ? (kind ? pstrdup(kind) : nullptr) : module.kind;
            });
        });
    });
    return record;
}

} // namespace

LockedRecord lock_record(const Module &module, Datum key, bool wants_kind)
{
    bool by_kind = wants_kind && module.kind_column;
    if (!by_kind && is_locked_already(module.table, key_bytes(key)))
        return {true, key, wants_kind ? module.kind : nullptr};
    KeyValues values;
    if (!values_of_key(module, key, values))
        return {};
    LockedRecord record = module.is_direct ? lock_directly(module, values, wants_kind)
                                           : find_by_sql(module, values, wants_kind, true);
    if (record.exists && !by_kind)
        remember_locked(module.table, key_bytes(record.key)); // the canonical one only
    return record;
}

bool record_exists(const Module &module, Datum key)
{
    KeyValues values;
    if (!values_of_key(module, key, values))
        return false;
    if (!module.is_direct)
        return find_by_sql(module, values, false, false).exists;
    ScanKeyData keys[INDEX_MAX_KEYS];
    Relation table = table_open(module.table, AccessShareLock);
    Snapshot snapshot = pg::latest_snapshot();
    pg::IndexScan scan = pg::begin_scan(table, module.index, snapshot, key_scan(module, values, keys), pg::Reads::rows);
    bool exists = pg::next(scan);
    pg::end(scan);
    pg::done(snapshot);
    table_close(table, AccessShareLock);
    return exists;
}

} // namespace relate
