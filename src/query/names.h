// Names of records for people to read, as the caller may see them.
//
// Names come from the module's name columns, joined by a space. They are read
// with the caller's privileges and policies: a record that the caller may not
// read has no name and is not visible.
#pragma once

#include "catalog/workspace.h"
#include "pg/pg.h"

namespace relate {

struct NamedRecord {
    bool is_visible;  // the caller may read the record's row, and it exists
    const char *name; // null where it has none
};

// One statement for all the keys; results in the keys' order, in the current memory context.
std::span<NamedRecord> names_of(const Module &module, std::span<const Datum> keys);

NamedRecord name_of(const Module &module, Datum key);

} // namespace relate
