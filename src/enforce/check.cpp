// relate.relationship_check(): the AFTER trigger that holds every version of
// every row of `relationship` against the rules of its type.
//
// Whoever writes, at whatever isolation level, now or at commit: the row is in
// its table and indexes first, then it is checked against all others as they are
// at this moment (see rivals.h). Locks held to the end of the transaction: shared
// on the type, FOR KEY SHARE (or FOR SHARE) on the two records' rows. Memory: the
// executor's per-event context, reset after each row.
//
// Rules are checked in a fixed order, which the errors follow: arguments and
// dates, type, endpoints, kind, self, contact details, duplicate, cardinality,
// primary, cycle.
#include "catalog/record.h"
#include "catalog/relationship.h"
#include "catalog/workspace.h"
#include "enforce/cycle.h"
#include "enforce/endpoint.h"
#include "enforce/own_change.h"
#include "enforce/rivals.h"
#include "enforce/type_lock.h"
#include "enforce/violation.h"
#include "key/key_datum.h"
#include "pg/lock.h"
#include "pg/trigger.h"

namespace relate {

namespace {

// The version may be gone by now: deleted or updated later in our transaction.
bool is_live(Relation table, TupleTableSlot *row)
{
    return table_tuple_satisfies_snapshot(table, row, SnapshotSelf);
}

bool same_column(TupleTableSlot *a, TupleTableSlot *b, AttrNumber column)
{
    bool a_null, b_null;
    Datum a_value = slot_getattr(a, column, &a_null);
    Datum b_value = slot_getattr(b, column, &b_null);
    if (a_null || b_null)
        return a_null == b_null;
    Form_pg_attribute attribute = TupleDescAttr(a->tts_tupleDescriptor, column - 1);
    return datum_image_eq(a_value, b_value, attribute->attbyval, attribute->attlen);
}

bool same_columns(const RelationshipColumns &c, TupleTableSlot *a, TupleTableSlot *b)
{
    for (AttrNumber column : {c.type_id, c.source_module_id, c.source_key, c.target_module_id, c.target_key,
                              c.start_date, c.end_date, c.importance, c.email, c.phone, c.address,
                              c.address_module_id, c.address_key, c.is_primary})
        if (!same_column(a, b, column))
            return false;
    return true;
}

// Whether our own transaction wrote that version: its check may be yet to come.
bool is_our_version(TupleTableSlot *row)
{
    bool should_free;
    HeapTuple tuple = ExecFetchSlotHeapTuple(row, false, &should_free);
    return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
}

// The command that wrote this version, which is our own.
CommandId command_of(TupleTableSlot *row)
{
    bool should_free;
    return HeapTupleHeaderGetCmin(ExecFetchSlotHeapTuple(row, false, &should_free)->t_data);
}

// An update that no rule can mind. A version that got new index entries must be
// checked whatever it changed: a concurrent check may have missed the old one
// in its scan. And one of our own transaction's versions may have escaped its
// own check, if that was deferred and finds it dead.
bool changes_nothing(const Workspace &workspace, const pg::RowEvent &event)
{
    if (!event.old_row)
        return false;
    bool should_free;
    HeapTuple fresh = ExecFetchSlotHeapTuple(event.row, false, &should_free);
    return HeapTupleIsHeapOnly(fresh) && !is_our_version(event.old_row) &&
           same_columns(workspace.column, event.row, event.old_row);
}

const OwnChange *own_change_of(const Workspace &workspace)
{
    const OwnChange *change = own_change();
    return change && change->relationship_table == workspace.relationship_table ? change : nullptr;
}

// What an update leaves as it was, as far as the rules may rely on it.
struct Kept {
    bool kinds; // between the same records, in no more time than before: what their kinds are now does not matter
    bool source, target, address; // the record: not looked for while enforcement changes others
    bool place;   // the records are the same, in no more time, and it is no more primary than before:
                  // a row that somehow broke a rule already can still be ended and described
    bool contact; // ... with the same contact details

