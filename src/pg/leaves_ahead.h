// The leaf pages of a btree index that come next, as the level above them says: for who goes through
// them all. They begin to be read before one comes to them, for they lie in the file in the order in
// which they were made, and the system does not guess which comes next; and for the same reason
// memory is told which page comes behind the next one.
//
// All of it are hints: a page that was split or deleted meanwhile is only read later, or in vain.
// Memory: in the context in which it was made, 16 bytes for each page below one of the upper level.
#pragma once

#include "pg/buffers.h"
#include "pg/inner_pages.h"
#include "pg/memory.h"
#include "pg/pg.h"

namespace relate::pg {

class LeavesAhead {
public:
    // The index is the caller's, and what the session remembers of it.
    LeavesAhead(Relation index, const InnerPages &inner)
        : index_(index), inner_(inner), memory_(CurrentMemoryContext), reads_ahead_(reads_ahead(index))
    {
    }

    // At that leaf, to which that page has led. Where that is not known any more, and where the system is not to
    // read ahead, nothing is told.
    void begin(BlockNumber parent, BlockNumber leaf)
    {
        parent_ = reads_ahead_ ? parent : InvalidBlockNumber;
        first_ = leaf;
    }

    // Where the leaf was seen last, maybe, and where memory has fetched it. Those after it are told to come.
    struct Come {
        Buffer *seen = nullptr;
        Buffer fetched = InvalidBuffer;
    };
    Come come_to(BlockNumber leaf);

private:
    // So far ahead a page begins to be read, is looked at, and is fetched.
    static constexpr size_t pages_ahead = 32, near = 4, next = 1;
    struct Leaf {
        BlockNumber page;
        Buffer seen_here;
        Buffer *remembered; // where the session remembers it

        Buffer &seen() { return remembered ? *remembered : seen_here; }
    };

    void tell_others();
    void tell(Leaf &leaf);
    Buffer coming(size_t distance) { return at_ + distance < told_ ? leaves_[at_ + distance].seen() : InvalidBuffer; }
    void find_first();
    bool find(BlockNumber leaf);
    void read_parent();

    Relation index_;
    const InnerPages &inner_;
    MemoryContext memory_;
    BlockNumber parent_ = InvalidBlockNumber; // of those behind the known ones
    BlockNumber first_ = InvalidBlockNumber;  // while nothing has been read
    bool reads_ahead_;
    Array<Leaf> leaves_;
    size_t at_ = 0, told_ = 0;
    Buffer fetched_ = InvalidBuffer; // last
};

} // namespace relate::pg
