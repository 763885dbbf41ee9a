// What must be undone also when an error leaves: the one use of PG_TRY.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

template <class Work, class Cleanup>
void with_cleanup(Work work, Cleanup cleanup)
{
    PG_TRY();
    {
        work();
    }
    PG_FINALLY();
    {
        cleanup();
    }
    PG_END_TRY();
}

} // namespace relate::pg
