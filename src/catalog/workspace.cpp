// See workspace.h. The cache: one entry a workspace, by schema OID, and the set
// of tables whose invalidation makes all entries stale.
#include "catalog/workspace.h"

#include "catalog/layout.h"
#include "catalog/row.h"
#include "catalog/unknown_name.h"
#include "pg/access.h"
#include "pg/cleanup.h"
#include "pg/edition.h"
#include "pg/error.h"
#include "pg/lock.h"
#include "pg/memory.h"
#include "pg/scan.h"
#include "pg/spi.h"

namespace relate {

namespace {

struct Entry {
    Oid schema;
    Workspace *workspace; // in the edition, as of the generation; or null
    pg::Edition *edition;
    uint64 generation;
};

char *workspace_setting;
HTAB *entries;
HTAB *watched;
uint64 generation = 1;
Oid default_schema; // of the default workspace, for this user while the generation is current
Oid default_for;
uint64 default_generation;
// The workspace that was current last: for this user, while the generation is current and the setting stays.
struct {
    Oid user;
    uint64 generation;
    const Entry *entry;
} last_current;

void on_setting(const char *, void *)
{
    last_current.generation = 0;
}

void on_invalidation(Datum, Oid table)
{
    if (!OidIsValid(table) || hash_search(watched, &table, HASH_FIND, nullptr))
        ++generation;
}

// A schema was made, renamed or dropped; a role was changed, or granted to another; a database got another owner.
void on_other_change(Datum, int, uint32)
{
    ++generation;
}

void watch(Oid table)
{
    hash_search(watched, &table, HASH_ENTER, nullptr);
}

HTAB *oid_table(const char *name, Size entry_size)
{
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = entry_size;
    control.hcxt = TopMemoryContext;
    return hash_create(name, 32, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

// For tests of what is cached, where the server cannot do it itself
// (debug_discard_caches): all that is known is forgotten at every request.
void discard_caches()
{
#ifdef RELATE_CAN_DISCARD_CACHES
    static const bool wanted = getenv("RELATE_DISCARD_CACHES");
    static bool is_discarding;
    if (!wanted || std::exchange(is_discarding, true))
        return;
    InvalidateSystemCaches();
    is_discarding = false;
#endif
}

// ---- a whole workspace --------------------------------------------------------

Oid watched_table(Oid schema, const char *name)
{
    Oid table = get_relname_relid(name, schema);
    watch(table);
    return table;
}

RelationshipColumns read_columns(Oid table)
{
    auto number = [table](const char *name) { return get_attnum(table, name); };
    return {number("relationship_id"), number("type_id"),    number("source_module_id"), number("source_key"),
            number("target_module_id"), number("target_key"), number("start_date"),       number("end_date"),
            number("importance"),       number("description"), number("email"),           number("phone"),
            number("address"),          number("address_module_id"), number("address_key"), number("is_primary"),
            number("attributes"),       number("created_at"), number("created_by"),       number("updated_at"),
            number("updated_by")};
}

template <class Thing>
std::span<const Thing> sorted_by_id(pg::Array<Thing> &things)
{
    std::sort(things.begin(), things.end(), [](const Thing &a, const Thing &b) { return a.id < b.id; });
    return things.view();
}

RelationshipIndex read_index(Relation table, std::span<const AttrNumber> key, const RelationshipColumns &c)
{
    RelationshipIndex found = {pg::find_index(table, key), 0, 0};
    if (!OidIsValid(found.oid))
        return found;
    Relation index = index_open(found.oid, AccessShareLock);
    AttrNumber start = 0, end = 0;
    for (int i = 0; i < index->rd_index->indnatts; ++i) {
        AttrNumber column = index->rd_index->indkey.values[i];
        if (column == c.start_date)
            start = static_cast<AttrNumber>(i + 1);
        if (column == c.end_date)
            end = static_cast<AttrNumber>(i + 1);
    }
    if (start && end) {
        found.start_date = start;
        found.end_date = end;
    }
    index_close(index, AccessShareLock);
    return found;
}

bool is_not_null_test(List *predicate, AttrNumber column)
{
    if (list_length(predicate) != 1 || !IsA(linitial(predicate), NullTest))
        return false;
    auto *test = reinterpret_cast<NullTest *>(linitial(predicate));
    return test->nulltesttype == IS_NOT_NULL && IsA(test->arg, Var) &&
           reinterpret_cast<Var *>(test->arg)->varattno == column;
}

// Holds the rows that have an address record, and may leave out the others.
Oid read_address_index(Relation table, const RelationshipColumns &c)
{
    List *indexes = RelationGetIndexList(table);
    ListCell *cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        Form_pg_index form = index->rd_index;
        List *predicate = RelationGetIndexPredicate(index);
        bool serves = form->indisvalid && form->indislive && index->rd_rel->relam == BTREE_AM_OID &&
                      form->indnkeyatts >= 2 && form->indkey.values[0] == c.address_module_id &&
                      form->indkey.values[1] == c.address_key &&
                      (predicate == NIL || is_not_null_test(predicate, c.address_key));
        index_close(index, AccessShareLock);
        if (serves)
            return lfirst_oid(cell);
    }
    return InvalidOid;
}

Oid find_status_index(Oid table_oid)
{
    AttrNumber record[] = {get_attnum(table_oid, "module_id"), get_attnum(table_oid, "key")};
    Relation table = table_open(table_oid, AccessShareLock);
    Oid found = pg::find_index(table, record);
    table_close(table, AccessShareLock);
    return found;
}

void read_indexes(Workspace &ws)
{
    const RelationshipColumns &c = ws.column;
    AttrNumber by_source[] = {c.source_module_id, c.source_key, c.type_id, c.target_module_id, c.target_key};
    AttrNumber by_target[] = {c.target_module_id, c.target_key, c.type_id, c.source_module_id, c.source_key};
    Relation table = table_open(ws.relationship_table, AccessShareLock);
    ws.owner = table->rd_rel->relowner;
    ws.source_index = read_index(table, by_source, c);
    ws.target_index = read_index(table, by_target, c);
    ws.address_index = read_address_index(table, c);
    ws.status_index = find_status_index(ws.record_status_table);
    Oid key_type = TupleDescAttr(RelationGetDescr(table), c.source_key - 1)->atttypid;
    TypeCacheEntry *key = lookup_type_cache(key_type, TYPECACHE_EQ_OPR);
    fmgr_info(get_opcode(key->eq_opr), &ws.key_equal);
    fmgr_info(F_INT4EQ, &ws.int4_equal);
    table_close(table, AccessShareLock);
}

Workspace *read_workspace(Oid schema)
{
    auto *ws = static_cast<Workspace *>(palloc0(sizeof(Workspace)));
    ws->schema = schema;
    ws->memory = CurrentMemoryContext;
    ws->name = get_namespace_name(schema);
    ws->relationship_table = watched_table(schema, "relationship");
    ws->type_table = watched_table(schema, "relationship_type");
    ws->module_table = watched_table(schema, "module");
    ws->status_table = watched_table(schema, "status");
    ws->record_status_table = watched_table(schema, "record_status");
    ws->workspace_table = watched_table(schema, "workspace");
    ws->column = read_columns(ws->relationship_table);
    read_indexes(*ws);
    pg::Array<Module> modules;
    pg::Array<RelationshipType> types;
    Snapshot snapshot = pg::latest_snapshot();
    for_each_row(ws->module_table, snapshot, [&](const Row &row) {
        watch(row.oid("table_name")); // also where it cannot be used at present
        modules.push(read_module(ws->owner, row));
    });
    for_each_row(ws->type_table, snapshot, [&](const Row &row) {
        const RelationshipType &type = types.push(read_type(row));
        if (type.is_hard_link()) {
            watch(type.storage_table);
            ws->has_hard_links = true;
        }
    });
    pg::done(snapshot);
    ws->modules = sorted_by_id(modules);
    ws->types = sorted_by_id(types);
    return ws;
}

// Whatever is of another generation will be read again when it is asked for.
void retire_stale_entries()
{
    HASH_SEQ_STATUS each;
    hash_seq_init(&each, entries);
    while (auto *entry = static_cast<Entry *>(hash_seq_search(&each)))
        if (entry->edition && entry->generation != generation) {
            pg::retire(entry->edition);
            entry->edition = nullptr;
            entry->workspace = nullptr;
            entry->generation = 0;
        }
}

void refresh(Entry &entry)
{
    // A change that arrives while we read leaves the entry behind the new
    // generation: it serves this request, as if made a moment ago, and the next
    // one reads again. What enforcement relies on, it has locked before.
    uint64 started = generation;
    pg::Edition *edition = pg::begin_edition("relate workspace");
    Workspace *workspace = pg::in_context(edition->memory, [&] { return read_workspace(entry.schema); });
    pg::publish(edition);
    retire_stale_entries();
    entry.edition = edition;
    entry.workspace = workspace;
    entry.generation = started;
}

// The workspace in the schema, or null where its layout is not one that the
// library reads: then `problem` says why.
const Workspace *try_workspace(Oid schema, const char *&problem)
{
    bool known;
    auto *entry = static_cast<Entry *>(hash_search(entries, &schema, HASH_ENTER, &known));
    if (!known) {
        entry->workspace = nullptr;
        entry->edition = nullptr;
        entry->generation = 0;
    }
    if (entry->generation != generation) {
        problem = layout_problem(schema);
        if (problem)
            return nullptr;
        refresh(*entry);
    }
    pg::hold(entry->edition);
    return entry->workspace;
}

const Workspace &workspace_in(Oid schema)
{
    const char *problem = nullptr;
    if (const Workspace *workspace = try_workspace(schema, problem))
        return *workspace;
    const char *name = get_namespace_name(schema);
    pg::raise({.sqlstate = ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
               .message = psprintf("schema \"%s\" is not a workspace that this version of pg_relate reads", name),
               .detail = psprintf("For one thing, %s.", problem),
               .hint = psprintf("SELECT relate.upgrade_workspace(%s) brings an older layout up to date.",
                                quote_literal_cstr(name))});
}

// ---- which schemas are workspaces ----------------------------------------------

Oid check_function()
{
    oidvector *no_arguments = buildoidvector(nullptr, 0);
    return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("relationship_check"),
                           PointerGetDatum(no_arguments), ObjectIdGetDatum(get_namespace_oid("relate", true)));
}

bool has_our_trigger(Oid table, Oid function)
{
    bool found = false;
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
    Relation triggers = table_open(TriggerRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, nullptr, 1, &key);
    for (HeapTuple tuple; !found && HeapTupleIsValid(tuple = systable_getnext(scan));)
        found = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple))->tgfoid == function;
    systable_endscan(scan);
    table_close(triggers, AccessShareLock);
    return found;
}

