// relate.record_overview: a record and what it is related to, at a glance.
//
// One pass over the record's relationships counts them by module and keeps the
// few to show of each, so a record with a million of them takes no more memory.
#include "catalog/record.h"
#include "pg/access.h"
#include "pg/json.h"
#include "pg/memory.h"
#include "query/arguments.h"
#include "query/record_status.h"
#include "read/names.h"
#include "read/related.h"

namespace relate {

namespace {

constexpr size_t shown_records = 5;

// Current ones first.
bool is_shown_before(const RelatedRow &a, const RelatedRow &b)
{
    return a.is_current != b.is_current ? a.is_current : comes_before(a, b);
}

// What the record is related to in one module.
struct RelatedModule {
    const Module *module;
    int64 count, current_count;
    std::array<RelatedRow, shown_records> rows; // in order
    std::array<Datum, shown_records> names;     // texts, or 0
    size_t row_count;

    void add(const RelatedRow &row)
    {
        ++count;
        current_count += row.is_current;
        if (row_count == shown_records && !is_shown_before(row, rows[row_count - 1]))
            return;
        if (row_count == shown_records)
            free_copy(rows[row_count - 1]);
        else
            ++row_count;
        size_t place = row_count - 1;
        for (; place > 0 && is_shown_before(row, rows[place - 1]); --place)
            rows[place] = rows[place - 1];
        rows[place] = copy_row(row);
    }
};

RelatedModule &of_module(pg::Array<RelatedModule> &modules, const Module *module)
{
    for (RelatedModule &known : modules)
        if (known.module == module)
            return known;
    RelatedModule fresh = {};
    fresh.module = module;
    return modules.push(fresh);
}

pg::Array<RelatedModule> related_modules(const Workspace &workspace, const Module &module, Datum key)
{
    RelatedQuery query = {.workspace = &workspace,
                          .module = &module,
                          .keys = {&key, 1},
                          .types = {{true, {}}, {true, {}}},
                          .as_of = GetSQLCurrentDate(),
                          .show = Show::all,
                          .max_rows = std::nullopt};
    pg::Array<RelatedModule> modules;
    MemoryContext caller = CurrentMemoryContext;
    for_each_related_unordered(query, [&](const RelatedRow &row) {
        pg::in_context(caller, [&] { of_module(modules, row.module).add(row); });
    });
    std::sort(modules.begin(), modules.end(), [](const RelatedModule &a, const RelatedModule &b) {
        return strcmp(a.module->name, b.module->name) < 0;
    });
    return modules;
}

bool may_read_status(const Workspace &workspace)
{
    return pg::may_select(workspace.record_status_table) && pg::may_select(workspace.status_table);
}

void write_record(pg::JsonWriter &json, const Workspace &workspace, const Module &module, Datum key)
{
    NamedRecord named = names_of(module, {&key, 1})[0];
    RecordStatus status = may_read_status(workspace) ? status_of(workspace, module, key) : RecordStatus{};
    json.key("record");
    json.begin_object();
    json.text("module", module.name);
    json.text("label", module.singular);
    json.text("key", cstring_of_key_datum(key));
    json.text_value("name", named.name);
    json.text("status", status.name);
    json.date("status_since", status.since);
    json.end_object();
}

void write_row(pg::JsonWriter &json, const RelatedRow &row, Datum name)
{
    json.begin_object();
    if (row.type->is_hard_link())
        json.text("relationship_id", nullptr);
    else
        json.number("relationship_id", row.id);
    json.text("type", row.type->name);
    json.text("role", row.role());
    json.text("own_role", row.own_role());
    json.text("label", row.label());
    json.text("key", cstring_of_key_datum(row.key));
    json.text_value("name", name);
    json.date("start_date", row.start_date);
    json.date("end_date", row.end_date);
    json.number("importance", row.importance);
    json.boolean("is_current", row.is_current);
    json.end_object();
}

void write_module(pg::JsonWriter &json, const RelatedModule &related)
{
    json.begin_object();
    json.text("module", related.module->name);
    json.text("label", related.module->plural);
    json.number("count", related.count);
    json.number("current_count", related.current_count);
    json.key("records");
    json.begin_array();
    for (size_t i = 0; i < related.row_count; ++i)
        write_row(json, related.rows[i], related.names[i]);
    json.end_array();
    json.end_object();
}

Datum overview(const Workspace &workspace, const Module &module, Datum key)
{
    pg::Array<RelatedModule> modules = related_modules(workspace, module, key);
    NamesWanted wanted;
    for (RelatedModule &related : modules)
        for (size_t i = 0; i < related.row_count; ++i)
            wanted.add(related.module, related.rows[i].key, &related.names[i]);
    wanted.fetch();
    pg::JsonWriter json;
    json.begin_object();
    write_record(json, workspace, module, key);
    json.key("related");
    json.begin_array();
    for (const RelatedModule &related : modules)
        write_module(json, related);
    json.end_array();
    json.end_object();
    return json.value();
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_record_overview);
Datum relate_record_overview(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Datum name = required_argument(fcinfo, 0, "module");
    Datum given = required_argument(fcinfo, 1, "key");
    const Workspace &workspace = current_workspace();
    const Module &module = module_named(workspace, text_view(name));
    PG_RETURN_DATUM(overview(workspace, module, canonical_key(module, given)));
}
}
