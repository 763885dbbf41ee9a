// See inner_pages.h.
#include "pg/inner_pages.h"

namespace relate::pg {

void InnerPages::keep(BlockNumber block, Page page, FunctionRef<uint64(OffsetNumber place)> rank)
{
    Copy &copy = copies_[block % copy_count];
    if (copy.page || ++copy.visits < visits_before)
        return;
    OffsetNumber first = P_FIRSTDATAKEY(BTPageGetOpaque(page)), last = PageGetMaxOffsetNumber(page);
    auto *ranks = static_cast<uint64 *>(MemoryContextAlloc(memory_, (last + 1) * sizeof(uint64)));
    ranks[0] = 0;
    for (OffsetNumber place = OffsetNumberNext(first); place <= last; ++place)
        ranks[place - first] = rank(place);
    uint64 high = P_RIGHTMOST(BTPageGetOpaque(page)) ? PG_UINT64_MAX : rank(P_HIKEY);
    copy = {block, static_cast<char *>(MemoryContextAlloc(memory_, BLCKSZ)), ranks, high, 0};
    memcpy(copy.page, page, BLCKSZ);
}

void InnerPages::saw(BlockNumber block, Buffer buffer)
{
    if (!seen_) {
        if (++asked_ < first_seen)
            return;
        seen_ = static_cast<Seen *>(MemoryContextAllocZero(memory_, seen_count * sizeof(Seen)));
    }
    seen_[block % seen_count] = {block, buffer};
}

} // namespace relate::pg
