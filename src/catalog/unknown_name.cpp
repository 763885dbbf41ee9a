// Errors about names that the catalogue does not have, with the names that were
// perhaps meant. Nothing here locks; strings live until the error is raised.
#include "catalog/unknown_name.h"
#include "base/likeness.h"
#include "pg/access.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/text.h"

namespace relate {

namespace {

constexpr double resembles = 0.4;
constexpr size_t most_hints = 3;

struct Candidate {
    std::string_view name;
    double likeness;

    bool operator<(const Candidate &other) const
    {
        return likeness != other.likeness ? likeness > other.likeness : name < other.name;
    }
};

// The names of modules or types; none for who may not read the table that holds them.
bool may_tell(Oid table)
{
    return pg::may_select(table) && pg::reads_as_stored(table);
}

template <class Item>
std::span<const std::string_view> names_to_tell(std::span<const Item> items, Oid table)
{
    pg::Array<std::string_view> names;
    if (may_tell(table))
        for (const Item &item : items)
            names.push(item.name);
    return names.view();
}

[[noreturn]] void raise_unknown(const char *what, std::string_view name, const Workspace &workspace, const char *table,
                                const char *constraint, std::span<const std::string_view> known)
{
    const char *similar = similar_names(name, known);
    pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
               .message = psprintf("%s \"%.*s\" does not exist", what, static_cast<int>(name.size()), name.data()),
               .hint = similar ? similar
                               : psprintf("SELECT name FROM relate.%ss() lists those of the workspace.", table),
               .schema = workspace.name,
               .table = table,
               .constraint = constraint});
}

} // namespace

const char *similar_names(std::string_view wanted, std::span<const std::string_view> names)
{
    pg::Array<Candidate> candidates;
    for (std::string_view name : names)
        if (double alike = likeness(wanted, name); alike >= resembles)
            candidates.push({name, alike});
    if (candidates.empty())
        return nullptr;
    std::sort(candidates.begin(), candidates.end());
    StringInfoData hint;
    initStringInfo(&hint);
    appendStringInfoString(&hint, "Perhaps you meant ");
    size_t told = 0;
    std::string_view previous;
    for (const Candidate &candidate : candidates) {
        if (told == most_hints)
            break;
        if (told > 0 && candidate.name == previous)
            continue;
        appendStringInfo(&hint, "%s\"%.*s\"", told > 0 ? " or " : "", static_cast<int>(candidate.name.size()),
                         candidate.name.data());
        previous = candidate.name;
        ++told;
    }
    appendStringInfoChar(&hint, '.');
    return hint.data;
}

void raise_unknown_module(const Workspace &workspace, std::string_view name)
{
    raise_unknown("module", name, workspace, "module", nullptr,
                  names_to_tell<Module>(workspace.modules, workspace.module_table));
}

void raise_unknown_type(const Workspace &workspace, std::string_view name)
{
    raise_unknown("relationship type", name, workspace, "relationship_type", "relationship_type_active",
                  names_to_tell<RelationshipType>(workspace.types, workspace.type_table));
}

void raise_unknown_step(const Workspace &workspace, std::string_view word, size_t number, const char *modules,
                        std::span<const std::string_view> known)
{
    const char *similar = may_tell(workspace.type_table) ? similar_names(word, known) : nullptr;
    pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
               .message = psprintf("no relationship \"%.*s\" leads on from %s", static_cast<int>(word.size()), word.data(),
                                   modules[0] ? modules : "there"),
               .detail = psprintf("It is step %zu of the path.", number),
               .hint = similar ? similar
                               : "A step is the role of the records to be reached, the label that leads to them, or the "
                                 "name of a relationship type.",
               .schema = workspace.name,
               .table = "relationship_type",
               .constraint = "relationship_type_active"});
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_similar_names);
Datum relate_similar_names(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Datum *items;
    bool *nulls;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
    pg::Array<std::string_view> names;
    for (int i = 0; i < count; ++i)
        if (!nulls[i])
            names.push(pg::text_view(items[i]));
    const char *hint = similar_names(pg::text_view(PG_GETARG_DATUM(0)), names.view());
    if (!hint)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text(hint));
}
}
