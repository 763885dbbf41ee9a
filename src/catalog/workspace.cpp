// See workspace.h. The cache: one entry a workspace, by schema OID, and the set
// of tables whose invalidation makes all entries stale.
#include "catalog/workspace.h"

#include "catalog/layout.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/scan.h"
#include "pg/spi.h"

namespace relate {

namespace {

struct Entry {
    Oid schema;
    Workspace *workspace;
    MemoryContext memory;
    uint64 generation;
};

char *workspace_setting;
HTAB *entries;
HTAB *watched;
uint64 generation = 1;
Oid default_schema; // of the default workspace, while default_generation is current
uint64 default_generation;

void on_invalidation(Datum, Oid table)
{
    if (!OidIsValid(table) || hash_search(watched, &table, HASH_FIND, nullptr))
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

// ---- reading the rows of the catalog tables ------------------------------

// Named columns of the current row of a scan over one of our tables, whose
// layout has been checked.
struct Row {
    TupleTableSlot *slot;
    Oid table;

    Datum get(const char *column, bool &is_null) const
    {
        return slot_getattr(slot, get_attnum(table, column), &is_null);
    }
    const char *string(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? nullptr : TextDatumGetCString(value);
    }
    const char *identifier(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? nullptr : pstrdup(NameStr(*DatumGetName(value)));
    }
    int32 integer(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? 0 : DatumGetInt32(value);
    }
    int16 small(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? 0 : DatumGetInt16(value);
    }
    bool boolean(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return !is_null && DatumGetBool(value);
    }
    Oid oid(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? InvalidOid : DatumGetObjectId(value);
    }
    const char *enum_label(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        return is_null ? nullptr : DatumGetCString(DirectFunctionCall1(enum_out, value));
    }
    std::span<const Datum> names(const char *column) const
    {
        bool is_null;
        Datum value = get(column, is_null);
        if (is_null)
            return {};
        Datum *items;
        int count;
        deconstruct_array(DatumGetArrayTypeP(value), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &items, nullptr,
                          &count);
        return {items, static_cast<size_t>(count)};
    }
};

template <class Each>
void for_each_row(Oid table_oid, Snapshot snapshot, Each each)
{
    Relation table = table_open(table_oid, AccessShareLock);
    pg::TableScan scan = pg::begin_scan(table, snapshot);
    while (pg::next(scan))
        each(Row{scan.slot, table_oid});
    pg::end(scan);
    table_close(table, AccessShareLock);
}

bool equals(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

// ---- relationship types ---------------------------------------------------

OnDelete on_delete(const char *word)
{
    return equals(word, "remove_link") ? OnDelete::remove_link : OnDelete::refuse;
}

RelationshipType read_type(const Row &row)
{
    const char *cardinality = row.enum_label("cardinality");
    bool one_target = equals(cardinality, "one_to_one") || equals(cardinality, "many_to_one");
    bool one_source = equals(cardinality, "one_to_one") || equals(cardinality, "one_to_many");
    const char *parent = row.string("hierarchy_parent");
    RelationshipType type = {};
    type.id = row.integer("type_id");
    type.name = row.string("name");
    type.source = {row.integer("source_module_id"), row.string("source_kind"), row.string("source_role"),
                   row.string("label"), one_target ? 1 : row.integer("max_targets_per_source"),
                   on_delete(row.string("on_source_delete"))};
    type.target = {row.integer("target_module_id"), row.string("target_kind"), row.string("target_role"),
                   row.string("inverse_label"), one_source ? 1 : row.integer("max_sources_per_target"),
                   on_delete(row.string("on_target_delete"))};
    type.is_symmetric = row.boolean("is_symmetric");
    type.is_perpetual = row.boolean("is_perpetual");
    type.is_active = row.boolean("is_active");
    type.allow_self = row.boolean("allow_self");
    type.has_contact_details = row.boolean("has_contact_details");
    type.hierarchy = equals(parent, "source")   ? Hierarchy::source_is_parent
                     : equals(parent, "target") ? Hierarchy::target_is_parent
                                                : Hierarchy::none;
    type.default_importance = row.small("default_importance");
    type.storage = row.string("storage");
    return type;
}

// ---- modules -----------------------------------------------------------------

KeyColumnKind kind_of_key_column(Oid type, Oid collation)
{
    switch (type) {
    case INT2OID:
    case INT4OID:
    case INT8OID:
        return KeyColumnKind::integer;
    case UUIDOID:
        return KeyColumnKind::uuid;
    case TEXTOID:
    case VARCHAROID:
        return get_collation_isdeterministic(collation) ? KeyColumnKind::text : KeyColumnKind::other;
    default:
        return KeyColumnKind::other;
    }
}

KeyColumn key_column(Relation table, AttrNumber number)
{
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), number - 1);
    KeyColumn column = {};
    column.attribute = number;
    column.type = attribute->atttypid;
    column.collation = attribute->attcollation;
    column.kind = kind_of_key_column(column.type, column.collation);
    Oid function;
    bool is_varlena;
    getTypeInputInfo(column.type, &function, &column.input_parameter);
    fmgr_info(function, &column.input);
    getTypeOutputInfo(column.type, &function, &is_varlena);
    fmgr_info(function, &column.output);
    return column;
}

bool serves_as_key(Relation index, std::span<const KeyColumn> key)
{
    Form_pg_index form = index->rd_index;
    if (!form->indisunique || !form->indimmediate || !form->indisvalid || !form->indislive ||
        form->indnkeyatts != static_cast<int>(key.size()) || index->rd_rel->relam != BTREE_AM_OID ||
        !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr))
        return false;
    for (const KeyColumn &column : key) {
        bool found = false;
        for (int i = 0; i < form->indnkeyatts; ++i)
            found = found || form->indkey.values[i] == column.attribute;
        if (!found)
            return false;
    }
    return true;
}

// Learns the index's equality for each key column.
void bind_to_index(Relation index, std::span<KeyColumn> key)
{
    for (KeyColumn &column : key)
        for (int i = 0; i < index->rd_index->indnkeyatts; ++i)
            if (index->rd_index->indkey.values[i] == column.attribute) {
                column.index_position = static_cast<AttrNumber>(i + 1);
                column.subtype = index->rd_opcintype[i];
                column.collation = index->rd_indcollation[i];
                column.equal_operator = get_opfamily_member(index->rd_opfamily[i], column.subtype, column.subtype,
                                                            BTEqualStrategyNumber);
                fmgr_info(get_opcode(column.equal_operator), &column.equal);
            }
}

Oid find_key_index(Relation table, std::span<KeyColumn> key)
{
    Oid found = InvalidOid;
    List *indexes = RelationGetIndexList(table);
    ListCell *cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (serves_as_key(index, key)) {
            bind_to_index(index, key);
            found = RelationGetRelid(index);
        }
        index_close(index, AccessShareLock);
        if (OidIsValid(found))
            break;
    }
    return found;
}

