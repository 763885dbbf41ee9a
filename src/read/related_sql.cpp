// read_by_sql: see related_readers.h.
#include "pg/memory.h"
#include "pg/spi.h"
#include "read/related_readers.h"

namespace relate {

namespace {

constexpr long batch_size = 1000;

// Columns of the statement, as they are read below.
enum class Column : int {
    from = 1,
    own_side_is_source,
    relationship_id,
    type_id,
    module_id,
    key,
    start_date,
    end_date,
    importance,
    description,
    email,
    phone,
    address,
    attributes,
    address_module_id,
    address_key
};

// Parameters: $1 module, $2 keys, $3 perpetual types, $4 symmetric types, $5 modules
// by name, $6 as_of, $7 max_rows, $8 and $9 types wanted from the source and target side.
constexpr const char *perpetual = "r.type_id OPERATOR(pg_catalog.=) ANY ($3)";

const char *shown_condition(Show show)
{
    switch (show) {
    case Show::current:
        return psprintf(" AND (%s OR coalesce(r.start_date OPERATOR(pg_catalog.<=) $6, true)"
                        " AND coalesce(r.end_date OPERATOR(pg_catalog.>=) $6, true))",
                        perpetual);
    case Show::past:
        return psprintf(" AND NOT %s AND r.end_date OPERATOR(pg_catalog.<) $6", perpetual);
    case Show::future:
        return psprintf(" AND NOT %s AND r.start_date OPERATOR(pg_catalog.>) $6", perpetual);
    case Show::all:
        return "";
    }
    pg_unreachable();
}

void append_side(StringInfo sql, const RelatedQuery &query, Side own)
{
    bool is_source = own == Side::source;
    const char *near = is_source ? "source" : "target";
    const char *far = is_source ? "target" : "source";
    appendStringInfo(sql,
                     "SELECT %s AS is_source, r.relationship_id, r.type_id, r.%s_module_id AS module_id, r.%s_key AS key,"
                     " CASE WHEN NOT %s THEN r.start_date END AS start_date, r.end_date, r.importance,"
                     " r.description, r.email, r.phone, r.address, r.attributes, r.address_module_id, r.address_key",
                     is_source ? "true" : "false", far, far, perpetual);
    appendStringInfo(sql,
                     " FROM %s AS r WHERE r.%s_module_id OPERATOR(pg_catalog.=) $1"
                     " AND r.%s_key OPERATOR(relate.=) k.key%s",
                     pg::qualified_name(query.workspace->relationship_table), near, near,
                     shown_condition(query.show));
    if (!query.wanted(own).all)
        appendStringInfo(sql, " AND r.type_id OPERATOR(pg_catalog.=) ANY (%s)", is_source ? "$8" : "$9");
    if (!is_source) // the second side of what is the same from both
        appendStringInfoString(sql, " AND NOT (r.type_id OPERATOR(pg_catalog.=) ANY ($4)"
                                    " AND r.source_module_id OPERATOR(pg_catalog.=) r.target_module_id"
                                    " AND r.source_key OPERATOR(relate.=) r.target_key)");
}

const char *statement(const RelatedQuery &query)
{
    static constexpr const char *order =
        "importance DESC, start_date, key, pg_catalog.array_position($5, module_id), relationship_id, is_source DESC";
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT k.place, far.* FROM pg_catalog.unnest($2) WITH ORDINALITY AS k (key, place)"
                                 " CROSS JOIN LATERAL (SELECT * FROM (");
    append_side(&sql, query, Side::source);
    appendStringInfoString(&sql, " UNION ALL ");
    append_side(&sql, query, Side::target);
    appendStringInfo(&sql, ") AS side ORDER BY %s LIMIT $7) AS far ORDER BY k.place, %s", order, order);
    return sql.data;
}

template <class Test>
Datum type_ids(const Workspace &workspace, Test test)
{
    pg::Array<Datum> ids;
    for (const RelationshipType &type : workspace.types)
        if (test(type))
            ids.push(Int32GetDatum(type.id));
    return pg::array_argument(INT4OID, ids.view()).value;
}

Datum modules_by_name(const Workspace &workspace)
{
    pg::Array<const Module *> modules;
    for (const Module &module : workspace.modules)
        modules.push(&module);
    std::sort(modules.begin(), modules.end(),
              [](const Module *a, const Module *b) { return strcmp(a->name, b->name) < 0; });
    pg::Array<Datum> ids;
    for (const Module *module : modules)
        ids.push(Int32GetDatum(module->id));
    return pg::array_argument(INT4OID, ids.view()).value;
}

RelatedRow row_of_statement(const RelatedQuery &query, HeapTuple tuple, TupleDesc columns)
{
    auto value = [&](Column number, bool &is_null) {
        return SPI_getbinval(tuple, columns, static_cast<int>(number), &is_null);
    };
    auto fixed = [&](Column number) {
        bool is_null;
        return value(number, is_null);
    };
    auto reference = [&](Column number) {
        bool is_null;
        Datum found = value(number, is_null);
        return is_null ? Datum{0} : found;
    };
    auto date = [&](Column number) -> std::optional<DateADT> {
        bool is_null;
        Datum found = value(number, is_null);
        return is_null ? std::nullopt : std::optional(DatumGetDateADT(found));
    };
    RelatedRow row = {};
    row.from = static_cast<size_t>(DatumGetInt64(fixed(Column::from)) - 1);
    row.id = DatumGetInt64(fixed(Column::relationship_id));
    row.type = query.workspace->type(DatumGetInt32(fixed(Column::type_id)));
    row.own_side = DatumGetBool(fixed(Column::own_side_is_source)) ? Side::source : Side::target;
    row.module = query.workspace->module(DatumGetInt32(fixed(Column::module_id)));
    if (!row.type || !row.module)
        return row;
    row.key = fixed(Column::key);
    set_dates(row, query.as_of, date(Column::start_date), date(Column::end_date));
    row.importance = DatumGetInt16(fixed(Column::importance));
    row.description = reference(Column::description);
    row.email = reference(Column::email);
    row.phone = reference(Column::phone);
    row.address = reference(Column::address);
    row.attributes = reference(Column::attributes);
    row.address_key = reference(Column::address_key);
    if (row.address_key)
        row.address_module = query.workspace->module(DatumGetInt32(fixed(Column::address_module_id)));
    return row;
}

} // namespace

