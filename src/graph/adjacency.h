// All edges of one reader, read in one pass and kept compactly.
//
// Server-free. One block of bytes holds, in the reader's order, a group for each near
// record: the length of its edges, the record, and its far ones, each as in encoded.h
// and, where a reader walks several types, the type and direction before it. A table
// leads from a near record to its group. About 8 bytes an edge and 10 a near record
// for integer keys; where all keys are integers close together, of one module on each
// side, arrays of them take the place of all this (integer_edges.h). Far records get no
// number until a traversal meets them.
#pragma once

#include "graph/nodes.h"

#include <optional>

namespace relate::graph {

template <class Memory>
class Adjacency {
public:
    using Spot = typename RecordTable<Memory>::Spot;
    using Group = std::uint32_t; // where its near record lies; or its place among integers
    static constexpr Group no_group = no_number;

    // With one `only`, no edge keeps its own.
    explicit Adjacency(std::optional<Via> only = {}) : only_(only), are_integers_(only) {}

    std::size_t bytes() const { return block_.bytes() + table_.bytes() + integers_.bytes(); }
    const IntegerKeys &far_integers() const { return far_; }

    // Room for so many edges that are integers, and what it takes.
    static std::size_t room(std::size_t edges) { return IntegerEdges<Memory>::room(edges); }
    void reserve(std::size_t edges)
    {
        if (are_integers_)
            integers_.reserve(edges);
    }

    void release()
    {
        block_.release();
        table_.release();
        integers_.release();
    }

    // Edges of one near record come one after the other.
    void add(const Record &near, const Record &far, Via via)
    {
        if (are_integers_) {
            if (integers_.add(near, far))
                return;
            give_up_integers();
        }
        add_encoded(near, far, via);
    }
    void add(const IntegerRun &run)
    {
        if (are_integers_) {
            if (integers_.add(run))
                return;
            give_up_integers();
        }
        for (const IntegerPair &pair : run.pairs) {
            EncodedInteger near(run.near_module, pair.near), far(run.far_module, pair.far);
            add_encoded(decode(near.bytes().data()), decode(far.bytes().data()), run.via);
        }
    }

    // After the last edge.
    void finish()
    {
        if (are_integers_ && integers_.finish()) {
            far_ = IntegerKeys::of(integers_.far_module(), integers_.far_values());
            return;
        }
        if (are_integers_)
            give_up_integers();
        end_group();
        if (!table_.make_places(near_))
            table_.reserve(count_);
        constexpr std::size_t ahead = 16; // whose slots are fetched meanwhile
        struct {
            Group group;
            Spot spot;
        } coming[ahead];
        std::size_t at = 0;
        for (std::size_t i = 0; i < count_ + ahead; ++i) {
            auto &next = coming[i % ahead];
            if (i >= ahead)
                table_.insert(next.spot, next.group);
            if (i >= count_)
                continue;
            next.group = static_cast<Group>(at + sizeof(Length));
            Encoded near = encoded_at(block_.at(next.group));
            next.spot = table_.spot(near);
            table_.prefetch(next.spot);
            at = next.group + near.size() + length(next.group);
        }
    }

    Spot spot(const Nodes<Memory> &nodes, Node near) const
    {
        return are_integers_ ? Spot{integers_.place(nodes.record(near)), true} : table_.spot(nodes.encoded(near));
    }
    void prefetch(Spot spot) const
    {
        if (!are_integers_)
            table_.prefetch(spot);
        else if (spot.at != integers_.no_place)
            integers_.prefetch_place(spot.at);
    }
    void prefetch(Group group) const
    {
        if (are_integers_)
            integers_.prefetch_edges(group);
        else
            relate::prefetch(block_.at(group - sizeof(Length)));
    }

    Group find(const Nodes<Memory> &nodes, Node near, Spot spot) const
    {
        if (are_integers_)
            return spot.at != integers_.no_place && integers_.has_edges(spot.at) ? spot.at : no_group;
        Encoded bytes = nodes.encoded(near);
        return table_.find(spot, [&](Group group) {
            return group + bytes.size() <= block_.size() &&
                   detail::are_same(block_.at(group), bytes.data(), bytes.size());
        });
    }

    // take(Encoded far, Via) for each edge of the group, until it says false. The bytes
    // last until it returns.
    template <class Take>
    bool for_each(Group group, Take take) const
    {
        if (are_integers_) {
            for (std::uint32_t edge = integers_.first(group); edge < integers_.end(group); ++edge)
                if (!take(integers_.far(edge).bytes(), *only_))
                    return false;
            return true;
        }
        const std::byte *at = block_.at(group);
        at += encoded_at(at).size();
        const std::byte *end = at + length(group);
        while (at < end) {
            Via via = only_.value_or(Via());
            if (!only_)
                at = detail::read_number(at, via.bits);
            Encoded far = encoded_at(at);
            if (!take(far, via))
                return false;
            at += far.size();
        }
        return true;
    }

    // take(far, Via) for each edge of the group, as the numbers or lasting bytes that they are kept as.
    template <class Take>
    void for_each_far(Group group, Take take) const
    {
        if (!are_integers_) {
            for_each(group, [&](Encoded far, Via via) {
                take(Far(far), via);
                return true;
            });
            return;
        }
        for (std::uint32_t edge = integers_.first(group); edge < integers_.end(group); ++edge)
            take(Far(integers_.far_module(), integers_.far_value(edge)), *only_);
    }

private:
    using Length = std::uint32_t;

    void add_encoded(const Record &near, const Record &far, Via via)
    {
        if (last_ == no_group || compare_records(decode(block_.at(last_)), near) != 0)
            begin_group(near);
        if (!only_) {
            std::byte *at = block_.room(detail::longest_number);
            block_.grow_by(static_cast<std::size_t>(detail::write_number(at, via.bits) - at));
        }
        append(far);
        far_.add(far);
    }

    void give_up_integers()
    {
        are_integers_ = false;
        integers_.for_all([&](const Record &near, const Record &far) { add_encoded(near, far, *only_); });
        integers_.release();
    }

    Length length(Group group) const
    {
        Length length;
        std::memcpy(&length, block_.at(group - sizeof length), sizeof length);
        return length;
    }

    void begin_group(const Record &near)
    {
        end_group();
        block_.room(sizeof(Length));
        block_.grow_by(sizeof(Length));
        last_ = static_cast<Group>(block_.size());
        append(near);
        edges_ = block_.size();
        near_.add(near);
        ++count_;
    }

    void end_group()
    {
        if (last_ == no_group)
            return;
        auto length = static_cast<Length>(block_.size() - edges_);
        std::memcpy(block_.at(last_ - sizeof length), &length, sizeof length);
    }

    void append(const Record &record)
    {
        std::byte *room = block_.room(encoded_capacity(record));
        block_.grow_by(encode(record, room));
    }

    std::optional<Via> only_;
    bool are_integers_; // so far
    IntegerEdges<Memory> integers_;
    Block<Memory> block_;
    Group last_ = no_group;  // the one being filled
    std::size_t edges_ = 0;  // where its edges begin
    std::size_t count_ = 0;  // of the groups
    IntegerKeys near_, far_;
    RecordTable<Memory> table_;
};

} // namespace relate::graph
