// What an index has given, in the order in which it came, while the rows that it leads to are looked
// at: some at once, since one waits for each (rows.h).
#pragma once

#include "pg/rows.h"

namespace relate::pg {

// Of each, `Found` is what the caller wants to know of it.
template <class Found>
class WaitingRows {
public:
    // Works in the current memory context. The relation and the snapshot (one of MVCC) are the caller's.
    WaitingRows(Relation table, Snapshot snapshot) : rows_(table, snapshot) {}

    bool empty() const { return count_ == 0; }

    // One more; null: its row is there, and need not be looked at. put() when there is no room for others.
    template <class Take>
    bool add(const Found &found, ItemPointer row, Take take)
    {
        found_[count_] = found;
        if (row)
            places_[count_] = *row;
        else
            ItemPointerSetInvalid(&places_[count_]);
        return ++count_ < most || put(take);
    }

    // take(found, row), or null where it was not looked at, for those that are there; false if it said so.
    template <class Take>
    bool put(Take take)
    {
        if (count_ == 0)
            return true;
        size_t count = std::exchange(count_, 0);
        rows_.begin({places_, count});
        for (size_t i = 0; i < count; ++i) {
            TupleTableSlot *row = nullptr;
            if (ItemPointerIsValid(&places_[i]) && !(row = rows_.fetch(i)))
                continue;
            if (!take(found_[i], row))
                return false;
        }
        return true;
    }

    void end() { rows_.end(); }

private:
    static constexpr size_t most = 64;

    Rows rows_;
    size_t count_ = 0;
    Found found_[most];
    ItemPointerData places_[most];
};

} // namespace relate::pg
