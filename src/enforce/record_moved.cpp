// See record_moved.h.
#include "enforce/record_moved.h"

#include "catalog/module_table.h"
#include "enforce/attached.h"
#include "enforce/record_updated.h"
#include "enforce/violation.h"
#include "pg/memory.h"

namespace relate {

namespace {

struct Move {
    Oid partition; // that it left
    HeapTuple row;
    CommandId command;
};

// In TopTransactionContext, as the rows.
Move *moves;
int count, room;

HeapTuple stored_tuple(TupleTableSlot *row)
{
    if (!TTS_IS_BUFFERTUPLE(row) && !TTS_IS_HEAPTUPLE(row))
        return nullptr; // of another access method: never marked
    bool should_free;
    return ExecFetchSlotHeapTuple(row, false, &should_free);
}

// A ROLLBACK TO may have undone the last ones.
void drop_undone()
{
    while (count > 0 && !TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(moves[count - 1].row->t_data)))
        --count;
}

void push(const Move &move)
{
    if (count == room) {
        int wider = room ? 2 * room : 8;
        moves = static_cast<Move *>(moves ? repalloc(moves, wider * sizeof(Move))
                                          : MemoryContextAlloc(TopTransactionContext, wider * sizeof(Move)));
        room = wider;
    }
    moves[count++] = move;
}

// A trigger left the row out of its new partition. That is nobody's business
// where nothing hangs on the record.
void give_up(const Move &move)
{
    Relation partition = table_open(move.partition, AccessShareLock);
    TupleTableSlot *before = MakeSingleTupleTableSlot(RelationGetDescr(partition), &TTSOpsHeapTuple);
    ExecStoreHeapTuple(move.row, before, false);
    for (const ModuleTable &kept : modules_kept_in(partition))
        if (std::optional<Datum> key = key_of_row(kept, before))
            if (attached_to(*kept.workspace, {kept.module->id, *key}).any())
                raise_lost_move(move.partition);
    ExecDropSingleTupleTableSlot(before);
    table_close(partition, NoLock);
}

void on_transaction_event(XactEvent event, void *)
{
    if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) {
        for (drop_undone(); count > 0; drop_undone())
            give_up(moves[--count]);
    }
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
        moves = nullptr;
        count = room = 0;
    }
}

void arrive(const Move &move, const pg::RowEvent &inserted)
{
    CommandCounterIncrement(); // see what this statement has done
    Relation partition = table_open(move.partition, AccessShareLock);
    TupleTableSlot *before = MakeSingleTupleTableSlot(RelationGetDescr(partition), &TTSOpsHeapTuple);
    ExecStoreHeapTuple(move.row, before, false);
    record_is_changed({modules_kept_in(partition), modules_kept_in(inserted.table), before, inserted.row});
    ExecDropSingleTupleTableSlot(before);
    table_close(partition, NoLock);
}

} // namespace

bool remember_move(const pg::RowEvent &deleted)
{
    HeapTuple row = stored_tuple(deleted.row);
    if (!row || !HeapTupleHeaderIndicatesMovedPartitions(row->t_data))
        return false;
    drop_undone();
    CommandId command = HeapTupleHeaderGetCmax(row->t_data);
    if (count > 0 && moves[count - 1].command == command)
        give_up(moves[--count]);
    MemoryContext memory = TopTransactionContext;
    push({RelationGetRelid(deleted.table), pg::in_context(memory, [&] { return heap_copytuple(row); }), command});
    return true;
}

void complete_move(const pg::RowEvent &inserted)
{
    if (count == 0)
        return;
    drop_undone();
    HeapTuple row = stored_tuple(inserted.row);
    if (!row || count == 0)
        return;
    CommandId command = HeapTupleHeaderGetCmin(row->t_data);
    while (count > 0 && moves[count - 1].command > command)
        give_up(moves[--count]);
    if (count == 0 || moves[count - 1].command != command)
        return; // an INSERT by a trigger, while the other row is yet to come
    Move move = moves[--count];
    arrive(move, inserted);
    heap_freetuple(move.row);
}

void init_moves()
{
    RegisterXactCallback(on_transaction_event, nullptr);
}

} // namespace relate
