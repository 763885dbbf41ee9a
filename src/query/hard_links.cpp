// See hard_links.h.
#include "query/hard_links.h"

#include "catalog/record.h"
#include "pg/access.h"
#include "pg/json.h"
#include "pg/memory.h"
#include "pg/scan.h"
#include "query/by_keys.h"
#include "query/related_readers.h"

namespace relate {

namespace {

constexpr long batch_size = 1000;

// One type from one side: the columns that hold the keys of the records asked
// about, and those of the others.
struct Way {
    const Workspace &workspace;
    const RelationshipType &type;
    const Storage &storage;
    Side own;
    const Module &far_module;
    std::span<const AttrNumber> attributes; // those that the caller may read

    const Module &near() const { return storage.side(own); }
    const Module &far() const { return storage.side(other(own)); }
};

bool is_wanted(const WantedTypes &wanted, const RelationshipType &type)
{
    if (wanted.all)
        return true;
    for (Datum id : wanted.ids)
        if (DatumGetInt32(id) == type.id)
            return true;
    return false;
}

bool may_read(const Storage &storage)
{
    pg::Array<AttrNumber> columns;
    for (Side side : {Side::source, Side::target})
        for (const KeyColumn &column : storage.side(side).key)
            columns.push(column.attribute);
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

// A key as its record spells it: foreign keys may spell citext or numeric otherwise.
Datum key_of_record(const Module &module, const Module &columns, const Datum *values)
{
    Datum key = key_of_values(columns, values);
    return is_spelled_by_row(module) ? canonical_key(module, key) : key;
}

template <class Each>
bool for_each_way(const RelatedQuery &query, Each each)
{
    const Workspace &workspace = *query.workspace;
    for (const RelationshipType &type : workspace.types) {
        if (!type.is_hard_link())
            continue;
        for (Side own : {Side::source, Side::target}) {
            const WantedTypes &wanted = query.wanted(own);
            if (type.side(own).module_id != query.module->id || !is_wanted(wanted, type))
                continue;
            const Storage &storage = storage_of(workspace, type);
            const Module *far = workspace.module(type.side(other(own)).module_id);
            bool never_shown = !storage.has_dates() && (query.show == Show::past || query.show == Show::future);
            if (!OidIsValid(storage.table) || !far || never_shown || (wanted.all && !may_read(storage)))
                continue;
            if (!each(Way{workspace, type, storage, own, *far,
                          query.without_attributes ? std::span<const AttrNumber>{} : readable(storage)}))
                return false;
        }
    }
    return true;
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

// ---- below SQL -----------------------------------------------------------------

// A date column's value as a date: what CAST(... AS date) gives.
std::optional<DateADT> date_of(TupleTableSlot *slot, AttrNumber column)
{
    if (!column)
        return std::nullopt;
    bool is_null;
    Datum value = slot_getattr(slot, column, &is_null);
    if (is_null)
        return std::nullopt;
    switch (TupleDescAttr(slot->tts_tupleDescriptor, column - 1)->atttypid) {
    case TIMESTAMPOID:
        return DatumGetDateADT(DirectFunctionCall1(timestamp_date, value));
    case TIMESTAMPTZOID:
        return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, value));
    default:
        return DatumGetDateADT(value);
    }
}

// Infinity, as some write an open end, is no day.
std::optional<DateADT> day(std::optional<DateADT> date)
{
    return date && DATE_NOT_FINITE(*date) ? std::nullopt : date;
}

Datum attributes_of(const Way &way, TupleTableSlot *slot)
{
    if (way.attributes.empty())
        return 0;
    TupleDesc whole = slot->tts_tupleDescriptor;
    int count = static_cast<int>(way.attributes.size());
    TupleDesc part = CreateTemplateTupleDesc(count);
    auto *values = palloc_array(Datum, way.attributes.size());
    auto *nulls = palloc_array(bool, way.attributes.size());
    for (int i = 0; i < count; ++i) {
        AttrNumber column = way.attributes[static_cast<size_t>(i)];
        TupleDescCopyEntry(part, static_cast<AttrNumber>(i + 1), whole, column);
        values[i] = slot_getattr(slot, column, &nulls[i]);
    }
    BlessTupleDesc(part);
    return pg::jsonb_of_row(HeapTupleGetDatum(heap_form_tuple(part, values, nulls)));
}

bool fits(const Way &way, TupleTableSlot *slot, RelatedRow &row, const RelatedQuery &query)
{
    Datum values[INDEX_MAX_KEYS];
    const Module &far = way.far();
    for (size_t i = 0; i < far.key.size(); ++i) {
        bool is_null;
        values[i] = slot_getattr(slot, far.key[i].attribute, &is_null);
        if (is_null)
            return false;
    }
    set_dates(row, query.as_of, day(date_of(slot, way.storage.start_column)), day(date_of(slot, way.storage.end_column)));
    if (!is_shown(query.show, query.as_of, row))
        return false;
    row.key = key_of_record(way.far_module, far, values);
    row.attributes = attributes_of(way, slot);
    return true;
}

bool still_has_index(Relation table, Oid index)
{
    List *indexes = RelationGetIndexList(table);
    bool found = list_member_oid(indexes, index);
    list_free(indexes);
    return found;
}

bool read_directly(const Way &way, const RelatedQuery &query, size_t first, size_t count, Relation table,
                   MemoryContext work, FunctionRef<bool(const RelatedRow &)> take)
{
    std::optional<pg::IndexScan> scan;
    bool wants_more = true;
    for (size_t from = first; wants_more && from < first + count; ++from) {
        KeyValues values;
        if (!values_of_key(way.near(), query.keys[from], values))
            continue;
        ScanKeyData room[INDEX_MAX_KEYS];
        std::span<ScanKeyData> probe = key_scan(way.near(), values, room);
        if (scan)
            pg::rescan(*scan, probe);
        else
            scan = pg::begin_scan(table, way.near().index, GetActiveSnapshot(), probe, pg::Reads::rows);
        while (wants_more && pg::next(*scan)) {
            CHECK_FOR_INTERRUPTS();
            RelatedRow row = row_of(way, from);
            if (pg::in_context(work, [&] { return fits(way, scan->slot, row, query); }))
                wants_more = take(row);
            MemoryContextReset(work);
        }
    }
    if (scan)
        pg::end(*scan);
    return wants_more;
}

Relation open_directly(const Way &way)
{
    if (!way.near().is_direct || !may_read(way.storage) || !pg::reads_as_stored(way.storage.table))
        return nullptr;
    Relation table = try_relation_open(way.storage.table, AccessShareLock);
    if (table && still_has_index(table, way.near().index))
        return table;
    if (table)
        table_close(table, NoLock);
    return nullptr;
}

// ---- by SQL --------------------------------------------------------------------

void append_key(StringInfo sql, const Module &side)
{
    for (const KeyColumn &column : side.key)
        appendStringInfo(sql, ", x.%s", pg::column_name(side.table, column.attribute));
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

void append_not_null(StringInfo sql, const Module &side, const char *conjunction)
{
    for (const KeyColumn &column : side.key) {
        appendStringInfo(sql, " %s x.%s IS NOT NULL", conjunction, pg::column_name(side.table, column.attribute));
        conjunction = "AND";
    }
}

// Columns: place, key of the other, start date, end date, attributes.
const char *statement(const Way &way)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT k.place");
    append_key(&sql, way.far());
    append_date(&sql, way.storage, way.storage.start_column);
    append_date(&sql, way.storage, way.storage.end_column);
    append_attributes(&sql, way.storage, way.attributes);
    appendStringInfoString(&sql, " FROM ");
    append_records_by_keys(&sql, way.near());
    append_not_null(&sql, way.far(), "WHERE");
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

// Of one type: those of one source or target, or all.
const char *statement(const HardLinkQuery &query, const Storage &storage, std::span<const AttrNumber> attributes)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT NULL");
    append_key(&sql, storage.source);
    append_key(&sql, storage.target);
    append_date(&sql, storage, storage.start_column);
    append_date(&sql, storage, storage.end_column);
    append_attributes(&sql, storage, attributes);
    bool is_partitioned = get_rel_relkind(storage.table) == RELKIND_PARTITIONED_TABLE;
    appendStringInfo(&sql, " FROM %s%s AS x", is_partitioned ? "" : "ONLY ", pg::qualified_name(storage.table));
    append_not_null(&sql, storage.source, "WHERE");
    append_not_null(&sql, storage.target, "AND");
    int parameter = 1;
    for (Side side : {Side::source, Side::target})
        if (side == Side::source ? query.source_key : query.target_key) {
            appendStringInfoString(&sql, " AND ");
            append_key_condition(&sql, storage.side(side), "x", parameter);
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

bool wants_hard_links(const RelatedQuery &query)
{
    return has_hard_links(*query.workspace);
}

bool passes_in_order(const Workspace &workspace, const RelationshipType &type, Side near)
{
    const Storage &storage = storage_of(workspace, type);
    if (!OidIsValid(storage.table) || storage.side(near).key.size() != 1)
        return false;
    // Integers and uuids are in the order of their keys.
    KeyColumnKind kind = storage.side(near).key[0].kind;
    const Module *far = workspace.module(type.side(other(near)).module_id);
    return (kind == KeyColumnKind::integer || kind == KeyColumnKind::uuid) && far && !is_spelled_by_row(*far) &&
           storage.side(near).is_direct && may_read(storage) && pg::reads_as_stored(storage.table);
}

namespace {

// The far keys of one near key, until the next one comes.
struct NearGroup {
    MemoryContext memory;
    Datum near = 0;
    pg::Array<Datum> far;

    bool put(FunctionRef<bool(KeyBytes, KeyBytes)> take)
    {
        std::sort(far.begin(), far.end(), [](Datum a, Datum b) { return compare_key_datums(a, b) < 0; });
        bool goes_on = true;
        for (Datum key : far)
            goes_on = goes_on && take(key_bytes(near), key_bytes(key));
        far = {};
        near = 0;
        MemoryContextReset(memory);
        return goes_on;
    }
    void add(Datum near_key, Datum far_key)
    {
        pg::in_context(memory, [&] {
            if (!near)
                near = datumCopy(near_key, false, -1);
            far.push(datumCopy(far_key, false, -1));
        });
    }
};

// The same where both keys are integers, without a palloc for each row.
struct IntegerGroup {
    int64 near = 0;
    pg::Array<int64> far;

    bool put(FunctionRef<bool(KeyBytes, KeyBytes)> take)
    {
        std::sort(far.begin(), far.end());
        std::byte near_room[integer_key_capacity], far_room[integer_key_capacity];
        KeyBytes near_key(near_room, encode_integer_key(near, near_room));
        bool goes_on = true;
        for (int64 key : far)
            goes_on = goes_on && take(near_key, KeyBytes(far_room, encode_integer_key(key, far_room)));
        far.clear();
        return goes_on;
    }
};

int64 integer_in(const KeyColumn &column, Datum value)
{
    return column.type == INT2OID ? DatumGetInt16(value) : column.type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);
}

bool passes_integers(const Way &way)
{
    return !way.storage.has_dates() && way.near().key[0].kind == KeyColumnKind::integer && way.far().key.size() == 1 &&
           way.far().key[0].kind == KeyColumnKind::integer;
}

bool pass_integers(const Way &way, Relation table, FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    const KeyColumn &near = way.near().key[0], &far = way.far().key[0];
    IntegerGroup group;
    pg::IndexScan scan = pg::begin_scan(table, way.near().index, GetActiveSnapshot(), {}, pg::Reads::rows);
    bool goes_on = true;
    while (goes_on && pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        bool no_near, no_far;
        Datum near_value = slot_getattr(scan.slot, near.attribute, &no_near);
        Datum far_value = slot_getattr(scan.slot, far.attribute, &no_far);
        if (no_near || no_far)
            continue;
        int64 key = integer_in(near, near_value);
        if (!group.far.empty() && group.near != key)
            goes_on = group.put(take);
        group.near = key;
        group.far.push(integer_in(far, far_value));
    }
    goes_on = goes_on && group.put(take);
    pg::end(scan);
    return goes_on;
}

} // namespace

std::optional<bool> pass_in_order(const Workspace &workspace, const RelationshipType &type, Side near, DateADT as_of,
                                  FunctionRef<bool(KeyBytes near, KeyBytes far)> take)
{
    if (!passes_in_order(workspace, type, near))
        return std::nullopt;
    const Storage &storage = storage_of(workspace, type);
    RelatedQuery query = {.workspace = &workspace,
                          .module = workspace.module(type.side(near).module_id),
                          .keys = {},
                          .types = {{true, {}}, {true, {}}},
                          .as_of = as_of,
                          .show = Show::current,
                          .max_rows = std::nullopt,
                          .without_attributes = true};
    Way way = {workspace, type, storage, near, *workspace.module(type.side(other(near)).module_id), {}};
    Relation table = open_directly(way);
    if (!table)
        return std::nullopt;
    if (passes_integers(way)) {
        bool goes_on = pass_integers(way, table, take);
        table_close(table, NoLock);
        return goes_on;
    }
    NearGroup group = {AllocSetContextCreate(CurrentMemoryContext, "relate hard edges", ALLOCSET_SMALL_SIZES), 0, {}};
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate hard edge", ALLOCSET_SMALL_SIZES);
    pg::IndexScan scan = pg::begin_scan(table, way.near().index, GetActiveSnapshot(), {}, pg::Reads::rows);
    bool goes_on = true;
    while (goes_on && pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        RelatedRow row = row_of(way, 0);
        bool is_null;
        Datum value = slot_getattr(scan.slot, way.near().key[0].attribute, &is_null);
        if (is_null || !pg::in_context(work, [&] { return fits(way, scan.slot, row, query); }))
            continue;
        Datum key = pg::in_context(work, [&] { return key_of_values(way.near(), &value); });
        if (group.near && !equal_key_datums(group.near, key))
            goes_on = group.put(take);
        group.add(key, row.key);
        MemoryContextReset(work);
    }
    goes_on = goes_on && group.put(take);
    pg::end(scan);
    table_close(table, NoLock);
    MemoryContextDelete(group.memory);
    MemoryContextDelete(work);
    return goes_on;
}

double hard_link_estimate(const Workspace &workspace, const RelationshipType &type)
{
    const Storage &storage = storage_of(workspace, type);
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(storage.table));
    if (!HeapTupleIsValid(tuple))
        return -1;
    double rows = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples;
    ReleaseSysCache(tuple);
    return rows;
}

bool may_read_hard_links(const Workspace &workspace, const RelationshipType &type)
{
    const Storage &storage = storage_of(workspace, type);
    return OidIsValid(storage.table) && may_read(storage);
}

bool read_hard_links(const RelatedQuery &query, size_t first, size_t count, FunctionRef<bool(const RelatedRow &)> take)
{
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate hard links", ALLOCSET_SMALL_SIZES);
    bool wants_more = for_each_way(query, [&](const Way &way) {
        Relation table = open_directly(way);
        if (!table)
            return read_by_sql(way, query, first, count, work, take);
        bool more = read_directly(way, query, first, count, table, work, take);
        table_close(table, NoLock);
        return more;
    });
    MemoryContextDelete(work);
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
