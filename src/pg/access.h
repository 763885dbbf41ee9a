// What the current user may read, asked without raising.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// Table-level SELECT, and USAGE on the table's schema.
bool may_select(Oid table);

// The same on these columns, by rights on the table or on each of them.
bool may_select(Oid table, std::span<const AttrNumber> columns);

// USAGE on a schema, and CREATE in it.
bool may_use(Oid schema);
bool may_create_in(Oid schema);

Oid owner_of(Oid relation);

// Whether reading below SQL gives the user the rows that SQL would give: no
// policies are in force for him, and no other module wants to see what is read.
bool reads_as_stored(Oid table);

} // namespace relate::pg
