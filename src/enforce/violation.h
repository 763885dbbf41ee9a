// What a broken rule says: one function a rule, each raises. Both records are
// named where the caller may see them, and the hint is the statement to run
// where there is one.
#pragma once

#include "catalog/relationship.h"
#include "enforce/rivals.h"

namespace relate {

// What every message is about.
struct Offender {
    const Workspace &workspace;
    const RelationshipType &type;
    const Relationship &row;
    // Of an update that only takes time away: what the statement saw. The row cannot
    // have come into conflict with that now. Null for all other rows.
    Snapshot before = nullptr;
};

// The row's type, or for one that is gone, words to fill its place.
RelationshipType type_of(const Workspace &workspace, const Relationship &row);

[[noreturn]] void raise_infinite_date(const Workspace &workspace, const Relationship &row);
[[noreturn]] void raise_reversed_dates(const Workspace &workspace, const Relationship &row);
[[noreturn]] void raise_importance(const Workspace &workspace, const Relationship &row);
[[noreturn]] void raise_unknown_type(const Workspace &workspace, int32 type_id);
[[noreturn]] void raise_no_module(const Workspace &workspace, const RelationshipType &type, Side side);
[[noreturn]] void raise_unknown_module(const Workspace &workspace, Side side, int32 module_id);
[[noreturn]] void raise_key_size(const Workspace &workspace, const char *column);
[[noreturn]] void raise_hard_link(const Offender &offender);
[[noreturn]] void raise_inactive_type(const Offender &offender);
[[noreturn]] void raise_wrong_module(const Offender &offender, Side side);
[[noreturn]] void raise_missing_endpoint(const Offender &offender, Side side);
[[noreturn]] void raise_key_spelling(const Offender &offender, Side side, Datum canonical);
[[noreturn]] void raise_missing_address(const Offender &offender);
[[noreturn]] void raise_address_spelling(const Offender &offender, Datum canonical);
[[noreturn]] void raise_half_address(const Offender &offender);
[[noreturn]] void raise_kind(const Offender &offender, Side side, const char *kind);
[[noreturn]] void raise_self(const Offender &offender);
[[noreturn]] void raise_contact_details(const Offender &offender);
[[noreturn]] void raise_duplicate(const Offender &offender, const Rival &rival);
[[noreturn]] void raise_cardinality(const Offender &offender, Side side, const RecordRef &record, const Rival &rival);
[[noreturn]] void raise_primary(const Offender &offender, const Rival &rival);
// The records of the cycle in order, from the child of the new relationship up to its parent.
[[noreturn]] void raise_cycle(const Offender &offender, std::span<const RecordRef> cycle);
// A record of a module's table cannot go: it has relationships that forbid it.
[[noreturn]] void raise_delete_refused(const Offender &offender, Side side, uint64 count);
// A record cannot take a key on which something of another hangs.
[[noreturn]] void raise_key_in_use(const Workspace &workspace, const RecordRef &record, Datum new_key);
// Something kept a relationship that had to go with its record.
[[noreturn]] void raise_not_removed(const Workspace &workspace, Side side, const Relationship &row);
[[noreturn]] void raise_not_carried(const Workspace &workspace, Side side, const Relationship &row);
// The kind of a record cannot become that (null: none) because of these relationships, of types that name another.
struct KindOffence {
    Relationship row;
    const RelationshipType *type;
    Side side;
};
[[noreturn]] void raise_kind_change(const Workspace &workspace, const RecordRef &record, const char *kind,
                                    std::span<const KindOffence> offences);
// A table cannot be truncated: `row` is a relationship of one of its records.
[[noreturn]] void raise_truncate_refused(const Workspace &workspace, const Module &module, Oid table, Side side,
                                         const Relationship &row);
// A row on its way to another partition did not get there.
[[noreturn]] void raise_lost_move(Oid partition);

// "Contact 5 (Jim Smith)", or "a Contact" where the caller may not see it.
const char *describe(const Workspace &workspace, const RecordRef &record);

} // namespace relate
