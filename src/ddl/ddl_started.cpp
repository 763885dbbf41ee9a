// relate.ddl_started(): the event trigger before statements that drop or alter.
//
// It remembers the workspaces as they are, and does what must be done while the
// thing to be dropped is still there: the records of a partition that DROP TABLE
// takes away leave their module by the rules for DELETE; with CASCADE, all that
// hangs on them goes too. DETACH ... CONCURRENTLY commits halfway, and cannot go back
// then: what will refuse it at its end is tried before.
#include "catalog/module_table.h"
#include "ddl/follow.h"
#include "ddl/known_workspaces.h"
#include "ddl/own_ddl.h"
#include "ddl/records_leave.h"
#include "ddl/storage_dropped.h"
#include "pg/cleanup.h"
#include "pg/ddl.h"

namespace relate {

namespace {

pg::Array<ModuleTable> modules_of_partition(Oid partition)
{
    pg::Array<ModuleTable> found;
    Relation table = table_open(partition, AccessShareLock);
    for (const ModuleTable &kept : modules_kept_in(table))
        if (kept.module->is_guarded)
            found.push(kept);
    table_close(table, AccessShareLock);
    return found;
}

void partitions_go(const Node *statement)
{
    for (Oid partition : pg::partitions_to_drop(statement)) {
        pg::Array<ModuleTable> modules = modules_of_partition(partition);
        if (modules.empty() || !pg::lock_partition(partition))
            continue;
        for (const ModuleTable &kept : modules)
            records_leave(*kept.workspace, *kept.module, partition,
                          pg::is_cascade(statement) ? Leaving::with_all : Leaving::by_policy);
    }
}

void try_to_detach(const Node *statement)
{
    Oid partition = pg::partition_to_detach_later(statement);
    if (!OidIsValid(partition) || IsTransactionBlock()) // where it is refused anyway
        return;
    pg::in_trial([&] {
        for (const ModuleTable &kept : modules_of_partition(partition))
            records_leave(*kept.workspace, *kept.module, partition, Leaving::by_policy, ShareUpdateExclusiveLock);
    });
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_ddl_started);
Datum relate_ddl_started(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Node *statement = pg::ddl_statement(fcinfo, "ddl_started", "ddl_command_start");
    // Of our own triggers nobody needs to be warned, nor to read the catalog for each.
    if (is_own_ddl() && pg::drops_triggers(statement)) {
        forget_workspaces();
        PG_RETURN_NULL();
    }
    remember_workspaces();
    if (!remembered_workspaces().empty()) {
        remember_strangers(statement);
        remember_storages(statement);
        partitions_go(statement);
        try_to_detach(statement);
    }
    PG_RETURN_NULL();
}
}
