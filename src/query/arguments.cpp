// See arguments.h.
#include "query/arguments.h"

#include "catalog/record.h"
#include "pg/error.h"
#include "pg/memory.h"

namespace relate {

namespace {

Show show_argument(FunctionCallInfo fcinfo, int number)
{
    std::string_view word = PG_ARGISNULL(number) ? "current" : text_view(PG_GETARG_DATUM(number));
    if (word == "current")
        return Show::current;
    if (word == "past")
        return Show::past;
    if (word == "future")
        return Show::future;
    if (word == "all")
        return Show::all;
    pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
               .message = psprintf("cannot show \"%.*s\" relationships", static_cast<int>(word.size()), word.data()),
               .hint = "The argument \"show\" is current, past, future or all."});
}

std::optional<int32> max_rows_argument(FunctionCallInfo fcinfo, int number)
{
    if (number >= PG_NARGS() || PG_ARGISNULL(number))
        return std::nullopt;
    int32 count = PG_GETARG_INT32(number);
    if (count < 0)
        pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                   .message = psprintf("max_rows must not be negative, and is %d", count),
                   .hint = "Leave it out for no limit."});
    return count;
}

bool contains(std::span<const Datum> texts, std::string_view wanted)
{
    for (Datum text : texts)
        if (text_view(text) == wanted)
            return true;
    return false;
}

using Texts = std::optional<std::span<const Datum>>;

// Types wanted where the record asked about is on `own` side: by name, and by the role of the other.
WantedTypes wanted_types(const Workspace &workspace, Side own, const Texts &names, const Texts &roles)
{
    if (!names && !roles)
        return {true, {}};
    pg::Array<Datum> ids;
    auto want = [&](const RelationshipType &type) {
        if (!roles || contains(*roles, type.side(other(own)).role))
            ids.push(Int32GetDatum(type.id));
    };
    if (names) {
        for (const RelationshipType *type : types_named(workspace, *names))
            want(*type);
    } else {
        for (const RelationshipType &type : workspace.types)
            want(type);
    }
    return {false, ids.view()};
}

} // namespace

Datum required_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
    if (PG_ARGISNULL(number))
        pg::raise({.sqlstate = ERRCODE_NULL_VALUE_NOT_ALLOWED,
                   .message = psprintf("argument \"%s\" must not be null", name)});
    return PG_GETARG_DATUM(number);
}

std::optional<std::span<const Datum>> texts_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
    if (PG_ARGISNULL(number))
        return std::nullopt;
    Datum *items;
    bool *nulls;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
    for (int i = 0; i < count; ++i)
        if (nulls[i])
            pg::raise({.sqlstate = ERRCODE_NULL_VALUE_NOT_ALLOWED,
                       .message = psprintf("argument \"%s\" must not hold a null", name)});
    return std::span<const Datum>(items, static_cast<size_t>(count));
}

std::span<const RelationshipType *const> types_named(const Workspace &workspace, std::span<const Datum> names)
{
    pg::Array<const RelationshipType *> types;
    for (Datum name : names)
        types.push(&type_named(workspace, text_view(name)));
    return types.view();
}

std::span<const RelationshipType *const> types_argument(FunctionCallInfo fcinfo, int number, const Workspace &workspace)
{
    if (auto names = texts_argument(fcinfo, number, "types"))
        return types_named(workspace, *names);
    pg::Array<const RelationshipType *> types;
    for (const RelationshipType &type : workspace.types)
        types.push(&type);
    return types.view();
}

DateADT date_argument(FunctionCallInfo fcinfo, int number)
{
    return PG_ARGISNULL(number) ? GetSQLCurrentDate() : PG_GETARG_DATEADT(number);
}

std::span<const Datum> canonical_keys(const Module &module, Datum array)
{
    ArrayType *given = DatumGetArrayTypeP(array);
    Datum *items;
    bool *nulls;
    int count;
    deconstruct_array(given, ARR_ELEMTYPE(given), -1, false, TYPALIGN_INT, &items, &nulls, &count);
    pg::Array<Datum> keys;
    pg::HashMap<Datum, bool, KeyTraits> seen;
    for (int i = 0; i < count; ++i) {
        CHECK_FOR_INTERRUPTS();
        if (nulls[i])
            continue;
        Datum key = canonical_key(module, items[i]);
        bool &known = seen.at(key, false);
        if (!known)
            keys.push(key);
        known = true;
    }
    return keys.view();
}

RelatedQuery related_query(FunctionCallInfo fcinfo, int first, const Workspace &workspace, const Module &module,
                           std::span<const Datum> keys)
{
    Texts types = texts_argument(fcinfo, first, "types");
    Texts roles = texts_argument(fcinfo, first + 3, "roles");
    return {.workspace = &workspace,
            .module = &module,
            .keys = keys,
            .types = {wanted_types(workspace, Side::source, types, roles),
                      wanted_types(workspace, Side::target, types, roles)},
            .as_of = date_argument(fcinfo, first + 1),
            .show = show_argument(fcinfo, first + 2),
            .max_rows = max_rows_argument(fcinfo, first + 4)};
}

} // namespace relate
