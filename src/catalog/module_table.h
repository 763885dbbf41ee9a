// The modules that keep their records in a table: at most one of each workspace.
//
// Asked by triggers for each row, so the answer is kept until the catalog
// changes. Memory: below CacheMemoryContext; an answer holds as long as a
// reference to a workspace does.
#pragma once

#include "catalog/workspace.h"

namespace relate {

// The table is the module's own or a partition of it, whose columns may be
// numbered otherwise.
struct ModuleTable {
    const Workspace *workspace;
    const Module *module;
    std::span<const AttrNumber> key;
    AttrNumber kind_column; // or 0
};

// Takes in what others have committed before it answers.
std::span<const ModuleTable> modules_kept_in(Relation table);

// A table with the module's columns, which need not be its own any more.
ModuleTable module_table(const Workspace &workspace, const Module &module, Oid table);

// The key of a row of that table; none where a key column is null.
std::optional<Datum> key_of_row(const ModuleTable &kept, TupleTableSlot *row);

// The kind of the record: the module's, or what the row says; null for none.
const char *kind_of_row(const ModuleTable &kept, TupleTableSlot *row);

void init_module_tables();

} // namespace relate
