// See hard_way.h.
#include "read/hard_way.h"

#include "catalog/record.h"
#include "pg/access.h"

namespace relate {

namespace {

// Whether the caller may read what tells the records of a joined module.
bool may_read(const Module &module, const Reference &reference)
{
    pg::Array<AttrNumber> columns;
    for (std::span<const KeyColumn> key : {module.key, reference.referred})
        for (const KeyColumn &column : key)
            columns.push(column.attribute);
    return pg::may_select(module.table, columns.view());
}

} // namespace

bool may_read(const Storage &storage)
{
    pg::Array<AttrNumber> columns;
    for (Side side : {Side::source, Side::target}) {
        const Reference &reference = storage.reference(side);
        for (const KeyColumn &column : reference.is_joined() ? reference.columns : storage.side(side).key)
            columns.push(column.attribute);
        if (reference.is_joined() && !may_read(storage.side(side), reference))
            return false;
    }
    if (storage.start_column)
        columns.push(storage.start_column);
    if (storage.end_column)
        columns.push(storage.end_column);
    return pg::may_select(storage.table, columns.view());
}

std::span<const AttrNumber> readable(const Storage &storage)
{
    if (storage.attributes.empty() || pg::may_select(storage.table))
        return storage.attributes;
    pg::Array<AttrNumber> columns;
    for (AttrNumber column : storage.attributes)
        if (pg::may_select(storage.table, {&column, 1}))
            columns.push(column);
    return columns.view();
}

Datum key_of_record(const Module &module, const Module &columns, const Datum *values)
{
    Datum key = key_of_values(columns, values);
    return is_spelled_by_row(module) ? canonical_key(module, key) : key;
}

RelatedRow row_of(const Way &way, size_t from)
{
    RelatedRow row = {};
    row.from = from;
    row.type = &way.type;
    row.own_side = way.own;
    row.module = &way.far_module;
    row.importance = way.type.default_importance;
    return row;
}

std::optional<DateADT> day(std::optional<DateADT> date)
{
    return date && DATE_NOT_FINITE(*date) ? std::nullopt : date;
}

} // namespace relate
