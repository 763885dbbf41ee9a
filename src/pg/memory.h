// Memory of the server: the containers on palloc, and a scope for a context.
#pragma once

#include "base/containers.h"
#include "pg/pg.h"

namespace relate::pg {

struct Palloc {
    static void *allocate(size_t bytes) { return MemoryContextAllocHuge(CurrentMemoryContext, bytes); }
    static void *reallocate(void *old, size_t bytes) { return repalloc_huge(old, bytes); }
    static void release(void *old) { pfree(old); }
};

template <class T>
using Array = relate::Array<T, Palloc>;

template <class Key, class Value, class Traits>
using HashMap = relate::HashMap<Key, Value, Traits, Palloc>;

// Run `work` with `context` as the current one.
template <class Work>
decltype(auto) in_context(MemoryContext context, Work work)
{
    MemoryContext caller = MemoryContextSwitchTo(context);
    if constexpr (std::is_void_v<decltype(work())>) {
        work();
        MemoryContextSwitchTo(caller);
    } else {
        auto result = work();
        MemoryContextSwitchTo(caller);
        return result;
    }
}

} // namespace relate::pg
