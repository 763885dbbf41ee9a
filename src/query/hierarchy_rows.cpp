// relate.ancestors, descendants, children and siblings, and descendant_count: who is
// above, below or beside a record.
//
// All are breadth-first walks up or down the type's relationships that hold on the
// day (walk.h); where a record has several parents it comes once, at its least
// depth. The ways up are kept between the calls of one statement (kept_walk.h).
#include "pg/look_ahead.h"
#include "pg/row_source.h"
#include "query/hierarchy.h"
#include "query/kept_walk.h"

extern "C" {
Datum relate_descendants(PG_FUNCTION_ARGS);
Datum relate_ancestors(PG_FUNCTION_ARGS);
Datum relate_children(PG_FUNCTION_ARGS);
Datum relate_siblings(PG_FUNCTION_ARGS);
}

namespace relate {

namespace {

using graph::Node;
using graph::no_node;

struct Met {
    Node node;
    uint32_t depth;
    Node parent; // or no_node
};

// Makes rows of module, key, depth, parent_module, parent_key.
class RowMaker {
public:
    RowMaker(const graph::Nodes<pg::Palloc> &nodes, const Workspace &workspace, pg::WantedColumns wanted)
        : nodes_(nodes), wanted_(wanted), own_(workspace), parent_(workspace)
    {
    }

    void make(const Met &met, pg::Columns &row)
    {
        if (wanted_.are_none())
            return;
        add_record(met.node, 0, own_, row);
        row.add(Int32GetDatum(static_cast<int32>(met.depth)));
        add_record(met.parent, 3, parent_, row);
    }

private:
    void add_record(Node node, int column, RecordDatums &datums, pg::Columns &row)
    {
        bool wants_module = wanted_[column], wants_key = wanted_[column + 1];
        if (node == no_node || !(wants_module || wants_key)) {
            row.null();
            row.null();
            return;
        }
        graph::Record record = nodes_.record(node);
        row.reference(wants_module ? datums.module_name(record.module_id) : 0);
        row.reference(wants_key ? datums.key(record.key) : 0);
    }

    const graph::Nodes<pg::Palloc> &nodes_;
    pg::WantedColumns wanted_;
    RecordDatums own_, parent_;
};

// The whole walk is made first; rows are made of it as they are asked for.
class DescendantRows final : public pg::RowSource {
public:
    DescendantRows(const HierarchyQuestion &h, const AskedRecord &asked, uint32_t max_depth, pg::WantedColumns wanted)
        : walk_(h.down()), found_(walk_.walker), maker_(walk_.walker.nodes(), h.workspace, wanted)
    {
        found_.start(asked.record());
        found_.run(max_depth);
        found_.release_work();
        walk_.close();
        if (found_.order().size() == 1)
            require_record(asked);
        rewind();
    }

    bool next(pg::Columns &row) override
    {
        if (at_ == found_.order().size())
            return false;
        if (at_ == found_.level_ends()[depth_])
            ++depth_;
        Node node = found_.order()[at_++];
        maker_.make({node, depth_, found_.met_from(node)}, row);
        return true;
    }

    void rewind() override
    {
        at_ = 1; // behind the record itself
        depth_ = 0;
    }

private:
    HeldWalk walk_;
    BreadthFirst found_;
    RowMaker maker_;
    size_t at_;
    uint32_t depth_;
};

// Few rows, which are there already.
class MetRows final : public pg::RowSource {
public:
    MetRows(const pg::Array<Met> &met, const graph::Nodes<pg::Palloc> &nodes, const Workspace &workspace,
            pg::WantedColumns wanted)
        : met_(met), maker_(nodes, workspace, wanted)
    {
    }

    bool next(pg::Columns &row) override
    {
        if (at_ == met_.size())
            return false;
        maker_.make(met_[at_++], row);
        return true;
    }
    void rewind() override { at_ = 0; }

private:
    pg::Array<Met> met_;
    RowMaker maker_;
    size_t at_ = 0;
};

template <class Rows, class... Arguments>
pg::RowSource *make(const Arguments &...arguments)
{
    return new (palloc(sizeof(Rows))) Rows(arguments...);
}

pg::RowSource *open_descendants(FunctionCallInfo fcinfo, pg::WantedColumns wanted)
{
    HierarchyQuestion h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 4, "module", h, parent_side(h.type)), key);
    return make<DescendantRows>(h, asked, max_depth_argument(fcinfo, 3), wanted);
}

