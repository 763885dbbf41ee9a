// Records as a few bytes each (module, length, key), one after the other in growing
// blocks, and their hash.
//
// Server-free. Memory comes from the template parameter, as for base/containers.h.
#pragma once

#include "base/containers.h"
#include "base/prefetch.h"
#include "graph/reader.h"

namespace relate::graph {

using Encoded = std::span<const std::byte>;

// A growing block of bytes.
template <class Memory>
class Block {
public:
    std::size_t size() const { return size_; }
    std::size_t bytes() const { return capacity_; }
    const std::byte *at(std::size_t offset) const { return bytes_ + offset; }
    std::byte *at(std::size_t offset) { return bytes_ + offset; }
    void cut(std::size_t size) { size_ = size; }

    // Room for so many bytes at the end; `grow_by` makes them part of it.
    std::byte *room(std::size_t count)
    {
        if (size_ + count > capacity_) {
            std::size_t wanted = capacity_ == 0 ? 256 : capacity_ * 2;
            set_capacity(wanted < size_ + count ? size_ + count : wanted);
        }
        return bytes_ + size_;
    }
    // Room for so many bytes in all.
    void reserve(std::size_t size)
    {
        if (size > capacity_)
            set_capacity(size);
    }
    void grow_by(std::size_t count) { size_ += count; }
    void release()
    {
        if (bytes_)
            Memory::release(bytes_, capacity_);
        *this = {};
    }

private:
    void set_capacity(std::size_t capacity)
    {
        bytes_ = static_cast<std::byte *>(bytes_ ? Memory::reallocate(bytes_, capacity_, capacity) : Memory::allocate(capacity));
        capacity_ = capacity;
    }

    std::byte *bytes_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

namespace detail {

// Seven bits a byte, the low ones first.
inline std::byte *write_number(std::byte *at, std::uint32_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = static_cast<std::byte>(value | 0x80);
    *at++ = static_cast<std::byte>(value);
    return at;
}

[[gnu::noinline]] inline const std::byte *read_long_number(const std::byte *at, std::uint32_t &value)
{
    value &= 0x7f;
    for (unsigned shift = 7;; shift += 7) {
        auto byte = std::to_integer<std::uint32_t>(*at++);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return at;
    }
}

inline const std::byte *read_number(const std::byte *at, std::uint32_t &value)
{
    value = std::to_integer<std::uint32_t>(*at++);
    if (value < 0x80) [[likely]]
        return at;
    return read_long_number(at, value);
}

inline constexpr std::size_t longest_number = 5;

template <class Word>
Word load(const std::byte *at)
{
    Word value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

// Up to eight bytes as a number that no others of as many give. Records are short: a call for each, to
// copy or compare it, would cost more than that.
inline std::uint64_t load_few(const std::byte *at, std::size_t count)
{
    using Half = std::uint32_t;
    if (count >= sizeof(Half))
        return load<Half>(at) | std::uint64_t{load<Half>(at + count - sizeof(Half))} << 32;
    if (count == 0)
        return 0;
    auto byte = [&](std::size_t i) { return std::to_integer<std::uint64_t>(at[i]); };
    return byte(0) | byte(count / 2) << 8 | byte(count - 1) << 16;
}

template <class Word>
void copy_ends(std::byte *to, const std::byte *from, std::size_t count)
{
    Word first = load<Word>(from), last = load<Word>(from + count - sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + count - sizeof last, &last, sizeof last);
}

inline void copy(std::byte *to, const std::byte *from, std::size_t count)
{
    if (count >= 8 && count <= 16)
        copy_ends<std::uint64_t>(to, from, count);
    else if (count >= 4 && count <= 8)
        copy_ends<std::uint32_t>(to, from, count);
    else if (count > 0)
        std::memcpy(to, from, count);
}

inline bool are_same(const std::byte *a, const std::byte *b, std::size_t count)
{
    if (count <= 8)
        return load_few(a, count) == load_few(b, count);
    if (count <= 16)
        return load<std::uint64_t>(a) == load<std::uint64_t>(b) && load_few(a + 8, count - 8) == load_few(b + 8, count - 8);
    return std::memcmp(a, b, count) == 0;
}

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b)
{
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

} // namespace detail

inline std::uint32_t hash_encoded(Encoded bytes)
{
    constexpr std::uint64_t first = 0x9e3779b97f4a7c15, second = 0xc2b2ae3d27d4eb4f;
    const std::byte *at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t hash = first ^ left;
    for (; left > 8; at += 8, left -= 8)
        hash = detail::mix(hash ^ detail::load<std::uint64_t>(at), second);
    hash = detail::mix(hash ^ detail::load_few(at, left), second);
    return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

inline std::size_t encoded_capacity(const Record &record) { return 2 * detail::longest_number + record.key.size(); }

inline std::size_t encode(const Record &record, std::byte *out)
{
    std::byte *at = detail::write_number(out, static_cast<std::uint32_t>(record.module_id));
    at = detail::write_number(at, static_cast<std::uint32_t>(record.key.size()));
    detail::copy(at, record.key.data(), record.key.size());
    return static_cast<std::size_t>(at - out) + record.key.size();
}

// The record whose bytes begin there; its key points into them.
inline Record decode(const std::byte *at)
{
    std::uint32_t module_id, size;
    at = detail::read_number(at, module_id);
    at = detail::read_number(at, size);
    return {static_cast<std::int32_t>(module_id), {at, size}};
}

// The bytes of the record that begins there.
inline Encoded encoded_at(const std::byte *at)
{
    std::uint32_t module_id, size;
    const std::byte *key = detail::read_number(detail::read_number(at, module_id), size);
    return {at, static_cast<std::size_t>(key - at) + size};
}

} // namespace relate::graph
