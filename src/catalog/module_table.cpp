// See module_table.h.
#include "catalog/module_table.h"

#include "catalog/record.h"
#include "pg/memory.h"

namespace relate {

namespace {

struct Entry {
    Oid table;
    MemoryContext memory;
    std::span<const ModuleTable> modules;
    uint64 catalog, relations; // as of which it holds
};

HTAB *entries;
uint64 relations = 1; // counts changes of pg_class: another table may be that of a workspace

void on_relation_change(Datum, int, uint32)
{
    ++relations;
}

// The module is the table itself or one that it is a partition of.
const Module *module_of(const Workspace &workspace, Relation table)
{
    if (const Module *module = workspace.module_of_table(RelationGetRelid(table)))
        return module;
    if (!table->rd_rel->relispartition)
        return nullptr;
    ListCell *cell;
    foreach (cell, get_partition_ancestors(RelationGetRelid(table)))
        if (const Module *module = workspace.module_of_table(lfirst_oid(cell)))
            return module;
    return nullptr;
}

AttrNumber number_in(Oid table, const Module &module, AttrNumber column)
{
    if (table == module.table || column == InvalidAttrNumber)
        return column;
    return get_attnum(table, get_attname(module.table, column, false));
}

ModuleTable describe_table(const Workspace &workspace, const Module &module, Oid table)
{
    auto *key = palloc_array(AttrNumber, module.key.size());
    for (size_t i = 0; i < module.key.size(); ++i)
        key[i] = number_in(table, module, module.key[i].attribute);
    return {&workspace, &module, {key, module.key.size()}, number_in(table, module, module.kind_column)};
}

std::span<const ModuleTable> read_modules(Relation table)
{
    pg::Array<ModuleTable> found;
    for (const Workspace *workspace : every_workspace())
        if (const Module *module = module_of(*workspace, table))
            found.push(describe_table(*workspace, *module, RelationGetRelid(table)));
    return found.view();
}

void refresh(Entry &entry, Relation table)
{
    uint64 catalog = catalog_generation(), as_of = relations;
    MemoryContext fresh = AllocSetContextCreate(CurrentMemoryContext, "relate module table", ALLOCSET_SMALL_SIZES);
    std::span<const ModuleTable> modules = pg::in_context(fresh, [&] { return read_modules(table); });
    MemoryContextSetParent(fresh, CacheMemoryContext);
    if (entry.memory)
        MemoryContextSetParent(entry.memory, TopTransactionContext);
    watch_table(entry.table);
    entry.memory = fresh;
    entry.modules = modules;
    entry.catalog = catalog;
    entry.relations = as_of;
}

} // namespace

std::span<const ModuleTable> modules_kept_in(Relation table)
{
    AcceptInvalidationMessages();
    Oid oid = RelationGetRelid(table);
    bool known;
    auto *entry = static_cast<Entry *>(hash_search(entries, &oid, HASH_ENTER, &known));
    if (!known) {
        entry->memory = nullptr;
        entry->catalog = 0;
    }
    if (entry->catalog != catalog_generation() || entry->relations != relations)
        refresh(*entry, table);
    return entry->modules;
}

std::optional<Datum> key_of_row(const ModuleTable &kept, TupleTableSlot *row)
{
    Datum values[INDEX_MAX_KEYS];
    for (size_t i = 0; i < kept.key.size(); ++i) {
        bool is_null;
        values[i] = slot_getattr(row, kept.key[i], &is_null);
        if (is_null)
            return std::nullopt;
    }
    return key_of_values(*kept.module, values);
}

const char *kind_of_row(const ModuleTable &kept, TupleTableSlot *row)
{
    return kept.kind_column ? kind_in_column(row, kept.kind_column) : kept.module->kind;
}

void init_module_tables()
{
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Entry);
    control.hcxt = TopMemoryContext;
    entries = hash_create("relate module tables", 32, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    CacheRegisterSyscacheCallback(RELNAMENSP, on_relation_change, 0);
}

} // namespace relate
