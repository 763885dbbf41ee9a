// See own_change.h.
#include "enforce/own_change.h"

#include "key/key_datum.h"

namespace relate {

static const OwnChange *current;

bool OwnChange::keeps(const RecordRef &before, const RecordRef &after) const
{
    if (same_record(before, after))
        return true;
    return same_record(before, record) && after.module_id == record.module_id && equal_key_datums(after.key, new_key);
}

const OwnChange *own_change()
{
    return current;
}

const OwnChange *set_own_change(const OwnChange *change)
{
    return std::exchange(current, change);
}

} // namespace relate
