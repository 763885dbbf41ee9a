// The leaf pages of a btree index, read page by page: for walks, which look at
// many entries and need little of each. Through the access method an entry costs
// four times as much.
//
// What is found is what an index-only scan with the same snapshot finds, and it is
// read as nbtree reads it: the entries sought are copied from a page under its
// lock, the pin stays until next() comes to another page, and a page that was split or
// deleted is passed by going right. Whether all see a row must be asked while that pin is
// held. Rows themselves may be looked at even later: VACUUM takes none away that the snapshot
// sees, and what takes the place of others it does not see.
// Serializable transactions lock what they read. Entries of dead rows are not marked as
// such: other scans do that. The relations are the caller's.
//
// Where a leaf is, the session mostly remembers (inner_pages.h). It is taken only where it has
// entries before and at what is sought, or is the leftmost, or begins with what is sought and the
// page at its left ends before that; else the way goes down from the root, as nbtree's does.
//
// Walks wait for memory more than for anything else: what comes next is fetched while
// there is still something to do, and begins to be read where it is in no buffer.
#pragma once

#include "base/function_ref.h"
#include "pg/btree_page.h"
#include "pg/buffers.h"
#include "pg/inner_pages.h"
#include "pg/leaves_ahead.h"
#include "pg/pg.h"
#include "pg/seen_rows.h"
#include "pg/visibility_map.h"

namespace relate::pg {

class LeafPages {
public:
    static constexpr size_t read_beyond = sizeof(uint64);

    using Compare = BtreePage::Compare;
    using Rank = BtreePage::Rank;
    // Where a leaf should be, as far as that is known.
    using Foreseen = InnerPages::Foreseen;
    struct Sought {
        Compare compare; // decides among entries
        uint64 rank;     // of its own rank; no greater than that of the first one
        Foreseen at = {};
    };

    // Works in the current memory context. The snapshot is one of MVCC. What is behind `rank`
    // is the caller's; where an index is read by several ranks, `rank_id` tells them.
    LeafPages(Relation table, Relation index, Snapshot snapshot, Rank rank, int32 rank_id = 0);

    // The leaf where it should be, if the way is known.
    Foreseen way_to(const Sought &sought);

    // The same, and lets memory fetch what a seek will look at, while others come first: the outline
    // of the leaf, and once that is there the entry on it. A page that is in no buffer begins to be read.
    Foreseen foresee(const Sought &sought);
    void look_closer(const Foreseen &leaf);

    // Whether it lies between what was sought last and the next entry behind that: then there
    // is none. What was sought since forget_gap() came in the order of the index.
    bool is_in_gap(Compare compare) const
    {
        return gap_ == Gap::open || (gap_ == Gap::closed && compare(gap_end(), gap_columns_) < 0);
    }
    void forget_gap() { gap_ = Gap::none; }

    // To the first entry sought. Cheaper where it lies on the page at hand, or has been foreseen.
    void seek(const Sought &given);

    // The same, for who goes on through most of the index: leaves begin to be read ahead, and rows are looked at
    // page by page.
    void seek_first(const Sought &sought);

    // The same as seek, but next() gives all entries of that page, whatever is sought, and no others.
    void seek_page(const Sought &sought);

    // The same as seek for several at once, in the order of the index, all of them foreseen on one
    // leaf: which costs less. So many of them, from the first on, have all that they seek on
    // that page, and wait there for choose(); maybe none.
    static constexpr int most_at_once = 16;
    int seek_several(int count, FunctionRef<Sought(int which)> several);
    void choose(int which);

    // Where that has led.
    BlockNumber leaf() const { return BufferIsValid(page_) ? BufferGetBlockNumber(page_) : InvalidBlockNumber; }
    // As graph::Reader::place: no leaf is the first page.
    std::uint64_t place() const { return BufferIsValid(page_) ? leaf() : 0; }

    // The next entry, which lasts as long as the next one is not asked for; null at the end.
    // Some bytes behind it may be read, too: they mean nothing.
    IndexTuple next(const Sought &sought)
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

    // Of those that the entry stands for.
    bool is_first_row() const { return row_ == 0; }

