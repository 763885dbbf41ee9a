// Records that leave their module with the partition that holds them.
//
// The partition holds its strongest lock by then, so whoever has related one of
// its records has ended his transaction, and the latest snapshot shows it all.
// That costs a look at each of its rows, where the module has anything at all.
#pragma once

#include "catalog/module_table.h"

namespace relate {

// What the policies of the types say of a DELETE holds for each record; or all
// that hangs on it goes.
enum class Leaving { by_policy, with_all };

// `module` is where the partition belongs, or belonged.
void records_leave(const Workspace &workspace, const Module &module, Oid partition, Leaving leaving,
                   LOCKMODE lock = AccessExclusiveLock);

} // namespace relate
