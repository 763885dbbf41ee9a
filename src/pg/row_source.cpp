// See row_source.h.
#include "pg/row_source.h"

#include "pg/memory.h"

namespace relate::pg {

Datum put_all(FunctionCallInfo fcinfo, OpenRows open)
{
    Output output = begin_output(fcinfo);
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "relate rows", ALLOCSET_SMALL_SIZES);
    in_context(memory, [&] {
        RowSource *rows = open(fcinfo, WantedColumns::all());
        Columns row;
        while (rows->next(row)) {
            row.put(output);
            row.clear();
        }
    });
    MemoryContextDelete(memory);
    return end_output(fcinfo);
}

} // namespace relate::pg
