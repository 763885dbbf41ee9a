// A row of `relationship`, as the rules look at it.
#pragma once

#include "base/interval.h"
#include "catalog/workspace.h"
#include "pg/pg.h"

namespace relate {

// A record by module and key. The key points into the row it was read from.
struct RecordRef {
    int32 module_id;
    Datum key;
};

bool same_record(const RecordRef &a, const RecordRef &b);

struct Relationship {
    int64 id;
    int32 type_id;
    RecordRef source, target;
    Interval stored; // as the row says
    Interval when;   // as the rules take it: always, where the type is perpetual
    int16 importance;
    bool is_primary;
    bool has_contact_details;
    bool has_address_record, has_half_address_record;
    RecordRef address;

    const RecordRef &record(Side side) const { return side == Side::source ? source : target; }
};

// Reads a row whose key columns are not null; `when` is as stored.
Relationship read_relationship(const Workspace &workspace, TupleTableSlot *row);

} // namespace relate
