// A relationship type as the triggers and readers use it.
#pragma once

#include "pg/pg.h"

namespace relate {

enum class Side { source, target };
constexpr Side other(Side side) { return side == Side::source ? Side::target : Side::source; }
constexpr const char *side_name(Side side) { return side == Side::source ? "source" : "target"; }

enum class OnDelete { refuse, remove_link };
enum class OnKindChange { refuse, end };
// Rows of our own table, columns of a module's table, rows of a junction table.
enum class StorageKind { link, column, junction };
enum class Hierarchy { none, source_is_parent, target_is_parent };

// What is said of each side; `limit` is how many partners one record of this
// side may have at any instant (0: no limit).
struct TypeSide {
    int32 module_id; // 0: any
    const char *kind; // null: any
    const char *role;
    const char *label; // read from this side to the other
    int32 limit;
    OnDelete on_delete;
};

struct Storage;

struct RelationshipType {
    int32 id;
    const char *name;
    TypeSide source, target;
    bool is_symmetric, is_perpetual, is_active, allow_self, has_contact_details;
    Hierarchy hierarchy;
    OnKindChange on_kind_change;
    int16 default_importance;
    StorageKind storage;
    // Of hard links, as the type's row names them; see storage.h.
    Oid storage_table;
    std::span<const Datum> source_columns, target_columns;
    // What they refer to in the modules' tables, where that is not the module's key.
    std::span<const Datum> source_reference, target_reference;
    const char *start_column, *end_column;
    mutable const Storage *resolved; // for storage_of

    bool is_hard_link() const { return storage != StorageKind::link; }

    const TypeSide &side(Side s) const { return s == Side::source ? source : target; }
    std::span<const Datum> reference(Side s) const { return s == Side::source ? source_reference : target_reference; }
};

struct Row;

RelationshipType read_type(const Row &row);

} // namespace relate
