// See look_ahead.h. Where the plan node "relate look-ahead" stands.
//
// Every path of a plain relation (table, subquery, function, VALUES, CTE) gets such a node
// above it, where the query calls a function of ours with an argument that is one of the
// relation's columns, in a cast that cannot fail: in its conditions, its SELECT list, or in
// what it joins with LATERAL. Conditions with such a call move from the scan up to the node,
// and those that are dearer with them.
//
// Nobody may notice that rows are read before their turn. So there is no node where rows
// are locked or changed, where reading them has effects (volatile functions), where it could
// fail before LIMIT is reached, below row security (there it matters in which order
// conditions are asked), and in what is planned as a cursor (which may be scanned
// backwards, or name its row in WHERE CURRENT OF). Nor above partitioned tables.
#include "pg/look_ahead.h"
#include "pg/look_ahead_node.h"

#include "pg/memory.h"

namespace relate::pg {

// ---- functions that want it --------------------------------------------------------------

namespace {

constexpr int most_known = 16;

struct Wish {
    PGFunction function;
    int argument;
};
Wish wishes[most_known];
int wish_count = 0;

// Functions met in planning, by oid; the oldest are forgotten.
struct Known {
    Oid function;
    int argument;
};
Known known[most_known];
int known_count = 0;

// -1 where it wants to know none.
int argument_known(Oid function)
{
    for (const Known &one : std::span(known, std::min(known_count, most_known)))
        if (one.function == function)
            return one.argument;
    return -1;
}

void know(Oid function)
{
    if (argument_known(function) >= 0)
        return;
    FmgrInfo info;
    fmgr_info(function, &info);
    for (const Wish &wish : std::span(wishes, wish_count))
        if (wish.function == info.fn_addr)
            known[known_count++ % most_known] = {function, wish.argument};
}

// The last planning runs, one in another, that came to such a call. A later run may get the same
// address: then it looks for calls in vain.
constexpr int most_asking = 4;
const PlannerGlobal *asking[most_asking];
int asking_count = 0;

bool is_asking(PlannerInfo *root) { return std::ranges::find(asking, root->glob) != std::end(asking); }

} // namespace

void look_ahead_at(PGFunction function, int argument)
{
    Assert(wish_count < most_known);
    wishes[wish_count++] = {function, argument};
}

void look_ahead_for(PlannerInfo *root, FuncExpr *call)
{
    if (!root)
        return;
    know(call->funcid);
    if (!is_asking(root))
        asking[asking_count++ % most_asking] = root->glob;
}

// ---- calls ---------------------------------------------------------------------------------

namespace {

// From one type of integers to a wider one, or to a key.
bool is_safe_cast(FuncExpr *cast)
{
    switch (cast->funcid) {
    case F_INT4_INT2:
    case F_INT8_INT2:
    case F_INT8_INT4:
        return true;
    default:
        // Of the schema that has the functions known.
        return known_count > 0 && get_func_namespace(cast->funcid) == get_func_namespace(known[0].function) &&
               strcmp(get_func_name(cast->funcid), "record_key") == 0;
    }
}

// Null where it is not one, or a cast may fail.
Var *column_in(Node *argument)
{
    for (Node *cast = argument; cast; cast = below_cast(cast))
        if (IsA(cast, FuncExpr) && !is_safe_cast(reinterpret_cast<FuncExpr *>(cast)))
            return nullptr;
    return column_below_casts(argument);
}

// What the parameters of a subquery that is planned already stand for.
class WithArguments {
public:
    explicit WithArguments(SubPlan *subplan) : subplan_(subplan) {}
    Node *operator()(Node *expression) { return change(expression, this); }

private:
    static Node *change(Node *node, void *self) { return static_cast<WithArguments *>(self)->change(node); }
    Node *change(Node *node)
    {
        if (node && IsA(node, Param) && reinterpret_cast<Param *>(node)->paramkind == PARAM_EXEC)
            for (int i = 0; i < list_length(subplan_->parParam); ++i)
                if (list_nth_int(subplan_->parParam, i) == reinterpret_cast<Param *>(node)->paramid)
                    return static_cast<Node *>(list_nth(subplan_->args, i));
        return change_expression(node, change, this);
    }

