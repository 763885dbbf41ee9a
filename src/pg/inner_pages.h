// What a session remembers of btree indexes between walks: copies of their inner
// pages, and the buffers in which the pages below these were seen.
//
// Nothing here is believed: copies tell where a leaf may be, and who goes there proves
// by the leaf itself, or the one at its left, that it is the one (LeafPages). So they may be behind the index
// in any way; a descent that they misled goes by the pages, and brings them up to date.
// Copies of an index of which the server says that it has changed (a relcache
// invalidation: it was dropped, built anew, vacuumed) are not found any more.
//
// Memory: a context of the session's own, which a first walk makes; with all copies
// 8 MB. Nothing in it is freed: whoever reads a copy while the server says so is safe.
#pragma once

#include "pg/btree_page.h"

namespace relate::pg {

// Those of one index as LeafPages with one rank sees it.
class InnerPages {
public:
    struct Copy {
        uint32 level;
        OffsetNumber first;
        int count;   // of the entries, from the first on
        uint64 high; // rank of the bound to the page at its right
        // Of each entry: its rank, where the first counts as the least; the page below, and the
        // buffer in which that was seen last, if any.
        uint64 ranks[MaxIndexTuplesPerPage];
        BlockNumber down[MaxIndexTuplesPerPage];
        mutable Buffer seen[MaxIndexTuplesPerPage];
        PGAlignedBlock page;

        Page at() const { return const_cast<char *>(page.data); }
    };

    // Where the copies lead to; the buffer in which that page was seen last, maybe; and the part of its entries
    // that should come before what is sought, < 0 if nobody knows.
    struct Foreseen {
        BlockNumber page = InvalidBlockNumber;
        Buffer *seen = nullptr;
        float part = -1;
    };
    struct Lead {
        Foreseen to;
        uint32 level; // of that page
    };

    InnerPages(Relation index, BtreePage::Rank rank, int32 rank_id);

    // As far as there are copies, from the root or from where they led last. The rank is that of what is sought,
    // or a lower one.
    Lead lead(BtreePage::Compare compare, uint64 rank);

    // As it is now: who sees it was misled, or knew no way, or needs none.
    void set_root(BlockNumber root);

    const Copy *find(BlockNumber block) const;
    // Copies a page if there is a copy that differs; else after some visits to such pages, or at once
    // while that leaves room for others.
    enum class Copies { after_visits, at_once };
    void keep(BlockNumber block, Page page, Copies when = Copies::after_visits) const;

private:
    void fill(Copy &copy, Page page) const;
    const Copy *led_by(uint64 rank) const;
    Lead next_down(const Copy &copy, BtreePage::Compare compare, uint64 rank, int from_entry);

    Relation index_;
    BtreePage::Rank rank_;
    uint64 id_;
    BlockNumber root_;
    // By what the copies led last, and up to where those above it would have led there: what is sought next is
    // mostly near.
    struct {
        BlockNumber page = InvalidBlockNumber;
        int entry = 0;
        uint64 end = 0;
    } led_;
};

} // namespace relate::pg
