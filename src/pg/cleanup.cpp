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

static void limit_waiting()
{
    constexpr int most = 1000; // milliseconds
    if (LockTimeout <= 0 || LockTimeout > most)
        SetConfigOption("lock_timeout", psprintf("%d", most), PGC_USERSET, PGC_S_SESSION);
}

const ErrorData *run_as_attempt(Call work)
{
    MemoryContext memory = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    ErrorData *volatile error = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(memory);
    PG_TRY();
    {
        int level = NewGUCNestLevel();
        limit_waiting();
        work.function(work.argument);
        AtEOXact_GUC(true, level);
        ReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(memory);
        CurrentResourceOwner = owner;
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(memory);
        error = CopyErrorData();
        FlushErrorState();
        end_trial(memory, owner);
        if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
            ReThrowError(error);
    }
    PG_END_TRY();
    return error;
}

} // namespace relate::pg
