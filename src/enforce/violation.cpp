// See violation.h.
#include "enforce/violation.h"

#include "catalog/record.h"
#include "key/key_datum.h"
#include "pg/access.h"
#include "pg/error.h"
#include "pg/spi.h"
#include "read/names.h"

namespace relate {

namespace {

const char *side_constraint(Side side) { return side == Side::source ? "relationship_source" : "relationship_target"; }
const char *key_column(Side side) { return side == Side::source ? "source_key" : "target_key"; }

// An English noun with its article: "an Organization".
const char *with_article(const char *noun)
{
    bool vowel = noun[0] && strchr("aeiouAEIOU", noun[0]);
    return psprintf("%s %s", vowel ? "an" : "a", noun);
}

const char *date_text(int32 day)
{
    char text[MAXDATELEN + 1];
    struct pg_tm tm = {};
    j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
    EncodeDateOnly(&tm, USE_ISO_DATES, text);
    return pstrdup(text);
}

// " from 2020-01-01 to 2020-12-31", or nothing where it holds always.
const char *when_text(const Interval &when)
{
    bool starts = when.first != Interval::open_start, ends = when.last != Interval::open_end;
    if (starts && ends)
        return psprintf(" from %s to %s", date_text(when.first), date_text(when.last));
    if (starts)
        return psprintf(" since %s", date_text(when.first));
    return ends ? psprintf(" until %s", date_text(when.last)) : "";
}

const char *module_label(const Workspace &workspace, int32 module_id, bool plural)
{
    const Module *module = workspace.module(module_id);
    if (!module)
        return plural ? "records" : "record";
    return plural ? module->plural : module->singular;
}

// "has Ticket" goes before "1001 (Printer on fire)": the noun is said already.
const char *without_noun_of(const char *label, const char *record, const Module *module)
{
    size_t noun = module ? strlen(module->singular) : 0;
    std::string_view said = label;
    if (noun > 0 && said.ends_with(std::string_view(module->singular, noun)) &&
        std::string_view(record).starts_with(psprintf("%s ", module->singular)))
        return record + noun + 1;
    return record;
}

// Contact 5 (Jim Smith) is employed by Organization 7 (Acme) since 2020-01-01
const char *sentence(const Offender &o, const RecordRef &source, const RecordRef &target, const Interval &when)
{
    const char *label = o.type.source.label;
    return psprintf("%s %s %s%s", describe(o.workspace, source), label,
                    without_noun_of(label, describe(o.workspace, target), o.workspace.module(target.module_id)),
                    o.type.is_perpetual ? "" : when_text(when));
}

// The two records of a row that is wrong in itself.
const char *records_of(const Workspace &workspace, const Relationship &row)
{
    return psprintf("The relationship is of %s and %s.", describe(workspace, row.source), describe(workspace, row.target));
}

// ---- what the caller may be told -------------------------------------------------
//
// He who reads the message is the current user, and, where enforcement works in
// the name of the workspace's owner, also the one for whom it does: what is told,
// both may read.

template <class Test>
bool both_may(Test test)
{
    bool may = test();
    if (may && pg::asker())
        pg::as_asker([&] { may = test(); });
    return may;
}

// All of them, as far as privileges go and no policy narrows it.
bool reads_all_relationships(const Workspace &workspace)
{
    return both_may([&] {
        return pg::may_select(workspace.relationship_table) && pg::reads_as_stored(workspace.relationship_table);
    });
}

bool reads_relationship(const Workspace &workspace, int64 id)
{
    const RelationshipColumns &c = workspace.column;
    const AttrNumber columns[] = {c.relationship_id, c.type_id, c.source_module_id, c.source_key,
                                  c.target_module_id, c.target_key, c.start_date, c.end_date};
    return both_may([&] {
        if (!pg::may_select(workspace.relationship_table, columns))
            return false;
        if (pg::reads_as_stored(workspace.relationship_table))
            return true;
        if (!row_security) // it would be an error of its own
            return false;
        const char *sql = psprintf("SELECT FROM %s WHERE relationship_id OPERATOR(pg_catalog.=) $1",
                                   pg::qualified_name(workspace.relationship_table));
        pg::Argument argument[] = {{INT8OID, Int64GetDatum(id)}};
        bool found = false;
        pg::spi_session([&] { found = pg::run(sql, argument, pg::Sees::latest, 1) > 0; });
        return found;
    });
}

// Of a record that is gone, or has another key by now, no policy can be asked.
bool reads_keys(const Workspace &workspace, int32 module_id)
{
    const Module *module = workspace.module(module_id);
    if (!module || !OidIsValid(module->table))
        return false;
    pg::Array<AttrNumber> columns;
    for (const KeyColumn &column : module->key)
        columns.push(column.attribute);
    return both_may([&] {
        return pg::may_select(module->table, columns.view()) && pg::reads_as_stored(module->table);
    });
}

// "Contact 5" of a record that is gone, or "a Contact".
const char *describe_gone(const Workspace &workspace, const RecordRef &record)
{
    const char *noun = module_label(workspace, record.module_id, false);
    return reads_keys(workspace, record.module_id) ? psprintf("%s %s", noun, cstring_of_key_datum(record.key))
                                                   : with_article(noun);
}

// The kind of a record that is there: null where it is not to be told.
const char *kind_to_tell(const Workspace &workspace, const RecordRef &record, const char *kind)
{
    const Module *module = workspace.module(record.module_id);
    if (!module->kind_column)
        return kind;
    const AttrNumber column[] = {module->kind_column};
    return both_may([&] { return pg::may_select(module->table, column) && name_of(*module, record.key).is_visible; })
               ? kind
               : nullptr;
}

// ---- sentences ---------------------------------------------------------------------

const char *rival_sentence(const Offender &o, const Rival &rival)
{
    if (!reads_relationship(o.workspace, rival.id))
        return "A relationship that is not shown to you is in the way.";
    return psprintf("Relationship " INT64_FORMAT " is in the way: %s.", rival.id,
                    sentence(o, rival.source, rival.target, rival.when));
}

// How to make room: end the rival the day before, where it began earlier.
const char *way_out(const Offender &o, const Rival &rival)
{
    if (!reads_relationship(o.workspace, rival.id))
        return o.type.is_perpetual ? nullptr : "Give dates that do not overlap.";
    bool may_end = !o.type.is_perpetual && o.row.when.first != Interval::open_start && rival.when.first < o.row.when.first;
    if (may_end)
        return psprintf("End it before: SELECT relate.end_relationship(" INT64_FORMAT ", '%s');", rival.id,
                        date_text(o.row.when.first - 1));
    return psprintf("Remove it: SELECT relate.delete_relationship(" INT64_FORMAT ");%s", rival.id,
                    o.type.is_perpetual ? "" : " Or give dates that do not overlap.");
}

// The key columns with their types: "id integer" or "(order_id integer, line_no integer)".
const char *key_shape(const Module &module)
{
    StringInfoData shape;
    initStringInfo(&shape);
    for (const KeyColumn &column : module.key)
        appendStringInfo(&shape, "%s%s %s", shape.len ? ", " : "", pg::column_name(module.table, column.attribute),
                         format_type_be(column.type));
    return module.key.size() == 1 ? shape.data : psprintf("(%s)", shape.data);
}

// The schema and table fields of an error about a relationship.
pg::Problem problem(const Workspace &workspace, int sqlstate, const char *constraint, const char *message)
{
    return {.sqlstate = sqlstate,
            .message = message,
            .schema = workspace.name,
            .table = get_rel_name(workspace.relationship_table),
            .constraint = constraint};
}

} // namespace

RelationshipType type_of(const Workspace &workspace, const Relationship &row)
{
    if (const RelationshipType *type = workspace.type(row.type_id))
        return *type;
    RelationshipType lost = {};
    lost.name = psprintf("%d", row.type_id);
    lost.source.label = lost.target.label = "is related to";
    return lost;
}

const char *describe(const Workspace &workspace, const RecordRef &record)
{
    const Module *module = workspace.module(record.module_id);
    if (!module)
        return psprintf("a record of module %d", record.module_id);
    NamedRecord named = {};
    if (!both_may([&] { return (named = name_of(*module, record.key)).is_visible; }))
        return with_article(module->singular);
    const char *key = cstring_of_key_datum(record.key);
    return named.name ? psprintf("%s %s (%s)", module->singular, key, TextDatumGetCString(named.name))
                      : psprintf("%s %s", module->singular, key);
}

void raise_infinite_date(const Workspace &workspace, const Relationship &row)
{
    pg::Problem p = problem(workspace, ERRCODE_CHECK_VIOLATION, "relationship_dates", "the dates of a relationship must be finite");
    p.detail = records_of(workspace, row);
    p.hint = "Leave start_date or end_date null where the relationship is open.";
    pg::raise(p);
}

void raise_reversed_dates(const Workspace &workspace, const Relationship &row)
{
    pg::Problem p = problem(workspace, ERRCODE_CHECK_VIOLATION, "relationship_dates", "a relationship cannot end before it starts");
    p.detail = psprintf("It starts on %s and ends on %s. %s", date_text(row.stored.first), date_text(row.stored.last),
                        records_of(workspace, row));
    p.column = "end_date";
    pg::raise(p);
}

void raise_importance(const Workspace &workspace, const Relationship &row)
{
    pg::Problem p = problem(workspace, ERRCODE_CHECK_VIOLATION, "relationship_importance",
                            psprintf("importance must be between 1 and 5, not %d", row.importance));
    p.detail = psprintf("5 is the highest, 1 the lowest; null takes the type's default. %s", records_of(workspace, row));
    p.column = "importance";
    pg::raise(p);
}

void raise_unknown_type(const Workspace &workspace, int32 type_id)
{
    pg::Problem p = problem(workspace, ERRCODE_UNDEFINED_OBJECT, "relationship_type_active",
                            psprintf("relationship type %d does not exist", type_id));
    p.hint = psprintf("SELECT type_id, name FROM %s lists the types.", pg::qualified_name(workspace.type_table));
    p.column = "type_id";
    pg::raise(p);
}

void raise_no_module(const Workspace &workspace, const RelationshipType &type, Side side)
{
    pg::Problem p = problem(workspace, ERRCODE_NOT_NULL_VIOLATION, side_constraint(side),
                            psprintf("the module of the %s must be given", side_name(side)));
    p.detail = psprintf("Relationship type \"%s\" takes records of any module as %s.", type.name, side_name(side));
    p.hint = psprintf("SELECT module_id, name FROM %s lists the modules.", pg::qualified_name(workspace.module_table));
    p.column = side == Side::source ? "source_module_id" : "target_module_id";
    pg::raise(p);
}

void raise_unknown_module(const Workspace &workspace, Side side, int32 module_id)
{
    pg::Problem p = problem(workspace, ERRCODE_FOREIGN_KEY_VIOLATION, side_constraint(side),
                            psprintf("module %d does not exist", module_id));
    p.hint = psprintf("SELECT module_id, name FROM %s lists the modules.", pg::qualified_name(workspace.module_table));
    p.column = side == Side::source ? "source_module_id" : "target_module_id";
    pg::raise(p);
}

void raise_key_size(const Workspace &workspace, const char *column)
{
    const char *constraint = strcmp(column, "source_key") == 0   ? side_constraint(Side::source)
                             : strcmp(column, "target_key") == 0 ? side_constraint(Side::target)
                                                                 : "relationship_contact";
    pg::Problem p = problem(workspace, ERRCODE_FOREIGN_KEY_VIOLATION, constraint,
                            psprintf("%s must have between 1 and %zu bytes", column, longest_stored_key));
    p.column = column;
    pg::raise(p);
}

void raise_hard_link(const Offender &o)
{
    pg::Problem p = problem(o.workspace, ERRCODE_CHECK_VIOLATION, "relationship_type_storage",
                            psprintf("relationships of type \"%s\" are not rows of this table", o.type.name));
    p.detail = psprintf("They are %s of %s.", o.type.storage == StorageKind::column ? "columns" : "rows",
                        pg::qualified_name(o.type.storage_table));
    p.hint = psprintf("Write there, or let SELECT relate.create_relationship(%s, %s, %s) do it.",
                      quote_literal_cstr(o.type.name), quote_literal_cstr(cstring_of_key_datum(o.row.source.key)),
                      quote_literal_cstr(cstring_of_key_datum(o.row.target.key)));
    p.column = "type_id";
    pg::raise(p);
}

void raise_inactive_type(const Offender &o)
{
    pg::Problem p = problem(o.workspace, ERRCODE_CHECK_VIOLATION, "relationship_type_active",
                            psprintf("relationship type \"%s\" is not active", o.type.name));
    p.detail = psprintf("Its relationships stay and may be ended; new ones are refused: %s.",
                        sentence(o, o.row.source, o.row.target, o.row.when));
    p.hint = psprintf("Activate it: SELECT relate.alter_relationship_type(%s, is_active => true);",
                      quote_literal_cstr(o.type.name));
    p.column = "type_id";
    pg::raise(p);
}

void raise_wrong_module(const Offender &o, Side side)
{
    const Module *wanted = o.workspace.module(o.type.side(side).module_id);
    pg::Problem p = problem(o.workspace, ERRCODE_FOREIGN_KEY_VIOLATION, side_constraint(side),
                            psprintf("the %s of relationship type \"%s\" must be of module \"%s\"", side_name(side),
                                     o.type.name, wanted ? wanted->name : "?"));
    p.detail = psprintf("The record given is of module \"%s\". %s", o.workspace.module(o.row.record(side).module_id)->name,
                        records_of(o.workspace, o.row));
    p.column = side == Side::source ? "source_module_id" : "target_module_id";
    pg::raise(p);
}

// The two records of the row for a detail that cannot read the missing one.
static const char *as_given(const Offender &o, Side side)
{
    const RecordRef &record = o.row.record(side);
    return psprintf("%s %s", module_label(o.workspace, record.module_id, false), cstring_of_key_datum(record.key));
}

void raise_missing_endpoint(const Offender &o, Side side)
{
    const RecordRef &record = o.row.record(side);
    const Module *module = o.workspace.module(record.module_id);
    pg::Problem p = problem(o.workspace, ERRCODE_FOREIGN_KEY_VIOLATION, side_constraint(side),
                            psprintf("the %s of this \"%s\" does not exist: %s", side_name(side), o.type.name,
                                     as_given(o, side)));
    KeyValues values;
    if (!OidIsValid(module->table))
        p.detail = psprintf("The table of module \"%s\", or a column of its key, is gone, or closed to the owner of the workspace.", module->name);
    else if (!values_of_key(*module, record.key, values))
        p.detail = psprintf("%s cannot be a key of table %s, whose key is %s.", cstring_of_key_datum(record.key),
                            pg::qualified_name(module->table), key_shape(*module));
    else
        p.detail = psprintf("Table %s has no row with the key %s; the %s is %s.", pg::qualified_name(module->table),
                            cstring_of_key_datum(record.key), side_name(other(side)),
                            pg::asker() ? describe(o.workspace, o.row.record(other(side))) : as_given(o, other(side)));
    p.column = key_column(side);
    pg::raise(p);
}

// How the key is written, for who may read it.
static const char *spelling_hint(const Workspace &workspace, const RecordRef &record, Datum canonical)
{
    const Module *module = workspace.module(record.module_id);
    bool is_visible = both_may([&] { return name_of(*module, record.key).is_visible; });
    return is_visible ? psprintf("Write it %s.", cstring_of_key_datum(canonical)) : nullptr;
}

void raise_key_spelling(const Offender &o, Side side, Datum canonical)
{
    pg::Problem p = problem(o.workspace, ERRCODE_FOREIGN_KEY_VIOLATION, side_constraint(side),
                            psprintf("%s is not how the key of this %s is written", as_given(o, side), side_name(side)));
    p.hint = spelling_hint(o.workspace, o.row.record(side), canonical);
    p.column = key_column(side);
    pg::raise(p);
}

void raise_missing_address(const Offender &o)
{
    pg::Problem p = problem(o.workspace, ERRCODE_FOREIGN_KEY_VIOLATION, "relationship_contact",
                            psprintf("the address of this \"%s\" does not exist: %s %s", o.type.name,
                                     module_label(o.workspace, o.row.address.module_id, false),
                                     cstring_of_key_datum(o.row.address.key)));
    p.column = "address_key";
    pg::raise(p);
}

void raise_address_spelling(const Offender &o, Datum canonical)
{
    pg::Problem p = problem(o.workspace, ERRCODE_FOREIGN_KEY_VIOLATION, "relationship_contact",
                            psprintf("%s %s is not how the key of this address is written",
                                     module_label(o.workspace, o.row.address.module_id, false),
                                     cstring_of_key_datum(o.row.address.key)));
    p.hint = spelling_hint(o.workspace, o.row.address, canonical);
    p.column = "address_key";
    pg::raise(p);
}

void raise_half_address(const Offender &o)
{
    pg::Problem p = problem(o.workspace, ERRCODE_CHECK_VIOLATION, "relationship_contact",
                            "address_module_id and address_key go together");
    p.detail = psprintf("%s.", sentence(o, o.row.source, o.row.target, o.row.when));
    p.column = "address_key";
    pg::raise(p);
}

void raise_kind(const Offender &o, Side side, const char *kind)
{
    pg::Problem p = problem(o.workspace, ERRCODE_CHECK_VIOLATION, "relationship_kind",
                            psprintf("the %s of relationship type \"%s\" must be of kind %s", side_name(side),
                                     o.type.name, o.type.side(side).kind));
    const RecordRef &record = o.row.record(side);
    const char *who = describe(o.workspace, record);
    const char *whom = describe(o.workspace, o.row.record(other(side)));
    if (kind && !kind_to_tell(o.workspace, record, kind))
        p.detail = psprintf("%s is of another kind, or of none; the other record is %s.", who, whom);
    else
        p.detail = kind ? psprintf("%s is of kind %s; the other record is %s.", who, kind, whom)
                    : psprintf("%s has no kind; the other record is %s.", who, whom);
    p.column = key_column(side);
    pg::raise(p);
}

void raise_self(const Offender &o)
{
    pg::Problem p = problem(o.workspace, ERRCODE_CHECK_VIOLATION, "relationship_self",
                            psprintf("a record cannot have the relationship \"%s\" with itself", o.type.name));
    p.detail = psprintf("Source and target are both %s.", describe(o.workspace, o.row.source));
    pg::raise(p);
}

void raise_contact_details(const Offender &o)
{
    pg::Problem p = problem(o.workspace, ERRCODE_CHECK_VIOLATION, "relationship_contact",
                            psprintf("relationship type \"%s\" has no contact details", o.type.name));
    p.detail = psprintf("Email, phone or address was given where %s.", sentence(o, o.row.source, o.row.target, o.row.when));
    p.hint = "Leave them null, or use a type with has_contact_details.";
    pg::raise(p);
}

void raise_duplicate(const Offender &o, const Rival &rival)
{
    pg::Problem p = problem(o.workspace, ERRCODE_UNIQUE_VIOLATION, "relationship_duplicate",
                            psprintf("this \"%s\" exists already%s", o.type.name,
                                     o.type.is_perpetual ? "" : " at that time"));
    p.detail = rival_sentence(o, rival);
    p.hint = way_out(o, rival);
    pg::raise(p);
}

void raise_cardinality(const Offender &o, Side side, const RecordRef &record, const Rival &rival)
{
    int32 limit = o.type.side(side).limit;
    const RecordRef &partner = o.row.record(other(side));
    const char *whose = with_article(module_label(o.workspace, record.module_id, false));
    const char *at_a_time = o.type.is_perpetual ? "" : " at a time";
    // Among records of one module, only the role tells who is meant.
    const char *partners_noun = record.module_id == partner.module_id
                                    ? o.type.side(other(side)).role
                                    : module_label(o.workspace, partner.module_id, false);
    const char *message =
        limit == 1 ? psprintf("%s can have only one %s by \"%s\"%s", whose, partners_noun, o.type.name, at_a_time)
                   : psprintf("%s can have at most %d %s by \"%s\"%s", whose, limit,
                              module_label(o.workspace, partner.module_id, true), o.type.name, at_a_time);
    pg::Problem p = problem(o.workspace, ERRCODE_UNIQUE_VIOLATION, "relationship_cardinality", message);
    p.detail = psprintf("%s The new one: %s.", rival_sentence(o, rival),
                        sentence(o, o.row.source, o.row.target, o.row.when));
    p.hint = way_out(o, rival);
    pg::raise(p);
}

void raise_primary(const Offender &o, const Rival &rival)
{
    bool by_target = same_record(rival.target, o.row.target) ||
                     (o.type.is_symmetric && same_record(rival.source, o.row.target));
    const RecordRef &whose = by_target ? o.row.target : o.row.source;
    pg::Problem p = problem(o.workspace, ERRCODE_UNIQUE_VIOLATION, "relationship_primary",
                            psprintf("%s has a primary \"%s\" already", describe(o.workspace, whose), o.type.name));
    p.detail = psprintf("%s The new one: %s.", rival_sentence(o, rival),
                        sentence(o, o.row.source, o.row.target, o.row.when));
    if (reads_relationship(o.workspace, rival.id))
        p.hint = psprintf("Take it from that one: SELECT relate.update_relationship(" INT64_FORMAT ", is_primary => false);",
                      rival.id);
    p.column = "is_primary";
    pg::raise(p);
}

void raise_cycle(const Offender &o, std::span<const RecordRef> cycle)
{
    pg::Problem p = problem(o.workspace, ERRCODE_CHECK_VIOLATION, "relationship_cycle",
                            psprintf("this \"%s\" would close a cycle in the hierarchy", o.type.name));
    StringInfoData path;
    initStringInfo(&path);
    for (const RecordRef &record : cycle)
        appendStringInfo(&path, "%s%s", path.len ? " is under " : "", describe(o.workspace, record));
    p.detail = reads_all_relationships(o.workspace)
                   ? psprintf("%s.", path.data)
                   : psprintf("The new one: %s.", sentence(o, o.row.source, o.row.target, o.row.when));
    pg::raise(p);
}

void raise_delete_refused(const Offender &o, Side side, uint64 count)
{
    const RecordRef &gone = o.row.record(side);
    pg::Problem p = problem(o.workspace, ERRCODE_FOREIGN_KEY_VIOLATION, side_constraint(side),
                            psprintf("%s cannot be deleted: it has relationships of type \"%s\"",
                                     describe_gone(o.workspace, gone), o.type.name));
    const char *policy = psprintf("set on_%s_delete of the type to 'remove_link'", side_name(side));
    if (reads_relationship(o.workspace, o.row.id)) {
        p.detail = psprintf("Relationship " INT64_FORMAT " with %s%s stands against it%s.", o.row.id,
                            describe(o.workspace, o.row.record(other(side))), when_text(o.row.when),
                            count > 1 && reads_all_relationships(o.workspace)
                                ? psprintf(", and " UINT64_FORMAT " more", count - 1)
                                : "");
        p.hint = psprintf("Remove it first: SELECT relate.delete_relationship(" INT64_FORMAT "); or %s.", o.row.id, policy);
    } else {
        p.detail = "Relationships that are not shown to you stand against it.";
        p.hint = psprintf("Who sees them can remove them, or %s.", policy);
    }
    pg::raise(p);
}

[[noreturn]] static void raise_kept(const Workspace &workspace, Side side, const Relationship &row, const char *what)
{
    pg::Problem p = problem(workspace, ERRCODE_FOREIGN_KEY_VIOLATION, side_constraint(side),
                            psprintf("a relationship of type \"%s\" did not %s", type_of(workspace, row).name, what));
    p.detail = psprintf("%s is still there: a trigger or rule on table %s kept it.",
                        reads_relationship(workspace, row.id) ? psprintf("Relationship " INT64_FORMAT, row.id)
                                                              : "A relationship that is not shown to you",
                        pg::qualified_name(workspace.relationship_table));
    pg::raise(p);
}

void raise_not_removed(const Workspace &workspace, Side side, const Relationship &row)
{
    raise_kept(workspace, side, row, "go with its record");
}

void raise_not_carried(const Workspace &workspace, Side side, const Relationship &row)
{
    raise_kept(workspace, side, row, "follow the key of its record");
}

void raise_key_in_use(const Workspace &workspace, const RecordRef &record, Datum new_key)
{
    const char *who = describe_gone(workspace, record);
    pg::Problem p = problem(workspace, ERRCODE_OBJECT_IN_USE, nullptr,
                            reads_keys(workspace, record.module_id)
                                ? psprintf("%s cannot take the key %s", who, cstring_of_key_datum(new_key))
                                : psprintf("%s cannot take another's key", who));
    p.detail = "Relationships or the status of another record still bear that key.";
    p.hint = "Where records change places, do it in several statements, by way of a key that is free.";
    pg::raise(p);
}

void raise_kind_change(const Workspace &workspace, const RecordRef &record, const char *kind,
                       std::span<const KindOffence> offences)
{
    constexpr size_t most = 10;
    const KindOffence &first = offences[0];
    const char *who = describe(workspace, record);
    pg::Problem p = problem(workspace, ERRCODE_CHECK_VIOLATION, "relationship_kind",
                            kind ? psprintf("%s cannot become of kind %s because of its relationships", who, kind)
                                 : psprintf("%s cannot lose its kind because of its relationships", who));
    StringInfoData list;
    initStringInfo(&list);
    size_t told = 0;
    const KindOffence *first_told = nullptr;
    for (const KindOffence &offence : offences.first(std::min(most, offences.size()))) {
        if (!reads_relationship(workspace, offence.row.id))
            continue;
        Offender o = {workspace, *offence.type, offence.row};
        appendStringInfo(&list, "%sRelationship " INT64_FORMAT ", whose %s must be of kind %s: %s.", list.len ? "\n" : "",
                         offence.row.id, side_name(offence.side), offence.type->side(offence.side).kind,
                         sentence(o, offence.row.source, offence.row.target, offence.row.when));
        ++told;
        if (!first_told)
            first_told = &offence;
    }
    if (offences.size() > told)
        appendStringInfo(&list, told ? "\nAnd %zu more." : "%zu of them, not shown to you.", offences.size() - told);
    p.detail = list.data;
    if (first_told) {
        const KindOffence &one = *first_told;
        bool may_end = !one.type->is_perpetual && one.row.stored.first <= GetSQLCurrentDate();
        p.hint = may_end ? psprintf("End it: SELECT relate.end_relationship(" INT64_FORMAT "); or set on_kind_change of "
                                    "the type to 'end'.", one.row.id)
                         : psprintf("Remove it: SELECT relate.delete_relationship(" INT64_FORMAT ");%s", one.row.id,
                                    one.type->is_perpetual ? "" : " or set on_kind_change of the type to 'end'.");
    }
    p.column = key_column(first.side);
    pg::raise(p);
}

void raise_truncate_refused(const Workspace &workspace, const Module &module, Oid table, Side side,
                            const Relationship &row)
{
    pg::Problem p = problem(workspace, ERRCODE_FOREIGN_KEY_VIOLATION, side_constraint(side),
                            psprintf("table %s cannot be truncated: its %s have relationships", pg::qualified_name(table),
                                     module.plural));
    if (reads_relationship(workspace, row.id))
        p.detail = psprintf("Relationship " INT64_FORMAT " is one of them: %s.", row.id,
                            sentence({workspace, type_of(workspace, row), row}, row.source, row.target, row.when));
    p.hint = psprintf("Delete the rows, so that the relationships are looked after; or delete the relationships and "
                      "take the table out: SELECT relate.unregister_module(%s);",
                      quote_literal_cstr(module.name));
    pg::raise(p);
}

void raise_lost_move(Oid partition)
{
    pg::raise({.sqlstate = ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
               .message = psprintf("a row of %s did not arrive in its new partition", pg::qualified_name(partition)),
               .detail = "A trigger before INSERT on the new partition left it out, so nothing looked after the "
                         "relationships of the record.",
               .hint = "Delete the row instead, or let the trigger return it."});
}

} // namespace relate
