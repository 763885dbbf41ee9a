// relate.shortest_path: how two records hang together, by whatever types, in both
// directions, told step by step.
//
// The walk goes over relationships that hold on the day (walk.h). Names are read as the
// caller, with his rights; so are kinds, and a record whose kind he may not read
// is of none.
#include "catalog/record.h"
#include "pg/access.h"
#include "pg/error.h"
#include "pg/srf.h"
#include "query/arguments.h"
#include "query/step.h"
#include "query/walk.h"
#include "read/by_keys.h"
#include "read/direct.h"
#include "read/names.h"

namespace relate {

namespace {

using graph::Node;

// ---- what may lie on the way ----------------------------------------------------------

class Through {
public:
    Through(FunctionCallInfo fcinfo, int modules, int kinds, const Workspace &workspace)
        : workspace_(workspace), modules_(texts_argument(fcinfo, modules, "through_modules")),
          kinds_(texts_argument(fcinfo, kinds, "through_kinds"))
    {
        if (modules_)
            for (Datum name : *modules_)
                module_named(workspace, text_view(name));
    }

    void let_through(const graph::Nodes<pg::Palloc> &nodes, std::span<const Node> asked, std::span<bool> open) const
    {
        for (size_t i = 0; i < asked.size(); ++i)
            open[i] = lets(*workspace_.module(nodes.record(asked[i]).module_id));
        if (!kinds_)
            return;
        for (const Module &module : workspace_.modules)
            if (!module.kind && lets(module))
                check_kinds(module, nodes, asked, open);
    }

private:
    static bool contains(std::span<const Datum> texts, std::string_view wanted)
    {
        return std::any_of(texts.begin(), texts.end(), [&](Datum text) { return text_view(text) == wanted; });
    }

    // As far as the module decides.
    bool lets(const Module &module) const
    {
        if (modules_ && !contains(*modules_, module.name))
            return false;
        return !kinds_ || !module.kind || contains(*kinds_, module.kind);
    }

    bool may_read_kind(const Module &module) const
    {
        if (!OidIsValid(module.table) || module.kind_column == InvalidAttrNumber)
            return false;
        pg::Array<AttrNumber> columns;
        for (const KeyColumn &column : module.key)
            columns.push(column.attribute);
        columns.push(module.kind_column);
        return pg::may_select(module.table, columns.view());
    }

    // Each record of the module says its own kind.
    void check_kinds(const Module &module, const graph::Nodes<pg::Palloc> &nodes, std::span<const Node> asked,
                     std::span<bool> open) const
    {
        pg::Array<Datum> keys;
        pg::Array<size_t> places;
        for (size_t i = 0; i < asked.size(); ++i) {
            graph::Record record = nodes.record(asked[i]);
            if (record.module_id != module.id || !open[i])
                continue;
            open[i] = false;
            keys.push(key_datum(record.key));
            places.push(i);
        }
        if (keys.empty() || !may_read_kind(module))
            return;
        KeyArrays arrays = key_arrays(module, keys.view());
        if (arrays.places.empty())
            return;
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfoString(&sql, "SELECT k.place FROM ");
        append_records_by_keys(&sql, module);
        appendStringInfo(&sql, " WHERE CAST(x.%s AS pg_catalog.text) OPERATOR(pg_catalog.=) ANY ($%zu)",
                         pg::column_name(module.table, module.kind_column), arrays.column_count + 1);
        pg::Array<pg::Argument> arguments;
        for (const pg::Argument &argument : arrays.arguments())
            arguments.push(argument);
        arguments.push(pg::array_argument(TEXTOID, *kinds_));
        pg::spi_session([&] {
            uint64 rows = pg::run(sql.data, arguments.view());
            for (uint64 i = 0; i < rows; ++i) {
                bool is_null;
                Datum place = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);
                open[places[arrays.places[static_cast<size_t>(DatumGetInt64(place)) - 1]]] = true;
            }
        });
    }

