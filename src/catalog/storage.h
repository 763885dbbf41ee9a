// Where the relationships of a type are, when they are not rows of our own table:
// foreign key columns, or a junction table. Hard links.
//
// Either way it is a table with some columns that hold the key of the source and
// some that hold that of the target. Each side is described as a Module of its
// own whose "records" are the rows of that table and whose "key" are those
// columns: so all that parses, writes, compares and probes keys serves here too.
//
// Columns may also refer to another unique key of a module than its key. That side is
// then the module itself, joined to the table: such a type is read by SQL alone.
#pragma once

#include "catalog/module.h"
#include "catalog/relationship_type.h"
#include "pg/pg.h"

namespace relate {

struct Workspace;

// Columns of the storage table, and what they refer to in a module's table.
struct Reference {
    std::span<const KeyColumn> columns, referred;

    bool is_joined() const { return !columns.empty(); }
};

struct Storage {
    Oid table; // InvalidOid where it, or a column, is gone
    Module source, target;
    Reference source_reference, target_reference;
    AttrNumber start_column, end_column; // or 0
    std::span<const AttrNumber> attributes; // further columns of a junction table

    const Module &side(Side s) const { return s == Side::source ? source : target; }
    const Reference &reference(Side s) const { return s == Side::source ? source_reference : target_reference; }
    bool is_joined() const { return source_reference.is_joined() || target_reference.is_joined(); }
    bool has_dates() const { return start_column || end_column; }
};

// The rows of a table as records whose key is these columns.
Module storage_side(Relation table, std::span<const AttrNumber> columns);

// Of a type that is not stored as links. Looked up at the first request and kept
// as long as the workspace.
const Storage &storage_of(const Workspace &workspace, const RelationshipType &type);

// Whether some types of the workspace are hard links.
bool has_hard_links(const Workspace &workspace);

} // namespace relate
