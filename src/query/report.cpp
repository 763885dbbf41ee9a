// relate.relationship_report: every relationship twice, once from each side.
//
// Relationships come through SQL, as the caller may see them, in batches; the
// names of a batch are fetched together. Memory is a batch and what the output
// keeps within work_mem.
#include "key/key_datum.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "pg/srf.h"
#include "query/arguments.h"
#include "read/hard_links.h"
#include "read/names.h"

namespace relate {

namespace {

constexpr long batch_size = 5000;

struct DateRange {
    pg::Argument from, to;
    bool is_given() const { return !from.is_null || !to.is_null; }
};

struct ReportQuery {
    const Workspace &workspace;
    WantedTypes types;
    DateRange start, end;
};

struct ReportRow {
    int64 id;
    const RelationshipType *type;
    const Module *module[2]; // by Side
    Datum key[2];
    Datum name[2]; // texts, or 0
    std::optional<DateADT> start_date, end_date;
    bool is_current;
    Datum importance, email; // email 0: null
};

int index(Side side) { return static_cast<int>(side); }

DateRange range_argument(FunctionCallInfo fcinfo, int number)
{
    auto date = [&](int n) -> pg::Argument { return {DATEOID, fcinfo->args[n].value, fcinfo->args[n].isnull}; };
    return {date(number), date(number + 1)};
}

bool contains(std::span<const RelationshipType *const> types, const RelationshipType &wanted)
{
    return std::find(types.begin(), types.end(), &wanted) != types.end();
}

WantedTypes wanted_types(FunctionCallInfo fcinfo, const Workspace &workspace, bool needs_dates)
{
    auto names = texts_argument(fcinfo, 0, "types");
    auto excluded_names = texts_argument(fcinfo, 1, "exclude_types");
    auto included = types_named(workspace, names.value_or(std::span<const Datum>{}));
    auto excluded = types_named(workspace, excluded_names.value_or(std::span<const Datum>{}));
    if (!names && excluded.empty() && !needs_dates)
        return {true, {}};
    pg::Array<Datum> ids;
    for (const RelationshipType &type : workspace.types)
        if ((!names || contains(included, type)) && !contains(excluded, type) && !(needs_dates && type.is_perpetual))
            ids.push(Int32GetDatum(type.id));
    return {false, ids.view()};
}

const char *statement(const ReportQuery &query)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql,
                     "SELECT relationship_id, type_id, source_module_id, target_module_id, source_key, target_key,"
                     " start_date, end_date, importance, email FROM %s WHERE true",
                     pg::qualified_name(query.workspace.relationship_table));
    if (!query.types.all)
        appendStringInfoString(&sql, " AND type_id OPERATOR(pg_catalog.=) ANY ($1)");
    static constexpr const char *limits[] = {
        " AND start_date OPERATOR(pg_catalog.>=) $2", " AND start_date OPERATOR(pg_catalog.<=) $3",
        " AND end_date OPERATOR(pg_catalog.>=) $4", " AND end_date OPERATOR(pg_catalog.<=) $5"};
    const pg::Argument *given[] = {&query.start.from, &query.start.to, &query.end.from, &query.end.to};
    for (int i = 0; i < 4; ++i)
        if (!given[i]->is_null)
            appendStringInfoString(&sql, limits[i]);
    appendStringInfoString(&sql, " ORDER BY relationship_id");
    return sql.data;
}

// Without a type where it, or a module, is gone by now.
ReportRow read_row(const Workspace &workspace, HeapTuple tuple, TupleDesc columns, DateADT today)
{
    auto value = [&](int number, bool &is_null) { return SPI_getbinval(tuple, columns, number, &is_null); };
    auto date = [&](int number) -> std::optional<DateADT> {
        bool is_null;
        Datum found = value(number, is_null);
        return is_null ? std::nullopt : std::optional(DatumGetDateADT(found));
    };
    bool is_null;
    ReportRow row = {};
    row.id = DatumGetInt64(value(1, is_null));
    row.type = workspace.type(DatumGetInt32(value(2, is_null)));
    for (int side : {0, 1}) {
        row.module[side] = workspace.module(DatumGetInt32(value(3 + side, is_null)));
        row.key[side] = value(5 + side, is_null);
    }
    if (!row.type || !row.module[0] || !row.module[1])
        return {};
    if (!row.type->is_perpetual) {
        row.start_date = date(7);
        row.end_date = date(8);
    }
    row.is_current = (!row.start_date || *row.start_date <= today) && (!row.end_date || *row.end_date >= today);
    row.importance = value(9, is_null);
    row.email = value(10, is_null);
    if (is_null)
        row.email = 0;
    return row;
}

