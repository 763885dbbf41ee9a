// See by_keys.h.
#include "read/by_keys.h"

#include "catalog/record.h"

namespace relate {

namespace {

// Values go as texts where an array cannot hold them (arrays have no arrays of
// their own), or unnest would take them apart.
bool goes_as_text(const KeyColumn &column)
{
    return !OidIsValid(get_array_type(column.type)) || type_is_rowtype(column.type);
}

Datum element(const KeyColumn &column, Datum value)
{
    if (!goes_as_text(column))
        return value;
    return CStringGetTextDatum(OutputFunctionCall(const_cast<FmgrInfo *>(&column.output), value));
}

} // namespace

KeyArrays key_arrays(const Module &module, std::span<const Datum> keys)
{
    KeyArrays arrays = {};
    arrays.column_count = module.key.size();
    pg::Array<Datum> values[INDEX_MAX_KEYS];
    for (size_t i = 0; i < keys.size(); ++i) {
        KeyValues key;
        if (!values_of_key(module, keys[i], key))
            continue;
        arrays.places.push(i);
        for (size_t c = 0; c < arrays.column_count; ++c)
            values[c].push(element(module.key[c], key.values[c]));
    }
    for (size_t c = 0; c < arrays.column_count; ++c) {
        const KeyColumn &column = module.key[c];
        arrays.columns[c] = pg::array_argument(goes_as_text(column) ? TEXTOID : column.type, values[c].view());
    }
    return arrays;
}

void append_rows_of(StringInfo sql, Oid table)
{
    bool is_partitioned = get_rel_relkind(table) == RELKIND_PARTITIONED_TABLE;
    appendStringInfo(sql, "%s%s", is_partitioned ? "" : "ONLY ", pg::qualified_name(table));
}

void append_records_by_keys(StringInfo sql, const Module &module, const char *alias)
{
    appendStringInfoString(sql, "ROWS FROM (");
    for (size_t c = 1; c <= module.key.size(); ++c)
        appendStringInfo(sql, "%spg_catalog.unnest($%zu)", c > 1 ? ", " : "", c);
    appendStringInfoString(sql, ") WITH ORDINALITY AS k (");
    for (size_t c = 1; c <= module.key.size(); ++c)
        appendStringInfo(sql, "key%zu, ", c);
    appendStringInfoString(sql, "place) JOIN ");
    append_rows_of(sql, module.table);
    appendStringInfo(sql, " AS %s ON ", alias);
    for (size_t c = 0; c < module.key.size(); ++c) {
        const KeyColumn &column = module.key[c];
        const char *given = psprintf("k.key%zu", c + 1);
        if (goes_as_text(column))
            given = psprintf("CAST(%s AS %s)", given, format_type_be_qualified(column.type));
        const char *value = psprintf("%s.%s", alias, pg::column_name(module.table, column.attribute));
        appendStringInfo(sql, "%s%s %s %s", c ? " AND " : "", pg::comparable(value, column.type),
                         pg::qualified_operator(column.equal_operator), pg::comparable(given, column.type));
        if (OidIsValid(column.collation))
            appendStringInfo(sql, " COLLATE %s", pg::qualified_collation(column.collation));
    }
}

} // namespace relate
