// What a workspace's tables must look like for the library to read them.
//
// Anybody may make a schema that looks like a workspace, or alter one of his
// own. Values are read by their C representation, so every column is checked
// before the first row is.
#pragma once

#include "pg/pg.h"

namespace relate {

// Null where the schema's tables are as the library expects, else what is wrong
// (in the current memory context).
const char *layout_problem(Oid schema);

} // namespace relate
