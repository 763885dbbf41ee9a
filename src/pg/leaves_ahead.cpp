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

Buffer &LeavesAhead::come_to(BlockNumber leaf)
{
    if (first_ != InvalidBlockNumber)
        find_first();
    while (parent_ != InvalidBlockNumber && leaves_.size() < at_ + pages_ahead)
        read_parent();
    if (!find(leaf))
        return nowhere_ = InvalidBuffer;
    tell_others();
    return leaves_[at_].seen();
}

// The nearer one is, the more of it: to be read, then its place among the buffers, and the page itself.
void LeavesAhead::tell_others()
{
    for (told_ = std::max(told_, at_); told_ < std::min(at_ + pages_ahead, leaves_.size()); ++told_) {
        Leaf &leaf = leaves_[told_];
        if (BufferIsValid(leaf.seen()))
            fetch_descriptor(leaf.seen());
        else
            leaf.seen() = read_ahead(index_, leaf.page);
    }
    if (Leaf *leaf = behind(pages_ahead / 2); leaf && BufferIsValid(leaf->seen()) && has_gone(leaf->seen(), leaf->page))
        leaf->seen() = read_ahead(index_, leaf->page);
    if (Leaf *leaf = behind(4); leaf && BufferIsValid(leaf->seen())) {
        fetch_descriptor(leaf->seen());
        fetch_outline(BufferGetPage(leaf->seen()));
    }
    if (Leaf *leaf = behind(1); leaf && BufferIsValid(leaf->seen()))
        prefetch(BufferGetPage(leaf->seen()), BLCKSZ);
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
    BTPageOpaque opaque = BTPageGetOpaque(page);
    bool is_gone = P_IGNORE(opaque), is_parent = !is_gone && opaque->btpo_level == 1;
    OffsetNumber last = is_parent ? PageGetMaxOffsetNumber(page) : 0;
    const InnerPages::Copy *copy = nullptr;
    if (is_parent) {
        inner_.keep(parent_, page, InnerPages::Copies::at_once);
        copy = inner_.find(parent_);
    }
    in_context(memory_, [&] {
        for (OffsetNumber first = P_FIRSTDATAKEY(opaque), place = first; place <= last; ++place) {
            auto *entry = reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, place)));
            leaves_.push({BTreeTupleGetDownLink(entry), InvalidBuffer, copy ? &copy->seen[place - first] : nullptr});
        }
    });
    parent_ = (is_parent || is_gone) && !P_RIGHTMOST(opaque) ? opaque->btpo_next : InvalidBlockNumber;
    UnlockReleaseBuffer(buffer);
}

} // namespace relate::pg
