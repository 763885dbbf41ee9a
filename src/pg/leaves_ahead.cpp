// See leaves_ahead.h.
#include "pg/leaves_ahead.h"

namespace relate::pg {

Buffer &LeavesAhead::come_to(BlockNumber leaf)
{
    if (!reads_ahead_)
        return nowhere_ = InvalidBuffer;
    while (leaves_.size() < at_ + pages_ahead && parent_ != InvalidBlockNumber)
        read_parent();
    auto found = std::find_if(leaves_.begin() + at_, leaves_.end(), [&](const Leaf &each) { return each.page == leaf; });
    if (found == leaves_.end())
        return nowhere_ = InvalidBuffer;
    at_ = static_cast<size_t>(found - leaves_.begin());
    for (told_ = std::max(told_, at_); told_ < std::min(at_ + pages_ahead, leaves_.size()); ++told_)
        leaves_[told_].seen = read_ahead(index_, leaves_[told_].page);
    return found->seen;
}

// In place of those that lie behind us.
void LeavesAhead::read_parent()
{
    std::move(leaves_.begin() + at_, leaves_.end(), leaves_.begin());
    leaves_.cut(leaves_.size() - at_);
    told_ -= std::min(told_, std::exchange(at_, 0));
    Buffer buffer = ReadBuffer(index_, parent_);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    _bt_checkpage(index_, buffer);
    Page page = BufferGetPage(buffer);
    BTPageOpaque opaque = BTPageGetOpaque(page);
    bool is_parent = !P_IGNORE(opaque) && opaque->btpo_level == 1;
    OffsetNumber first = P_FIRSTDATAKEY(opaque), last = is_parent ? PageGetMaxOffsetNumber(page) : 0;
    in_context(memory_, [&] {
        for (OffsetNumber place = first; place <= last; ++place) {
            auto *entry = reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, place)));
            leaves_.push({BTreeTupleGetDownLink(entry), InvalidBuffer});
        }
    });
    parent_ = is_parent && !P_RIGHTMOST(opaque) ? opaque->btpo_next : InvalidBlockNumber;
    UnlockReleaseBuffer(buffer);
}

} // namespace relate::pg
