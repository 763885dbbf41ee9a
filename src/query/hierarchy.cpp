// See hierarchy.h.
#include "query/hierarchy.h"

#include "pg/error.h"

namespace relate {

HierarchyQuestion hierarchy_argument(FunctionCallInfo fcinfo, int as_of)
{
    Datum name = required_argument(fcinfo, 0, "type");
    const Workspace &workspace = current_workspace();
    const RelationshipType &type = type_named(workspace, text_view(name));
    if (type.hierarchy == Hierarchy::none)
        pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                   .message = psprintf("relationship type \"%s\" is not a hierarchy", type.name),
                   .hint = psprintf("Say which side is the parent: SELECT relate.alter_relationship_type(%s, "
                                    "hierarchy_parent => 'target').", quote_literal_cstr(type.name))});
    return {workspace, type, date_argument(fcinfo, as_of)};
}

const Module &module_argument(FunctionCallInfo fcinfo, int number, const char *name, const HierarchyQuestion &h, Side side)
{
    int32 own = h.type.side(side).module_id, far = h.type.side(other(side)).module_id;
    if (!PG_ARGISNULL(number)) {
        const Module &module = module_named(h.workspace, text_view(PG_GETARG_DATUM(number)));
        if (own && far && module.id != own && module.id != far)
            pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                       .message = psprintf("no record of module \"%s\" takes part in \"%s\"", module.name, h.type.name)});
        return module;
    }
    const Module *module = h.workspace.module(own);
    if (!module)
        pg::raise({.sqlstate = ERRCODE_NULL_VALUE_NOT_ALLOWED,
                   .message = psprintf("argument \"%s\" must not be null", name),
                   .detail = psprintf("The hierarchy \"%s\" spans records of several modules.", h.type.name),
                   .hint = psprintf("Name that of the record: %s => '...'.", name)});
    return *module;
}

} // namespace relate
