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

#include "catalog/relationship.h"
#include "catalog/workspace.h"
#include "pg/memory.h"

namespace relate {

// The record's relationships on one side, in the order of type.
pg::Array<Relationship> relationships_of(const Workspace &workspace, Side side, const RecordRef &record);

// Some relationship on that side of a module that has one.
Relationship first_relationship_of_module(const Workspace &workspace, Side side, int32 module_id);

// Relationships in short, where there may be many: one of each type, and how many
// there are at most (some may be dead).
struct Summary {
    pg::Array<Relationship> one_of_each_type;
    size_t at_most = 0;

    bool empty() const { return one_of_each_type.empty(); }
};

// What hangs on a record.
struct Attached {
    Summary source, target;
    bool as_address = false, status = false;

    const Summary &relationships(Side side) const { return side == Side::source ? source : target; }
    bool has_relationships() const { return !source.empty() || !target.empty(); }
    bool any() const { return has_relationships() || as_address || status; }
};

Attached attached_to(const Workspace &workspace, const RecordRef &record);

// Whether anything does on any record of a module.
struct AttachedToModule {
    bool as_source, as_target, as_address, status;

    bool has_relationships() const { return as_source || as_target; }
    bool any() const { return has_relationships() || as_address || status; }
};

AttachedToModule attached_to_module(const Workspace &workspace, int32 module_id);

// The relationships of the record on that side go, of which there are `at_most` so many.
void remove_relationships(const Workspace &workspace, Side side, const RecordRef &record, size_t at_most);

// The record's status goes; where it is an address, that is cleared.
void remove_other(const Workspace &workspace, const RecordRef &record, const Attached &attached);
void remove_statuses_of_module(const Workspace &workspace, int32 module_id);
void clear_addresses_of_module(const Workspace &workspace, int32 module_id);

// The record has another key.
void carry_over(const Workspace &workspace, const RecordRef &record, Datum new_key);

// From today on the relationship does not hold; one that is yet to begin goes.
void end_today(const Workspace &workspace, const Relationship &row, int32 today);

} // namespace relate
