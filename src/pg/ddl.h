// What an event trigger is told: the statement, and what it dropped.
#pragma once

#include "pg/memory.h"
#include "pg/pg.h"

namespace relate::pg {

// The statement for which the trigger fired; raises 39P01 where the function is
// not called by an event trigger of that event.
Node *ddl_statement(FunctionCallInfo fcinfo, const char *function, const char *event);

// Whether it says CASCADE.
bool is_cascade(const Node *statement);

// Whether it is DROP TRIGGER.
bool drops_triggers(const Node *statement);

// Of the columns of a table, or of the attributes of a type: old and new name.
struct ColumnRename {
    Oid table;
    const char *from, *to;
};
std::optional<ColumnRename> column_rename(const Node *statement);

// ALTER TYPE ... RENAME VALUE of an enumeration.
struct ValueRename {
    Oid type;
    const char *from;
};
std::optional<ValueRename> value_rename(const Node *statement);

// Whether the statement gives a table or a schema another name, or a table another schema.
bool renames_tables(const Node *statement);

// What ALTER TABLE did to a table, or ALTER TYPE to a type, as far as records can feel it.
struct TableChange {
    Oid table = InvalidOid; // or the type's relation
    Array<const char *> retyped;  // columns that have another type
    Array<const char *> nullable; // columns that are not NOT NULL any more
    bool attached = false;        // a partition
    Oid detached = InvalidOid;    // a partition
    bool is_concurrent = false;   // it is detached in two transactions
};
TableChange table_change(const Node *statement);

// The tables made of a composite type; any other relation itself.
Array<Oid> tables_of(Oid relation);

// The partition that DETACH ... CONCURRENTLY is about to take away; InvalidOid for another
// statement, and where the user does not own the table.
Oid partition_to_detach_later(const Node *statement);

// The partitioned table for which CREATE TABLE ... PARTITION OF made one, or InvalidOid.
Oid parent_of_new_partition(const Node *statement);

// The partitions that DROP TABLE names, as far as the user owns them; none for another statement.
Array<Oid> partitions_to_drop(const Node *statement);

// Takes the locks of DROP TABLE on a partition; false where it is gone by then.
bool lock_partition(Oid partition);

// Changes that queue triggers, made outside of any statement.
template <class Work>
void as_statement(Work work)
{
    EState *state = CreateExecutorState();
    AfterTriggerBeginQuery();
    work();
    AfterTriggerEndQuery(state);
    FreeExecutorState(state);
}

enum class DroppedKind { table, column, trigger, index };

struct DroppedObject {
    DroppedKind kind;
    Oid oid; // of the table, trigger or index; of a column, of its table
    AttrNumber column;
    const char *schema, *name; // of the table; of an index its own
    const char *part;          // the column or trigger
};

// In the trigger function of sql_drop: the lasting ones of these kinds.
Array<DroppedObject> dropped_objects();

// The table itself and what inherits from it.
Array<Oid> with_inheritors(Oid table);

bool relation_exists(Oid relation);

} // namespace relate::pg
