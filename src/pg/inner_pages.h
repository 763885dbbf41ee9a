// What is known of an index's pages, for many descents under one snapshot: copies of its
// inner pages, and where leaves were seen.
//
// A copy may be behind the page: what has been split since is found by going right, and
// a page that was deleted is not used again while the snapshot lasts. The copies that
// come first stay: the upper ones, and of the lower ones as many as fit. Memory is of the
// context in which it is made; it may outlive the LeafPages that use it, which are all of
// one LeafPages::Rank.
#pragma once

#include "base/function_ref.h"
#include "pg/pg.h"

namespace relate::pg {

class InnerPages {
public:
    struct Copy {
        BlockNumber block;
        Page page;
        const uint64 *ranks; // of its entries, from the first on; the first one counts as the least
        uint64 high;         // of the bound to the page at its right
        int visits;          // of such pages, before one was copied
    };

    // In the current memory context.
    InnerPages() : memory_(CurrentMemoryContext) {}

    BlockNumber root() const { return root_; }
    void set_root(BlockNumber root) { root_ = root; }
    const Copy *find(BlockNumber block) const
    {
        const Copy &copy = copies_[block % copy_count];
        return copy.page && copy.block == block ? &copy : nullptr;
    }
    // `rank` of an entry's place.
    void keep(BlockNumber block, Page page, FunctionRef<uint64(OffsetNumber place)> rank);

    // The buffer in which a page was seen last, maybe.
    Buffer last_buffer(BlockNumber block) const
    {
        if (!seen_)
            return InvalidBuffer;
        const Seen &seen = seen_[block % seen_count];
        return seen.block == block ? seen.buffer : InvalidBuffer;
    }
    void saw(BlockNumber block, Buffer buffer);

private:
    static constexpr int copy_count = 256;  // 2 MB
    static constexpr int visits_before = 8; // for fewer, a copy would not pay
    static constexpr int seen_count = 8192; // 64 kB
    static constexpr int first_seen = 32;   // are not remembered, for the same reason

    struct Seen {
        BlockNumber block;
        Buffer buffer;
    };

    MemoryContext memory_;
    BlockNumber root_ = InvalidBlockNumber;
    Copy copies_[copy_count] = {};
    Seen *seen_ = nullptr;
    int asked_ = 0;
};

} // namespace relate::pg
