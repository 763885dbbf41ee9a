// relate.hierarchy_tree and hierarchy_roots: a hierarchy as it is drawn, from its
// tops or from one record, depth first, with names.
#include "pg/srf.h"
#include "query/hierarchy.h"
#include "read/names.h"

namespace relate {

namespace {

using graph::Node;
using graph::no_node;

uint32_t one_more(uint32_t depth) { return depth == any_depth ? depth : depth + 1; }

// The records met going down, with their children, each below the one that it was
// met from: the children of one record lie together in the walk's order.
class Tree {
public:
    Tree(const BreadthFirst &found, const graph::Nodes<pg::Palloc> &nodes) : found_(found), order_(found.order())
    {
        first_child_.resize(nodes.size(), 0);
        shown_.resize(nodes.size(), 0);
        for (uint32_t i = static_cast<uint32_t>(order_.size()); i-- > found_.level_ends()[0];) {
            Node parent = found_.met_from(order_[i]);
            first_child_[parent] = i;
            ++shown_[parent];
        }
    }

    // enter(node, depth) in depth-first order.
    template <class Enter>
    void visit(Enter enter) const
    {
        struct Open {
            uint32_t next, end;
        };
        pg::Array<Open> stack;
        stack.push({0, found_.level_ends()[0]});
        while (!stack.empty()) {
            Open &open = stack.back();
            if (open.next == open.end) {
                stack.pop();
                continue;
            }
            Node node = order_[open.next++];
            enter(node, static_cast<uint32_t>(stack.size() - 1));
            stack.push({first_child_[node], first_child_[node] + shown_[node]});
        }
    }

private:
    const BreadthFirst &found_;
    std::span<const Node> order_;
    pg::Array<uint32_t> first_child_, shown_; // by node
};

struct TreeRow {
    Node node;
    uint32_t depth;
    Datum path;
    Datum key;
    Datum name; // text, or 0
};

class TreeWriter {
public:
    TreeWriter(const pg::Output &output, const Walker &walker, const HierarchyQuestion &h, const BreadthFirst &found,
               const pg::Array<int32> &children)
        : output_(output), nodes_(walker.nodes()), h_(h), found_(found), children_(children), own_(h.workspace),
          parent_(h.workspace)
    {
        memory_ = AllocSetContextCreate(CurrentMemoryContext, "relate tree rows", ALLOCSET_DEFAULT_SIZES);
    }

    void add(Node node, uint32_t depth)
    {
        keys_.resize(depth, {});
        keys_.push(node);
        pg::in_context(memory_, [&] {
            pg::Array<Datum> path;
            for (Node step : keys_)
                path.push(key_datum(nodes_.record(step).key));
            rows_.push({node, depth, pg::array_argument(record_key_type(), path.view()).value, path.back(), 0});
        });
        if (rows_.size() >= rows_at_once)
            flush();
    }

    void flush()
    {
        pg::in_context(memory_, [&] {
            NamesWanted names;
            for (TreeRow &row : rows_)
                names.add(&own_.module(nodes_.record(row.node).module_id), row.key, &row.name);
            names.fetch();
            for (const TreeRow &row : rows_)
                put(row);
        });
        rows_ = {};
        own_.forget();
        parent_.forget();
        MemoryContextReset(memory_);
    }

private:
    static constexpr size_t rows_at_once = 1000;

    void put(const TreeRow &row)
    {
        graph::Record record = nodes_.record(row.node);
        Node parent = found_.met_from(row.node);
        pg::Columns columns;
        columns.add(own_.module_name(record.module_id));
        columns.add(row.key);
        columns.reference(row.name);
        columns.text(h_.type.side(row.depth == 0 ? parent_side(h_.type) : child_side(h_.type)).role);
        columns.add(Int32GetDatum(static_cast<int32>(row.depth)));
        if (row.depth == 0) {
            columns.null();
            columns.null();
        } else {
            graph::Record above = nodes_.record(parent);
            columns.add(parent_.module_name(above.module_id));
            columns.add(parent_.key(above.key));
        }
        columns.add(Int32GetDatum(row.node < children_.size() ? children_[row.node] : 0));
        columns.add(row.path);
        columns.text(line(row));
        columns.put(output_);
    }

    const char *line(const TreeRow &row)
    {
        const char *name = row.name ? TextDatumGetCString(row.name) : cstring_of_key_datum(row.key);
        return psprintf("%*s%s", static_cast<int>(2 * row.depth), "", name);
    }

