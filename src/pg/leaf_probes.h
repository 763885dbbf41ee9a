// Many seeks, in the order of the index.
//
// What lies in the gap that the seek before has found is not sought, what lies on one leaf is
// sought there at once, and the leaves that come next are fetched by memory while others are read.
//
// A `Wanted` is what one seek needs, and a LeafPages::Compare: int(entry, columns) const,
// with uint64 rank() const. `want(place, wanted)` fills one in, or says false where there is
// surely nothing.
#pragma once

#include "pg/leaf_pages.h"

namespace relate::pg {

// take(place, sought) reads what is found (LeafPages::next); false if it said so.
template <class Wanted, class Want, class Take>
bool probe_leaves(LeafPages &pages, size_t count, Want want, Take take)
{
    constexpr size_t batch = LeafPages::most_at_once; // foreseen
    struct {
        Wanted wanted;
        LeafPages::Foreseen foreseen;
        size_t place;
    } coming[batch];
    pages.forget_gap();
    for (size_t place = 0; place < count;) {
        size_t filled = 0;
        for (; place < count && filled < batch; ++place) {
            auto &next = coming[filled];
            if (!want(place, next.wanted) || pages.is_in_gap(next.wanted))
                continue;
            next.foreseen = pages.foresee({next.wanted, next.wanted.rank()});
            next.place = place;
            ++filled;
        }
        CHECK_FOR_INTERRUPTS();
        for (size_t i = 0; i < filled; ++i)
            pages.look_closer(coming[i].foreseen);
        auto sought = [&](size_t i) -> LeafPages::Sought {
            return {coming[i].wanted, coming[i].wanted.rank(), coming[i].foreseen};
        };
        for (size_t i = 0, end; i < filled; i = end) {
            end = i + 1;
            if (pages.is_in_gap(coming[i].wanted))
                continue;
            BlockNumber leaf = coming[i].foreseen.page;
            while (end < filled && leaf != InvalidBlockNumber && coming[end].foreseen.page == leaf)
                ++end;
            auto of_these = [&](int which) { return sought(i + static_cast<size_t>(which)); };
            int done = end > i + 1 ? pages.seek_several(static_cast<int>(end - i), of_these) : 0;
            if (done == 0)
                pages.seek(sought(i));
            end = i + static_cast<size_t>(std::max(done, 1));
            for (size_t each = i; each < end; ++each) {
                if (done > 0)
                    pages.choose(static_cast<int>(each - i));
                if (!take(coming[each].place, sought(each)))
                    return false;
            }
        }
    }
    return true;
}

// What that would cost, in units of a seek that leads to a leaf of its own.
template <class Wanted, class Want>
double cost_of_probes(LeafPages &pages, size_t count, Want want)
{
    constexpr double on_same_leaf = 0.1, in_gap = 0.01; // measured
    constexpr int most_unknown = 64; // that are sought, for the inner pages to be known
    double cost = 0;
    int unknown = 0;
    BlockNumber last = InvalidBlockNumber;
    bool is_first = true; // on this leaf
    Wanted wanted;
    pages.forget_gap();
    for (size_t place = 0; place < count; ++place) {
        if (!want(place, wanted))
            continue;
        if (pages.is_in_gap(wanted)) {
            cost += in_gap;
            continue;
        }
        LeafPages::Sought sought = {wanted, wanted.rank()};
        sought.at = pages.way_to(sought);
        BlockNumber leaf = sought.at.page;
        // Of many on one leaf, most may lie in one gap.
        if (leaf == InvalidBlockNumber ? unknown < most_unknown : leaf == last && is_first) {
            pages.seek(sought);
            unknown += leaf == InvalidBlockNumber && pages.leaf() != last;
            leaf = pages.leaf();
        }
        is_first = leaf == InvalidBlockNumber || leaf != last;
        cost += is_first ? 1 : on_same_leaf;
        last = leaf;
    }
    return cost;
}

} // namespace relate::pg
