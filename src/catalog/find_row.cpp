// relate.find_module(), is_module_taken() and is_type_name_taken(): rows of a workspace's catalog
// as SQL sees them, with the rights of the caller. In C for the saved plans: adopting
// a schema asks for thousands of them. Results are in the caller's context.
#include "pg/spi.h"

namespace relate {

namespace {

// The first column of the only row, or null.
NullableDatum first_value(const char *sql, std::span<const pg::Argument> arguments)
{
    NullableDatum result = {0, true};
    pg::spi_session([&] {
        if (pg::run(sql, arguments, pg::Sees::snapshot, 1) == 0)
            return;
        TupleDesc columns = SPI_tuptable->tupdesc;
        Form_pg_attribute column = TupleDescAttr(columns, 0);
        result.value = SPI_getbinval(SPI_tuptable->vals[0], columns, 1, &result.isnull);
        if (!result.isnull)
            result.value = SPI_datumTransfer(result.value, column->attbyval, column->attlen);
    });
    return result;
}

const char *table_in(Datum workspace, const char *table)
{
    return quote_qualified_identifier(NameStr(*DatumGetName(workspace)), table);
}

} // namespace

extern "C" {

PG_FUNCTION_INFO_V1(relate_find_module);
Datum relate_find_module(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const char *sql = psprintf("SELECT CAST(ROW(module_id, name, singular, plural, table_name, key_columns, name_columns, kind, "
                               "kind_column, date_column, is_system) AS relate.module_entry) "
                               "FROM %s WHERE module_id OPERATOR(pg_catalog.=) $1",
                               table_in(PG_GETARG_DATUM(0), "module"));
    pg::Argument id = {INT4OID, PG_GETARG_DATUM(1)};
    NullableDatum entry = first_value(sql, {&id, 1});
    if (entry.isnull)
        PG_RETURN_NULL();
    PG_RETURN_DATUM(entry.value);
}

PG_FUNCTION_INFO_V1(relate_is_module_taken);
Datum relate_is_module_taken(PG_FUNCTION_ARGS)
{
    const char *table = table_in(PG_GETARG_DATUM(0), "module");
    const char *sql = psprintf("SELECT true FROM %s WHERE name OPERATOR(pg_catalog.=) $1 AND module_id OPERATOR(pg_catalog.<>) $3 "
                               "UNION ALL "
                               "SELECT true FROM %s WHERE table_name OPERATOR(pg_catalog.=) $2 AND module_id OPERATOR(pg_catalog.<>) $3",
                               table, table);
    const pg::Argument wanted[] = {
        {TEXTOID, PG_GETARG_DATUM(2)}, {REGCLASSOID, PG_GETARG_DATUM(3)}, {INT4OID, PG_GETARG_DATUM(1)}};
    PG_RETURN_BOOL(!first_value(sql, wanted).isnull);
}

PG_FUNCTION_INFO_V1(relate_is_type_name_taken);
Datum relate_is_type_name_taken(PG_FUNCTION_ARGS)
{
    const char *sql = psprintf("SELECT true FROM %s WHERE name OPERATOR(pg_catalog.=) $1 AND type_id OPERATOR(pg_catalog.<>) $2",
                               table_in(PG_GETARG_DATUM(0), "relationship_type"));
    const pg::Argument wanted[] = {{TEXTOID, PG_GETARG_DATUM(2)}, {INT4OID, PG_GETARG_DATUM(1)}};
    PG_RETURN_BOOL(!first_value(sql, wanted).isnull);
}

} // extern "C"

} // namespace relate
