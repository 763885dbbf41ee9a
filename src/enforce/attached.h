// What hangs on a record: its relationships on either side, those of which it is
// the address, its status. How that is found, taken off and carried over to
// another key.
//
// All is read with the latest snapshot, whatever the isolation level: an older
// one could miss what was committed meanwhile. Whoever adds something now waits
// for our lock on the record's row, or had his before and we waited for him, so
// what is found can only become less. Changes go through SQL, as the owner of
// the workspace, with the triggers and policies of its tables; rows that the
// transaction's own snapshot cannot see are a serialization failure.
#pragma once

#include "catalog/workspace.h"
#include "enforce/relationship.h"
#include "pg/memory.h"

namespace relate {

// The record's relationships on one side, in the order of type.
pg::Array<Relationship> relationships_of(const Workspace &workspace, Side side, const RecordRef &record);

// Some relationship on that side of a module that has one.
Relationship first_relationship_of_module(const Workspace &workspace, Side side, int32 module_id);

// What there is of a module at all, or of one of its records.
struct Attached {
    bool as_source, as_target, as_address, status;

    bool has_relationships() const { return as_source || as_target; }
    bool any() const { return has_relationships() || as_address || status; }
};

Attached attached_to_module(const Workspace &workspace, int32 module_id);
Attached attached_to(const Workspace &workspace, const RecordRef &record);

// The relationships of the record on that side go: `found` of them, all of those there are.
void remove_relationships(const Workspace &workspace, Side side, const RecordRef &record, size_t found);

// The record's status goes; where it is an address, that is cleared.
void remove_other(const Workspace &workspace, const RecordRef &record, const Attached &attached);
void remove_statuses_of_module(const Workspace &workspace, int32 module_id);
void clear_addresses_of_module(const Workspace &workspace, int32 module_id);

// The record has another key.
void carry_over(const Workspace &workspace, const RecordRef &record, Datum new_key);

// From today on the relationship does not hold; one that is yet to begin goes.
void end_today(const Workspace &workspace, const Relationship &row, int32 today);

} // namespace relate
