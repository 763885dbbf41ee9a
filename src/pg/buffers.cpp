// See buffers.h.
#include "pg/buffers.h"

namespace relate::pg {

bool reads_ahead(Relation relation)
{
    return get_tablespace_io_concurrency(relation->rd_rel->reltablespace) > 0;
}

Buffer pinned(Relation relation, BlockNumber page, Buffer &seen)
{
    // ReadRecentBuffer does not count as use of the page, so that those in use would leave first.
    constexpr uint32 until_used = 16;
    static uint32 pins;
    if (BufferIsValid(seen) && ++pins % until_used != 0 &&
        ReadRecentBuffer(storage_of(relation), MAIN_FORKNUM, page, seen)) {
        pgstat_count_buffer_read(relation);
        pgstat_count_buffer_hit(relation);
        return seen;
    }
    return seen = ReadBuffer(relation, page);
}

} // namespace relate::pg
