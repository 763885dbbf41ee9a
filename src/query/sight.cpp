// relate.can_see_record and can_relate_record: what the ready policies of
// relate.enable_record_security ask about each of a relationship's records.
//
// A record is seen by whom privileges and policies on its module's table let read
// its key. Where no policy is in force nothing is read: relationships are of records
// that exist. Otherwise the row is looked for by SQL, in the name of the caller.
//
// The policies of a module may look at relationships, and so come back here. While
// the policy of a record is asked, that record counts as seen (its relationships are
// just what the policy wants to know of); any other that is being asked about further
// out counts as not seen: so nobody is shown a record for the sole reason that it
// would be shown, and nothing goes round for ever.
#include "catalog/record.h"
#include "catalog/workspace.h"
#include "key/key_datum.h"
#include "pg/access.h"
#include "pg/cleanup.h"
#include "pg/memory.h"
#include "pg/spi.h"

namespace relate {

namespace {

// A record whose policy is being asked.
struct Asked {
    Oid user;
    Oid table;
    Datum key;
    const Asked *outer;

    bool operator==(const Asked &other) const
    {
        return user == other.user && table == other.table && equal_key_datums(key, other.key);
    }
};

const Asked *innermost;

// What an answer further out implies; none where there is no such question.
std::optional<bool> implied(const Asked &wanted)
{
    for (const Asked *asked = innermost; asked; asked = asked->outer)
        if (*asked == wanted)
            return asked == innermost;
    return std::nullopt;
}

const char *statement(const Module &module)
{
    StringInfoData sql;
    initStringInfo(&sql);
    bool is_partitioned = get_rel_relkind(module.table) == RELKIND_PARTITIONED_TABLE;
    appendStringInfo(&sql, "SELECT FROM %s%s x WHERE ", is_partitioned ? "" : "ONLY ", pg::qualified_name(module.table));
    append_key_condition(&sql, module, "x", 1);
    return sql.data;
}

bool is_found(const Module &module, Datum key, pg::Sees sees)
{
    KeyValues values;
    if (!values_of_key(module, key, values))
        return false;
    const char *sql = statement(module);
    pg::Argument arguments[INDEX_MAX_KEYS];
    for (size_t i = 0; i < module.key.size(); ++i)
        arguments[i] = {module.key[i].type, values.values[i]};
    bool found = false;
    pg::spi_session([&] { found = pg::run(sql, {arguments, module.key.size()}, sees, 1) > 0; });
    return found;
}

bool may_read_key(const Module &module)
{
    pg::Array<AttrNumber> columns;
    for (const KeyColumn &column : module.key)
        columns.push(column.attribute);
    return pg::may_select(module.table, columns.view());
}

bool is_seen(const Module &module, Datum key, pg::Sees sees)
{
    if (!OidIsValid(module.table) || !may_read_key(module))
        return false;
    if (pg::reads_as_stored(module.table))
        return true;
    const Asked asked = {GetUserId(), module.table, key, innermost};
    if (std::optional<bool> answer = implied(asked))
        return *answer;
    check_stack_depth();
    bool seen = false;
    innermost = &asked;
    pg::with_cleanup([&] { seen = is_found(module, key, sees); }, [&] { innermost = asked.outer; });
    return seen;
}

Datum answer(FunctionCallInfo fcinfo, pg::Sees sees)
{
    const Module *module = workspace_of(PG_GETARG_OID(0)).module(PG_GETARG_INT32(1));
    PG_RETURN_BOOL(module && is_seen(*module, PG_GETARG_DATUM(2), sees));
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_can_see_record);
Datum relate_can_see_record(PG_FUNCTION_ARGS)
{
    return relate::answer(fcinfo, relate::pg::Sees::snapshot);
}

PG_FUNCTION_INFO_V1(relate_can_relate_record);
Datum relate_can_relate_record(PG_FUNCTION_ARGS)
{
    return relate::answer(fcinfo, relate::pg::Sees::now);
}
}
