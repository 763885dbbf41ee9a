// That a record exists, and goes on existing until our transaction ends.
//
// The record's row is found with the latest snapshot, whatever the isolation
// level, and locked FOR KEY SHARE (or FOR SHARE, where its kind must not change
// either), as a foreign key does. No privilege is asked: the workspace's owner
// has shown the right to refer to the table when the module was registered.
#pragma once

#include "catalog/relationship.h"
#include "catalog/workspace.h"

namespace relate {

struct LockedRecord {
    bool exists;
    Datum key;        // canonical
    const char *kind; // null where there is none, or none was asked for
};

// `wants_kind` locks FOR SHARE and reads the kind column where the module has one.
LockedRecord lock_record(const Module &module, Datum key, bool wants_kind);

// Whether the key exists now, without a lock: for a row that only moved between partitions.
bool record_exists(const Module &module, Datum key);

} // namespace relate
