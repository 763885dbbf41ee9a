// Questions to a hierarchy: what their functions share.
#pragma once

#include "query/arguments.h"
#include "query/walk.h"

namespace relate {

struct HierarchyQuestion {
    const Workspace &workspace;
    const RelationshipType &type;
    DateADT as_of;

    Ways up() const { return upwards(workspace, type, as_of); }
    Ways down() const { return downwards(workspace, type, as_of); }
};

// The type is argument 0. Raises 22004, 42704, and 22023 where it is no hierarchy.
HierarchyQuestion hierarchy_argument(FunctionCallInfo fcinfo, int as_of);

// The module of a record that stands on `side`: as the caller says, or else the type.
// Raises 42704, 22023 where no such record takes part, 22004 where nobody says it.
const Module &module_argument(FunctionCallInfo fcinfo, int number, const char *name, const HierarchyQuestion &h, Side side);

// The first parent of each record gone on from.
class FirstParents {
public:
    void add(graph::Node child, graph::Node parent)
    {
        if (child >= parents_.size())
            parents_.resize(child + 1, graph::no_node);
        if (parents_[child] == graph::no_node)
            parents_[child] = parent;
    }
    graph::Node of(graph::Node child) const { return child < parents_.size() ? parents_[child] : graph::no_node; }

private:
    pg::Array<graph::Node> parents_;
};

// When the library is loaded: ancestors, descendants, children and siblings are row sources;
// what asks upwards wants to know its records ahead.
void init_hierarchy_rows();
void init_is_under();

} // namespace relate