void read_by_sql(const RelatedQuery &query, size_t first, size_t count,
                 FunctionRef<void(std::span<RelatedRow>)> take)
{
    const Workspace &workspace = *query.workspace;
    Oid ids = get_array_type(INT4OID);
    pg::Argument arguments[] = {
        {INT4OID, Int32GetDatum(query.module->id)},
        pg::array_argument(record_key_type(), query.keys.subspan(first, count)),
        {ids, type_ids(workspace, [](const RelationshipType &type) { return type.is_perpetual; })},
        {ids, type_ids(workspace, [](const RelationshipType &type) { return type.is_symmetric; })},
        {ids, modules_by_name(workspace)},
        {DATEOID, DateADTGetDatum(query.as_of)},
        {INT8OID, Int64GetDatum(query.max_rows.value_or(0)), !query.max_rows},
        pg::array_argument(INT4OID, query.wanted(Side::source).ids),
        pg::array_argument(INT4OID, query.wanted(Side::target).ids)};
    const char *sql = statement(query);
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate rows", ALLOCSET_DEFAULT_SIZES);
    pg::spi_session([&] {
        Portal portal = pg::open_rows(sql, arguments);
        MemoryContext session = MemoryContextSwitchTo(work);
        while (uint64 rows = pg::fetch(portal, batch_size)) {
            pg::Array<RelatedRow> batch;
            for (uint64 i = 0; i < rows; ++i) {
                RelatedRow row = row_of_statement(query, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
                row.from += first;
                if (row.type && row.module)
                    batch.push(row);
            }
            take({batch.begin(), batch.size()});
            MemoryContextReset(work);
        }
        MemoryContextSwitchTo(session);
        pg::close_rows(portal);
    });
    MemoryContextDelete(work);
}

} // namespace relate
