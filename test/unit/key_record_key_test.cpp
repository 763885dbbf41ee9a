// The byte form of record_key: texts come back as they went in, and sort as promised.
#include "key/record_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace relate;
using Bytes = std::vector<std::byte>;

Bytes key_of(std::string_view text) {
    Bytes bytes(key_capacity(text.size()));
    bytes.resize(encode_text_key(text, bytes));
    return bytes;
}

Bytes key_of(std::int64_t value) {
    std::array<std::byte, integer_key_capacity> buffer;
    const std::size_t size = encode_integer_key(value, buffer);
    return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string text_of(const Bytes &key) {
    KeyTextBuffer buffer;
    return std::string(text_of_key(key, buffer));
}

int sign(int order) { return (order > 0) - (order < 0); }

// What the order promises, computed from the texts alone.
int expected_order(const std::string &left, const std::string &right) {
    const auto kind = [](const std::string &text) {
        return canonical_integer(text) ? 0 : canonical_uuid(text) ? 1 : 2;
    };
    if (kind(left) != kind(right)) return kind(left) < kind(right) ? -1 : 1;
    if (kind(left) == 0) {
        const auto a = *canonical_integer(left), b = *canonical_integer(right);
        return (a > b) - (a < b);
    }
    return sign(left.compare(right)); // char_traits<char> compares as unsigned bytes
}

class Texts {
public:
    std::string next() {
        switch (below(8)) {
        case 0:
            return std::to_string(static_cast<std::int64_t>(random_()) >> below(64));
        case 1:
            return digits(below(22));
        case 2:
            return (below(2) ? "-" : "+") + digits(below(22));
        case 3:
            return uuid("0123456789abcdef");
        case 4:
            return uuid("0123456789abcdefABCDEF");
        case 5:
            return any(below(40), 256);
        case 6:
            return any(below(4), 4);
        default:
            return near_limit();
        }
    }

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

private:
    std::string digits(std::size_t size) {
        std::string text;
        for (std::size_t i = 0; i < size; i++)
            text += static_cast<char>('0' + below(10));
        return text;
    }

    std::string uuid(std::string_view alphabet) {
        std::string text;
        for (std::size_t i = 0; i < uuid_text_size; i++)
            text += i == 8 || i == 13 || i == 18 || i == 23 ? '-' : alphabet[below(alphabet.size())];
        return text;
    }

    std::string any(std::size_t size, unsigned alphabet) {
        std::string text;
        for (std::size_t i = 0; i < size; i++)
            text += static_cast<char>(below(alphabet));
        return text;
    }

    std::string near_limit() {
        std::string text = below(2) ? "9223372036854775807" : "-9223372036854775808";
        text.back() = static_cast<char>('0' + below(10));
        return text;
    }

    std::mt19937_64 random_{20240229};
};

TEST(RecordKey, IntegersTakeTheFewestBytes) {
    EXPECT_EQ(key_of("0").size(), 1u);
    EXPECT_EQ(key_of("1").size(), 2u);
    EXPECT_EQ(key_of("-1").size(), 2u);
    EXPECT_EQ(key_of("255").size(), 2u);
    EXPECT_EQ(key_of("256").size(), 3u);
    EXPECT_EQ(key_of("-256").size(), 2u);
    EXPECT_EQ(key_of("-257").size(), 3u);
    EXPECT_EQ(key_of("9223372036854775807").size(), integer_key_capacity);
    EXPECT_EQ(key_of("-9223372036854775808").size(), integer_key_capacity);
}

TEST(RecordKey, TextAndIntegerMakeTheSameKey) {
    constexpr auto limits = std::numeric_limits<std::int64_t>();
    std::vector<std::int64_t> values{0, limits.min(), limits.max()};
    for (int bit = 0; bit < 63; bit++)
        for (std::int64_t step = -1; step <= 1; step++) {
            values.push_back((std::int64_t{1} << bit) + step);
            values.push_back(-(std::int64_t{1} << bit) + step);
        }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (std::size_t i = 0; i < values.size(); i++) {
        const Bytes key = key_of(values[i]);
        EXPECT_EQ(key, key_of(std::to_string(values[i])));
        EXPECT_EQ(integer_of_key(key), values[i]);
        EXPECT_EQ(text_of(key), std::to_string(values[i]));
        if (i > 0) {
            EXPECT_LT(compare_keys(key_of(values[i - 1]), key), 0) << values[i];
        }
    }
}

TEST(RecordKey, OnlyCanonicalIntegersAreIntegers) {
    for (const char *text : {"0", "5", "-5", "10", "9223372036854775807", "-9223372036854775808"})
        EXPECT_EQ(key_kind(key_of(text)), KeyKind::integer) << text;
    for (const char *text : {"",
                             "-",
                             "-0",
                             "+5",
                             "007",
                             "00",
                             "-01",
                             " 5",
                             "5 ",
                             "5.0",
                             "1e3",
                             "0x10",
                             "٣",
                             "5a",
                             "9223372036854775808",
                             "-9223372036854775809",
                             "18446744073709551617",
                             "99999999999999999999",
                             "-99999999999999999999",
                             "123456789012345678901234567890"}) {
        EXPECT_EQ(key_kind(key_of(text)), KeyKind::text) << text;
        EXPECT_EQ(integer_of_key(key_of(text)), std::nullopt);
        EXPECT_EQ(text_of(key_of(text)), text);
    }
}

TEST(RecordKey, IntegerSpellingsBeyond64Bits) {
    for (const char *text : {"0", "-1", "9223372036854775808", "123456789012345678901234567890"})
        EXPECT_TRUE(is_integer_spelling(text)) << text;
    for (const char *text : {"", "-", "-0", "007", "+5", "1a"})
        EXPECT_FALSE(is_integer_spelling(text)) << text;
}

TEST(RecordKey, OnlyCanonicalUuidsAreUuids) {
    const std::string canonical = "550e8400-e29b-41d4-a716-446655440000";
    const Bytes key = key_of(canonical);
    EXPECT_EQ(key_kind(key), KeyKind::uuid);
    EXPECT_EQ(key.size(), uuid_key_size);
    EXPECT_EQ(text_of(key), canonical);
    ASSERT_TRUE(uuid_of_key(key).has_value());
    EXPECT_EQ(uuid_of_key(key)->front(), std::byte{0x55});

    std::array<std::byte, uuid_key_size> again;
    EXPECT_EQ(encode_uuid_key(*uuid_of_key(key), again), uuid_key_size);
    EXPECT_TRUE(equal_keys(again, key));

    for (const char *text :
         {"550E8400-E29B-41D4-A716-446655440000", "{550e8400-e29b-41d4-a716-446655440000}",
          "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000",
          "550e8400-e29b-41d4-a716-4466554400000", "550e8400-e29b-41d4-a716-44665544000g",
          "550e8400ae29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-4466554-0000"}) {
        EXPECT_EQ(key_kind(key_of(text)), KeyKind::text) << text;
        EXPECT_EQ(text_of(key_of(text)), text);
        EXPECT_EQ(uuid_of_key(key_of(text)), std::nullopt);
    }
}

TEST(RecordKey, AnyTextComesBack) {
    std::string every_byte;
    for (int c = 0; c < 256; c++)
        every_byte += static_cast<char>(c);
    for (const std::string &text :
         {std::string(), std::string("\x98"), std::string("\x80"), every_byte, std::string(1000, 'x'),
          std::string(1 << 20, '7'), std::string("Zürich \"q\" (1,2)")})
        EXPECT_EQ(text_of(key_of(text)), text);
}

TEST(RecordKey, WhatTheTablesStore) {
    EXPECT_FALSE(is_storable_key(key_of("")));
    EXPECT_TRUE(is_storable_key(key_of("0")));
    EXPECT_TRUE(is_storable_key(key_of(std::string(1000, 'x'))));
    EXPECT_FALSE(is_storable_key(key_of(std::string(1001, 'x'))));
}

TEST(RecordKey, KindsSortIntegerUuidText) {
    const std::vector<std::string> ordered{"-9223372036854775808",
                                           "-10",
                                           "-1",
                                           "0",
                                           "9",
                                           "10",
                                           "00000000-0000-0000-0000-000000000000",
                                           "ffffffff-ffff-ffff-ffff-ffffffffffff",
                                           "",
                                           "+5",
                                           "-0",
                                           "007",
                                           "A",
                                           "a",
                                           "aa",
                                           "b",
                                           "\xc3\xa9"};
    for (std::size_t i = 0; i < ordered.size(); i++)
        for (std::size_t j = 0; j < ordered.size(); j++)
            EXPECT_EQ(sign(compare_keys(key_of(ordered[i]), key_of(ordered[j]))), (i > j) - (i < j))
                << ordered[i] << " and " << ordered[j];
}

TEST(RecordKey, RandomTextsKeepTextEqualityAndOrder) {
    Texts texts;
    std::vector<std::string> sample;
    for (int i = 0; i < 3000; i++)
        sample.push_back(texts.next());
    for (int i = 0; i < 200'000; i++) {
        const std::string &left = sample[texts.below(sample.size())];
        const std::string &right = sample[texts.below(sample.size())];
        const Bytes a = key_of(left), b = key_of(right);
        ASSERT_EQ(text_of(a), left);
        ASSERT_EQ(equal_keys(a, b), left == right);
        ASSERT_EQ(sign(compare_keys(a, b)), expected_order(left, right)) << left << " and " << right;
        ASSERT_EQ(sign(compare_keys(b, a)), -expected_order(left, right));
        // The abbreviated order never contradicts the full one.
        if (key_prefix(a) != key_prefix(b)) {
            ASSERT_EQ(key_prefix(a) < key_prefix(b), compare_keys(a, b) < 0);
        }
    }
}

TEST(RecordKey, SortingIsTotal) {
    Texts texts;
    std::vector<Bytes> keys;
    for (int i = 0; i < 5000; i++)
        keys.push_back(key_of(texts.next()));
    std::sort(keys.begin(), keys.end(),
              [](const Bytes &a, const Bytes &b) { return compare_keys(a, b) < 0; });
    for (std::size_t i = 0; i < 2000; i++) {
        const std::size_t a = texts.below(keys.size()), b = texts.below(keys.size());
        if (a < b) {
            EXPECT_LE(compare_keys(keys[a], keys[b]), 0);
            EXPECT_LE(key_prefix(keys[a]), key_prefix(keys[b]));
        }
    }
}

TEST(RecordKey, StrayBytesReadAsSomeText) {
    Texts texts;
    for (int i = 0; i < 100'000; i++) {
        Bytes stray(texts.below(20));
        for (std::byte &byte : stray)
            byte = static_cast<std::byte>(texts.below(256));
        EXPECT_LE(text_of(stray).size(), 36u);
    }
}

} // namespace
