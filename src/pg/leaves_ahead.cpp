// See leaves_ahead.h.
#include "pg/leaves_ahead.h"

namespace relate::pg {

void LeavesAhead::find_first()
{
    BlockNumber first = std::exchange(first_, InvalidBlockNumber);
    if (parent_ == InvalidBlockNumber)
        return;
    read_parent();
    if (find(first))
        return;
    parent_ = InvalidBlockNumber;
    leaves_.clear();
}

// A leaf that was split from another one meanwhile is not there.
bool LeavesAhead::find(BlockNumber leaf)
{
    auto is_it = [&](const Leaf &each) { return each.page == leaf; };
    auto found = std::find_if(leaves_.begin() + at_, leaves_.end(), is_it);
    if (found == leaves_.end())
        return false;
    at_ = static_cast<size_t>(found - leaves_.begin());
    return true;
}

LeavesAhead::Come LeavesAhead::come_to(BlockNumber leaf)
{
    if (first_ != InvalidBlockNumber)
        find_first();
    while (parent_ != InvalidBlockNumber && leaves_.size() < at_ + pages_ahead)
        read_parent();
    if (!find(leaf))
        return {};
    Buffer fetched = fetched_;
    tell_others();
    return {&leaves_[at_].seen(), fetched};
}

// The nearer one is, the more of it.
void LeavesAhead::tell_others()
{
    for (told_ = std::max(told_, at_); told_ < std::min(at_ + pages_ahead, leaves_.size()); ++told_) {
        tell(leaves_[told_]);
        if (told_ + near < leaves_.size() && BufferIsValid(leaves_[told_ + near].seen()))
            fetch_descriptor(leaves_[told_ + near].seen());
    }
    if (Buffer seen = coming(near); BufferIsValid(seen)) {
        fetch_descriptor(seen);
        fetch_outline(BufferGetPage(seen));
    }
    fetched_ = coming(next);
    if (BufferIsValid(fetched_))
        prefetch(BufferGetPage(fetched_), BLCKSZ);
}

// To begin to be read, where it is in no buffer.
void LeavesAhead::tell(Leaf &leaf)
{
    if (!BufferIsValid(leaf.seen()) || has_gone(leaf.seen(), leaf.page))
        leaf.seen() = read_ahead(index_, leaf.page);
}

// In place of the leaves that lie behind us.
void LeavesAhead::read_parent()
{
    if (at_ > 0) {
        std::move(leaves_.begin() + at_, leaves_.end(), leaves_.begin());
        leaves_.cut(leaves_.size() - at_);
        told_ -= std::min(told_, std::exchange(at_, 0));
    }
    Buffer buffer = ReadBuffer(index_, parent_);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    _bt_checkpage(index_, buffer);
    Page page = BufferGetPage(buffer);
    BtreePage entries(index_, page);
    bool is_gone = entries.is_ignored(), is_parent = !is_gone && entries.level() == 1;
    OffsetNumber last = is_parent ? entries.last() : 0;
    const InnerPages::Copy *copy = nullptr;
    if (is_parent) {
        inner_.keep(parent_, page, InnerPages::Copies::at_once);
        copy = inner_.find(parent_);
    }
    in_context(memory_, [&] {
        for (OffsetNumber first = entries.first(), place = first; place <= last; ++place) {
            BlockNumber leaf = BTreeTupleGetDownLink(entries.entry(place));
            leaves_.push({leaf, InvalidBuffer, copy ? &copy->seen[place - first] : nullptr});
        }
    });
    parent_ = (is_parent || is_gone) && !entries.is_rightmost() ? entries.right() : InvalidBlockNumber;
    UnlockReleaseBuffer(buffer);
}

} // namespace relate::pg