const Entry *entry_of(Oid schema)
{
    return static_cast<Entry *>(hash_search(entries, &schema, HASH_FIND, nullptr));
}

bool is_known(Oid schema)
{
    const Entry *entry = entry_of(schema);
    return entry && entry->workspace && entry->generation == generation;
}

bool is_workspace(Oid schema)
{
    if (is_known(schema))
        return true;
    Oid table = get_relname_relid("relationship", schema);
    return OidIsValid(table) && has_our_trigger(table, check_function());
}

pg::Array<Oid> workspace_schemas()
{
    pg::Array<Oid> schemas;
    CatCList *tables = SearchSysCacheList1(RELNAMENSP, CStringGetDatum("relationship"));
    for (int i = 0; i < tables->n_members; ++i) {
        auto form = reinterpret_cast<Form_pg_class>(GETSTRUCT(&tables->members[i]->tuple));
        watch(form->oid); // it may yet get our trigger
        if (form->relhastriggers && is_workspace(form->relnamespace))
            schemas.push(form->relnamespace);
    }
    ReleaseSysCacheList(tables);
    return schemas;
}

bool claims_default(Oid schema)
{
    bool claims = false;
    if (layout_problem(schema))
        return false;
    Snapshot snapshot = pg::latest_snapshot();
    for_each_row(watched_table(schema, "workspace"), snapshot,
                 [&](const Row &row) { claims = claims || row.boolean("is_default"); });
    pg::done(snapshot);
    return claims;
}

