// SqlLinks, and what both readers share: see links.h.
#include "key/key_datum.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "read/links.h"

namespace relate {

WantedTypeSet::WantedTypeSet(std::span<const RelationshipType *const> types)
{
    pg::Array<const RelationshipType *> sorted;
    for (const RelationshipType *type : types)
        sorted.push(type);
    std::sort(sorted.begin(), sorted.end(),
              [](const RelationshipType *a, const RelationshipType *b) { return a->id < b->id; });
    types_ = {sorted.begin(), static_cast<size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin())};
}

const RelationshipType *WantedTypeSet::search(int32 id) const
{
    auto found = std::lower_bound(types_.begin(), types_.end(), id,
                                  [](const RelationshipType *type, int32 wanted) { return type->id < wanted; });
    return found != types_.end() && (*found)->id == id ? *found : nullptr;
}

int32 WantedTypeSet::only_module(Side side) const
{
    for (const RelationshipType *type : types_)
        if (type->side(side).module_id != types_[0]->side(side).module_id)
            return 0;
    return types_.empty() ? 0 : types_[0]->side(side).module_id;
}

namespace {

constexpr long rows_at_once = 1000;
constexpr size_t keys_at_once = 10000;

template <class Test>
Datum ids_of(std::span<const RelationshipType *const> types, Test test)
{
    pg::Array<Datum> ids;
    for (const RelationshipType *type : types)
        if (test(*type))
            ids.push(Int32GetDatum(type->id));
    return pg::array_argument(INT4OID, ids.view()).value;
}

bool is_perpetual(const RelationshipType &type) { return type.is_perpetual; }
bool any(const RelationshipType &) { return true; }

} // namespace

// Parameters: $1 types, $2 those that are perpetual, $3 the day, $4 module, $5 keys.
const char *SqlLinks::statement(bool is_pass) const
{
    const char *near = near_ == Side::source ? "source" : "target";
    const char *far = near_ == Side::source ? "target" : "source";
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql,
                     "SELECT r.%s_module_id, r.%s_key, r.type_id, r.%s_module_id, r.%s_key FROM %s AS r"
                     " WHERE r.type_id OPERATOR(pg_catalog.=) ANY ($1)"
                     " AND (r.type_id OPERATOR(pg_catalog.=) ANY ($2)"
                     " OR coalesce(r.start_date OPERATOR(pg_catalog.<=) $3, true)"
                     " AND coalesce(r.end_date OPERATOR(pg_catalog.>=) $3, true))",
                     near, near, far, far, pg::qualified_name(ways_.workspace->relationship_table));
    if (!is_pass)
        appendStringInfo(&sql, " AND r.%s_module_id OPERATOR(pg_catalog.=) $4 AND r.%s_key OPERATOR(relate.=) ANY ($5)",
                         near, near);
    appendStringInfo(&sql, " ORDER BY r.%s_module_id, r.%s_key, r.type_id, r.%s_module_id, r.%s_key", near, near, far,
                     far);
    return sql.data;
}

bool SqlLinks::read(const char *sql, int32 module_id, std::span<const Datum> keys, TakeRow take)
{
    Oid ids = get_array_type(INT4OID);
    pg::Argument arguments[] = {{ids, ids_of(types_.all(), any)},
                                {ids, ids_of(types_.all(), is_perpetual)},
                                {DATEOID, DateADTGetDatum(ways_.as_of)},
                                {INT4OID, Int32GetDatum(module_id)},
                                pg::array_argument(record_key_type(), keys)};
    bool is_pass = module_id == 0;
    MemoryContext caller = CurrentMemoryContext;
    bool goes_on = true;
    auto take_row = [&](HeapTuple row, TupleDesc columns) {
        bool is_null;
        auto number = [&](int column) { return DatumGetInt32(SPI_getbinval(row, columns, column, &is_null)); };
        auto key = [&](int column) { return key_bytes(SPI_getbinval(row, columns, column, &is_null)); };
        graph::Record near = {number(1), key(2)}, far = {number(4), key(5)};
        if (types_.find(number(3)) && ways_.workspace->module(far.module_id))
            goes_on = pg::in_context(
                caller, [&] { return take(near, far, graph::Via(number(3), near_ == Side::target)); });
    };
    pg::spi_session([&] {
        Portal rows = pg::open_rows(sql, std::span(arguments, is_pass ? 3 : 5));
        while (uint64 count = goes_on ? pg::fetch(rows, rows_at_once) : 0)
            for (uint64 i = 0; goes_on && i < count; ++i)
                take_row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
        pg::close_rows(rows);
    });
    return goes_on;
}

bool SqlLinks::probe(std::span<const graph::Record> near, TakeFar take)
{
    const char *sql = statement(false);
    size_t first = 0;
    while (first < near.size()) {
        int32 module_id = near[first].module_id;
        pg::Array<Datum> keys;
        size_t end = first;
        for (; end < near.size() && near[end].module_id == module_id && keys.size() < keys_at_once; ++end)
            keys.push(key_datum(near[end].key));
        size_t place = first; // rows come in the order of the keys
        bool goes_on = read(sql, module_id, keys.view(),
                            [&](const graph::Record &from, const graph::Record &far, graph::Via via) {
                                while (!equal_keys(near[place].key, from.key))
                                    ++place;
                                return take(place, far, via);
                            });
        for (Datum key : keys)
            pfree(DatumGetPointer(key));
        if (!goes_on)
            return false;
        first = end;
    }
    return true;
}

bool SqlLinks::pass(TakeEdge take, TakeRun)
{
    return read(statement(true), 0, {}, take);
}

std::optional<graph::Via> SqlLinks::only_via() const
{
    const RelationshipType *only = types_.only();
    return only ? std::optional(graph::Via(only->id, near_ == Side::target)) : std::nullopt;
}

// A statement for every level, and rows that are sorted: a pass pays later than below SQL.
double SqlLinks::pass_cost() const
{
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(ways_.workspace->relationship_table));
    if (!HeapTupleIsValid(tuple))
        return never;
    double rows = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples;
    ReleaseSysCache(tuple);
    return rows < 0 ? never : 100 + rows * 0.2;
}

} // namespace relate
