// A module: a registered table, and how its records are found by key.
#pragma once

#include "pg/pg.h"

namespace relate {

// How a key's text relates to the value in a key column.
enum class KeyColumnKind {
    integer, // smallint, integer, bigint: canonical without a look at the row
    uuid,
    text,  // text and varchar with a deterministic collation: equal means same bytes
    other, // through the type's input and output; canonical is what the row says
};

struct KeyColumn {
    AttrNumber attribute;
    AttrNumber index_position; // in the module's index, from 1
    KeyColumnKind kind;
    Oid type;
    Oid collation;
    Oid subtype;    // what the index's equality takes
    Oid equal_operator; // of the index's operator class
    FmgrInfo equal;
    FmgrInfo input, output; // for kind other
    Oid input_parameter;
};

struct Module {
    int32 id;
    const char *name;
    const char *singular;
    const char *plural;
    Oid table; // InvalidOid where it cannot be used: gone, without its key, or closed to us
    Oid owner; // of the table
    Oid registered_table; // as the row says, usable or not
    bool is_guarded;      // our trigger for DELETE is on it
    bool is_system;
    bool is_direct; // a plain heap table with a usable index: may be scanned below SQL
    Oid index;
    std::span<const KeyColumn> key;
    std::span<const AttrNumber> name_columns;
    const char *kind;       // of every record, or null
    AttrNumber kind_column; // of each record, or 0
    AttrNumber date_column; // or 0
};

struct Row;

// How a column of the table holds a key, before an index of it is known.
KeyColumn key_column(Relation table, AttrNumber number);

// A complete index of the table that begins with these columns, in any order, and
// binds them to it; InvalidOid where there is none.
Oid find_leading_index(Relation table, std::span<KeyColumn> key);

// From a row of the workspace's table `module`; `owner` is the workspace's.
Module read_module(Oid owner, const Row &row);

} // namespace relate
