// A record is of another kind: see record_updated.h.
//
// Whoever relates the record by a type that names a kind locks its row FOR SHARE,
// so he has committed before the kind could change, and the latest snapshot shows
// him; or he waits for us, and reads the new kind.
#include "enforce/attached.h"
#include "enforce/record_updated.h"
#include "enforce/type_lock.h"
#include "enforce/violation.h"

namespace relate {

namespace {

bool is_fine(const RelationshipType &type, Side side, const char *kind)
{
    const char *wanted = type.side(side).kind;
    return !wanted || (kind && strcmp(kind, wanted) == 0);
}

bool goes_on(const RelationshipType &type, const Relationship &row, int32 today)
{
    return type.is_perpetual || row.stored.last > today;
}

// A type locked once is not changed by others until our transaction ends.
pg::Array<KindOffence> find_offences(const Workspace &workspace, const RecordRef &record, const char *kind, int32 today)
{
    pg::Array<KindOffence> offences;
    for (Side side : {Side::source, Side::target})
        for (Relationship &row : relationships_of(workspace, side, record)) {
            const RelationshipType *type = lock_type(workspace, row.type_id).type;
            if (!type || is_fine(*type, side, kind) || !goes_on(*type, row, today))
                continue;
            bool is_known = side == Side::target && same_record(row.source, row.target) && !is_fine(*type, Side::source, kind);
            if (!is_known)
                offences.push({row, type, side});
        }
    return offences;
}

bool may_end(const KindOffence &offence)
{
    return offence.type->on_kind_change == OnKindChange::end && !offence.type->is_perpetual;
}

void refuse_if_forbidden(const Workspace &workspace, const RecordRef &record, const char *kind,
                         const pg::Array<KindOffence> &offences)
{
    pg::Array<KindOffence> forbidding;
    for (const KindOffence &offence : offences)
        if (!may_end(offence))
            forbidding.push(offence);
    if (!forbidding.empty())
        raise_kind_change(workspace, record, kind, forbidding.view());
}

} // namespace

void kind_is_changed(const Workspace &workspace, const RecordRef &record, const char *kind)
{
    constexpr int patience = 20; // others do not change them so often, but a trigger may keep them for ever
    int32 today = GetSQLCurrentDate();
    for (int look = 0;; ++look) {
        pg::Array<KindOffence> offences = find_offences(workspace, record, kind, today);
        if (offences.empty())
            return;
        refuse_if_forbidden(workspace, record, kind, offences);
        if (look == patience)
            raise_kind_change(workspace, record, kind, offences.view());
        for (const KindOffence &offence : offences)
            end_today(workspace, offence.row, today);
        CommandCounterIncrement(); // and look again: others may have changed them while we waited
        CHECK_FOR_INTERRUPTS();
    }
}

} // namespace relate