    SubPlan *subplan_;
};

struct Call {
    FuncExpr *call;
    Node *argument; // as an expression of the relation
};

// Calls whose argument is a column of the relation, also in subqueries.
class Calls {
public:
    Calls(PlannerInfo *root, Index relation) : root_(root), relation_(relation) {}

    Calls &in_query(Query *query)
    {
        walk_query(query, visit, this);
        return *this;
    }
    Calls &in_condition(Node *condition)
    {
        visit(condition, this);
        return *this;
    }
    std::span<const Call> found() const { return found_.view(); }

private:
    static bool visit(Node *node, void *self) { return static_cast<Calls *>(self)->visit(node); }
    bool visit(Node *node)
    {
        if (!node)
            return false;
        if (IsA(node, Query))
            return visit_query(reinterpret_cast<Query *>(node));
        if (IsA(node, SubPlan))
            visit_planned(reinterpret_cast<SubPlan *>(node));
        if (IsA(node, FuncExpr))
            consider(reinterpret_cast<FuncExpr *>(node));
        return walk_expression(node, visit, this);
    }

    bool visit_query(Query *query)
    {
        if (planned_)
            return false;
        ++depth_;
        walk_query(query, visit, this);
        --depth_;
        return false;
    }

    // One level deep.
    void visit_planned(SubPlan *subplan)
    {
        if (planned_)
            return;
        planned_ = subplan;
        walk_query(list_nth_node(PlannerInfo, root_->glob->subroots, subplan->plan_id - 1)->parse, visit, this);
        planned_ = nullptr;
    }

    void consider(FuncExpr *call)
    {
        int wanted = argument_known(call->funcid);
        Node *argument = wanted < 0 ? nullptr : argument_of(call, wanted);
        if (!argument || is_found(call) || (planned_ && column_in(argument)))
            return;
        argument = planned_ ? WithArguments(planned_)(argument) : static_cast<Node *>(copyObjectImpl(argument));
        Var *column = column_in(argument);
        if (!column || static_cast<Index>(column->varno) != relation_ || column->varlevelsup != depth_)
            return;
        if (planned_) // so that what is changed is ours
            column = column_in(argument = static_cast<Node *>(copyObjectImpl(argument)));
        column->varlevelsup = 0;
        forget_nulling(column);
        found_.push({call, argument});
    }

    static Node *argument_of(FuncExpr *call, int wanted)
    {
        int place = 0;
        ListCell *cell;
        foreach (cell, call->args) {
            auto *argument = static_cast<Node *>(lfirst(cell));
            if (!IsA(argument, NamedArgExpr)) {
                if (place++ == wanted)
                    return argument;
            } else if (auto *named = reinterpret_cast<NamedArgExpr *>(argument); named->argnumber == wanted) {
                return reinterpret_cast<Node *>(named->arg);
            }
        }
        return nullptr;
    }

    bool is_found(FuncExpr *call) const
    {
        return std::any_of(found_.begin(), found_.end(), [&](const Call &other) {
            return other.call->location == call->location && equal(other.call, call);
        });
    }

