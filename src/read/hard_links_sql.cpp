// Hard links through SQL: one statement for each type and side, or for a whole type.
#include "catalog/record.h"
#include "read/by_keys.h"
#include "read/hard_way.h"

namespace relate {

namespace {

constexpr long batch_size = 1000;

// The storage table is x. A side that it refers to by another unique key is a row of its
// module's table.
const char *row_of_side(const Storage &storage, Side side)
{
    if (!storage.reference(side).is_joined())
        return "x";
    return side == Side::source ? "s" : "t";
}

void append_key(StringInfo sql, const Storage &storage, Side s)
{
    const Module &side = storage.side(s);
    for (const KeyColumn &column : side.key)
        appendStringInfo(sql, ", %s.%s", row_of_side(storage, s), pg::column_name(side.table, column.attribute));
}

void append_reference(StringInfo sql, const Storage &storage, Side side)
{
    const Reference &reference = storage.reference(side);
    for (size_t i = 0; i < reference.columns.size(); ++i) {
        const KeyColumn &column = reference.columns[i], &referred = reference.referred[i];
        bool is_own = column.type == referred.type && OidIsValid(referred.equal_operator);
        const char *value = psprintf("x.%s", pg::column_name(storage.table, column.attribute));
        const char *its = psprintf("%s.%s", row_of_side(storage, side), pg::column_name(storage.side(side).table, referred.attribute));
        appendStringInfo(sql, "%s%s %s %s", i ? " AND " : "", pg::comparable(value, column.type),
                         is_own ? pg::qualified_operator(referred.equal_operator) : "OPERATOR(pg_catalog.=)",
                         pg::comparable(its, referred.type));
        if (OidIsValid(referred.collation))
            appendStringInfo(sql, " COLLATE %s", pg::qualified_collation(referred.collation));
    }
}

// " JOIN <the module's table> AS s ON <the storage's columns refer to it>", where it is joined.
void append_joined_module(StringInfo sql, const Storage &storage, Side side)
{
    if (!storage.reference(side).is_joined())
        return;
    appendStringInfoString(sql, " JOIN ");
    append_rows_of(sql, storage.side(side).table);
    appendStringInfo(sql, " AS %s ON ", row_of_side(storage, side));
    append_reference(sql, storage, side);
}

// " JOIN <the storage table> AS x ON <it refers to the row of its module>", where that is joined.
void append_joined_storage(StringInfo sql, const Storage &storage, Side side)
{
    if (!storage.reference(side).is_joined())
        return;
    appendStringInfoString(sql, " JOIN ");
    append_rows_of(sql, storage.table);
    appendStringInfoString(sql, " AS x ON ");
    append_reference(sql, storage, side);
}

void append_date(StringInfo sql, const Storage &storage, AttrNumber column)
{
    if (column)
        appendStringInfo(sql, ", CAST(x.%s AS pg_catalog.date)", pg::column_name(storage.table, column));
    else
        appendStringInfoString(sql, ", NULL::pg_catalog.date");
}

void append_attributes(StringInfo sql, const Storage &storage, std::span<const AttrNumber> columns)
{
    if (columns.empty()) {
        appendStringInfoString(sql, ", NULL::pg_catalog.jsonb");
        return;
    }
    appendStringInfoString(sql, ", (SELECT pg_catalog.to_jsonb(a) FROM (SELECT ");
    for (size_t i = 0; i < columns.size(); ++i)
        appendStringInfo(sql, "%sx.%s", i ? ", " : "", pg::column_name(storage.table, columns[i]));
    appendStringInfoString(sql, ") AS a)");
}

void append_not_null(StringInfo sql, const Storage &storage, Side s, const char *conjunction)
{
    const Module &side = storage.side(s);
    for (const KeyColumn &column : side.key) {
        appendStringInfo(sql, " %s %s.%s IS NOT NULL", conjunction, row_of_side(storage, s),
                         pg::column_name(side.table, column.attribute));
        conjunction = "AND";
    }
}

// Columns: place, key of the other, start date, end date, attributes.
const char *statement(const Way &way)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT k.place");
    Side far = other(way.own);
    append_key(&sql, way.storage, far);
    append_date(&sql, way.storage, way.storage.start_column);
    append_date(&sql, way.storage, way.storage.end_column);
    append_attributes(&sql, way.storage, way.attributes);
    appendStringInfoString(&sql, " FROM ");
    append_records_by_keys(&sql, way.near(), row_of_side(way.storage, way.own));
    append_joined_storage(&sql, way.storage, way.own);
    append_joined_module(&sql, way.storage, far);
    append_not_null(&sql, way.storage, far, "WHERE");
    return sql.data;
}

// The columns of a row of a statement, from the one numbered `column` on.
struct RowColumns {
    HeapTuple tuple;
    TupleDesc columns;
    int next;

