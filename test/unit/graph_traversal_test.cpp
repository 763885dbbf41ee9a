// The traversal core against plain breadth-first search, on random graphs, read in
// every way.
#include "graph_world.h"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace graph_world;
using Walk = Walker<Malloc, Control>;

struct Random {
    std::mt19937 engine;
    bool has_integers = false; // most keys are integers, close together
    std::uint32_t below(std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(engine); }

    Name name(std::uint32_t i)
    {
        // Keys of any bytes and lengths, beginnings of each other, in two modules.
        static const std::string keys[] = {"", "a", "ab", std::string(1, '\0'), std::string(300, 'x'), "\x82\x01\x02"};
        if (has_integers && i >= 6)
            return {i % 13 == 0 ? 200000 : 1, integer_key(i % 11 == 0 ? -3000000000 * i : 250 + i)};
        return {i % 3 == 0 ? 200000 : 1, i < 12 ? keys[i / 2] : std::to_string(i)};
    }

    std::vector<Edge> edges(std::uint32_t records, std::uint32_t count)
    {
        std::vector<Edge> made;
        for (std::uint32_t i = 0; i < count; ++i)
            made.push_back({name(below(records)), name(below(records)), Via(1 + static_cast<int>(below(3)) * 1000, false)});
        return made;
    }
};

class Traversal : public testing::TestWithParam<int> {
protected:
    void TearDown() override { Malloc::reset(); }
};

struct Met {
    Name name, from;
    std::uint32_t depth;
    bool operator==(const Met &) const = default;
};

std::vector<Met> walk(std::span<Reader *const> readers, const std::vector<Name> &starts, std::uint32_t max_depth,
                      Control &control)
{
    Walk walker(readers, control);
    BreadthFirst<Malloc, Control> found(walker);
    for (const Name &start : starts)
        found.start(record_of(start));
    found.run(max_depth);
    std::vector<Met> met;
    found.for_each([&](Node node, std::uint32_t depth) {
        met.push_back({name_of(walker.nodes().record(node)), name_of(walker.nodes().record(found.met_from(node))), depth});
    });
    return met;
}

TEST_P(Traversal, MeetsEachRecordAtItsLeastDepthInOneOrder)
{
    Random random{std::mt19937(static_cast<unsigned>(GetParam())), GetParam() % 2 == 1};
    std::uint32_t records = 2 + random.below(60);
    std::vector<Edge> edges = random.edges(records, random.below(4 * records));
    std::vector<Edge> back = turned(random.edges(records, random.below(records)));
    Name start = random.name(random.below(records));
    std::uint32_t max_depth = random.below(4) == 0 ? random.below(4) : ~0u;

    std::vector<Edge> all = edges;
    all.insert(all.end(), back.begin(), back.end());
    auto plain = distances(all, start);
    std::erase_if(plain, [&](const auto &item) { return item.second > max_depth; });

    std::vector<std::vector<Met>> answers;
    for (double cost : {Reader::never, 0.0, 20.0})
        for (double other_cost : {Reader::never, 0.0}) {
            ListReader forth(edges, cost), other(back, other_cost);
            Reader *readers[] = {&forth, &other};
            Control control;
            answers.push_back(walk(readers, {start}, max_depth, control));
        }
    std::map<Name, std::uint32_t> ours;
    for (const Met &met : answers[0])
        EXPECT_TRUE(ours.emplace(met.name, met.depth).second);
    EXPECT_EQ(ours, plain);
    for (const auto &answer : answers)
        EXPECT_EQ(answer, answers[0]);
    for (std::size_t i = 1; i < answers[0].size(); ++i) {
        EXPECT_LE(answers[0][i - 1].depth, answers[0][i].depth);
        EXPECT_EQ(plain[answers[0][i].from] + 1, answers[0][i].depth);
    }
}