    bool record(Side side) const { return side == Side::source ? source : target; }
};

bool same_address(const Relationship &a, const Relationship &b)
{
    return a.has_address_record && b.has_address_record && same_record(a.address, b.address);
}

Kept kept_by(const Workspace &workspace, const pg::RowEvent &event, const Relationship &row)
{
    if (!event.old_row)
        return {};
    Relationship old = read_relationship(workspace, event.old_row);
    const OwnChange *own = own_change_of(workspace);
    auto keeps = [&](Side side) {
        return own ? own->keeps(old.record(side), row.record(side)) : same_record(old.record(side), row.record(side));
    };
    Kept kept = {};
    kept.kinds = old.type_id == row.type_id && keeps(Side::source) && keeps(Side::target) &&
                 old.stored.contains(row.stored) && (own || !is_our_version(event.old_row));
    const RelationshipColumns &c = workspace.column;
    kept.place = !own && kept.kinds && (old.is_primary || !row.is_primary);
    kept.contact = kept.place;
    for (AttrNumber column : {c.email, c.phone, c.address, c.address_module_id, c.address_key})
        kept.contact = kept.contact && same_column(event.row, event.old_row, column);
    if (own && kept.kinds) {
        kept.source = same_record(old.source, row.source);
        kept.target = same_record(old.target, row.target);
        kept.address = same_address(old, row);
    }
    return kept;
}

// ---- the rules that the row alone, its type and its records decide -----------

bool is_infinite(TupleTableSlot *row, AttrNumber column)
{
    bool is_null;
    Datum value = slot_getattr(row, column, &is_null);
    return !is_null && DATE_NOT_FINITE(DatumGetDateADT(value));
}

void check_arguments(const Workspace &workspace, TupleTableSlot *slot, const Relationship &row)
{
    if (!is_storable_key(key_bytes(row.source.key)))
        raise_key_size(workspace, "source_key");
    if (!is_storable_key(key_bytes(row.target.key)))
        raise_key_size(workspace, "target_key");
    if (row.has_address_record && !is_storable_key(key_bytes(row.address.key)))
        raise_key_size(workspace, "address_key");
    if (row.importance < 1 || row.importance > 5)
        raise_importance(workspace, row);
    if (is_infinite(slot, workspace.column.start_date) || is_infinite(slot, workspace.column.end_date))
        raise_infinite_date(workspace, row);
    if (row.stored.is_empty())
        raise_reversed_dates(workspace, row);
}

// A row of an inactive type may change in everything but what relates: it can be
// ended, and its texts edited, but neither made nor widened.
void check_active(const Offender &o, const pg::RowEvent &event)
{
    if (o.type.is_hard_link())
        raise_hard_link(o);
    if (o.type.is_active)
        return;
    const RelationshipColumns &c = o.workspace.column;
    if (!event.old_row)
        raise_inactive_type(o);
    if (!same_column(event.row, event.old_row, c.type_id))
        raise_inactive_type(o);
    Relationship old = read_relationship(o.workspace, event.old_row);
    const OwnChange *own = own_change_of(o.workspace);
    for (Side side : {Side::source, Side::target})
        if (own ? !own->keeps(old.record(side), o.row.record(side)) : !same_record(old.record(side), o.row.record(side)))
            raise_inactive_type(o);
    if (!old.stored.contains(o.row.stored))
        raise_inactive_type(o);
}

void check_module(const Offender &o, Side side)
{
    int32 given = o.row.record(side).module_id;
    if (!o.workspace.module(given))
        raise_unknown_module(o.workspace, side, given);
    int32 wanted = o.type.side(side).module_id;
    if (wanted && wanted != given)
        raise_wrong_module(o, side);
}

void check_kind(const Offender &o, Side side, const LockedRecord &record)
{
    const char *wanted = o.type.side(side).kind;
    if (wanted && (!record.kind || strcmp(record.kind, wanted) != 0))
        raise_kind(o, side, record.kind);
}

LockedRecord check_exists(const Offender &o, Side side, bool wants_kind)
{
    const RecordRef &given = o.row.record(side);
    const Module *module = o.workspace.module(given.module_id);
    LockedRecord found = lock_record(*module, given.key, wants_kind);
    if (!found.exists)
        raise_missing_endpoint(o, side);
    if (!equal_key_datums(found.key, given.key))
        raise_key_spelling(o, side, found.key);
    return found;
}

// Both records first, then both kinds.
void check_records(const Offender &o, const Kept &kept)
{
    LockedRecord records[2] = {};
    for (Side side : {Side::source, Side::target})
        if (!kept.record(side))
            records[static_cast<int>(side)] = check_exists(o, side, o.type.side(side).kind && !kept.kinds);
    for (Side side : {Side::source, Side::target})
        if (!kept.kinds)
            check_kind(o, side, records[static_cast<int>(side)]);
}

void check_contact_details(const Offender &o, const Kept &kept)
{
    if (kept.contact || (!o.row.has_contact_details && !o.row.has_half_address_record))
        return;
    if (!o.type.has_contact_details)
        raise_contact_details(o);
    if (o.row.has_half_address_record)
        raise_half_address(o);
    if (!o.row.has_address_record || kept.address)
        return;
    const Module *module = o.workspace.module(o.row.address.module_id);
    LockedRecord found = module ? lock_record(*module, o.row.address.key, false) : LockedRecord{};
    if (!found.exists)
        raise_missing_address(o);
    if (!equal_key_datums(found.key, o.row.address.key))
        raise_address_spelling(o, found.key);
}

// ---- the rules against other relationships ---------------------------------------

bool is_same_pair(const Offender &o, const Rival &rival)
{
    if (same_record(rival.source, o.row.source) && same_record(rival.target, o.row.target))
        return true;
    return o.type.is_symmetric && same_record(rival.source, o.row.target) && same_record(rival.target, o.row.source);
}

// Looks for offenders among the rivals, until none is left that could offend.
// `offends` marks one; a certain one is an error, another is waited for: then
// the caller must look again from the start, and true is returned.
template <class Offends, class Raise>
bool must_look_again(const Offender &o, Relation table, Rivals &rivals, Offends offends, Raise raise)
{
    Rival *undecided = nullptr;
    for (Rival &rival : rivals) {
        if (!offends(rival) || is_seen_by(o.before, table, rival))
            continue;
        if (rival.is_certain())
            raise(rival);
        undecided = &rival;
    }
    if (undecided)
        pg::wait_for_writer(table, &undecided->row, undecided->writer, undecided->speculative_token);
    return undecided != nullptr;
}

bool look_for_duplicates(const Offender &o, Relation table, Rivals &rivals)
{
    return must_look_again(
        o, table, rivals, [&](const Rival &r) { return r.when.overlaps(o.row.when) && is_same_pair(o, r); },
        [&](const Rival &r) { raise_duplicate(o, r); });
}

// The busiest day of the new row's time, itself included, with or without what is undecided.
BusyDay busiest_day_of(const Offender &o, std::span<const Rival> rivals, bool with_undecided)
{
    pg::Array<OwnedInterval> items;
    items.push({o.row.id, o.row.when});
    for (const Rival &rival : rivals)
        if (rival.is_certain() || with_undecided)
            items.push({rival.id, rival.when});
    auto *ends = palloc_array(int32_t, items.size());
    return busiest_day({items.begin(), items.size()}, o.row.when, {ends, items.size()});
}

// The rivals are all relationships of one record; `side` says where it stands.
bool look_for_crowd(const Offender &o, Relation table, Side side, const RecordRef &record, Rivals &rivals)
{
    auto limit = static_cast<size_t>(o.type.side(side).limit);
    BusyDay busiest = busiest_day_of(o, rivals.view(), false);
    bool certain = busiest.count > limit;
    if (!certain)
        busiest = busiest_day_of(o, rivals.view(), true);
    if (busiest.count <= limit)
        return false;
    return must_look_again(
        o, table, rivals, [&](const Rival &r) { return r.when.contains(busiest.day) && r.is_certain() == certain; },
        [&](const Rival &r) { raise_cardinality(o, side, record, r); });
}

void find(const Offender &o, Relation table, Side side, const RecordRef &record, const RecordRef *partner,
          Rivals &rivals)
{
    find_rivals(o.workspace, table, o.type, {side, record, partner, o.row.when, o.row.id}, rivals);
}

// All relationships of the record on that side, in the new one's time; of a
// symmetric type, on both sides.
void find_partners(const Offender &o, Relation table, Side side, const RecordRef &record, Rivals &rivals)
{
    find(o, table, side, record, nullptr, rivals);
    if (o.type.is_symmetric)
        find(o, table, other(side), record, nullptr, rivals);
}

void find_pair(const Offender &o, Relation table, Rivals &rivals)
{
    find(o, table, Side::source, o.row.source, &o.row.target, rivals);
    if (o.type.is_symmetric)
        find(o, table, Side::source, o.row.target, &o.row.source, rivals);
}

// Duplicates and limits in as few scans as the type allows: the partners of a
// limited side include every duplicate.
bool look_for_rivals(const Offender &o, Relation table)
{
    bool limited[] = {o.type.source.limit > 0, o.type.target.limit > 0};
    if (!limited[0] && !limited[1]) {
        Rivals pair;
        find_pair(o, table, pair);
        return look_for_duplicates(o, table, pair);
    }
    Rivals partners[2];
    bool duplicates_known = false;
    for (Side side : {Side::source, Side::target}) {
        auto &found = partners[static_cast<int>(side)];
        if (!limited[static_cast<int>(side)])
            continue;
        find_partners(o, table, side, o.row.record(side), found);
        if (!duplicates_known && look_for_duplicates(o, table, found))
            return true;
        duplicates_known = true;
    }
    for (Side side : {Side::source, Side::target})
        if (limited[static_cast<int>(side)] &&
            look_for_crowd(o, table, side, o.row.record(side), partners[static_cast<int>(side)]))
            return true;
    return false;
}

bool look_for_primary(const Offender &o, Relation table)
{
    if (!o.row.is_primary)
        return false;
    Rivals rivals;
    find_partners(o, table, Side::target, o.row.target, rivals);
    if (o.type.is_symmetric) // both are targets
        find_partners(o, table, Side::source, o.row.source, rivals);
    return must_look_again(
        o, table, rivals, [&](const Rival &r) { return r.is_primary && r.when.overlaps(o.row.when); },
        [&](const Rival &r) { raise_primary(o, r); });
}

// What the statement saw that wrote the row; null where that is not known any more,
// because the check was deferred.
Snapshot snapshot_before(Relation table, TupleTableSlot *row)
{
    if (!ActiveSnapshotSet() || table_tuple_satisfies_snapshot(table, row, GetActiveSnapshot()))
        return nullptr;
    return GetActiveSnapshot();
}

// A version that our transaction has replaced or deleted since (the check was
// deferred, or a trigger came first) breaks no rule, but what was done to make
// it counts: the version after it is compared with it.
void check_dead_row(const Workspace &workspace, const pg::RowEvent &event)
{
    Relationship row = read_relationship(workspace, event.row);
    const LockedType locked = lock_type(workspace, row.type_id);
    if (locked.type)
        check_active({locked.workspace, *locked.type, row}, event);
}

void check_row(const Workspace &workspace, Relation table, const pg::RowEvent &event)
{
    Relationship row = read_relationship(workspace, event.row);
    check_arguments(workspace, event.row, row);
    const LockedType locked = lock_type(workspace, row.type_id);
    if (!locked.type)
        raise_unknown_type(locked.workspace, row.type_id);
    if (locked.type->is_perpetual)
        row.when = {};
    Offender o{locked.workspace, *locked.type, row};
    check_active(o, event);
    check_module(o, Side::source);
    check_module(o, Side::target);
    CommandCounterIncrement(); // the records may have been made in this very statement
    const Kept kept = kept_by(o.workspace, event, row);
    if (!kept.place) {
        check_records(o, kept);
        if (!o.type.allow_self && same_record(row.source, row.target))
            raise_self(o);
    }
    check_contact_details(o, kept);
    if (kept.place)
        o.before = snapshot_before(table, event.row);
    while (look_for_rivals(o, table) || look_for_primary(o, table) || look_for_cycle(o, table, command_of(event.row)))
        CHECK_FOR_INTERRUPTS();
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_relationship_check);
Datum relate_relationship_check(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "relationship_check", pg::When::after, pg::Events::insert_update);
    const Workspace &workspace = workspace_of_trigger(event, "relationship_check");
    if (!is_live(event.table, event.row))
        check_dead_row(workspace, event);
    else if (!changes_nothing(workspace, event))
        check_row(workspace, event.table, event);
    return PointerGetDatum(nullptr);
}
}
