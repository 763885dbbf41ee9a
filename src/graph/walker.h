// One step from many records at once, over all readers: what every traversal is
// made of.
//
// Server-free. While few records are asked for, a reader is probed; when the probes
// made and due would cost more than one pass over all its edges, it is read once
// and kept (adjacency.h), unless memory does not allow: then it is probed on. What
// many probes cost, the reader says, for those that lie together cost less. The
// answers are the same either way, and in the same order.
//
// Control is the caller's: check(bytes) is called often, lets interrupts in, and
// does not return where the memory used is beyond the limit; fits(bytes) asks.
#pragma once

#include "graph/adjacency.h"
#include "graph/record_order.h"

#include <algorithm>
#include <utility>

namespace relate::graph {

template <class Memory, class Control>
class Walker {
public:
    Walker(std::span<Reader *const> readers, Control &control) : control_(control) { seat(readers); }

    // The same readers made anew: what was read from the old ones stays.
    void seat(std::span<Reader *const> readers)
    {
        for (std::size_t i = 0; i < readers.size(); ++i)
            if (i < sources_.size())
                sources_[i].reader = readers[i];
            else
                sources_.push(Source(readers[i]));
    }

    // Whether no reader is needed any more.
    bool is_all_held() const
    {
        return !sources_.empty() &&
               std::all_of(sources_.begin(), sources_.end(), [](const Source &source) { return source.is_held; });
    }

    Nodes<Memory> &nodes() { return nodes_; }
    const Nodes<Memory> &nodes() const { return nodes_; }

    std::size_t bytes() const
    {
        std::size_t sum = nodes_.bytes() + near_bytes_.bytes() + near_.bytes() + order_.bytes();
        for (const Source &source : sources_)
            sum += source.adjacency.bytes();
        return sum;
    }

    // So many nodes may come to be known; 0 where nobody can tell, or memory is short.
    std::size_t nodes_expected() const { return nodes_expected_; }

    // When no step comes any more: the nodes stay.
    void release_edges()
    {
        for (Source &source : sources_)
            source.adjacency.release();
        sources_.release();
        near_bytes_.release();
        near_.release();
        order_.release();
    }

    // What else the caller holds counts, too.
    void check(std::size_t bytes_of_caller) { control_.check(bytes() + bytes_of_caller); }

    // In the order in which probes go best.
    void sort(std::span<Node> nodes) { order_.sort(nodes, nodes_); }

    // What goes with probes costs as much as so many more of them.
    void charge(double probes)
    {
        for (Source &source : sources_)
            source.probes += probes;
    }

    // What the probes made so far have cost.
    double probes() const
    {
        double sum = 0;
        for (const Source &source : sources_)
            sum += source.probes;
        return sum;
    }

    // So many more will come to be due, as far as the caller can tell. He may be wrong: so they count only for
    // some times what has been made.
    void expect_probes(double later)
    {
        for (Source &source : sources_)
            source.later = later;
    }

    // Whether every reader has been read as a whole, now that `count` probes more are due: where
    // these cost more than a pass, however close together they are.
    bool holds_all(double count)
    {
        bool all = true;
        for (Source &source : sources_)
            all = holds(source, least_cost * count) && all;
        return all;
    }

    // Decides for each reader how it gives the edges of these, which are sorted and distinct;
    // `times` as many probes are due. Whether every reader has been read as a whole.
    bool prepare(std::span<const Node> sorted, double times = 1)
    {
        bool all = true;
        for (Source &source : sources_)
            all = decide(source, sorted, times) && all;
        return all;
    }

    // Those that it has been prepared for: take(place, far, via) for each edge of each node,
    // reader by reader, each in the order of the nodes. False if `take` said so.
    template <class Take>
    bool step(std::span<const Node> sorted, Take take)
    {
        for (Source &source : sources_)
            if (!(source.is_held ? look_up(source, sorted, take) : probe(source, sorted, take)))
                return false;
        return true;
    }

