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

void run_in_trial(Call work);

// Runs `work` to see whether it raises, and undoes what it has done.
template <class Work>
void in_trial(Work work)
{
    run_in_trial({[](void *w) { (*static_cast<Work *>(w))(); }, &work});
}

const ErrorData *run_as_attempt(Call work);

// Runs `work` so that what it raises undoes what it has done, and is returned; null where it
// went well. It waits for no lock longer than a second. Cancelling goes on as an error.
template <class Work>
const ErrorData *attempt(Work work)
{
    return run_as_attempt({[](void *w) { (*static_cast<Work *>(w))(); }, &work});
}

} // namespace relate::pg
