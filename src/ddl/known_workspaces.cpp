// See known_workspaces.h. Asked for in the transaction's memory, the workspaces
// and the list of them live as long as that.
#include "ddl/known_workspaces.h"

namespace relate {

namespace {

std::span<const Workspace *const> known;

void on_transaction_event(XactEvent event, void *)
{
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
        known = {};
}

} // namespace

void forget_workspaces()
{
    known = {};
}

void remember_workspaces()
{
    forget_workspaces();
    known = pg::in_context(TopTransactionContext, [] { return every_workspace(); });
}

pg::Array<const Workspace *> remembered_workspaces()
{
    pg::Array<const Workspace *> copy;
    for (const Workspace *workspace : known)
        copy.push(workspace);
    return copy;
}

void init_remembered_workspaces()
{
    RegisterXactCallback(on_transaction_event, nullptr);
}

} // namespace relate
