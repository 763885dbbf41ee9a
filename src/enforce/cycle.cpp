// See cycle.h. Memory: the current context; the walk keeps each visited record
// once, with the times in which it was reached.
#include "enforce/cycle.h"

#include "enforce/cleared_records.h"
#include "key/key_datum.h"
#include "pg/lock.h"

namespace relate {

namespace {

struct RecordTraits {
    static uint32_t hash(const RecordRef &r) { return hash_combine(hash_key_datum(r.key), static_cast<uint32>(r.module_id)); }
    static bool equal(const RecordRef &a, const RecordRef &b) { return same_record(a, b); }
};

// A record reached on the way up, when, and over which relationship from which step.
struct Step {
    RecordRef record;
    Interval when;
    int32 from;
    Rival over;
};

class Walk {
public:
    Walk(const Offender &offender, Relation table)
        : o_(offender), table_(table),
          child_side_(offender.type.hierarchy == Hierarchy::target_is_parent ? Side::source : Side::target)
    {
    }

    bool child_has_children() const
    {
        Rivals children;
        find(other(child_side_), child(), o_.row.when, children);
        for (const Rival &rival : children)
            if (rival.when.overlaps(o_.row.when))
                return true;
        return false;
    }

    bool is_cleared(CommandId written_in) const
    {
        return relate::is_cleared({o_.workspace, table_, o_.type, child_side_}, child(), written_in);
    }

    // The step that reaches the child again, or -1.
    int32 find_way_back()
    {
        steps_.push({o_.row.record(other(child_side_)), o_.row.when, -1, {}});
        for (size_t at = 0; at < steps_.size(); ++at) {
            CHECK_FOR_INTERRUPTS();
            int32 closing = climb(static_cast<int32>(at));
            if (closing >= 0)
                return closing;
        }
        return -1;
    }

    const Rival *undecided_on_way(int32 step) const
    {
        for (; step > 0; step = steps_[static_cast<size_t>(step)].from)
            if (!steps_[static_cast<size_t>(step)].over.is_certain())
                return &steps_[static_cast<size_t>(step)].over;
        return nullptr;
    }

    // Whether all of the way was there before the row took less time.
    bool was_there_before(int32 step) const
    {
        for (; step > 0; step = steps_[static_cast<size_t>(step)].from)
            if (!is_seen_by(o_.before, table_, steps_[static_cast<size_t>(step)].over))
                return false;
        return true;
    }

    [[noreturn]] void raise(int32 step) const
    {
        pg::Array<RecordRef> up;
        for (; step >= 0; step = steps_[static_cast<size_t>(step)].from)
            up.push(steps_[static_cast<size_t>(step)].record);
        up.push(child());
        std::reverse(up.begin(), up.end());
        raise_cycle(o_, up.view());
    }

private:
    struct Explored {
        Interval when;
        int32 next;
    };

    void find(Side side, const RecordRef &record, const Interval &when, Rivals &found) const
    {
        find_rivals(o_.workspace, table_, o_.type, {side, record, nullptr, when, o_.row.id}, found);
    }

    const RecordRef &child() const { return o_.row.record(child_side_); }

    int32 climb(int32 at)
    {
        Step here = steps_[static_cast<size_t>(at)];
        Rivals parents;
        find(child_side_, here.record, here.when, parents);
        for (const Rival &rival : parents) {
            const RecordRef &parent = child_side_ == Side::source ? rival.target : rival.source;
            Interval when = here.when.intersection(rival.when);
            if (when.is_empty())
                continue;
            if (same_record(parent, child())) {
                steps_.push({parent, when, at, rival});
                return static_cast<int32>(steps_.size()) - 1;
            }
            if (is_new(parent, when))
                steps_.push({parent, when, at, rival});
        }
        return -1;
    }

    bool is_new(const RecordRef &record, const Interval &when)
    {
        int32 &head = explored_.at(record, -1);
        for (int32 i = head; i >= 0; i = times_[static_cast<size_t>(i)].next)
            if (times_[static_cast<size_t>(i)].when.contains(when))
                return false;
        times_.push({when, head});
        head = static_cast<int32>(times_.size()) - 1;
        return true;
    }

    const Offender &o_;
    Relation table_;
    Side child_side_;
    pg::Array<Step> steps_;
    pg::Array<Explored> times_;
    pg::HashMap<RecordRef, int32, RecordTraits> explored_;
};

} // namespace

bool look_for_cycle(const Offender &offender, Relation table, CommandId written_in)
{
    if (offender.type.hierarchy == Hierarchy::none)
        return false;
    Walk walk(offender, table);
    // Without a way down from the child there is none back to it. Whoever adds
    // one at this moment looks for cycles after us, and sees our row.
    if (!walk.child_has_children())
        return false;
    if (walk.is_cleared(written_in))
        return false;
    int32 closing = walk.find_way_back();
    if (closing < 0 || (offender.before && walk.was_there_before(closing)))
        return false;
    const Rival *undecided = walk.undecided_on_way(closing);
    if (!undecided)
        walk.raise(closing);
    ItemPointerData row = undecided->row;
    pg::wait_for_writer(table, &row, undecided->writer, undecided->speculative_token);
    return true;
}

} // namespace relate
