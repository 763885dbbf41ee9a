// See layout.h.
#include "catalog/layout.h"

#include "key/key_datum.h"

namespace relate {

namespace {

constexpr Oid record_key = InvalidOid; // in the table below: types without a fixed OID
constexpr Oid cardinality = 1;

enum class Nulls { refused, allowed };

struct Column {
    const char *table, *name;
    Oid type;
    Nulls nulls = Nulls::refused; // what we read without a look whether it is null
};

constexpr Column expected[] = {
    {"workspace", "is_default", BOOLOID},
    {"workspace", "layout_version", INT4OID},
    {"module", "module_id", INT4OID},
    {"module", "name", TEXTOID},
    {"module", "singular", TEXTOID},
    {"module", "plural", TEXTOID},
    {"module", "table_name", REGCLASSOID},
    {"module", "key_columns", NAMEARRAYOID},
    {"module", "name_columns", NAMEARRAYOID},
    {"module", "kind", TEXTOID, Nulls::allowed},
    {"module", "kind_column", NAMEOID, Nulls::allowed},
    {"module", "date_column", NAMEOID, Nulls::allowed},
    {"module", "is_system", BOOLOID},
    {"relationship_type", "type_id", INT4OID},
    {"relationship_type", "name", TEXTOID},
    {"relationship_type", "source_module_id", INT4OID, Nulls::allowed},
    {"relationship_type", "target_module_id", INT4OID, Nulls::allowed},
    {"relationship_type", "source_kind", TEXTOID, Nulls::allowed},
    {"relationship_type", "target_kind", TEXTOID, Nulls::allowed},
    {"relationship_type", "source_role", TEXTOID},
    {"relationship_type", "target_role", TEXTOID},
    {"relationship_type", "label", TEXTOID},
    {"relationship_type", "inverse_label", TEXTOID},
    {"relationship_type", "is_symmetric", BOOLOID},
    {"relationship_type", "cardinality", cardinality},
    {"relationship_type", "max_targets_per_source", INT4OID, Nulls::allowed},
    {"relationship_type", "max_sources_per_target", INT4OID, Nulls::allowed},
    {"relationship_type", "hierarchy_parent", TEXTOID, Nulls::allowed},
    {"relationship_type", "default_importance", INT2OID},
    {"relationship_type", "is_perpetual", BOOLOID},
    {"relationship_type", "has_contact_details", BOOLOID},
    {"relationship_type", "allow_self", BOOLOID},
    {"relationship_type", "on_source_delete", TEXTOID},
    {"relationship_type", "on_target_delete", TEXTOID},
    {"relationship_type", "on_kind_change", TEXTOID},
    {"relationship_type", "is_active", BOOLOID},
    {"relationship_type", "storage", TEXTOID},
    {"relationship", "relationship_id", INT8OID},
    {"relationship", "type_id", INT4OID},
    {"relationship", "source_module_id", INT4OID},
    {"relationship", "source_key", record_key},
    {"relationship", "target_module_id", INT4OID},
    {"relationship", "target_key", record_key},
    {"relationship", "start_date", DATEOID, Nulls::allowed},
    {"relationship", "end_date", DATEOID, Nulls::allowed},
    {"relationship", "importance", INT2OID},
    {"relationship", "description", TEXTOID, Nulls::allowed},
    {"relationship", "email", TEXTOID, Nulls::allowed},
    {"relationship", "phone", TEXTOID, Nulls::allowed},
    {"relationship", "address", TEXTOID, Nulls::allowed},
    {"relationship", "address_module_id", INT4OID, Nulls::allowed},
    {"relationship", "address_key", record_key, Nulls::allowed},
    {"relationship", "is_primary", BOOLOID},
    {"relationship", "attributes", JSONBOID, Nulls::allowed},
    {"relationship", "created_at", TIMESTAMPTZOID},
    {"relationship", "created_by", TEXTOID},
    {"relationship", "updated_at", TIMESTAMPTZOID, Nulls::allowed},
    {"relationship", "updated_by", TEXTOID, Nulls::allowed},
    {"status", "status_id", INT4OID},
    {"status", "module_id", INT4OID},
    {"status", "name", TEXTOID},
    {"status", "is_retired", BOOLOID},
    {"record_status", "module_id", INT4OID},
    {"record_status", "key", record_key},
    {"record_status", "status_id", INT4OID},
    {"record_status", "since", DATEOID},
};

Oid cardinality_type()
{
    return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("cardinality"),
                           ObjectIdGetDatum(get_namespace_oid("relate", false)));
}

} // namespace

const char *layout_problem(Oid schema)
{
    Oid key_type = record_key_type(), cardinality_oid = cardinality_type();
    for (const Column &column : expected) {
        Oid table = get_relname_relid(column.table, schema);
        char kind = OidIsValid(table) ? get_rel_relkind(table) : '\0';
        if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
            return psprintf("it has no table \"%s\"", column.table);
        HeapTuple tuple = SearchSysCacheAttName(table, column.name);
        if (!HeapTupleIsValid(tuple))
            return psprintf("its table \"%s\" has no column \"%s\"", column.table, column.name);
        auto attribute = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
        Oid is_type = attribute->atttypid;
        bool is_not_null = attribute->attnotnull;
        ReleaseSysCache(tuple);
        Oid type = column.type == record_key    ? key_type
                   : column.type == cardinality ? cardinality_oid
                                                : column.type;
        if (is_type != type)
            return psprintf("column \"%s\" of its table \"%s\" is of type %s, not %s", column.name, column.table,
                            format_type_be(is_type), format_type_be(type));
        if (column.nulls == Nulls::refused && !is_not_null)
            return psprintf("column \"%s\" of its table \"%s\" is not declared NOT NULL", column.name, column.table);
    }
    return nullptr;
}

} // namespace relate
