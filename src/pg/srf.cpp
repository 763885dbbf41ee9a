// See srf.h.
#include "pg/srf.h"

namespace relate::pg {

Output begin_output(FunctionCallInfo fcinfo)
{
    // The expected columns are the declared ones: a function with OUT columns
    // takes no column definition list.
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto *info = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    return {info->setResult, info->setDesc};
}

void put_row(const Output &output, Datum row)
{
    HeapTupleHeader header = DatumGetHeapTupleHeader(row);
    HeapTupleData tuple;
    tuple.t_len = HeapTupleHeaderGetDatumLength(header);
    ItemPointerSetInvalid(&tuple.t_self);
    tuple.t_tableOid = InvalidOid;
    tuple.t_data = header;
    tuplestore_puttuple(output.store, &tuple);
}

} // namespace relate::pg
