// Settings pinned for a piece of work, so that texts of values never depend on
// who asks.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

int pin_output_settings();
void unpin(int level);

// Runs `work` with ISO dates, UTC, shortest exact floats and hex bytea.
template <class Work>
void with_pinned_settings(Work work)
{
    int level = pin_output_settings();
    work();
    unpin(level);
}

} // namespace relate::pg
