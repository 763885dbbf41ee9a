// Rules of relationships in the users' own tables: relate.no_cycle() and
// relate.no_overlap(), AFTER INSERT OR UPDATE triggers on the table that stores
// a type. Their arguments are lists of its columns; an empty name in the list
// of dates stands for a column that there is not.
//
// Writers of one table come one after another: each takes a lock on it that
// lasts until his transaction ends, and then reads the latest state, whatever the
// isolation level. So whoever comes second sees what the first has written.
// Rows are read as the owner of the table, with no policy forced upon him, as
// referential integrity does. On a partition, the whole table is looked at.
#include "base/interval.h"
#include "catalog/record.h"
#include "catalog/storage.h"
#include "pg/access.h"
#include "pg/error.h"
#include "pg/lock.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "pg/trigger.h"
#include "read/by_keys.h"

namespace relate {

namespace {

// ---- what the trigger is about -------------------------------------------------

using Columns = pg::Array<AttrNumber>;

// Columns of a list: names, in the order of the trigger's arguments.
pg::Array<const char *> names_in(const char *list)
{
    ArrayType *array = DatumGetArrayTypeP(OidInputFunctionCall(F_ARRAY_IN, pstrdup(list), NAMEOID, -1));
    Datum *elements;
    int count;
    deconstruct_array(array, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &elements, nullptr, &count);
    pg::Array<const char *> names;
    for (int i = 0; i < count; ++i)
        names.push(NameStr(*DatumGetName(elements[i])));
    return names;
}

AttrNumber number_of(Oid table, const char *column)
{
    if (!*column)
        return InvalidAttrNumber;
    AttrNumber number = get_attnum(table, column);
    if (number == InvalidAttrNumber)
        pg::raise({.sqlstate = ERRCODE_UNDEFINED_COLUMN,
                   .message = psprintf("column \"%s\" of table %s does not exist", column, pg::qualified_name(table)),
                   .detail = "A trigger of relate names it.",
                   .table = get_rel_name(table),
                   .column = column});
    return number;
}

Columns numbers_of(Oid table, const pg::Array<const char *> &names)
{
    Columns numbers;
    for (const char *name : names)
        numbers.push(number_of(table, name));
    return numbers;
}

// A list of columns in the table that is read, and in the partition that is written.
struct Part {
    Columns whole, written;
};

struct Target {
    Oid root;
    Oid owner;
    Relation written;
    const char *const *arguments;

    Part part(int argument) const
    {
        pg::Array<const char *> names = names_in(arguments[argument]);
        return {numbers_of(root, names), numbers_of(RelationGetRelid(written), names)};
    }
};

Target target_of(const pg::RowEvent &event, const char *function, int count)
{
    const Trigger *trigger = event.data->tg_trigger;
    if (trigger->tgnargs != count)
        pg::raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                   .message = psprintf("function relate.%s() takes %d lists of columns", function, count)});
    Oid table = RelationGetRelid(event.table);
    Oid root = event.table->rd_rel->relispartition ? llast_oid(get_partition_ancestors(table)) : table;
    return {root, pg::owner_of(root), event.table, trigger->tgargs};
}

Module side_in(Oid root, const Part &part)
{
    Relation table = table_open(root, AccessShareLock);
    Module side = storage_side(table, {part.whole.begin(), part.whole.size()});
    table_close(table, NoLock);
    return side;
}

// False where one of them is null.
bool read_values(TupleTableSlot *row, const Columns &columns, Datum *values)
{
    for (size_t i = 0; i < columns.size(); ++i) {
        bool is_null;
        values[i] = slot_getattr(row, columns[i], &is_null);
        if (is_null)
            return false;
    }
    return true;
}

bool is_same(TupleTableSlot *one, TupleTableSlot *other, const Columns &columns)
{
    for (AttrNumber column : columns) {
        if (!column)
            continue;
        bool no_one, no_other;
        Datum a = slot_getattr(one, column, &no_one), b = slot_getattr(other, column, &no_other);
        const FormData_pg_attribute *attribute = TupleDescAttr(one->tts_tupleDescriptor, column - 1);
        if (no_one != no_other || (!no_one && !datumIsEqual(a, b, attribute->attbyval, attribute->attlen)))
            return false;
    }
    return true;
}

