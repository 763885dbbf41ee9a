// Records as numbers: every record that a traversal has met, once.
//
// Server-free. A record is kept as a few bytes (module, length, key) in one
// growing block, found again through an open-addressing hash table of 8 bytes a
// slot. Numbers count from 0 in the order in which records were met. Memory comes
// from the template parameter, as for base/containers.h.
#pragma once

#include "base/containers.h"
#include "graph/reader.h"

namespace relate::graph {

using Node = std::uint32_t;
inline constexpr Node no_node = 0xffffffff;

using Encoded = std::span<const std::byte>;

// A growing block of bytes.
template <class Memory>
class Block {
public:
    std::size_t size() const { return size_; }
    std::size_t bytes() const { return capacity_; }
    const std::byte *at(std::size_t offset) const { return bytes_ + offset; }
    void cut(std::size_t size) { size_ = size; }

    // Room for so many bytes at the end; `grow_by` makes them part of it.
    std::byte *room(std::size_t count)
    {
        if (size_ + count > capacity_) {
            std::size_t wanted = capacity_ == 0 ? 256 : capacity_ * 2;
            capacity_ = wanted < size_ + count ? size_ + count : wanted;
            bytes_ = static_cast<std::byte *>(bytes_ ? Memory::reallocate(bytes_, capacity_)
                                                     : Memory::allocate(capacity_));
        }
        return bytes_ + size_;
    }
    void grow_by(std::size_t count) { size_ += count; }
    void release()
    {
        if (bytes_)
            Memory::release(bytes_);
        *this = {};
    }

private:
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

inline const std::byte *read_number(const std::byte *at, std::uint32_t &value)
{
    value = std::to_integer<std::uint32_t>(*at++);
    if (value < 0x80) [[likely]]
        return at;
    value &= 0x7f;
    for (unsigned shift = 7;; shift += 7) {
        auto byte = std::to_integer<std::uint32_t>(*at++);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return at;
    }
}

inline constexpr std::size_t longest_number = 5;

inline std::uint64_t load(const std::byte *at, std::size_t count)
{
    std::uint64_t value = 0;
    std::memcpy(&value, at, count);
    return value;
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
        hash = detail::mix(hash ^ detail::load(at, 8), second);
    hash = detail::mix(hash ^ detail::load(at, left), second);
    return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

inline std::size_t encoded_capacity(const Record &record) { return 2 * detail::longest_number + record.key.size(); }

inline std::size_t encode(const Record &record, std::byte *out)
{
    std::byte *at = detail::write_number(out, static_cast<std::uint32_t>(record.module_id));
    at = detail::write_number(at, static_cast<std::uint32_t>(record.key.size()));
    if (!record.key.empty())
        std::memcpy(at, record.key.data(), record.key.size());
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

// Hash table of numbers; what they stand for is the owner's, who compares.
template <class Memory>
class NumberTable {
public:
    std::size_t bytes() const { return capacity_ * sizeof(Slot); }

    void prefetch(std::uint32_t hash) const
    {
        if (capacity_ > 0)
            __builtin_prefetch(&slots_[hash & (capacity_ - 1)]);
    }

    template <class Equal>
    std::uint32_t find(std::uint32_t hash, Equal equal) const
    {
        if (capacity_ == 0)
            return no_node;
        for (std::size_t i = hash & (capacity_ - 1);; i = (i + 1) & (capacity_ - 1)) {
            const Slot &slot = slots_[i];
            if (slot.number == no_node)
                return no_node;
            if (slot.hash == hash && equal(slot.number))
                return slot.number;
        }
    }

    // The caller has made sure that it is not there.
    void insert(std::uint32_t hash, std::uint32_t number)
    {
        if ((size_ + 1) * 3 > capacity_ * 2)
            resize(capacity_ == 0 ? 16 : capacity_ * 2);
        put({hash, number});
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

    void release()
    {
        if (slots_)
            Memory::release(slots_);
        *this = {};
    }

private:
    struct Slot {
        std::uint32_t hash;
        std::uint32_t number;
    };

    void put(const Slot &slot)
    {
        std::size_t i = slot.hash & (capacity_ - 1);
        while (slots_[i].number != no_node)
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
                prefetch(old[i + ahead].hash);
            if (old[i].number != no_node)
                put(old[i]);
        }
        if (old)
            Memory::release(old);
    }

    Slot *slots_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

template <class Memory>
class Nodes {
public:
    std::size_t size() const { return start_.size(); }
    std::size_t bytes() const { return records_.bytes() + table_.bytes() + start_.bytes(); }

    Encoded encoded(Node node) const { return encoded_at(records_.at(start_[node])); }
    Record record(Node node) const { return decode(records_.at(start_[node])); }

    void prefetch(std::uint32_t hash) const { table_.prefetch(hash); }

    // The record's number: size() - 1 where it was not known.
    Node intern(const Record &record)
    {
        std::byte *room = records_.room(encoded_capacity(record));
        Encoded bytes(room, encode(record, room));
        return known_or_new(bytes, hash_encoded(bytes), false);
    }

    // Bytes that lie elsewhere, and their hash.
    Node intern(Encoded bytes, std::uint32_t hash) { return known_or_new(bytes, hash, true); }

    // Equal bytes are equal records: none begins like another one. The last may be
    // shorter than the bytes wanted.
    Node find(Encoded bytes, std::uint32_t hash) const
    {
        return table_.find(hash, [&](std::uint32_t node) {
            return start_[node] + bytes.size() <= records_.size() &&
                   std::memcmp(records_.at(start_[node]), bytes.data(), bytes.size()) == 0;
        });
    }

    Node find(const Record &record)
    {
        std::byte *room = records_.room(encoded_capacity(record));
        Encoded bytes(room, encode(record, room));
        return find(bytes, hash_encoded(bytes));
    }

private:
    Node known_or_new(Encoded bytes, std::uint32_t hash, bool copy)
    {
        Node known = find(bytes, hash);
        if (known != no_node)
            return known;
        if (copy)
            std::memcpy(records_.room(bytes.size()), bytes.data(), bytes.size());
        auto node = static_cast<Node>(start_.size());
        start_.push(static_cast<std::uint32_t>(records_.size()));
        records_.grow_by(bytes.size());
        table_.insert(hash, node);
        return node;
    }

    Block<Memory> records_;
    Array<std::uint32_t, Memory> start_;
    NumberTable<Memory> table_;
};

} // namespace relate::graph
