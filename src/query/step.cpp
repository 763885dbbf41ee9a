// See step.h. Below SQL where the walk itself may read so (direct.h), else by SQL.
#include "query/step.h"

#include "key/key_datum.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "read/direct.h"

namespace relate {

namespace {

struct Candidate {
    StepDetails details;
    int16 importance;
};

bool is_better(int16 importance, int64 id, const Candidate &than)
{
    if (!than.details.id || importance != than.importance)
        return !than.details.id || importance > than.importance;
    return id < *than.details.id;
}

bool holds(const Ways &ways, const RelationshipType &type, TupleTableSlot *row)
{
    if (type.is_perpetual)
        return true;
    bool no_start, no_end;
    DateADT start = DatumGetDateADT(slot_getattr(row, ways.workspace->column.start_date, &no_start));
    DateADT end = DatumGetDateADT(slot_getattr(row, ways.workspace->column.end_date, &no_end));
    return (no_start || start <= ways.as_of) && (no_end || end >= ways.as_of);
}

StepDetails read_directly(const Ways &ways, Relation table, const RelationshipType &type, const StepRecord &source,
                          const StepRecord &target)
{
    const Workspace &workspace = *ways.workspace;
    ScanKeyData keys[5];
    index_key(keys[0], 1, workspace.int4_equal, Int32GetDatum(source.module_id));
    index_key(keys[1], 2, workspace.key_equal, source.key);
    index_key(keys[2], 3, workspace.int4_equal, Int32GetDatum(type.id));
    index_key(keys[3], 4, workspace.int4_equal, Int32GetDatum(target.module_id));
    index_key(keys[4], 5, workspace.key_equal, target.key);
    pg::IndexScan scan = pg::begin_scan(table, workspace.source_index.oid, GetActiveSnapshot(), keys, pg::Reads::rows);
    Candidate best = {};
    while (pg::next(scan)) {
        bool is_null;
        if (!holds(ways, type, scan.slot))
            continue;
        int64 id = DatumGetInt64(slot_getattr(scan.slot, workspace.column.relationship_id, &is_null));
        int16 importance = DatumGetInt16(slot_getattr(scan.slot, workspace.column.importance, &is_null));
        if (!is_better(importance, id, best))
            continue;
        Datum description = slot_getattr(scan.slot, workspace.column.description, &is_null);
        best = {{id, is_null ? Datum{0} : PointerGetDatum(PG_DETOAST_DATUM_COPY(description))}, importance};
    }
    pg::end(scan);
    return best.details;
}

StepDetails read_by_sql(const Ways &ways, const RelationshipType &type, const StepRecord &source,
                        const StepRecord &target)
{
    const char *sql = psprintf(
        "SELECT r.relationship_id, r.description FROM %s AS r"
        " WHERE r.source_module_id OPERATOR(pg_catalog.=) $1 AND r.source_key OPERATOR(relate.=) $2"
        " AND r.type_id OPERATOR(pg_catalog.=) $3"
        " AND r.target_module_id OPERATOR(pg_catalog.=) $4 AND r.target_key OPERATOR(relate.=) $5"
        " AND ($6 OR coalesce(r.start_date OPERATOR(pg_catalog.<=) $7, true)"
        " AND coalesce(r.end_date OPERATOR(pg_catalog.>=) $7, true))"
        " ORDER BY r.importance DESC, r.relationship_id",
        pg::qualified_name(ways.workspace->relationship_table));
    Oid key = record_key_type();
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(source.module_id)},
                                {key, source.key},
                                {INT4OID, Int32GetDatum(type.id)},
                                {INT4OID, Int32GetDatum(target.module_id)},
                                {key, target.key},
                                {BOOLOID, BoolGetDatum(type.is_perpetual)},
                                {DATEOID, DateADTGetDatum(ways.as_of)}};
    StepDetails found = {};
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        if (pg::run(sql, arguments, pg::Sees::snapshot, 1) == 0)
            return;
        bool is_null;
        HeapTuple row = SPI_tuptable->vals[0];
        found.id = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));
        Datum description = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null);
        if (!is_null)
            found.description = pg::in_context(caller, [&] { return datumCopy(description, false, -1); });
    });
    return found;
}

} // namespace

StepDetails step_details(const Ways &ways, const StepRecord &near, graph::Via via, const StepRecord &far)
{
    const RelationshipType &type = *ways.workspace->type(via.type_id());
    if (type.is_hard_link())
        return {};
    const StepRecord &source = via.from_target() ? far : near, &target = via.from_target() ? near : far;
    Relation table = open_directly(*ways.workspace);
    if (!table)
        return read_by_sql(ways, type, source, target);
    StepDetails found = read_directly(ways, table, type, source, target);
    table_close(table, NoLock);
    return found;
}

} // namespace relate
