// See error.h.
#include "pg/error.h"

namespace relate::pg {

void raise(const Problem &problem)
{
    ereport(ERROR, (errcode(problem.sqlstate), errmsg_internal("%s", problem.message),
                    problem.detail ? errdetail_internal("%s", problem.detail) : 0,
                    problem.hint ? errhint("%s", problem.hint) : 0,
                    problem.schema ? err_generic_string(PG_DIAG_SCHEMA_NAME, problem.schema) : 0,
                    problem.table ? err_generic_string(PG_DIAG_TABLE_NAME, problem.table) : 0,
                    problem.column ? err_generic_string(PG_DIAG_COLUMN_NAME, problem.column) : 0,
                    problem.constraint ? err_generic_string(PG_DIAG_CONSTRAINT_NAME, problem.constraint) : 0));
    pg_unreachable();
}

} // namespace relate::pg
