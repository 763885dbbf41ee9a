// Edges that one walk has read, kept for the next calls in the same statement:
// `WHERE relate.is_under('unit', u.id, 5)` asks a million times for the same few
// ways up.
//
// Kept in the function's own memory (fn_extra), for as long as nothing that an
// answer rests on can differ: the type, day, user, catalog, snapshot, command and
// subtransaction. Probes of all calls count together, so that many of them turn
// into one pass (graph/walker.h). The records of calls to come are read together, with their
// ways up, where the plan tells of them; else, where calls ask for one neighbour after the other,
// all that lie on one page of the index, while there is room. No table stays open between calls. Bounded as
// any walk: once half of that is taken, all is forgotten before the next call, which
// has the other half to itself.
#pragma once

#include "pg/lock.h"
#include "query/walk.h"

namespace relate {

class KeptWalk {
public:
    // Upwards along the hierarchy.
    static KeptWalk &upwards(FunctionCallInfo fcinfo, const Workspace &workspace, const RelationshipType &type,
                             DateADT as_of);

    // Cheaper in the order in which they were expected, also where one call does not come.
    graph::Node node(const graph::Record &record)
    {
        for (size_t i : {next_expected_, next_expected_ + 1})
            if (i < expected_.size() && is_node(expected_[i], record)) {
                next_expected_ = i + 1;
                return expected_[i];
            }
        return intern(record);
    }
    // Cheaper where it is the same again.
    graph::Node same_node(const graph::Record &record)
    {
        if (same_ == graph::no_node || !is_node(same_, record))
            same_ = intern(record);
        return same_;
    }
    const graph::Nodes<pg::Palloc> &nodes() const { return walker_.nodes(); }

    // Records of that module that the next calls will ask for, as far as that is known
    // (pg/look_ahead.h): read together with what must be read next.
    void expect(FunctionCallInfo fcinfo, const Module &module);

    // All that can be reached from a record, in breadth-first order, itself first:
    // take(node, depth, its first next one or no_node) until it says false.
    template <class Take>
    void visit(graph::Node start, uint32_t max_depth, Take take)
    {
        pg::in_context(memory_, [&] { visit_kept(start, max_depth, take); });
    }

    // Whether there is such a record: seen in a relationship, or looked up once.
    void require(const AskedRecord &asked, graph::Node node);

private:
    struct Range {
        uint32_t first = 0, count = unread;
        static constexpr uint32_t unread = 0xffffffff;
    };
    struct Reason; // what the answers rest on

    KeptWalk(MemoryContext memory, const Ways &ways, bool takes_gifts)
        : memory_(memory), ways_(ways), limit_(half_of(walk_limit())), walker_({}, limit_), takes_gifts_(takes_gifts)
    {
    }

    graph::Node intern(const graph::Record &record)
    {
        return pg::in_context(memory_, [&] { return walker_.nodes().intern(record); });
    }
    bool is_node(graph::Node node, const graph::Record &record) const
    {
        return graph::compare_records(walker_.nodes().record(node), record) == 0;
    }
    static WalkLimit half_of(WalkLimit limit) { return {limit.bytes, limit.bytes / 2}; }
    bool is_valid(const Workspace &workspace, const RelationshipType &type, DateADT as_of) const;
    bool is_full() const { return !limit_.fits(walker_.bytes() + bytes()); }
    size_t bytes() const { return ranges_.bytes() + next_.bytes() + seen_.bytes() + known_.bytes() + order_.bytes() + expected_.bytes(); }
    void read(std::span<const graph::Node> nodes, uint32_t levels);
    bool is_read(graph::Node node) const { return node < ranges_.size() && ranges_[node].count != Range::unread; }
    void find_unread(std::span<const graph::Node> nodes, std::span<const graph::Node> expected = {});
    void read_from_readers(std::span<const graph::Node> nodes, uint32_t levels);
    void read_expected(std::span<const graph::Node> nodes, uint32_t levels);
    void read_asked(std::span<const graph::Node> nodes, uint32_t levels);
    double likely_cost(double calls) const;
    enum class Reads { asked, expected, beside }; // the last two as gifts, that nobody has asked for
    void climb(size_t first, uint32_t levels, Reads reads);
    bool comes_beside();
    void read_beside(graph::Node node, uint32_t levels);
    bool step(Reads reads);
    bool step_prepared(Reads reads);

    std::span<const graph::Node> next(graph::Node node) const
    {
        const Range &range = ranges_[node];
        return next_.view().subspan(range.first, range.count);
    }

    template <class Take>
    void visit_kept(graph::Node start, uint32_t max_depth, Take take)
    {
        ++visit_;
        order_.clear();
        see(start);
        size_t first = 0;
        for (uint32_t depth = 0; first < order_.size(); ++depth) {
            size_t end = order_.size();
            read(order_.view().subspan(first, end - first), max_depth - depth);
            for (; first < end; ++first) {
                graph::Node at = order_[first];
                std::span<const graph::Node> further = next(at);
                if (!take(at, depth, further.empty() ? graph::no_node : further[0]))
                    return;
                for (graph::Node far : further)
                    see(far);
            }
            if (depth == max_depth)
                return;
        }
    }

    void see(graph::Node node)
    {
        if (node >= seen_.size())
            seen_.resize(walker_.nodes().size(), 0);
        if (seen_[node] == visit_)
            return;
        seen_[node] = visit_;
        order_.push(node);
    }

    MemoryContext memory_;
    Ways ways_;
    WalkLimit limit_;
    Walker walker_;
    Reason *reason_ = nullptr;
    pg::Array<Range> ranges_;       // by node
    pg::Array<graph::Node> next_;   // of all nodes read
    pg::Array<uint32_t> seen_;      // by node: the visit in which it was seen last
    pg::Array<bool> known_;         // by node: looked up
    pg::Array<graph::Node> order_;  // of the visit at work
    pg::Array<graph::Node> unread_; // of the level at work
    pg::Array<graph::Node> level_;
    pg::Array<graph::Node> expected_; // of the calls to come, in their order
    size_t next_expected_ = 0;
    bool reads_expected_ = false; // they are still to be read
    graph::Node same_ = graph::no_node;
    double later_ = 0;                // so many calls may come behind these
    double cost_of_call_ = 1;         // of those before, in probes
    uint32_t visit_ = 0;
    bool takes_gifts_;      // unless they have filled the memory before
    uint64 place_ = 0;      // where the last one asked for was found
    int beside_ = 0;        // so many before it lay there, too
    uint64 place_read_ = 0; // with all that lie there
};

} // namespace relate
