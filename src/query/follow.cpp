// relate.follow and follow_all: the records reached by a path of roles, labels or
// type names.
//
// A path is first planned on the catalog alone: which types lead on from the
// modules that each step can reach. Then every step reads the relationships of
// all records reached so far in one go, by the readers of related_records, so that
// it shows what those show. The records of a step live in a memory context of its
// own, which goes when the next step is done.
#include "catalog/record.h"
#include "catalog/unknown_name.h"
#include "pg/access.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "pg/srf.h"
#include "query/arguments.h"
#include "read/names.h"
#include "read/related.h"

namespace relate {

namespace {

// ---- what the words of a path mean -------------------------------------------------

std::string_view lower(std::string_view word)
{
    return str_tolower(word.data(), word.size(), DEFAULT_COLLATION_OID);
}

bool says(const char *name, std::string_view lowered)
{
    return lower(name) == lowered;
}

constexpr Side both_sides[] = {Side::source, Side::target};

// Of a symmetric type one side says it all: its relationships are read from both.
template <class Take>
void for_each_way(const Workspace &workspace, Take take)
{
    for (const RelationshipType &type : workspace.types)
        for (Side own : both_sides)
            take(type, own);
}

bool leads_from(const RelationshipType &type, Side own, const Module &module)
{
    int32 wanted = type.side(own).module_id;
    return wanted == 0 || wanted == module.id;
}

bool reads_so(const RelationshipType &type, Side own, std::string_view lowered)
{
    return says(type.side(own).label, lowered) || says(type.side(other(own)).role, lowered);
}

bool is_known(const Workspace &workspace, std::string_view lowered)
{
    bool known = false;
    for_each_way(workspace, [&](const RelationshipType &type, Side own) {
        known = known || reads_so(type, own, lowered) || says(type.name, lowered);
    });
    return known;
}

// ---- defined paths -----------------------------------------------------------------

constexpr int most_paths_in_paths = 20;

// The steps of the path that is defined by this name; none where there is none, or
// the caller may not read it.
std::span<const Datum> defined_path(const Workspace &workspace, std::string_view name)
{
    pg::Array<Datum> steps;
    if (!pg::may_select(workspace.workspace_table))
        return {};
    const char *sql = psprintf("SELECT pg_catalog.jsonb_array_elements_text(settings OPERATOR(pg_catalog.#>) "
                               "ARRAY['paths', $1]) FROM %s",
                               pg::qualified_name(workspace.workspace_table));
    pg::Argument wanted = {TEXTOID, PointerGetDatum(cstring_to_text_with_len(name.data(), name.size()))};
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        uint64 rows = pg::run(sql, {&wanted, 1});
        for (uint64 i = 0; i < rows; ++i) {
            bool is_null;
            Datum step = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);
            if (!is_null)
                pg::in_context(caller, [&] { steps.push(datumCopy(step, false, -1)); });
        }
    });
    return steps.view();
}

// The words of the path, with those of defined paths in the place of their names: up to the
// first that no relationship has, from where no plan leads on. Whether all are known.
bool expand(const Workspace &workspace, std::span<const Datum> path, pg::Array<std::string_view> &words, int depth)
{
    for (Datum step : path) {
        CHECK_FOR_INTERRUPTS();
        std::string_view word = text_view(step);
        if (is_known(workspace, lower(word))) {
            words.push(word);
            continue;
        }
        std::span<const Datum> defined = defined_path(workspace, word);
        if (defined.empty()) {
            words.push(word);
            return false;
        }
        if (depth == most_paths_in_paths)
            pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                       .message = psprintf("path \"%.*s\" leads into itself", static_cast<int>(word.size()), word.data()),
                       .hint = "Change it with relate.define_path."});
        if (!expand(workspace, defined, words, depth + 1))
            return false;
    }
    return true;
}

// ---- the plan ----------------------------------------------------------------------

struct StepFrom {
    bool is_reached; // whether the step can come upon records of the module
    WantedTypes types[2];
};

// By the place of the module in the workspace's list.
using Step = std::span<StepFrom>;

size_t place(const Workspace &workspace, const Module *module)
{
    return static_cast<size_t>(module - workspace.modules.data());
}

Step new_step(const Workspace &workspace)
{
    Step step(palloc0_array(StepFrom, workspace.modules.size() + 1), workspace.modules.size());
    return step;
}

