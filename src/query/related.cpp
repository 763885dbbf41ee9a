// See related.h.
#include "query/related.h"

#include "pg/memory.h"
#include "pg/spi.h"
#include "query/direct.h"

namespace relate {

namespace {

constexpr long batch_size = 1000;

Datum column(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    return slot_getattr(row, number, &is_null);
}

// A value of variable length: 0 where it is null.
Datum reference(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    Datum value = slot_getattr(row, number, &is_null);
    return is_null ? Datum{0} : value;
}

std::optional<DateADT> date(TupleTableSlot *row, AttrNumber number)
{
    bool is_null;
    Datum value = slot_getattr(row, number, &is_null);
    return is_null ? std::nullopt : std::optional(DatumGetDateADT(value));
}

bool is_shown(Show show, DateADT as_of, const RelatedRow &row)
{
    switch (show) {
    case Show::current:
        return row.is_current;
    case Show::past:
        return row.end_date && *row.end_date < as_of;
    case Show::future:
        return row.start_date && *row.start_date > as_of;
    case Show::all:
        return true;
    }
    pg_unreachable();
}

void set_dates(RelatedRow &row, DateADT as_of, std::optional<DateADT> start, std::optional<DateADT> end)
{
    if (!row.type->is_perpetual) {
        row.start_date = start;
        row.end_date = end;
    }
    row.is_current = (!row.start_date || *row.start_date <= as_of) && (!row.end_date || *row.end_date >= as_of);
}

// ---- below SQL ------------------------------------------------------------

// The relationships of one record on one side, row by row.
class DirectReader {
public:
    DirectReader(const RelatedQuery &query, Relation table) : query_(query), table_(table) {}

    // Stops, and returns false, where `take` does not want more.
    bool read(size_t from, FunctionRef<bool(const RelatedRow &)> take)
    {
        return read_side(from, Side::source, take) && read_side(from, Side::target, take);
    }

    void end()
    {
        for (auto &scan : scans_)
            if (scan)
                pg::end(*scan);
    }

private:
    bool read_side(size_t from, Side side, FunctionRef<bool(const RelatedRow &)> take)
    {
        const WantedTypes &wanted = query_.wanted(side);
        if (!wanted.all && wanted.ids.empty())
            return true;
        pg::IndexScan &scan = begin(from, side);
        while (pg::next(scan)) {
            CHECK_FOR_INTERRUPTS();
            RelatedRow row = {};
            row.from = from;
            if (read_row(scan.slot, side, row) && is_shown(query_.show, query_.as_of, row) && !take(row))
                return false;
        }
        return true;
    }

    pg::IndexScan &begin(size_t from, Side side)
    {
        const WantedTypes &wanted = query_.wanted(side);
        const Workspace &workspace = *query_.workspace;
        ScanKeyData keys[3];
        index_key(keys[0], 1, workspace.int4_equal, Int32GetDatum(query_.module->id));
        index_key(keys[1], 2, workspace.key_equal, query_.keys[from]);
        if (!wanted.all)
            index_key(keys[2], 3, workspace.int4_equal, pg::array_argument(INT4OID, wanted.ids).value, SK_SEARCHARRAY);
        std::span<ScanKeyData> probe(keys, wanted.all ? 2 : 3);
        auto &scan = scans_[static_cast<int>(side)];
        if (scan)
            pg::rescan(*scan, probe);
        else
            scan = pg::begin_scan(table_, workspace.index(side).oid, GetActiveSnapshot(), probe);
        return *scan;
    }

    // False where it is no relationship to show: of a type or module that is gone
    // by now, or the second side of one that is the same from both.
    bool read_row(TupleTableSlot *slot, Side side, RelatedRow &row)
    {
        const RelationshipColumns &c = query_.workspace->column;
        bool is_source = side == Side::source;
        row.type = query_.workspace->type(DatumGetInt32(column(slot, c.type_id)));
        int32 module_id = DatumGetInt32(column(slot, is_source ? c.target_module_id : c.source_module_id));
        row.module = query_.workspace->module(module_id);
        if (!row.type || !row.module)
            return false;
        row.own_side = side;
        row.key = column(slot, is_source ? c.target_key : c.source_key);
        if (!is_source && row.type->is_symmetric && row.module == query_.module &&
            equal_key_datums(row.key, column(slot, c.target_key)))
            return false;
        row.id = DatumGetInt64(column(slot, c.relationship_id));
        set_dates(row, query_.as_of, date(slot, c.start_date), date(slot, c.end_date));
        row.importance = DatumGetInt16(column(slot, c.importance));
        row.description = reference(slot, c.description);
        row.email = reference(slot, c.email);
        row.phone = reference(slot, c.phone);
        row.address = reference(slot, c.address);
        row.attributes = reference(slot, c.attributes);
        row.address_key = reference(slot, c.address_key);
        if (row.address_key)
            row.address_module = query_.workspace->module(DatumGetInt32(column(slot, c.address_module_id)));
        return true;
    }

