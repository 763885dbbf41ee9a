// See edition.h.
#include "pg/edition.h"

#include "pg/memory.h"

namespace relate::pg {

namespace {

struct Hold {
    MemoryContextCallback callback;
    Edition *edition;
    MemoryContext where;
};

void let_go(void *argument)
{
    auto *hold = static_cast<Hold *>(argument);
    if (hold->edition->held_in == hold->where)
        hold->edition->held_in = nullptr;
    retire(hold->edition);
}

} // namespace

Edition *begin_edition(const char *name)
{
    // Of sizes of its own: PostgreSQL keeps blocks of the usual ones for the next
    // context, and so hides from sanitizers who looks into one that is gone.
    MemoryContext memory = AllocSetContextCreateInternal(CurrentMemoryContext, name, 0, 4 * 1024, 64 * 1024);
    auto *edition = static_cast<Edition *>(MemoryContextAlloc(memory, sizeof(Edition)));
    *edition = {memory, nullptr, 1};
    return edition;
}

void publish(Edition *edition)
{
    MemoryContextSetParent(edition->memory, CacheMemoryContext);
}

void retire(Edition *edition)
{
    if (--edition->holds == 0)
        MemoryContextDelete(edition->memory);
}

void hold(Edition *edition)
{
    if (edition->held_in == CurrentMemoryContext)
        return;
    auto *hold = static_cast<Hold *>(palloc(sizeof(Hold)));
    *hold = {{let_go, hold, nullptr}, edition, CurrentMemoryContext};
    MemoryContextRegisterResetCallback(CurrentMemoryContext, &hold->callback);
    edition->held_in = CurrentMemoryContext;
    ++edition->holds;
}

} // namespace relate::pg
