// A module whose key columns have got another type.
#pragma once

#include "catalog/workspace.h"

namespace relate {

// An error where the key of a related record does not name it any more, or would
// be spelled otherwise. One look at every relationship of the workspace.
void check_keys_still_fit(const Workspace &workspace, const Module &module);

} // namespace relate
