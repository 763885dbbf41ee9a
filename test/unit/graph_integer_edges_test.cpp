// Edges between integers, kept as arrays: what goes in comes out, and what does not fit
// them is refused and changes nothing.
#include "graph_world.h"

#include "graph/integer_edges.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace {

using namespace graph_world;
using Edges = IntegerEdges<Malloc>;
using Pairs = std::vector<IntegerPair>;
using Lists = std::map<std::uint32_t, std::vector<std::uint32_t>>;

class IntegerEdgesTest : public testing::Test {
protected:
    void TearDown() override { Malloc::reset(); }

    bool add(const Pairs &pairs, std::int32_t near_module = 1) { return edges.add({near_module, 2, Via(7, true), pairs}); }

    // As they come out, by near key: before finish() and after it.
    Lists listed() const
    {
        Lists lists;
        edges.for_all([&](const Record &near, const Record &far) {
            EXPECT_EQ(near.module_id, 1);
            EXPECT_EQ(far.module_id, 2);
            lists[static_cast<std::uint32_t>(small_integer(near.key))].push_back(
                static_cast<std::uint32_t>(small_integer(far.key)));
        });
        return lists;
    }
    Lists found(std::uint32_t least, std::uint32_t greatest) const
    {
        Lists lists;
        for (std::uint32_t near = least; near <= greatest; ++near) {
            std::uint32_t place = edges.place(record_of({1, integer_key(near)}));
            if (place == Edges::no_place || !edges.has_edges(place))
                continue;
            for (std::uint32_t edge = edges.first(place); edge < edges.end(place); ++edge)
                lists[near].push_back(edges.far_value(edge));
        }
        return lists;
    }

    Edges edges;
};

TEST_F(IntegerEdgesTest, RunsOfAnyLengthAndEdgesOneByOne)
{
    std::mt19937 random(5);
    for (std::uint32_t gap : {1u, 2u, 5u}) {
        edges = {};
        Lists wanted;
        std::uint32_t near = 1000;
        for (int run = 0; run < 200; ++run) {
            Pairs pairs;
            for (std::uint32_t i = 0, count = random() % 9; i < count; ++i) {
                near += random() % (gap + 1);
                pairs.push_back({near, static_cast<std::uint32_t>(random() % 5000)});
                wanted[near].push_back(pairs.back().far);
            }
            if (pairs.size() == 1)
                EXPECT_TRUE(edges.add(record_of({1, integer_key(near)}), record_of({2, integer_key(pairs[0].far)})));
            else
                EXPECT_TRUE(add(pairs));
        }
        EXPECT_EQ(listed(), wanted);
        ASSERT_TRUE(edges.finish());
        EXPECT_EQ(listed(), wanted);
        EXPECT_EQ(found(990, near + 10), wanted);
    }
}

TEST_F(IntegerEdgesTest, WhatTheyAreNotForIsRefused)
{
    EXPECT_TRUE(add({{10, 1}, {10, 2}, {12, 3}}));
    Lists before = listed();
    EXPECT_FALSE(add({{13, 4}}, 3));          // another module
    EXPECT_FALSE(add({{13, 4}, {11, 5}}));    // out of order, as only a broken index gives them
    EXPECT_FALSE(add({{11, 5}}));
    EXPECT_FALSE(add({{9, 5}}));
    EXPECT_FALSE(add({{4000000000u, 5}}));    // too far away
    EXPECT_FALSE(edges.add(record_of({1, "Ann"}), record_of({2, integer_key(1)})));
    EXPECT_FALSE(edges.add(record_of({1, integer_key(13)}), record_of({2, integer_key(-1)})));
    EXPECT_EQ(listed(), before);
    EXPECT_TRUE(add({{12, 6}})); // the last one goes on
    before[12].push_back(6);
    EXPECT_EQ(listed(), before);
}

TEST_F(IntegerEdgesTest, SparseOnesMayBecomeDenseButNotStaySparse)
{
    EXPECT_TRUE(add({{0, 1}, {100000, 2}}));
    EXPECT_FALSE(edges.finish());
    EXPECT_EQ(listed(), (Lists{{0, {1}}, {100000, {2}}}));
    for (std::uint32_t near = 100000; near < 150000; ++near)
        ASSERT_TRUE(add({{near, 3}}));
    EXPECT_TRUE(edges.finish());
    EXPECT_EQ(edges.size(), 50002u);
}

} // namespace