    const pg::Output &output_;
    const graph::Nodes<pg::Palloc> &nodes_;
    const HierarchyQuestion &h_;
    const BreadthFirst &found_;
    const pg::Array<int32> &children_;
    RecordDatums own_, parent_;
    pg::Array<Node> keys_; // from the start to the last record added
    pg::Array<TreeRow> rows_;
    MemoryContext memory_;
};

// Counts the children of each record gone on from, each once.
class ChildCounts {
public:
    void add(Node parent, Node child)
    {
        if (parent >= counts_.size()) {
            counts_.resize(parent + 1, 0);
            last_.resize(parent + 1, no_node);
        }
        if (last_[parent] == child) // related twice: these lie together
            return;
        last_[parent] = child;
        ++counts_[parent];
    }
    const pg::Array<int32> &counts() const { return counts_; }

private:
    pg::Array<int32> counts_;
    pg::Array<Node> last_;
};

void put_tree(const pg::Output &output, const HierarchyQuestion &h, Walker &walker, BreadthFirst &found, uint32_t max_depth)
{
    ChildCounts children;
    found.run(one_more(max_depth), [&](Node parent, Node child, graph::Via) {
        children.add(parent, child);
        return true;
    });
    Tree tree(found, walker.nodes());
    TreeWriter rows(output, walker, h, found, children.counts());
    tree.visit([&](Node node, uint32_t depth) {
        if (depth <= max_depth)
            rows.add(node, depth);
    });
    rows.flush();
}

// Records that are a parent on the day and have none: each(record), in order. They
// last until it returns. A pass also meets parents whose module is gone: none of a record.
template <class Each>
void for_each_root(const HierarchyQuestion &h, Each each)
{
    with_walk(h.up(), [&](Walker &up) {
        pg::Array<Node> parents;
        OpenedWays down(h.down());
        const Module *known_module = nullptr;
        auto add = [&](const graph::Record &near) {
            if (!known_module || near.module_id != known_module->id) {
                known_module = h.workspace.module(near.module_id);
                if (!known_module)
                    return;
            }
            if (up.nodes().intern(near) != parents.size())
                return;
            parents.push(static_cast<Node>(parents.size()));
            if (parents.size() % 1000 == 0)
                up.check(parents.bytes());
        };
        auto take = [&](const graph::Record &near, const graph::Record &, graph::Via) {
            add(near);
            return true;
        };
        auto take_run = [&](const graph::IntegerRun &run) {
            for (const graph::IntegerPair &pair : run.pairs)
                add(graph::decode(graph::EncodedInteger(run.near_module, pair.near).bytes().data()));
            return true;
        };
        for (graph::Reader *reader : down.readers())
            reader->pass(take, take_run);
        down.close();
        up.sort({parents.begin(), parents.size()});
        pg::Array<bool> has_parent;
        has_parent.resize(parents.size(), false);
        up.prepare(parents.view());
        up.step(parents.view(), [&](size_t place, Node, graph::Via) {
            has_parent[place] = true;
            return true;
        });
        for (size_t i = 0; i < parents.size(); ++i)
            if (!has_parent[i])
                each(up.nodes().record(parents[i]));
    });
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_hierarchy_tree);
Datum relate_hierarchy_tree(PG_FUNCTION_ARGS)
{
    using namespace relate;
    HierarchyQuestion h = hierarchy_argument(fcinfo, 2);
    uint32_t max_depth = max_depth_argument(fcinfo, 3);
    pg::Output output = pg::begin_output(fcinfo);
    with_walk(h.down(), [&](Walker &walker) {
        BreadthFirst found(walker);
        if (PG_ARGISNULL(1)) {
            MemoryContext walk = CurrentMemoryContext;
            for_each_root(h, [&](const graph::Record &root) {
                pg::in_context(walk, [&] { found.start(root); });
            });
        } else {
            const Module &module = module_argument(fcinfo, 4, "module", h, parent_side(h.type));
            AskedRecord asked = asked_record(module, PG_GETARG_DATUM(1));
            require_record(asked);
            found.start(asked.record());
        }
        put_tree(output, h, walker, found, max_depth);
    });
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_hierarchy_roots);
Datum relate_hierarchy_roots(PG_FUNCTION_ARGS)
{
    using namespace relate;
    HierarchyQuestion h = hierarchy_argument(fcinfo, 1);
    pg::Output output = pg::begin_output(fcinfo);
    for_each_root(h, [&](const graph::Record &root) {
        pg::Columns columns;
        const Module *module = h.workspace.module(root.module_id);
        Datum key = key_datum(root.key);
        columns.text(module->name);
        columns.add(key);
        columns.reference(names_of(*module, {&key, 1})[0].name);
        columns.put(output);
    });
    return pg::end_output(fcinfo);
}
}
