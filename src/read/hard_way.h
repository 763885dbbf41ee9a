// One type of hard links as it reads from one side: what the readers below SQL, by
// SQL and along an index have in common. See hard_links.h.
#pragma once

#include "catalog/storage.h"
#include "pg/memory.h"
#include "read/hard_links.h"
#include "read/related_readers.h"

namespace relate {

// One type from one side: the columns that hold the keys of the records asked
// about, and those of the others.
struct Way {
    const Workspace &workspace;
    const RelationshipType &type;
    const Storage &storage;
    Side own;
    const Module &far_module;
    std::span<const AttrNumber> attributes; // those that the caller may read

    const Module &near() const { return storage.side(own); }
    const Module &far() const { return storage.side(other(own)); }
};

// Whether the caller may read the columns that make the relationships.
bool may_read(const Storage &storage);

// The further columns that he may read.
std::span<const AttrNumber> readable(const Storage &storage);

// A key as its record spells it: foreign keys may spell citext or numeric otherwise.
Datum key_of_record(const Module &module, const Module &columns, const Datum *values);

// Whether each side is one integer, and no dates matter.
inline bool is_of_integers(const Way &way)
{
    return !way.storage.has_dates() && way.near().key.size() == 1 && way.near().key[0].kind == KeyColumnKind::integer &&
           way.far().key.size() == 1 && way.far().key[0].kind == KeyColumnKind::integer;
}

inline int64 integer_in(const KeyColumn &column, Datum value)
{
    return column.type == INT2OID   ? DatumGetInt16(value)
           : column.type == INT4OID ? DatumGetInt32(value)
                                    : DatumGetInt64(value);
}

// A row of the type for the from-th key asked about, without its record.
RelatedRow row_of(const Way &way, size_t from);

// Infinity, as some write an open end, is no day.
std::optional<DateADT> day(std::optional<DateADT> date);

// Below SQL. The table, open, where it can be read so by this caller, or null.
Relation open_directly(const Way &way);
// Fills in the row from one of the table; false where the query does not want it.
bool fits(const Way &way, TupleTableSlot *slot, RelatedRow &row, const RelatedQuery &query);
bool read_directly(const Way &way, const RelatedQuery &query, size_t first, size_t count, Relation table,
                   MemoryContext work, FunctionRef<bool(const RelatedRow &)> take);

// All of a way of integers (is_of_integers), as pass_in_order gives them, and what a row of
// the table costs then, in units of a probe.
std::optional<bool> pass_integers(const Way &way, Relation table, FunctionRef<bool(KeyBytes near, KeyBytes far)> take,
                                  TakePairs take_pairs);
double cost_of_integers(const Way &way);

// By SQL.
bool read_by_sql(const Way &way, const RelatedQuery &query, size_t first, size_t count, MemoryContext work,
                 FunctionRef<bool(const RelatedRow &)> take);

} // namespace relate
