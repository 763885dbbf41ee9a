// Fuzz target: any graph of up to 64 records. Reached records and shortest paths are
// those of plain search, in the same order whichever way the edges are read.
#include "../unit/graph_world.h"

namespace {

using namespace graph_world;
using Walk = Walker<Malloc, Control>;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

Name name_of_byte(std::uint8_t byte)
{
    if (byte % 64 >= 48)
        return {byte % 64 == 63 ? 300 : 1, integer_key(byte % 64 == 62 ? 1 << 30 : byte % 64)};
    return {byte % 64 < 40 ? 1 : 300, std::string(byte % 64 % 5, static_cast<char>(byte % 64)) + static_cast<char>(byte % 64)};
}

std::vector<std::pair<Name, std::uint32_t>> reach(const std::vector<Edge> &edges, const Name &start, double pass_cost)
{
    ListReader reader(edges, pass_cost);
    Reader *readers[] = {&reader};
    Control control;
    Walk walker(readers, control);
    BreadthFirst<Malloc, Control> found(walker);
    found.start(record_of(start));
    found.run(~0u);
    std::vector<std::pair<Name, std::uint32_t>> met;
    found.for_each([&](Node node, std::uint32_t depth) { met.push_back({name_of(walker.nodes().record(node)), depth}); });
    return met;
}

std::vector<Name> path(const std::vector<Edge> &edges, const Name &from, const Name &to, double pass_cost)
{
    ListReader forth(edges, pass_cost), back(turned(edges), pass_cost);
    Reader *readers[] = {&forth, &back};
    Control control;
    Walk walker(readers, control);
    ShortestPath<Malloc, Control> found(walker);
    found.search(record_of(from), record_of(to), ~0u);
    std::vector<Name> names;
    for (const auto &step : found.steps())
        names.push_back(name_of(walker.nodes().record(step.node)));
    return names;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 2)
        return 0;
    Name from = name_of_byte(data[0]), to = name_of_byte(data[1]);
    std::vector<Edge> edges;
    for (std::size_t i = 2; i + 1 < size && edges.size() < 200; i += 2)
        edges.push_back({name_of_byte(data[i]), name_of_byte(data[i + 1]), Via(1 + data[i] / 64, data[i + 1] > 127)});

    auto plain = distances(edges, from);
    auto met = reach(edges, from, Reader::never);
    require(std::map<Name, std::uint32_t>(met.begin(), met.end()) == plain && met.size() == plain.size());
    require(reach(edges, from, 0) == met && reach(edges, from, 10) == met);

    std::vector<Edge> both = edges, back = turned(edges);
    both.insert(both.end(), back.begin(), back.end());
    auto far = distances(both, from);
    auto way = path(edges, from, to, Reader::never);
    require(way.size() == (far.count(to) ? far[to] + 1 : 0));
    require(path(edges, from, to, 0) == way);
    Malloc::reset();
    return 0;
}