std::optional<Datum> date_of(TupleTableSlot *row, AttrNumber column)
{
    if (!column)
        return std::nullopt;
    bool is_null;
    Datum value = slot_getattr(row, column, &is_null);
    if (is_null)
        return std::nullopt;
    switch (TupleDescAttr(row->tts_tupleDescriptor, column - 1)->atttypid) {
    case TIMESTAMPOID:
        return DirectFunctionCall1(timestamp_date, value);
    case TIMESTAMPTZOID:
        return DirectFunctionCall1(timestamptz_date, value);
    default:
        return value;
    }
}

Interval days_of(TupleTableSlot *row, const Columns &dates)
{
    Interval when;
    if (std::optional<Datum> first = date_of(row, dates[0]))
        when.first = DatumGetDateADT(*first);
    if (std::optional<Datum> last = date_of(row, dates[1]))
        when.last = DatumGetDateADT(*last);
    return when;
}

void wait_for_writers(Oid root)
{
    pg::lock_object(root, InvalidOid, ExclusiveLock);
    CommandCounterIncrement();
}

void append_day(StringInfo sql, Oid root, AttrNumber column, const char *open)
{
    if (column)
        appendStringInfo(sql, "COALESCE(CAST(x.%s AS pg_catalog.date), '%s')", pg::column_name(root, column), open);
    else
        appendStringInfo(sql, "CAST('%s' AS pg_catalog.date)", open);
}

const char *words(const Module &side, Datum key)
{
    const char *text = cstring_of_key_datum(key);
    return side.key.size() > 1 ? text : psprintf("(%s)", text);
}

const char *words(const Module &side, const Datum *values)
{
    return words(side, key_of_values(side, values));
}

const char *names_of(const Module &side)
{
    StringInfoData names;
    initStringInfo(&names);
    for (const KeyColumn &column : side.key)
        appendStringInfo(&names, "%s%s", names.len ? ", " : "", get_attname(side.table, column.attribute, false));
    return names.data;
}

// ---- no cycles -------------------------------------------------------------------

struct KeyTraits {
    static uint32_t hash(Datum key) { return hash_key_datum(key); }
    static bool equal(Datum a, Datum b) { return equal_key_datums(a, b); }
};

// A record above the row that was written, and when all of a way there holds.
struct Above {
    Datum key;
    Interval when;
    size_t below; // the place of the one by which it was reached
};

class WayUp {
public:
    WayUp(const Target &target, const Part &child, const Part &parent, const Columns &dates)
        : child_(side_in(target.root, child)), parent_(side_in(target.root, parent))
    {
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfoString(&sql, "SELECT k.place, ");
        append_day(&sql, target.root, dates[0], "-infinity");
        appendStringInfoString(&sql, ", ");
        append_day(&sql, target.root, dates[1], "infinity");
        append_columns(&sql, child_);
        append_columns(&sql, parent_);
        appendStringInfoString(&sql, " FROM ");
        append_records_by_keys(&sql, child_);
        sql_ = sql.data;
    }

    const Module &child() const { return child_; }
    const Module &parent() const { return parent_; }
    Datum child_key(const Datum *values) const { return key_of_values(child_, values); }
    Datum parent_key(const Datum *values) const { return key_of_values(parent_, values); }

    // Whether the way up from `parent` comes to `own`.
    bool leads_to(Datum own, Datum parent, const Interval &when)
    {
        own_ = own;
        reach({parent, when, none});
        for (size_t first = 0; closing_ == none && first < above_.size();) {
            CHECK_FOR_INTERRUPTS();
            size_t last = above_.size();
            climb(first, last);
            first = last;
        }
        return closing_ != none;
    }

