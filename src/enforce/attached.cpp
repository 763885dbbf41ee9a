// See attached.h.
#include "enforce/attached.h"

#include "enforce/own_change.h"
#include "enforce/rivals.h"
#include "enforce/violation.h"
#include "key/key_datum.h"
#include "pg/remove.h"
#include "pg/scan.h"
#include "pg/spi.h"

namespace relate {

namespace {

// Conditions on a record by module and key, in the first one or two columns of an index.
struct RecordScan {
    ScanKeyData keys[2];

    RecordScan(const Workspace &workspace, const RecordRef &record)
    {
        ScanKeyEntryInitializeWithInfo(&keys[0], 0, 1, BTEqualStrategyNumber, InvalidOid, InvalidOid,
                                       const_cast<FmgrInfo *>(&workspace.int4_equal), Int32GetDatum(record.module_id));
        ScanKeyEntryInitializeWithInfo(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid, InvalidOid,
                                       const_cast<FmgrInfo *>(&workspace.key_equal), record.key);
    }
    std::span<ScanKeyData> of_record() { return keys; }
    std::span<ScanKeyData> of_module() { return std::span(keys).first(1); }
};

Relationship copy_relationship(const Workspace &workspace, TupleTableSlot *slot)
{
    Relationship row = read_relationship(workspace, slot);
    row.source.key = datumCopy(row.source.key, false, -1);
    row.target.key = datumCopy(row.target.key, false, -1);
    row.has_address_record = false; // its key was not copied
    return row;
}

// Reads with one snapshot what matches the keys: of a record, or of a whole module.
class Reader {
public:
    Reader(const Workspace &workspace, std::span<ScanKeyData> keys)
        : workspace_(workspace), keys_(keys), snapshot_(pg::latest_snapshot()),
          table_(table_open(workspace.relationship_table, AccessShareLock))
    {
    }
    void close()
    {
        table_close(table_, AccessShareLock);
        pg::done(snapshot_);
    }

    pg::Array<Relationship> relationships(Side side, size_t most)
    {
        pg::Array<Relationship> found;
        pg::IndexScan scan = begin(side, pg::Reads::rows);
        while (found.size() < most && pg::next(scan)) {
            CHECK_FOR_INTERRUPTS();
            found.push(copy_relationship(workspace_, scan.slot));
        }
        pg::end(scan);
        return found;
    }
    // Looks at one row of each type.
    Summary summary(Side side)
    {
        constexpr AttrNumber type_position = 3; // in both indexes
        Summary summary;
        auto &found = summary.one_of_each_type;
        pg::IndexScan scan = begin(side, pg::Reads::entries);
        while (pg::next_entry(scan)) {
            CHECK_FOR_INTERRUPTS();
            ++summary.at_most;
            bool is_null;
            int32 type_id = DatumGetInt32(pg::entry_value(scan, type_position, is_null));
            bool is_known = !found.empty() && found.back().type_id == type_id;
            if (!is_known && pg::fetch_row(scan))
                found.push(copy_relationship(workspace_, scan.slot));
        }
        pg::end(scan);
        return summary;
    }
    bool has_relationship(Side side) { return has_row(table_, index_for(workspace_, side).oid); }
    // Where somebody dropped an index that only speeds this up, there may be something.
    bool has_address() { return !OidIsValid(workspace_.address_index) || has_row(table_, workspace_.address_index); }
    bool has_status()
    {
        if (!OidIsValid(workspace_.status_index))
            return true;
        Relation statuses = table_open(workspace_.record_status_table, AccessShareLock);
        bool found = has_row(statuses, workspace_.status_index);
        table_close(statuses, AccessShareLock);
        return found;
    }

private:
    pg::IndexScan begin(Side side, pg::Reads reads)
    {
        return pg::begin_scan(table_, index_for(workspace_, side).oid, snapshot_, keys_, reads);
    }
    bool has_row(Relation table, Oid index)
    {
        pg::IndexScan scan = pg::begin_scan(table, index, snapshot_, keys_, pg::Reads::rows);
        bool found = pg::next(scan);
        pg::end(scan);
        return found;
    }

