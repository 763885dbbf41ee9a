// Records as numbers: every record that a traversal has met, once.
//
// Server-free. Numbers count from 0 in the order in which records were met; their
// bytes lie in one growing block, in that order.
#pragma once

#include "graph/record_table.h"

namespace relate::graph {

using Node = std::uint32_t;
inline constexpr Node no_node = no_number;

template <class Memory>
class Nodes {
public:
    using Spot = typename RecordTable<Memory>::Spot;

    std::size_t size() const { return start_.size(); }
    std::size_t bytes() const { return records_.bytes() + table_.bytes() + start_.bytes(); }

    Encoded encoded(Node node) const { return encoded_at(records_.at(start_[node])); }
    Record record(Node node) const { return decode(records_.at(start_[node])); }

    Spot spot(Encoded bytes) const { return table_.spot(bytes); }
    Spot spot(const Far &far) const
    {
        return far.is_integer() ? table_.spot(far.module_id(), far.value()) : table_.spot(far.bytes());
    }
    void prefetch(Spot spot) const { table_.prefetch(spot); }

    // Room for so many more, whose bytes are so many each, and what it takes.
    static std::size_t room(std::size_t count, std::size_t bytes_each) { return count * (bytes_each + sizeof(start_[0])); }
    void reserve(std::size_t count, std::size_t bytes_each)
    {
        records_.reserve(records_.size() + count * bytes_each + EncodedInteger::capacity);
        start_.reserve(size() + count);
    }

    // Many of these are to be met.
    void expect(const IntegerKeys &keys)
    {
        if (!table_.make_places(keys))
            return;
        for (Node node = 0; node < size(); ++node)
            if (Spot known = spot(encoded(node)); known.is_place)
                table_.insert(known, node);
    }

    // The record's number: size() - 1 where it was not known.
    Node intern(const Record &record)
    {
        std::byte *room = records_.room(encoded_capacity(record));
        Encoded bytes(room, encode(record, room));
        return known_or_new(bytes, spot(bytes), false);
    }

    // Bytes that lie elsewhere, and their spot.
    Node intern(Encoded bytes, Spot spot) { return known_or_new(bytes, spot, true); }

    Node intern(const Far &far, Spot spot)
    {
        if (!far.is_integer())
            return known_or_new(far.bytes(), spot, true);
        if (spot.is_place)
            if (Node known = table_.at(spot); known != no_node)
                return known;
        EncodedInteger record(far.module_id(), far.value());
        std::byte *room = records_.room(EncodedInteger::capacity);
        record.copy(room);
        return known_or_new({room, record.bytes().size()}, spot, false);
    }

    // Equal bytes are equal records: none begins like another one. The last may be
    // shorter than the bytes wanted.
    Node find(Encoded bytes, Spot spot) const
    {
        return table_.find(spot, [&](Node node) {
            return start_[node] + bytes.size() <= records_.size() &&
                   detail::are_same(records_.at(start_[node]), bytes.data(), bytes.size());
        });
    }

    Node find(const Record &record)
    {
        std::byte *room = records_.room(encoded_capacity(record));
        Encoded bytes(room, encode(record, room));
        return find(bytes, spot(bytes));
    }

private:
    Node known_or_new(Encoded bytes, Spot spot, bool copy)
    {
        Node known = find(bytes, spot);
        if (known != no_node)
            return known;
        if (copy)
            detail::copy(records_.room(bytes.size()), bytes.data(), bytes.size());
        auto node = static_cast<Node>(start_.size());
        start_.push(static_cast<std::uint32_t>(records_.size()));
        records_.grow_by(bytes.size());
        table_.insert(spot, node);
        return node;
    }

    Block<Memory> records_;
    Array<std::uint32_t, Memory> start_;
    RecordTable<Memory> table_;
};

} // namespace relate::graph
