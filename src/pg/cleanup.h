// What must be undone also when an error leaves.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

struct Call {
    void (*function)(void *);
    void *argument;
};

void run_with_cleanup(Call work, Call cleanup);

template <class Work, class Cleanup>
void with_cleanup(Work work, Cleanup cleanup)
{
    run_with_cleanup({[](void *w) { (*static_cast<Work *>(w))(); }, &work},
                     {[](void *c) { (*static_cast<Cleanup *>(c))(); }, &cleanup});
}

} // namespace relate::pg
