// See spi.h. Saved plans live in a hash table of the backend, in memory below
// TopMemoryContext; PostgreSQL itself replans them when a table changes.
#include "pg/spi.h"

namespace relate::pg {

namespace {

struct SavedPlan {
    const char *sql;
    SPIPlanPtr plan;
};

constexpr int max_arguments = 20;
HTAB *saved_plans;

uint32 sql_hash(const void *key, Size)
{
    const char *sql = *static_cast<const char *const *>(key);
    return DatumGetUInt32(hash_any(reinterpret_cast<const unsigned char *>(sql), static_cast<int>(strlen(sql))));
}

int sql_compare(const void *a, const void *b, Size)
{
    return strcmp(*static_cast<const char *const *>(a), *static_cast<const char *const *>(b));
}

void make_table()
{
    HASHCTL control = {};
    control.keysize = sizeof(const char *);
    control.entrysize = sizeof(SavedPlan);
    control.hash = sql_hash;
    control.match = sql_compare;
    control.hcxt = TopMemoryContext;
    saved_plans = hash_create("relate statements", 64, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

} // namespace

SPIPlanPtr saved_plan(const char *sql, std::span<const Oid> argument_types)
{
    if (!saved_plans)
        make_table();
    auto *known = static_cast<SavedPlan *>(hash_search(saved_plans, &sql, HASH_FIND, nullptr));
    if (known)
        return known->plan;
    SPIPlanPtr plan = SPI_prepare(sql, static_cast<int>(argument_types.size()), const_cast<Oid *>(argument_types.data()));
    if (!plan || SPI_keepplan(plan))
        elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
    const char *copy = MemoryContextStrdup(TopMemoryContext, sql);
    known = static_cast<SavedPlan *>(hash_search(saved_plans, &copy, HASH_ENTER, nullptr));
    known->plan = plan;
    return plan;
}

uint64 run(const char *sql, std::span<const Argument> arguments, Sees sees, long limit)
{
    Oid types[max_arguments];
    Datum values[max_arguments];
    char nulls[max_arguments];
    Assert(arguments.size() <= max_arguments);
    for (size_t i = 0; i < arguments.size(); ++i) {
        types[i] = arguments[i].type;
        values[i] = arguments[i].value;
        nulls[i] = arguments[i].is_null ? 'n' : ' ';
    }
    SPIPlanPtr plan = saved_plan(sql, {types, arguments.size()});
    int result;
    if (sees == Sees::latest || sees == Sees::latest_checked) {
        bool checks = sees == Sees::latest_checked && IsolationUsesXactSnapshot();
        Snapshot latest = RegisterSnapshot(GetLatestSnapshot());
        Snapshot crosscheck = checks ? RegisterSnapshot(GetTransactionSnapshot()) : InvalidSnapshot;
        result = SPI_execute_snapshot(plan, values, nulls, latest, crosscheck, false, false, limit);
        if (crosscheck)
            UnregisterSnapshot(crosscheck);
        UnregisterSnapshot(latest);
    } else {
        result = SPI_execute_plan(plan, values, nulls, sees == Sees::snapshot, limit);
    }
    if (result < 0)
        elog(ERROR, "could not run \"%s\": %s", sql, SPI_result_code_string(result));
    return SPI_processed;
}

const char *qualified_name(Oid relation)
{
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation));
}

const char *qualified_operator(Oid op)
{
    HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(op));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for operator %u", op);
    auto form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
    const char *name = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
                                NameStr(form->oprname));
    ReleaseSysCache(tuple);
    return name;
}

const char *column_name(Oid relation, AttrNumber column)
{
    return quote_identifier(get_attname(relation, column, false));
}

} // namespace relate::pg