    const RelatedQuery &query_;
    Relation table_;
    std::optional<pg::IndexScan> scans_[2];
};

// ---- by SQL ----------------------------------------------------------------

// Columns of the statement, as they are read below.
enum class Column : int {
    from = 1,
    own_side_is_source,
    relationship_id,
    type_id,
    module_id,
    key,
    start_date,
    end_date,
    importance,
    description,
    email,
    phone,
    address,
    attributes,
    address_module_id,
    address_key
};

// Parameters: $1 module, $2 keys, $3 perpetual types, $4 symmetric types, $5 modules
// by name, $6 as_of, $7 max_rows, $8 and $9 types wanted from the source and target side.
const char *shown_condition(Show show)
{
#define PERPETUAL "r.type_id OPERATOR(pg_catalog.=) ANY ($3)"
    switch (show) {
    case Show::current:
        return " AND (" PERPETUAL " OR coalesce(r.start_date OPERATOR(pg_catalog.<=) $6, true)"
               " AND coalesce(r.end_date OPERATOR(pg_catalog.>=) $6, true))";
    case Show::past:
        return " AND NOT " PERPETUAL " AND r.end_date OPERATOR(pg_catalog.<) $6";
    case Show::future:
        return " AND NOT " PERPETUAL " AND r.start_date OPERATOR(pg_catalog.>) $6";
    case Show::all:
        return "";
    }
    pg_unreachable();
}

void append_side(StringInfo sql, const RelatedQuery &query, Side own)
{
    bool is_source = own == Side::source;
    const char *near = is_source ? "source" : "target";
    const char *far = is_source ? "target" : "source";
    appendStringInfo(sql,
                     "SELECT %s AS is_source, r.relationship_id, r.type_id, r.%s_module_id AS module_id, r.%s_key AS key,"
                     " CASE WHEN NOT " PERPETUAL " THEN r.start_date END AS start_date, r.end_date, r.importance,"
                     " r.description, r.email, r.phone, r.address, r.attributes, r.address_module_id, r.address_key"
                     " FROM %s AS r WHERE r.%s_module_id OPERATOR(pg_catalog.=) $1"
                     " AND r.%s_key OPERATOR(relate.=) k.key%s",
                     is_source ? "true" : "false", far, far, pg::qualified_name(query.workspace->relationship_table),
                     near, near, shown_condition(query.show));
    if (!query.wanted(own).all)
        appendStringInfo(sql, " AND r.type_id OPERATOR(pg_catalog.=) ANY (%s)", is_source ? "$8" : "$9");
    if (!is_source)
        appendStringInfoString(sql, " AND NOT (r.type_id OPERATOR(pg_catalog.=) ANY ($4)"
                                    " AND r.source_module_id OPERATOR(pg_catalog.=) r.target_module_id"
                                    " AND r.source_key OPERATOR(relate.=) r.target_key)");
#undef PERPETUAL
}

const char *statement(const RelatedQuery &query)
{
    static constexpr const char *order =
        "importance DESC, start_date, key, pg_catalog.array_position($5, module_id), relationship_id, is_source DESC";
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT k.place, far.* FROM pg_catalog.unnest($2) WITH ORDINALITY AS k (key, place)"
                                 " CROSS JOIN LATERAL (SELECT * FROM (");
    append_side(&sql, query, Side::source);
    appendStringInfoString(&sql, " UNION ALL ");
    append_side(&sql, query, Side::target);
    appendStringInfo(&sql, ") AS side ORDER BY %s LIMIT $7) AS far ORDER BY k.place, %s", order, order);
    return sql.data;
}

template <class Test>
Datum type_ids(const Workspace &workspace, Test test)
{
    pg::Array<Datum> ids;
    for (const RelationshipType &type : workspace.types)
        if (test(type))
            ids.push(Int32GetDatum(type.id));
    return pg::array_argument(INT4OID, ids.view()).value;
}

Datum modules_by_name(const Workspace &workspace)
{
    pg::Array<const Module *> modules;
    for (const Module &module : workspace.modules)
        modules.push(&module);
    std::sort(modules.begin(), modules.end(),
              [](const Module *a, const Module *b) { return strcmp(a->name, b->name) < 0; });
    pg::Array<Datum> ids;
    for (const Module *module : modules)
        ids.push(Int32GetDatum(module->id));
    return pg::array_argument(INT4OID, ids.view()).value;
}

RelatedRow row_of_statement(const RelatedQuery &query, HeapTuple tuple, TupleDesc columns)
{
    auto value = [&](Column number, bool &is_null) {
        return SPI_getbinval(tuple, columns, static_cast<int>(number), &is_null);
    };
    auto fixed = [&](Column number) {
        bool is_null;
        return value(number, is_null);
    };
    auto reference = [&](Column number) {
        bool is_null;
        Datum found = value(number, is_null);
        return is_null ? Datum{0} : found;
    };
    auto date = [&](Column number) -> std::optional<DateADT> {
        bool is_null;
        Datum found = value(number, is_null);
        return is_null ? std::nullopt : std::optional(DatumGetDateADT(found));
    };
    RelatedRow row = {};
    row.from = static_cast<size_t>(DatumGetInt64(fixed(Column::from)) - 1);
    row.id = DatumGetInt64(fixed(Column::relationship_id));
    row.type = query.workspace->type(DatumGetInt32(fixed(Column::type_id)));
    row.own_side = DatumGetBool(fixed(Column::own_side_is_source)) ? Side::source : Side::target;
    row.module = query.workspace->module(DatumGetInt32(fixed(Column::module_id)));
    if (!row.type || !row.module)
        return row;
    row.key = fixed(Column::key);
    set_dates(row, query.as_of, date(Column::start_date), date(Column::end_date));
    row.importance = DatumGetInt16(fixed(Column::importance));
    row.description = reference(Column::description);
    row.email = reference(Column::email);
    row.phone = reference(Column::phone);
    row.address = reference(Column::address);
    row.attributes = reference(Column::attributes);
    row.address_key = reference(Column::address_key);
    if (row.address_key)
        row.address_module = query.workspace->module(DatumGetInt32(fixed(Column::address_module_id)));
    return row;
}

// The rows of the keys from `first` on, `count` of them.
void read_by_sql(const RelatedQuery &query, size_t first, size_t count,
                 FunctionRef<void(std::span<RelatedRow>)> take)
{
    const Workspace &workspace = *query.workspace;
    Oid ids = get_array_type(INT4OID);
    pg::Argument arguments[] = {
        {INT4OID, Int32GetDatum(query.module->id)},
        pg::array_argument(record_key_type(), query.keys.subspan(first, count)),
        {ids, type_ids(workspace, [](const RelationshipType &type) { return type.is_perpetual; })},
        {ids, type_ids(workspace, [](const RelationshipType &type) { return type.is_symmetric; })},
        {ids, modules_by_name(workspace)},
        {DATEOID, DateADTGetDatum(query.as_of)},
        {INT8OID, Int64GetDatum(query.max_rows.value_or(0)), !query.max_rows},
        pg::array_argument(INT4OID, query.wanted(Side::source).ids),
        pg::array_argument(INT4OID, query.wanted(Side::target).ids)};
    const char *sql = statement(query);
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate rows", ALLOCSET_DEFAULT_SIZES);
    pg::spi_session([&] {
        Portal portal = pg::open_rows(sql, arguments);
        MemoryContext session = MemoryContextSwitchTo(work);
        while (uint64 rows = pg::fetch(portal, batch_size)) {
            pg::Array<RelatedRow> batch;
            for (uint64 i = 0; i < rows; ++i) {
                RelatedRow row = row_of_statement(query, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
                row.from += first;
                if (row.type && row.module)
                    batch.push(row);
            }
            take({batch.begin(), batch.size()});
            MemoryContextReset(work);
        }
        MemoryContextSwitchTo(session);
        pg::close_rows(portal);
    });
    MemoryContextDelete(work);
}

// ---- in order ----------------------------------------------------------------

// Rows of several keys, until there are enough for a batch.
class Batch {
public:
    explicit Batch(std::optional<int32> max_rows) : max_rows_(max_rows)
    {
        memory_ = AllocSetContextCreate(CurrentMemoryContext, "relate related rows", ALLOCSET_DEFAULT_SIZES);
    }

    // False where memory is full.
    bool add(const RelatedRow &row)
    {
        pg::in_context(memory_, [&] { rows_.push(copy_row(row)); });
        if (max_rows_ && of_key() > 2 * static_cast<size_t>(*max_rows_) + 100)
            cut();
        bool looks = rows_.size() % 256 == 0;
        return !looks || MemoryContextMemAllocated(memory_, true) < static_cast<Size>(work_mem) * 1024;
    }

    void begin_key() { first_ = rows_.size(); }
    void end_key()
    {
        cut();
        std::sort(rows_.begin() + first_, rows_.end(), comes_before);
    }
    void drop_key()
    {
        while (rows_.size() > first_)
            rows_.pop();
    }

    size_t size() const { return rows_.size(); }
    std::span<RelatedRow> rows() { return {rows_.begin(), rows_.size()}; }

    // `take` works in the batch's memory, which goes afterwards.
    void hand_out(FunctionRef<void(std::span<RelatedRow>)> take)
    {
        if (!rows_.empty())
            pg::in_context(memory_, [&] { take(rows()); });
        rows_ = {};
        MemoryContextReset(memory_);
    }

    void end() { MemoryContextDelete(memory_); }

private:
    size_t of_key() const { return rows_.size() - first_; }

    // Only the first max_rows of the key stay.
    void cut()
    {
        if (!max_rows_ || of_key() <= static_cast<size_t>(*max_rows_))
            return;
        RelatedRow *first = rows_.begin() + first_, *middle = first + *max_rows_;
        std::nth_element(first, middle, rows_.end(), comes_before);
        while (rows_.size() > first_ + static_cast<size_t>(*max_rows_)) {
            free_copy(rows_.back());
            rows_.pop();
        }
    }

    std::optional<int32> max_rows_;
    MemoryContext memory_;
    pg::Array<RelatedRow> rows_;
    size_t first_ = 0; // of the present key
};

void read_directly(const RelatedQuery &query, Relation table, FunctionRef<void(std::span<RelatedRow>)> take)
{
    DirectReader reader(query, table);
    Batch batch(query.max_rows);
    for (size_t from = 0; from < query.keys.size(); ++from) {
        batch.begin_key();
        if (reader.read(from, [&](const RelatedRow &row) { return batch.add(row); })) {
            batch.end_key();
        } else {
            // A record with more relationships than memory holds: SQL sorts on disk.
            batch.drop_key();
            batch.hand_out(take);
            read_by_sql(query, from, 1, take);
        }
        if (batch.size() >= batch_size)
            batch.hand_out(take);
    }
    batch.hand_out(take);
    batch.end();
    reader.end();
}

} // namespace

bool comes_before(const RelatedRow &a, const RelatedRow &b)
{
    if (a.importance != b.importance)
        return a.importance > b.importance;
    if (a.start_date != b.start_date)
        return a.start_date && (!b.start_date || *a.start_date < *b.start_date);
    if (int order = compare_key_datums(a.key, b.key))
        return order < 0;
    if (a.module != b.module)
        return strcmp(a.module->name, b.module->name) < 0;
    if (a.id != b.id)
        return a.id < b.id;
    return a.own_side == Side::source && b.own_side == Side::target;
}

// The values that a row points to.
static constexpr Datum RelatedRow::*references[] = {
    &RelatedRow::key,     &RelatedRow::description, &RelatedRow::email,      &RelatedRow::phone,
    &RelatedRow::address, &RelatedRow::attributes,  &RelatedRow::address_key};

RelatedRow copy_row(const RelatedRow &row)
{
    RelatedRow copy = row;
    for (Datum RelatedRow::*value : references)
        if (copy.*value)
            copy.*value = datumCopy(copy.*value, false, -1);
    return copy;
}

void free_copy(const RelatedRow &copy)
{
    for (Datum RelatedRow::*value : references)
        if (copy.*value)
            pfree(DatumGetPointer(copy.*value));
}

void for_each_related(const RelatedQuery &query, FunctionRef<void(std::span<RelatedRow>)> take)
{
    if (Relation table = open_directly(*query.workspace)) {
        read_directly(query, table, take);
        table_close(table, NoLock);
    } else {
        read_by_sql(query, 0, query.keys.size(), take);
    }
}

void for_each_related_unordered(const RelatedQuery &query, FunctionRef<void(const RelatedRow &)> take)
{
    Relation table = open_directly(*query.workspace);
    if (!table) {
        read_by_sql(query, 0, query.keys.size(), [&](std::span<RelatedRow> rows) {
            for (const RelatedRow &row : rows)
                take(row);
        });
        return;
    }
    DirectReader reader(query, table);
    for (size_t from = 0; from < query.keys.size(); ++from)
        reader.read(from, [&](const RelatedRow &row) {
            take(row);
            return true;
        });
    reader.end();
    table_close(table, NoLock);
}

} // namespace relate
