// Rows of a heap by the places that an index has given for them.
//
// Many lie on pages of their own, for which one waits: those that come next are fetched
// by memory, or begin to be read, while others are looked at. What a snapshot sees at a place
// does not change: rows that are put there after VACUUM took away others are not seen by it.
// What is dead on a page is left there: other scans prune it.
#pragma once

#include "pg/buffers.h"
#include "pg/memory.h"
#include "pg/pg.h"

namespace relate::pg {

class Rows {
public:
    // Works in the current memory context. The relation and the snapshot (one of MVCC) are the caller's.
    Rows(Relation table, Snapshot snapshot)
        : table_(table), snapshot_(snapshot), memory_(CurrentMemoryContext), reads_ahead_(reads_ahead(table))
    {
    }

    // The places, which are the caller's, too. Those that are not valid must not be fetched.
    void begin(std::span<const ItemPointerData> places);

    // The version that the snapshot sees, or null; lasts until the next one is asked for. Cheap
    // if asked for in the order of the places.
    TupleTableSlot *fetch(size_t which);

    void end();

private:
    static constexpr size_t pages_ahead = 16, rows_ahead = 8;

    Buffer &seen(size_t which) { return seen_[which % std::size(seen_)]; }
    void look_ahead(size_t which);
    void look_closer(size_t which);
    void turn_to(size_t which);

    Relation table_;
    Snapshot snapshot_;
    MemoryContext memory_;
    std::span<const ItemPointerData> places_;
    bool reads_ahead_;
    size_t foreseen_ = 0; // so many
    TupleTableSlot *slot_ = nullptr; // once needed
    Buffer page_ = InvalidBuffer;       // at hand: pinned
    Buffer seen_[pages_ahead + 1] = {}; // where pages that come are, maybe, and that of the one before
};

} // namespace relate::pg
