// relate.table_truncated(): the BEFORE TRUNCATE trigger on every module's table
// and each of its partitions.
//
// TRUNCATE holds the table's strongest lock by now, so whoever has related one of
// its records has ended his transaction, and the latest snapshot shows it all. A
// relationship of any record refuses; statuses go and addresses are cleared, as
// when the rows are deleted. For a partition that costs a look at each of its
// rows, where the module has anything at all.
#include "catalog/module_table.h"
#include "enforce/attached.h"
#include "enforce/violation.h"
#include "pg/scan.h"
#include "pg/spi.h"
#include "pg/trigger.h"

namespace relate {

namespace {

void refuse_if_related(const ModuleTable &kept, Oid table, const Attached &attached)
{
    if (!attached.has_relationships())
        return;
    Side side = attached.source.empty() ? Side::target : Side::source;
    raise_truncate_refused(*kept.workspace, *kept.module, table, side,
                           attached.relationships(side).one_of_each_type[0]);
}

void whole_module_is_truncated(const ModuleTable &kept, const AttachedToModule &attached)
{
    const Workspace &workspace = *kept.workspace;
    if (attached.has_relationships()) {
        Side side = attached.as_source ? Side::source : Side::target;
        raise_truncate_refused(workspace, *kept.module, kept.module->table, side,
                               first_relationship_of_module(workspace, side, kept.module->id));
    }
    if (attached.status)
        remove_statuses_of_module(workspace, kept.module->id);
    if (attached.as_address)
        clear_addresses_of_module(workspace, kept.module->id);
}

void partition_is_truncated(const ModuleTable &kept, Relation table)
{
    MemoryContext each_row = AllocSetContextCreate(CurrentMemoryContext, "relate truncated row", ALLOCSET_DEFAULT_SIZES);
    Snapshot snapshot = pg::latest_snapshot();
    pg::TableScan scan = pg::begin_scan(table, snapshot);
    while (pg::next(scan)) {
        pg::in_context(each_row, [&] {
            std::optional<Datum> key = key_of_row(kept, scan.slot);
            if (!key)
                return;
            RecordRef record = {kept.module->id, *key};
            Attached attached = attached_to(*kept.workspace, record);
            refuse_if_related(kept, RelationGetRelid(table), attached);
            remove_other(*kept.workspace, record, attached);
        });
        MemoryContextReset(each_row);
    }
    pg::end(scan);
    pg::done(snapshot);
    MemoryContextDelete(each_row);
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_table_truncated);
Datum relate_table_truncated(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Relation table = pg::truncated_table(fcinfo, "table_truncated");
    CommandCounterIncrement();
    for (const ModuleTable &kept : modules_kept_in(table)) {
        AttachedToModule attached = attached_to_module(*kept.workspace, kept.module->id);
        if (!attached.any())
            continue;
        if (RelationGetRelid(table) == kept.module->table)
            whole_module_is_truncated(kept, attached);
        else if (table->rd_rel->relkind == RELKIND_RELATION) // of a partitioned one the partitions are truncated
            partition_is_truncated(kept, table);
    }
    return PointerGetDatum(nullptr);
}
}
