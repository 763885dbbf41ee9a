// relate.related_records, related_records_of and related_rows.
#include "catalog/record.h"
#include "pg/error.h"
#include "pg/srf.h"
#include "query/arguments.h"
#include "read/by_keys.h"
#include "read/names.h"
#include "read/related.h"

namespace relate {

namespace {

// ---- related_records, related_records_of --------------------------------------

// Texts, or 0.
struct Names {
    Datum record, address;
};

void put_row(const pg::Output &output, const RelatedQuery &query, const RelatedRow &row, const Names &names,
             bool with_from)
{
    pg::Columns columns;
    if (with_from)
        columns.add(query.keys[row.from]);
    if (row.type->is_hard_link())
        columns.null();
    else
        columns.add(Int64GetDatum(row.id));
    columns.text(row.type->name);
    columns.text(row.role());
    columns.text(row.own_role());
    columns.text(row.label());
    columns.text(row.module->name);
    columns.add(row.key);
    columns.reference(row.has_name ? row.name : names.record);
    columns.date(row.start_date);
    columns.date(row.end_date);
    columns.add(Int16GetDatum(row.importance));
    columns.add(BoolGetDatum(row.is_current));
    columns.reference(row.description);
    columns.reference(row.email);
    columns.reference(row.phone);
    columns.reference(row.address ? row.address : names.address);
    columns.reference(row.attributes);
    columns.put(output);
}

void put_all(const pg::Output &output, const RelatedQuery &query, bool with_from)
{
    for_each_related(query, [&](std::span<RelatedRow> rows) {
        auto *names = palloc_array(Names, rows.size());
        NamesWanted wanted;
        for (size_t i = 0; i < rows.size(); ++i) {
            wanted.add(rows[i].has_name ? nullptr : rows[i].module, rows[i].key, &names[i].record);
            wanted.add(rows[i].address ? nullptr : rows[i].address_module, rows[i].address_key, &names[i].address);
        }
        wanted.fetch();
        for (size_t i = 0; i < rows.size(); ++i)
            put_row(output, query, rows[i], names[i], with_from);
    });
}

// ---- related_rows --------------------------------------------------------------

const Module &module_of_row_type(const Workspace &workspace, Oid type)
{
    Oid table = get_typ_typrelid(type);
    if (const Module *module = OidIsValid(table) ? workspace.module_of_table(table) : nullptr)
        return *module;
    if (!OidIsValid(table))
        pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                   .message = psprintf("type %s is not the row type of a table", format_type_be(type)),
                   .hint = "Say which rows you want by a null of their table's type: NULL::schema.table."});
    pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
               .message = psprintf("table %s is not a module", pg::qualified_name(table)),
               .hint = psprintf("Register it with SELECT relate.register_module(%s).",
                                quote_literal_cstr(pg::qualified_name(table)))});
}

// Keys of the related records of one module, in order, each once.
std::span<const Datum> related_keys(const RelatedQuery &query, const Module &wanted)
{
    pg::Array<Datum> keys;
    pg::HashMap<Datum, bool, KeyTraits> seen;
    MemoryContext caller = CurrentMemoryContext;
    for_each_related(query, [&](std::span<RelatedRow> rows) {
        pg::in_context(caller, [&] {
            for (const RelatedRow &row : rows) {
                if (row.module != &wanted || seen.find(row.key))
                    continue;
                Datum key = datumCopy(row.key, false, -1);
                seen.at(key, true);
                keys.push(key);
            }
        });
    });
    return keys.view();
}

void put_rows_of(const pg::Output &output, const Module &module, std::span<const Datum> keys)
{
    constexpr size_t rows_at_once = 1000;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT x FROM ");
    append_records_by_keys(&sql, module);
    appendStringInfoString(&sql, " ORDER BY k.place");
    for (size_t first = 0; first < keys.size(); first += rows_at_once)
        pg::spi_session([&] {
            KeyArrays arrays = key_arrays(module, keys.subspan(first, std::min(rows_at_once, keys.size() - first)));
            uint64 rows = pg::run(sql.data, arrays.arguments());
            for (uint64 i = 0; i < rows; ++i) {
                bool is_null;
                pg::put_row(output, SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null));
            }
        });
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_related_records);
Datum relate_related_records(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Datum name = required_argument(fcinfo, 0, "module");
    Datum given = required_argument(fcinfo, 1, "key");
    const Workspace &workspace = current_workspace();
    const Module &module = module_named(workspace, text_view(name));
    Datum key = canonical_key(module, given);
    RelatedQuery query = related_query(fcinfo, 2, workspace, module, {&key, 1});
    query.with_names = true;
    put_all(pg::begin_output(fcinfo), query, false);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_related_records_of);
Datum relate_related_records_of(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Datum name = required_argument(fcinfo, 0, "module");
    Datum given = required_argument(fcinfo, 1, "keys");
    const Workspace &workspace = current_workspace();
    const Module &module = module_named(workspace, text_view(name));
    std::span<const Datum> keys = canonical_keys(module, given);
    RelatedQuery query = related_query(fcinfo, 2, workspace, module, keys);
    query.with_names = true;
    put_all(pg::begin_output(fcinfo), query, true);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_related_rows);
Datum relate_related_rows(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Datum name = required_argument(fcinfo, 1, "module");
    Datum given = required_argument(fcinfo, 2, "key");
    const Workspace &workspace = current_workspace();
    const Module &wanted = module_of_row_type(workspace, get_fn_expr_argtype(fcinfo->flinfo, 0));
    const Module &module = module_named(workspace, text_view(name));
    Datum key = canonical_key(module, given);
    RelatedQuery query = related_query(fcinfo, 3, workspace, module, {&key, 1});
    pg::Output output = pg::begin_output(fcinfo);
    put_rows_of(output, wanted, related_keys(query, wanted));
    return pg::end_output(fcinfo);
}
}
