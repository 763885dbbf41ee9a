// The array and the hash map, on ordinary memory, against those of the standard library.
#include "base/containers.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <vector>

namespace {

// Frees at the end what the containers never free themselves, and counts the bytes.
struct Heap {
    static inline std::map<void *, size_t> blocks; // and their sizes
    static inline size_t bytes = 0;

    static void *allocate(size_t size) {
        bytes += size;
        void *block = std::malloc(size);
        blocks[block] = size;
        return block;
    }
    static void *reallocate(void *old, size_t old_size, size_t size) {
        bytes += size;
        forget(old, old_size);
        void *block = std::realloc(old, size);
        blocks[block] = size;
        return block;
    }
    static void release(void *old, size_t size) {
        forget(old, size);
        std::free(old);
    }
    static void forget(void *old, size_t size) {
        auto found = blocks.find(old);
        ASSERT_TRUE(found != blocks.end() && found->second == size) << "no such block of this heap";
        blocks.erase(found);
    }
    static void clear() {
        for (auto [block, size] : blocks)
            std::free(block);
        blocks.clear();
        bytes = 0;
    }
};

class Containers : public testing::Test {
protected:
    void TearDown() override { Heap::clear(); }
};

using Numbers = relate::Array<int64_t, Heap>;

// Few different hashes, so that probing is long, and one that is all bits.
struct Traits {
    static uint32_t hash(int64_t key) { return key % 7 == 0 ? 0xffffffffu : static_cast<uint32_t>(key % 5); }
    static bool equal(int64_t a, int64_t b) { return a == b; }
};
using Map = relate::HashMap<int64_t, int64_t, Traits, Heap>;

TEST_F(Containers, EmptyOnesTakeNoMemory) {
    Numbers numbers;
    Map map;
    EXPECT_TRUE(numbers.empty());
    EXPECT_EQ(numbers.view().size(), 0u);
    EXPECT_EQ(numbers.begin(), numbers.end());
    EXPECT_EQ(map.find(1), nullptr);
    EXPECT_EQ(map.size(), 0u);
    EXPECT_EQ(Heap::bytes, 0u);
}

TEST_F(Containers, ArrayGrowsAndKeepsItsItems) {
    Numbers numbers;
    std::vector<int64_t> expected;
    for (int64_t n = 0; n < 1000; ++n) {
        EXPECT_EQ(numbers.push(n * n), n * n);
        expected.push_back(n * n);
        ASSERT_EQ(numbers.size(), expected.size());
        ASSERT_EQ(numbers.back(), expected.back());
    }
    EXPECT_TRUE(std::equal(numbers.begin(), numbers.end(), expected.begin(), expected.end()));
    EXPECT_EQ(numbers.view()[999], 999 * 999);
    numbers.pop();
    EXPECT_EQ(numbers.size(), 999u);
    numbers.clear();
    EXPECT_TRUE(numbers.empty());
    const size_t before = Heap::bytes;
    for (int64_t n = 0; n < 1000; ++n)
        numbers.push(n);
    EXPECT_EQ(Heap::bytes, before) << "cleared memory is used again";
}

TEST_F(Containers, ArrayTakesAnItemOfItsOwnWhileItGrows) {
    Numbers numbers;
    for (int64_t n = 1; n <= 8; ++n)
        numbers.push(n);
    numbers.push(numbers[0]);
    EXPECT_EQ(numbers.back(), 1);
}

TEST_F(Containers, MapKeepsTheFirstValueOfAKey) {
    Map map;
    EXPECT_EQ(map.at(5, 50), 50);
    EXPECT_EQ(map.at(5, 60), 50);
    map.at(5, 0) = 70;
    ASSERT_NE(map.find(5), nullptr);
    EXPECT_EQ(*map.find(5), 70);
    EXPECT_EQ(map.find(10), nullptr) << "the same hash is not the same key";
    EXPECT_EQ(map.size(), 1u);
}

TEST_F(Containers, MapAgreesWithTheStandardOne) {
    std::mt19937 random(7);
    std::uniform_int_distribution<int64_t> key(-300, 300), value(0, 9);
    Map map;
    std::map<int64_t, int64_t> expected;
    for (int round = 0; round < 20000; ++round) {
        const int64_t k = key(random), v = value(random);
        if (round % 3 == 0) {
            const auto found = expected.find(k);
            const int64_t *got = map.find(k);
            ASSERT_EQ(got != nullptr, found != expected.end());
            if (got) {
                ASSERT_EQ(*got, found->second);
            }
        } else {
            int64_t &got = map.at(k, v);
            int64_t &wanted = expected.try_emplace(k, v).first->second;
            ASSERT_EQ(got, wanted);
            got += v;
            wanted += v;
        }
        ASSERT_EQ(map.size(), expected.size());
    }
}

} // namespace
