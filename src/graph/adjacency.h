// All edges of one reader, read in one pass and kept compactly.
//
// Server-free. One block of bytes holds, in the reader's order, each near record
// followed by its far ones, each as in nodes.h and, where a reader walks several
// types, the type and direction before it. A hash table leads from a near record
// to its group. About 8 bytes an edge and 10 a near record for integer keys. Far
// records get no number until a traversal meets them.
#pragma once

#include "graph/nodes.h"

#include <optional>

namespace relate::graph {

template <class Memory>
class Adjacency {
public:
    static constexpr std::uint32_t no_group = no_node;

    // With one `only`, no edge keeps its own.
    explicit Adjacency(std::optional<Via> only = {}) : only_(only) {}

    std::size_t bytes() const { return block_.bytes() + groups_.bytes() + table_.bytes(); }

    void release()
    {
        block_.release();
        groups_.release();
        table_.release();
    }

    // Edges of one near record come one after the other.
    void add(const Record &near, const Record &far, Via via)
    {
        if (groups_.empty() || compare_records(decode(block_.at(groups_.back())), near) != 0) {
            groups_.push(static_cast<std::uint32_t>(block_.size()));
            append(near);
        }
        if (!only_) {
            std::byte *at = block_.room(detail::longest_number);
            block_.grow_by(static_cast<std::size_t>(detail::write_number(at, via.bits) - at));
        }
        append(far);
    }

    // After the last edge.
    void finish()
    {
        constexpr std::uint32_t ahead = 16; // its slots are fetched meanwhile
        table_.reserve(groups_.size());
        std::uint32_t hashes[ahead];
        for (std::uint32_t group = 0; group < groups_.size() + ahead; ++group) {
            if (group >= ahead)
                table_.insert(hashes[group % ahead], group - ahead);
            if (group < groups_.size()) {
                hashes[group % ahead] = hash_encoded(encoded_at(block_.at(groups_[group])));
                table_.prefetch(hashes[group % ahead]);
            }
        }
    }

    void prefetch(std::uint32_t hash) const { table_.prefetch(hash); }

    std::uint32_t find(Encoded near, std::uint32_t hash) const
    {
        return table_.find(hash, [&](std::uint32_t group) {
            return groups_[group] + near.size() <= block_.size() &&
                   std::memcmp(block_.at(groups_[group]), near.data(), near.size()) == 0;
        });
    }

    // take(Encoded far, Via) for each edge of the group, until it says false.
    template <class Take>
    bool for_each(std::uint32_t group, Take take) const
    {
        const std::byte *at = block_.at(groups_[group]);
        const std::byte *end = block_.at(group + 1 < groups_.size() ? groups_[group + 1] : block_.size());
        at += encoded_at(at).size();
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

private:
    void append(const Record &record)
    {
        std::byte *room = block_.room(encoded_capacity(record));
        block_.grow_by(encode(record, room));
    }

    std::optional<Via> only_;
    Block<Memory> block_;
    Array<std::uint32_t, Memory> groups_; // where each begins
    NumberTable<Memory> table_;
};

} // namespace relate::graph
