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
            if (!go_down(first, before, probes_due(first, before, depth + 1 < max_depth), on_edge))
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

    // Those of this level and, as levels go on growing, of the next two.
    double probes_due(std::size_t first, std::size_t end, bool goes_on) const
    {
        constexpr double most_growth = 1.5;
        auto size = static_cast<double>(end - first);
        if (!goes_on || ends_.size() < 2)
            return size;
        auto before = static_cast<double>(first - (ends_.size() > 2 ? ends_[ends_.size() - 3] : 0));
        double growth = std::min(most_growth, size / before);
        return size * (1 + growth + growth * growth);
    }

    template <class OnEdge>
    bool go_down(std::size_t first, std::size_t end, double probes_due, OnEdge on_edge)
    {
        if (walker_.holds_all(probes_due))
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
        // A copy, for the order grows meanwhile.
        level_.clear();
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

    // The edges of the level, in the order of its records: asked for in the order of
    // the keys, then put back.
    void find_edges(std::size_t first, std::size_t end)
    {
        std::size_t size = end - first;
        found_.clear();
        sorted_.clear();
        for (std::size_t i = first; i < end; ++i)
            sorted_.push(order_[i]);
        walker_.sort({sorted_.begin(), sorted_.size()});
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
