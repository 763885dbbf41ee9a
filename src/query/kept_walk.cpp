// See kept_walk.h.
#include "query/kept_walk.h"

namespace relate {

// Snapshots are compared by what they say: their addresses are used again.
struct KeptWalk::Reason {
    uint64 generation;
    const Workspace *workspace;
    int32 type_id;
    DateADT as_of;
    Oid user;
    pg::Moment moment;
    SnapshotData snapshot;
    std::span<const TransactionId> running;

    static std::span<const TransactionId> running_in(Snapshot snapshot) { return {snapshot->xip, snapshot->xcnt}; }

    bool sees_the_same(Snapshot other) const
    {
        std::span<const TransactionId> theirs = running_in(other);
        return snapshot.snapshot_type == other->snapshot_type && snapshot.xmin == other->xmin &&
               snapshot.xmax == other->xmax && snapshot.curcid == other->curcid &&
               snapshot.subxcnt == other->subxcnt && snapshot.suboverflowed == other->suboverflowed &&
               running.size() == theirs.size() && std::equal(running.begin(), running.end(), theirs.begin());
    }
};

bool KeptWalk::is_valid(const Workspace &workspace, const RelationshipType &type, DateADT as_of) const
{
    const Reason &r = *reason_;
    return r.generation == catalog_generation() && r.workspace == &workspace && r.type_id == type.id &&
           r.as_of == as_of && r.user == GetUserId() && r.moment == pg::this_moment() &&
           r.sees_the_same(GetActiveSnapshot()) && !is_full();
}

KeptWalk &KeptWalk::upwards(FunctionCallInfo fcinfo, const Workspace &workspace, const RelationshipType &type,
                            DateADT as_of)
{
    auto *kept = static_cast<KeptWalk *>(fcinfo->flinfo->fn_extra);
    if (kept && kept->is_valid(workspace, type, as_of))
        return *kept;
    bool was_full = kept && kept->is_full();
    if (kept) {
        fcinfo->flinfo->fn_extra = nullptr;
        MemoryContextDelete(kept->memory_);
    }
    MemoryContext memory = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "relate kept walk", ALLOCSET_SMALL_SIZES);
    kept = pg::in_context(memory, [&] {
        auto *made = new (palloc(sizeof(KeptWalk))) KeptWalk(memory, relate::upwards(workspace, type, as_of), !was_full);
        Snapshot snapshot = GetActiveSnapshot();
        auto *running = palloc_array(TransactionId, snapshot->xcnt + 1);
        std::copy_n(snapshot->xip, snapshot->xcnt, running);
        made->reason_ = new (palloc(sizeof(Reason)))
            Reason{catalog_generation(), &workspace, type.id,  as_of, GetUserId(), pg::this_moment(), *snapshot,
                   {running, snapshot->xcnt}};
        return made;
    });
    fcinfo->flinfo->fn_extra = kept;
    return *kept;
}

// Of the readers, in probes.
static constexpr double opening_cost = 0.3;

void KeptWalk::find_unread(std::span<const graph::Node> nodes)
{
    ranges_.resize(std::max(ranges_.size(), walker_.nodes().size()), {});
    unread_.clear();
    for (graph::Node node : nodes)
        if (ranges_[node].count == Range::unread) {
            unread_.push(node);
            ranges_[node].count = 0; // once
        }
    walker_.sort({unread_.begin(), unread_.size()});
}

void KeptWalk::step()
{
    walker_.prepare(unread_.view());
    step_prepared();
}

void KeptWalk::step_prepared()
{
    for (graph::Node node : unread_)
        ranges_[node] = {static_cast<uint32_t>(next_.size()), 0};
    size_t last = unread_.size();
    walker_.step(unread_.view(), [&](size_t place, graph::Node far, graph::Via) {
        Range &range = ranges_[unread_[place]];
        if (place != last)
            range.first = static_cast<uint32_t>(next_.size());
        last = place;
        next_.push(far);
        ++range.count;
        return true;
    });
    walker_.check(bytes());
}

// On from those that have been met since there were `first`, so many levels at most; gifts, that
// nobody has asked for, only while there is room and few come.
void KeptWalk::climb(size_t first, uint32_t levels, Climbs climbs)
{
    constexpr size_t few = 1000;
    for (; levels > 0; --levels) {
        level_.clear();
        for (size_t i = first; i < next_.size(); ++i)
            level_.push(next_[i]);
        if (climbs == Climbs::gifts && (is_full() || level_.size() > few))
            break;
        find_unread(level_.view());
        if (unread_.empty())
            break;
        first = next_.size();
        step();
    }
    ranges_.resize(std::max(ranges_.size(), walker_.nodes().size()), {});
}

// Whether what was asked for lies on the same page as what was asked for before, again and again.
// Serializable transactions lock what they read, and read no more than they are asked for.
bool KeptWalk::comes_beside()
{
    constexpr int often = 2;
    if (!reads_beside_ || walker_.is_all_held() || IsolationIsSerializable())
        return false;
    uint64 last = std::exchange(place_, walker_.place());
    beside_ = place_ != 0 && place_ == last ? beside_ + 1 : 0;
    return beside_ >= often && place_ != place_read_;
}

// Then its neighbours will be next, and cost less together.
void KeptWalk::read_beside(graph::Node node, uint32_t levels)
{
    if (walker_.is_all_held())
        return;
    place_read_ = place_;
    walker_.charge(1);
    level_.clear();
    walker_.beside(node, [&](graph::Node beside) { level_.push(beside); });
    if (is_full())
        return;
    find_unread(level_.view());
    size_t first = next_.size();
    walker_.prepare_beside(unread_.view());
    step_prepared();
    climb(first, levels, Climbs::gifts);
}

void KeptWalk::read_unread(uint32_t levels)
{
    graph::Node alone = unread_.size() == 1 ? unread_[0] : graph::no_node;
    size_t first = next_.size();
    step();
    bool is_beside = alone != graph::no_node && comes_beside();
    climb(first, levels, Climbs::asked);
    if (is_beside)
        read_beside(alone, levels);
}

// The edges of those not read yet and, while the readers are open, of so many levels
// more that these lead to.
void KeptWalk::read(std::span<const graph::Node> nodes, uint32_t levels)
{
    find_unread(nodes);
    if (unread_.empty())
        return;
    if (walker_.is_all_held())
        return read_unread(levels);
    // What the readers need goes with them.
    MemoryContext reading = AllocSetContextCreate(memory_, "relate reading", ALLOCSET_SMALL_SIZES);
    OpenedWays opened = pg::in_context(reading, [&] { return OpenedWays(ways_); });
    Assert(opened.readers().size() == 1); // one type, one direction: each place comes once
    walker_.seat(opened.readers());
    walker_.charge(opening_cost);
    read_unread(levels);
    opened.close();
    MemoryContextDelete(reading);
}

void KeptWalk::require(const AskedRecord &asked, graph::Node node)
{
    if (node < known_.size() && known_[node])
        return;
    require_record(asked);
    pg::in_context(memory_, [&] {
        if (node >= known_.size())
            known_.resize(walker_.nodes().size(), false);
        known_[node] = true;
    });
}

} // namespace relate
