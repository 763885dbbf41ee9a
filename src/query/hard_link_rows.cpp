// relate.hard_links: relationships stored in the users' own tables, as rows of one
// shape, for the views of a workspace and for functions in SQL.
#include "catalog/record.h"
#include "pg/error.h"
#include "pg/srf.h"
#include "query/arguments.h"
#include "read/hard_links.h"

namespace relate {

namespace {

std::optional<Datum> key_argument(FunctionCallInfo fcinfo, int number, const Module &module)
{
    if (PG_ARGISNULL(number))
        return std::nullopt;
    return canonical_key(module, PG_GETARG_DATUM(number));
}

void put_type(FunctionCallInfo fcinfo, const pg::Output &output, const Workspace &workspace, const RelationshipType &type)
{
    const Module *source = workspace.module(type.source.module_id);
    const Module *target = workspace.module(type.target.module_id);
    if (!source || !target)
        return;
    for_each_hard_link({&workspace, &type, key_argument(fcinfo, 2, *source), key_argument(fcinfo, 3, *target), true},
                       [&](const HardLink &link) {
                           pg::Columns columns;
                           columns.add(Int32GetDatum(type.id));
                           columns.add(Int32GetDatum(source->id));
                           columns.add(link.source_key);
                           columns.add(Int32GetDatum(target->id));
                           columns.add(link.target_key);
                           columns.date(link.start_date);
                           columns.date(link.end_date);
                           columns.add(Int16GetDatum(type.default_importance));
                           columns.reference(link.attributes);
                           columns.put(output);
                           return true;
                       });
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_hard_links);
Datum relate_hard_links(PG_FUNCTION_ARGS)
{
    using namespace relate;
    pg::Output output = pg::begin_output(fcinfo);
    if (PG_ARGISNULL(0))
        return pg::end_output(fcinfo);
    const Workspace &workspace = workspace_of(PG_GETARG_OID(0));
    for (const RelationshipType &type : workspace.types) {
        if (!type.is_hard_link())
            continue;
        bool is_wanted = PG_ARGISNULL(1) || PG_GETARG_INT32(1) == type.id;
        if (is_wanted && may_read_hard_links(workspace, type))
            put_type(fcinfo, output, workspace, type);
    }
    return pg::end_output(fcinfo);
}
}
