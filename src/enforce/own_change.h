// A change that enforcement itself makes to relationships, while its statement
// runs: the record of some of their sides got another key, or another kind ends
// them.
//
// The relationship stays between the same records, so what would be asked of a
// new one is not asked: an inactive type, a kind that a past relationship no
// longer has. Nor is the other record looked for: the statement that we are in
// may be about to carry or take it too.
//
// That holds for checks at once. Deferred ones come when nothing of this is
// known any more, and look at the final state strictly.
#pragma once

#include "catalog/relationship.h"
#include "pg/cleanup.h"

namespace relate {

struct OwnChange {
    Oid relationship_table;
    RecordRef record; // as it was
    Datum new_key;    // and is: the same where only its kind changed

    // Whether the record of a side is the same before and after.
    bool keeps(const RecordRef &before, const RecordRef &after) const;
};

// The change that is going on, or null; returns the one that it takes the place of.
const OwnChange *own_change();
const OwnChange *set_own_change(const OwnChange *change);

template <class Work>
void with_own_change(const OwnChange &change, Work work)
{
    const OwnChange *outer = set_own_change(&change);
    pg::with_cleanup(work, [&] { set_own_change(outer); });
}

} // namespace relate
