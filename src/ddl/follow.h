// What a workspace does because of somebody's DDL on a table, in the name of its owner.
//
// Where he has the rights of the table's owner, that is part of the statement, and fails
// with it. To anybody else he is a stranger, who may refer to the table, no more: nothing
// of what he has put on his workspace's tables (triggers, rules, constraints, expressions)
// runs in their statements, where it could raise or never end. Such a workspace does not
// follow; nor does one that fails, or keeps them waiting for a lock for a second. Then a
// WARNING says so, and health_check tells its owner.
#pragma once

#include "catalog/workspace.h"
#include "pg/cleanup.h"
#include "pg/spi.h"

namespace relate {

// Before a statement that may take whole tables away: who is no stranger to them.
void remember_strangers(const Node *statement);

bool is_stranger_to(const Workspace &workspace, Oid table);

bool follow_as_stranger(const Workspace &workspace, const char *table, pg::Call work);

// `table` may be gone; `name` is what it is or was called. Whether the workspace did follow.
template <class Work>
bool follow_in(const Workspace &workspace, Oid table, const char *name, Work work)
{
    auto as_owner = [&] { pg::as_owner(workspace.owner, work); };
    if (is_stranger_to(workspace, table))
        return follow_as_stranger(workspace, name, {[](void *w) { (*static_cast<decltype(as_owner) *>(w))(); }, &as_owner});
    as_owner();
    return true;
}

} // namespace relate
