// A row trigger's event, checked to be what the function expects.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

enum class When { before, after };
enum class Events { insert_update, remove };

struct RowEvent {
    TriggerData *data;
    Relation table;
    TupleTableSlot *row;     // the new version; of a DELETE the old one
    TupleTableSlot *old_row; // of an UPDATE, else null
};

// Raises 39P01 where the function is not called by a trigger of that shape.
RowEvent row_event(FunctionCallInfo fcinfo, const char *function, When when, Events events);

// The table that a trigger BEFORE TRUNCATE fired for; raises 39P01 likewise.
Relation truncated_table(FunctionCallInfo fcinfo, const char *function);

} // namespace relate::pg
