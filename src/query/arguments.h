// Arguments of the reading functions, read and verified.
#pragma once

#include "catalog/workspace.h"
#include "pg/pg.h"
#include "pg/text.h"
#include "query/related.h"

namespace relate {

using pg::text_view;

// Raises 22004 for a null argument.
Datum required_argument(FunctionCallInfo fcinfo, int number, const char *name);

// The elements of a text[]; nothing where it is null. Raises 22004 for a null element.
std::optional<std::span<const Datum>> texts_argument(FunctionCallInfo fcinfo, int number, const char *name);

// By name in the workspace; 42704 where there is none.
std::span<const RelationshipType *const> types_named(const Workspace &workspace, std::span<const Datum> names);

// A date, by default today.
DateADT date_argument(FunctionCallInfo fcinfo, int number);

// The query of related_records and its kin, whose arguments from `first` on are
// types, as_of, show, roles and, if it has so many, max_rows.
RelatedQuery related_query(FunctionCallInfo fcinfo, int first, const Workspace &workspace, const Module &module,
                           std::span<const Datum> keys);

} // namespace relate
