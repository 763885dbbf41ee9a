// The shared lock on a relationship type, under which every writer of its
// relationships works. Whoever changes the type takes it exclusively.
#pragma once

#include "catalog/workspace.h"
#include "pg/trigger.h"

namespace relate {

struct LockedType {
    const Workspace &workspace;   // as of now: read again if it has changed
    const RelationshipType *type; // null: no such type
};

// Asked for each row: a ROLLBACK TO may have released the lock of an earlier one.
LockedType lock_type(const Workspace &workspace, int32 type_id);

// The workspace whose relationship table the trigger fired on; an error where
// the function is attached to another table.
const Workspace &workspace_of_trigger(const pg::RowEvent &event, const char *function);

// The setting relate.on_invalid, which changes of types obey (type_change.cpp).
void init_type_change();

} // namespace relate