    // The rows of the cycle, upwards, from the one that was written back to it.
    const char *cycle() const
    {
        const char *above = "";
        for (size_t i = closing_; i != none; i = above_[i].below)
            above = psprintf(", %s%s", words(child_, above_[i].key), above);
        return psprintf("%s%s", words(child_, own_), above);
    }

private:
    static void append_columns(StringInfo sql, const Module &side)
    {
        for (const KeyColumn &column : side.key)
            appendStringInfo(sql, ", x.%s", pg::column_name(side.table, column.attribute));
    }

    // Once for each record and time: what was reached for longer says it all.
    void reach(const Above &next)
    {
        size_t *latest = latest_.find(next.key);
        for (size_t i = latest ? *latest : none; i != none; i = earlier_[i])
            if (above_[i].when.contains(next.when))
                return;
        earlier_.push(latest ? *latest : none);
        above_.push(next);
        latest_.at(next.key, 0) = above_.size() - 1;
    }

    void climb(size_t first, size_t last)
    {
        pg::Array<Datum> keys;
        for (size_t i = first; i < last; ++i)
            keys.push(above_[i].key);
        KeyArrays arrays = key_arrays(child_, keys.view());
        if (arrays.places.empty())
            return;
        MemoryContext caller = CurrentMemoryContext;
        pg::spi_session([&] {
            uint64 count = pg::run(sql_, arrays.arguments(), pg::Sees::latest);
            for (uint64 i = 0; i < count && closing_ == none; ++i)
                pg::in_context(caller, [&] { take(i, first + arrays.places[place(i) - 1]); });
        });
    }

    static size_t place(uint64 row)
    {
        bool is_null;
        return static_cast<size_t>(
            DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &is_null)));
    }

    void take(uint64 row, size_t below)
    {
        Datum values[2 * INDEX_MAX_KEYS];
        size_t count = child_.key.size() + parent_.key.size();
        for (size_t i = 0; i < count; ++i) {
            bool is_null;
            values[i] = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, static_cast<int>(i) + 4, &is_null);
            if (is_null)
                return;
        }
        bool is_null;
        Interval when = {DatumGetDateADT(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 2, &is_null)),
                         DatumGetDateADT(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 3, &is_null))};
        if (!when.overlaps(above_[below].when))
            return;
        // The row that was written is found itself where the way comes back: spelled as it is.
        if (equal_key_datums(child_key(values), own_))
            closing_ = below;
        else
            reach({parent_key(values + child_.key.size()), when.intersection(above_[below].when), below});
    }

    static constexpr size_t none = SIZE_MAX;
    Module child_, parent_;
    const char *sql_;
    Datum own_ = 0;
    size_t closing_ = none; // the place at which the way came back
    pg::Array<Above> above_;
    pg::Array<size_t> earlier_; // the same record's place before
    pg::HashMap<Datum, size_t, KeyTraits> latest_;
};

// Rows that the writer may not read are not told.
bool reads_rows(Oid table, const Part &child, const Part &parent)
{
    auto may_select = [&](const Columns &columns) { return pg::may_select(table, {columns.begin(), columns.size()}); };
    return may_select(child.whole) && may_select(parent.whole) && pg::reads_as_stored(table);
}

void refuse_cycle(const pg::RowEvent &event, const Target &target)
{
    Part child = target.part(0), parent = target.part(1), dates = target.part(2);
    Datum child_values[INDEX_MAX_KEYS], parent_values[INDEX_MAX_KEYS];
    if (!read_values(event.row, child.written, child_values) || !read_values(event.row, parent.written, parent_values))
        return;
    if (event.old_row && is_same(event.row, event.old_row, child.written) &&
        is_same(event.row, event.old_row, parent.written) && is_same(event.row, event.old_row, dates.written))
        return;
    Interval when = days_of(event.row, dates.written);
    if (when.is_empty())
        return;
    wait_for_writers(target.root);
    WayUp way(target, child, parent, dates.whole);
    Datum own = way.child_key(child_values);
    bool is_cycle = false;
    pg::as_owner(target.owner, [&] { is_cycle = way.leads_to(own, way.parent_key(parent_values), when); });
    if (is_cycle)
        pg::raise({.sqlstate = ERRCODE_CHECK_VIOLATION,
                   .message = psprintf("row %s of table %s would be below itself", words(way.child(), child_values),
                                       pg::qualified_name(target.root)),
                   .detail = psprintf("Upwards by (%s) %s.", names_of(way.parent()),
                                      reads_rows(target.root, child, parent) ? psprintf("come %s", way.cycle())
                                                                             : "the way leads back to it"),
                   .schema = get_namespace_name(RelationGetNamespace(event.table)),
                   .table = RelationGetRelationName(event.table),
                   .column = get_attname(target.root, parent.whole[0], false),
                   .constraint = "relationship_cycle"});
}

