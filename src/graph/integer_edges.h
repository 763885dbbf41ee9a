// Edges between records whose keys are integers, close together: two arrays.
//
// Server-free. The usual case of a graph on sequences' numbers, in a third of the
// memory of the general form (adjacency.h) and with nothing to decode or compare:
// the edges of near record v are far_[first_[v]] to far_[first_[v + 1] - 1].
#pragma once

#include "graph/encoded.h"

#include <bit>

namespace relate::graph {

namespace detail {

// How many bytes of digits a small integer of this size has by its tag; else no_digits.
inline constexpr unsigned no_digits = 8;
[[gnu::always_inline]] inline unsigned small_digits(std::byte tag, std::size_t size)
{
    constexpr unsigned zero_tag = 0x80;
    unsigned count = std::to_integer<unsigned>(tag) - zero_tag;
    return count < no_digits && size == count + 1 ? count : no_digits;
}

} // namespace detail

// The integer of a key, from 0 to 2^56 - 1; else -1.
[[gnu::always_inline]] inline std::int64_t small_integer(KeyBytes key)
{
    unsigned count = detail::small_digits(key.empty() ? std::byte{} : key[0], key.size());
    if (count == detail::no_digits)
        return -1;
    std::int64_t value = 0;
    for (std::size_t i = 1; i <= count; ++i)
        value = value << 8 | std::to_integer<std::int64_t>(key[i]);
    return value;
}

// The same of a key that so many bytes follow which may be read, too.
inline constexpr std::size_t small_integer_reads_beyond = sizeof(std::uint64_t);
[[gnu::always_inline]] inline std::int64_t small_integer_of_longer(const std::byte *key, std::size_t size)
{
    unsigned count = detail::small_digits(key[0], size);
    if (count == detail::no_digits)
        return -1;
    std::uint64_t bytes = detail::load(key + 1, sizeof bytes);
    if constexpr (std::endian::native == std::endian::little)
        bytes = __builtin_bswap64(bytes);
    return static_cast<std::int64_t>(bytes >> 1 >> (63 - 8 * count));
}

// A record with such a key below 2^32, as encoded.h writes it.
class EncodedInteger {
public:
    EncodedInteger(std::int32_t module_id, std::uint32_t value)
    {
        auto count = static_cast<unsigned>(std::bit_width(value) + 7) / 8;
        std::byte *at = detail::write_number(bytes_, static_cast<std::uint32_t>(module_id));
        *at++ = static_cast<std::byte>(count + 1);
        *at++ = static_cast<std::byte>(0x80 + count);
        for (unsigned i = 0; i < sizeof value; ++i) // those that count, the highest first
            at[i] = static_cast<std::byte>(value << (32 - 8 * count) % 32 >> (24 - 8 * i));
        at += count;
        size_ = static_cast<unsigned>(at - bytes_);
    }
    Encoded bytes() const { return {bytes_, size_}; }
    // Into room of so many bytes.
    static constexpr std::size_t capacity = 16;
    void copy(std::byte *room) const { std::memcpy(room, bytes_, capacity); }

private:
    static_assert(detail::longest_number + 2 + sizeof(std::uint32_t) <= capacity);
    std::byte bytes_[capacity];
    unsigned size_;
};

// A record as bytes that last, or as the integer that its key is.
class Far {
public:
    Far() = default;
    explicit Far(Encoded bytes) : bytes_(bytes.data()), number_(static_cast<std::uint32_t>(bytes.size())) {}
    Far(std::int32_t module_id, std::uint32_t value) : module_id_(module_id), number_(value) {}

    bool is_integer() const { return !bytes_; }
    std::int32_t module_id() const { return module_id_; }
    std::uint32_t value() const { return number_; }
    Encoded bytes() const { return {bytes_, number_}; }

private:
    const std::byte *bytes_ = nullptr;
    std::int32_t module_id_ = 0;
    std::uint32_t number_ = 0; // value, or size
};

template <class Memory>
class IntegerEdges {
public:
    std::size_t bytes() const { return near_.bytes() + start_.bytes() + first_.bytes() + far_.bytes(); }
    std::size_t size() const { return far_.size(); }

    void release()
    {
        near_.release();
        start_.release();
        first_.release();
        far_.release();
    }

