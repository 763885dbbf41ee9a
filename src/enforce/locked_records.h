// The records that this command has found and locked already.
//
// A bulk load asks for the same records again and again. Within one command and
// subtransaction nothing can have taken a locked record away: others wait for our
// lock, and what we do ourselves makes a new command. So a second look is needless.
//
// Memory: a table of the transaction, made when a command asks often enough, and
// at most work_mem; a record may push another one out, which costs a look and no more.
#pragma once

#include "key/record_key.h"
#include "pg/pg.h"

namespace relate {

// Whether this command holds a key-share lock on the record.
bool is_locked_already(Oid table, KeyBytes key);

void remember_locked(Oid table, KeyBytes key);

} // namespace relate
