// relate.ancestors, descendants and the other questions to a hierarchy.
//
// All are breadth-first walks up or down the type's relationships that hold on the
// day (walk.h); where a record has several parents it comes once, at its least
// depth. The ways up are kept between the calls of one statement (kept_walk.h).
#include "pg/error.h"
#include "pg/srf.h"
#include "query/arguments.h"
#include "query/kept_walk.h"
#include "query/names.h"
#include "query/walk.h"

namespace relate {

namespace {

using graph::Node;
using graph::no_node;

// ---- arguments ---------------------------------------------------------------------

struct Question {
    const Workspace &workspace;
    const RelationshipType &type;
    DateADT as_of;

    Ways up() const { return upwards(workspace, type, as_of); }
    Ways down() const { return downwards(workspace, type, as_of); }
};

Question hierarchy_argument(FunctionCallInfo fcinfo, int as_of)
{
    Datum name = required_argument(fcinfo, 0, "type");
    const Workspace &workspace = current_workspace();
    const RelationshipType &type = type_named(workspace, text_view(name));
    if (type.hierarchy == Hierarchy::none)
        pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                   .message = psprintf("relationship type \"%s\" is not a hierarchy", type.name),
                   .hint = psprintf("Say which side is the parent: SELECT relate.alter_relationship_type(%s, "
                                    "hierarchy_parent => 'target').", quote_literal_cstr(type.name))});
    return {workspace, type, date_argument(fcinfo, as_of)};
}

// The module of a record that stands on `side`: as the caller says, or else the type.
const Module &module_argument(FunctionCallInfo fcinfo, int number, const char *name, const Question &h, Side side)
{
    int32 own = h.type.side(side).module_id, far = h.type.side(other(side)).module_id;
    if (!PG_ARGISNULL(number)) {
        const Module &module = module_named(h.workspace, text_view(PG_GETARG_DATUM(number)));
        if (own && far && module.id != own && module.id != far)
            pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                       .message = psprintf("no record of module \"%s\" takes part in \"%s\"", module.name, h.type.name)});
        return module;
    }
    const Module *module = h.workspace.module(own);
    if (!module)
        pg::raise({.sqlstate = ERRCODE_NULL_VALUE_NOT_ALLOWED,
                   .message = psprintf("argument \"%s\" must not be null", name),
                   .detail = psprintf("The hierarchy \"%s\" spans records of several modules.", h.type.name),
                   .hint = psprintf("Name that of the record: %s => '...'.", name)});
    return *module;
}

// ---- rows ----------------------------------------------------------------------------

// module, key, depth, parent_module, parent_key
class RowWriter {
public:
    RowWriter(const pg::Output &output, const graph::Nodes<pg::Palloc> &nodes, const Workspace &workspace)
        : output_(output), nodes_(nodes), own_(workspace), parent_(workspace)
    {
    }

    void put(Node node, uint32_t depth, Node parent)
    {
        pg::Columns columns;
        graph::Record record = nodes_.record(node);
        columns.add(own_.module_name(record.module_id));
        columns.add(own_.key(record.key));
        columns.add(Int32GetDatum(static_cast<int32>(depth)));
        if (parent == no_node) {
            columns.null();
            columns.null();
        } else {
            graph::Record above = nodes_.record(parent);
            columns.add(parent_.module_name(above.module_id));
            columns.add(parent_.key(above.key));
        }
        columns.put(output_);
    }

private:
    const pg::Output &output_;
    const graph::Nodes<pg::Palloc> &nodes_;
    RecordDatums own_, parent_;
};

// The first parent of each record gone on from.
class FirstParents {
public:
    void add(Node child, Node parent)
    {
        if (child >= parents_.size())
            parents_.resize(child + 1, no_node);
        if (parents_[child] == no_node)
            parents_[child] = parent;
    }
    Node of(Node child) const { return child < parents_.size() ? parents_[child] : no_node; }

private:
    pg::Array<Node> parents_;
};

uint32_t one_more(uint32_t depth) { return depth == any_depth ? depth : depth + 1; }

void put_descendants(const pg::Output &output, const Question &h, const AskedRecord &asked, uint32_t max_depth)
{
    with_walk(h.down(), [&](Walker &walker) {
        BreadthFirst found(walker);
        found.start(asked.record());
        found.run(max_depth);
        if (found.order().size() == 1)
            require_record(asked);
        RowWriter rows(output, walker.nodes(), h.workspace);
        found.for_each([&](Node node, uint32_t depth) {
            if (depth > 0)
                rows.put(node, depth, found.met_from(node));
        });
    });
}

void put_ancestors(const pg::Output &output, const Question &h, const AskedRecord &asked, uint32_t max_depth,
                   KeptWalk &kept)
{
    RowWriter rows(output, kept.nodes(), h.workspace);
    Node start = kept.node(asked.record());
    MemoryContext caller = CurrentMemoryContext;
    kept.visit(start, max_depth, [&](Node node, uint32_t depth, Node parent) {
        pg::in_context(caller, [&] {
            if (depth > 0)
                rows.put(node, depth, parent);
            else if (parent == no_node)
                kept.require(asked, start);
        });
        return true;
    });
}