    // Where the last probe of the only reader ended (Reader::place).
    std::uint64_t place() const { return sources_[0].reader->place(); }

    // Those of its near records that lie beside one: take(node). And instead of prepare(), for some of them.
    template <class Take>
    void beside(Node near, Take take)
    {
        copy_near({&near, 1});
        sources_[0].reader->beside(near_[0], [&](const Record &other) { take(nodes_.intern(other)); });
    }
    void prepare_beside(std::span<const Node> sorted)
    {
        Source &source = sources_[0];
        source.next_probes = (cost_beside + cost_of_further(source)) * static_cast<double>(sorted.size());
    }

    // The same where all is held, in any order of the nodes: node by node, each
    // reader by reader. Memory is fetched ahead.
    template <class Take>
    void step_held(std::span<const Node> nodes, Take take)
    {
        using Group = typename Adjacency<Memory>::Group;
        constexpr std::size_t batch = Source::batch;
        Pending pending;
        for (std::size_t first = 0; first < nodes.size(); first += batch) {
            std::size_t count = std::min(batch, nodes.size() - first);
            for (Source &source : sources_) {
                const Adjacency<Memory> &adjacency = source.adjacency;
                typename Adjacency<Memory>::Spot spots[batch];
                for (std::size_t i = 0; i < count; ++i) {
                    spots[i] = adjacency.spot(nodes_, nodes[first + i]);
                    adjacency.prefetch(spots[i]);
                }
                for (std::size_t i = 0; i < count; ++i) {
                    source.groups[i] = adjacency.find(nodes_, nodes[first + i], spots[i]);
                    if (source.groups[i] != Adjacency<Memory>::no_group)
                        adjacency.prefetch(source.groups[i]);
                }
            }
            for (std::size_t i = 0; i < count; ++i)
                for (Source &source : sources_) {
                    Group group = source.groups[i];
                    if (group == Adjacency<Memory>::no_group)
                        continue;
                    source.adjacency.for_each_far(group, [&](const auto &far, Via via) {
                        auto spot = nodes_.spot(far);
                        nodes_.prefetch(spot);
                        pending.edges[pending.count++] = {first + i, via, far, spot};
                        if (pending.count == Pending::capacity)
                            flush(pending, take);
                    });
                }
        }
        flush(pending, take);
    }

private:
    struct Source {
        Reader *reader;
        double pass_cost = -1;   // once asked for
        double probes = 0;       // what those made so far have cost
        double next_probes = 0;  // what the next ones cost
        double near = 0, found = 0; // records that had edges, and these
        double later = 0;        // what may come behind them
        std::uint64_t place = 0; // of the last one
        bool is_held = false;
        bool is_too_big = false; // to be held
        Adjacency<Memory> adjacency;
        static constexpr std::size_t batch = 32;
        std::uint32_t groups[batch] = {}; // of the records at work

        Source(Reader *by) : reader(by), adjacency(by->only_via()) {}
    };
    struct Pending {
        static constexpr std::size_t capacity = 64;
        struct Edge {
            std::size_t place;
            Via via;
            Far far;
            typename Nodes<Memory>::Spot spot;
        };
        std::size_t count = 0;
        Edge edges[capacity];
    };
    // Found by probes, with short keys: memory fetches where they are known, or go.
    struct Arrived {
        static constexpr std::size_t capacity = 16, far_capacity = 32;
        struct Edge {
            std::size_t place, size;
            Via via;
            typename Nodes<Memory>::Spot spot;
            std::byte far[far_capacity];
        };
        std::size_t count = 0, met = 0; // of those that came, in turn
        Edge edges[capacity];
    };
    static constexpr std::size_t edges_between_checks = 1024;
    static constexpr double probes_anyway = 8; // without asking what a pass would cost
    static constexpr double least_cost = 0.01; // of a probe
    static constexpr double most_trust = 16; // in probes to come, for each one made
    static constexpr double few_near = 256; // are not trusted to tell how many edges others have
    static constexpr double cost_beside = 0.1; // of one at the place of the last one

