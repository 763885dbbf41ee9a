// See by_keys.h.
#include "query/by_keys.h"

#include "catalog/record.h"

namespace relate {

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
            values[c].push(key.values[c]);
    }
    for (size_t c = 0; c < arrays.column_count; ++c)
        arrays.columns[c] = pg::array_argument(module.key[c].type, values[c].view());
    return arrays;
}

void append_records_by_keys(StringInfo sql, const Module &module)
{
    appendStringInfoString(sql, "ROWS FROM (");
    for (size_t c = 1; c <= module.key.size(); ++c)
        appendStringInfo(sql, "%spg_catalog.unnest($%zu)", c > 1 ? ", " : "", c);
    appendStringInfoString(sql, ") WITH ORDINALITY AS k (");
    for (size_t c = 1; c <= module.key.size(); ++c)
        appendStringInfo(sql, "key%zu, ", c);
    bool is_partitioned = get_rel_relkind(module.table) == RELKIND_PARTITIONED_TABLE;
    appendStringInfo(sql, "place) JOIN %s%s AS x ON ", is_partitioned ? "" : "ONLY ",
                     pg::qualified_name(module.table));
    for (size_t c = 0; c < module.key.size(); ++c) {
        const KeyColumn &column = module.key[c];
        appendStringInfo(sql, "%sx.%s %s k.key%zu", c ? " AND " : "",
                         pg::column_name(module.table, column.attribute),
                         pg::qualified_operator(column.equal_operator), c + 1);
        if (OidIsValid(column.collation))
            appendStringInfo(sql, " COLLATE %s", pg::qualified_collation(column.collation));
    }
}

} // namespace relate
