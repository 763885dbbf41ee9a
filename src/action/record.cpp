// What the verbs written in SQL ask about a record: which module it is of, how
// its key is spelt, of what kind it is.
//
// Modules come from the cached catalog; rows are read through SPI with the
// caller's rights and, but for the canonical key, the caller's snapshot.
#include "catalog/record.h"
#include "catalog/workspace.h"
#include "pg/access.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "pg/text.h"

namespace relate {

namespace {

const Module &module_argument(const Workspace &workspace, Datum name)
{
    return module_named(workspace, pg::text_view(name));
}

// The one text that the statement gives, in the caller's memory; null where it gives none.
char *read_text(const char *sql, std::span<const pg::Argument> arguments)
{
    char *found = nullptr;
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        if (pg::run(sql, arguments, pg::Sees::snapshot, 1) == 0)
            return;
        if (const char *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1))
            found = MemoryContextStrdup(caller, value);
    });
    return found;
}

// The caller: its key and kind columns.
bool may_read_kind(const Module &module)
{
    pg::Array<AttrNumber> columns;
    columns.push(module.kind_column);
    for (const KeyColumn &column : module.key)
        columns.push(column.attribute);
    return pg::may_select(module.table, columns.view());
}

const char *kind_of(const Module &module, Datum key)
{
    if (module.kind)
        return pstrdup(module.kind);
    KeyValues values;
    if (module.kind_column == InvalidAttrNumber || !values_of_key(module, key, values))
        return nullptr;
    if (!may_read_kind(module))
        return nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT x.%s FROM %s x WHERE ", pg::column_name(module.table, module.kind_column),
                     pg::qualified_name(module.table));
    append_key_condition(&sql, module, "x", 1);
    pg::Argument arguments[INDEX_MAX_KEYS];
    for (size_t i = 0; i < module.key.size(); ++i)
        arguments[i] = {module.key[i].type, values.values[i]};
    return kind_of_output(get_atttype(module.table, module.kind_column), read_text(sql.data, {arguments, module.key.size()}));
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_module_id);
Datum relate_module_id(PG_FUNCTION_ARGS)
{
    PG_RETURN_INT32(relate::module_argument(relate::current_workspace(), PG_GETARG_DATUM(0)).id);
}

PG_FUNCTION_INFO_V1(relate_canonical_key);
Datum relate_canonical_key(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Module *module = current_workspace().module(PG_GETARG_INT32(0));
    PG_RETURN_DATUM(module ? canonical_key(*module, PG_GETARG_DATUM(1)) : PG_GETARG_DATUM(1));
}

PG_FUNCTION_INFO_V1(relate_record_kind);
Datum relate_record_kind(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const char *kind = kind_of(module_argument(current_workspace(), PG_GETARG_DATUM(0)), PG_GETARG_DATUM(1));
    if (!kind)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text(kind));
}

PG_FUNCTION_INFO_V1(relate_key_texts);
Datum relate_key_texts(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Module *module = current_workspace().module(PG_GETARG_INT32(0));
    KeyValues values;
    if (!module || !values_of_key(*module, PG_GETARG_DATUM(1), values))
        PG_RETURN_NULL();
    pg::Array<Datum> texts;
    for (size_t i = 0; i < module->key.size(); ++i)
        texts.push(PointerGetDatum(cstring_to_text(
            OutputFunctionCall(const_cast<FmgrInfo *>(&module->key[i].output), values.values[i]))));
    PG_RETURN_DATUM(pg::array_argument(TEXTOID, texts.view()).value);
}
}
