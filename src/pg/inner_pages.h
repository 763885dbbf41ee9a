// What a session remembers of btree indexes between walks: copies of their inner
// pages, and the buffers in which the pages below these were seen.
//
// Nothing here is believed: copies tell where a leaf may be, and who goes there proves
// by the leaf itself that it is the one (LeafPages). So they may be behind the index
// in any way; a descent that they misled goes by the pages, and brings them up to date.
// Copies of an index of which the server says that it has changed (a relcache
// invalidation: it was dropped, built anew, vacuumed) are not found any more.
//
// Memory: a context of the session's own, which a first walk makes; with all copies
// 8 MB. Nothing in it is freed: whoever reads a copy while the server says so is safe.
#pragma once

#include "base/function_ref.h"
#include "pg/pg.h"

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

    // A number for an entry of which the first `columns` columns are known, which never falls along the index.
    using Rank = FunctionRef<uint64(IndexTuple entry, int columns)>;

    InnerPages(Relation index, Rank rank, int32 rank_id);

    // The root, as it was seen last.
    BlockNumber root() const { return root_; }
    void set_root(BlockNumber root);

    const Copy *find(BlockNumber block) const;
    // Copies a page if there is a copy that differs; else after some visits to such pages, or at once
    // where there is room.
    enum class Copies { after_visits, at_once };
    void keep(BlockNumber block, Page page, Copies when = Copies::after_visits) const;

private:
    void fill(Copy &copy, Page page) const;

    Relation index_;
    Rank rank_;
    uint64 id_;
    BlockNumber root_;
};

} // namespace relate::pg
