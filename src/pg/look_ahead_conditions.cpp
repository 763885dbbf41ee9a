// See look_ahead_plan.h. What may be asked, or read, before its turn: what nobody could notice.
//
// Conditions with a call that wants to know rows ahead move from the scan up to the node, and with them
// those that are dearer, could fail, or have effects. What remains: rows of a subquery, CTE or
// VALUES that the query then does not come to may be made, so that it fails for them, and random
// numbers are drawn in another order.
#include "pg/look_ahead_plan.h"

namespace relate::pg {

namespace {

// Expressions that can be asked at one place in the plan only.
bool is_bound(Node *node, void *context)
{
    return node && (IsA(node, PlaceHolderVar) || IsA(node, AlternativeSubPlan) || walk_expression(node, is_bound, context));
}

// Whether somebody might notice when something is evaluated or read: so many queries deep.
class Effects {
public:
    template <class Tree>
    static bool of(Tree *tree)
    {
        return Effects().has(reinterpret_cast<Node *>(tree));
    }

private:
    static bool has(Node *node, void *self) { return static_cast<Effects *>(self)->has(node); }
    bool has(Node *node)
    {
        if (!node)
            return false;
        switch (nodeTag(node)) {
        case T_Query:
            return has_query(reinterpret_cast<Query *>(node));
        case T_RangeTblEntry: // of a CTE that is not among what we look at
            return reinterpret_cast<RangeTblEntry *>(node)->rtekind == RTE_CTE &&
                   reinterpret_cast<RangeTblEntry *>(node)->ctelevelsup >= depth_;
        case T_SubPlan: // where we do not look
        case T_AlternativeSubPlan:
        case T_NextValueExpr:
            return true;
        default:
            return check_functions_in_node(node, is_volatile, this) || walk_expression(node, has, this);
        }
    }

    bool has_query(Query *query)
    {
        if (query->commandType != CMD_SELECT || query->rowMarks)
            return true;
        ++depth_;
        bool found = walk_query(query, has, this, QTW_EXAMINE_RTES_BEFORE);
        --depth_;
        return found;
    }

    // In subqueries, random numbers are none.
    static bool is_volatile(Oid function, void *self)
    {
        return func_volatile(function) == PROVOLATILE_VOLATILE &&
               !(static_cast<Effects *>(self)->depth_ > 0 && function < FirstUnpinnedObjectId &&
                 strcmp(get_func_name(function), "random") == 0);
    }

    Index depth_ = 0;
};

double cost_of(PlannerInfo *root, Node *condition)
{
    QualCost cost;
    cost_qual_eval_node(&cost, condition, root);
    return cost.per_tuple;
}

Query *query_of_cte(PlannerInfo *root, RangeTblEntry *rte)
{
    for (Index level = 0; root && level < rte->ctelevelsup; ++level)
        root = root->parent_root;
    ListCell *cell;
    if (root && !rte->self_reference)
        foreach (cell, root->parse->cteList)
            if (auto *cte = lfirst_node(CommonTableExpr, cell); strcmp(cte->ctename, rte->ctename) == 0)
                return castNode(Query, cte->ctequery);
    return nullptr;
}

} // namespace

Conditions divide(PlannerInfo *root, Index relation, List *conditions)
{
    List *calling = NIL;
    double cheapest = std::numeric_limits<double>::infinity();
    ListCell *cell;
    foreach (cell, conditions)
        if (auto *condition = static_cast<Node *>(lfirst(cell)); calls_in_condition(root, relation, condition)) {
            calling = lappend(calling, condition);
            cheapest = std::min(cheapest, cost_of(root, condition));
        }
    Conditions divided;
    foreach (cell, conditions) {
        auto *condition = static_cast<Node *>(lfirst(cell));
        bool should_move = list_member_ptr(calling, condition) || cost_of(root, condition) > cheapest ||
                           contain_leaked_vars(condition) || Effects::of(condition);
        List *&side = should_move && !is_bound(condition, nullptr) ? divided.move : divided.stay;
        side = lappend(side, condition);
    }
    return divided;
}

bool may_read_ahead(PlannerInfo *root, RangeTblEntry *rte, List *conditions)
{
    if (contain_leaked_vars(reinterpret_cast<Node *>(conditions)) || Effects::of(conditions))
        return false;
    switch (rte->rtekind) {
    case RTE_RELATION:
    case RTE_FUNCTION: // all its rows are made at once
        return true;
    case RTE_SUBQUERY:
        return wants_all(root) && !Effects::of(rte->subquery);
    case RTE_VALUES:
        return wants_all(root) && !Effects::of(rte->values_lists);
    case RTE_CTE: {
        Query *query = query_of_cte(root, rte);
        return wants_all(root) && query && !Effects::of(query);
    }
    default:
        return false;
    }
}

} // namespace relate::pg
