// relate.network and connections_in_common: all that is near a record, or two, by
// whatever types, in both directions.
//
// Walks go over relationships that hold on the day (walk.h). Names are read as the
// caller, with his rights, and only where somebody looks at them.
#include "query/network.h"

#include "pg/row_source.h"
#include "query/arguments.h"
#include "read/names.h"
#include "query/walk.h"

extern "C" {
Datum relate_network(PG_FUNCTION_ARGS);
Datum relate_connections_in_common(PG_FUNCTION_ARGS);
}

namespace relate {

namespace {

using graph::Node;

struct Reached {
    Node node;
    uint32_t distance;
};

// Rows of module, key, name, distance: in batches, for the names.
class ReachedRows final : public pg::RowSource {
public:
    ReachedRows(pg::WantedColumns wanted, const Workspace &workspace, const graph::Nodes<pg::Palloc> &nodes,
                const pg::Array<Reached> &reached)
        : wanted_(wanted), workspace_(workspace), nodes_(nodes), reached_(reached), modules_(workspace),
          batch_memory_(AllocSetContextCreate(CurrentMemoryContext, "relate named rows", ALLOCSET_DEFAULT_SIZES))
    {
    }

    bool next(pg::Columns &row) override
    {
        if (at_ == reached_.size())
            return false;
        if (at_ == batch_end_)
            read_batch();
        const Reached &reached = reached_[at_];
        const Named &named = batch_[at_++ - batch_start_];
        row.reference(wanted_[0] ? modules_.module_name(nodes_.record(reached.node).module_id) : 0);
        row.reference(named.key);
        row.reference(named.name);
        row.add(Int32GetDatum(static_cast<int32>(reached.distance)));
        return true;
    }

    void rewind() override
    {
        at_ = batch_end_ = 0;
        batch_size_ = first_batch;
    }

private:
    struct Named {
        Datum key;
        Datum name; // text, or 0
    };
    // The more at once, the closer their names lie together; the first rows come soon all the same.
    static constexpr size_t first_batch = 100, bytes_a_row = 150;

    void read_batch()
    {
        MemoryContextReset(batch_memory_);
        batch_ = {};
        batch_start_ = at_;
        batch_end_ = std::min(reached_.size(), at_ + batch_size_);
        batch_size_ = std::min(batch_size_ * 10, std::max<size_t>(first_batch, work_mem * size_t{1024} / bytes_a_row));
        pg::in_context(batch_memory_, [&] {
            batch_.resize_exactly(batch_end_ - batch_start_, {});
            bool wants_name = wanted_[2], wants_key = wanted_[1] || wants_name;
            NamesWanted names;
            for (size_t i = 0; wants_key && i < batch_.size(); ++i) {
                graph::Record record = nodes_.record(reached_[batch_start_ + i].node);
                batch_[i].key = key_datum(record.key);
                if (wants_name)
                    names.add(workspace_.module(record.module_id), batch_[i].key, &batch_[i].name);
            }
            names.fetch();
        });
    }

    pg::WantedColumns wanted_;
    const Workspace &workspace_;
    const graph::Nodes<pg::Palloc> &nodes_;
    pg::Array<Reached> reached_;
    RecordDatums modules_;
    MemoryContext batch_memory_;
    pg::Array<Named> batch_;
    size_t batch_size_ = first_batch;
    size_t at_ = 0, batch_start_ = 0, batch_end_ = 0;
};

pg::RowSource *rows_of(HeldWalk &walk, pg::WantedColumns wanted, const Workspace &workspace,
                       const pg::Array<Reached> &reached)
{
    walk.close();
    return new (palloc(sizeof(ReachedRows))) ReachedRows(wanted, workspace, walk.walker.nodes(), reached);
}

pg::RowSource *open_network(FunctionCallInfo fcinfo, pg::WantedColumns wanted)
{
    const Workspace &workspace = current_workspace();
    AskedRecord asked = record_argument(fcinfo, workspace, 0, "module", "key");
    Ways ways = both_ways(workspace, types_argument(fcinfo, 2, workspace), date_argument(fcinfo, 3));
    uint32_t max_depth = max_depth_argument(fcinfo, 4);
    HeldWalk &walk = begin_walk(ways);
    BreadthFirst found(walk.walker);
    found.start(asked.record());
    found.run(max_depth);
    if (found.order().size() == 1)
        require_record(asked);
    found.release_work();
    pg::Array<Reached> reached;
    found.for_each([&](Node node, uint32_t distance) {
        if (distance > 0)
            reached.push({node, distance});
    });
    return rows_of(walk, wanted, workspace, reached);
}

// The nearest first, as far as the farther of the two; then as the first record met them.
pg::Array<Reached> reached_by_both(const BreadthFirst &from_a, const BreadthFirst &from_b, size_t nodes)
{
    pg::Array<uint32_t> distance;
    distance.resize(nodes, 0);
    from_b.for_each([&](Node node, uint32_t depth) { distance[node] = depth; });
    struct Common {
        Reached reached;
        size_t place;
    };
    Node start_a = from_a.order()[0], start_b = from_b.order()[0];
    pg::Array<Common> common;
    from_a.for_each([&](Node node, uint32_t depth) {
        if (node != start_a && node != start_b && from_b.has_met(node))
            common.push({{node, std::max(depth, distance[node])}, common.size()});
    });
    std::sort(common.begin(), common.end(), [](const Common &x, const Common &y) {
        return x.reached.distance != y.reached.distance ? x.reached.distance < y.reached.distance : x.place < y.place;
    });
    pg::Array<Reached> reached;
    for (const Common &record : common)
        reached.push(record.reached);
    return reached;
}

pg::RowSource *open_connections_in_common(FunctionCallInfo fcinfo, pg::WantedColumns wanted)
{
    const Workspace &workspace = current_workspace();
    AskedRecord a = record_argument(fcinfo, workspace, 0, "module", "key");
    AskedRecord b = record_argument(fcinfo, workspace, 2, "other_module", "other_key");
    Ways ways = both_ways(workspace, types_argument(fcinfo, 4, workspace), date_argument(fcinfo, 5));
    uint32_t max_depth = max_depth_argument(fcinfo, 6);
    HeldWalk &walk = begin_walk(ways);
    BreadthFirst from_a(walk.walker), from_b(walk.walker);
    from_a.start(a.record());
    from_b.start(b.record());
    from_a.run(max_depth);
    from_b.run(max_depth);
    if (from_a.order().size() == 1)
        require_record(a);
    if (from_b.order().size() == 1)
        require_record(b);
    return rows_of(walk, wanted, workspace, reached_by_both(from_a, from_b, walk.walker.nodes().size()));
}

} // namespace

void init_network_rows()
{
    pg::scan_as_rows(relate_network, open_network);
    pg::scan_as_rows(relate_connections_in_common, open_connections_in_common);
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_network);
Datum relate_network(PG_FUNCTION_ARGS)
{
    return relate::pg::put_all(fcinfo, relate::open_network);
}

PG_FUNCTION_INFO_V1(relate_connections_in_common);
Datum relate_connections_in_common(PG_FUNCTION_ARGS)
{
    return relate::pg::put_all(fcinfo, relate::open_connections_in_common);
}
}
