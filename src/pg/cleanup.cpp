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

} // namespace relate::pg
