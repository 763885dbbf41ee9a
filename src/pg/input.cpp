// See input.h. Before PostgreSQL 16, input functions can only tell by an error: it
// is caught in a subtransaction, which cleans up whatever the function held. In a
// parallel query there are none; PostgreSQL's own input functions hold nothing
// when they complain about a text, so there the error is caught without one, and
// the functions of others' types are not.
#include "pg/input.h"

namespace relate::pg {

#if RELATE_HAS_SOFT_ERRORS

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

// Whether an error may be caught here at all, and whether in a subtransaction.
enum class Catches { nothing, alone, in_subtransaction };

static Catches how_to_catch(const FmgrInfo &input)
{
    if (!IsInParallelMode())
        return Catches::in_subtransaction;
    return input.fn_oid < FirstNormalObjectId ? Catches::alone : Catches::nothing;
}

// The error that the function raises about the text, handled; any other goes on.
static void swallow_complaint(MemoryContext caller, bool has_subtransaction)
{
    MemoryContextSwitchTo(caller);
    ErrorData *error = CopyErrorData();
    FlushErrorState();
    if (has_subtransaction)
        RollbackAndReleaseCurrentSubTransaction();
    if (!is_about_the_text(error->sqlerrcode))
        ReThrowError(error);
    FreeErrorData(error);
}

bool read_value(const FmgrInfo &input, const char *text, Oid type_parameter, Datum &value)
{
    auto *function = const_cast<FmgrInfo *>(&input);
    const Catches catches = how_to_catch(input);
    if (catches == Catches::nothing) {
        value = InputFunctionCall(function, const_cast<char *>(text), type_parameter, -1);
        return true;
    }
    MemoryContext caller = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    volatile bool is_value = true;
    if (catches == Catches::in_subtransaction)
        BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(caller);
    PG_TRY();
    {
        value = InputFunctionCall(function, const_cast<char *>(text), type_parameter, -1);
        if (catches == Catches::in_subtransaction)
            ReleaseCurrentSubTransaction();
    }
    PG_CATCH();
    {
        swallow_complaint(caller, catches == Catches::in_subtransaction);
        is_value = false;
    }
    PG_END_TRY();
    MemoryContextSwitchTo(caller);
    CurrentResourceOwner = owner;
    return is_value;
}

#endif

} // namespace relate::pg
