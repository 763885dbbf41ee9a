// The records of a hierarchy above which, as this command has left it, all is in order.
//
// When the triggers of a command fire, all its rows are there, so each walk up from
// one of them may be as long as what was loaded: a chain of n rows would cost n²/2
// steps. But what one row's check has seen is good for the command's other rows: they
// were there already. So a walk stops at records from which an earlier one of the
// same command has gone all the way up. A record is cleared when nothing that can
// be reached upwards from it, at whatever dates, leads back to itself; the
// relationships in progress of other transactions count.
//
// What others add meanwhile they check themselves, and see our rows; what is rolled
// back can only take ways away. Rows of another command may be younger than what
// was seen, so each command begins anew.
//
// Memory: a context of the transaction, thrown away (and begun anew) when it has
// grown beyond work_mem.
#pragma once

#include "catalog/relationship.h"

namespace relate {

struct HierarchyInTable {
    const Workspace &workspace;
    Relation table;
    const RelationshipType &type;
    Side child_side;
};

// Whether `child`, of a row that the command wrote which is being checked, is cleared.
// If not, the rows above it must be looked at one by one, with their dates. The first
// few rows of a command are not cleared: most commands have no more.
bool is_cleared(const HierarchyInTable &hierarchy, const RecordRef &child, CommandId written_in);

} // namespace relate
