// relate.record_deleted(): the AFTER DELETE trigger on every module's table.
//
// For each workspace that registers the table, the relationships of the record
// that is gone are looked for with the latest snapshot: an older one could miss
// what was committed meanwhile, and whoever inserts one now waits for our lock on
// the record, or has it already and we waited for him. By the type's policy they
// forbid the deletion, or go too. The record's status goes, and where it was the
// address of a relationship, that is cleared.
#include "catalog/record.h"
#include "catalog/workspace.h"
#include "enforce/endpoint.h"
#include "enforce/rivals.h"
#include "enforce/type_lock.h"
#include "enforce/violation.h"
#include "key/key_datum.h"
#include "pg/memory.h"
#include "pg/scan.h"
#include "pg/spi.h"
#include "pg/trigger.h"

namespace relate {

namespace {

// Relationships of the record on one side, as the latest snapshot has them.
pg::Array<Relationship> relationships_of(const Workspace &workspace, Side side, const RecordRef &record)
{
    pg::Array<Relationship> found;
    ScanKeyData keys[2];
    ScanKeyEntryInitializeWithInfo(&keys[0], 0, 1, BTEqualStrategyNumber, InvalidOid, InvalidOid,
                                   const_cast<FmgrInfo *>(&workspace.int4_equal), Int32GetDatum(record.module_id));
    ScanKeyEntryInitializeWithInfo(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid, InvalidOid,
                                   const_cast<FmgrInfo *>(&workspace.key_equal), record.key);
    Relation table = table_open(workspace.relationship_table, AccessShareLock);
    Snapshot snapshot = pg::latest_snapshot();
    pg::IndexScan scan = pg::begin_scan(table, index_for(workspace, side).oid, snapshot, keys);
    while (pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        Relationship row = read_relationship(workspace, scan.slot);
        row.source.key = datumCopy(row.source.key, false, -1);
        row.target.key = datumCopy(row.target.key, false, -1);
        found.push(row);
    }
    pg::end(scan);
    pg::done(snapshot);
    table_close(table, AccessShareLock);
    return found;
}

OnDelete policy(const Workspace &workspace, Side side, const Relationship &row)
{
    const RelationshipType *type = workspace.type(row.type_id);
    return type ? type->side(side).on_delete : OnDelete::refuse;
}

void refuse_if_forbidden(const Workspace &workspace, Side side, const pg::Array<Relationship> &found)
{
    const Relationship *first = nullptr;
    uint64 count = 0;
    for (const Relationship &row : found) {
        if (policy(workspace, side, row) != OnDelete::refuse)
            continue;
        if (!first)
            first = &row;
        count += row.type_id == first->type_id;
    }
    if (!first)
        return;
    static constexpr RelationshipType lost_type = {};
    const RelationshipType *type = workspace.type(first->type_id);
    raise_delete_refused({workspace, type ? *type : lost_type, *first}, side, count);
}

// The record is named again: another transaction may have moved the relationship
// to another record while we waited for it.
void remove(const Workspace &workspace, Side side, const RecordRef &record, const pg::Array<Relationship> &found)
{
    if (found.empty())
        return;
    const char *name = side == Side::source ? "source" : "target";
    const char *sql = psprintf("DELETE FROM %s WHERE relationship_id OPERATOR(pg_catalog.=) $1 "
                               "AND %s_module_id OPERATOR(pg_catalog.=) $2 AND %s_key OPERATOR(relate.=) $3",
                               pg::qualified_name(workspace.relationship_table), name, name);
    for (const Relationship &row : found) {
        pg::Argument arguments[] = {{INT8OID, Int64GetDatum(row.id)},
                                    {INT4OID, Int32GetDatum(record.module_id)},
                                    {record_key_type(), record.key}};
        pg::run(sql, arguments, pg::Sees::latest_checked);
    }
}

void forget(const Workspace &workspace, const RecordRef &record)
{
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(record.module_id)}, {record_key_type(), record.key}};
    pg::run(psprintf("DELETE FROM %s WHERE module_id OPERATOR(pg_catalog.=) $1 AND key OPERATOR(relate.=) $2",
                     pg::qualified_name(workspace.record_status_table)),
            arguments, pg::Sees::latest_checked);
    pg::run(psprintf("UPDATE %s SET address_module_id = NULL, address_key = NULL "
                     "WHERE address_module_id OPERATOR(pg_catalog.=) $1 AND address_key OPERATOR(relate.=) $2",
                     pg::qualified_name(workspace.relationship_table)),
            arguments, pg::Sees::latest_checked);
}

void record_is_gone(const Workspace &workspace, const RecordRef &record)
{
    pg::Array<Relationship> found[2];
    for (Side side : {Side::source, Side::target})
        found[static_cast<int>(side)] = relationships_of(workspace, side, record);
    for (Side side : {Side::source, Side::target})
        refuse_if_forbidden(workspace, side, found[static_cast<int>(side)]);
    pg::as_owner(workspace.owner, [&] {
        pg::spi_session([&] {
            remove(workspace, Side::source, record, found[0]);
            remove(workspace, Side::target, record, found[1]);
            forget(workspace, record);
        });
    });
}

// The module is the table itself or one that it is a partition of.
const Module *module_of(const Workspace &workspace, Relation table)
{
    if (const Module *module = workspace.module_of_table(RelationGetRelid(table)))
        return module;
    if (!table->rd_rel->relispartition)
        return nullptr;
    ListCell *cell;
    foreach (cell, get_partition_ancestors(RelationGetRelid(table)))
        if (const Module *module = workspace.module_of_table(lfirst_oid(cell)))
            return module;
    return nullptr;
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_record_deleted);
Datum relate_record_deleted(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "record_deleted", pg::When::after, pg::Events::remove);
    CommandCounterIncrement(); // see what this statement has done
    for (const Workspace *workspace : every_workspace()) {
        const Module *module = module_of(*workspace, event.table);
        if (!module || module->key.empty())
            continue;
        RecordRef gone = {module->id, key_of_row(*module, event.table, event.row)};
        // Moved to another partition, or made again: not gone.
        if (!record_exists(*module, gone.key))
            record_is_gone(*workspace, gone);
    }
    return PointerGetDatum(nullptr);
}
}
