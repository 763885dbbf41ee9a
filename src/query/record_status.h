// The relationship status of a record (customer, prospect, ...), read.
#pragma once

#include "catalog/workspace.h"

namespace relate {

struct RecordStatus {
    const char *name; // null: none
    std::optional<DateADT> since;
};

// With the caller's rights; `key` is canonical. The name is in the caller's memory.
RecordStatus status_of(const Workspace &workspace, const Module &module, Datum key);

} // namespace relate
