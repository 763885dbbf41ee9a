// Nodes in the order of their records: by module, and by key as an index orders them.
//
// Probes in that order go along the index. Levels of a walk have thousands of nodes, so their keys'
// first bytes are sorted byte by byte; only where these do not tell are whole keys compared.
#pragma once

#include "graph/nodes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace relate::graph {

template <class Memory>
class RecordOrder {
public:
    std::size_t bytes() const { return keys_.bytes() + moved_.bytes(); }
    void release()
    {
        keys_.release();
        moved_.release();
    }

    void sort(std::span<Node> sorted, const Nodes<Memory> &nodes)
    {
        keys_.clear();
        keys_.reserve(sorted.size());
        for (Node node : sorted) {
            Record record = nodes.record(node);
            keys_.push({record.module_id, node, key_prefix(record.key)});
        }
        if (sorted.size() < many || !is_one_module())
            sort_few(keys_.begin(), keys_.end(), nodes);
        else
            sort_many(nodes);
        for (std::size_t i = 0; i < sorted.size(); ++i)
            sorted[i] = keys_[i].node;
    }

private:
    struct Key {
        std::int32_t module_id;
        Node node;
        std::uint64_t prefix;
    };
    static constexpr std::size_t many = 128; // worth counting bytes

    bool is_one_module() const
    {
        return std::all_of(keys_.begin(), keys_.end(), [&](const Key &key) { return key.module_id == keys_[0].module_id; });
    }

    static void sort_few(Key *begin, Key *end, const Nodes<Memory> &nodes)
    {
        std::sort(begin, end, [&](const Key &a, const Key &b) {
            if (a.module_id != b.module_id)
                return a.module_id < b.module_id;
            if (a.prefix != b.prefix)
                return a.prefix < b.prefix;
            return compare_keys(nodes.record(a.node).key, nodes.record(b.node).key) < 0;
        });
    }

    void sort_many(const Nodes<Memory> &nodes)
    {
        std::uint64_t differing = 0;
        for (const Key &key : keys_)
            differing |= key.prefix ^ keys_[0].prefix;
        for (int shift = 0; shift < 64; shift += 8)
            if (differing >> shift & 0xff)
                sort_by_byte(shift);
        for (Key *begin = keys_.begin(), *end; begin != keys_.end(); begin = end) {
            end = std::find_if(begin + 1, keys_.end(), [&](const Key &key) { return key.prefix != begin->prefix; });
            if (end - begin > 1)
                sort_few(begin, end, nodes);
        }
    }

    // Those with the same byte stay in their order.
    void sort_by_byte(int shift)
    {
        auto byte = [&](const Key &key) { return key.prefix >> shift & 0xff; };
        std::array<std::size_t, 256> place = {};
        for (const Key &key : keys_)
            ++place[byte(key)];
        std::size_t before = 0;
        for (std::size_t &count : place)
            before += std::exchange(count, before);
        moved_.clear();
        moved_.reserve(keys_.size());
        std::span<Key> moved = moved_.extend(keys_.size());
        for (const Key &key : keys_)
            moved[place[byte(key)]++] = key;
        std::swap(keys_, moved_);
    }

    Array<Key, Memory> keys_, moved_;
};

} // namespace relate::graph
