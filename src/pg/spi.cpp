// See spi.h. Saved plans live in a hash table of the backend, in memory below
// TopMemoryContext; PostgreSQL itself replans them when a table changes. A session
// that works in many workspaces has statements without end: when the table is full,
// those go that were not asked for since it was full before.
#include "pg/spi.h"

#include "pg/memory.h"
#include "pg/scan.h"

namespace relate::pg {

namespace {

// One text may come with arguments of other types, once a column has changed its own.
struct Statement {
    const char *sql;
    std::span<const Oid> argument_types;
};

struct SavedPlan {
    Statement statement;
    SPIPlanPtr plan;
    bool is_recent;
    int running; // that deep; where an error ended it, until the transaction ends
};

constexpr long most_plans = 400; // the statements of some workspaces

constexpr int max_arguments = 2 * INDEX_MAX_KEYS + 8; // two keys, and a few more
HTAB *saved_plans;

uint32 statement_hash(const void *key, Size)
{
    const char *sql = static_cast<const Statement *>(key)->sql;
    return DatumGetUInt32(hash_any(reinterpret_cast<const unsigned char *>(sql), static_cast<int>(strlen(sql))));
}

int statement_compare(const void *a, const void *b, Size)
{
    auto &x = *static_cast<const Statement *>(a), &y = *static_cast<const Statement *>(b);
    bool are_equal = std::equal(x.argument_types.begin(), x.argument_types.end(), y.argument_types.begin(), y.argument_types.end());
    return are_equal ? strcmp(x.sql, y.sql) : 1;
}

Statement copy_of(const Statement &statement)
{
    auto *types = static_cast<Oid *>(MemoryContextAlloc(TopMemoryContext, statement.argument_types.size_bytes() + 1));
    std::copy(statement.argument_types.begin(), statement.argument_types.end(), types);
    return {MemoryContextStrdup(TopMemoryContext, statement.sql), {types, statement.argument_types.size()}};
}

template <class Each>
void for_each_plan(Each each)
{
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, saved_plans);
    while (auto *saved = static_cast<SavedPlan *>(hash_seq_search(&scan)))
        each(*saved);
}

void on_transaction_event(XactEvent event, void *)
{
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
        for_each_plan([](SavedPlan &saved) { saved.running = 0; });
}

void drop_plan(SavedPlan &saved)
{
    Statement statement = saved.statement;
    SPI_freeplan(saved.plan);
    hash_search(saved_plans, &statement, HASH_REMOVE, nullptr);
    pfree(const_cast<char *>(statement.sql));
    pfree(const_cast<Oid *>(statement.argument_types.data()));
}

void make_room()
{
    for_each_plan([](SavedPlan &saved) {
        if (!saved.running && !std::exchange(saved.is_recent, false))
            drop_plan(saved);
    });
}

void make_table()
{
    HASHCTL control = {};
    control.keysize = sizeof(Statement);
    control.entrysize = sizeof(SavedPlan);
    control.hash = statement_hash;
    control.match = statement_compare;
    control.hcxt = TopMemoryContext;
    saved_plans = hash_create("relate statements", 64, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
    RegisterXactCallback(on_transaction_event, nullptr);
}

// The plan of a statement, saved under its text and the types of its arguments. It stays as
// long as it runs.
SavedPlan &saved_plan(const char *sql, std::span<const Oid> argument_types)
{
    if (!saved_plans)
        make_table();
    Statement statement = {sql, argument_types};
    auto *known = static_cast<SavedPlan *>(hash_search(saved_plans, &statement, HASH_FIND, nullptr));
    if (known) {
        known->is_recent = true;
        return *known;
    }
    // The second time where all are recent.
    for (int i = 0; i < 2 && hash_get_num_entries(saved_plans) >= most_plans; ++i)
        make_room();
    SPIPlanPtr plan = SPI_prepare(sql, static_cast<int>(argument_types.size()), const_cast<Oid *>(argument_types.data()));
    if (!plan || SPI_keepplan(plan))
        elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
    Statement copy = copy_of(statement);
    known = static_cast<SavedPlan *>(hash_search(saved_plans, &copy, HASH_ENTER, nullptr));
    known->plan = plan;
    known->is_recent = true;
    known->running = 0;
    return *known;
}

// A rule may make nothing of a statement (DO INSTEAD NOTHING). What is left of it names no
// table then, so PostgreSQL would never notice that the rule is gone.
bool comes_to_nothing(SPIPlanPtr plan)
{
    ListCell *cell;
    foreach (cell, SPI_plan_get_plan_sources(plan))
        if (static_cast<CachedPlanSource *>(lfirst(cell))->query_list == NIL)
            return true;
    return false;
}

// Arguments as SPI takes them.
struct Bound {
    Oid types[max_arguments];
    Datum values[max_arguments];
    char nulls[max_arguments];

    explicit Bound(std::span<const Argument> arguments)
    {
        Assert(arguments.size() <= max_arguments);
        for (size_t i = 0; i < arguments.size(); ++i) {
            types[i] = arguments[i].type;
            values[i] = arguments[i].value;
            nulls[i] = arguments[i].is_null ? 'n' : ' ';
        }
    }
};

} // namespace

Argument array_argument(Oid element_type, std::span<const Datum> elements)
{
    int16 length;
    bool by_value;
    char alignment;
    get_typlenbyvalalign(element_type, &length, &by_value, &alignment);
    ArrayType *array = construct_array(const_cast<Datum *>(elements.data()), static_cast<int>(elements.size()),
                                       element_type, length, by_value, alignment);
    return {get_array_type(element_type), PointerGetDatum(array)};
}

uint64 run(const char *sql, std::span<const Argument> arguments, Sees sees, long limit, Fires fires)
{
    Bound bound(arguments);
    SavedPlan &saved = saved_plan(sql, {bound.types, arguments.size()});
    SPIPlanPtr plan = saved.plan;
    auto &[types, values, nulls] = bound;
    int result;
    ++saved.running;
    if (sees == Sees::latest || sees == Sees::latest_checked) {
        bool checks = sees == Sees::latest_checked && IsolationUsesXactSnapshot();
        Snapshot latest = latest_snapshot();
        Snapshot crosscheck = checks ? RegisterSnapshot(GetTransactionSnapshot()) : InvalidSnapshot;
        result = SPI_execute_snapshot(plan, values, nulls, latest, crosscheck, false, fires == Fires::at_once, limit);
        if (crosscheck)
            UnregisterSnapshot(crosscheck);
        done(latest);
    } else {
        result = SPI_execute_plan(plan, values, nulls, sees == Sees::snapshot, limit);
    }
    saved.running -= saved.running > 0;
    if (!saved.running && comes_to_nothing(plan))
        drop_plan(saved);
    if (result < 0)
        elog(ERROR, "could not run \"%s\": %s", sql, SPI_result_code_string(result));
    return SPI_processed;
}

const char *text_of(const char *sql, std::span<const Argument> arguments)
{
    const char *found = nullptr;
    MemoryContext caller = CurrentMemoryContext;
    spi_session([&] {
        bool is_null;
        if (run(sql, arguments, Sees::latest) == 0)
            return;
        Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
        if (!is_null)
            found = in_context(caller, [&] { return TextDatumGetCString(value); });
    });
    return found;
}

Portal open_rows(const char *sql, std::span<const Argument> arguments)
{
    Bound bound(arguments);
    SavedPlan &saved = saved_plan(sql, {bound.types, arguments.size()});
    ++saved.running; // what a portal needs of the plan, it holds once it is open
    Portal rows = SPI_cursor_open(nullptr, saved.plan, bound.values, bound.nulls, true);
    if (!rows)
        elog(ERROR, "could not open \"%s\": %s", sql, SPI_result_code_string(SPI_result));
    saved.running -= saved.running > 0;
    return rows;
}

uint64 fetch(Portal rows, long count)
{
    SPI_freetuptable(SPI_tuptable);
    SPI_cursor_fetch(rows, true, count);
    return SPI_processed;
}

void close_rows(Portal rows)
{
    SPI_cursor_close(rows);
}

static const Identity *who_asked;

Identity current_identity()
{
    Identity identity;
    GetUserIdAndSecContext(&identity.user, &identity.context);
    return identity;
}

const Identity *asker()
{
    return who_asked;
}

const Identity *set_asker(const Identity *identity)
{
    return std::exchange(who_asked, identity);
}

Oid acting_user()
{
    return who_asked ? who_asked->user : GetUserId();
}

bool owns_database(Oid role)
{
    return owns(DatabaseRelationId, MyDatabaseId, role);
}

const char *qualified_name(Oid relation)
{
    const char *name = get_rel_name(relation);
    if (!name) // gone, or never there
        return psprintf("%u", relation);
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
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

const char *qualified_collation(Oid collation)
{
    HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for collation %u", collation);
    auto form = reinterpret_cast<Form_pg_collation>(GETSTRUCT(tuple));
    const char *name = quote_qualified_identifier(get_namespace_name(form->collnamespace), NameStr(form->collname));
    ReleaseSysCache(tuple);
    return name;
}

const char *column_name(Oid relation, AttrNumber column)
{
    return quote_identifier(get_attname(relation, column, false));
}

const char *comparable(const char *value, Oid type)
{
    Oid base = getBaseType(type);
    return base != type && type_is_enum(base) ? psprintf("CAST(%s AS %s)", value, format_type_be_qualified(base)) : value;
}

} // namespace relate::pg