bool may(Oid owner, Oid table, AttrNumber column, AclMode right)
{
    return pg_class_aclcheck(table, owner, right) == ACLCHECK_OK ||
           pg_attribute_aclcheck(table, column, owner, right) == ACLCHECK_OK;
}

// Rules look at the table, and lock its rows, in the name of the workspace's
// owner: he must hold the rights that foreign keys ask for, at this moment.
bool may_refer(Oid owner, const Module &module)
{
    for (const KeyColumn &column : module.key)
        if (!may(owner, module.table, column.attribute, ACL_REFERENCES))
            return false;
    return !module.kind_column || may(owner, module.table, module.kind_column, ACL_SELECT);
}

AttrNumber column_number(Oid table, const char *name)
{
    return name ? get_attnum(table, name) : InvalidAttrNumber;
}

// What the table itself says: columns by number, the index. A module whose
// table, key column or unique index is gone, or closed to the workspace's owner,
// keeps table = InvalidOid and finds no record.
void read_table(Oid owner, Module &module, std::span<const Datum> key, std::span<const Datum> names, const char *kind_column,
                const char *date_column)
{
    Relation table = try_relation_open(module.table, AccessShareLock);
    if (!table) {
        module.table = InvalidOid;
        return;
    }
    module.owner = table->rd_rel->relowner;
    auto *columns = palloc_array(KeyColumn, key.size());
    bool whole = true;
    for (size_t i = 0; i < key.size() && whole; ++i) {
        AttrNumber number = column_number(module.table, NameStr(*DatumGetName(key[i])));
        whole = number != InvalidAttrNumber;
        if (whole)
            columns[i] = key_column(table, number);
    }
    auto *name_numbers = palloc_array(AttrNumber, names.size());
    size_t name_count = 0;
    for (Datum name : names)
        if (AttrNumber number = column_number(module.table, NameStr(*DatumGetName(name))))
            name_numbers[name_count++] = number;
    module.name_columns = {name_numbers, name_count};
    module.kind_column = column_number(module.table, kind_column);
    module.date_column = column_number(module.table, date_column);
    if (whole) {
        std::span<KeyColumn> key_columns{columns, key.size()};
        module.index = find_key_index(table, key_columns);
        module.key = key_columns;
        module.is_direct = table->rd_rel->relkind == RELKIND_RELATION &&
                           table->rd_tableam == GetHeapamTableAmRoutine();
    }
    if (!OidIsValid(module.index) || !may_refer(owner, module))
        module.table = InvalidOid;
    table_close(table, AccessShareLock);
}

