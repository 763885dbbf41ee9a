// See names.h.
#include "query/names.h"

#include "catalog/record.h"
#include "pg/memory.h"
#include "pg/spi.h"

namespace relate {

namespace {

bool may_select(Oid table, AttrNumber column)
{
    return pg_attribute_aclcheck(table, column, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

bool may_read_names(const Module &module)
{
    if (!OidIsValid(module.table))
        return false;
    if (pg_class_aclcheck(module.table, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
        return true;
    for (const KeyColumn &column : module.key)
        if (!may_select(module.table, column.attribute))
            return false;
    for (AttrNumber column : module.name_columns)
        if (!may_select(module.table, column))
            return false;
    return true;
}

const char *name_statement(const Module &module)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT pg_catalog.concat_ws(' '");
    for (AttrNumber column : module.name_columns)
        appendStringInfo(&sql, ", x.%s", pg::column_name(module.table, column));
    appendStringInfo(&sql, ") FROM %s x WHERE ", pg::qualified_name(module.table));
    append_key_condition(&sql, module, "x", 1);
    return sql.data;
}

} // namespace

NamedRecord name_of(const Module &module, Datum key)
{
    NamedRecord record = {};
    KeyValues values;
    if (!may_read_names(module) || !values_of_key(module, key, values))
        return record;
    const char *sql = name_statement(module);
    pg::Argument arguments[INDEX_MAX_KEYS];
    for (size_t i = 0; i < module.key.size(); ++i)
        arguments[i] = {module.key[i].type, values.values[i]};
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        if (pg::run(sql, {arguments, module.key.size()}, pg::Sees::latest, 1) == 0)
            return;
        record.is_visible = true;
        const char *name = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
        if (name && name[0])
            record.name = MemoryContextStrdup(caller, name);
    });
    return record;
}

} // namespace relate
