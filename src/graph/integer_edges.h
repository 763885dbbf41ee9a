// Edges between records whose keys are integers, close together: two arrays.
//
// Server-free. The usual case of a graph on sequences' numbers, in a third of the
// memory of the general form (adjacency.h) and with nothing to decode or compare:
// the edges of near record v are far_[first_[v]] to far_[first_[v + 1] - 1].
#pragma once

#include "graph/encoded.h"

#include <algorithm>
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
    auto bytes = detail::load<std::uint64_t>(key + 1);
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
    std::size_t bytes() const { return first_.bytes() + far_.bytes(); }
    std::size_t size() const { return far_.size(); }

    // Room for so many, and what it takes.
    static constexpr std::size_t room(std::size_t edges) { return 2 * sizeof(std::uint32_t) * edges; }
    void reserve(std::size_t edges)
    {
        far_.reserve(edges);
        first_.reserve(edges);
    }

    void release()
    {
        first_.release();
        far_.release();
    }

    // Sorted by near record. False where the edge is of another kind than those before.
    bool add(const Record &near, const Record &far)
    {
        std::int64_t from = small_integer(near.key), to = small_integer(far.key);
        if (from < 0 || from > IntegerPair::most || to < 0 || to > IntegerPair::most)
            return false;
        IntegerPair pair = {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
        return add({near.module_id, far.module_id, {}, {&pair, 1}});
    }
    bool add(const IntegerRun &run)
    {
        if (run.pairs.empty())
            return true;
        if (far_.empty())
            begin(run);
        if (run.near_module != near_module_ || run.far_module != far_module_ || !goes_on(run))
            return false;
        std::size_t last = run.pairs.back().near - least_, known = first_.size() - 1;
        if (!are_dense(last + 1, far_.size() + run.pairs.size(), sparse_for_now))
            return false;
        // Whether a group ends is hard to guess, so each edge says where the next one begins.
        auto edge = static_cast<std::uint32_t>(far_.size());
        std::uint32_t *far = far_.extend(run.pairs.size()).data();
        first_.extend(last + 1 - known);
        for (const IntegerPair &pair : run.pairs) {
            std::size_t place = pair.near - least_;
            while (known < place) // those between have no edges
                first_[++known] = edge;
            known = place + 1;
            first_[known] = ++edge;
            *far++ = pair.far;
        }
        return true;
    }

    // After the last edge. False where the near records are too far apart.
    bool finish()
    {
        if (far_.empty() || !are_dense(first_.size() - 1, far_.size(), 0))
            return false;
        first_.shrink();
        far_.shrink();
        return true;
    }

    // take(near, far).
    template <class Take>
    void for_all(Take take) const
    {
        for (std::uint32_t place = 0; place + 1 < first_.size(); ++place) {
            EncodedInteger near(near_module_, static_cast<std::uint32_t>(least_ + place));
            for (std::size_t edge = first(place); edge < end(place); ++edge)
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
    void prefetch_place(std::uint32_t place) const { prefetch(&first_[place]); }
    bool has_edges(std::uint32_t place) const { return first_[place] < first_[place + 1]; }
    void prefetch_edges(std::uint32_t place) const { prefetch(&far_[first_[place]]); }
    std::uint32_t first(std::uint32_t place) const { return first_[place]; }
    std::uint32_t end(std::uint32_t place) const { return first_[place + 1]; }
    std::int32_t far_module() const { return far_module_; }
    std::span<const std::uint32_t> far_values() const { return far_.view(); }
    std::uint32_t far_value(std::size_t edge) const { return far_[edge]; }
    EncodedInteger far(std::size_t edge) const { return {far_module_, far_[edge]}; }

private:
    // Places that may have no edges, while more are to come: 1 MB of them.
    static constexpr std::size_t sparse_for_now = 1 << 18;

    static bool are_dense(std::size_t places, std::size_t edges, std::size_t more)
    {
        return places <= 4 * edges + 1024 + more;
    }

    // In order, as a sound index gives them.
    bool goes_on(const IntegerRun &run) const
    {
        auto next = static_cast<std::int64_t>(first_.size()) - 1; // the greatest so far lies before it
        return run.pairs[0].near - least_ + 1 >= next &&
               std::is_sorted(run.pairs.begin(), run.pairs.end(),
                              [](const IntegerPair &a, const IntegerPair &b) { return a.near < b.near; });
    }

    // The first ones say of which modules they are.
    void begin(const IntegerRun &run)
    {
        near_module_ = run.near_module;
        far_module_ = run.far_module;
        least_ = run.pairs[0].near;
        first_.clear();
        first_.push(0);
    }

    std::int32_t near_module_ = 0, far_module_ = 0;
    Array<std::uint32_t, Memory> first_; // where the edges begin of each near record, from least_ on, and where they end
    Array<std::uint32_t, Memory> far_;
    std::int64_t least_ = 0;
};

} // namespace relate::graph