    template <class Take>
    void flush(Pending &pending, Take take)
    {
        for (std::size_t i = 0; i < pending.count; ++i) {
            const auto &edge = pending.edges[i];
            take(edge.place, nodes_.intern(edge.far, edge.spot), edge.via);
        }
        since_check_ += pending.count;
        pending.count = 0;
        if (since_check_ >= edges_between_checks)
            check_now();
    }

    void check_now()
    {
        since_check_ = 0;
        control_.check(bytes());
    }
    void count_edge()
    {
        if (++since_check_ >= edges_between_checks)
            check_now();
    }

    bool decide(Source &source, std::span<const Node> sorted, double times)
    {
        source.next_probes = static_cast<double>(sorted.size()) * (1 + cost_of_further(source));
        if (source.is_held || !is_pass_cheaper(source, source.next_probes * times))
            return source.is_held;
        source.next_probes = cost_of_probes(source, sorted);
        return holds(source, source.next_probes * times);
    }

    // Of many, from some that lie together here and there.
    double cost_of_probes(Source &source, std::span<const Node> sorted)
    {
        constexpr std::size_t parts = 8, part = 256, some = parts * part;
        if (sorted.size() <= 2 * some)
            return cost_of_these(source, sorted);
        double cost = 0;
        for (std::size_t i = 0; i < parts; ++i)
            cost += cost_of_these(source, sorted.subspan((sorted.size() - part) * i / (parts - 1), part));
        return cost * static_cast<double>(sorted.size()) / some;
    }
    double cost_of_these(Source &source, std::span<const Node> sorted)
    {
        copy_near(sorted);
        return source.reader->probe_cost(near_.view(), further_edges(source));
    }

    bool holds(Source &source, double cost)
    {
        if (!source.is_held && is_pass_cheaper(source, cost))
            read_all(source);
        return source.is_held;
    }

    // Edges of a record beyond its first one, as many as those probed before had.
    static double further_edges(const Source &source)
    {
        return (source.found - source.near) / (source.near + few_near);
    }
    static double cost_of_further(const Source &source) { return further_edges(source) * Reader::edge_cost; }

    // Than probes that cost so much.
    bool is_pass_cheaper(Source &source, double cost)
    {
        double all = source.probes + cost + std::min(source.later, most_trust * source.probes);
        if (source.is_too_big || all <= probes_anyway)
            return false;
        if (source.pass_cost < 0)
            source.pass_cost = source.reader->pass_cost();
        return all > source.pass_cost;
    }

    void read_all(Source &source)
    {
        auto expected = static_cast<std::size_t>(source.reader->pass_edges());
        if (control_.fits(bytes() + 2 * Adjacency<Memory>::room(expected)))
            source.adjacency.reserve(expected);
        auto goes_on = [&](std::size_t edges) {
            since_check_ += edges;
            if (since_check_ < edges_between_checks)
                return true;
            since_check_ = 0;
            control_.check(0); // interrupts
            return control_.fits(bytes());
        };
        auto take = [&](const Record &near, const Record &far, Via via) {
            source.adjacency.add(near, far, via);
            return goes_on(1);
        };
        auto take_run = [&](const IntegerRun &run) {
            source.adjacency.add(run);
            return goes_on(run.pairs.size());
        };
        bool fits = source.reader->pass(take, take_run);
        if (fits) {
            source.adjacency.finish();
            expect(source.adjacency.far_integers());
        }
        source.is_held = fits && control_.fits(bytes());
        source.is_too_big = !source.is_held;
        if (source.is_too_big)
            source.adjacency.release();
    }