void put_side(const pg::Output &output, const ReportRow &row, Side primary)
{
    int near = index(primary), far = index(other(primary));
    pg::Columns columns;
    if (row.type->is_hard_link())
        columns.null();
    else
        columns.add(Int64GetDatum(row.id));
    columns.text(row.type->name);
    columns.text(row.module[near]->name);
    columns.add(row.key[near]);
    columns.reference(row.name[near]);
    columns.text(row.type->side(primary).role);
    columns.text(row.type->side(primary).label);
    columns.text(row.module[far]->name);
    columns.add(row.key[far]);
    columns.reference(row.name[far]);
    columns.text(row.type->side(other(primary)).role);
    columns.date(row.start_date);
    columns.date(row.end_date);
    columns.add(row.importance);
    columns.add(BoolGetDatum(row.is_current));
    columns.reference(row.email);
    columns.put(output);
}

// A record related to itself the same in both directions: its two sides are one.
bool is_one_sided(const ReportRow &row)
{
    return row.type->is_symmetric && row.module[0] == row.module[1] && equal_key_datums(row.key[0], row.key[1]);
}

void put_rows(const pg::Output &output, std::span<ReportRow> rows)
{
    NamesWanted wanted;
    for (ReportRow &row : rows)
        for (int side : {0, 1})
            wanted.add(row.module[side], row.key[side], &row.name[side]);
    wanted.fetch();
    for (const ReportRow &row : rows) {
        if (!row.type)
            continue;
        put_side(output, row, Side::source);
        if (!is_one_sided(row))
            put_side(output, row, Side::target);
    }
}

void put_batch(const pg::Output &output, const Workspace &workspace, uint64 count, DateADT today)
{
    auto *rows = palloc_array(ReportRow, count);
    for (uint64 i = 0; i < count; ++i)
        rows[i] = read_row(workspace, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, today);
    put_rows(output, {rows, count});
}

// ---- hard links ----------------------------------------------------------------

bool is_within(std::optional<DateADT> date, const DateRange &range)
{
    return !range.is_given() || (date && (range.from.is_null || *date >= DatumGetDateADT(range.from.value)) &&
                                 (range.to.is_null || *date <= DatumGetDateADT(range.to.value)));
}

bool is_wanted(const WantedTypes &types, const RelationshipType &type)
{
    return types.all || std::any_of(types.ids.begin(), types.ids.end(),
                                    [&](Datum id) { return DatumGetInt32(id) == type.id; });
}

ReportRow row_of(const Workspace &workspace, const RelationshipType &type, const HardLink &link, DateADT today)
{
    ReportRow row = {};
    row.type = &type;
    row.module[0] = workspace.module(type.source.module_id);
    row.module[1] = workspace.module(type.target.module_id);
    row.key[0] = datumCopy(link.source_key, false, -1);
    row.key[1] = datumCopy(link.target_key, false, -1);
    row.start_date = link.start_date;
    row.end_date = link.end_date;
    row.is_current = (!row.start_date || *row.start_date <= today) && (!row.end_date || *row.end_date >= today);
    row.importance = Int16GetDatum(type.default_importance);
    return row;
}

void report_type(const pg::Output &output, const ReportQuery &query, const RelationshipType &type, DateADT today,
                 MemoryContext work)
{
    pg::Array<ReportRow> rows;
    auto put = [&] {
        pg::in_context(work, [&] { put_rows(output, {rows.begin(), rows.size()}); });
        rows = {};
        MemoryContextReset(work);
    };
    for_each_hard_link({&query.workspace, &type, std::nullopt, std::nullopt, false}, [&](const HardLink &link) {
        if (is_within(link.start_date, query.start) && is_within(link.end_date, query.end))
            pg::in_context(work, [&] { rows.push(row_of(query.workspace, type, link, today)); });
        if (rows.size() == batch_size)
            put();
        return true;
    });
    put();
}

void report_hard_links(const pg::Output &output, const ReportQuery &query, DateADT today, MemoryContext work)
{
    if (!has_hard_links(query.workspace))
        return;
    for (const RelationshipType &type : query.workspace.types)
        if (type.is_hard_link() && is_wanted(query.types, type) &&
            (!query.types.all || may_read_hard_links(query.workspace, type)))
            report_type(output, query, type, today, work);
}

void report(const pg::Output &output, const ReportQuery &query)
{
    pg::Argument arguments[] = {pg::array_argument(INT4OID, query.types.ids), query.start.from, query.start.to,
                                query.end.from, query.end.to};
    DateADT today = GetSQLCurrentDate();
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate report", ALLOCSET_DEFAULT_SIZES);
    const char *sql = statement(query);
    pg::spi_session([&] {
        Portal rows = pg::open_rows(sql, arguments);
        while (uint64 count = pg::fetch(rows, batch_size)) {
            CHECK_FOR_INTERRUPTS();
            pg::in_context(work, [&] { put_batch(output, query.workspace, count, today); });
            MemoryContextReset(work);
        }
        pg::close_rows(rows);
    });
    report_hard_links(output, query, today, work);
    MemoryContextDelete(work);
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_relationship_report);
Datum relate_relationship_report(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Workspace &workspace = current_workspace();
    DateRange start = range_argument(fcinfo, 2), end = range_argument(fcinfo, 4);
    WantedTypes types = wanted_types(fcinfo, workspace, start.is_given() || end.is_given());
    report(pg::begin_output(fcinfo), {workspace, types, start, end});
    return pg::end_output(fcinfo);
}
}
