// See value_renamed.h. ALTER TYPE locks no table: the tables of the modules concerned are
// locked here, so that whoever is relating one of their records has ended his transaction.
#include "ddl/value_renamed.h"

#include "ddl/key_retyped.h"
#include "ddl/known_workspaces.h"
#include "pg/error.h"
#include "pg/versions.h"

namespace relate {

namespace {

bool is_of(Oid column_type, Oid enumeration) { return getBaseType(column_type) == enumeration; }

// Also deep inside, as in arrays, ranges and rows.
bool holds(Oid type, Oid enumeration)
{
    check_stack_depth();
    type = getBaseType(type);
    Oid range = type_is_multirange(type) ? get_multirange_range(type) : type;
    if (Oid part = type_is_range(range) ? get_range_subtype(range) : get_element_type(type); OidIsValid(part))
        return holds(part, enumeration);
    if (!type_is_rowtype(type))
        return type == enumeration;
    bool is_held = false;
    TupleDesc row = lookup_rowtype_tupdesc_copy(type, -1);
    for (int i = 0; i < row->natts && !is_held; ++i)
        is_held = !TupleDescAttr(row, i)->attisdropped && holds(TupleDescAttr(row, i)->atttypid, enumeration);
    return is_held;
}

bool has_in_key(const Module &module, Oid enumeration)
{
    return std::any_of(module.key.begin(), module.key.end(), [&](const KeyColumn &column) {
        return holds(get_atttype(module.registered_table, column.attribute), enumeration);
    });
}

bool has_as_kind(const Module &module, Oid enumeration)
{
    return module.kind_column && is_of(get_atttype(module.registered_table, module.kind_column), enumeration);
}

void lock_out_writers(const Module &module)
{
    for (Oid table : pg::with_inheritors(module.registered_table))
        LockRelationOid(table, ExclusiveLock);
}

void check_kinds(const Workspace &workspace, const Module &module, const char *kind)
{
    for (const RelationshipType &type : workspace.types)
        for (Side side : {Side::source, Side::target}) {
            const TypeSide &asked = type.side(side);
            if (!asked.kind || strcmp(asked.kind, kind) != 0 || (asked.module_id && asked.module_id != module.id))
                continue;
            pg::raise({.sqlstate = ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                       .message = psprintf("the kind \"%s\" of module \"%s\" cannot have another name", kind, module.name),
                       .detail = psprintf("Relationship type \"%s\" of workspace \"%s\" asks for it as %s.", type.name,
                                          workspace.name, side_name(side)),
                       .hint = "Give the type another kind first, or drop it.",
                       .schema = workspace.name,
                       .table = "relationship_type"});
        }
}

} // namespace

void check_renamed_value(const pg::ValueRename &rename)
{
    for (const Workspace *workspace : remembered_workspaces())
        for (const Module &module : workspace->modules) {
            // What is in others' tables does not hold up who owns the type.
            if (!is_rightful(module) || !pg::owns(RelationRelationId, module.registered_table, GetUserId()))
                continue;
            if (has_as_kind(module, rename.type))
                check_kinds(*workspace, module, rename.from);
            if (has_in_key(module, rename.type)) {
                lock_out_writers(module);
                check_keys_still_fit(*workspace, module);
            }
        }
}

} // namespace relate