Oid owner_of(Oid schema)
{
    Oid owner = InvalidOid;
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(get_relname_relid("relationship", schema)));
    if (HeapTupleIsValid(tuple)) {
        owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
        ReleaseSysCache(tuple);
    }
    return owner;
}

// The only one of the claims that passes, or InvalidOid.
template <class Passes>
Oid only_one(const pg::Array<Oid> &claims, Passes passes)
{
    Oid found = InvalidOid;
    for (Oid schema : claims) {
        if (!passes(schema))
            continue;
        if (OidIsValid(found))
            return InvalidOid;
        found = schema;
    }
    return found;
}

[[noreturn]] void raise_no_default(const pg::Array<Oid> &workspaces)
{
    const char *hint = "Make a workspace: SELECT relate.create_workspace('crm');";
    if (!workspaces.empty()) {
        const char *name = get_namespace_name(workspaces[0]);
        hint = psprintf("Name one for this session: SET relate.workspace = %s; Or make one the default: "
                        "SELECT relate.set_default_workspace(%s);",
                        quote_literal_cstr(name), quote_literal_cstr(name));
    }
    pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT, .message = "there is no default workspace", .hint = hint});
}

// Working in a workspace runs what its owner has put there: triggers, defaults, policies.
// A superuser, and the owner of the database, do so by default only in workspaces of
// their own kind; any other they must name.
pg::Array<Oid> trusted_ones(const pg::Array<Oid> &claims)
{
    pg::Array<Oid> trusted;
    for (Oid schema : claims)
        if (pg::owns_database(owner_of(schema)) || (!superuser() && has_privs_of_role(GetUserId(), owner_of(schema))))
            trusted.push(schema);
    if (trusted.empty()) {
        const char *name = get_namespace_name(claims[0]);
        pg::raise({.sqlstate = ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                   .message = psprintf("the default workspace \"%s\" belongs to role \"%s\"", name,
                                       GetUserNameFromId(owner_of(claims[0]), true)),
                   .detail = "What its owner has put there would run with the rights of a superuser, or of the owner "
                             "of the database, who must therefore name it.",
                   .hint = psprintf("SET relate.workspace = %s;", quote_literal_cstr(name))});
    }
    return trusted;
}

