// The tables and columns that store hard links, when they are dropped: see
// objects_dropped.cpp. The table of a module is that module's concern; here it is
// about junction tables, and columns that hold the key of another module.
#pragma once

#include "catalog/workspace.h"
#include "pg/ddl.h"

namespace relate {

// Before a statement that drops tables: which junction tables are not to go without
// CASCADE. Those that still have an index, that is: a script that restores a table
// (pg_dump --clean) takes its keys away first, and may go on.
void remember_storages(const Node *statement);

// Refuses (2BP01) what types rest on without CASCADE; with it, they are un-adopted.
void storage_went(const pg::DroppedObject &object, bool cascades, const Workspace &workspace);

} // namespace relate
