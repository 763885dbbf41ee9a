// See memory.h.
#include "pg/memory.h"

namespace relate::pg {

// Where huge pages can begin, and in front of it, where the block does.
void *Palloc::allocate_large(MemoryContext context, size_t bytes)
{
    auto *block = static_cast<char *>(MemoryContextAllocHuge(context, bytes + huge_page + sizeof(char *)));
    auto *begin = reinterpret_cast<char *>(TYPEALIGN(huge_page, reinterpret_cast<uintptr_t>(block) + sizeof block));
    memcpy(begin - sizeof block, &block, sizeof block);
#ifdef MADV_HUGEPAGE
    // As many as are full: the rest would lie idle. Where there are none, nothing changes.
    (void) madvise(begin, bytes - bytes % huge_page, MADV_HUGEPAGE);
#endif
    return begin;
}

void *Palloc::block_of_large(void *begin)
{
    char *block;
    memcpy(&block, static_cast<char *>(begin) - sizeof block, sizeof block);
    return block;
}

void *Palloc::shrink_large(void *old, size_t bytes)
{
    auto *block = static_cast<char *>(block_of_large(old));
    ptrdiff_t ahead = static_cast<char *>(old) - block;
    block = static_cast<char *>(repalloc_huge(block, static_cast<size_t>(ahead) + bytes));
    memcpy(block + ahead - sizeof block, &block, sizeof block);
    return block + ahead;
}

void *Palloc::move(void *old, size_t old_bytes, size_t bytes)
{
    if (old_bytes >= bytes && bytes >= large)
        return shrink_large(old, bytes);
    void *block = old_bytes < large ? old : block_of_large(old);
    MemoryContext context = GetMemoryChunkContext(block);
    void *moved = bytes < large ? MemoryContextAllocHuge(context, bytes) : allocate_large(context, bytes);
    memcpy(moved, old, std::min(old_bytes, bytes));
    pfree(block);
    return moved;
}

} // namespace relate::pg
