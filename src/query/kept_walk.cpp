// See kept_walk.h.
#include "query/kept_walk.h"

#include "catalog/record.h"
#include "pg/look_ahead.h"

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

void KeptWalk::find_unread(std::span<const graph::Node> nodes, std::span<const graph::Node> expected)
{
    ranges_.resize(std::max(ranges_.size(), walker_.nodes().size()), {});
    unread_.clear();
    auto collect = [&](std::span<const graph::Node> some) {
        for (graph::Node node : some)
            if (ranges_[node].count == Range::unread) {
                unread_.push(node);
                ranges_[node].count = 0; // once
            }
    };
    collect(nodes);
    collect(expected);
    if (!walker_.is_all_held())
        walker_.sort({unread_.begin(), unread_.size()});
}

void KeptWalk::expect(FunctionCallInfo fcinfo, const Module &module)
{
    constexpr size_t bytes_each = 256; // while they are read, about
    pg::ComingCalls coming = pg::coming_calls(fcinfo);
    if (coming.arguments.empty() || !takes_gifts_)
        return;
    later_ = coming.later;
    pg::in_context(memory_, [&] {
        expected_.clear();
        next_expected_ = 0;
        reads_expected_ = true;
        for (Datum key : coming.arguments)
            if (key && is_canonical(module, key) && !is_full() && expected_.size() < limit_.held / bytes_each)
                expected_.push(walker_.nodes().intern(AskedRecord{&module, key}.record()));
    });
}

bool KeptWalk::step(Reads reads)
{
    walker_.prepare(unread_.view());
    return step_prepared(reads);
}

// Whether all of them were read. What nobody has asked for ends where the room does, and never with an
// error: the rest of it stays unread.
bool KeptWalk::step_prepared(Reads reads)
{
    constexpr size_t edges_between_checks = 64;
    for (graph::Node node : unread_)
        ranges_[node] = {static_cast<uint32_t>(next_.size()), 0};
    size_t last = unread_.size(), edges = 0;
    bool goes_on = true;
    auto take = [&](size_t place, graph::Node far, graph::Via) {
        if (!goes_on)
            return false;
        Range &range = ranges_[unread_[place]];
        if (place != last)
            range.first = static_cast<uint32_t>(next_.size());
        last = place;
        next_.push(far);
        ++range.count;
        goes_on = reads == Reads::asked || ++edges % edges_between_checks != 0 || !is_full();
        return goes_on;
    };
    if (walker_.is_all_held())
        walker_.step_held(unread_.view(), take);
    else
        walker_.step(unread_.view(), take);
    if (!goes_on)
        for (size_t place = last; place < unread_.size(); ++place)
            ranges_[unread_[place]] = {};
    walker_.check(bytes());
    return goes_on;
}

// On from those that have been met since there were `first`, so many levels at most.
void KeptWalk::climb(size_t first, uint32_t levels, Reads reads)
{
    constexpr size_t few = 1000; // of those beside
    for (bool goes_on = true; goes_on && levels > 0; --levels) {
        level_.clear();
        for (size_t i = first; i < next_.size(); ++i)
            level_.push(next_[i]);
        if (reads != Reads::asked && (is_full() || (reads == Reads::beside && level_.size() > few)))
            break;
        find_unread(level_.view());
        if (unread_.empty())
            break;
        first = next_.size();
        goes_on = step(reads);
    }
    ranges_.resize(std::max(ranges_.size(), walker_.nodes().size()), {});
}

// Whether what was asked for lies on the same page as what was asked for before, again and again.
// Serializable transactions lock what they read, and read no more than they are asked for.
bool KeptWalk::comes_beside()
{
    constexpr int often = 2;
    if (!takes_gifts_ || walker_.is_all_held() || IsolationIsSerializable())
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
    if (step_prepared(Reads::beside))
        climb(first, levels, Reads::beside);
}

// What the ways up of so many calls may cost: their own probes, and half as many further up as before, for more
// and more of these are known.
double KeptWalk::likely_cost(double calls) const
{
    return calls * (std::min(1.0, cost_of_call_) + std::max(0.0, cost_of_call_ - 1) / 2);
}

// Together with those expected, as far as there is room.
void KeptWalk::read_expected(std::span<const graph::Node> nodes, uint32_t levels)
{
    find_unread(nodes, expected_.view());
    reads_expected_ = false;
    auto calls = static_cast<double>(unread_.size());
    size_t first = next_.size();
    double before = walker_.probes();
    walker_.expect_probes(std::max(0.0, likely_cost(later_ + calls) - calls));
    bool goes_on = step(Reads::expected);
    walker_.expect_probes(likely_cost(later_));
    if (goes_on)
        climb(first, levels, Reads::expected);
    cost_of_call_ = (walker_.probes() - before) / calls;
    walker_.expect_probes(likely_cost(later_));
}

void KeptWalk::read_asked(std::span<const graph::Node> nodes, uint32_t levels)
{
    find_unread(nodes);
    if (unread_.empty())
        return;
    graph::Node alone = unread_.size() == 1 ? unread_[0] : graph::no_node;
    size_t first = next_.size();
    step(Reads::asked);
    bool is_beside = alone != graph::no_node && comes_beside();
    climb(first, levels, Reads::asked);
    if (is_beside)
        read_beside(alone, levels);
}

void KeptWalk::read_from_readers(std::span<const graph::Node> nodes, uint32_t levels)
{
    if (reads_expected_)
        read_expected(nodes, levels);
    read_asked(nodes, levels);
}

// The edges of those not read yet and, while the readers are open, of so many levels
// more that these lead to.
void KeptWalk::read(std::span<const graph::Node> nodes, uint32_t levels)
{
    if (std::all_of(nodes.begin(), nodes.end(), [&](graph::Node node) { return is_read(node); }))
        return;
    if (walker_.is_all_held())
        return read_from_readers(nodes, levels);
    // What the readers need goes with them.
    MemoryContext reading = AllocSetContextCreate(memory_, "relate reading", ALLOCSET_SMALL_SIZES);
    OpenedWays opened = pg::in_context(reading, [&] { return OpenedWays(ways_); });
    Assert(opened.readers().size() == 1); // one type, one direction: each place comes once
    walker_.seat(opened.readers());
    walker_.charge(opening_cost);
    read_from_readers(nodes, levels);
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
