// See cleared_records.h.
#include "enforce/cleared_records.h"

#include "enforce/rivals.h"
#include "key/key_datum.h"
#include "pg/lock.h"

namespace relate {

namespace {

constexpr uint32 worthwhile = 2; // rows of one command

// A record in the hierarchy of a type.
struct Member {
    int32 type_id;
    RecordRef record;
};

struct MemberTraits {
    static uint32_t hash(const Member &m)
    {
        return hash_combine(hash_key_datum(m.record.key), hash_combine(static_cast<uint32>(m.record.module_id), static_cast<uint32>(m.type_id)));
    }
    static bool equal(const Member &a, const Member &b) { return a.type_id == b.type_id && same_record(a.record, b.record); }
};

enum class State : uint8 {
    on_way,  // being looked at, or a look that failed has left it there
    cleared,
    in_doubt, // something above leads back to itself, at some dates or other
};

// What the backend has learned about the rows of one command.
struct Findings {
    LocalTransactionId transaction;
    CommandId command;
    Oid table;
    uint32 asked;
    MemoryContext memory; // below TopTransactionContext; null: nothing yet
    pg::HashMap<Member, State, MemberTraits> states;
};
Findings findings;

void begin_findings()
{
    if (findings.memory)
        MemoryContextReset(findings.memory);
    else
        findings.memory = AllocSetContextCreate(TopTransactionContext, "relate cleared records", ALLOCSET_DEFAULT_SIZES);
    findings.states = {};
}

void enter_command(Oid table, CommandId command)
{
    LocalTransactionId transaction = pg::this_moment().transaction;
    if (findings.transaction != transaction)
        findings.memory = nullptr; // gone with the transaction
    else if (findings.command == command && findings.table == table)
        return;
    if (findings.memory)
        begin_findings();
    findings.transaction = transaction;
    findings.command = command;
    findings.table = table;
    findings.asked = 0;
}

// Depth first, without recursion: chains may be long. A record on the stack is
// entered, its parents come above it, and when they are done it is left.
class Look {
public:
    explicit Look(const HierarchyInTable &hierarchy) : h_(hierarchy) {}

    bool clears(const RecordRef &child)
    {
        stack_.push({child, false});
        while (!stack_.empty()) {
            CHECK_FOR_INTERRUPTS();
            Visit visit = stack_.back();
            stack_.pop();
            if (visit.is_leaving)
                state_of(visit.record) = State::cleared;
            else if (!enter(visit.record))
                return put_in_doubt();
        }
        return true;
    }

private:
    struct Visit {
        RecordRef record;
        bool is_leaving;
    };

    Member member(const RecordRef &record) const { return {h_.type.id, record}; }
    State &state_of(const RecordRef &record) const { return *findings.states.find(member(record)); }

    bool enter(const RecordRef &record)
    {
        if (const State *known = findings.states.find(member(record)))
            return *known == State::cleared;
        RecordRef kept = pg::in_context(findings.memory, [&] {
            RecordRef copy = {record.module_id, datumCopy(record.key, false, -1)};
            findings.states.at(member(copy), State::on_way);
            return copy;
        });
        stack_.push({kept, true});
        parents_.clear();
        find_rivals(h_.workspace, h_.table, h_.type, {h_.child_side, kept, nullptr, Interval{}, {}}, parents_);
        for (const Rival &parent : parents_)
            stack_.push({h_.child_side == Side::source ? parent.target : parent.source, false});
        return true;
    }

    // All that is on the way, down to where the look began.
    bool put_in_doubt()
    {
        for (const Visit &visit : stack_)
            if (visit.is_leaving)
                state_of(visit.record) = State::in_doubt;
        return false;
    }

    const HierarchyInTable &h_;
    pg::Array<Visit> stack_;
    Rivals parents_;
};

} // namespace

bool is_cleared(const HierarchyInTable &hierarchy, const RecordRef &child, CommandId written_in)
{
    enter_command(RelationGetRelid(hierarchy.table), written_in);
    if (++findings.asked <= worthwhile)
        return false;
    if (!findings.memory || MemoryContextMemAllocated(findings.memory, false) > static_cast<Size>(work_mem) * 1024)
        begin_findings();
    // An error on the way leaves nothing that may be looked at again.
    LocalTransactionId transaction = findings.transaction;
    findings.transaction = InvalidLocalTransactionId;
    Look look(hierarchy);
    bool clears = look.clears(child);
    findings.transaction = transaction;
    return clears;
}

} // namespace relate
