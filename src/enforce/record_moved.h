// Rows that an UPDATE moves from one partition to another.
//
// The server makes a DELETE and an INSERT of it, and calls the row triggers of
// the two partitions for that: the one right after the other, but for what other
// triggers do in between, which comes and goes as on a stack. The old row bears a
// mark that it was moved; the two belong together when one command wrote both.
//
// Memory: a copy of the old row in the transaction's memory, until the new one
// is met. One whose new row never comes (a trigger left it out) is an error where
// anything hangs on the record, at the latest when the transaction commits.
#pragma once

#include "pg/trigger.h"

namespace relate {

// Whether the deleted row was moved; if so, it is remembered.
bool remember_move(const pg::RowEvent &deleted);

// If the inserted row is a remembered one in its new place, does what follows.
void complete_move(const pg::RowEvent &inserted);

void init_moves();

} // namespace relate
