// See cleanup.h.
#include "pg/cleanup.h"

namespace relate::pg {

void run_with_cleanup(Call work, Call cleanup)
{
    PG_TRY();
    {
        work.function(work.argument);
    }
    PG_CATCH();
    {
        cleanup.function(cleanup.argument);
        PG_RE_THROW();
    }
    PG_END_TRY();
    cleanup.function(cleanup.argument);
}

static void end_trial(MemoryContext memory, ResourceOwner owner)
{
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(memory);
    CurrentResourceOwner = owner;
}

void run_in_trial(Call work)
{
    MemoryContext memory = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(memory);
    PG_TRY();
    {
        work.function(work.argument);
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(memory);
        ErrorData *error = CopyErrorData();
        FlushErrorState();
        end_trial(memory, owner);
        ReThrowError(error);
    }
    PG_END_TRY();
    end_trial(memory, owner);
}

} // namespace relate::pg
