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

// The relationships lie in the order of their types: each is asked for once.
void refuse_if_forbidden(const Workspace &workspace, Side side, const pg::Array<Relationship> &found)
{
    const Relationship *first = nullptr, *previous = nullptr;
    uint64 count = 0;
    OnDelete on_delete = OnDelete::refuse;
    for (const Relationship &row : found) {
        if (!previous || previous->type_id != row.type_id)
            on_delete = policy(lock_type(workspace, row.type_id), side);
        previous = &row;
        if (on_delete != OnDelete::refuse)
            continue;
        if (!first)
            first = &row;
        count += row.type_id == first->type_id;
    }
    if (first)
        raise_delete_refused({workspace, type_of(workspace, *first), *first}, side, count);
}

} // namespace

void record_is_gone(const Workspace &workspace, const RecordRef &record)
{
    Attached attached = attached_to(workspace, record);
    pg::Array<Relationship> found[2];
    for (Side side : {Side::source, Side::target})
        if (side == Side::source ? attached.as_source : attached.as_target)
            found[static_cast<int>(side)] = relationships_of(workspace, side, record);
    for (Side side : {Side::source, Side::target})
        refuse_if_forbidden(workspace, side, found[static_cast<int>(side)]);
    for (Side side : {Side::source, Side::target})
        if (!found[static_cast<int>(side)].empty())
            remove_relationships(workspace, side, record, found[static_cast<int>(side)].size());
    remove_other(workspace, record, attached);
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
            if (!record_exists(*kept.module, *key)) // made again by now: not gone
                record_is_gone(*kept.workspace, {kept.module->id, *key});
    return PointerGetDatum(nullptr);
}
}
