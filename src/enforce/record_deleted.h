// What follows when a record is gone for good.
#pragma once

#include "enforce/attached.h"

namespace relate {

// By the policies of their types its relationships forbid it (an error), or go
// too. Its status goes, and where it was an address, that is cleared.
void record_is_gone(const Workspace &workspace, const RecordRef &record, const Attached &attached);

} // namespace relate
