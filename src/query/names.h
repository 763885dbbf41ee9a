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
    bool is_visible;  // the caller may read the record's row, and it exists
    const char *name; // null where it has none
};

// All the keys in one statement, or one scan; results in the keys' order, in
// the current memory context.
std::span<NamedRecord> names_of(const Module &module, std::span<const Datum> keys,
                                pg::Sees sees = pg::Sees::snapshot);

// One record's, for messages: as the latest state has it.
NamedRecord name_of(const Module &module, Datum key);

// Names wanted by many places at once: each module is asked once, and each
// record once however often it is wanted.
class NamesWanted {
public:
    // `name` is filled by fetch(); null stays null. A null module has no names.
    void add(const Module *module, Datum key, const char **name);
    // In the current memory context.
    void fetch();

private:
    struct Wanted {
        const Module *module;
        uint64 prefix; // of the key, to compare quickly
        Datum key;
        const char **name;
    };
    pg::Array<Wanted> wanted_;
};

} // namespace relate
