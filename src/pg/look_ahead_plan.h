// What the planning of the look-ahead node asks about a query: which of its calls want to know
// rows ahead (look_ahead_calls.cpp), and what of it may be asked before its turn
// (look_ahead_conditions.cpp). The node itself: look_ahead_plan.cpp.
#pragma once

#include "pg/memory.h"
#include "pg/pg.h"

namespace relate::pg {

// Whether such a call was met while this query, or one in it, was planned; true at times where none was.
bool is_asking(PlannerInfo *root);

struct AskingCall {
    FuncExpr *call;
    Node *argument; // as an expression of the relation
};

// Those whose argument is a column of the relation: also in the query's subqueries, one level deep.
Array<AskingCall> calls_in_query(PlannerInfo *root, Index relation);
bool calls_in_condition(PlannerInfo *root, Index relation, Node *condition);

struct Conditions {
    List *stay = NIL, *move = NIL; // in their order
};

// Which of a scan's conditions move up to the node above it.
Conditions divide(PlannerInfo *root, Index relation, List *conditions);

// And not only the first of the query's rows: as far as it tells, for others may stand around it.
inline bool wants_all(PlannerInfo *root) { return root->tuple_fraction == 0; }

// Whether rows that meet the conditions may be read before their turn.
bool may_read_ahead(PlannerInfo *root, RangeTblEntry *rte, List *conditions);

} // namespace relate::pg