Module read_module(Oid owner, const Row &row)
{
    Module module = {};
    module.id = row.integer("module_id");
    module.name = row.string("name");
    module.singular = row.string("singular");
    module.plural = row.string("plural");
    module.table = row.oid("table_name");
    module.kind = row.string("kind");
    module.is_system = row.boolean("is_system");
    watch(module.table);
    read_table(owner, module, row.names("key_columns"), row.names("name_columns"), row.identifier("kind_column"),
               row.identifier("date_column"));
    return module;
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

void read_indexes(Workspace &ws)
{
    const RelationshipColumns &c = ws.column;
    AttrNumber by_source[] = {c.source_module_id, c.source_key, c.type_id, c.target_module_id, c.target_key};
    AttrNumber by_target[] = {c.target_module_id, c.target_key, c.type_id, c.source_module_id, c.source_key};
    Relation table = table_open(ws.relationship_table, AccessShareLock);
    ws.owner = table->rd_rel->relowner;
    ws.source_index = read_index(table, by_source, c);
    ws.target_index = read_index(table, by_target, c);
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
    for_each_row(ws->module_table, snapshot, [&](const Row &row) { modules.push(read_module(ws->owner, row)); });
    for_each_row(ws->type_table, snapshot, [&](const Row &row) { types.push(read_type(row)); });
    pg::Array<Status> statuses;
    for_each_row(ws->status_table, snapshot, [&](const Row &row) {
        statuses.push({row.integer("status_id"), row.integer("module_id"), row.string("name"), row.boolean("is_retired")});
    });
    pg::done(snapshot);
    ws->statuses = sorted_by_id(statuses);
    ws->modules = sorted_by_id(modules);
    ws->types = sorted_by_id(types);
    return ws;
}

void refresh(Entry &entry)
{
    // A change that arrives while we read leaves the entry behind the new
    // generation: it serves this request, as if made a moment ago, and the next
    // one reads again. What enforcement relies on, it has locked before.
    uint64 started = generation;
    MemoryContext fresh = AllocSetContextCreate(CurrentMemoryContext, "relate workspace", ALLOCSET_DEFAULT_SIZES);
    Workspace *workspace = pg::in_context(fresh, [&] { return read_workspace(entry.schema); });
    MemoryContextSetParent(fresh, CacheMemoryContext);
    if (entry.memory)
        MemoryContextSetParent(entry.memory, TopTransactionContext);
    entry.memory = fresh;
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
        entry->memory = nullptr;
        entry->generation = 0;
    }
    if (entry->generation == generation)
        return entry->workspace;
    problem = layout_problem(schema);
    if (problem)
        return nullptr;
    refresh(*entry);
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

bool is_known(Oid schema)
{
    auto *entry = static_cast<Entry *>(hash_search(entries, &schema, HASH_FIND, nullptr));
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

Oid find_default()
{
    Oid found = InvalidOid;
    for (Oid schema : workspace_schemas()) {
        if (!claims_default(schema))
            continue;
        if (OidIsValid(found))
            pg::raise({.sqlstate = ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                       .message = "several workspaces claim to be the default one",
                       .detail = psprintf("Both \"%s\" and \"%s\" are marked as default.", get_namespace_name(found),
                                          get_namespace_name(schema)),
                       .hint = "Name the workspace with SET relate.workspace, or choose with "
                               "relate.set_default_workspace."});
        found = schema;
    }
    if (!OidIsValid(found))
        pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
                   .message = "there is no default workspace",
                   .hint = "Make one with SELECT relate.create_workspace('crm'), or name one with "
                           "SET relate.workspace."});
    return found;
}

