// Which relationships a walk may go along, and the readers that find them.
//
// This is the one place that knows where relationships are stored: a type's rows of
// `relationship` are read below SQL where that gives the caller what SQL would give
// (direct.h), else through SQL; a type of hard links has a reader of its own
// (hard_edges.h). Readers work in the memory context in which they
// were opened; the snapshot is the active one; AccessShareLock on what is read
// directly stays to the end of the transaction.
#pragma once

#include "catalog/workspace.h"
#include "graph/reader.h"
#include "pg/leaf_pages.h"
#include "pg/memory.h"
#include "pg/pg.h"

namespace relate {

struct Ways {
    const Workspace *workspace;
    DateADT as_of;
    // By the side on which the record stands that one goes on from.
    std::span<const RelationshipType *const> types[2];

    std::span<const RelationshipType *const> from(Side side) const { return types[static_cast<int>(side)]; }
};

// Along one hierarchy.
Ways upwards(const Workspace &workspace, const RelationshipType &type, DateADT as_of);
Ways downwards(const Workspace &workspace, const RelationshipType &type, DateADT as_of);
Side child_side(const RelationshipType &type);
inline Side parent_side(const RelationshipType &type) { return other(child_side(type)); }

// In both directions along these types.
Ways both_ways(const Workspace &workspace, std::span<const RelationshipType *const> types, DateADT as_of);

class OpenedWays {
public:
    explicit OpenedWays(const Ways &ways);
    std::span<graph::Reader *const> readers() const { return readers_.view(); }
    void close();

private:
    void add(graph::Reader *reader) { readers_.push(reader); }

    pg::Array<graph::Reader *> readers_;
    class DirectLinks *direct_[2] = {};
    Relation table_ = nullptr;
};

} // namespace relate
