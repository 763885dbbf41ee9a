// Memory of the server: the containers on palloc, and a scope for a context.
#pragma once

#include "base/containers.h"
#include "pg/pg.h"

#include <sys/mman.h>

namespace relate::pg {

// Of the current context, or of that which the block was in. What is large lies on huge pages
// where the kernel gives them on request: walks read here and there in arrays of many megabytes,
// and wait for page faults and the walk through page tables else.
struct Palloc {
    static void *allocate(size_t bytes)
    {
        return bytes < large ? MemoryContextAllocHuge(CurrentMemoryContext, bytes) : allocate_large(CurrentMemoryContext, bytes);
    }
    static void *reallocate(void *old, size_t old_bytes, size_t bytes)
    {
        return old_bytes < large && bytes < large ? repalloc_huge(old, bytes) : move(old, old_bytes, bytes);
    }
    static void release(void *old, size_t bytes) { pfree(bytes < large ? old : block_of_large(old)); }

private:
    static constexpr size_t huge_page = size_t{2} << 20;
#ifdef MADV_HUGEPAGE
    static constexpr size_t large = huge_page;
#else
    static constexpr size_t large = SIZE_MAX;
#endif
    static void *allocate_large(MemoryContext context, size_t bytes);
    static void *block_of_large(void *begin);
    static void *shrink_large(void *old, size_t bytes);
    static void *move(void *old, size_t old_bytes, size_t bytes);
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
