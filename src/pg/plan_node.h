// What our plan nodes ("Custom Scan" to the server) share: from the rows that a node has to
// those that it gives.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// The next row of next_row() that meets the node's conditions, projected; an empty slot, or null,
// after the last one.
//
// Not by ExecScan: where a subquery is asked once more because somebody else has updated the row (EvalPlanQual),
// releases before November 2025 take a node without a table for a join there, and it has no rows.
template <class NextRow>
TupleTableSlot *projected_row(CustomScanState *node, NextRow next_row)
{
    PlanState &plan = node->ss.ps;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        TupleTableSlot *slot = next_row();
        if (!plan.qual && !plan.ps_ProjInfo)
            return slot; // as it is
        if (TupIsNull(slot))
            return plan.ps_ProjInfo ? ExecClearTuple(plan.ps_ProjInfo->pi_state.resultslot) : slot;
        ResetExprContext(plan.ps_ExprContext);
        plan.ps_ExprContext->ecxt_scantuple = slot;
        if (ExecQual(plan.qual, plan.ps_ExprContext))
            return plan.ps_ProjInfo ? ExecProject(plan.ps_ProjInfo) : slot;
        InstrCountFiltered1(node, 1);
    }
}

} // namespace relate::pg