    // Where the row of the entry is.
    ItemPointer row_id() const
    {
        return BTreeTupleIsPosting(entry_) ? BTreeTupleGetPostingN(entry_, row_) : &entry_->t_tid;
    }

    // Whether the row of the entry is there for the snapshot. Where the page is known to
    // hold only rows that everybody sees, the row is not read.
    bool is_visible() { return is_visible_to_all() || is_row_visible(); }

    // Whether that is known without looking at the row.
    bool is_visible_to_all()
    {
        BlockNumber page = ItemPointerGetBlockNumber(row_id());
        if (page == visible_page_)
            return true;
        if (!map_.is_all_visible(page))
            return false;
        if (is_serializable_)
            PredicateLockPage(table_, page, snapshot_);
        visible_page_ = page;
        return true;
    }

    // The row itself, or null.
    TupleTableSlot *row();

    void end();

private:
    BtreePage at_hand() const { return {index_, BufferGetPage(page_)}; }
    void look_for(const Foreseen &leaf);
    void begin_seek();
    OffsetNumber begin_on_leaf(const Sought &sought);
    OffsetNumber go_to_leaf(const Sought &sought);
    OffsetNumber place_on(const Foreseen &leaf, const Sought &sought);
    OffsetNumber place_if_leaf(const Sought &sought);
    OffsetNumber place_right_of(BlockNumber left, const Foreseen &leaf, const Sought &sought);
    OffsetNumber follow(InnerPages::Lead lead, const Sought &sought);
    OffsetNumber go_down(const Sought &sought);
    bool lock_root();
    void turn_to(const Foreseen &to);
    void look_ahead();
    void go_right(const Sought &sought);
    void leave();
    OffsetNumber guessed_place(OffsetNumber low, OffsetNumber high, const Sought &sought) const;
    int guess(OffsetNumber low, OffsetNumber high, const Sought &sought) const;
    void copy(OffsetNumber first, const Sought &sought);
    void copy_all(OffsetNumber first, OffsetNumber last);
    OffsetNumber copy_while(OffsetNumber first, OffsetNumber last, Compare compare, size_t &filled);
    void keep_gap(IndexTuple end);
    IndexTuple gap_end() const { return reinterpret_cast<IndexTuple>(const_cast<char *>(gap_end_)); }
    void make_room(size_t size);
    bool read_next_page(const Sought &sought);
    bool is_row_visible();
    void end_pass();

    Relation table_, index_;
    Snapshot snapshot_;
    MemoryContext memory_;
    Rank rank_;
    bool ignores_killed_, is_serializable_ = IsolationIsSerializable();
    bool reads_ahead_;
    InnerPages inner_;
    Buffer page_ = InvalidBuffer; // at hand: pinned
    BlockNumber above_ = InvalidBlockNumber; // the page above the leaf to which one went down last
    BlockNumber next_page_ = P_NONE;
    Buffer ahead_ = InvalidBuffer; // the next one, pinned while memory fetches it
    BlockNumber looked_for_ = InvalidBlockNumber; // last
    OffsetNumber usual_last_ = 0; // entry of a page
    float usual_miss_ = 1;        // of what was foreseen, in entries
    // Copied from it.
    char *room_ = nullptr;
    size_t capacity_ = 0;
    LocationIndex entries_[MaxIndexTuplesPerPage]; // places in the room
    int at_ = 0, end_ = 0;
    struct {
        int begin, end; // of their entries
    } several_[most_at_once];
    IndexTuple entry_ = nullptr;
    int row_ = 0, rows_ = 0; // an entry may stand for several

    enum class Gap : uint8 { none, closed, open } gap_ = Gap::none; // open: nothing lies behind
    int gap_columns_ = 0;
    alignas(MAXIMUM_ALIGNOF) char gap_end_[128]; // that entry

    BlockNumber visible_page_ = InvalidBlockNumber; // seen since the page was read
    VisibilityMap map_;
    // Of who goes through most of the index, in memory of its own.
    MemoryContext pass_ = nullptr;
    LeavesAhead *leaves_ahead_ = nullptr;
    SeenRows *seen_rows_ = nullptr;
    IndexFetchTableData *fetch_ = nullptr;
    TupleTableSlot *slot_ = nullptr;
};

} // namespace relate::pg