// Types that lead on by this word: by label or role, where there are any; else by name, in both directions.
bool find_types(const Workspace &workspace, const Module &module, std::string_view lowered, StepFrom &from, Step next)
{
    auto take = [&](auto means) {
        bool found = false;
        pg::Array<Datum> ids[2];
        for_each_way(workspace, [&](const RelationshipType &type, Side own) {
            if (!leads_from(type, own, module) || !means(type, own))
                return;
            found = true;
            ids[static_cast<int>(own)].push(Int32GetDatum(type.id));
            for (size_t m = 0; m < next.size(); ++m)
                next[m].is_reached = next[m].is_reached || leads_from(type, other(own), workspace.modules[m]);
        });
        for (Side own : both_sides)
            from.types[static_cast<int>(own)] = {false, ids[static_cast<int>(own)].view()};
        return found;
    };
    return take([&](const RelationshipType &type, Side own) { return reads_so(type, own, lowered); }) ||
           take([&](const RelationshipType &type, Side) { return says(type.name, lowered); });
}

[[noreturn]] void raise_no_way(const Workspace &workspace, Step step, std::string_view word, size_t number)
{
    StringInfoData modules;
    initStringInfo(&modules);
    pg::Array<std::string_view> names;
    for (size_t m = 0; m < step.size(); ++m) {
        const Module &module = workspace.modules[m];
        if (!step[m].is_reached)
            continue;
        appendStringInfo(&modules, "%s\"%s\"", modules.len ? ", " : "", module.name);
        for_each_way(workspace, [&](const RelationshipType &type, Side own) {
            if (leads_from(type, own, module))
                for (const char *name : {type.side(other(own)).role, type.side(own).label, type.name})
                    names.push(name);
        });
    }
    raise_unknown_step(workspace, word, number, modules.data, names.view());
}

pg::Array<Step> plan(const Workspace &workspace, const Module &start, std::span<const std::string_view> words)
{
    pg::Array<Step> steps;
    steps.push(new_step(workspace))[place(workspace, &start)].is_reached = true;
    for (size_t i = 0; i < words.size(); ++i) {
        Step step = steps.back(), next = new_step(workspace);
        std::string_view lowered = lower(words[i]);
        bool leads_on = false;
        for (size_t m = 0; m < step.size(); ++m)
            if (step[m].is_reached && find_types(workspace, workspace.modules[m], lowered, step[m], next))
                leads_on = true;
        if (!leads_on)
            raise_no_way(workspace, step, words[i], i + 1);
        steps.push(next);
    }
    steps.pop(); // what the last step reaches is not left again
    return steps;
}

// ---- the records reached -------------------------------------------------------------

struct Reached {
    size_t origin; // of the keys asked about, by its place
    const Module *module;
    Datum key;
    int64 ways;
};

struct Place {
    size_t origin;
    const Module *module;
    Datum key;
};

struct PlaceTraits {
    static uint32_t hash(const Place &place)
    {
        return hash_combine(hash_combine(hash_key_datum(place.key), static_cast<uint32_t>(place.module->id)),
                            static_cast<uint32_t>(place.origin));
    }
    static bool equal(const Place &a, const Place &b)
    {
        return a.origin == b.origin && a.module == b.module && equal_key_datums(a.key, b.key);
    }
};

class Frontier {
public:
    void add(size_t origin, const Module *module, Datum key, int64 ways)
    {
        Place place = {origin, module, key};
        if (const size_t *known = places_.find(place)) {
            int64 &sum = records_[*known].ways;
            if (pg_add_s64_overflow(sum, ways, &sum))
                sum = PG_INT64_MAX;
            return;
        }
        place.key = datumCopy(key, false, -1);
        places_.at(place, records_.size());
        records_.push({origin, module, place.key, ways});
    }

    std::span<Reached> records() { return {records_.begin(), records_.size()}; }

private:
    pg::HashMap<Place, size_t, PlaceTraits> places_;
    pg::Array<Reached> records_;
};

int compare_records(const Reached &a, const Reached &b)
{
    if (a.module != b.module)
        return strcmp(a.module->name, b.module->name);
    return compare_key_datums(a.key, b.key);
}

// One step on from the records of one module, which are sorted by key: each is asked about once,
// however many records led to it.
void step_from(const Workspace &workspace, const StepFrom &from, std::span<const Reached> records, DateADT as_of,
               Frontier &next, MemoryContext memory)
{
    pg::Array<Datum> keys;
    pg::Array<size_t> starts;
    for (size_t i = 0; i < records.size(); ++i) {
        if (i == 0 || !equal_key_datums(records[i - 1].key, records[i].key)) {
            keys.push(records[i].key);
            starts.push(i);
        }
    }
    starts.push(records.size());
    RelatedQuery query = {.workspace = &workspace,
                          .module = records[0].module,
                          .keys = keys.view(),
                          .types = {from.types[0], from.types[1]},
                          .as_of = as_of,
                          .show = Show::current,
                          .max_rows = std::nullopt};
    for_each_related_unordered(query, [&](const RelatedRow &row) {
        pg::in_context(memory, [&] {
            for (size_t i = starts[row.from]; i < starts[row.from + 1]; ++i)
                next.add(records[i].origin, row.module, row.key, records[i].ways);
        });
    });
}

