// When a relationship holds: whole days, both ends included.
//
// Server-free. Days are PostgreSQL's (int32); an open end is the type's least or
// greatest value, which is also how PostgreSQL writes the infinite dates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

namespace relate {

struct Interval {
    static constexpr int32_t open_start = std::numeric_limits<int32_t>::min();
    static constexpr int32_t open_end = std::numeric_limits<int32_t>::max();

    int32_t first = open_start;
    int32_t last = open_end;

    bool is_empty() const { return first > last; }
    bool overlaps(const Interval &other) const { return first <= other.last && other.first <= last; }
    bool contains(const Interval &other) const { return first <= other.first && other.last <= last; }
    bool contains(int32_t day) const { return first <= day && day <= last; }
    Interval intersection(const Interval &other) const
    {
        return {std::max(first, other.first), std::min(last, other.last)};
    }
};

// An interval and whose it is: several of one owner count once on any day.
struct OwnedInterval {
    int64_t owner;
    Interval when;
};

namespace interval_detail {

// Joins the overlapping intervals of each owner; returns how many remain in front.
inline size_t join_by_owner(std::span<OwnedInterval> items)
{
    std::sort(items.begin(), items.end(), [](const OwnedInterval &a, const OwnedInterval &b) {
        return a.owner != b.owner ? a.owner < b.owner : a.when.first < b.when.first;
    });
    size_t kept = 0;
    for (const OwnedInterval &item : items) {
        OwnedInterval *previous = kept > 0 ? &items[kept - 1] : nullptr;
        if (previous && previous->owner == item.owner && previous->when.overlaps(item.when))
            previous->when.last = std::max(previous->when.last, item.when.last);
        else
            items[kept++] = item;
    }
    return kept;
}

} // namespace interval_detail

struct BusyDay {
    size_t count; // 0: no interval holds on any day
    int32_t day;
};

// The day of `within` on which the most owners' intervals hold, the first such
// one, and how many. Reorders `items`; `ends` is scratch room of the same size.
// O(n log n).
inline BusyDay busiest_day(std::span<OwnedInterval> items, const Interval &within, std::span<int32_t> ends)
{
    items = items.first(interval_detail::join_by_owner(items));
    auto outside = std::remove_if(items.begin(), items.end(),
                                  [&](const OwnedInterval &item) { return !item.when.overlaps(within); });
    items = items.first(static_cast<size_t>(outside - items.begin()));
    for (size_t i = 0; i < items.size(); ++i)
        ends[i] = items[i].when.last;
    std::sort(items.begin(), items.end(),
              [](const OwnedInterval &a, const OwnedInterval &b) { return a.when.first < b.when.first; });
    std::sort(ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(items.size()));
    // The number rises only where one begins: count those begun less those ended before that day.
    BusyDay busiest = {0, within.first};
    size_t ended = 0;
    for (size_t begun = 1; begun <= items.size(); ++begun) {
        int32_t day = std::max(items[begun - 1].when.first, within.first);
        while (ends[ended] < day)
            ++ended;
        if (begun - ended > busiest.count)
            busiest = {begun - ended, day};
    }
    return busiest;
}

} // namespace relate