    const Workspace &workspace_;
    std::optional<std::span<const Datum>> modules_, kinds_;
};

// ---- shortest_path ----------------------------------------------------------------------

struct PathRow {
    graph::Record record;
    graph::Via via;
    const Module *module;
    Datum key;
    Datum name; // text, or 0
};

// Without a name, a record is called by what it is, unless the label has just said that: has Order 10248.
const char *name_in_sentence(const PathRow &row, std::string_view after = {})
{
    if (row.name)
        return TextDatumGetCString(row.name);
    const char *key = cstring_of_key_datum(row.key);
    std::string_view singular = row.module->singular;
    bool is_said = after.ends_with(singular) && after.size() > singular.size() &&
                   after[after.size() - singular.size() - 1] == ' ';
    return is_said ? key : psprintf("%s %s", row.module->singular, key);
}

// Jim Smith is a friend of Bob Jones: they were college roommates.
const char *sentence(const PathRow &from, const char *label, const PathRow &to, Datum description)
{
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "%s %s %s", name_in_sentence(from), label, name_in_sentence(to, label));
    if (description) {
        std::string_view words = text_view(description);
        while (!words.empty() && (words.back() == '.' || words.back() == ' '))
            words.remove_suffix(1);
        if (!words.empty())
            appendStringInfo(&text, ": %.*s", static_cast<int>(words.size()), words.data());
    }
    appendStringInfoChar(&text, '.');
    return text.data;
}

void put_path(const pg::Output &output, const Ways &ways, const Walker &walker, std::span<const ShortestPath::Step> steps)
{
    pg::Array<PathRow> rows;
    for (const ShortestPath::Step &step : steps) {
        graph::Record record = walker.nodes().record(step.node);
        rows.push({record, step.via, ways.workspace->module(record.module_id), key_datum(record.key), 0});
    }
    NamesWanted names;
    for (PathRow &row : rows)
        names.add(row.module, row.key, &row.name);
    names.fetch();
    for (size_t i = 0; i < rows.size(); ++i) {
        const PathRow &row = rows[i];
        pg::Columns columns;
        columns.add(Int32GetDatum(static_cast<int32>(i)));
        columns.text(row.module->name);
        columns.add(row.key);
        columns.reference(row.name);
        if (i == 0) {
            for (int column = 0; column < 5; ++column)
                columns.null();
        } else {
            const PathRow &before = rows[i - 1];
            const RelationshipType &type = *ways.workspace->type(row.via.type_id());
            const char *label = type.side(row.via.from_target() ? Side::target : Side::source).label;
            StepDetails details = step_details(ways, {before.module->id, before.key}, row.via, {row.module->id, row.key});
            if (details.id)
                columns.add(Int64GetDatum(*details.id));
            else
                columns.null();
            columns.text(type.name);
            columns.text(label);
            columns.reference(details.description);
            columns.text(sentence(before, label, row, details.description));
        }
        columns.put(output);
    }
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_shortest_path);
Datum relate_shortest_path(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Workspace &workspace = current_workspace();
    AskedRecord from = record_argument(fcinfo, workspace, 0, "from_module", "from_key");
    AskedRecord to = record_argument(fcinfo, workspace, 2, "to_module", "to_key");
    Ways ways = both_ways(workspace, types_argument(fcinfo, 4, workspace), date_argument(fcinfo, 5));
    uint32_t max_depth = max_depth_argument(fcinfo, 6);
    Through through(fcinfo, 7, 8, workspace);
    pg::Output output = pg::begin_output(fcinfo);
    bool found = false;
    with_walk(ways, [&](Walker &walker) {
        ShortestPath path(walker);
        found = path.search(from.record(), to.record(), max_depth, [&](std::span<const graph::Node> nodes, std::span<bool> open) {
            through.let_through(walker.nodes(), nodes, open);
        });
        if (found && path.steps().size() > 1)
            put_path(output, ways, walker, path.steps());
    });
    if (!found || is_same(from, to)) {
        require_record(from);
        require_record(to);
    }
    if (is_same(from, to))
        with_walk(ways, [&](Walker &walker) {
            ShortestPath::Step self = {walker.nodes().intern(from.record()), {}};
            put_path(output, ways, walker, {&self, 1});
        });
    return pg::end_output(fcinfo);
}
}
