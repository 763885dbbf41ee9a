// See names.h.
//
// A plain table without policies in force is read below SQL, one probe of the
// key's index for each record; everything else through one statement. Which way
// is decided at each call. AccessShareLock on the module's table is kept to the
// end of the transaction, as by a SELECT.
#include "read/names.h"

#include "catalog/record.h"
#include "key/key_datum.h"
#include "pg/access.h"
#include "pg/integer_column.h"
#include "pg/leaf_probes.h"
#include "pg/rows.h"
#include "pg/scan.h"
#include "pg/text.h"
#include "read/by_keys.h"

namespace relate {

namespace {

bool may_read_names(const Module &module)
{
    if (!OidIsValid(module.table))
        return false;
    pg::Array<AttrNumber> columns;
    for (const KeyColumn &column : module.key)
        columns.push(column.attribute);
    for (AttrNumber column : module.name_columns)
        columns.push(column);
    return pg::may_select(module.table, columns.view());
}

// ---- below SQL ------------------------------------------------------------

// A name column, ready to be written.
struct NameColumn {
    AttrNumber number;
    bool is_text;
    FmgrInfo output;
};

std::span<NameColumn> name_columns(const Module &module, Relation table)
{
    auto *columns = palloc_array(NameColumn, module.name_columns.size());
    for (size_t i = 0; i < module.name_columns.size(); ++i) {
        AttrNumber number = module.name_columns[i];
        Oid type = TupleDescAttr(RelationGetDescr(table), number - 1)->atttypid;
        columns[i] = {number, type == TEXTOID || type == VARCHAROID, {}};
        if (columns[i].is_text || !OidIsValid(type)) // no type: dropped a moment ago, reads as null
            continue;
        Oid output;
        bool is_varlena;
        getTypeOutputInfo(type, &output, &is_varlena);
        fmgr_info(output, &columns[i].output);
    }
    return {columns, module.name_columns.size()};
}

void append_value(StringInfo name, NameColumn &column, Datum value)
{
    if (column.is_text) {
        text *packed = DatumGetTextPP(value);
        appendBinaryStringInfo(name, VARDATA_ANY(packed), static_cast<int>(VARSIZE_ANY_EXHDR(packed)));
    } else {
        appendStringInfoString(name, OutputFunctionCall(&column.output, value));
    }
}

// As concat_ws(' ', ...) writes it: a text, 0 where there is none.
Datum name_in_row(std::span<NameColumn> columns, TupleTableSlot *row, StringInfo name)
{
    resetStringInfo(name);
    bool is_first = true;
    for (NameColumn &column : columns) {
        bool is_null;
        Datum value = slot_getattr(row, column.number, &is_null);
        if (is_null)
            continue;
        if (!is_first)
            appendStringInfoChar(name, ' ');
        is_first = false;
        append_value(name, column, value);
    }
    return name->len > 0 ? PointerGetDatum(cstring_to_text_with_len(name->data, name->len)) : 0;
}

// Keys of one integer column, in the usual order: the index's pages can be read.
std::optional<pg::IntegerColumn> only_integer(const Module &module, Relation index)
{
    return module.key.size() == 1 ? pg::leading_integer(index) : std::nullopt;
}

// Where rows of the keys may be.
struct FoundRows {
    pg::Array<ItemPointerData> rows;
    pg::Array<size_t> places; // of their keys
};

FoundRows find_rows(const Module &module, Relation table, Relation index, pg::IntegerColumn column,
                    std::span<const Datum> keys, Snapshot snapshot)
{
    FoundRows found;
    pg::LeafPages pages(table, index, snapshot, column);
    auto want = [&](size_t place, pg::WantedInteger &wanted) {
        KeyValues values;
        bool is_one = values_of_key(module, keys[place], values);
        wanted = {column, is_one ? column.value(values.values[0]) : 0};
        return is_one;
    };
    pg::probe_leaves<pg::WantedInteger>(pages, keys.size(), want, [&](size_t place, const pg::LeafPages::Sought &sought) {
        while (pages.next(sought)) {
            found.rows.push(*pages.row_id());
            found.places.push(place);
        }
        return true;
    });
    pages.end();
    return found;
}

void read_pages(const Module &module, Relation table, Relation index, pg::IntegerColumn column,
                std::span<const Datum> keys, Snapshot snapshot, NamedRecord *names)
{
    std::span<NameColumn> columns = name_columns(module, table);
    StringInfoData name;
    initStringInfo(&name);
    FoundRows found = find_rows(module, table, index, column, keys, snapshot);
    pg::Rows rows(table, snapshot);
    rows.begin(found.rows.view());
    for (size_t i = 0; i < found.rows.size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        NamedRecord &record = names[found.places[i]];
        if (record.is_visible)
            continue; // of the others none is
        pgstat_count_heap_fetch(index);
        if (TupleTableSlot *row = rows.fetch(i))
            record = {true, name_in_row(columns, row, &name)};
    }
    rows.end();
}

void read_directly(const Module &module, Relation table, std::span<const Datum> keys, Snapshot snapshot,
                   NamedRecord *names)
{
    Relation index = index_open(module.index, AccessShareLock);
    std::optional<pg::IntegerColumn> integer = only_integer(module, index);
    if (integer)
        read_pages(module, table, index, *integer, keys, snapshot, names);
    index_close(index, NoLock);
    if (integer)
        return;
    std::span<NameColumn> columns = name_columns(module, table);
    StringInfoData name;
    initStringInfo(&name);
    std::optional<pg::IndexScan> scan;
    for (size_t i = 0; i < keys.size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        KeyValues values;
        if (!values_of_key(module, keys[i], values))
            continue;
        ScanKeyData room[INDEX_MAX_KEYS];
        std::span<ScanKeyData> probe = key_scan(module, values, room);
        if (scan)
            pg::rescan(*scan, probe);
        else
            scan = pg::begin_scan(table, module.index, snapshot, probe);
        if (pg::next(*scan))
            names[i] = {true, name_in_row(columns, scan->slot, &name)};
    }
    if (scan)
        pg::end(*scan);
}

// Whether it could read there.
bool try_directly(const Module &module, std::span<const Datum> keys, pg::Sees sees, NamedRecord *names)
{
    if (!module.is_direct || !pg::reads_as_stored(module.table))
        return false;
    Relation table = try_relation_open(module.table, AccessShareLock);
    if (!table)
        return true; // dropped a moment ago: no names
    // Both may be others by the time of our lock.
    bool can = table->rd_tableam == GetHeapamTableAmRoutine() && pg::has_index(table, module.index);
    if (can && sees == pg::Sees::snapshot) {
        read_directly(module, table, keys, GetActiveSnapshot(), names);
    } else if (can) {
        Snapshot latest = pg::latest_snapshot();
        read_directly(module, table, keys, latest, names);
        pg::done(latest);
    }
    table_close(table, NoLock);
    return can;
}

// ---- by SQL ----------------------------------------------------------------

const char *names_statement(const Module &module)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT k.place, pg_catalog.concat_ws(' ', NULL");
    for (AttrNumber column : module.name_columns)
        appendStringInfo(&sql, ", x.%s", pg::column_name(module.table, column));
    appendStringInfoString(&sql, ") FROM ");
    append_records_by_keys(&sql, module);
    return sql.data;
}

void read_by_sql(const Module &module, std::span<const Datum> keys, pg::Sees sees, NamedRecord *names)
{
    KeyArrays arrays = key_arrays(module, keys);
    if (arrays.places.empty())
        return;
    const char *sql = names_statement(module);
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        uint64 rows = pg::run(sql, arrays.arguments(), sees);
        TupleDesc columns = SPI_tuptable->tupdesc;
        for (uint64 i = 0; i < rows; ++i) {
            HeapTuple row = SPI_tuptable->vals[i];
            bool is_null;
            auto place = static_cast<size_t>(DatumGetInt64(SPI_getbinval(row, columns, 1, &is_null)));
            Datum name = SPI_getbinval(row, columns, 2, &is_null);
            NamedRecord &record = names[arrays.places[place - 1]];
            record.is_visible = true;
            if (!pg::text_view(name).empty())
                record.name = pg::in_context(caller, [&] { return datumCopy(name, false, -1); });
        }
    });
}

} // namespace

