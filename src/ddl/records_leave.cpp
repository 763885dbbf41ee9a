// See records_leave.h.
#include "ddl/records_leave.h"

#include "enforce/attached.h"
#include "enforce/record_deleted.h"
#include "pg/ddl.h"
#include "pg/scan.h"

namespace relate {

namespace {

void leave(const Workspace &workspace, const RecordRef &record, Leaving leaving)
{
    Attached attached = attached_to(workspace, record);
    if (!attached.any())
        return;
    if (leaving == Leaving::by_policy) {
        record_is_gone(workspace, record, attached);
        return;
    }
    for (Side side : {Side::source, Side::target})
        if (!attached.relationships(side).empty())
            remove_relationships(workspace, side, record, attached.relationships(side).at_most);
    remove_other(workspace, record, attached);
}

void each_row_leaves(const ModuleTable &kept, Relation table, Leaving leaving)
{
    MemoryContext each_row = AllocSetContextCreate(CurrentMemoryContext, "relate leaving row", ALLOCSET_DEFAULT_SIZES);
    Snapshot snapshot = pg::latest_snapshot();
    pg::TableScan scan = pg::begin_scan(table, snapshot);
    while (pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        pg::in_context(each_row, [&] {
            if (std::optional<Datum> key = key_of_row(kept, scan.slot))
                leave(*kept.workspace, {kept.module->id, *key}, leaving);
        });
        MemoryContextReset(each_row);
    }
    pg::end(scan);
    pg::done(snapshot);
    MemoryContextDelete(each_row);
}

} // namespace

void records_leave(const Workspace &workspace, const Module &module, Oid partition, Leaving leaving, LOCKMODE lock)
{
    if (!attached_to_module(workspace, module.id).any())
        return;
    pg::as_statement([&] {
        for (Oid leaf : pg::with_inheritors(partition)) {
            if (get_rel_relkind(leaf) != RELKIND_RELATION)
                continue;
            Relation table = table_open(leaf, lock);
            each_row_leaves(module_table(workspace, module, leaf), table, leaving);
            table_close(table, NoLock);
        }
    });
}

} // namespace relate
