// What a cache made once and will replace, while somebody may still be looking
// at it.
//
// An edition has a memory context of its own below CacheMemoryContext. It goes
// when the cache has retired it and nobody holds it any more. Who is given
// something of it holds it until the memory context that is current at that
// moment is reset or deleted, which also happens when an error leaves: so no
// frame can outlive what it was given, and nothing has to be given back.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

struct Edition {
    MemoryContext memory;
    MemoryContext held_in; // where it was held last, so that one hold there is enough
    uint32 holds;          // the cache's own included
};

// Below the current memory context, where an error on the way takes it along.
Edition *begin_edition(const char *name);
// It is complete: the cache holds it.
void publish(Edition *edition);
void retire(Edition *edition);
// For whoever is in the current memory context.
void hold(Edition *edition);

} // namespace relate::pg