// ---- no two at a time --------------------------------------------------------------

const char *rival_statement(const Target &target, const Module &side, const Columns &dates)
{
    int next = static_cast<int>(side.key.size()) + 1;
    bool is_partitioned = get_rel_relkind(target.root) == RELKIND_PARTITIONED_TABLE;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM %s%s AS x WHERE ", is_partitioned ? "" : "ONLY ",
                     pg::qualified_name(target.root));
    append_key_condition(&sql, side, "x", 1);
    for (size_t i = 0; i < 2; ++i) {
        appendStringInfoString(&sql, " AND ");
        append_day(&sql, target.root, dates[i], i == 0 ? "-infinity" : "infinity");
        appendStringInfo(&sql, " OPERATOR(pg_catalog.%s) $%d", i == 0 ? "<=" : ">=", next + (i == 0 ? 1 : 0));
    }
    appendStringInfo(&sql, " AND (x.tableoid OPERATOR(pg_catalog.<>) $%d OR x.ctid OPERATOR(pg_catalog.<>) $%d)",
                     next + 2, next + 3);
    return sql.data;
}

void refuse_overlap(const pg::RowEvent &event, const Target &target)
{
    Part columns = target.part(0), dates = target.part(1);
    Datum values[INDEX_MAX_KEYS];
    if (!read_values(event.row, columns.written, values))
        return;
    if (event.old_row && is_same(event.row, event.old_row, columns.written) && is_same(event.row, event.old_row, dates.written))
        return;
    Interval when = days_of(event.row, dates.written);
    if (when.is_empty())
        return;
    wait_for_writers(target.root);
    Module side = side_in(target.root, columns);
    pg::Array<pg::Argument> arguments;
    for (size_t i = 0; i < side.key.size(); ++i)
        arguments.push({side.key[i].type, values[i]});
    arguments.push({DATEOID, DateADTGetDatum(when.first)});
    arguments.push({DATEOID, DateADTGetDatum(when.last)});
    arguments.push({OIDOID, ObjectIdGetDatum(RelationGetRelid(event.table))});
    arguments.push({TIDOID, PointerGetDatum(&event.row->tts_tid)});
    const char *sql = rival_statement(target, side, dates.whole);
    bool has_rival = false;
    pg::as_owner(target.owner, [&] {
        pg::spi_session([&] { has_rival = pg::run(sql, arguments.view(), pg::Sees::latest, 1) > 0; });
    });
    if (has_rival)
        pg::raise({.sqlstate = ERRCODE_UNIQUE_VIOLATION,
                   .message = psprintf("two rows %s of table %s would hold on the same day", words(side, values),
                                       pg::qualified_name(target.root)),
                   .detail = psprintf("Rows with the same (%s) follow each other in time.", names_of(side)),
                   .schema = get_namespace_name(RelationGetNamespace(event.table)),
                   .table = RelationGetRelationName(event.table),
                   .column = get_attname(target.root, columns.whole[0], false),
                   .constraint = "relationship_cardinality"});
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_no_cycle);
Datum relate_no_cycle(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "no_cycle", pg::When::after, pg::Events::insert_update);
    refuse_cycle(event, target_of(event, "no_cycle", 3));
    return PointerGetDatum(nullptr);
}

PG_FUNCTION_INFO_V1(relate_no_overlap);
Datum relate_no_overlap(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::RowEvent event = pg::row_event(fcinfo, "no_overlap", pg::When::after, pg::Events::insert_update);
    refuse_overlap(event, target_of(event, "no_overlap", 2));
    return PointerGetDatum(nullptr);
}
}
