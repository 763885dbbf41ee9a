// See input.h. Before PostgreSQL 16, input functions can only tell by an error: it
// is caught in a subtransaction, which cleans up whatever the function held.
#include "pg/input.h"

namespace relate::pg {

#if PG_VERSION_NUM >= 160000

bool read_value(const FmgrInfo &input, const char *text, Oid type_parameter, Datum &value)
{
    ErrorSaveContext errors = {};
    errors.type = T_ErrorSaveContext;
    return InputFunctionCallSafe(const_cast<FmgrInfo *>(&input), const_cast<char *>(text), type_parameter, -1,
                                 reinterpret_cast<Node *>(&errors), &value);
}

#else

static bool is_about_the_text(int sqlstate)
{
    int category = ERRCODE_TO_CATEGORY(sqlstate);
    return category == ERRCODE_DATA_EXCEPTION || category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION;
}

bool read_value(const FmgrInfo &input, const char *text, Oid type_parameter, Datum &value)
{
    auto *function = const_cast<FmgrInfo *>(&input);
    if (IsInParallelMode()) { // no subtransactions there
        value = InputFunctionCall(function, const_cast<char *>(text), type_parameter, -1);
        return true;
    }
    MemoryContext caller = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    volatile bool is_value = true;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(caller);
    PG_TRY();
    {
        value = InputFunctionCall(function, const_cast<char *>(text), type_parameter, -1);
        ReleaseCurrentSubTransaction();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(caller);
        ErrorData *error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
        if (!is_about_the_text(error->sqlerrcode))
            ReThrowError(error);
        FreeErrorData(error);
        is_value = false;
    }
    PG_END_TRY();
    MemoryContextSwitchTo(caller);
    CurrentResourceOwner = owner;
    return is_value;
}

#endif

} // namespace relate::pg
