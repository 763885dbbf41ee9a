// Raising errors with all the fields that a client can use.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// Strings live until the error is raised; null leaves a field out.
struct Problem {
    int sqlstate;
    const char *message;
    const char *detail = nullptr;
    const char *hint = nullptr;
    const char *schema = nullptr;
    const char *table = nullptr;
    const char *column = nullptr;
    const char *constraint = nullptr;
};

[[noreturn]] void raise(const Problem &problem);

} // namespace relate::pg