Oid default_workspace()
{
    if (default_generation != generation) {
        uint64 started = generation;
        default_schema = find_default();
        default_generation = started;
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
const Status *Workspace::status(int32 id) const { return by_id(statuses, id); }
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
    Oid schema = get_rel_namespace(table);
    if (!OidIsValid(schema) || !is_workspace(schema))
        pg::raise({.sqlstate = ERRCODE_WRONG_OBJECT_TYPE,
                   .message = psprintf("table %s is not of a workspace", pg::qualified_name(table))});
    return workspace_in(schema);
}

const Workspace &current_workspace()
{
    bool is_set = workspace_setting && workspace_setting[0];
    return workspace_in(is_set ? workspace_by_name(workspace_setting) : default_workspace());
}

std::span<const Workspace *const> every_workspace()
{
    pg::Array<const Workspace *> found;
    const char *problem;
    for (Oid schema : workspace_schemas())
        if (const Workspace *workspace = try_workspace(schema, problem))
            found.push(workspace);
    return found.view();
}

const Module &module_named(const Workspace &workspace, std::string_view name)
{
    if (const Module *module = workspace.module(name))
        return *module;
    StringInfoData known;
    initStringInfo(&known);
    for (const Module &module : workspace.modules)
        appendStringInfo(&known, "%s%s", known.len ? ", " : "", module.name);
    pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
               .message = psprintf("module \"%.*s\" does not exist", static_cast<int>(name.size()), name.data()),
               .detail = known.len ? psprintf("The modules of workspace \"%s\" are: %s.", workspace.name, known.data)
                                   : psprintf("Workspace \"%s\" has no modules yet.", workspace.name),
               .hint = "Register a table with SELECT relate.register_module('schema.table')."});
}

const RelationshipType &type_named(const Workspace &workspace, std::string_view name)
{
    if (const RelationshipType *type = workspace.type(name))
        return *type;
    pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
               .message = psprintf("relationship type \"%.*s\" does not exist", static_cast<int>(name.size()),
                                   name.data()),
               .hint = psprintf("SELECT name FROM %s lists the types.", pg::qualified_name(workspace.type_table))});
}

void init_workspaces()
{
    entries = oid_table("relate workspaces", sizeof(Entry));
    watched = oid_table("relate watched tables", sizeof(Oid));
    CacheRegisterRelcacheCallback(on_invalidation, 0);
    DefineCustomStringVariable("relate.workspace", "The workspace that relate's functions work in.",
                               "Empty means the database's default workspace.", &workspace_setting, "",
                               PGC_USERSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("relate");
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_current_workspace);
Datum relate_current_workspace(PG_FUNCTION_ARGS)
{
    (void) fcinfo;
    PG_RETURN_DATUM(DirectFunctionCall1(namein, CStringGetDatum(relate::current_workspace().name)));
}
}
