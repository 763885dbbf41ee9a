// See own_ddl.h: a setting, so that it goes back to what it was however the
// function that has it set returns.
#include "ddl/own_ddl.h"

namespace relate {

static bool own_ddl;

bool is_own_ddl()
{
    return own_ddl;
}

void init_own_ddl()
{
    DefineCustomBoolVariable("relate.own_ddl", "Set by relate's functions while they drop objects of their own.",
                             "Silences the warnings about them.", &own_ddl, false, PGC_USERSET,
                             GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, nullptr, nullptr, nullptr);
}

} // namespace relate
