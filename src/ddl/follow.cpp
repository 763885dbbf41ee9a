// See follow.h. What is remembered lasts until the transaction ends.
#include "ddl/follow.h"

#include "ddl/known_workspaces.h"
#include "pg/access.h"
#include "pg/ddl.h"

namespace relate {

namespace {

struct Claim {
    Oid schema; // of the workspace
    Oid table;
};

std::span<const Claim> strange;

bool has_rights_of_owner(const Workspace &workspace, Oid table)
{
    return has_privs_of_role(workspace.owner, pg::owner_of(table));
}

// Catalogs are read with the owner's rights: the user may have none on the schema.
const char *other_code(const Workspace &workspace)
{
    const char *found = nullptr;
    pg::as_owner(workspace.owner, [&] {
        pg::Argument name = {NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(workspace.name))};
        found = pg::text_of("SELECT relate.other_code($1)", {&name, 1});
    });
    return found;
}

void warn(const Workspace &workspace, const char *table, int sqlstate, const char *reason)
{
    ereport(WARNING, (errcode(sqlstate),
                      errmsg("workspace \"%s\" does not follow what became of table %s", workspace.name, table),
                      errdetail("%s", reason),
                      errhint("SELECT * FROM relate.health_check(); tells the workspace's owner what to do.")));
}

// With the memory that they lie in.
void forget_at_end_of_transaction()
{
    auto *forget = static_cast<MemoryContextCallback *>(MemoryContextAllocZero(TopTransactionContext, sizeof(MemoryContextCallback)));
    forget->func = [](void *) { strange = {}; };
    MemoryContextRegisterResetCallback(TopTransactionContext, forget);
}

} // namespace

void remember_strangers(const Node *statement)
{
    strange = {};
    if (nodeTag(statement) != T_DropStmt && nodeTag(statement) != T_DropOwnedStmt)
        return;
    pg::Array<Claim> found;
    pg::in_context(TopTransactionContext, [&] {
        for (const Workspace *workspace : remembered_workspaces()) {
            if (superuser_arg(workspace->owner))
                continue;
            auto look_at = [&](Oid table) {
                if (pg::relation_exists(table) && !has_rights_of_owner(*workspace, table))
                    found.push({workspace->schema, table});
            };
            for (const Module &module : workspace->modules)
                if (is_rightful(module))
                    look_at(module.registered_table);
            for (const RelationshipType &type : workspace->types)
                if (type.is_hard_link())
                    look_at(type.storage_table);
        }
    });
    if (found.empty())
        return;
    strange = found.view();
    forget_at_end_of_transaction();
}

bool is_stranger_to(const Workspace &workspace, Oid table)
{
    if (pg::relation_exists(table))
        return !has_rights_of_owner(workspace, table);
    for (const Claim &claim : strange)
        if (claim.schema == workspace.schema && claim.table == table)
            return true;
    return false;
}

bool follow_as_stranger(const Workspace &workspace, const char *table, pg::Call work)
{
    const char *code = nullptr;
    const ErrorData *error = pg::attempt([&] {
        code = other_code(workspace);
        if (!code)
            work.function(work.argument);
    });
    if (code)
        warn(workspace, table, ERRCODE_WARNING, psprintf("Code of its owner's would run there: %s.", code));
    else if (error)
        warn(workspace, table, error->sqlerrcode, psprintf("There it failed: %s.", error->message));
    return !code && !error;
}

} // namespace relate
