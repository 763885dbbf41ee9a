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

inline constexpr int cache_line = 64; // of most processors

inline void prefetch(const char *from, int bytes)
{
    for (int at = 0; at < bytes; at += cache_line)
        prefetch(from + at);
}

} // namespace relate
