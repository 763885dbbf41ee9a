// See known_workspaces.h. Asked for in the transaction's memory, the workspaces
// live as long as that; the list of them is ours.
#include "enforce/known_workspaces.h"

namespace relate {

namespace {

constexpr size_t most = 1024; // beyond, DDL on the tables of the others is not guarded
const Workspace *known[most];
size_t known_count;

void on_transaction_event(XactEvent event, void *)
{
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
        known_count = 0;
}

} // namespace

void remember_workspaces()
{
    known_count = 0;
    for (const Workspace *workspace : pg::in_context(TopTransactionContext, [] { return every_workspace(); }))
        if (known_count < most)
            known[known_count++] = workspace;
}

pg::Array<const Workspace *> remembered_workspaces()
{
    pg::Array<const Workspace *> copy;
    for (const Workspace *workspace : std::span(known).first(known_count))
        copy.push(workspace);
    return copy;
}

void init_remembered_workspaces()
{
    RegisterXactCallback(on_transaction_event, nullptr);
}

} // namespace relate
