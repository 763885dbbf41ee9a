// All that can be reached from some records, level by level.
//
// Server-free. Every record is met once, at its least depth, from the first record
// of the level before that leads to it. The order is that of the readers' edges,
// whichever way they are read: depth, then the order of the records before, then
// of their edges.
#pragma once

#include "graph/walker.h"

namespace relate::graph {

template <class Memory, class Control>
class BreadthFirst {
public:
    explicit BreadthFirst(Walker<Memory, Control> &walker) : walker_(walker) {}

    // Before run(). A record given twice counts once.
    Node start(const Record &record)
    {
        Node node = walker_.nodes().intern(record);
        meet(node, node);
        return node;
    }

    // on_edge(near, far, via) sees every edge walked, also to records met before;
    // when it says false, the search stops, and so does run().
    template <class OnEdge>
    bool run(std::uint32_t max_depth, OnEdge on_edge)
    {
        ends_.push(static_cast<std::uint32_t>(order_.size()));
        for (std::uint32_t depth = 0; depth < max_depth; ++depth) {
            std::size_t before = order_.size();
            std::size_t first = ends_.size() > 1 ? ends_[ends_.size() - 2] : 0;
            if (!go_down(first, before, levels_due(max_depth - depth - 1), on_edge))
                return false;
            walker_.check(bytes());
            if (order_.size() == before)
                break;
            ends_.push(static_cast<std::uint32_t>(order_.size()));
        }
        return true;
    }
    void run(std::uint32_t max_depth)
    {
        run(max_depth, [](Node, Node, Via) { return true; });
    }

    // All records met, the starts first.
    std::span<const Node> order() const { return order_.view(); }
    // Where each level ends in it; the first is that of the starts.
    std::span<const std::uint32_t> level_ends() const { return ends_.view(); }
    bool has_met(Node node) const { return node < parent_.size() && parent_[node] != no_node; }
    // The record from which it was met; of a start, itself.
    Node met_from(Node node) const { return parent_[node]; }

    // each(node, depth), in order.
    template <class Each>
    void for_each(Each each) const
    {
        std::uint32_t depth = 0;
        for (std::uint32_t i = 0; i < order_.size(); ++i) {
            while (depth < ends_.size() && i >= ends_[depth])
                ++depth;
            each(order_[i], depth);
        }
    }

    // When no run comes any more: what was met stays.
    void release_work()
    {
        level_.release();
        sorted_.release();
        places_.release();
        found_.release();
        by_place_.release();
        count_.release();
    }

    std::size_t bytes() const
    {
        return order_.bytes() + parent_.bytes() + found_.bytes() + by_place_.bytes() + places_.bytes() +
               sorted_.bytes() + count_.bytes();
    }

private:
    struct Found {
        std::uint32_t place;
        Node far;
        Via via;
    };

    void meet(Node far, Node near)
    {
        if (far >= parent_.size())
            parent_.resize(far + 1, no_node);
        if (parent_[far] != no_node)
            return;
        parent_[far] = near;
        order_.push(far);
    }

    // How many times the probes of this level are due in all, as far as can be seen from the
    // levels so far; at most so many come after it. Where levels grow by less and less, that goes
    // on; else, and where they grow wildly, they are thought to grow a little more, twice.
    double levels_due(std::uint32_t more) const
    {
        constexpr double little = 1.5, wild = 4;
        std::size_t count = ends_.size();
        if (count < 2)
            return 1;
        double growth = growth_to(count - 1), slowing = count > 2 ? growth / growth_to(count - 2) : 1;
        std::uint32_t ahead = 10;
        if (slowing >= 1 || growth > wild) {
            growth = std::min(growth, little);
            slowing = 1;
            ahead = 2;
        }
        double level = 1, sum = 1;
        for (std::uint32_t i = 0; i < std::min(more, ahead); ++i) {
            growth *= slowing;
            level *= growth;
            sum += level;
        }
        return sum;
    }
    double growth_to(std::size_t level) const { return level_size(level) / level_size(level - 1); }
    double level_size(std::size_t level) const
    {
        return static_cast<double>(ends_[level] - (level > 0 ? ends_[level - 1] : 0));
    }

    template <class OnEdge>
    bool go_down(std::size_t first, std::size_t end, double times, OnEdge on_edge)
    {
        if (walker_.holds_all(static_cast<double>(end - first) * times))
            return go_down_held(first, end, on_edge);
        sort_level(first, end);
        if (walker_.prepare(sorted_.view(), times))
            return go_down_held(first, end, on_edge);
        find_edges(first, end);
        for (const Found &edge : found_) {
            Node near = order_[first + edge.place];
            meet(edge.far, near);
            if (!on_edge(near, edge.far, edge.via))
                return false;
        }
        return true;
    }

    template <class OnEdge>
    bool go_down_held(std::size_t first, std::size_t end, OnEdge on_edge)
    {
        parent_.reserve(walker_.nodes_expected());
        order_.reserve(walker_.nodes_expected());
        // A copy, for the order grows meanwhile.
        level_.clear();
        level_.reserve(end - first);
        for (std::size_t i = first; i < end; ++i)
            level_.push(order_[i]);
        bool goes_on = true;
        walker_.step_held(level_.view(), [&](std::size_t place, Node far, Via via) {
            if (!goes_on)
                return;
            meet(far, level_[place]);
            goes_on = on_edge(level_[place], far, via);
        });
        return goes_on;
    }

    void sort_level(std::size_t first, std::size_t end)
    {
        sorted_.clear();
        sorted_.reserve(end - first);
        for (std::size_t i = first; i < end; ++i)
            sorted_.push(order_[i]);
        walker_.sort({sorted_.begin(), sorted_.size()});
    }

    // The edges of the level, in the order of its records: asked for in the order of
    // the keys, then put back.
    void find_edges(std::size_t first, std::size_t end)
    {
        std::size_t size = end - first;
        found_.clear();
        places_.resize(std::max(places_.size(), walker_.nodes().size()), 0);
        for (std::size_t i = first; i < end; ++i)
            places_[order_[i]] = static_cast<std::uint32_t>(i - first);
        std::size_t edges = 0;
        walker_.step(sorted_.view(), [&](std::size_t place, Node far, Via via) {
            found_.push({places_[sorted_[place]], far, via});
            if (++edges % 4096 == 0)
                walker_.check(bytes());
            return true;
        });
        if (size > 1)
            order_by_place(size);
    }

    void order_by_place(std::size_t size)
    {
        count_.clear();
        count_.resize(size + 1, 0);
        for (const Found &edge : found_)
            ++count_[edge.place + 1];
        for (std::size_t i = 1; i <= size; ++i)
            count_[i] += count_[i - 1];
        by_place_.clear();
        by_place_.resize(found_.size(), {});
        for (const Found &edge : found_)
            by_place_[count_[edge.place]++] = edge;
        std::swap(found_, by_place_);
    }

    Walker<Memory, Control> &walker_;
    Array<Node, Memory> order_;
    Array<Node, Memory> parent_; // by node; no_node: not met
    Array<std::uint32_t, Memory> ends_;
    // Of the level at work.
    Array<Node, Memory> level_, sorted_;
    Array<std::uint32_t, Memory> places_; // by node
    Array<Found, Memory> found_, by_place_;
    Array<std::uint32_t, Memory> count_;
};

} // namespace relate::graph
