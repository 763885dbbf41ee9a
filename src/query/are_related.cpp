// relate.are_related: whether one relationship of a type links two records.
#include "catalog/record.h"
#include "catalog/relationship.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "query/arguments.h"
#include "read/direct.h"
#include "read/hard_links.h"

namespace relate {

namespace {

struct Question {
    const Workspace &workspace;
    const RelationshipType &type;
    DateADT as_of;
    Relation table; // null: read through SQL
};

bool holds(const Question &q, TupleTableSlot *row)
{
    if (q.type.is_perpetual)
        return true;
    Interval when = read_relationship(q.workspace, row).stored;
    return when.first <= q.as_of && q.as_of <= when.last;
}

bool is_stored_directly(const Question &q, const RecordRef &source, const RecordRef &target)
{
    ScanKeyData keys[5];
    index_key(keys[0], 1, q.workspace.int4_equal, Int32GetDatum(source.module_id));
    index_key(keys[1], 2, q.workspace.key_equal, source.key);
    index_key(keys[2], 3, q.workspace.int4_equal, Int32GetDatum(q.type.id));
    index_key(keys[3], 4, q.workspace.int4_equal, Int32GetDatum(target.module_id));
    index_key(keys[4], 5, q.workspace.key_equal, target.key);
    pg::IndexScan scan = pg::begin_scan(q.table, q.workspace.source_index.oid, GetActiveSnapshot(), keys);
    bool found = false;
    while (!found && pg::next(scan))
        found = holds(q, scan.slot);
    pg::end(scan);
    return found;
}

bool is_stored_by_sql(const Question &q, const RecordRef &source, const RecordRef &target)
{
    const char *sql = psprintf(
        "SELECT FROM %s WHERE source_module_id OPERATOR(pg_catalog.=) $1 AND source_key OPERATOR(relate.=) $2"
        " AND type_id OPERATOR(pg_catalog.=) $3"
        " AND target_module_id OPERATOR(pg_catalog.=) $4 AND target_key OPERATOR(relate.=) $5"
        " AND ($6 OR coalesce(start_date OPERATOR(pg_catalog.<=) $7, true)"
        " AND coalesce(end_date OPERATOR(pg_catalog.>=) $7, true))",
        pg::qualified_name(q.workspace.relationship_table));
    Oid key = record_key_type();
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(source.module_id)},
                                {key, source.key},
                                {INT4OID, Int32GetDatum(q.type.id)},
                                {INT4OID, Int32GetDatum(target.module_id)},
                                {key, target.key},
                                {BOOLOID, BoolGetDatum(q.type.is_perpetual)},
                                {DATEOID, DateADTGetDatum(q.as_of)}};
    bool found = false;
    pg::spi_session([&] { found = pg::run(sql, arguments, pg::Sees::snapshot, 1) > 0; });
    return found;
}

bool is_stored(const Question &q, const RecordRef &source, const RecordRef &target)
{
    return q.table ? is_stored_directly(q, source, target) : is_stored_by_sql(q, source, target);
}

// The records that the key may mean on this side: of the type's module there, or of every module.
std::span<const RecordRef> records(const Question &q, Side side, Datum key)
{
    pg::Array<RecordRef> found;
    int32 wanted = q.type.side(side).module_id;
    for (const Module &module : q.workspace.modules)
        if (wanted == 0 || wanted == module.id)
            found.push({module.id, canonical_key(module, key)});
    return found.view();
}

bool is_hard_linked(const Question &q, Datum source_key, Datum target_key)
{
    const Module *source = q.workspace.module(q.type.source.module_id);
    const Module *target = q.workspace.module(q.type.target.module_id);
    if (!source || !target)
        return false;
    bool found = false;
    for_each_hard_link({&q.workspace, &q.type, canonical_key(*source, source_key), canonical_key(*target, target_key), false},
                       [&](const HardLink &link) {
                           found = (!link.start_date || *link.start_date <= q.as_of) &&
                                   (!link.end_date || *link.end_date >= q.as_of);
                           return !found;
                       });
    return found;
}

bool are_related(const Question &q, Datum source_key, Datum target_key)
{
    if (q.type.is_hard_link())
        return is_hard_linked(q, source_key, target_key);
    std::span<const RecordRef> targets = records(q, Side::target, target_key);
    for (const RecordRef &source : records(q, Side::source, source_key))
        for (const RecordRef &target : targets) {
            CHECK_FOR_INTERRUPTS();
            if (is_stored(q, source, target) || (q.type.is_symmetric && is_stored(q, target, source)))
                return true;
        }
    return false;
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_are_related);
Datum relate_are_related(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Datum name = required_argument(fcinfo, 0, "type");
    Datum source_key = required_argument(fcinfo, 1, "source_key");
    Datum target_key = required_argument(fcinfo, 2, "target_key");
    const Workspace &workspace = current_workspace();
    const RelationshipType &type = type_named(workspace, text_view(name));
    Question question = {workspace, type, date_argument(fcinfo, 3),
                         type.is_hard_link() ? nullptr : open_directly(workspace)};
    bool answer = are_related(question, source_key, target_key);
    if (question.table)
        table_close(question.table, NoLock);
    PG_RETURN_BOOL(answer);
}
}