    Datum value(bool &is_null) { return SPI_getbinval(tuple, columns, next++, &is_null); }
    std::optional<DateADT> date()
    {
        bool is_null;
        Datum found = value(is_null);
        return is_null ? std::nullopt : day(DatumGetDateADT(found));
    }
    Datum reference()
    {
        bool is_null;
        Datum found = value(is_null);
        return is_null ? Datum{0} : found;
    }
    Datum key(const Module &module, const Module &side)
    {
        Datum values[INDEX_MAX_KEYS];
        bool is_null;
        for (size_t i = 0; i < side.key.size(); ++i)
            values[i] = value(is_null);
        return key_of_record(module, side, values);
    }
};

// Of one type: those of one source or target, or all.
const char *statement(const HardLinkQuery &query, const Storage &storage, std::span<const AttrNumber> attributes)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT NULL");
    append_key(&sql, storage, Side::source);
    append_key(&sql, storage, Side::target);
    append_date(&sql, storage, storage.start_column);
    append_date(&sql, storage, storage.end_column);
    append_attributes(&sql, storage, attributes);
    appendStringInfoString(&sql, " FROM ");
    append_rows_of(&sql, storage.table);
    appendStringInfoString(&sql, " AS x");
    append_joined_module(&sql, storage, Side::source);
    append_joined_module(&sql, storage, Side::target);
    append_not_null(&sql, storage, Side::source, "WHERE");
    append_not_null(&sql, storage, Side::target, "AND");
    int parameter = 1;
    for (Side side : {Side::source, Side::target})
        if (side == Side::source ? query.source_key : query.target_key) {
            appendStringInfoString(&sql, " AND ");
            append_key_condition(&sql, storage.side(side), row_of_side(storage, side), parameter);
            parameter += static_cast<int>(storage.side(side).key.size());
        }
    return sql.data;
}

// False where no row can have that key.
bool add_arguments(pg::Array<pg::Argument> &arguments, const Module &side, std::optional<Datum> key)
{
    if (!key)
        return true;
    KeyValues values;
    if (!values_of_key(side, *key, values))
        return false;
    for (size_t i = 0; i < side.key.size(); ++i)
        arguments.push({side.key[i].type, values.values[i]});
    return true;
}

} // namespace

bool read_by_sql(const Way &way, const RelatedQuery &query, size_t first, size_t count, MemoryContext work,
                 FunctionRef<bool(const RelatedRow &)> take)
{
    const char *sql = statement(way);
    KeyArrays arrays = key_arrays(way.near(), query.keys.subspan(first, count));
    MemoryContext caller = CurrentMemoryContext;
    bool wants_more = true;
    pg::spi_session([&] {
        Portal rows = pg::open_rows(sql, arrays.arguments());
        while (uint64 found = wants_more ? pg::fetch(rows, batch_size) : 0) {
            for (uint64 i = 0; wants_more && i < found; ++i) {
                RowColumns columns = {SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1};
                bool is_null;
                auto place = static_cast<size_t>(DatumGetInt64(columns.value(is_null)));
                RelatedRow row = row_of(way, first + arrays.places[place - 1]);
                pg::in_context(work, [&] {
                    row.key = columns.key(way.far_module, way.far());
                    std::optional<DateADT> start = columns.date();
                    set_dates(row, query.as_of, start, columns.date());
                    row.attributes = columns.reference();
                });
                if (is_shown(query.show, query.as_of, row))
                    wants_more = pg::in_context(caller, [&] { return take(row); });
                MemoryContextReset(work);
            }
        }
        pg::close_rows(rows);
    });
    return wants_more;
}

void for_each_hard_link(const HardLinkQuery &query, FunctionRef<bool(const HardLink &)> take)
{
    const Storage &storage = storage_of(*query.workspace, *query.type);
    const Module *source = query.workspace->module(query.type->source.module_id);
    const Module *target = query.workspace->module(query.type->target.module_id);
    pg::Array<pg::Argument> arguments;
    if (!OidIsValid(storage.table) || !source || !target ||
        !add_arguments(arguments, storage.source, query.source_key) ||
        !add_arguments(arguments, storage.target, query.target_key))
        return;
    const char *sql =
        statement(query, storage, query.with_attributes ? readable(storage) : std::span<const AttrNumber>{});
    MemoryContext caller = CurrentMemoryContext;
    MemoryContext work = AllocSetContextCreate(caller, "relate hard links", ALLOCSET_SMALL_SIZES);
    bool wants_more = true;
    pg::spi_session([&] {
        Portal rows = pg::open_rows(sql, arguments.view());
        while (uint64 found = wants_more ? pg::fetch(rows, batch_size) : 0) {
            for (uint64 i = 0; wants_more && i < found; ++i) {
                CHECK_FOR_INTERRUPTS();
                HardLink link = pg::in_context(work, [&] {
                    RowColumns columns = {SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2};
                    HardLink read = {};
                    read.source_key = columns.key(*source, storage.source);
                    read.target_key = columns.key(*target, storage.target);
                    read.start_date = columns.date();
                    read.end_date = columns.date();
                    if (query.type->is_perpetual)
                        read.start_date = read.end_date = std::nullopt;
                    read.attributes = columns.reference();
                    return read;
                });
                wants_more = pg::in_context(caller, [&] { return take(link); });
                MemoryContextReset(work);
            }
        }
        pg::close_rows(rows);
    });
    MemoryContextDelete(work);
}

} // namespace relate
