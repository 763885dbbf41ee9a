// A record of a module: from its key to the values of the key columns, and back
// from a row to the canonical key.
//
// A key is canonical when it is the one that the record's own row gives: '007'
// or an upper-case uuid name the same record as 7 or the lower-case one, and
// must not become a second key for it.
#pragma once

#include "catalog/module.h"
#include "key/key_datum.h"
#include "pg/pg.h"
#include "pg/scan.h"

namespace relate {

struct KeyValues {
    Datum values[INDEX_MAX_KEYS];
};

// The values that the key stands for; false where no record of the module can have that key.
bool values_of_key(const Module &module, Datum key, KeyValues &values);

// The canonical key of a row given the values of the key columns, in the module's order.
Datum key_of_values(const Module &module, const Datum *values);

// ... and of a row of the module's table.
Datum key_of_row(const Module &module, TupleTableSlot *row);

// What a kind column of the row says; null for none.
const char *kind_in_column(TupleTableSlot *row, AttrNumber column);

// The kind that the output of a column of this type writes, without the blanks of a char(n).
const char *kind_of_output(Oid type, char *output);

// Whether the row still has these key values (NULL has none).
bool row_has_key(const Module &module, const KeyValues &values, TupleTableSlot *row);

// Scan keys for the module's index; `keys` has room for INDEX_MAX_KEYS.
std::span<ScanKeyData> key_scan(const Module &module, const KeyValues &values, ScanKeyData *keys);

// Whether the key's form alone tells that it is canonical.
bool is_canonical(const Module &module, Datum key);

// Whether only the record's row can tell how its key is spelled.
bool is_spelled_by_row(const Module &module);

// Who looks at the row.
enum class Looks {
    as_caller, // with his rights, in the active snapshot
    as_owner,  // of the table, at its latest state: for rules
};

// The canonical spelling of a key: by itself where the column's type tells it,
// else from the row; the key as it is where there is no such record to be seen.
Datum canonical_key(const Module &module, Datum key, Looks looks = Looks::as_caller);

// "WHERE"-conditions `alias.column = $n` for each key column, with the index's own operators.
void append_key_condition(StringInfo sql, const Module &module, const char *alias, int first_parameter);

} // namespace relate
