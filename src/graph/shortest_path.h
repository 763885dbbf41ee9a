// A shortest way between two records, searched from both ends.
//
// Server-free. Level by level, from whichever end has fewer records to go on from;
// the first record that both have met lies on a shortest way. Every edge must be
// walked in both directions by some reader. Among several shortest ways the one
// taken does not depend on how the readers are read.
#pragma once

#include "graph/walker.h"

namespace relate::graph {

template <class Memory, class Control>
class ShortestPath {
public:
    struct Step {
        Node node;
        Via via; // from the step before; nothing for the first
    };

    explicit ShortestPath(Walker<Memory, Control> &walker) : walker_(walker) {}

    // Fills steps(); false where there is no way of at most so many steps.
    // let_through(nodes, flags) clears the flags of records that must not lie on
    // the way; the two ends are not asked about.
    template <class Filter>
    bool search(const Record &from, const Record &to, std::uint32_t max_depth, Filter let_through)
    {
        Node a = walker_.nodes().intern(from), b = walker_.nodes().intern(to);
        if (a == b) {
            steps_.push({a, Via()});
            return true;
        }
        ends_[0].begin(a);
        ends_[1].begin(b);
        for (std::uint32_t depth = 0; depth < max_depth; ++depth) {
            int nearer = ends_[0].frontier.size() <= ends_[1].frontier.size() ? 0 : 1;
            Node meeting = advance(ends_[nearer], ends_[1 - nearer]);
            if (meeting != no_node) {
                collect(meeting);
                return true;
            }
            filter(ends_[nearer], let_through);
            walker_.check(bytes());
            if (ends_[nearer].frontier.empty())
                return false;
        }
        return false;
    }
    bool search(const Record &from, const Record &to, std::uint32_t max_depth)
    {
        return search(from, to, max_depth, [](std::span<const Node>, std::span<bool>) {});
    }

    std::span<const Step> steps() const { return steps_.view(); }

private:
    struct Met {
        Node from = no_node; // no_node: not met
        Via via;
    };
    struct End {
        Array<Node, Memory> frontier;
        Array<Met, Memory> met; // by node

        void begin(Node node)
        {
            meet(node, node, Via());
            frontier.push(node);
        }
        bool has_met(Node node) const { return node < met.size() && met[node].from != no_node; }
        void meet(Node node, Node from, Via via)
        {
            if (node >= met.size())
                met.resize(node + 1, {});
            met[node] = {from, via};
        }
    };

    bool is_shut(Node node) const { return node < shut_.size() && shut_[node]; }

    std::size_t bytes() const
    {
        std::size_t sum = next_.bytes() + shut_.bytes() + open_.bytes();
        for (const End &end : ends_)
            sum += end.frontier.bytes() + end.met.bytes();
        return sum;
    }

    // One level further; a record that the other end has met too ends it.
    Node advance(End &end, const End &other)
    {
        Node meeting = no_node;
        walker_.sort({end.frontier.begin(), end.frontier.size()});
        walker_.prepare(end.frontier.view());
        next_.clear();
        std::size_t edges = 0;
        walker_.step(end.frontier.view(), [&](std::size_t place, Node far, Via via) {
            if (++edges % 4096 == 0)
                walker_.check(bytes());
            if (end.has_met(far) || is_shut(far))
                return true;
            end.meet(far, end.frontier[place], via);
            if (other.has_met(far)) {
                meeting = far;
                return false;
            }
            next_.push(far);
            return true;
        });
        std::swap(end.frontier, next_);
        return meeting;
    }

    template <class Filter>
    void filter(End &end, Filter let_through)
    {
        open_.clear();
        open_.resize(end.frontier.size(), true);
        let_through(end.frontier.view(), std::span<bool>(open_.begin(), open_.size()));
        std::size_t kept = 0;
        for (std::size_t i = 0; i < end.frontier.size(); ++i) {
            Node node = end.frontier[i];
            if (open_[i]) {
                end.frontier[kept++] = node;
                continue;
            }
            if (node >= shut_.size())
                shut_.resize(node + 1, false);
            shut_[node] = true;
        }
        end.frontier.resize(kept, no_node);
    }

    void collect(Node meeting)
    {
        for (Node node = meeting;; node = ends_[0].met[node].from) {
            steps_.push({node, ends_[0].met[node].via});
            if (ends_[0].met[node].from == node)
                break;
        }
        std::reverse(steps_.begin(), steps_.end());
        // The other half was walked against its direction.
        for (Node node = meeting; ends_[1].met[node].from != node;) {
            Met met = ends_[1].met[node];
            steps_.push({met.from, Via(met.via.type_id(), !met.via.from_target())});
            node = met.from;
        }
    }

    Walker<Memory, Control> &walker_;
    End ends_[2];
    Array<Node, Memory> next_;
    Array<bool, Memory> shut_; // by node
    Array<bool, Memory> open_; // by place in the frontier
    Array<Step, Memory> steps_;
};

} // namespace relate::graph
