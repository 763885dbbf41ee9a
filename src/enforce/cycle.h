// No cycle in a hierarchy at any instant.
#pragma once

#include "enforce/violation.h"

namespace relate {

// Walks up from the parent of the new relationship, through all that is there at
// this moment (committed, our own, in progress), carrying the time in which the
// whole way holds. Raises where the way certainly comes back to the child; where
// it does so only through a transaction that still runs, waits for it and
// returns true: look again. Costs one probe where the child has no children, and
// hardly more for the many rows of one command (`written_in`, that of the new row).
bool look_for_cycle(const Offender &offender, Relation table, CommandId written_in);

} // namespace relate
