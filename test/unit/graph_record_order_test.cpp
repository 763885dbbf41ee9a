// Nodes come in the order of modules and keys: few and many, keys that differ in some bytes,
// in the last one or only behind the first eight.
#include "graph/record_order.h"
#include "graph_world.h"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace graph_world;
using relate::KeyBytes;

using Named = std::pair<int, std::string>; // module and key's bytes

KeyBytes key(const std::string &bytes) { return {reinterpret_cast<const std::byte *>(bytes.data()), bytes.size()}; }

std::vector<Named> sorted_by_core(const std::vector<Named> &given)
{
    Nodes<Malloc> nodes;
    RecordOrder<Malloc> order;
    std::vector<Node> numbers;
    for (const auto &[module, bytes] : given)
        numbers.push_back(nodes.intern({module, key(bytes)}));
    order.sort(numbers, nodes);
    std::vector<Named> sorted;
    for (Node node : numbers) {
        Record record = nodes.record(node);
        sorted.emplace_back(record.module_id, std::string(reinterpret_cast<const char *>(record.key.data()), record.key.size()));
    }
    Malloc::reset();
    return sorted;
}

// compare_keys says what the order is.
std::vector<Named> sorted_by_hand(std::vector<Named> given)
{
    std::sort(given.begin(), given.end(), [](const Named &a, const Named &b) {
        return a.first != b.first ? a.first < b.first : relate::compare_keys(key(a.second), key(b.second)) < 0;
    });
    return given;
}

class RecordOrderOf : public testing::TestWithParam<int> {
protected:
    std::mt19937 random{7};

    void expect_sorted(int modules, auto make_key)
    {
        std::set<Named> distinct;
        while (static_cast<int>(distinct.size()) < GetParam())
            distinct.emplace(1 + static_cast<int>(random() % static_cast<unsigned>(modules)), make_key());
        std::vector<Named> given(distinct.begin(), distinct.end());
        std::shuffle(given.begin(), given.end(), random);
        EXPECT_EQ(sorted_by_core(given), sorted_by_hand(given));
    }
    std::string bytes(std::size_t most)
    {
        std::string made(1 + random() % most, 0);
        for (char &byte : made)
            byte = static_cast<char>(random());
        return made;
    }
};

TEST_P(RecordOrderOf, KeysOfAnyBytes) { expect_sorted(1, [&] { return bytes(12); }); }
TEST_P(RecordOrderOf, SeveralModules) { expect_sorted(3, [&] { return bytes(6); }); }
TEST_P(RecordOrderOf, KeysThatBeginAlike) { expect_sorted(1, [&] { return "organization " + bytes(4); }); }
TEST_P(RecordOrderOf, SomeThatBeginAlike) { expect_sorted(1, [&] { return std::string(random() % 2 ? "organization " : "person ") + bytes(4); }); }
TEST_P(RecordOrderOf, ZerosAtTheEnd) { expect_sorted(1, [&] { return bytes(3) + std::string(random() % 6, 0); }); }

INSTANTIATE_TEST_SUITE_P(Counts, RecordOrderOf, testing::Values(0, 1, 2, 100, 127, 128, 129, 3000));

} // namespace