TEST_P(Traversal, FindsAShortestPath)
{
    Random random{std::mt19937(static_cast<unsigned>(GetParam())), GetParam() % 2 == 1};
    std::uint32_t records = 2 + random.below(60);
    std::vector<Edge> edges = random.edges(records, random.below(3 * records));
    std::vector<Edge> both = edges, back = turned(edges);
    both.insert(both.end(), back.begin(), back.end());
    Name from = random.name(random.below(records)), to = random.name(random.below(records));
    std::set<Name> shut;
    for (std::uint32_t i = random.below(2) * records / 3; i > 0; --i)
        shut.insert(random.name(random.below(records)));
    std::uint32_t max_depth = random.below(3) == 0 ? random.below(5) : ~0u;
    auto plain = distances(both, from, shut);
    bool exists = plain.count(to) && plain[to] <= max_depth;

    std::vector<std::vector<std::pair<Name, std::uint32_t>>> answers;
    for (double cost : {Reader::never, 0.0, 20.0}) {
        ListReader forth(edges, cost), other(back, cost);
        Reader *readers[] = {&forth, &other};
        Control control;
        Walk walker(readers, control);
        ShortestPath<Malloc, Control> path(walker);
        bool found = path.search(record_of(from), record_of(to), max_depth, [&](std::span<const Node> nodes, std::span<bool> open) {
            for (std::size_t i = 0; i < nodes.size(); ++i)
                open[i] = !shut.count(name_of(walker.nodes().record(nodes[i])));
        });
        ASSERT_EQ(found, exists);
        answers.emplace_back();
        for (const auto &step : path.steps())
            answers.back().push_back({name_of(walker.nodes().record(step.node)), step.via.bits});
        EXPECT_EQ(answers.back(), answers[0]);
    }
    if (!exists)
        return;
    const auto &steps = answers[0];
    ASSERT_EQ(steps.size(), plain[to] + 1);
    EXPECT_EQ(steps.front().first, from);
    EXPECT_EQ(steps.back().first, to);
    for (std::size_t i = 1; i < steps.size(); ++i) {
        Via via;
        via.bits = steps[i].second;
        EXPECT_TRUE(std::any_of(both.begin(), both.end(), [&](const Edge &edge) {
            return edge.near == steps[i - 1].first && edge.far == steps[i].first && edge.via == via;
        }));
        if (i + 1 < steps.size()) {
            EXPECT_FALSE(shut.count(steps[i].first));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Random, Traversal, testing::Range(0, 300));

std::vector<Edge> tree(std::uint32_t size)
{
    std::vector<Edge> edges;
    for (std::uint32_t i = 1; i < size; ++i)
        edges.push_back({{1, std::to_string((i - 1) / 4)}, {1, std::to_string(i)}, Via(7, true)});
    return edges;
}

TEST(TraversalLimits, EdgesThatDoNotFitAreProbed)
{
    ListReader plenty(tree(20000), 50), tight(tree(20000), 50);
    Reader *plenty_readers[] = {&plenty}, *tight_readers[] = {&tight};
    Control free_control, tight_control;
    auto wanted = walk(plenty_readers, {{1, "0"}}, 4, free_control);
    EXPECT_EQ(plenty.passes, 1);
    tight_control.limit = 100000;
    EXPECT_EQ(walk(tight_readers, {{1, "0"}}, 4, tight_control), wanted);
    EXPECT_EQ(tight.passes, 1); // given up, and not tried again
    EXPECT_EQ(tight_control.refusals, 0);
    Malloc::reset();
}

TEST(TraversalLimits, RecordsThatDoNotFitAreReported)
{
    ListReader reader(tree(20000), Reader::never);
    Reader *readers[] = {&reader};
    Control control;
    control.limit = 100000;
    walk(readers, {{1, "0"}}, ~0u, control);
    EXPECT_GT(control.refusals, 0);
    Malloc::reset();
}

TEST(TraversalLimits, AMillionRecordsNeedSixtyMegabytes)
{
    ListReader reader(tree(1000000), 1000);
    Reader *readers[] = {&reader};
    Control control;
    EXPECT_EQ(walk(readers, {{1, "0"}}, ~0u, control).size(), 1000000u);
    EXPECT_LT(control.most, 80u << 20);
    Malloc::reset();
}

// Levels of these sizes, each spread over the one before.
std::vector<Edge> levels(std::initializer_list<std::uint32_t> sizes)
{
    std::vector<Edge> edges;
    std::uint32_t before = 0, first_before = 0, next = 0;
    for (std::uint32_t size : sizes) {
        std::uint32_t first = next;
        for (std::uint32_t i = 0; before > 0 && i < size; ++i)
            edges.push_back({{1, std::to_string(first_before + i % before)}, {1, std::to_string(first + i)}, Via(7, true)});
        next = first + size;
        before = size;
        first_before = first;
    }
    return edges;
}

TEST(TraversalCosts, APassIsMadeWhereProbesWouldCostMore)
{
    for (double cost : {1.0, 0.02}) {
        ListReader reader(tree(1000), 200);
        reader.cost_of_probe = cost;
        Reader *readers[] = {&reader};
        Control control;
        EXPECT_EQ(walk(readers, {{1, "0"}}, ~0u, control).size(), 1000u);
        EXPECT_EQ(reader.passes, cost == 1.0 ? 1 : 0); // probes close together are cheaper
    }
    Malloc::reset();
}

TEST(TraversalCosts, LevelsThatGrowSlowerAndSlowerAreSeenFarAhead)
{
    ListReader reader(levels({1, 100, 200, 360, 583, 840, 1000, 900, 600, 200}), 4000);
    Reader *readers[] = {&reader};
    Control control;
    walk(readers, {{1, "0"}}, ~0u, control);
    EXPECT_EQ(reader.passes, 1);
    EXPECT_EQ(reader.probes, 301u); // of 4,784 without a pass
    Malloc::reset();
}

TEST(TraversalCosts, WildGrowthIsNotThoughtToGoOn)
{
    ListReader reader(levels({1, 10, 150, 1500}), 16000);
    Reader *readers[] = {&reader};
    Control control;
    walk(readers, {{1, "0"}}, ~0u, control);
    EXPECT_EQ(reader.passes, 0);
    Malloc::reset();
}

TEST(TraversalCosts, OfManyProbesSomeAreWeighed)
{
    for (double cost : {1.0, 0.1}) {
        ListReader reader(levels({1, 50, 20000}), 300000);
        reader.cost_of_probe = cost;
        Reader *readers[] = {&reader};
        Control control;
        walk(readers, {{1, "0"}}, ~0u, control);
        EXPECT_EQ(reader.passes, cost == 1.0 ? 1 : 0);
        EXPECT_LT(reader.weighed, 3000u);
    }
    Malloc::reset();
}

// One record at a time: those that lie beside the last one count as a tenth.
TEST(TraversalCosts, SingleProbesBesideEachOtherAreCheaper)
{
    auto probes_before_pass = [](bool is_known, bool moves) {
        ListReader reader(tree(1000), 50);
        Reader *readers[] = {&reader};
        Control control;
        Walk walker(readers, control);
        Node node = walker.nodes().intern(record_of({1, "999"}));
        for (std::uint64_t i = 1; reader.passes == 0; ++i) {
            reader.at = is_known ? 1 + (moves ? i : 0) : 0;
            walker.prepare({&node, 1});
            walker.step({&node, 1}, [](std::size_t, Node, Via) { return true; });
        }
        return reader.probes;
    };
    EXPECT_EQ(probes_before_pass(true, false), 481u);
    EXPECT_EQ(probes_before_pass(true, true), 50u);
    EXPECT_EQ(probes_before_pass(false, false), 50u);
    Malloc::reset();
}

// Where the caller tells that many more will come: for that counts sixteen times what was made.
TEST(TraversalCosts, ProbesToComeAreBelievedInPart)
{
    auto probes_before_pass = [](double later) {
        ListReader reader(tree(1000), 1000);
        Reader *readers[] = {&reader};
        Control control;
        Walk walker(readers, control);
        Node node = walker.nodes().intern(record_of({1, "999"}));
        while (reader.passes == 0) {
            walker.prepare({&node, 1});
            walker.step({&node, 1}, [](std::size_t, Node, Via) { return true; });
            walker.expect_probes(later);
        }
        EXPECT_EQ(walker.probes(), static_cast<double>(reader.probes));
        return reader.probes;
    };
    EXPECT_EQ(probes_before_pass(0), 1000u);
    EXPECT_EQ(probes_before_pass(500), 500u);
    EXPECT_EQ(probes_before_pass(1e9), 59u);
    Malloc::reset();
}

// Of records with many edges: few of those probed before are not trusted to tell, and records
// without edges do not tell of others.
TEST(TraversalCosts, FurtherEdgesCost)
{
    auto rounds_before_pass = [](std::uint32_t edges, bool with_one_without) {
        ListReader reader(levels({1, edges}), 1000);
        Reader *readers[] = {&reader};
        Control control;
        Walk walker(readers, control);
        Node nodes[] = {walker.nodes().intern(record_of({1, "0"})), walker.nodes().intern(record_of({1, "1"}))};
        std::span<const Node> asked(nodes, with_one_without ? 2 : 1);
        while (reader.passes == 0) {
            walker.prepare(asked);
            walker.step(asked, [](std::size_t, Node, Via) { return true; });
        }
        return reader.probes / asked.size();
    };
    EXPECT_EQ(rounds_before_pass(1, false), 1000u);
    EXPECT_EQ(rounds_before_pass(21, false), 321u);
    EXPECT_EQ(rounds_before_pass(21, true), 196u);
    Malloc::reset();
}

TEST(TraversalCosts, ThoseBesideAreReadTogetherAndCheaper)
{
    ListReader reader(tree(1000), 9000);
    Reader *readers[] = {&reader};
    Control control;
    Walk walker(readers, control);
    Node start = walker.nodes().intern(record_of({1, "1"}));
    std::vector<Node> beside;
    walker.beside(start, [&](Node node) { beside.push_back(node); });
    ASSERT_EQ(beside.size(), 10u); // of 1, 10 and 100
    beside.erase(std::unique(beside.begin(), beside.end()), beside.end());
    ASSERT_EQ(beside.size(), 3u);
    EXPECT_EQ(beside[0], start);
    for (int i = 1; i <= 2000; ++i) {
        std::size_t edges = 0;
        walker.prepare_beside(beside);
        walker.step(beside, [&](std::size_t, Node, Via) { return ++edges, true; });
        ASSERT_EQ(edges, 12u);
    }
    walker.prepare({&start, 1});
    EXPECT_EQ(reader.passes, 0);
    walker.charge(4500);
    walker.prepare({&start, 1});
    EXPECT_EQ(reader.passes, 1);
    Malloc::reset();
}

TEST(TraversalStarts, SeveralStartsAndTheSameTwice)
{
    ListReader reader(tree(50), Reader::never);
    Reader *readers[] = {&reader};
    Control control;
    auto met = walk(readers, {{1, "5"}, {1, "1"}, {1, "5"}}, 1, control);
    ASSERT_EQ(met.size(), 9u); // the child 5 of 1 is a start itself
    EXPECT_EQ(met[0].name.second, "5");
    EXPECT_EQ(met[1].name.second, "1");
    Malloc::reset();
}

// Before and after an array is made for them, which then grows.
TEST(Nodes, IntegersThatLieCloseTogether)
{
    Nodes<Malloc> nodes;
    std::vector<std::int64_t> values = {1000, 1001, 70000, 1, 0, -1, std::int64_t{1} << 55, std::int64_t{1} << 56, 1500};
    auto intern = [&](std::int32_t module, std::int64_t value) { return nodes.intern(record_of({module, integer_key(value)})); };
    for (std::size_t round = 0; round < 4; ++round) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            EXPECT_EQ(intern(1, values[i]), 2 * i);
            EXPECT_EQ(intern(2, values[i]), 2 * i + 1);
            EXPECT_EQ(name_of(nodes.record(static_cast<Node>(2 * i))), Name(1, integer_key(values[i])));
        }
        static const IntegerKeys expected[] = {{1, 1000, 1500, 400}, {2, 0, 100, 400}, {1, 500, 2000, 500}, {1, 0, 1 << 30, 500}};
        nodes.expect(expected[round]);
    }
    EXPECT_EQ(intern(1, 1999), 2 * values.size());
    EXPECT_EQ(nodes.find(record_of({1, integer_key(1998)})), no_node);
    EXPECT_EQ(nodes.size(), 2 * values.size() + 1);
    Malloc::reset();
}

TEST(Nodes, NumbersAreDenseAndKeysComeBack)
{
    Nodes<Malloc> nodes;
    for (int round = 0; round < 2; ++round)
        for (std::uint32_t i = 0; i < 5000; ++i) {
            Name name = {static_cast<std::int32_t>(i % 5 * 100), std::string(i % 7, 'k') + std::to_string(i)};
            EXPECT_EQ(nodes.intern(record_of(name)), i);
            EXPECT_EQ(name_of(nodes.record(i)), name);
        }
    EXPECT_EQ(nodes.size(), 5000u);
    EXPECT_EQ(nodes.find(record_of({1, "nobody"})), no_node);
    Malloc::reset();
}

} // namespace
