// What follows when a record's row is another than before: the record has
// another key, or is of another kind.
#pragma once

#include "catalog/module_table.h"
#include "catalog/relationship.h"

namespace relate {

// The row before and after, and the modules of the table (or partition) of each.
struct RowChange {
    std::span<const ModuleTable> before_modules, after_modules;
    TupleTableSlot *before, *after;
};

void record_is_changed(const RowChange &change);

// The record's relationships of types that name a kind forbid that it is now of
// this one (null: none), or end. Past ones and those that end today stay.
void kind_is_changed(const Workspace &workspace, const RecordRef &record, const char *kind);

} // namespace relate
