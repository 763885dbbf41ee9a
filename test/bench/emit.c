/*
 * The least that a function can cost which gives N rows with the columns of
 * relate.descendants: it counts, and puts each row into the tuplestore.
 *
 *   emit(n bigint, module text) RETURNS TABLE (module text, key relate.record_key,
 *       depth int, parent_module text, parent_key relate.record_key)
 *
 * Built by test/bench/hierarchies alone; no part of pg_relate.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/tuplestore.h"

PG_MODULE_MAGIC;

/* An integer's record_key: a tag that counts its bytes, and these, highest first. */
static Datum
key(int64 value, char *room)
{
    int n = 0;

    while (n < 8 && value >> (8 * n) != 0)
        ++n;
    SET_VARSIZE_SHORT(room, VARHDRSZ_SHORT + 1 + n);
    VARDATA_SHORT(room)[0] = (char) (0x80 + n);
    for (int i = 0; i < n; ++i)
        VARDATA_SHORT(room)[1 + i] = (char) (value >> (8 * (n - 1 - i)));
    return PointerGetDatum(room);
}

PG_FUNCTION_INFO_V1(emit);
Datum
emit(PG_FUNCTION_ARGS)
{
    int64 rows = PG_GETARG_INT64(0);
    Datum module = PG_GETARG_DATUM(1);
    bool nulls[5] = {false};
    char near[16], far[16];
    ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

    InitMaterializedSRF(fcinfo, 0);
    for (int64 i = 1; i <= rows; ++i)
    {
        Datum values[5] = {module, key(i, near), Int32GetDatum(1 + (int32) (i & 7)), module, key(i / 8, far)};

        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    PG_RETURN_NULL();
}
