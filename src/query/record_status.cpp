// The relationship status of a record: relate.status_of, and what the overview tells of it.
#include "query/record_status.h"
#include "catalog/record.h"
#include "pg/spi.h"
#include "query/arguments.h"

namespace relate {

RecordStatus status_of(const Workspace &workspace, const Module &module, Datum key)
{
    RecordStatus found = {};
    const char *sql = psprintf("SELECT s.name, r.since FROM %s AS r, %s AS s"
                               " WHERE s.status_id OPERATOR(pg_catalog.=) r.status_id"
                               " AND r.module_id OPERATOR(pg_catalog.=) $1 AND r.key OPERATOR(relate.=) $2",
                               pg::qualified_name(workspace.record_status_table),
                               pg::qualified_name(workspace.status_table));
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(module.id)}, {record_key_type(), key}};
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        if (pg::run(sql, arguments, pg::Sees::snapshot, 1) == 0)
            return;
        HeapTuple row = SPI_tuptable->vals[0];
        bool is_null;
        found.since = DatumGetDateADT(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null));
        found.name = MemoryContextStrdup(caller, SPI_getvalue(row, SPI_tuptable->tupdesc, 1));
    });
    return found;
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_status_of);
Datum relate_status_of(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Workspace &workspace = current_workspace();
    const Module &module = module_named(workspace, text_view(PG_GETARG_DATUM(0)));
    const char *status = status_of(workspace, module, canonical_key(module, PG_GETARG_DATUM(1))).name;
    if (!status)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text(status));
}
}