    // Arrays that grow step by step are copied as often: so they are made as long as they may
    // become, if they take no more than a part of the memory.
    void expect(const IntegerKeys &far)
    {
        nodes_.expect(far);
        if (!far.are_dense())
            return;
        constexpr std::size_t traversal = 2 * sizeof(Node); // its own arrays by node
        std::size_t more = far.most(), all = nodes_.size() + more;
        std::size_t bytes_each = EncodedInteger(far.module_id, static_cast<std::uint32_t>(far.greatest)).bytes().size();
        if (!control_.fits(bytes() + 2 * (nodes_.room(more, bytes_each) + all * traversal)))
            return;
        nodes_.reserve(more, bytes_each);
        nodes_expected_ = all;
    }

    template <class Take>
    bool look_up(Source &source, std::span<const Node> sorted, Take take)
    {
        for (std::size_t place = 0; place < sorted.size(); ++place) {
            Node near = sorted[place];
            auto group = source.adjacency.find(nodes_, near, source.adjacency.spot(nodes_, near));
            if (group == Adjacency<Memory>::no_group)
                continue;
            bool goes_on = source.adjacency.for_each(group, [&](Encoded far, Via via) {
                count_edge();
                return take(place, nodes_.intern(far, nodes_.spot(far)), via);
            });
            if (!goes_on)
                return false;
        }
        return true;
    }

    template <class Take>
    bool probe(Source &source, std::span<const Node> sorted, Take take)
    {
        source.probes += source.next_probes;
        std::size_t last = sorted.size();
        copy_near(sorted);
        Arrived arrived;
        auto meet_all_but = [&](std::size_t left) {
            bool goes_on = true;
            for (; goes_on && arrived.count - arrived.met > left; ++arrived.met) {
                const auto &edge = arrived.edges[arrived.met % Arrived::capacity];
                goes_on = take(edge.place, nodes_.intern(Encoded(edge.far, edge.size), edge.spot), edge.via);
            }
            return goes_on;
        };
        bool goes_on = source.reader->probe(near_.view(), [&](std::size_t place, const Record &far, Via via) {
            count_edge();
            ++source.found;
            source.near += place != std::exchange(last, place);
            if (encoded_capacity(far) > Arrived::far_capacity)
                return meet_all_but(0) && take(place, nodes_.intern(far), via);
            if (!meet_all_but(Arrived::capacity - 1))
                return false;
            auto &edge = arrived.edges[arrived.count++ % Arrived::capacity];
            edge.place = place;
            edge.via = via;
            edge.size = encode(far, edge.far);
            edge.spot = nodes_.spot(Encoded(edge.far, edge.size));
            nodes_.prefetch(edge.spot);
            return true;
        });
        count_place(source, sorted.size());
        return goes_on && meet_all_but(0);
    }

    // Single ones that come one beside the other cost less than they were counted for.
    void count_place(Source &source, std::size_t count)
    {
        std::uint64_t place = source.reader->place();
        if (count == 1 && place != 0 && place == source.place)
            source.probes -= (1 - cost_beside) * std::min(1.0, source.next_probes);
        source.place = place;
    }

    // The records' keys move when new ones are met, so the reader gets copies.
    void copy_near(std::span<const Node> sorted)
    {
        near_bytes_.cut(0);
        near_.clear();
        std::size_t size = 0;
        for (Node node : sorted)
            size += nodes_.encoded(node).size();
        near_bytes_.room(size);
        for (Node node : sorted) {
            Encoded bytes = nodes_.encoded(node);
            std::byte *copy = near_bytes_.room(bytes.size());
            detail::copy(copy, bytes.data(), bytes.size());
            near_bytes_.grow_by(bytes.size());
            near_.push(decode(copy));
        }
    }

    Control &control_;
    Array<Source, Memory> sources_;
    Nodes<Memory> nodes_;
    Block<Memory> near_bytes_;
    Array<Record, Memory> near_;
    RecordOrder<Memory> order_;
    std::size_t nodes_expected_ = 0;
    std::size_t since_check_ = 0;
};

} // namespace relate::graph
