// Peeling against brute force: the edges between records that reach a cycle and are
// reached from one.
#include "base/peel.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <random>
#include <vector>

namespace {

using relate::Edge;

struct Heap {
    static std::deque<std::vector<std::byte>> &blocks()
    {
        static std::deque<std::vector<std::byte>> all;
        return all;
    }
    static void *allocate(size_t bytes) { return blocks().emplace_back(bytes).data(); }
};

std::vector<bool> peel(const std::vector<Edge> &edges, size_t nodes)
{
    relate::Peeling<Heap> peeling(edges, nodes);
    std::vector<bool> left;
    for (size_t i = 0; i < edges.size(); ++i)
        left.push_back(peeling.is_left(i));
    Heap::blocks().clear();
    return left;
}

// Takes away one node at a time that has no way out or none in.
std::vector<bool> brute(const std::vector<Edge> &edges, size_t nodes)
{
    std::vector<bool> left(edges.size(), true);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t node = 0; node < nodes; ++node) {
            bool out = false, in = false;
            for (size_t i = 0; i < edges.size(); ++i) {
                out = out || (left[i] && edges[i].from == static_cast<int32_t>(node));
                in = in || (left[i] && edges[i].to == static_cast<int32_t>(node));
            }
            for (size_t i = 0; i < edges.size() && !(out && in); ++i)
                if (left[i] && (edges[i].from == static_cast<int32_t>(node) || edges[i].to == static_cast<int32_t>(node))) {
                    left[i] = false;
                    changed = true;
                }
        }
    }
    return left;
}

TEST(Peel, Nothing)
{
    EXPECT_TRUE(peel({}, 0).empty());
    EXPECT_TRUE(peel({}, 3).empty());
}

TEST(Peel, Shapes)
{
    using Left = std::vector<bool>;
    EXPECT_EQ(peel({{0, 1}, {1, 2}, {2, 3}}, 4), (Left{false, false, false})); // a chain
    EXPECT_EQ(peel({{0, 0}}, 1), (Left{true}));                                // with itself
    EXPECT_EQ(peel({{0, 1}, {1, 0}}, 2), (Left{true, true}));
    EXPECT_EQ(peel({{0, 1}, {0, 1}}, 2), (Left{false, false})); // twice the same
    // A tail into a cycle, a way to another cycle, a tail out of it.
    EXPECT_EQ(peel({{0, 1}, {1, 2}, {2, 1}, {2, 3}, {3, 4}, {4, 5}, {5, 4}, {5, 6}}, 7),
              (Left{false, true, true, true, true, true, true, false}));
}

TEST(Peel, LongChain)
{
    std::vector<Edge> edges;
    for (int32_t i = 0; i < 300000; ++i)
        edges.push_back({i, i + 1});
    EXPECT_EQ(peel(edges, 300001), std::vector<bool>(edges.size(), false));
}

TEST(Peel, Random)
{
    std::mt19937 random(7);
    int cyclic = 0, acyclic = 0;
    for (int round = 0; round < 400; ++round) {
        size_t nodes = 1 + random() % 8;
        std::vector<Edge> edges(random() % 12);
        for (Edge &edge : edges)
            edge = {static_cast<int32_t>(random() % nodes), static_cast<int32_t>(random() % nodes)};
        std::vector<bool> expected = brute(edges, nodes);
        EXPECT_EQ(peel(edges, nodes), expected);
        bool any = false;
        for (bool left : expected)
            any = any || left;
        ++(any ? cyclic : acyclic);
    }
    EXPECT_GT(cyclic, 50);
    EXPECT_GT(acyclic, 50);
}

} // namespace
