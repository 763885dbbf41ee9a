// Whether all rows of a page of a table are visible to everybody: what VM_ALL_VISIBLE
// says, without a call where the answer lies beside the last one.
//
// The page of the map stays pinned until end(). As there, what the answer must not be
// older than is the caller's to see to: whoever locks an index's page before he asks
// has done so.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

class VisibilityMap {
public:
    explicit VisibilityMap(Relation table) : table_(table) {}

    bool is_all_visible(BlockNumber page)
    {
        if (!bits_ || page - first_ >= pages_on_one)
            return turn_to(page);
        unsigned place = page - first_;
        return bits_[place / pages_in_byte] >> place % pages_in_byte * BITS_PER_HEAPBLOCK & VISIBILITYMAP_ALL_VISIBLE;
    }

    void end()
    {
        if (BufferIsValid(map_))
            ReleaseBuffer(map_);
        map_ = InvalidBuffer;
        bits_ = nullptr;
    }

private:
    static constexpr BlockNumber pages_in_byte = BITS_PER_BYTE / BITS_PER_HEAPBLOCK;
    static constexpr BlockNumber pages_on_one = (BLCKSZ - MAXALIGN(SizeOfPageHeaderData)) * pages_in_byte;

    [[gnu::noinline]] bool turn_to(BlockNumber page)
    {
        bool is_visible = VM_ALL_VISIBLE(table_, page, &map_);
        first_ = page - page % pages_on_one;
        bits_ = BufferIsValid(map_) ? reinterpret_cast<const volatile bits8 *>(PageGetContents(BufferGetPage(map_))) : nullptr;
        return is_visible;
    }

    Relation table_;
    Buffer map_ = InvalidBuffer;
    BlockNumber first_ = 0; // whose bits are the first there
    const volatile bits8 *bits_ = nullptr;
};

} // namespace relate::pg
