// From records to numbers: the table behind nodes.h and adjacency.h.
//
// Server-free. What the numbers stand for is the owner's, who compares and, when the
// table asks for it, inserts anew. Integer keys of one module that lie close together,
// as a sequence gives them, are places in an array: 4 bytes each and no comparison.
// All others are in a hash table with open addressing, of 8 bytes a slot.
#pragma once

#include "graph/integer_edges.h"

#include <algorithm>

namespace relate::graph {

inline constexpr std::uint32_t no_number = 0xffffffff;

// The integer keys of the first module that has some, and how far apart they are.
struct IntegerKeys {
    std::int32_t module_id = 0;
    std::int64_t least = 0, greatest = -1;
    std::size_t count = 0;

    static IntegerKeys of(std::int32_t module_id, std::span<const std::uint32_t> values)
    {
        if (values.empty())
            return {};
        std::uint32_t least = values[0], greatest = least;
        for (std::uint32_t value : values) {
            least = std::min(least, value);
            greatest = std::max(greatest, value);
        }
        return {module_id, least, greatest, values.size()};
    }

    void add(const Record &record)
    {
        if (count > 0 && record.module_id != module_id)
            return;
        std::int64_t value = small_integer(record.key);
        if (value < 0)
            return;
        if (count++ == 0) {
            module_id = record.module_id;
            least = greatest = value;
        }
        least = std::min(least, value);
        greatest = std::max(greatest, value);
    }
    void add(const IntegerKeys &others)
    {
        if (others.count == 0 || (count > 0 && others.module_id != module_id))
            return;
        if (count == 0)
            *this = others;
        count += others.count;
        least = std::min(least, others.least);
        greatest = std::max(greatest, others.greatest);
    }
    // No more different ones.
    std::size_t most() const { return std::min(count, static_cast<std::size_t>(greatest - least + 1)); }
    // Whether an array by value is no bigger than a hash table by much.
    bool are_dense() const { return count > 0 && greatest - least < static_cast<std::int64_t>(2 * count + 1024); }
};

template <class Memory>
class RecordTable {
public:
    // Where to look for a record.
    struct Spot {
        std::uint32_t at; // place in the array, or hash
        bool is_place;
    };

    std::size_t bytes() const { return capacity_ * sizeof(Slot) + places_.bytes(); }

    Spot spot(Encoded bytes) const
    {
        if (!places_.empty()) {
            Record record = decode(bytes.data());
            if (record.module_id == module_id_) {
                std::int64_t value = small_integer(record.key);
                if (value >= first_ && value - first_ < static_cast<std::int64_t>(places_.size()))
                    return {static_cast<std::uint32_t>(value - first_), true};
            }
        }
        return {hash_encoded(bytes), false};
    }

    Spot spot(std::int32_t module_id, std::uint32_t value) const
    {
        std::int64_t place = value - first_;
        if (module_id == module_id_ && place >= 0 && place < static_cast<std::int64_t>(places_.size()))
            return {static_cast<std::uint32_t>(place), true};
        return {hash_encoded(EncodedInteger(module_id, value).bytes()), false};
    }

    void prefetch(Spot spot) const
    {
        if (spot.is_place)
            relate::prefetch(&places_[spot.at]);
        else if (capacity_ > 0)
            relate::prefetch(&slots_[spot.at & (capacity_ - 1)]);
    }

    // What is at a place.
    std::uint32_t at(Spot spot) const { return places_[spot.at]; }

    // equal(number): whether it stands for the record.
    template <class Equal>
    std::uint32_t find(Spot spot, Equal equal) const
    {
        if (spot.is_place)
            return places_[spot.at];
        if (capacity_ == 0)
            return no_number;
        for (std::size_t i = spot.at & (capacity_ - 1);; i = (i + 1) & (capacity_ - 1)) {
            const Slot &slot = slots_[i];
            if (slot.number == no_number || (slot.hash == spot.at && equal(slot.number)))
                return slot.number;
        }
    }

    // The caller has made sure that it is not there.
    void insert(Spot spot, std::uint32_t number)
    {
        if (spot.is_place) {
            places_[spot.at] = number;
            return;
        }
        if ((size_ + 1) * 3 > capacity_ * 2)
            resize(grown());
        put({spot.at, number});
        ++size_;
    }

    void reserve(std::size_t count)
    {
        std::size_t capacity = 16;
        while (count * 3 > capacity * 2)
            capacity *= 2;
        if (capacity > capacity_)
            resize(capacity);
    }

    // An array for these keys. True: the owner inserts again what there is of them.
    bool make_places(const IntegerKeys &keys)
    {
        if (!keys.are_dense())
            return false;
        std::int64_t first = keys.least, last = keys.greatest;
        if (!places_.empty()) {
            std::int64_t last_now = first_ + static_cast<std::int64_t>(places_.size()) - 1;
            if (keys.module_id != module_id_ || (first_ <= first && last <= last_now))
                return false;
            IntegerKeys all = keys;
            all.least = first = std::min(first, first_);
            all.greatest = last = std::max(last, last_now);
            all.count += places_.size() / 2;
            if (!all.are_dense())
                return false;
        }
        places_.release();
        places_.resize_exactly(static_cast<std::size_t>(last - first) + 1, no_number);
        module_id_ = keys.module_id;
        first_ = first;
        return true;
    }

    void release()
    {
        if (slots_)
            Memory::release(slots_, capacity_ * sizeof(Slot));
        places_.release();
        *this = {};
    }

private:
    struct Slot {
        std::uint32_t hash;
        std::uint32_t number;
    };

    // Small ones are soon outgrown.
    std::size_t grown() const
    {
        constexpr std::size_t first = 128, small = 8192;
        return capacity_ == 0 ? first : capacity_ < small ? capacity_ * 8 : capacity_ * 2;
    }

    void put(const Slot &slot)
    {
        std::size_t i = slot.hash & (capacity_ - 1);
        while (slots_[i].number != no_number)
            i = (i + 1) & (capacity_ - 1);
        slots_[i] = slot;
    }

    void resize(std::size_t capacity)
    {
        Slot *old = slots_;
        std::size_t old_capacity = capacity_;
        slots_ = static_cast<Slot *>(Memory::allocate(capacity * sizeof(Slot)));
        std::memset(static_cast<void *>(slots_), 0xff, capacity * sizeof(Slot));
        capacity_ = capacity;
        constexpr std::size_t ahead = 16;
        for (std::size_t i = 0; i < old_capacity; ++i) {
            if (i + ahead < old_capacity)
                prefetch({old[i + ahead].hash, false});
            if (old[i].number != no_number)
                put(old[i]);
        }
        if (old)
            Memory::release(old, old_capacity * sizeof(Slot));
    }

    Slot *slots_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    Array<std::uint32_t, Memory> places_; // by integer, from first_ on
    std::int32_t module_id_ = 0;
    std::int64_t first_ = 0;
};

} // namespace relate::graph
