// relate.with_fields(): a row with those fields of another that have the same names.
// What jsonb_populate_record does by way of jsonb, for the rows that pass through the
// triggers of a workspace's catalog. The result is in the caller's context.
#include "pg/pg.h"

namespace relate {

namespace {

struct Row {
    TupleDesc columns;
    Datum *values;
    bool *nulls;
};

Row row_of(TupleDesc columns)
{
    auto count = static_cast<size_t>(columns->natts);
    Row row = {columns, palloc_array(Datum, count), palloc_array(bool, count)};
    std::fill_n(row.nulls, count, true);
    return row;
}

Row read(HeapTupleHeader header)
{
    Row row = row_of(lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header)));
    HeapTupleData tuple;
    tuple.t_len = HeapTupleHeaderGetDatumLength(header);
    ItemPointerSetInvalid(&tuple.t_self);
    tuple.t_tableOid = InvalidOid;
    tuple.t_data = header;
    heap_deform_tuple(&tuple, row.columns, row.values, row.nulls);
    return row;
}

int find(TupleDesc columns, const NameData &name)
{
    for (int i = 0; i < columns->natts; ++i)
        if (Form_pg_attribute column = TupleDescAttr(columns, i);
            !column->attisdropped && namestrcmp(&column->attname, NameStr(name)) == 0)
            return i;
    return -1;
}

// As its text reads in the other type.
Datum converted(Datum value, Oid from, Form_pg_attribute to)
{
    Oid output, input, parameter;
    bool is_varlena;
    getTypeOutputInfo(from, &output, &is_varlena);
    getTypeInputInfo(to->atttypid, &input, &parameter);
    return OidInputFunctionCall(input, OidOutputFunctionCall(output, value), parameter, to->atttypmod);
}

void take_fields(Row &row, const Row &fields)
{
    for (int i = 0; i < row.columns->natts; ++i) {
        Form_pg_attribute column = TupleDescAttr(row.columns, i);
        int from = column->attisdropped ? -1 : find(fields.columns, column->attname);
        if (from < 0)
            continue;
        Oid type = TupleDescAttr(fields.columns, from)->atttypid;
        row.nulls[i] = fields.nulls[from];
        if (!row.nulls[i])
            row.values[i] = type == column->atttypid ? fields.values[from] : converted(fields.values[from], type, column);
    }
}

} // namespace

extern "C" {

PG_FUNCTION_INFO_V1(relate_with_fields);
Datum relate_with_fields(PG_FUNCTION_ARGS)
{
    Row row = PG_ARGISNULL(0) ? row_of(lookup_rowtype_tupdesc_copy(get_fn_expr_argtype(fcinfo->flinfo, 0), -1))
                              : read(PG_GETARG_HEAPTUPLEHEADER(0));
    if (!PG_ARGISNULL(1))
        take_fields(row, read(PG_GETARG_HEAPTUPLEHEADER(1)));
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row.columns, row.values, row.nulls)));
}

} // extern "C"

} // namespace relate