void put_siblings(const pg::Output &output, const Question &h, const AskedRecord &asked)
{
    with_walk(h.up(), [&](Walker &up) {
        BreadthFirst above(up);
        above.start(asked.record());
        above.run(1);
        if (above.order().size() == 1)
            return require_record(asked);
        with_walk(h.down(), [&](Walker &down) {
            BreadthFirst beside(down);
            for (Node parent : above.order().subspan(1))
                beside.start(up.nodes().record(parent));
            // A parent may be a sibling too, below another parent: so by edges.
            Node self = down.nodes().intern(asked.record());
            FirstParents shared;
            pg::Array<Node> siblings;
            beside.run(1, [&](Node parent, Node child, graph::Via) {
                if (child != self && shared.of(child) == no_node)
                    siblings.push(child);
                shared.add(child, parent);
                return true;
            });
            RowWriter rows(output, down.nodes(), h.workspace);
            for (Node sibling : siblings)
                rows.put(sibling, 0, shared.of(sibling));
        });
    });
}

// ---- the tree --------------------------------------------------------------------------

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
    const char *name;
};

class TreeWriter {
public:
    TreeWriter(const pg::Output &output, const Walker &walker, const Question &h, const BreadthFirst &found,
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
            rows_.push({node, depth, pg::array_argument(record_key_type(), path.view()).value, path.back(), nullptr});
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
        columns.text(row.name);
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
        const char *name = row.name ? row.name : cstring_of_key_datum(row.key);
        return psprintf("%*s%s", static_cast<int>(2 * row.depth), "", name);
    }

    const pg::Output &output_;
    const graph::Nodes<pg::Palloc> &nodes_;
    const Question &h_;
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

void put_tree(const pg::Output &output, const Question &h, Walker &walker, BreadthFirst &found, uint32_t max_depth)
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

// ---- roots -----------------------------------------------------------------------------

// Records that are a parent on the day and have none: each(record), in order. They
// last until it returns.
template <class Each>
void for_each_root(const Question &h, Each each)
{
    with_walk(h.up(), [&](Walker &up) {
        pg::Array<Node> parents;
        OpenedWays down(h.down());
        for (graph::Reader *reader : down.readers())
            reader->pass([&](const graph::Record &near, const graph::Record &, graph::Via) {
                if (up.nodes().intern(near) == parents.size()) {
                    parents.push(static_cast<Node>(parents.size()));
                    if (parents.size() % 1000 == 0)
                        up.check(parents.bytes());
                }
                return true;
            });
        down.close();
        up.sort({parents.begin(), parents.size()});
        pg::Array<bool> has_parent;
        has_parent.resize(parents.size(), false);
        up.step(parents.view(), [&](size_t place, Node, graph::Via) {
            has_parent[place] = true;
            return true;
        });
        for (size_t i = 0; i < parents.size(); ++i)
            if (!has_parent[i])
                each(up.nodes().record(parents[i]));
    });
}

// ---- named records -----------------------------------------------------------------------

struct NamedRow {
    graph::Record record;
    Datum key;
    const char *name;
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

// ---- paths and common ancestors --------------------------------------------------------------

// From the nearest root down to the record.
void put_path(const pg::Output &output, const Question &h, const AskedRecord &asked)
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
            rows.push({walker.nodes().record(node), 0, nullptr});
            if (found.met_from(node) == node)
                break;
        }
        int32 depth = 0;
        for (const NamedRow &row : with_names(h.workspace, rows)) {
            pg::Columns columns;
            columns.text(h.workspace.module(row.record.module_id)->name);
            columns.add(row.key);
            columns.text(row.name);
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
void put_common_ancestor(const pg::Output &output, const Question &h, const AskedRecord &a, const AskedRecord &b)
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
        rows.push({walker.nodes().record(best), 0, nullptr});
        const NamedRow &row = with_names(h.workspace, rows)[0];
        pg::Columns columns;
        columns.text(h.workspace.module(row.record.module_id)->name);
        columns.add(row.key);
        columns.text(row.name);
        columns.add(Int32GetDatum(static_cast<int32>(to_a[best])));
        columns.add(Int32GetDatum(static_cast<int32>(to_b[best])));
        columns.put(output);
    });
}

// ---- yes or no ---------------------------------------------------------------------------------

// Whether `ancestor` is above `record`.
bool is_above(KeptWalk &kept, const AskedRecord &record, const AskedRecord &ancestor)
{
    Node start = kept.node(record.record()), wanted = kept.node(ancestor.record());
    bool found = false, has_parent = false;
    kept.visit(start, any_depth, [&](Node node, uint32_t depth, Node parent) {
        has_parent = has_parent || parent != no_node;
        found = depth > 0 && node == wanted;
        return !found;
    });
    if (!has_parent)
        kept.require(record, start);
    if (!found)
        kept.require(ancestor, wanted);
    return found;
}

