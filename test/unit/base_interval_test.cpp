// Intervals, and the busiest day among many, against counting day by day.
#include "base/interval.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace {

using namespace relate;

constexpr Interval always{};

Interval days(int32_t first, int32_t last) { return {first, last}; }

BusyDay busiest(std::vector<OwnedInterval> items, Interval within = always) {
    std::vector<int32_t> ends(items.size());
    return busiest_day(items, within, ends);
}

TEST(Interval, BothEndsBelongToIt) {
    EXPECT_TRUE(days(1, 1).contains(1));
    EXPECT_TRUE(days(1, 3).contains(3));
    EXPECT_FALSE(days(1, 3).contains(0));
    EXPECT_FALSE(days(1, 3).contains(4));
    EXPECT_FALSE(days(1, 1).is_empty());
    EXPECT_TRUE(days(2, 1).is_empty());
}

TEST(Interval, TouchingDaysOverlapOnlyWhenTheyAreTheSame) {
    EXPECT_TRUE(days(1, 5).overlaps(days(5, 9)));
    EXPECT_FALSE(days(1, 5).overlaps(days(6, 9)));
    EXPECT_FALSE(days(6, 9).overlaps(days(1, 5)));
    EXPECT_TRUE(days(1, 9).overlaps(days(4, 4)));
}

TEST(Interval, OpenEndsReachEverywhere) {
    constexpr Interval past{Interval::open_start, 10}, future{10, Interval::open_end};
    EXPECT_TRUE(always.contains(past));
    EXPECT_TRUE(always.contains(always));
    EXPECT_FALSE(past.contains(always));
    EXPECT_TRUE(past.overlaps(future));
    EXPECT_EQ(past.intersection(future).first, 10);
    EXPECT_EQ(past.intersection(future).last, 10);
    EXPECT_FALSE(past.overlaps(days(11, Interval::open_end)));
    EXPECT_TRUE(past.intersection(days(11, Interval::open_end)).is_empty());
    EXPECT_TRUE(always.contains(Interval::open_start));
    EXPECT_TRUE(always.contains(Interval::open_end));
}

TEST(Interval, RelationsAgreeWithDayByDay) {
    auto holds = [](const Interval &i, int32_t day) { return i.first <= day && day <= i.last; };
    for (int32_t a = 0; a < 5; ++a)
        for (int32_t b = a; b < 5; ++b)
            for (int32_t c = 0; c < 5; ++c)
                for (int32_t d = c; d < 5; ++d) {
                    const Interval one = days(a, b), other = days(c, d);
                    bool some = false, all = true;
                    for (int32_t day = 0; day < 5; ++day) {
                        some |= holds(one, day) && holds(other, day);
                        all &= !holds(other, day) || holds(one, day);
                        EXPECT_EQ(holds(one.intersection(other), day), holds(one, day) && holds(other, day));
                    }
                    EXPECT_EQ(one.overlaps(other), some);
                    EXPECT_EQ(one.intersection(other).is_empty(), !some);
                    EXPECT_EQ(one.contains(other), all);
                }
}

TEST(BusiestDay, OfNothingIsEmpty) {
    EXPECT_EQ(busiest({}).count, 0u);
    EXPECT_EQ(busiest({{1, days(1, 5)}}, days(6, 9)).count, 0u);
}

TEST(BusiestDay, StintsThatFollowEachOtherAreOneAtATime) {
    EXPECT_EQ(busiest({{1, days(1, 5)}, {2, days(6, 9)}, {3, days(10, 10)}}).count, 1u);
    EXPECT_EQ(busiest({{1, days(1, 5)}, {2, days(5, 9)}}).count, 2u);
    EXPECT_EQ(busiest({{1, days(1, 5)}, {2, days(5, 9)}}).day, 5);
}

TEST(BusiestDay, VersionsOfOneOwnerCountOnce) {
    EXPECT_EQ(busiest({{7, days(1, 5)}, {7, days(3, 9)}, {7, always}}).count, 1u);
    EXPECT_EQ(busiest({{7, days(1, 5)}, {7, days(8, 9)}, {8, days(5, 8)}}).count, 2u);
}

TEST(BusiestDay, OnlyWithinCounts) {
    const std::vector<OwnedInterval> crowd = {{1, days(1, 2)}, {2, days(1, 2)}, {3, days(1, 9)}, {4, days(7, 9)}};
    EXPECT_EQ(busiest(crowd).count, 3u);
    EXPECT_EQ(busiest(crowd, days(3, 9)).count, 2u);
    EXPECT_EQ(busiest(crowd, days(3, 9)).day, 7);
    EXPECT_EQ(busiest(crowd, days(3, 6)).count, 1u);
    EXPECT_EQ(busiest(crowd, days(2, 2)).day, 2);
}

TEST(BusiestDay, OpenEndsAndTheGreatestDays) {
    EXPECT_EQ(busiest({{1, always}, {2, always}, {3, days(5, 5)}}).count, 3u);
    EXPECT_EQ(busiest({{1, always}, {2, always}, {3, days(5, 5)}}).day, 5);
    EXPECT_EQ(busiest({{1, {Interval::open_start, 4}}, {2, {5, Interval::open_end}}}).count, 1u);
    EXPECT_EQ(busiest({{1, {Interval::open_end, Interval::open_end}}, {2, always}}).day, Interval::open_end);
    EXPECT_EQ(busiest({{1, {Interval::open_start, Interval::open_start}}, {2, always}}).day, Interval::open_start);
}

// Days 0 to 11; an open end reaches one further on either side.
Interval random_interval(std::mt19937 &random) {
    std::uniform_int_distribution<int32_t> day(0, 11), one_in(0, 5);
    int32_t first = day(random), last = day(random);
    if (first > last)
        std::swap(first, last);
    return {one_in(random) == 0 ? Interval::open_start : first, one_in(random) == 0 ? Interval::open_end : last};
}

BusyDay busiest_by_counting(const std::vector<OwnedInterval> &items, const Interval &within) {
    std::vector<int32_t> candidates = {Interval::open_start};
    for (int32_t day = -1; day <= 12; ++day)
        candidates.push_back(day);
    BusyDay most = {0, within.first};
    for (int32_t day : candidates) {
        if (!within.contains(day))
            continue;
        std::set<int64_t> owners;
        for (const OwnedInterval &item : items)
            if (item.when.contains(day))
                owners.insert(item.owner);
        if (owners.size() > most.count)
            most = {owners.size(), day};
    }
    return most;
}

TEST(BusiestDay, AgreesWithCounting) {
    std::mt19937 random(20201231);
    std::uniform_int_distribution<size_t> size(0, 14);
    std::uniform_int_distribution<int64_t> owner(1, 9);
    for (int round = 0; round < 20000; ++round) {
        std::vector<OwnedInterval> items(size(random));
        for (OwnedInterval &item : items)
            item = {owner(random), random_interval(random)};
        const Interval within = random_interval(random);
        const BusyDay got = busiest(items, within), expected = busiest_by_counting(items, within);
        ASSERT_EQ(got.count, expected.count) << "round " << round;
        if (got.count > 0) {
            ASSERT_TRUE(within.contains(got.day)) << "round " << round;
            ASSERT_EQ(got.day, expected.day) << "round " << round;
        }
    }
}

} // namespace
