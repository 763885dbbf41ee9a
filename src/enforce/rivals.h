// The other relationships of a type that stand in a new one's way, seen as they
// are at this moment: committed, our own, and those of transactions still running.
//
// The protocol is that of exclusion constraints: our row is in the index already
// when we look, so of two transactions that insert rivals at least one sees the
// other. A rival whose transaction still runs is waited for, then all is read anew.
#pragma once

#include "catalog/relationship.h"
#include "pg/memory.h"

#include <optional>

namespace relate {

struct Rival {
    int64 id;
    RecordRef source, target;
    Interval when; // always, where the type is perpetual
    bool is_primary;
    // The transaction that may yet undo or remove it, or invalid: it is certain.
    TransactionId writer;
    uint32 speculative_token;
    ItemPointerData row;

    bool is_certain() const { return !TransactionIdIsValid(writer); }
};

using Rivals = pg::Array<Rival>;

// Which rows to look for.
struct RivalSearch {
    Side side; // on which `record` stands
    RecordRef record;
    const RecordRef *partner; // on the other side, or null: anyone
    Interval when;            // only what overlaps this; ignored by perpetual types
    std::optional<int64> except; // the relationship that asks
};

// The index by records of that side; an error where somebody dropped it.
const RelationshipIndex &index_for(const Workspace &workspace, Side side);

void find_rivals(const Workspace &workspace, Relation table, const RelationshipType &type, const RivalSearch &search,
                 Rivals &rivals);

// Whether the snapshot shows that version of the rival; none, if the snapshot is null.
bool is_seen_by(Snapshot snapshot, Relation table, const Rival &rival);

} // namespace relate
