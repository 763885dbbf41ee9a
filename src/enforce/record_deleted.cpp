// relate.record_deleted(): the AFTER DELETE trigger on every module's table and
// its partitions. See attached.h for how it is right against concurrent writers.
#include "enforce/record_deleted.h"

#include "catalog/module_table.h"
#include "enforce/attached.h"
#include "enforce/endpoint.h"
#include "enforce/record_moved.h"
#include "enforce/type_lock.h"
#include "enforce/violation.h"
#include "pg/trigger.h"

namespace relate {

namespace {

OnDelete policy(const LockedType &locked, Side side)
{
    return locked.type ? locked.type->side(side).on_delete : OnDelete::refuse;
}

uint64 count_of_type(const Workspace &workspace, Side side, const RecordRef &record, int32 type_id)
{
    uint64 count = 0;
    for (const Relationship &row : relationships_of(workspace, side, record))
        count += row.type_id == type_id;
    return count;
}

void refuse_if_forbidden(const Workspace &workspace, Side side, const RecordRef &record, const Summary &summary)
{
    for (const Relationship &row : summary.one_of_each_type)
        if (policy(lock_type(workspace, row.type_id), side) == OnDelete::refuse)
            raise_delete_refused({workspace, type_of(workspace, row), row}, side,
                                 count_of_type(workspace, side, record, row.type_id));
}

} // namespace

void record_is_gone(const Workspace &workspace, const RecordRef &record, const Attached &attached)
{
    for (Side side : {Side::source, Side::target})
        refuse_if_forbidden(workspace, side, record, attached.relationships(side));
    for (Side side : {Side::source, Side::target})
        if (!attached.relationships(side).empty())
            remove_relationships(workspace, side, record, attached.relationships(side).at_most);
    remove_other(workspace, record, attached);
}

static void look_after(const Workspace &workspace, const Module &module, const RecordRef &record)
{
    Attached attached = attached_to(workspace, record);
    if (attached.any() && !record_exists(module, record.key)) // or made again by now
        record_is_gone(workspace, record, attached);
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_record_deleted);
Datum relate_record_deleted(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "record_deleted", pg::When::after, pg::Events::remove);
    std::span<const ModuleTable> modules = modules_kept_in(event.table);
    if (modules.empty() || remember_move(event))
        return PointerGetDatum(nullptr);
    CommandCounterIncrement(); // see what this statement has done
    for (const ModuleTable &kept : modules)
        if (std::optional<Datum> key = key_of_row(kept, event.row))
            look_after(*kept.workspace, *kept.module, {kept.module->id, *key});
    return PointerGetDatum(nullptr);
}
}
