// Many seeks, in the order of the index.
//
// What lies in the gap that the seek before has found is not sought, what lies on one leaf is
// sought there at once, and the leaves that come next are fetched by memory while others are read.
//
// A `Wanted` is what one seek needs, and a LeafPages::Compare: int(entry, columns) const,
// with uint64 rank() const. `want(place, wanted)` fills one in, or says false where there is
// surely nothing. No two seek the same.
#pragma once

#include "pg/leaf_pages.h"

namespace relate::pg {

// Those that come next. While one is sought, memory fetches what others need: first their leaves, then the
// entries there.
template <class Wanted>
class ComingSeeks {
public:
    explicit ComingSeeks(LeafPages &pages) : pages_(pages) { pages.forget_gap(); }

    template <class Want>
    void foresee(size_t count, Want want)
    {
        for (; place_ < count && foreseen_ < done_ + ahead; ++place_) {
            Seek &next = at(foreseen_);
            if (!want(place_, next.wanted) || pages_.is_in_gap(next.wanted))
                continue;
            next.place = place_;
            foresee(next);
            ++foreseen_;
        }
        for (; looked_at_ < std::min(done_ + closer_ahead, foreseen_); ++looked_at_) {
            Seek &near = at(looked_at_);
            if (near.leaf.page == InvalidBlockNumber) // maybe known by now
                foresee(near);
            pages_.look_closer(near.leaf);
        }
    }
    bool are_done() const { return done_ == foreseen_; }

    // The next one, with those on the same leaf.
    template <class Take>
    bool seek(Take take)
    {
        if (pages_.is_in_gap(at(done_).wanted)) {
            ++done_;
            return true;
        }
        size_t first = done_, end = first + 1;
        while (end < looked_at_ && at(first).leaf.page != InvalidBlockNumber && at(end).leaf.page == at(first).leaf.page)
            ++end;
        auto of_these = [&](int which) { return sought(first + static_cast<size_t>(which)); };
        int found = end > first + 1 ? pages_.seek_several(static_cast<int>(end - first), of_these) : 0;
        if (found == 0)
            pages_.seek(sought(first));
        for (end = first + static_cast<size_t>(std::max(found, 1)); done_ < end; ++done_) {
            if (found > 0)
                pages_.choose(static_cast<int>(done_ - first));
            if (!take(at(done_).place, sought(done_)))
                return false;
        }
        return true;
    }

private:
    static constexpr size_t closer_ahead = LeafPages::most_at_once, ahead = 2 * closer_ahead;
    struct Seek {
        Wanted wanted;
        LeafPages::Foreseen leaf;
        size_t place;
    };

    void foresee(Seek &seek) { seek.leaf = pages_.foresee({seek.wanted, seek.wanted.rank()}); }
    Seek &at(size_t turn) { return seeks_[turn % ahead]; }
    LeafPages::Sought sought(size_t turn)
    {
        Seek &seek = at(turn);
        return {seek.wanted, seek.wanted.rank(), seek.leaf};
    }

    LeafPages &pages_;
    Seek seeks_[ahead];
    size_t place_ = 0;
    size_t foreseen_ = 0, looked_at_ = 0, done_ = 0; // so many of them, in turn
};

// take(place, sought) reads all that is found (LeafPages::next); false if it said so.
template <class Wanted, class Want, class Take>
bool probe_leaves(LeafPages &pages, size_t count, Want want, Take take)
{
    ComingSeeks<Wanted> coming(pages);
    for (coming.foresee(count, want); !coming.are_done(); coming.foresee(count, want)) {
        CHECK_FOR_INTERRUPTS();
        if (!coming.seek(take))
            return false;
    }
    return true;
}

// What that would cost, in units of a seek that leads to a leaf of its own and finds one entry; what each finds
// beyond that costs so much, if it finds any.
template <class Wanted, class Want>
double cost_of_probes(LeafPages &pages, size_t count, double further_cost, Want want)
{
    constexpr double on_same_leaf = 0.4, in_gap = 0.02; // estimates
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
        cost += (is_first ? 1 : on_same_leaf) + further_cost;
        last = leaf;
    }
    return cost;
}

} // namespace relate::pg
