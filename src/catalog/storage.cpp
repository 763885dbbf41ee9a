// See storage.h.
#include "catalog/storage.h"

#include "catalog/workspace.h"
#include "pg/memory.h"

namespace relate {

namespace {

bool is_of(std::span<const AttrNumber> columns, AttrNumber number)
{
    return std::find(columns.begin(), columns.end(), number) != columns.end();
}

bool numbers_of(Oid table, std::span<const Datum> names, pg::Array<AttrNumber> &numbers)
{
    for (Datum name : names) {
        AttrNumber number = get_attnum(table, NameStr(*DatumGetName(name)));
        if (number == InvalidAttrNumber)
            return false;
        numbers.push(number);
    }
    return !numbers.empty();
}

std::span<const AttrNumber> further_columns(Relation table, std::span<const AttrNumber> used)
{
    pg::Array<AttrNumber> further;
    TupleDesc columns = RelationGetDescr(table);
    for (int i = 0; i < columns->natts; ++i) {
        auto number = static_cast<AttrNumber>(i + 1);
        if (!TupleDescAttr(columns, i)->attisdropped && !is_of(used, number))
            further.push(number);
    }
    return further.view();
}

std::span<const KeyColumn> key_columns(Relation table, std::span<const AttrNumber> numbers)
{
    auto *columns = palloc_array(KeyColumn, numbers.size());
    for (size_t i = 0; i < numbers.size(); ++i)
        columns[i] = key_column(table, numbers[i]);
    std::span<KeyColumn> key{columns, numbers.size()};
    find_leading_index(table, key);
    return key;
}

// The side as a join of the storage table, by columns that refer to another unique key,
// with the module's table. False where that, or a column, is gone.
bool join(Relation storage, std::span<const AttrNumber> columns, std::span<const Datum> referred, const Module *module,
          Module &side, Reference &reference)
{
    if (referred.empty())
        return true;
    Relation table = module && OidIsValid(module->table) ? try_relation_open(module->table, AccessShareLock) : nullptr;
    if (!table)
        return false;
    pg::Array<AttrNumber> numbers;
    bool is_there = referred.size() == columns.size() && numbers_of(module->table, referred, numbers);
    if (is_there) {
        side = *module;
        reference = {key_columns(storage, columns), key_columns(table, numbers.view())};
    }
    table_close(table, AccessShareLock);
    return is_there;
}

const Storage *read_storage(const Workspace &workspace, const RelationshipType &type)
{
    auto *storage = static_cast<Storage *>(palloc0(sizeof(Storage)));
    Relation table = OidIsValid(type.storage_table) ? try_relation_open(type.storage_table, AccessShareLock) : nullptr;
    if (!table)
        return storage;
    pg::Array<AttrNumber> source, target, used;
    if (numbers_of(type.storage_table, type.source_columns, source) &&
        numbers_of(type.storage_table, type.target_columns, target)) {
        storage->table = type.storage_table;
        storage->source = storage_side(table, source.view());
        storage->target = storage_side(table, target.view());
        if (type.start_column)
            storage->start_column = get_attnum(type.storage_table, type.start_column);
        if (type.end_column)
            storage->end_column = get_attnum(type.storage_table, type.end_column);
        for (AttrNumber column : source)
            used.push(column);
        for (AttrNumber column : target)
            used.push(column);
        used.push(storage->start_column);
        used.push(storage->end_column);
        if (type.storage == StorageKind::junction)
            storage->attributes = further_columns(table, used.view());
        if (!join(table, source.view(), type.source_reference, workspace.module(type.source.module_id), storage->source,
                  storage->source_reference) ||
            !join(table, target.view(), type.target_reference, workspace.module(type.target.module_id), storage->target,
                  storage->target_reference))
            storage->table = InvalidOid;
        if (storage->is_joined())
            storage->source.is_direct = storage->target.is_direct = false;
    }
    table_close(table, AccessShareLock);
    return storage;
}

} // namespace

Module storage_side(Relation table, std::span<const AttrNumber> numbers)
{
    auto *columns = palloc_array(KeyColumn, numbers.size());
    for (size_t i = 0; i < numbers.size(); ++i)
        columns[i] = key_column(table, numbers[i]);
    std::span<KeyColumn> key{columns, numbers.size()};
    Module side = {};
    side.name = "";
    side.table = RelationGetRelid(table);
    side.owner = table->rd_rel->relowner;
    side.index = find_leading_index(table, key);
    side.key = key;
    side.is_direct = OidIsValid(side.index) && table->rd_rel->relkind == RELKIND_RELATION &&
                     table->rd_tableam == GetHeapamTableAmRoutine();
    return side;
}

const Storage &storage_of(const Workspace &workspace, const RelationshipType &type)
{
    if (!type.resolved)
        type.resolved = pg::in_context(workspace.memory, [&] { return read_storage(workspace, type); });
    return *type.resolved;
}

bool has_hard_links(const Workspace &workspace)
{
    return workspace.has_hard_links;
}

} // namespace relate
