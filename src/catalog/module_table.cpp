// See module_table.h.
#include "catalog/module_table.h"

#include "catalog/record.h"
#include "pg/edition.h"
#include "pg/memory.h"

namespace relate {

namespace {

struct Entry {
    Oid table;
    std::span<const ModuleTable> modules;
};

// Of all tables, as of one state of the catalog.
struct Answers {
    pg::Edition *edition;
    HTAB *entries;
    uint64 catalog, relations;
};

Answers answers;
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

std::span<const ModuleTable> read_modules(Relation table)
{
    pg::Array<ModuleTable> found;
    for (const Workspace *workspace : workspaces_that_may_refer_to(table))
        if (const Module *module = module_of(*workspace, table))
            found.push(module_table(*workspace, *module, RelationGetRelid(table)));
    return found.view();
}

void begin_answers()
{
    pg::Edition *edition = pg::begin_edition("relate module tables");
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Entry);
    control.hcxt = edition->memory;
    HTAB *entries = hash_create("relate module tables", 32, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    pg::publish(edition);
    if (answers.edition)
        pg::retire(answers.edition);
    answers = {edition, entries, catalog_generation(), relations};
}

} // namespace

ModuleTable module_table(const Workspace &workspace, const Module &module, Oid table)
{
    auto *key = palloc_array(AttrNumber, module.key.size());
    for (size_t i = 0; i < module.key.size(); ++i)
        key[i] = number_in(table, module, module.key[i].attribute);
    return {&workspace, &module, {key, module.key.size()}, number_in(table, module, module.kind_column)};
}

std::span<const ModuleTable> modules_kept_in(Relation table)
{
    AcceptInvalidationMessages();
    if (answers.catalog != catalog_generation() || answers.relations != relations)
        begin_answers();
    const Answers now = answers; // a change that arrives while we read begins others
    pg::hold(now.edition);
    Oid oid = RelationGetRelid(table);
    if (auto *known = static_cast<Entry *>(hash_search(now.entries, &oid, HASH_FIND, nullptr)))
        return known->modules;
    watch_table(oid);
    std::span<const ModuleTable> modules = pg::in_context(now.edition->memory, [&] { return read_modules(table); });
    static_cast<Entry *>(hash_search(now.entries, &oid, HASH_ENTER, nullptr))->modules = modules;
    return modules;
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
    CacheRegisterSyscacheCallback(RELNAMENSP, on_relation_change, 0);
}

} // namespace relate
