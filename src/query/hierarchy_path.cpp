// relate.hierarchy_path and lowest_common_ancestor: the way down to a record, and
// where the ways down to two records part.
#include "pg/srf.h"
#include "query/hierarchy.h"
#include "read/names.h"

namespace relate {

namespace {

using graph::Node;
using graph::no_node;

struct NamedRow {
    graph::Record record;
    Datum key;
    Datum name; // text, or 0
};

std::span<NamedRow> with_names(const Workspace &workspace, pg::Array<NamedRow> &rows)
{
    NamesWanted names;
    for (NamedRow &row : rows) {
        row.key = key_datum(row.record.key);
        names.add(workspace.module(row.record.module_id), row.key, &row.name);
    }
    names.fetch();
    return {rows.begin(), rows.size()};
}

// From the nearest root down to the record.
void put_path(const pg::Output &output, const HierarchyQuestion &h, const AskedRecord &asked)
{
    with_walk(h.up(), [&](Walker &walker) {
        BreadthFirst found(walker);
        FirstParents parents;
        found.start(asked.record());
        found.run(any_depth, [&](Node child, Node parent, graph::Via) {
            parents.add(child, parent);
            return true;
        });
        if (found.order().size() == 1)
            require_record(asked);
        Node root = no_node;
        for (Node node : found.order())
            if (parents.of(node) == no_node) {
                root = node;
                break;
            }
        if (root == no_node)
            return; // a circle, which the rules do not allow
        pg::Array<NamedRow> rows;
        for (Node node = root;; node = found.met_from(node)) {
            rows.push({walker.nodes().record(node), 0, 0});
            if (found.met_from(node) == node)
                break;
        }
        int32 depth = 0;
        for (const NamedRow &row : with_names(h.workspace, rows)) {
            pg::Columns columns;
            columns.text(h.workspace.module(row.record.module_id)->name);
            columns.add(row.key);
            columns.reference(row.name);
            columns.add(Int32GetDatum(depth++));
            columns.put(output);
        }
    });
}

// Distances upwards from a record, itself 0, by node.
pg::Array<uint32_t> distances(const BreadthFirst &found, size_t nodes)
{
    pg::Array<uint32_t> depths;
    depths.resize(nodes, any_depth);
    found.for_each([&](Node node, uint32_t depth) { depths[node] = depth; });
    return depths;
}

// Of the records above both (or one of the two that is above the other) those that
// are above no other such record; of these the nearest one.
void put_common_ancestor(const pg::Output &output, const HierarchyQuestion &h, const AskedRecord &a, const AskedRecord &b)
{
    with_walk(h.up(), [&](Walker &walker) {
        struct Edge {
            Node child, parent;
        };
        pg::Array<Edge> edges;
        auto keep = [&](Node child, Node parent, graph::Via) {
            edges.push({child, parent});
            return true;
        };
        BreadthFirst from_a(walker), from_b(walker);
        from_a.start(a.record());
        from_b.start(b.record());
        from_a.run(any_depth, keep);
        from_b.run(any_depth, [](Node, Node, graph::Via) { return true; });
        if (from_a.order().size() == 1)
            require_record(a);
        if (from_b.order().size() == 1)
            require_record(b);
        size_t count = walker.nodes().size();
        pg::Array<uint32_t> to_a = distances(from_a, count), to_b = distances(from_b, count);
        auto is_common = [&](Node node) { return to_a[node] != any_depth && to_b[node] != any_depth; };
        pg::Array<bool> is_above_common;
        is_above_common.resize(count, false);
        for (const Edge &edge : edges)
            if (is_common(edge.child))
                is_above_common[edge.parent] = true;
        Node best = no_node;
        auto comes_before = [&](Node x, Node y) {
            uint64 sum_x = uint64{to_a[x]} + to_b[x], sum_y = uint64{to_a[y]} + to_b[y];
            if (sum_x != sum_y)
                return sum_x < sum_y;
            return graph::compare_records(walker.nodes().record(x), walker.nodes().record(y)) < 0;
        };
        for (Node node : from_a.order())
            if (is_common(node) && !is_above_common[node] && (best == no_node || comes_before(node, best)))
                best = node;
        if (best == no_node)
            return;
        pg::Array<NamedRow> rows;
        rows.push({walker.nodes().record(best), 0, 0});
        const NamedRow &row = with_names(h.workspace, rows)[0];
        pg::Columns columns;
        columns.text(h.workspace.module(row.record.module_id)->name);
        columns.add(row.key);
        columns.reference(row.name);
        columns.add(Int32GetDatum(static_cast<int32>(to_a[best])));
        columns.add(Int32GetDatum(static_cast<int32>(to_b[best])));
        columns.put(output);
    });
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_hierarchy_path);
Datum relate_hierarchy_path(PG_FUNCTION_ARGS)
{
    using namespace relate;
    HierarchyQuestion h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 3, "module", h, child_side(h.type)), key);
    put_path(pg::begin_output(fcinfo), h, asked);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_lowest_common_ancestor);
Datum relate_lowest_common_ancestor(PG_FUNCTION_ARGS)
{
    using namespace relate;
    HierarchyQuestion h = hierarchy_argument(fcinfo, 3);
    Datum key = required_argument(fcinfo, 1, "key"), other_key = required_argument(fcinfo, 2, "other_key");
    AskedRecord a = asked_record(module_argument(fcinfo, 4, "module", h, child_side(h.type)), key);
    AskedRecord b = asked_record(module_argument(fcinfo, 5, "other_module", h, child_side(h.type)), other_key);
    put_common_ancestor(pg::begin_output(fcinfo), h, a, b);
    return pg::end_output(fcinfo);
}
}