// Nobody may spoil the default workspace for others by claiming it too: of several
// claims that of the database's owner (or a superuser) counts, then the caller's own.
Oid find_default()
{
    pg::Array<Oid> claims;
    pg::Array<Oid> workspaces = workspace_schemas();
    for (Oid schema : workspaces)
        if (claims_default(schema))
            claims.push(schema);
    if (claims.empty())
        raise_no_default(workspaces);
    if (superuser() || pg::owns_database(GetUserId()))
        claims = trusted_ones(claims);
    Oid found = only_one(claims, [](Oid) { return true; });
    if (!OidIsValid(found))
        found = only_one(claims, [](Oid schema) { return pg::owns_database(owner_of(schema)); });
    if (!OidIsValid(found))
        found = only_one(claims, [](Oid schema) { return has_privs_of_role(GetUserId(), owner_of(schema)); });
    if (!OidIsValid(found))
        pg::raise({.sqlstate = ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                   .message = "several workspaces claim to be the default one",
                   .detail = psprintf("\"%s\" and \"%s\" are both marked as default.", get_namespace_name(claims[0]),
                                      get_namespace_name(claims[1])),
                   .hint = "Name the workspace with SET relate.workspace, or choose with "
                           "relate.set_default_workspace."});
    return found;
}

Oid default_workspace()
{
    if (default_generation != generation || default_for != GetUserId()) {
        uint64 started = generation;
        default_schema = find_default();
        default_generation = started;
        default_for = GetUserId();
    }
    return default_schema;
}