    const Workspace &workspace_;
    std::span<ScanKeyData> keys_;
    Snapshot snapshot_;
    Relation table_;
};

template <class Work>
void as_workspace_owner(const Workspace &workspace, Work work)
{
    pg::as_owner(workspace.owner, [&] { pg::spi_session(work); });
}

uint64 change(const char *sql, std::span<const pg::Argument> arguments, pg::Fires fires = pg::Fires::later)
{
    return pg::run(sql, arguments, pg::Sees::latest_checked, 0, fires);
}

pg::Argument key_argument(Datum key)
{
    return {record_key_type(), key};
}

} // namespace

pg::Array<Relationship> relationships_of(const Workspace &workspace, Side side, const RecordRef &record)
{
    RecordScan keys(workspace, record);
    Reader reader(workspace, keys.of_record());
    pg::Array<Relationship> found = reader.relationships(side, SIZE_MAX);
    reader.close();
    return found;
}

Relationship first_relationship_of_module(const Workspace &workspace, Side side, int32 module_id)
{
    RecordScan keys(workspace, {module_id, 0});
    Reader reader(workspace, keys.of_module());
    Relationship first = reader.relationships(side, 1)[0];
    reader.close();
    return first;
}

// Whether some type relates records of the module on that side: types keep their modules as
// long as they have relationships.
static bool can_stand(const Workspace &workspace, int32 module_id, Side side)
{
    for (const RelationshipType &type : workspace.types)
        if (type.side(side).module_id == 0 || type.side(side).module_id == module_id)
            return true;
    return false;
}

Attached attached_to(const Workspace &workspace, const RecordRef &record)
{
    RecordScan keys(workspace, record);
    Reader reader(workspace, keys.of_record());
    auto summary = [&](Side side) { return can_stand(workspace, record.module_id, side) ? reader.summary(side) : Summary{}; };
    Attached attached = {summary(Side::source), summary(Side::target), reader.has_address(), reader.has_status()};
    reader.close();
    return attached;
}

AttachedToModule attached_to_module(const Workspace &workspace, int32 module_id)
{
    RecordScan keys(workspace, {module_id, 0});
    Reader reader(workspace, keys.of_module());
    AttachedToModule attached = {reader.has_relationship(Side::source), reader.has_relationship(Side::target),
                                 reader.has_address(), reader.has_status()};
    reader.close();
    return attached;
}

// False where a statement has to do it, or the rest of it.
static bool remove_directly(const Workspace &workspace, Side side, const RecordRef &record)
{
    Relation table = table_open(workspace.relationship_table, RowExclusiveLock);
    bool goes_on = pg::deletes_plainly(table, workspace.owner);
    if (goes_on) {
        CheckCmdReplicaIdentity(table, CMD_DELETE);
        RecordScan keys(workspace, record);
        Snapshot latest = pg::latest_snapshot();
        pg::IndexScan scan = pg::begin_scan(table, index_for(workspace, side).oid, latest, keys.of_record(), pg::Reads::rows);
        while (goes_on && pg::next(scan)) {
            CHECK_FOR_INTERRUPTS();
            goes_on = pg::delete_row(scan, latest);
        }
        pg::end(scan);
        pg::done(latest);
        CommandCounterIncrement();
    }
    table_close(table, NoLock);
    return goes_on;
}

// The condition names the record, not what was found: another transaction may
// have moved a relationship to another record while we waited for it.
void remove_relationships(const Workspace &workspace, Side side, const RecordRef &record, size_t at_most)
{
    if (remove_directly(workspace, side, record))
        return;
    const char *name = side_name(side);
    const char *sql = psprintf("DELETE FROM %s WHERE %s_module_id OPERATOR(pg_catalog.=) $1 "
                               "AND %s_key OPERATOR(relate.=) $2",
                               pg::qualified_name(workspace.relationship_table), name, name);
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(record.module_id)}, key_argument(record.key)};
    uint64 removed = 0;
    as_workspace_owner(workspace, [&] { removed = change(sql, arguments); });
    if (removed >= at_most)
        return;
    CommandCounterIncrement();
    pg::Array<Relationship> kept = relationships_of(workspace, side, record);
    if (!kept.empty())
        raise_not_removed(workspace, side, kept[0]);
}

void remove_other(const Workspace &workspace, const RecordRef &record, const Attached &attached)
{
    if (!attached.as_address && !attached.status)
        return;
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(record.module_id)}, key_argument(record.key)};
    as_workspace_owner(workspace, [&] {
        if (attached.status)
            change(psprintf("DELETE FROM %s WHERE module_id OPERATOR(pg_catalog.=) $1 AND key OPERATOR(relate.=) $2",
                            pg::qualified_name(workspace.record_status_table)),
                   arguments);
        if (attached.as_address)
            change(psprintf("UPDATE %s SET address_module_id = NULL, address_key = NULL "
                            "WHERE address_module_id OPERATOR(pg_catalog.=) $1 AND address_key OPERATOR(relate.=) $2",
                            pg::qualified_name(workspace.relationship_table)),
                   arguments);
    });
}

