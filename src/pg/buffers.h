// Pages of relations in buffers: where they were seen last, and reading ahead.
//
// Where a page was seen is a hint that proves itself: whoever pins it there looks whether it still is.
// Without a pin nothing that is read of a page counts for more than what to fetch next.
#pragma once

#include "base/prefetch.h"
#include "pg/pg.h"

namespace relate::pg {

// Whether pages may begin to be read before they are needed (effective_io_concurrency).
bool reads_ahead(Relation relation);

// The buffer in which a page is, if any; else it begins to be read.
inline Buffer read_ahead(Relation relation, BlockNumber page)
{
    return PrefetchBuffer(relation, MAIN_FORKNUM, page).recent_buffer;
}

// Whether a page that was seen there has surely gone.
inline bool has_gone(Buffer seen, BlockNumber page)
{
    return !BufferIsLocal(seen) && GetBufferDescriptor(seen - 1)->tag.blockNum != page;
}

// Lets memory fetch what has_gone and pinned look at.
inline void fetch_descriptor(Buffer seen)
{
    if (!BufferIsLocal(seen))
        prefetch(GetBufferDescriptor(seen - 1));
}

// And what every search of a page begins with: its header and its end.
inline void fetch_outline(Page page)
{
    prefetch(page);
    prefetch(page + BLCKSZ - cache_line);
}

// And an entry or a row of a page, whose place has been fetched.
inline void fetch_item(Buffer seen, OffsetNumber place)
{
    Page page = BufferGetPage(seen);
    prefetch(page + PageGetItemId(page, place)->lp_off % BLCKSZ);
}

// Pins the page, mostly in the buffer in which it was seen: that saves the search for it.
Buffer pinned(Relation relation, BlockNumber page, Buffer &seen);

} // namespace relate::pg
