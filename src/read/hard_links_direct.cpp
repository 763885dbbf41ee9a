// Hard links below SQL: one probe of the table's own index for each record.
#include "catalog/record.h"
#include "pg/access.h"
#include "pg/json.h"
#include "pg/scan.h"
#include "read/hard_way.h"
#include "read/names.h"

namespace relate {

namespace {

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

} // namespace

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

// Whether a row of the storage table is the record at the far end itself.
static bool is_far_record(const Way &way)
{
    const Module &columns = way.far(), &module = way.far_module;
    bool is_key = way.storage.table == module.table && columns.key.size() == module.key.size();
    for (size_t i = 0; is_key && i < module.key.size(); ++i)
        is_key = columns.key[i].attribute == module.key[i].attribute;
    return is_key;
}

bool read_directly(const Way &way, const RelatedQuery &query, size_t first, size_t count, Relation table,
                   MemoryContext work, FunctionRef<bool(const RelatedRow &)> take)
{
    std::optional<NamesOfRows> names;
    if (query.with_names && is_far_record(way) && NamesOfRows::may_read(way.far_module))
        names.emplace(way.far_module, table);
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
            bool is_wanted = pg::in_context(work, [&] { return fits(way, scan->slot, row, query); });
            if (is_wanted && names) {
                row.has_name = true;
                row.name = pg::in_context(work, [&] { return names->of(scan->slot); });
            }
            wants_more = !is_wanted || take(row);
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
    if (table && table->rd_tableam == GetHeapamTableAmRoutine() && pg::has_index(table, way.near().index))
        return table;
    if (table)
        table_close(table, NoLock);
    return nullptr;
}

} // namespace relate