void remove_statuses_of_module(const Workspace &workspace, int32 module_id)
{
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(module_id)}};
    as_workspace_owner(workspace, [&] {
        change(psprintf("DELETE FROM %s WHERE module_id OPERATOR(pg_catalog.=) $1",
                        pg::qualified_name(workspace.record_status_table)),
               arguments);
    });
}

void clear_addresses_of_module(const Workspace &workspace, int32 module_id)
{
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(module_id)}};
    as_workspace_owner(workspace, [&] {
        change(psprintf("UPDATE %s SET address_module_id = NULL, address_key = NULL "
                        "WHERE address_module_id OPERATOR(pg_catalog.=) $1 AND address_key IS NOT NULL",
                        pg::qualified_name(workspace.relationship_table)),
               arguments);
    });
}

// "key = $3" for a column where it bears the old key, so that a relationship of
// the record with itself passes through no half-way state.
static const char *carried(const char *part)
{
    return psprintf("%s_key = CASE WHEN %s_module_id OPERATOR(pg_catalog.=) $1 AND %s_key OPERATOR(relate.=) $2 "
                    "THEN $3 ELSE %s_key END",
                    part, part, part, part);
}

void carry_over(const Workspace &workspace, const RecordRef &record, Datum new_key)
{
    Attached attached = attached_to(workspace, record);
    if (!attached.any())
        return;
    // Only where the key is not unique at once can something hang on the new one already.
    if (attached_to(workspace, {record.module_id, new_key}).any())
        raise_key_in_use(workspace, record, new_key);
    const char *table = pg::qualified_name(workspace.relationship_table);
    pg::Argument arguments[] = {{INT4OID, Int32GetDatum(record.module_id)}, key_argument(record.key),
                                key_argument(new_key)};
    OwnChange going_on = {workspace.relationship_table, record, new_key};
    auto carry = [&](const char *part) {
        change(psprintf("UPDATE %s SET %s, %s, %s WHERE %s_module_id OPERATOR(pg_catalog.=) $1 "
                        "AND %s_key OPERATOR(relate.=) $2",
                        table, carried("source"), carried("target"), carried("address"), part, part),
               arguments, pg::Fires::at_once);
    };
    as_workspace_owner(workspace, [&] {
        with_own_change(going_on, [&] {
            if (!attached.source.empty())
                carry("source");
            if (!attached.target.empty())
                carry("target");
            if (attached.as_address)
                carry("address");
        });
        if (attached.status)
            change(psprintf("UPDATE %s SET key = $3 WHERE module_id OPERATOR(pg_catalog.=) $1 "
                            "AND key OPERATOR(relate.=) $2",
                            pg::qualified_name(workspace.record_status_table)),
                   arguments);
    });
    CommandCounterIncrement();
    Attached left = attached_to(workspace, record);
    for (Side side : {Side::source, Side::target})
        if (!left.relationships(side).empty())
            raise_not_carried(workspace, side, left.relationships(side).one_of_each_type[0]);
}

void end_today(const Workspace &workspace, const Relationship &row, int32 today)
{
    const char *table = pg::qualified_name(workspace.relationship_table);
    pg::Argument arguments[] = {{INT8OID, Int64GetDatum(row.id)}, {DATEOID, DateADTGetDatum(today)}};
    OwnChange going_on = {workspace.relationship_table, row.source, row.source.key};
    as_workspace_owner(workspace, [&] {
        if (row.stored.first > today)
            change(psprintf("DELETE FROM %s WHERE relationship_id OPERATOR(pg_catalog.=) $1 "
                            "AND start_date OPERATOR(pg_catalog.>) $2", table), arguments);
        else
            with_own_change(going_on, [&] {
                change(psprintf("UPDATE %s SET end_date = $2 WHERE relationship_id OPERATOR(pg_catalog.=) $1 "
                                "AND (start_date IS NULL OR start_date OPERATOR(pg_catalog.<=) $2) "
                                "AND (end_date IS NULL OR end_date OPERATOR(pg_catalog.>) $2)", table),
                       arguments, pg::Fires::at_once);
            });
    });
}

} // namespace relate