pg::RowSource *open_children(FunctionCallInfo fcinfo, pg::WantedColumns wanted)
{
    HierarchyQuestion h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 3, "module", h, parent_side(h.type)), key);
    return make<DescendantRows>(h, asked, 1u, wanted);
}

pg::RowSource *open_ancestors(FunctionCallInfo fcinfo, pg::WantedColumns wanted)
{
    HierarchyQuestion h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 4, "module", h, child_side(h.type)), key);
    uint32_t max_depth = max_depth_argument(fcinfo, 3);
    KeptWalk &kept = KeptWalk::upwards(fcinfo, h.workspace, h.type, h.as_of);
    Node start = kept.node(asked.record());
    kept.expect(fcinfo, *asked.module);
    pg::Array<Met> met;
    MemoryContext caller = CurrentMemoryContext;
    kept.visit(start, max_depth, [&](Node node, uint32_t depth, Node parent) {
        pg::in_context(caller, [&] {
            if (depth > 0)
                met.push({node, depth, parent});
            else if (parent == no_node)
                kept.require(asked, start);
        });
        return true;
    });
    return make<MetRows>(met, kept.nodes(), h.workspace, wanted);
}

// Who else is below these parents, each with the first parent that they share. A parent
// may be a sibling too, below another parent: so by edges.
pg::Array<Met> beside(const AskedRecord &asked, Walker &down, std::span<const Node> parents, const Walker &up)
{
    BreadthFirst below(down);
    for (Node parent : parents)
        below.start(up.nodes().record(parent));
    Node self = down.nodes().intern(asked.record());
    FirstParents shared;
    pg::Array<Met> met;
    below.run(1, [&](Node parent, Node child, graph::Via) {
        if (child != self && shared.of(child) == no_node)
            met.push({child, 0, parent});
        shared.add(child, parent);
        return true;
    });
    return met;
}

pg::RowSource *open_siblings(FunctionCallInfo fcinfo, pg::WantedColumns wanted)
{
    HierarchyQuestion h = hierarchy_argument(fcinfo, 2);
    Datum key = required_argument(fcinfo, 1, "key");
    AskedRecord asked = asked_record(module_argument(fcinfo, 3, "module", h, child_side(h.type)), key);
    HeldWalk &down = begin_walk(h.down());
    pg::Array<Met> met;
    MemoryContext rows = CurrentMemoryContext;
    with_walk(h.up(), [&](Walker &up) {
        BreadthFirst above(up);
        above.start(asked.record());
        above.run(1);
        if (above.order().size() == 1)
            return require_record(asked);
        pg::in_context(rows, [&] { met = beside(asked, down.walker, above.order().subspan(1), up); });
    });
    down.close();
    return make<MetRows>(met, down.walker.nodes(), h.workspace, wanted);
}

} // namespace

void init_hierarchy_rows()
{
    pg::scan_as_rows(relate_descendants, open_descendants);
    pg::scan_as_rows(relate_ancestors, open_ancestors);
    pg::scan_as_rows(relate_children, open_children);
    pg::scan_as_rows(relate_siblings, open_siblings);
    pg::look_ahead_at(relate_ancestors, 1);
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_descendants);
Datum relate_descendants(PG_FUNCTION_ARGS)
{
    return relate::pg::put_all(fcinfo, relate::open_descendants);
}

PG_FUNCTION_INFO_V1(relate_ancestors);
Datum relate_ancestors(PG_FUNCTION_ARGS)
{
    return relate::pg::put_all(fcinfo, relate::open_ancestors);
}

PG_FUNCTION_INFO_V1(relate_children);
Datum relate_children(PG_FUNCTION_ARGS)
{
    return relate::pg::put_all(fcinfo, relate::open_children);
}

PG_FUNCTION_INFO_V1(relate_siblings);
Datum relate_siblings(PG_FUNCTION_ARGS)
{
    return relate::pg::put_all(fcinfo, relate::open_siblings);
}

PG_FUNCTION_INFO_V1(relate_descendant_count);
Datum relate_descendant_count(PG_FUNCTION_ARGS)
{
    using namespace relate;
    HierarchyQuestion h = hierarchy_argument(fcinfo, 2);
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
}