Oid workspace_by_name(const char *name)
{
    Oid schema = get_namespace_oid(name, true);
    if (!OidIsValid(schema) || !is_workspace(schema))
        pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
                   .message = psprintf("workspace \"%s\" does not exist", name),
                   .hint = psprintf("The setting relate.workspace names it. Make it with "
                                    "SELECT relate.create_workspace(%s), or RESET relate.workspace.",
                                    quote_literal_cstr(name))});
    return schema;
}

template <class Thing>
const Thing *by_id(std::span<const Thing> things, int32 id)
{
    auto found = std::lower_bound(things.begin(), things.end(), id,
                                  [](const Thing &thing, int32 wanted) { return thing.id < wanted; });
    return found != things.end() && found->id == id ? &*found : nullptr;
}

template <class Thing>
const Thing *by_name(std::span<const Thing> things, std::string_view name)
{
    for (const Thing &thing : things)
        if (name == thing.name)
            return &thing;
    return nullptr;
}

} // namespace

const Module *Workspace::module(int32 id) const { return by_id(modules, id); }
const Module *Workspace::module(std::string_view wanted) const { return by_name(modules, wanted); }
const RelationshipType *Workspace::type(int32 id) const { return by_id(types, id); }
const RelationshipType *Workspace::type(std::string_view wanted) const { return by_name(types, wanted); }

const Module *Workspace::module_of_table(Oid table) const
{
    for (const Module &module : modules)
        if (module.table == table)
            return &module;
    return nullptr;
}

const Workspace &workspace_of(Oid table)
{
    // Triggers ask for the same table row after row.
    static Oid last_table;
    static const Entry *last;
    discard_caches();
    if (last && table == last_table && last->generation == generation) {
        pg::hold(last->edition);
        return *last->workspace;
    }
    Oid schema = get_rel_namespace(table);
    if (!OidIsValid(schema) || !is_workspace(schema))
        pg::raise({.sqlstate = ERRCODE_WRONG_OBJECT_TYPE,
                   .message = psprintf("table %s is not of a workspace", pg::qualified_name(table))});
    const Workspace &workspace = workspace_in(schema);
    last_table = table;
    last = entry_of(schema);
    return workspace;
}

static Oid current_schema()
{
    bool is_set = workspace_setting && workspace_setting[0];
    return is_set ? workspace_by_name(workspace_setting) : default_workspace();
}

// Names of modules and types are for those who may look into the schema.
const Workspace &current_workspace()
{
    // Functions in conditions ask row after row.
    discard_caches();
    if (last_current.generation == generation && last_current.user == GetUserId()) {
        pg::hold(last_current.entry->edition);
        return *last_current.entry->workspace;
    }
    uint64 started = generation;
    Oid schema = current_schema();
    if (!pg::may_use(schema))
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, get_namespace_name(schema));
    const Workspace &workspace = workspace_in(schema);
    last_current = {GetUserId(), started, entry_of(schema)};
    return workspace;
}

// The default one is guessed from the only claim there is.
const Workspace *current_workspace_if_any()
{
    Oid schema = InvalidOid;
    if (workspace_setting && workspace_setting[0])
        schema = get_namespace_oid(workspace_setting, true);
    else if (default_generation == generation && default_for == GetUserId())
        schema = default_schema;
    else
        schema = only_one(workspace_schemas(), claims_default);
    if (!OidIsValid(schema) || !is_workspace(schema) || !pg::may_use(schema))
        return nullptr;
    const char *problem;
    return try_workspace(schema, problem);
}