    // Sorted by near record. False where the edge is of another kind than those before.
    bool add(const Record &near, const Record &far)
    {
        std::int64_t from = small_integer(near.key), to = small_integer(far.key);
        if (from < 0 || from > IntegerPair::most || to < 0 || to > IntegerPair::most ||
            !are_of(near.module_id, far.module_id))
            return false;
        begin_group(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(far_.size()));
        far_.push(static_cast<std::uint32_t>(to));
        return true;
    }
    bool add(const IntegerRun &run)
    {
        if (!are_of(run.near_module, run.far_module))
            return false;
        if (run.pairs.empty())
            return true;
        // Whether a group ends is hard to guess: so without a branch. Each edge says where the
        // next group would begin.
        std::size_t count = run.pairs.size();
        begin_group(run.pairs[0].near, static_cast<std::uint32_t>(far_.size()));
        auto edge = static_cast<std::uint32_t>(far_.size());
        std::uint32_t *far = far_.extend(count).data();
        std::size_t group = near_.size() - 1;
        std::uint32_t *near = near_.extend(count).data() - 1, *start = start_.extend(count).data() - 1;
        std::uint32_t last = *near;
        std::size_t at = 0;
        for (const IntegerPair &pair : run.pairs) {
            at += pair.near != last;
            near[at] = last = pair.near;
            start[at + 1] = ++edge;
            *far++ = pair.far;
        }
        near_.cut(group + at + 1);
        start_.cut(group + at + 1);
        return true;
    }

    // After the last edge. False where the near records are too far apart.
    bool finish()
    {
        if (far_.empty())
            return false;
        least_ = near_[0];
        std::size_t range = std::size_t{near_.back()} - least_ + 1;
        if (range > 2 * (near_.size() + far_.size()) + 1024)
            return false;
        first_.resize_exactly(range + 1, 0);
        std::uint32_t *place = first_.begin();
        for (std::size_t i = 0; i < near_.size(); ++i) {
            std::uint32_t *end = first_.begin() + (near_[i] - least_) + 1, start = start_[i];
            while (place < end)
                *place++ = start;
        }
        first_[range] = static_cast<std::uint32_t>(far_.size());
        near_.release();
        start_.release();
        return true;
    }

    // Before finish(): take(near, far).
    template <class Take>
    void for_all(Take take) const
    {
        for (std::size_t i = 0; i < near_.size(); ++i) {
            std::size_t end = i + 1 < near_.size() ? start_[i + 1] : far_.size();
            EncodedInteger near(near_module_, near_[i]);
            for (std::size_t edge = start_[i]; edge < end; ++edge)
                take(decode(near.bytes().data()), decode(far(edge).bytes().data()));
        }
    }

    // The near record's place, or none where it surely has no edges.
    static constexpr std::uint32_t no_place = 0xffffffff;
    std::uint32_t place(const Record &near) const
    {
        std::int64_t value = small_integer(near.key);
        std::int64_t place = value - least_, end = static_cast<std::int64_t>(first_.size()) - 1;
        return near.module_id == near_module_ && place >= 0 && place < end ? static_cast<std::uint32_t>(place) : no_place;
    }
    void prefetch_place(std::uint32_t place) const { __builtin_prefetch(&first_[place]); }
    bool has_edges(std::uint32_t place) const { return first_[place] < first_[place + 1]; }
    void prefetch_edges(std::uint32_t place) const { __builtin_prefetch(&far_[first_[place]]); }
    std::uint32_t first(std::uint32_t place) const { return first_[place]; }
    std::uint32_t end(std::uint32_t place) const { return first_[place + 1]; }
    std::int32_t far_module() const { return far_module_; }
    std::span<const std::uint32_t> far_values() const { return far_.view(); }
    std::uint32_t far_value(std::size_t edge) const { return far_[edge]; }
    EncodedInteger far(std::size_t edge) const { return {far_module_, far_[edge]}; }

private:
    // The first ones say of which modules they are.
    bool are_of(std::int32_t near_module, std::int32_t far_module)
    {
        if (far_.empty()) {
            near_module_ = near_module;
            far_module_ = far_module;
        }
        return near_module == near_module_ && far_module == far_module_;
    }
    void begin_group(std::uint32_t near, std::uint32_t edge)
    {
        if (near_.empty() || near_.back() != near) {
            near_.push(near);
            start_.push(edge);
        }
    }

    std::int32_t near_module_ = 0, far_module_ = 0;
    Array<std::uint32_t, Memory> near_, start_; // until finish(): those that have edges, and where these begin
    Array<std::uint32_t, Memory> first_;        // then: by near record, from least_ on
    Array<std::uint32_t, Memory> far_;
    std::uint32_t least_ = 0;
};

} // namespace relate::graph