    PlannerInfo *root_;
    Index relation_;
    Index depth_ = 0;            // of queries below the relation's
    SubPlan *planned_ = nullptr; // in which we are
    Array<Call> found_;
};

// ---- conditions ----------------------------------------------------------------------------

// Whether a condition can be asked above the scan of its relation.
bool is_movable(Node *node, void *)
{
    return !node || !(IsA(node, PlaceHolderVar) || IsA(node, AlternativeSubPlan) ||
                      (IsA(node, SubPlan) && reinterpret_cast<SubPlan *>(node)->testexpr) ||
                      (IsA(node, Param) && reinterpret_cast<Param *>(node)->paramkind != PARAM_EXTERN));
}
bool is_not_movable(Node *node, void *context)
{
    return node && (!is_movable(node, context) || walk_expression(node, is_not_movable, context));
}

double cost_of(PlannerInfo *root, Node *condition)
{
    QualCost cost;
    cost_qual_eval_node(&cost, condition, root);
    return cost.per_tuple;
}

struct Conditions {
    List *stay = NIL, *move = NIL; // in their order
};

// Those with a call move, and those that are dearer than the cheapest of them: the scan asks the
// others first, as it would.
Conditions divide(PlannerInfo *root, Index relation, List *conditions)
{
    auto moves_by_itself = [&](Node *condition) {
        return !is_not_movable(condition, nullptr) && !Calls(root, relation).in_condition(condition).found().empty();
    };
    double cheapest = std::numeric_limits<double>::infinity();
    ListCell *cell;
    foreach (cell, conditions)
        if (auto *condition = static_cast<Node *>(lfirst(cell)); moves_by_itself(condition))
            cheapest = std::min(cheapest, cost_of(root, condition));
    Conditions divided;
    foreach (cell, conditions) {
        auto *condition = static_cast<Node *>(lfirst(cell));
        bool moves = moves_by_itself(condition) || (cost_of(root, condition) > cheapest && !is_not_movable(condition, nullptr));
        List *&side = moves ? divided.move : divided.stay;
        side = lappend(side, condition);
    }
    return divided;
}

// Random numbers are no effect.
bool is_effective(Oid function, void *)
{
    return func_volatile(function) == PROVOLATILE_VOLATILE &&
           !(function < FirstUnpinnedObjectId && strcmp(get_func_name(function), "random") == 0);
}

// Whether somebody might notice when it is evaluated or read. What is planned already is not looked into.
bool has_effects(Node *node, void *context)
{
    if (!node)
        return false;
    if (IsA(node, Query)) {
        auto *query = reinterpret_cast<Query *>(node);
        return query->commandType != CMD_SELECT || query->rowMarks || walk_query(query, has_effects, context);
    }
    return IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) || IsA(node, NextValueExpr) ||
           check_functions_in_node(node, is_effective, context) || walk_expression(node, has_effects, context);
}
template <class Tree>
bool has_effects(Tree *tree)
{
    return has_effects(reinterpret_cast<Node *>(tree), nullptr);
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

// And not only the first of its rows.
bool wants_all(PlannerInfo *root) { return root->tuple_fraction == 0; }

// Whether rows that the query does not come to may be read.
bool may_read_more(PlannerInfo *root, RangeTblEntry *rte, List *conditions)
{
    if (has_effects(conditions) || (!wants_all(root) && contain_leaked_vars(reinterpret_cast<Node *>(conditions))))
        return false;
    switch (rte->rtekind) {
    case RTE_RELATION:
    case RTE_FUNCTION: // all its rows are made at once
        return true;
    case RTE_SUBQUERY:
        return wants_all(root) && !has_effects(rte->subquery);
    case RTE_VALUES:
        return wants_all(root) && !has_effects(rte->values_lists);
    case RTE_CTE: {
        Query *query = query_of_cte(root, rte);
        return wants_all(root) && query && !has_effects(query);
    }
    default:
        return false;
    }
}

// ---- paths and plans -------------------------------------------------------------------------

set_rel_pathlist_hook_type next_hook = nullptr;

Plan *make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *children);
const CustomPathMethods path_methods = {"relate look-ahead", make_plan, nullptr};

// For these a part of the rows is planned, if not by their setting.
bool may_be_cursor(PlannerInfo *root)
{
    bool is_part = root->tuple_fraction > 0 && root->tuple_fraction < 1;
    return root->query_level == 1 && (is_part || (wants_all(root) && cursor_tuple_fraction >= 1));
}

bool may_take_ahead(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte)
{
    CmdType command = root->parse->commandType;
    return is_asking(root) && rel->reloptkind == RELOPT_BASEREL && !rte->inh && rel->rows > 1 &&
           (command == CMD_SELECT || command == CMD_INSERT) && !root->parse->rowMarks && !may_be_cursor(root) &&
           root->qual_security_level == 0 && !root->hasPseudoConstantQuals;
}

List *columns_in(List *expressions)
{
    return pull_var_clause(reinterpret_cast<Node *>(expressions), PVC_INCLUDE_PLACEHOLDERS);
}

// Of which the scan gives the argument, as it is.
Array<Call> calls_of(PlannerInfo *root, RelOptInfo *rel, const Conditions &conditions)
{
    List *columns = list_concat(columns_in(rel->reltarget->exprs), columns_in(conditions.move));
    Array<Call> calls;
    Calls all(root, rel->relid);
    for (const Call &call : all.in_query(root->parse).found()) {
        ListCell *cell;
        foreach (cell, columns)
            if (auto *node = static_cast<Node *>(lfirst(cell)); IsA(node, Var)) {
                auto *column = reinterpret_cast<Var *>(node), *wanted = column_below_casts(call.argument);
                if (column->varno == wanted->varno && column->varattno == wanted->varattno) {
                    calls.push(call);
                    break;
                }
            }
    }
    return calls;
}

// Whose plan gives more columns, and asks fewer conditions, when it is told to.
bool is_plain_scan(const Path *path)
{
    switch (path->pathtype) {
    case T_SeqScan:
    case T_IndexScan:
    case T_IndexOnlyScan:
    case T_BitmapHeapScan:
    case T_SubqueryScan:
    case T_FunctionScan:
    case T_ValuesScan:
    case T_CteScan:
        return !path->param_info && !IsA(path, CustomPath);
    default:
        return false;
    }
}

void put_above(List *paths)
{
    ListCell *cell;
    foreach (cell, paths) {
        auto *below = static_cast<Path *>(lfirst(cell));
        if (!is_plain_scan(below))
            continue;
        auto *path = makeNode(CustomPath);
        path->path = *below;
        path->path.type = T_CustomPath;
        path->path.pathtype = T_CustomScan;
        path->path.parallel_aware = false;
        path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
        path->custom_paths = list_make1(below);
        path->methods = &path_methods;
        lfirst(cell) = path;
    }
}

void offer_paths(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
    if (next_hook)
        next_hook(root, rel, rti, rte);
    if (!may_take_ahead(root, rel, rte))
        return;
    Conditions conditions = divide(root, rti, extract_actual_clauses(rel->baserestrictinfo, false));
    if (calls_of(root, rel, conditions).empty() || !may_read_more(root, rte, conditions.stay))
        return;
    put_above(rel->pathlist);
    put_above(rel->partial_pathlist);
}

// And the columns that these are made of.
List *with_columns_of(List *targets, List *expressions)
{
    List *all = list_copy(targets);
    ListCell *cell;
    foreach (cell, columns_in(expressions)) {
        auto *column = static_cast<Expr *>(lfirst(cell));
        auto place = static_cast<AttrNumber>(list_length(all) + 1);
        if (!tlist_member(column, all))
            all = lappend(all, makeTargetEntry(static_cast<Expr *>(copyObjectImpl(column)), place, nullptr, false));
    }
    return all;
}

// The scan asks fewer conditions then, and has more rows.
void take_conditions(PlannerInfo *root, Index relation, Plan *scan, List *conditions)
{
    Selectivity share = clauselist_selectivity(root, conditions, static_cast<int>(relation), JOIN_INNER, nullptr);
    scan->plan_rows = clamp_row_est(scan->plan_rows / std::max(share, 1e-6));
    scan->qual = list_difference(scan->qual, conditions);
}

Plan *make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *children)
{
    Conditions conditions = divide(root, rel->relid, extract_actual_clauses(clauses, false));
    LookAheadPlan look_ahead = {NIL, NIL, wants_all(root), static_cast<int>(std::clamp(root->limit_tuples, -1.0, 1e9))};
    List *arguments = NIL;
    for (const Call &one : calls_of(root, rel, conditions)) {
        look_ahead.functions = lappend_oid(look_ahead.functions, one.call->funcid);
        look_ahead.locations = lappend_int(look_ahead.locations, one.call->location);
        arguments = lappend(arguments, one.argument);
    }
    auto *below = linitial_node(Plan, children);
    take_conditions(root, rel->relid, below, conditions.move);
    below->targetlist = with_columns_of(below->targetlist, list_concat_copy(conditions.move, arguments));
    auto *scan = makeNode(CustomScan);
    scan->scan.plan.targetlist = tlist;
    scan->scan.plan.qual = conditions.move;
    scan->flags = path->flags;
    scan->custom_plans = children;
    scan->custom_exprs = arguments;
    scan->custom_private = look_ahead.as_list();
    scan->custom_scan_tlist = static_cast<List *>(copyObjectImpl(below->targetlist));
    scan->methods = &look_ahead_methods;
    return &scan->scan.plan;
}

} // namespace

void init_look_ahead_paths()
{
    next_hook = set_rel_pathlist_hook;
    set_rel_pathlist_hook = offer_paths;
}

} // namespace relate::pg
