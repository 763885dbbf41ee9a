// Memory is told what will be looked at soon.
//
// Server-free.
#pragma once

namespace relate {

inline void prefetch(const void *at)
{
    __builtin_prefetch(at);
    // GCC takes a function that does nothing else for one without effects, and leaves out its calls.
    asm volatile("");
}

} // namespace relate
