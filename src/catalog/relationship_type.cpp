// A relationship type as its row says it; see relationship_type.h.
#include "catalog/relationship_type.h"

#include "catalog/row.h"

namespace relate {

namespace {

bool equals(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

OnDelete on_delete(const char *word)
{
    return equals(word, "remove_link") ? OnDelete::remove_link : OnDelete::refuse;
}

std::span<const Datum> copies(std::span<const Datum> names)
{
    auto *copies = palloc_array(Datum, names.size());
    for (size_t i = 0; i < names.size(); ++i)
        copies[i] = datumCopy(names[i], false, NAMEDATALEN);
    return {copies, names.size()};
}

} // namespace

RelationshipType read_type(const Row &row)
{
    const char *cardinality = row.enum_label("cardinality");
    bool one_target = equals(cardinality, "one_to_one") || equals(cardinality, "many_to_one");
    bool one_source = equals(cardinality, "one_to_one") || equals(cardinality, "one_to_many");
    const char *parent = row.string("hierarchy_parent");
    RelationshipType type = {};
    type.id = row.integer("type_id");
    type.name = row.string("name");
    type.source = {row.integer("source_module_id"), row.string("source_kind"), row.string("source_role"),
                   row.string("label"), one_target ? 1 : row.integer("max_targets_per_source"),
                   on_delete(row.string("on_source_delete"))};
    type.target = {row.integer("target_module_id"), row.string("target_kind"), row.string("target_role"),
                   row.string("inverse_label"), one_source ? 1 : row.integer("max_sources_per_target"),
                   on_delete(row.string("on_target_delete"))};
    type.is_symmetric = row.boolean("is_symmetric");
    type.is_perpetual = row.boolean("is_perpetual");
    type.is_active = row.boolean("is_active");
    type.allow_self = row.boolean("allow_self");
    type.has_contact_details = row.boolean("has_contact_details");
    type.hierarchy = equals(parent, "source")   ? Hierarchy::source_is_parent
                     : equals(parent, "target") ? Hierarchy::target_is_parent
                                                : Hierarchy::none;
    type.on_kind_change = equals(row.string("on_kind_change"), "end") ? OnKindChange::end : OnKindChange::refuse;
    type.default_importance = row.small("default_importance");
    const char *storage = row.string("storage");
    type.storage = equals(storage, "column")     ? StorageKind::column
                   : equals(storage, "junction") ? StorageKind::junction
                                                 : StorageKind::link;
    if (type.is_hard_link()) {
        type.storage_table = row.oid("storage_table");
        type.source_columns = copies(row.names("storage_source_columns"));
        type.target_columns = copies(row.names("storage_target_columns"));
        // Workspaces of layout 1 do not have these columns.
        type.start_column = row.has("storage_start_column") ? row.identifier("storage_start_column") : nullptr;
        type.end_column = row.has("storage_end_column") ? row.identifier("storage_end_column") : nullptr;
        if (row.has("storage_source_reference") && row.has("storage_target_reference")) {
            type.source_reference = copies(row.names("storage_source_reference"));
            type.target_reference = copies(row.names("storage_target_reference"));
        }
    }
    return type;
}

} // namespace relate
