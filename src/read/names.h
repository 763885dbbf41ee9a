// Names of records for people to read, as the caller may see them.
//
// Names come from the module's name columns, joined by a space. They are read
// with the caller's privileges and policies: a record that the caller may not
// read has no name and is not visible, which is never an error.
#pragma once

#include "catalog/workspace.h"
#include "pg/memory.h"
#include "pg/pg.h"
#include "pg/spi.h"

namespace relate {

struct NamedRecord {
    bool is_visible; // the caller may read the record's row, and it exists
    Datum name;      // text; 0 where it has none
};

// All the keys, which are sorted, in one statement, or one scan; results in the keys'
// order, in the current memory context.
std::span<NamedRecord> names_of(const Module &module, std::span<const Datum> keys,
                                pg::Sees sees = pg::Sees::snapshot);

// One record's, for messages: as the latest state has it.
NamedRecord name_of(const Module &module, Datum key);

// Names out of rows of a module's table that are read anyway. Memory: the context in
// which it is made.
class NamesOfRows {
public:
    // Whether the caller may read the names of the module.
    static bool may_read(const Module &module);
    NamesOfRows(const Module &module, Relation table);
    // As text, in the current memory context; 0 where the record has none.
    Datum of(TupleTableSlot *row);

private:
    struct Columns;
    Columns *columns_;
};

// Names wanted by many places at once: each module is asked once, and each
// record once however often it is wanted.
class NamesWanted {
public:
    // `name` is filled by fetch() as in NamedRecord. A null module has no names.
    void add(const Module *module, Datum key, Datum *name);
    // In the current memory context.
    void fetch();

private:
    struct Wanted {
        const Module *module;
        uint64 prefix; // of the key, to compare quickly
        Datum key;
        Datum *name;
    };
    pg::Array<Wanted> wanted_;
};

} // namespace relate
