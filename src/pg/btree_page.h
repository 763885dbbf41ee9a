// A page of a btree index as who searches it sees it: its entries, its bounds, and where on it
// something lies.
//
// The page is the caller's, who has locked it, or has a copy.
#pragma once

#include "base/function_ref.h"
#include "pg/pg.h"

namespace relate::pg {

class BtreePage {
public:
    // Where what is sought lies, as seen from an entry of which the first `columns`
    // columns are known: < 0 before, 0 here, > 0 behind. Columns that are not known
    // come before all values.
    using Compare = FunctionRef<int(IndexTuple entry, int columns)>;
    // A number for such an entry, which never falls along the index.
    using Rank = FunctionRef<uint64(IndexTuple entry, int columns)>;

    BtreePage(Relation index, Page page) : index_(index), page_(page) {}

    uint32 level() const { return opaque()->btpo_level; }
    bool is_leaf() const { return P_ISLEAF(opaque()); }
    bool is_ignored() const { return P_IGNORE(opaque()); }
    bool is_leftmost() const { return P_LEFTMOST(opaque()); }
    bool is_rightmost() const { return P_RIGHTMOST(opaque()); }
    BlockNumber left() const { return opaque()->btpo_prev; }
    BlockNumber right() const { return opaque()->btpo_next; }

    OffsetNumber first() const { return P_FIRSTDATAKEY(opaque()); }
    OffsetNumber last() const { return PageGetMaxOffsetNumber(page_); }
    IndexTuple entry(OffsetNumber place) const
    {
        return reinterpret_cast<IndexTuple>(PageGetItem(page_, PageGetItemId(page_, place)));
    }
    bool is_dead(OffsetNumber place) const { return ItemIdIsDead(PageGetItemId(page_, place)); }
    int columns(IndexTuple entry) const { return BTreeTupleGetNAtts(entry, index_); }
    uint64 rank(OffsetNumber place, Rank rank) const
    {
        IndexTuple at = entry(place);
        return rank(at, columns(at));
    }

    bool is_behind(OffsetNumber place, Compare compare) const { return order(place, compare) > 0; }
    bool is_at(OffsetNumber place, Compare compare) const { return order(place, compare) == 0; }
    bool begins_with(Compare compare) const { return first() <= last() && is_at(first(), compare); }
    bool is_behind_end(Compare compare) const { return !is_rightmost() && is_behind(P_HIKEY, compare); }
    bool is_before_end(Compare compare) const { return !is_rightmost() && order(P_HIKEY, compare) < 0; }

    // The first one that is not before what is sought; behind the last one, maybe. On an
    // inner page the first one stands for everything that is less.
    OffsetNumber first_place(Compare compare) const
    {
        OffsetNumber low = is_leaf() ? first() : OffsetNumberNext(first());
        return first_place(low, OffsetNumberNext(last()), compare);
    }
    OffsetNumber first_place(OffsetNumber low, OffsetNumber high, Compare compare) const
    {
        while (low < high) {
            auto middle = static_cast<OffsetNumber>(low + (high - low) / 2);
            if (is_behind(middle, compare))
                low = OffsetNumberNext(middle);
            else
                high = middle;
        }
        return low;
    }

    // The page below an inner one that leads on.
    BlockNumber child(Compare compare) const
    {
        return BTreeTupleGetDownLink(entry(OffsetNumberPrev(first_place(compare))));
    }

private:
    BTPageOpaque opaque() const { return BTPageGetOpaque(page_); }
    int order(OffsetNumber place, Compare compare) const
    {
        IndexTuple at = entry(place);
        return compare(at, columns(at));
    }

    Relation index_;
    Page page_;
};

} // namespace relate::pg
