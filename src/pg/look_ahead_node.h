// What the planning of the look-ahead node (look_ahead_plan.cpp) tells its execution
// (look_ahead.cpp). A plan is copied, and read by other processes: so all is in lists.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// In a CustomScan: custom_exprs are the arguments wanted, custom_plans the scan.
struct LookAheadPlan {
    List *functions, *locations; // of their calls
    bool wants_all;              // rows of the query, as far as it tells
    int limit_tuples;            // of the query; -1 where that is not known

    List *as_list() const { return list_make3(functions, locations, list_make2_int(wants_all, limit_tuples)); }
    static LookAheadPlan of(const CustomScan *scan)
    {
        auto *rest = lthird_node(List, scan->custom_private);
        return {linitial_node(List, scan->custom_private), lsecond_node(List, scan->custom_private),
                linitial_int(rest) != 0, lsecond_int(rest)};
    }
};

// Such an argument is a column, below casts: null where there is none.
inline Node *below_cast(Node *node)
{
    if (IsA(node, RelabelType))
        return reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
    List *arguments = IsA(node, FuncExpr) ? reinterpret_cast<FuncExpr *>(node)->args : NIL;
    return list_length(arguments) == 1 ? static_cast<Node *>(linitial(arguments)) : nullptr;
}
inline Var *column_below_casts(Node *argument)
{
    while (argument && !IsA(argument, Var))
        argument = below_cast(argument);
    return reinterpret_cast<Var *>(argument);
}

extern const CustomScanMethods look_ahead_methods;
void init_look_ahead_paths();

} // namespace relate::pg
