// The leaf pages of a btree index, read page by page: for walks, which look at
// many entries and need little of each. Through the access method an entry costs
// four times as much.
//
// What is found is what an index-only scan with the same snapshot finds, and it is
// read as nbtree reads it: the entries sought are copied from a page under its
// lock, the pin stays until all their rows have been looked at (so VACUUM cannot
// take the rows away meanwhile), and a page that was split or deleted is passed by
// going right. Serializable transactions lock what they read. Entries of dead rows
// are not marked as such: other scans do that. The relations are the caller's.
#pragma once

#include "base/function_ref.h"
#include "pg/pg.h"

namespace relate::pg {

// Copies of the inner pages of an index, for many descents under one snapshot. A copy may
// be behind the page: what has been split since is found by going right, and a page that
// was deleted is not used again while the snapshot lasts. It may outlive the LeafPages.
// Those that come first stay: the upper ones, and of the lower ones as many as fit.
class InnerPages {
public:
    // In the current memory context.
    InnerPages() : memory_(CurrentMemoryContext) {}

    BlockNumber root() const { return root_; }
    void set_root(BlockNumber root) { root_ = root; }
    Page find(BlockNumber block) const
    {
        const Slot &slot = slots_[block % slot_count];
        return slot.page && slot.block == block ? slot.page : nullptr;
    }
    void keep(BlockNumber block, Page page);

private:
    static constexpr int slot_count = 256; // 2 MB

    struct Slot {
        BlockNumber block;
        char *page;
    };
    MemoryContext memory_;
    BlockNumber root_ = InvalidBlockNumber;
    Slot slots_[slot_count] = {};
};

class LeafPages {
public:
    // Where what is sought lies, as seen from an entry of which the first `columns`
    // columns are known: < 0 before, 0 here, > 0 behind. Columns that are not known
    // come before all values.
    using Sought = FunctionRef<int(IndexTuple entry, int columns)>;

    // Works in the current memory context. The snapshot is one of MVCC. `inner` is of the
    // same index and snapshot.
    LeafPages(Relation table, Relation index, Snapshot snapshot, InnerPages *inner = nullptr);

    // To the first entry sought. Cheaper where it lies on the page at hand.
    void seek(Sought sought);

    // The next entry, which lasts as long as the next one is not asked for; null at the end.
    IndexTuple next(Sought sought)
    {
        if (++row_ < rows_)
            return entry_;
        while (at_ == end_)
            if (!read_next_page(sought))
                return nullptr;
        entry_ = reinterpret_cast<IndexTuple>(room_ + entries_[at_++]);
        row_ = 0;
        rows_ = BTreeTupleIsPosting(entry_) ? BTreeTupleGetNPosting(entry_) : 1;
        return entry_;
    }

    // Whether the row of the entry is there for the snapshot. Where the page is known to
    // hold only rows that everybody sees, the row is not read.
    bool is_visible()
    {
        BlockNumber page = ItemPointerGetBlockNumber(row_id());
        if (page == visible_page_)
            return true;
        if (!VM_ALL_VISIBLE(table_, page, &map_))
            return row() != nullptr;
        PredicateLockPage(table_, page, snapshot_);
        visible_page_ = page;
        return true;
    }

    // The row itself, or null.
    TupleTableSlot *row();

    void end();

private:
    ItemPointer row_id() const
    {
        return BTreeTupleIsPosting(entry_) ? BTreeTupleGetPostingN(entry_, row_) : &entry_->t_tid;
    }
    int columns(IndexTuple entry) const { return BTreeTupleGetNAtts(entry, index_); }
    static IndexTuple entry_on(Page page, OffsetNumber place)
    {
        return reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, place)));
    }

    bool is_on_this_page(Sought sought);
    bool go_down(Sought sought);
    bool lock_root();
    void turn_to(BlockNumber page);
    void go_right(Sought sought);
    void leave();
    bool is_behind(Page page, Sought sought) const;
    OffsetNumber first_place(Page page, Sought sought) const;
    BlockNumber child(Page page, Sought sought) const;
    void copy(OffsetNumber first, Sought sought);
    void make_room(size_t size);
    bool read_next_page(Sought sought);

    Relation table_, index_;
    Snapshot snapshot_;
    MemoryContext memory_;
    bool ignores_killed_;
    InnerPages *inner_;
    Buffer page_ = InvalidBuffer; // at hand: pinned
    BlockNumber next_page_ = P_NONE;
    // Copied from it.
    char *room_ = nullptr;
    size_t capacity_ = 0;
    LocationIndex entries_[MaxIndexTuplesPerPage]; // places in the room
    int at_ = 0, end_ = 0;
    IndexTuple entry_ = nullptr;
    int row_ = 0, rows_ = 0; // an entry may stand for several

    BlockNumber visible_page_ = InvalidBlockNumber; // seen since the page was read
    Buffer map_ = InvalidBuffer;                    // page of the visibility map looked at last
    IndexFetchTableData *fetch_ = nullptr;
    TupleTableSlot *slot_ = nullptr;
};

// The first column of an index, where it is an integer in the usual order.
struct IntegerColumn {
    int size;

    int64 value(Datum datum) const
    {
        return size == 8 ? DatumGetInt64(datum) : size == 4 ? DatumGetInt32(datum) : DatumGetInt16(datum);
    }

    // As LeafPages::Sought says.
    int compare(int64 wanted, IndexTuple entry, int columns) const
    {
        if (columns == 0)
            return 1;
        const char *at = reinterpret_cast<const char *>(entry) + IndexInfoFindDataOffset(entry->t_info);
        int64 value = size == 8   ? *reinterpret_cast<const int64 *>(at)
                      : size == 4 ? *reinterpret_cast<const int32 *>(at)
                                  : *reinterpret_cast<const int16 *>(at);
        return (wanted > value) - (wanted < value);
    }
};

std::optional<IntegerColumn> leading_integer(Relation index);

} // namespace relate::pg