bool is_same(const AskedRecord &a, const AskedRecord &b)
{
    return a.module == b.module && equal_key_datums(a.key, b.key);
}

// The arguments of is_under and its kin: type, key, other key, as_of, and the
// modules of the two. `above` is whether the first is asked to be the upper one.
struct Answer {
    bool is_null, is_same, is_under;
};

Answer relation(FunctionCallInfo fcinfo, bool above, const char *other_module)
{
    Question h = hierarchy_argument(fcinfo, 3);
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
        return {true, false, false};
    int lower = above ? 2 : 1, upper = above ? 1 : 2;
    const char *names[] = {"module", other_module};
    AskedRecord below = asked_record(module_argument(fcinfo, lower + 3, names[lower - 1], h, child_side(h.type)),
                                     PG_GETARG_DATUM(lower));
    AskedRecord top = asked_record(module_argument(fcinfo, upper + 3, names[upper - 1], h, parent_side(h.type)),
                                   PG_GETARG_DATUM(upper));
    if (is_same(below, top)) {
        require_record(below);
        return {false, true, false};
    }
    return {false, false, is_above(KeptWalk::upwards(fcinfo, h.workspace, h.type, h.as_of), below, top)};
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_descendants);
Datum relate_descendants(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 4, "module", h, parent_side(h.type)), key);
    uint32_t max_depth = max_depth_argument(fcinfo, 3);
    put_descendants(pg::begin_output(fcinfo), h, asked, max_depth);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_ancestors);
Datum relate_ancestors(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 4, "module", h, child_side(h.type)), key);
    uint32_t max_depth = max_depth_argument(fcinfo, 3);
    KeptWalk &kept = KeptWalk::upwards(fcinfo, h.workspace, h.type, h.as_of);
    put_ancestors(pg::begin_output(fcinfo), h, asked, max_depth, kept);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_children);
Datum relate_children(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 3, "module", h, parent_side(h.type)), key);
    put_descendants(pg::begin_output(fcinfo), h, asked, 1);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_siblings);
Datum relate_siblings(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 3, "module", h, child_side(h.type)), key);
    put_siblings(pg::begin_output(fcinfo), h, asked);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_descendant_count);
Datum relate_descendant_count(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 4, "module", h, parent_side(h.type)), key);
    uint32_t max_depth = max_depth_argument(fcinfo, 3);
    int64 count = 0;
    with_walk(h.down(), [&](Walker &walker) {
        BreadthFirst found(walker);
        found.start(asked.record());
        found.run(max_depth);
        count = static_cast<int64>(found.order().size()) - 1;
        if (count == 0)
            require_record(asked);
    });
    PG_RETURN_INT64(count);
}

PG_FUNCTION_INFO_V1(relate_hierarchy_tree);
Datum relate_hierarchy_tree(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 2);
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
    Question h = hierarchy_argument(fcinfo, 1);
    pg::Output output = pg::begin_output(fcinfo);
    for_each_root(h, [&](const graph::Record &root) {
        pg::Columns columns;
        const Module *module = h.workspace.module(root.module_id);
        Datum key = key_datum(root.key);
        columns.text(module->name);
        columns.add(key);
        columns.text(names_of(*module, {&key, 1})[0].name);
        columns.put(output);
    });
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_hierarchy_path);
Datum relate_hierarchy_path(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 3, "module", h, child_side(h.type)), key);
    put_path(pg::begin_output(fcinfo), h, asked);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_lowest_common_ancestor);
Datum relate_lowest_common_ancestor(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Question h = hierarchy_argument(fcinfo, 3);
    Datum key = required_argument(fcinfo, 1, "key"), other_key = required_argument(fcinfo, 2, "other_key");
    AskedRecord a = asked_record(module_argument(fcinfo, 4, "module", h, child_side(h.type)), key);
    AskedRecord b = asked_record(module_argument(fcinfo, 5, "other_module", h, child_side(h.type)), other_key);
    put_common_ancestor(pg::begin_output(fcinfo), h, a, b);
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_is_under);
Datum relate_is_under(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, false, "ancestor_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under);
}

PG_FUNCTION_INFO_V1(relate_is_under_or_equal);
Datum relate_is_under_or_equal(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, false, "ancestor_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under || found.is_same);
}

PG_FUNCTION_INFO_V1(relate_is_not_under);
Datum relate_is_not_under(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, false, "ancestor_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(!found.is_under);
}

PG_FUNCTION_INFO_V1(relate_is_above);
Datum relate_is_above(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, true, "descendant_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under);
}

PG_FUNCTION_INFO_V1(relate_is_above_or_equal);
Datum relate_is_above_or_equal(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, true, "descendant_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under || found.is_same);
}
}
