// Small graphs for tests of the traversal core: a reader over a list of edges,
// memory that is counted, and what plain breadth-first search says.
#pragma once

#include "graph/breadth_first.h"
#include "graph/shortest_path.h"

#include <cstdlib>
#include <deque>
#include <map>
#include <new>
#include <set>
#include <string>
#include <vector>

namespace graph_world {

using namespace relate::graph;

// Like a memory context: what is not released goes with all the rest.
struct Malloc {
    static inline std::map<void *, std::size_t> held; // and their sizes
    static void *allocate(std::size_t bytes) { return keep(std::malloc(bytes), bytes); }
    static void *reallocate(void *old, std::size_t old_bytes, std::size_t bytes)
    {
        forget(old, old_bytes);
        return keep(std::realloc(old, bytes), bytes);
    }
    static void release(void *old, std::size_t bytes)
    {
        forget(old, bytes);
        std::free(old);
    }
    static void *keep(void *block, std::size_t bytes) { return held[block] = bytes, block; }
    static void forget(void *block, std::size_t bytes)
    {
        if (auto found = held.find(block); found != held.end() && found->second == bytes)
            held.erase(found);
        else
            std::abort(); // no such block
    }
    static void reset()
    {
        for (auto [block, bytes] : held)
            std::free(block);
        held.clear();
    }
};

struct Control {
    std::size_t limit = ~std::size_t{0};
    std::size_t most = 0; // that was asked about
    int refusals = 0;
    bool fits(std::size_t bytes)
    {
        most = std::max(most, bytes);
        return bytes <= limit;
    }
    void check(std::size_t bytes) { refusals += !fits(bytes); }
};

using Name = std::pair<std::int32_t, std::string>; // module, key bytes

inline Record record_of(const Name &name)
{
    return {name.first, {reinterpret_cast<const std::byte *>(name.second.data()), name.second.size()}};
}
inline Name name_of(const Record &record)
{
    return {record.module_id, {reinterpret_cast<const char *>(record.key.data()), record.key.size()}};
}

inline std::string integer_key(std::int64_t value)
{
    std::array<std::byte, relate::integer_key_capacity> room;
    return {reinterpret_cast<const char *>(room.data()), relate::encode_integer_key(value, room)};
}

struct Edge {
    Name near, far;
    Via via;
};

inline bool operator<(const Edge &a, const Edge &b)
{
    if (int order = compare_records(record_of(a.near), record_of(b.near)))
        return order < 0;
    if (a.via.bits != b.via.bits)
        return a.via.bits < b.via.bits;
    return compare_records(record_of(a.far), record_of(b.far)) < 0;
}

class ListReader final : public Reader {
public:
    ListReader(std::vector<Edge> edges, double pass_cost) : edges_(std::move(edges)), pass_cost_(pass_cost)
    {
        std::sort(edges_.begin(), edges_.end());
        for (std::size_t i = edges_.size(); i-- > 0;)
            first_[edges_[i].near] = i;
    }

    bool probe(std::span<const Record> near, TakeFar take) override
    {
        probes += near.size();
        for (std::size_t place = 0; place < near.size(); ++place) {
            Name name = name_of(near[place]);
            auto found = first_.find(name);
            for (std::size_t i = found == first_.end() ? edges_.size() : found->second;
                 i < edges_.size() && edges_[i].near == name; ++i)
                if (!take(place, record_of(edges_[i].far), edges_[i].via))
                    return false;
        }
        return true;
    }
    bool pass(TakeEdge take, TakeRun) override
    {
        ++passes;
        for (const Edge &edge : edges_)
            if (!take(record_of(edge.near), record_of(edge.far), edge.via))
                return false;
        return true;
    }
    double probe_cost(std::span<const Record> near, double further_edges) override
    {
        weighed += near.size();
        return cost_of_probe * Reader::probe_cost(near, further_edges);
    }
    double pass_cost() const override { return pass_cost_; }
    std::uint64_t place() const override { return at; }
    void beside(const Record &near, TakeNear take) override
    {
        auto found = first_.find(name_of(near));
        if (found == first_.end())
            return;
        for (std::size_t i = found->second; i < std::min(found->second + 10, edges_.size()); ++i)
            take(record_of(edges_[i].near));
    }

    std::uint64_t at = 0;
    int passes = 0;
    std::size_t probes = 0, weighed = 0;
    double cost_of_probe = 1;

private:
    std::vector<Edge> edges_;
    std::map<Name, std::size_t> first_;
    double pass_cost_;
};

// Least number of steps from the start to each record that can be reached.
inline std::map<Name, std::uint32_t> distances(const std::vector<Edge> &edges, const Name &start,
                                               const std::set<Name> &shut = {})
{
    std::map<Name, std::vector<Name>> far;
    for (const Edge &edge : edges)
        far[edge.near].push_back(edge.far);
    std::map<Name, std::uint32_t> distance = {{start, 0}};
    std::deque<Name> queue = {start};
    while (!queue.empty()) {
        Name name = queue.front();
        queue.pop_front();
        if (shut.count(name) && name != start)
            continue;
        for (const Name &next : far[name])
            if (distance.emplace(next, distance[name] + 1).second)
                queue.push_back(next);
    }
    return distance;
}

inline std::vector<Edge> turned(const std::vector<Edge> &edges)
{
    std::vector<Edge> back;
    for (const Edge &edge : edges)
        back.push_back({edge.far, edge.near, Via(edge.via.type_id(), !edge.via.from_target())});
    return back;
}

} // namespace graph_world