void take_step(const Workspace &workspace, Step step, std::span<Reached> records, DateADT as_of, Frontier &next)
{
    std::sort(records.begin(), records.end(),
              [](const Reached &a, const Reached &b) { return compare_records(a, b) < 0; });
    for (size_t first = 0, end; first < records.size(); first = end) {
        for (end = first; end < records.size() && records[end].module == records[first].module;)
            ++end;
        const StepFrom &from = step[place(workspace, records[first].module)];
        if (!from.types[0].ids.empty() || !from.types[1].ids.empty())
            step_from(workspace, from, records.subspan(first, end - first), as_of, next, CurrentMemoryContext);
    }
}

// The records that the path leads to, by origin, module and key.
std::span<const Reached> follow(const Workspace &workspace, const Module &module, std::span<const Datum> keys,
                                std::span<const Step> steps, DateADT as_of)
{
    pg::Array<Reached> start;
    for (size_t i = 0; i < keys.size(); ++i)
        start.push({i, &module, keys[i], 1});
    std::span<Reached> records(start.begin(), start.size());
    MemoryContext last = nullptr;
    for (Step step : steps) {
        MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "relate step", ALLOCSET_DEFAULT_SIZES);
        pg::in_context(memory, [&] {
            Frontier next;
            take_step(workspace, step, records, as_of, next);
            records = next.records();
        });
        if (last)
            MemoryContextDelete(last);
        last = memory;
    }
    std::sort(records.begin(), records.end(), [](const Reached &a, const Reached &b) {
        return a.origin != b.origin ? a.origin < b.origin : compare_records(a, b) < 0;
    });
    return records;
}

// ---- the functions -------------------------------------------------------------------

void put_rows(const pg::Output &output, std::span<const Reached> records, const Datum *from_keys)
{
    constexpr size_t rows_at_once = 1000;
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate rows", ALLOCSET_DEFAULT_SIZES);
    for (size_t first = 0; first < records.size(); first += rows_at_once) {
        std::span<const Reached> batch = records.subspan(first, std::min(rows_at_once, records.size() - first));
        pg::in_context(work, [&] {
            auto *names = palloc_array(Datum, batch.size());
            NamesWanted wanted;
            for (size_t i = 0; i < batch.size(); ++i)
                wanted.add(batch[i].module, batch[i].key, &names[i]);
            wanted.fetch();
            for (size_t i = 0; i < batch.size(); ++i) {
                pg::Columns columns;
                if (from_keys)
                    columns.add(from_keys[batch[i].origin]);
                columns.text(batch[i].module->name);
                columns.add(batch[i].key);
                columns.reference(names[i]);
                columns.add(Int64GetDatum(batch[i].ways));
                columns.put(output);
            }
        });
        MemoryContextReset(work);
    }
    MemoryContextDelete(work);
}

// Arguments: module, the key or keys, path, as_of.
Datum follow_path(FunctionCallInfo fcinfo, bool many)
{
    Datum name = required_argument(fcinfo, 0, "module");
    Datum given = required_argument(fcinfo, 1, many ? "keys" : "key");
    required_argument(fcinfo, 2, "path");
    const Workspace &workspace = current_workspace();
    const Module &module = module_named(workspace, text_view(name));
    pg::Array<std::string_view> words;
    expand(workspace, *texts_argument(fcinfo, 2, "path"), words, 0);
    if (words.empty())
        pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                   .message = "the path has no steps",
                   .hint = "A step is the role of the records to be reached, the label that leads to them, or the name of "
                           "a relationship type."});
    pg::Array<Step> steps = plan(workspace, module, words.view());
    Datum key = many ? Datum{0} : canonical_key(module, given);
    std::span<const Datum> keys = many ? canonical_keys(module, given) : std::span<const Datum>(&key, 1);
    pg::Output output = pg::begin_output(fcinfo);
    put_rows(output, follow(workspace, module, keys, steps.view(), date_argument(fcinfo, 3)),
             many ? keys.data() : nullptr);
    return pg::end_output(fcinfo);
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_follow);
Datum relate_follow(PG_FUNCTION_ARGS)
{
    return relate::follow_path(fcinfo, false);
}

PG_FUNCTION_INFO_V1(relate_follow_all);
Datum relate_follow_all(PG_FUNCTION_ARGS)
{
    return relate::follow_path(fcinfo, true);
}
}
