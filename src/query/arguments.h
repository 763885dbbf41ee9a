// Arguments of the reading functions, read and verified.
#pragma once

#include "catalog/workspace.h"
#include "key/key_datum.h"
#include "pg/pg.h"
#include "pg/text.h"
#include "read/related.h"

namespace relate {

using pg::text_view;

// Raises 22004 for a null argument.
Datum required_argument(FunctionCallInfo fcinfo, int number, const char *name);

// The elements of a text[]; nothing where it is null. Raises 22004 for a null element.
std::optional<std::span<const Datum>> texts_argument(FunctionCallInfo fcinfo, int number, const char *name);

// By name in the workspace; 42704 where there is none.
std::span<const RelationshipType *const> types_named(const Workspace &workspace, std::span<const Datum> names);

// The same of a text[] argument; null are all types.
std::span<const RelationshipType *const> types_argument(FunctionCallInfo fcinfo, int number, const Workspace &workspace);

// A date, by default today.
DateADT date_argument(FunctionCallInfo fcinfo, int number);

// For hash maps of keys.
struct KeyTraits {
    static uint32_t hash(Datum key) { return hash_key_datum(key); }
    static bool equal(Datum a, Datum b) { return equal_key_datums(a, b); }
};

// The keys of an array as they are stored, each record once, in the order in which
// they first appear; nulls among them are passed over.
std::span<const Datum> canonical_keys(const Module &module, Datum array);

// The query of related_records and its kin, whose arguments from `first` on are
// types, as_of, show, roles and, if it has so many, max_rows.
RelatedQuery related_query(FunctionCallInfo fcinfo, int first, const Workspace &workspace, const Module &module,
                           std::span<const Datum> keys);

} // namespace relate
