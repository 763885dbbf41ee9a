// The records of many keys in one statement, through SQL.
#pragma once

#include "catalog/module.h"
#include "pg/memory.h"
#include "pg/pg.h"
#include "pg/spi.h"

namespace relate {

// The keys as one array for each key column. Keys that no record of the module
// can have are left out; places[i] says which of the keys given the i-th is.
struct KeyArrays {
    pg::Argument columns[INDEX_MAX_KEYS];
    size_t column_count;
    pg::Array<size_t> places;

    std::span<const pg::Argument> arguments() const { return {columns, column_count}; }
};

KeyArrays key_arrays(const Module &module, std::span<const Datum> keys);

// "<the arrays> AS k JOIN <the module's table> AS x ON <the key is the same>", where
// the arrays are the parameters from $1 on, and k.place counts from 1. Children
// by inheritance are other records; partitions are not.
void append_records_by_keys(StringInfo sql, const Module &module, const char *alias = "x");

// The table for FROM, without an alias.
void append_rows_of(StringInfo sql, Oid table);

} // namespace relate
