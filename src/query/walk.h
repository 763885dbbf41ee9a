// Walking the graph from SQL functions: the traversals of src/graph in the server.
//
// Memory: what a walk holds lies in a context of its own, which is bounded by
// work_mem times hash_mem_multiplier, as a hash table's is. Beyond that, edges are
// probed for instead of held, and where the records met alone do not fit, the walk
// ends with an error (53200) whose hint is the setting to raise.
#pragma once

#include "catalog/workspace.h"
#include "graph/breadth_first.h"
#include "graph/shortest_path.h"
#include "key/key_datum.h"
#include "pg/memory.h"
#include "pg/pg.h"
#include "read/ways.h"

namespace relate {

struct WalkLimit {
    size_t bytes;
    size_t held = bytes; // no more than this of what is not needed

    bool fits(size_t used) const { return used <= held; }
    void check(size_t used) const
    {
        CHECK_FOR_INTERRUPTS();
        if (used > bytes)
            raise_too_big();
    }
    [[noreturn]] void raise_too_big() const;
};

WalkLimit walk_limit();

using Walker = graph::Walker<pg::Palloc, WalkLimit>;
using BreadthFirst = graph::BreadthFirst<pg::Palloc, WalkLimit>;
using ShortestPath = graph::ShortestPath<pg::Palloc, WalkLimit>;

inline constexpr uint32_t any_depth = 0xffffffff;

// work(Walker &), in a memory context of its own.
template <class Work>
void with_walk(const Ways &ways, Work work)
{
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "relate walk", ALLOCSET_SMALL_SIZES);
    pg::in_context(memory, [&] {
        OpenedWays opened(ways);
        WalkLimit limit = walk_limit();
        Walker walker(opened.readers(), limit);
        work(walker);
        opened.close();
    });
    MemoryContextDelete(memory);
}

// A walk whose nodes outlast it.
class HeldWalk {
    WalkLimit limit_; // made first

public:
    explicit HeldWalk(const Ways &ways) : limit_(walk_limit()), walker({}, limit_), opened_(ways)
    {
        walker.seat(opened_.readers());
    }
    // When no step comes any more.
    void close()
    {
        opened_.close();
        walker.release_edges();
    }

    Walker walker;

private:
    OpenedWays opened_;
};

// In the current memory context.
inline HeldWalk &begin_walk(const Ways &ways) { return *new (palloc(sizeof(HeldWalk))) HeldWalk(ways); }

// A record that a function is asked about.
struct AskedRecord {
    const Module *module;
    Datum key; // canonical

    graph::Record record() const { return {module->id, key_bytes(key)}; }
};

AskedRecord asked_record(const Module &module, Datum key);
// From two arguments, module and key. Raises 22004, 42704.
AskedRecord record_argument(FunctionCallInfo fcinfo, const Workspace &workspace, int module, const char *module_name,
                            const char *key_name);
bool is_same(const AskedRecord &a, const AskedRecord &b);

// Raises 42704 where the caller can see that there is no such record. For records
// without relationships: any other one is known.
void require_record(const AskedRecord &asked);
[[noreturn]] void raise_unknown_record(const AskedRecord &asked);

// Records met as Datums. A key lasts until the next one of the same object.
class RecordDatums {
public:
    explicit RecordDatums(const Workspace &workspace) : workspace_(workspace) {}

    const Module &module(int32 id)
    {
        if (!last_ || last_->id != id)
            last_ = workspace_.module(id);
        return *last_;
    }
    Datum module_name(int32 id)
    {
        if (id != named_id_ || !name_) {
            name_ = CStringGetTextDatum(module(id).name);
            named_id_ = id;
        }
        return name_;
    }
    Datum key(KeyBytes bytes);
    // Before the memory context in which it was used is reset.
    void forget() { name_ = long_key_ = 0; }

private:
    const Workspace &workspace_;
    const Module *last_ = nullptr;
    int32 named_id_ = 0;
    Datum name_ = 0;
    Datum long_key_ = 0;
    char room_[128];
};

// From an argument: null is any depth; raises 22023 below 0.
uint32_t max_depth_argument(FunctionCallInfo fcinfo, int number);

} // namespace relate
