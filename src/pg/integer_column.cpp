// See integer_column.h.
#include "pg/integer_column.h"

#include "pg/scan.h"

namespace relate::pg {

std::optional<IntegerColumn> leading_integer(Relation index)
{
    if (index->rd_rel->relam != BTREE_AM_OID || index->rd_indoption[0] != 0 || !is_for_all_snapshots(index))
        return std::nullopt;
    switch (index_getprocid(index, 1, BTORDER_PROC)) {
    case F_BTINT2CMP: return IntegerColumn{2};
    case F_BTINT4CMP: return IntegerColumn{4};
    case F_BTINT8CMP: return IntegerColumn{8};
    default: return std::nullopt;
    }
}

} // namespace relate::pg
