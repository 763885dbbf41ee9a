// The workspaces as they were before a statement of DDL.
//
// When a statement has dropped or altered something, the catalog as it is does
// not tell any more what that was, nor whether the workspace had the right to
// refer to it. So it is read when the statement begins, and remembered to the
// end of the transaction.
#pragma once

#include "catalog/workspace.h"
#include "pg/memory.h"

namespace relate {

void remember_workspaces();

// Before a statement that is no concern of ours.
void forget_workspaces();

// As remembered last, in the current context; none in a transaction in which nothing was.
pg::Array<const Workspace *> remembered_workspaces();

// The workspace has the right to refer to the table of this module: it is no
// stranger's claim to it.
inline bool is_rightful(const Module &module) { return OidIsValid(module.table); }

void init_remembered_workspaces();

} // namespace relate
