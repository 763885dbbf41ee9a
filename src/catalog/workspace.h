// A workspace as the backend knows it: its tables, modules and relationship
// types, read once and kept until something changes.
//
// Memory: everything a Workspace points to lives in a memory context below
// CacheMemoryContext. When a change is noticed (relcache invalidation of any
// table concerned) a new one is read at the next request. The old one lives on
// while somebody may look at it: a reference holds until the memory context that
// was current when it was asked for is reset (see pg/edition.h). Reads take
// AccessShareLock and the latest snapshot.
#pragma once

#include "catalog/module.h"
#include "catalog/relationship_type.h"
#include "pg/pg.h"

namespace relate {

// The columns of a relationship table, by attribute number.
struct RelationshipColumns {
    AttrNumber relationship_id, type_id, source_module_id, source_key, target_module_id, target_key, start_date,
        end_date, importance, description, email, phone, address, address_module_id, address_key, is_primary,
        attributes, created_at, created_by, updated_at, updated_by;
};

// An index of the relationship table that begins with a side's record.
struct RelationshipIndex {
    Oid oid; // InvalidOid where somebody dropped it
    AttrNumber start_date, end_date; // where it holds the dates, else 0
};

struct Workspace {
    Oid schema;
    const char *name;
    Oid owner; // of the relationship table: enforcement runs with its rights
    Oid relationship_table, type_table, module_table, status_table, record_status_table, workspace_table;
    RelationshipColumns column;
    RelationshipIndex source_index, target_index;
    Oid address_index; // of the relationship table, by the record that is the address; or InvalidOid
    Oid status_index;  // of record_status, by record; or InvalidOid
    std::span<const Module> modules;          // by module_id
    std::span<const RelationshipType> types;  // by type_id
    FmgrInfo key_equal, int4_equal; // for scan keys on the two indexes
    bool has_hard_links;  // of some types
    MemoryContext memory; // that it lives in

    const RelationshipIndex &index(Side side) const { return side == Side::source ? source_index : target_index; }
    const Module *module(int32 id) const;
    const Module *module(std::string_view name) const;
    const Module *module_of_table(Oid table) const;
    const RelationshipType *type(int32 id) const;
    const RelationshipType *type(std::string_view name) const;
};

// The workspace that a table of ours belongs to; an error names the table otherwise.
const Workspace &workspace_of(Oid table);

// The workspace of the setting relate.workspace, or the default one.
const Workspace &current_workspace();

// The same, or null where that would raise: for the planner.
const Workspace *current_workspace_if_any();

// Every workspace of the database: for DDL. Whoever has nothing to do with its owner waits
// for a lock on it no longer than a second, and hears a WARNING.
std::span<const Workspace *const> every_workspace();

// Those that may have the table, or one that it is a partition of, as a module.
std::span<const Workspace *const> workspaces_that_may_refer_to(Relation table);

// For what is made of workspaces and kept: changes when any of them may have
// changed. A table that it was made of besides their own must be watched.
uint64 catalog_generation();
void watch_table(Oid table);

// By name in the current workspace, or an error 42704.
const Module &module_named(const Workspace &workspace, std::string_view name);
const RelationshipType &type_named(const Workspace &workspace, std::string_view name);

void init_workspaces();

} // namespace relate