namespace {

// Whose locks a user may be kept waiting by: of those whose rights he has, or who have his.
bool is_kin(Oid role)
{
    return has_privs_of_role(role, GetUserId()) || has_privs_of_role(GetUserId(), role);
}

// What is not cached is read, which a lock of the owner's keeps waiting: strangers for a second.
const Workspace *workspace_of_whomever(Oid schema)
{
    const Workspace *workspace = nullptr;
    auto read = [&] {
        const char *problem;
        workspace = try_workspace(schema, problem);
    };
    if (is_known(schema) || is_kin(owner_of(schema)))
        read();
    else if (const ErrorData *error = pg::attempt(read))
        ereport(WARNING, (errcode(error->sqlerrcode),
                          errmsg("workspace \"%s\" cannot be read at present, and does not follow", get_namespace_name(schema)),
                          errdetail("There it failed: %s.", error->message),
                          errhint("SELECT * FROM relate.health_check(); tells the workspace's owner what to do.")));
    return workspace;
}

bool may_refer_to(Oid table, Oid role)
{
    return pg_class_aclcheck(table, role, ACL_REFERENCES) == ACLCHECK_OK ||
           pg_attribute_aclcheck_all(table, role, ACL_REFERENCES, ACLMASK_ANY) == ACLCHECK_OK;
}

// The table, or one that it is a partition of.
bool may_refer_to(Relation table, Oid role)
{
    bool may = may_refer_to(RelationGetRelid(table), role);
    if (!table->rd_rel->relispartition)
        return may;
    ListCell *cell;
    foreach (cell, get_partition_ancestors(RelationGetRelid(table))) {
        watch(lfirst_oid(cell)); // the right may be granted later
        may = may || may_refer_to(lfirst_oid(cell), role);
    }
    return may;
}

} // namespace

std::span<const Workspace *const> every_workspace()
{
    pg::Array<const Workspace *> found;
    for (Oid schema : workspace_schemas())
        if (const Workspace *workspace = workspace_of_whomever(schema))
            found.push(workspace);
    return found.view();
}

std::span<const Workspace *const> workspaces_that_may_refer_to(Relation table)
{
    pg::Array<const Workspace *> found;
    const char *problem;
    for (Oid schema : workspace_schemas())
        if (may_refer_to(table, pg::owner_of(get_relname_relid("relationship", schema))))
            if (const Workspace *workspace = try_workspace(schema, problem))
                found.push(workspace);
    return found.view();
}

uint64 catalog_generation()
{
    discard_caches();
    return generation;
}

void watch_table(Oid table)
{
    watch(table);
}

const Module &module_named(const Workspace &workspace, std::string_view name)
{
    if (const Module *module = workspace.module(name))
        return *module;
    raise_unknown_module(workspace, name);
}

const RelationshipType &type_named(const Workspace &workspace, std::string_view name)
{
    if (const RelationshipType *type = workspace.type(name))
        return *type;
    raise_unknown_type(workspace, name);
}

void init_workspaces()
{
    entries = oid_table("relate workspaces", sizeof(Entry));
    watched = oid_table("relate watched tables", sizeof(Oid));
    CacheRegisterRelcacheCallback(on_invalidation, 0);
    CacheRegisterSyscacheCallback(NAMESPACEOID, on_other_change, 0);
    // The rights of a workspace's owner on his modules' tables may come by way of other roles.
    CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, on_other_change, 0);
    CacheRegisterSyscacheCallback(AUTHOID, on_other_change, 0);
    CacheRegisterSyscacheCallback(DATABASEOID, on_other_change, 0);
    DefineCustomStringVariable("relate.workspace", "The workspace that relate's functions work in.",
                               "Empty means the database's default workspace.", &workspace_setting, "",
                               PGC_USERSET, 0, nullptr, on_setting, nullptr);
    MarkGUCPrefixReserved("relate");
}

} // namespace relate

extern "C" {

// One session at a time makes a workspace. What is locked is our extension, by which
// nobody else locks in daily life; and only who may make a workspace gets there.
PG_FUNCTION_INFO_V1(relate_lock_workspaces);
Datum relate_lock_workspaces(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const char *name = NameStr(*PG_GETARG_NAME(0));
    Oid schema = get_namespace_oid(name, false);
    if (isAnyTempNamespace(schema) || !pg::may_create_in(schema))
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, name);
    pg::lock_object(ExtensionRelationId, get_extension_oid("pg_relate", false), AccessExclusiveLock);
    PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(relate_current_workspace);
Datum relate_current_workspace(PG_FUNCTION_ARGS)
{
    (void) fcinfo;
    relate::discard_caches();
    const relate::Workspace &workspace = relate::workspace_in(relate::current_schema());
    PG_RETURN_DATUM(DirectFunctionCall1(namein, CStringGetDatum(workspace.name)));
}
}