struct NamesOfRows::Columns {
    std::span<NameColumn> all;
    StringInfoData name;
};

bool NamesOfRows::may_read(const Module &module)
{
    return may_read_names(module);
}

NamesOfRows::NamesOfRows(const Module &module, Relation table) : columns_(static_cast<Columns *>(palloc(sizeof(Columns))))
{
    columns_->all = name_columns(module, table);
    initStringInfo(&columns_->name);
}

Datum NamesOfRows::of(TupleTableSlot *row)
{
    return name_in_row(columns_->all, row, &columns_->name);
}

std::span<NamedRecord> names_of(const Module &module, std::span<const Datum> keys, pg::Sees sees)
{
    auto *names = palloc0_array(NamedRecord, keys.size());
    if (!keys.empty() && may_read_names(module) && !try_directly(module, keys, sees, names))
        read_by_sql(module, keys, sees, names);
    return {names, keys.size()};
}

NamedRecord name_of(const Module &module, Datum key)
{
    // With row_security off, policies raise an error of their own, which must not
    // take the place of the message that the name is for.
    if (!row_security && OidIsValid(module.table) && !pg::reads_as_stored(module.table))
        return {};
    return names_of(module, {&key, 1}, pg::Sees::latest)[0];
}

void NamesWanted::add(const Module *module, Datum key, Datum *name)
{
    *name = 0;
    if (module)
        wanted_.push({module, key_prefix(key_bytes(key)), key, name});
}

void NamesWanted::fetch()
{
    // By module and key: equal ones lie together, and probes walk the index in order.
    std::sort(wanted_.begin(), wanted_.end(), [](const Wanted &a, const Wanted &b) {
        if (a.module != b.module)
            return a.module < b.module;
        return a.prefix != b.prefix ? a.prefix < b.prefix : compare_key_datums(a.key, b.key) < 0;
    });
    pg::Array<Datum> keys;
    for (size_t first = 0, end; first < wanted_.size(); first = end) {
        const Module *module = wanted_[first].module;
        keys.clear();
        for (end = first; end < wanted_.size() && wanted_[end].module == module; ++end)
            if (keys.empty() || !equal_key_datums(keys.back(), wanted_[end].key))
                keys.push(wanted_[end].key);
        std::span<NamedRecord> names = names_of(*module, keys.view());
        for (size_t i = first, at = 0; i < end; ++i) {
            at += i > first && !equal_key_datums(wanted_[i - 1].key, wanted_[i].key);
            *wanted_[i].name = names[at].name;
        }
    }
    wanted_.clear();
}

} // namespace relate
