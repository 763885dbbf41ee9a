// Fuzz target: the busiest day of any intervals, against a count day by day. Every
// three bytes are an interval: its owner, its first day and its length, open ones too.
//   clang++ -std=c++20 -Isrc -fsanitize=fuzzer,address test/fuzz/base_interval.cpp -o fuzz_interval
#include "base/interval.h"

#include <cstdlib>
#include <set>
#include <vector>

namespace {

using namespace relate;

void require(bool holds) {
    if (!holds) std::abort();
}

Interval interval_of(std::uint8_t first, std::uint8_t length) {
    Interval when = {first % 40, first % 40 + length % 20};
    if (first >= 250) when.first = Interval::open_start;
    if (length >= 250) when.last = Interval::open_end;
    return when;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2) return 0;
    const Interval within = interval_of(data[0], data[1]);
    std::vector<OwnedInterval> items;
    for (std::size_t at = 2; at + 3 <= size && items.size() < 60; at += 3)
        items.push_back({data[at] % 8, interval_of(data[at + 1], data[at + 2])});

    // Beyond the days that are named, nothing begins or ends.
    BusyDay wanted = {0, within.first};
    std::vector<std::int32_t> days = {Interval::open_start};
    for (std::int32_t day = 0; day < 61; day++) days.push_back(day);
    for (const std::int32_t day : days) {
        if (!within.contains(day)) continue;
        std::set<std::int64_t> owners;
        for (const OwnedInterval &item : items)
            if (item.when.contains(day)) owners.insert(item.owner);
        if (owners.size() > wanted.count) wanted = {owners.size(), day};
    }
    std::vector<std::int32_t> ends(items.size());
    const BusyDay found = busiest_day(items, within, ends);
    require(found.count == wanted.count && (found.count == 0 || found.day == wanted.day));
    return 0;
}
