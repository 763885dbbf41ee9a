// relate.record_name and record_name_in, the latter for the views of a workspace.
#include "catalog/record.h"
#include "query/arguments.h"
#include "read/names.h"

namespace relate {

namespace {

Datum name_or_null(FunctionCallInfo fcinfo, const Module &module, Datum key)
{
    Datum name = names_of(module, {&key, 1})[0].name;
    fcinfo->isnull = name == 0;
    return name;
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_record_name);
Datum relate_record_name(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Module &module = module_named(current_workspace(), text_view(PG_GETARG_DATUM(0)));
    return name_or_null(fcinfo, module, PG_GETARG_DATUM(1));
}

PG_FUNCTION_INFO_V1(relate_record_name_in);
Datum relate_record_name_in(PG_FUNCTION_ARGS)
{
    using namespace relate;
    const Module *module = workspace_of(PG_GETARG_OID(0)).module(PG_GETARG_INT32(1));
    if (!module)
        PG_RETURN_NULL();
    return name_or_null(fcinfo, *module, PG_GETARG_DATUM(2));
}
}
