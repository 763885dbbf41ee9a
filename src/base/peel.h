// The part of a directed graph that cycles can lie in: what is left when nodes that
// no edge leaves, or none enters, are taken away with their edges, again and again.
// Every cycle is in it; ways from one cycle to another are, too. Linear in time
// and memory.
//
// Server-free: memory comes from `Memory`, as for the containers.
#pragma once

#include "base/containers.h"

namespace relate {

// Nodes are numbered from 0.
struct Edge {
    int32_t from, to;
};

template <class Memory>
class Peeling {
public:
    Peeling(std::span<const Edge> edges, size_t nodes)
        : edges_(edges), leaving_(group(nodes, &Edge::from)), entering_(group(nodes, &Edge::to)),
          is_gone_(allocate<bool>(edges.size())), todo_(allocate<int32_t>(2 * nodes))
    {
        std::memset(is_gone_, 0, edges.size());
        for (size_t node = 0; node < nodes; ++node)
            note(static_cast<int32_t>(node));
        while (todo_count_ > 0)
            peel(todo_[--todo_count_]);
    }

    bool is_left(size_t edge) const { return !is_gone_[edge]; }

private:
    // The edges at each node, one after the other, and how many of them are left.
    struct Grouped {
        int32_t *start, *edges, *left;
    };

    template <class T>
    static T *allocate(size_t count)
    {
        return static_cast<T *>(Memory::allocate((count + 1) * sizeof(T)));
    }

    Grouped group(size_t nodes, int32_t Edge::*end)
    {
        Grouped grouped = {allocate<int32_t>(nodes + 1), allocate<int32_t>(edges_.size()), allocate<int32_t>(nodes)};
        std::memset(grouped.left, 0, nodes * sizeof(int32_t));
        for (const Edge &edge : edges_)
            ++grouped.left[edge.*end];
        grouped.start[0] = 0;
        for (size_t node = 0; node < nodes; ++node)
            grouped.start[node + 1] = grouped.start[node] + grouped.left[node];
        // Filled from behind, so that the starts end up where they were.
        for (size_t i = 0; i < edges_.size(); ++i) {
            int32_t node = edges_[i].*end;
            grouped.edges[grouped.start[node + 1] - grouped.left[node]--] = static_cast<int32_t>(i);
        }
        for (size_t node = 0; node < nodes; ++node)
            grouped.left[node] = grouped.start[node + 1] - grouped.start[node];
        return grouped;
    }

    // A node is noted when its edges of one kind are used up, so at most twice.
    void note(int32_t node)
    {
        if (leaving_.left[node] == 0 || entering_.left[node] == 0)
            todo_[todo_count_++] = node;
    }

    void peel(int32_t node)
    {
        for (const Grouped *at : {&leaving_, &entering_})
            for (int32_t i = at->start[node]; i < at->start[node + 1]; ++i)
                remove(at->edges[i]);
    }

    void remove(int32_t edge)
    {
        if (is_gone_[edge])
            return;
        is_gone_[edge] = true;
        const Edge &gone = edges_[static_cast<size_t>(edge)];
        if (--leaving_.left[gone.from] == 0)
            todo_[todo_count_++] = gone.from;
        if (--entering_.left[gone.to] == 0)
            todo_[todo_count_++] = gone.to;
    }

    std::span<const Edge> edges_;
    Grouped leaving_, entering_;
    bool *is_gone_;
    int32_t *todo_;
    size_t todo_count_ = 0;
};

} // namespace relate
