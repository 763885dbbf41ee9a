// Which rows of a heap a snapshot sees, found page by page: for who goes through a whole index, in
// whose order rows lie here and there. Each page is visited once then, and not once for each row;
// with its neighbours, in the order in which they lie in the file.
//
// Asked by the places that an index gives, which stand for all versions of a row that have the same
// entry. What a snapshot of MVCC sees at a place does not change: VACUUM leaves it, and what
// is put at another place is not seen. So it may be kept while nobody holds the page.
// Not for serializable transactions, which lock each row that they look at.
//
// Memory: in the context in which it was made, a quarter of work_mem at the most; 40 bytes for a
// page of the heap, where one was asked for that is near.
#pragma once

#include "pg/memory.h"
#include "pg/pg.h"
#include "pg/visibility_map.h"

#include <optional>

namespace relate::pg {

class SeenRows {
public:
    // The relation, the snapshot and the map are the caller's.
    SeenRows(Relation table, Snapshot snapshot, VisibilityMap &map);

    // For how many of so many pages there is memory.
    static double known_part(BlockNumber pages)
    {
        double room = static_cast<double>(most_groups()) * pages_in_group;
        return pages > room ? room / pages : 1;
    }

    // Nothing where that is not known: behind the pages that the table had when this was made, or where
    // there is no memory left.
    std::optional<bool> has(ItemPointer row)
    {
        Bits *page = bits(ItemPointerGetBlockNumber(row));
        if (!page)
            return std::nullopt;
        return page->has(ItemPointerGetOffsetNumber(row));
    }

private:
    // By place on the page; those count from 1.
    class Bits {
    public:
        bool is_known() const { return has(0); }
        void know() { add(0); }
        bool has(OffsetNumber place) const
        {
            return place <= MaxHeapTuplesPerPage && words_[place / 64] >> place % 64 & 1;
        }
        void add(OffsetNumber place) { words_[place / 64] |= uint64{1} << place % 64; }

    private:
        uint64 words_[MaxHeapTuplesPerPage / 64 + 1];
    };
    static constexpr BlockNumber pages_in_group = 128, pages_ahead = 32;
    static size_t most_groups() { return static_cast<size_t>(work_mem) * 1024 / 4 / (pages_in_group * sizeof(Bits)); }

    Bits *bits(BlockNumber page)
    {
        Bits *group = page < pages_ ? groups_[page / pages_in_group] : nullptr;
        if (group && group[page % pages_in_group].is_known())
            return &group[page % pages_in_group];
        return find(page);
    }
    [[gnu::noinline]] Bits *find(BlockNumber page);
    void read_group(BlockNumber first, Bits *group);
    void read(BlockNumber page, Buffer &seen_in, Bits &seen);
    void add_seen(Buffer buffer, Bits &seen);

    Relation table_;
    Snapshot snapshot_;
    VisibilityMap &map_;
    MemoryContext memory_;
    BlockNumber pages_;
    bool reads_ahead_;
    size_t groups_left_; // that there is memory for
    Array<Bits *> groups_;
};

} // namespace relate::pg
