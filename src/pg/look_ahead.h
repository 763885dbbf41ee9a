// Rows that a query is about to come to, known ahead to a function that it asks of each.
//
// A function that reads here and there for one row after the other waits for memory each
// time; for many rows at once it need not. So where its argument is a column of one
// relation, a plan node above that relation's scan takes some rows ahead
// (look_ahead_plan.cpp says where, look_ahead.cpp how), and a call is told the argument in
// those that follow. That changes no answer: what a function is told of is a hint.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// Which of its arguments a function wants to know ahead: to be said when the library is loaded.
void look_ahead_at(PGFunction function, int argument);

// The planner works at such a call: to be said by its support function.
void look_ahead_for(PlannerInfo *root, FuncExpr *call);

// Calls of one place in a query that follow the one at work, each told once.
struct ComingCalls {
    std::span<const Datum> arguments; // 0 where it is not known; last until the next coming_calls()
    double later = 0;                 // so many more the planner expects behind these
};
ComingCalls coming_calls(FunctionCallInfo fcinfo);

void init_look_ahead();

} // namespace relate::pg
