// A relationship type as the triggers and readers use it.
#pragma once

#include "pg/pg.h"

namespace relate {

enum class Side { source, target };
constexpr Side other(Side side) { return side == Side::source ? Side::target : Side::source; }
constexpr const char *side_name(Side side) { return side == Side::source ? "source" : "target"; }

enum class OnDelete { refuse, remove_link };
enum class OnKindChange { refuse, end };
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

struct RelationshipType {
    int32 id;
    const char *name;
    TypeSide source, target;
    bool is_symmetric, is_perpetual, is_active, allow_self, has_contact_details;
    Hierarchy hierarchy;
    OnKindChange on_kind_change;
    int16 default_importance;
    const char *storage;

    const TypeSide &side(Side s) const { return s == Side::source ? source : target; }
};

struct Row;

RelationshipType read_type(const Row &row);

} // namespace relate
