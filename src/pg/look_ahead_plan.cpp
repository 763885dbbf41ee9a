// See look_ahead.h. Where the plan node "relate look-ahead" stands.
//
// The plain scans of a relation (table, subquery, function, VALUES, CTE) get such a node
// above them, where the query calls a function of ours with an argument that is one of the
// relation's columns, in a cast that cannot fail: in its conditions, its SELECT list, or in a
// subquery or function that it joins with LATERAL.
//
// Nobody may notice that rows are read before their turn. So conditions with such a call
// move from the scan up to the node, and with them those that are dearer, could fail, or
// have effects; there is no node where rows are locked or changed, where the scan itself has
// effects, below row security (there it matters in which order conditions are asked),
// and in cursors (which may be scanned backwards, or name their row in WHERE CURRENT OF). What
// remains: rows of a subquery, CTE or VALUES that the query then does not come to may be made, so that it
// fails for them, and random numbers are drawn in another order.
//
// No node stands above partitioned tables, nor where a scan depends on rows of others.
#include "pg/look_ahead.h"
#include "pg/look_ahead_node.h"

#include "pg/cleanup.h"
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

// From one type of integers or texts to another, or to a key, as functions of that schema make them.
bool is_safe_cast(FuncExpr *cast, Oid schema)
{
    switch (cast->funcid) {
    case F_INT4_INT2:
    case F_INT8_INT2:
    case F_INT8_INT4:
    case F_TEXT_BPCHAR:
        return true;
    default:
        return get_func_namespace(cast->funcid) == schema && strcmp(get_func_name(cast->funcid), "record_key") == 0;
    }
}

// Null where it is not one, or a cast may fail.
Var *column_in(Node *argument, Oid schema)
{
    for (Node *cast = argument; cast; cast = below_cast(cast))
        if (IsA(cast, FuncExpr) && !is_safe_cast(reinterpret_cast<FuncExpr *>(cast), schema))
            return nullptr;
    return column_below_casts(argument);
}

// What the parameters of a subquery that is planned already stand for in the query around it.
class Parameters {
public:
    explicit Parameters(const SubPlan *subplan)
    {
        for (int i = 0; i < list_length(subplan->parParam); ++i)
            known_.push({list_nth_int(subplan->parParam, i), static_cast<Node *>(list_nth(subplan->args, i))});
    }
    explicit Parameters(const RelOptInfo *subquery)
    {
        ListCell *cell;
        foreach (cell, subquery->subplan_params) {
            auto *item = static_cast<PlannerParamItem *>(lfirst(cell));
            known_.push({item->paramId, item->item});
        }
    }

    bool empty() const { return known_.empty(); }
    // Columns of the subquery itself mean nothing there.
    Node *replaced_in(Node *expression)
    {
        return contain_var_clause(expression) ? nullptr : replace(expression, this);
    }

private:
    struct Known {
        int id;
        Node *expression;
    };

    static Node *replace(Node *node, void *self) { return static_cast<Parameters *>(self)->replace(node); }
    Node *replace(Node *node)
    {
        if (node && IsA(node, Param) && reinterpret_cast<Param *>(node)->paramkind == PARAM_EXEC)
            for (const Known &one : known_)
                if (one.id == reinterpret_cast<Param *>(node)->paramid)
                    return static_cast<Node *>(copyObjectImpl(one.expression));
        return change_expression(node, replace, this);
    }

    Array<Known> known_;
};

struct Call {
    FuncExpr *call;
    Node *argument; // as an expression of the relation
};

// Calls whose argument is a column of the relation; also in the query's subqueries, one level deep.
class Calls {
public:
    Calls(PlannerInfo *root, Index relation) : root_(root), relation_(relation) {}

    Calls &in_query()
    {
        walk_query(root_->parse, visit, this);
        for (int i = 1; i < root_->simple_rel_array_size; ++i)
            if (const RelOptInfo *rel = root_->simple_rel_array[i]; rel && rel->rtekind == RTE_SUBQUERY && rel->subroot)
                visit_planned(rel->subroot, Parameters(rel));
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
        if (!node || IsA(node, Query)) // which is planned apart
            return false;
        if (IsA(node, SubPlan)) {
            auto *subplan = reinterpret_cast<SubPlan *>(node);
            visit_planned(list_nth_node(PlannerInfo, root_->glob->subroots, subplan->plan_id - 1), Parameters(subplan));
        }
        if (IsA(node, FuncExpr))
            consider(reinterpret_cast<FuncExpr *>(node));
        return walk_expression(node, visit, this);
    }

    void visit_planned(PlannerInfo *subquery, Parameters parameters)
    {
        if (parameters_ || parameters.empty())
            return;
        parameters_ = &parameters;
        walk_query(subquery->parse, visit, this);
        parameters_ = nullptr;
    }

    void consider(FuncExpr *call)
    {
        int wanted = argument_known(call->funcid);
        if (wanted < 0 || wanted >= list_length(call->args))
            return;
        auto *argument = static_cast<Node *>(list_nth(call->args, wanted));
        argument = parameters_ ? parameters_->replaced_in(argument) : static_cast<Node *>(copyObjectImpl(argument));
        Var *column = column_in(argument, get_func_namespace(call->funcid));
        if (!column || static_cast<Index>(column->varno) != relation_ || column->varlevelsup != 0 || is_found(call))
            return;
        forget_nulling(column);
        found_.push({call, argument});
    }

    bool is_found(FuncExpr *call) const
    {
        return std::any_of(found_.begin(), found_.end(), [&](const Call &other) {
            return other.call->location == call->location && equal(other.call, call);
        });
    }

    PlannerInfo *root_;
    Index relation_;
    Parameters *parameters_ = nullptr; // of the subquery in which we are
    Array<Call> found_;
};

// ---- conditions ----------------------------------------------------------------------------

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

struct Conditions {
    List *stay = NIL, *move = NIL; // in their order
};

Conditions divide(PlannerInfo *root, Index relation, List *conditions)
{
    List *calling = NIL;
    double cheapest = std::numeric_limits<double>::infinity();
    ListCell *cell;
    foreach (cell, conditions)
        if (auto *condition = static_cast<Node *>(lfirst(cell)); !Calls(root, relation).in_condition(condition).found().empty()) {
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

// And not only the first of its rows: as far as this query tells, for others may stand around it.
bool wants_all(PlannerInfo *root) { return root->tuple_fraction == 0; }

// Whether rows may be read before their turn.
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

// ---- paths and plans -------------------------------------------------------------------------

set_rel_pathlist_hook_type next_hook = nullptr;

Plan *make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *children);
const CustomPathMethods path_methods = {"relate look-ahead", make_plan, nullptr};

// How the statement at work is planned; -1 where our hook has not been asked, for its planning has loaded the library.
int cursor_options = -1;
planner_hook_type next_planner = nullptr;

PlannedStmt *plan(Query *query, const char *text, int options, ParamListInfo parameters)
{
    PlannedStmt *planned = nullptr;
    int outer = std::exchange(cursor_options, options);
    with_cleanup([&] { planned = (next_planner ? next_planner : standard_planner)(query, text, options, parameters); },
                 [&] { cursor_options = outer; });
    return planned;
}

bool may_be_cursor(PlannerInfo *root)
{
    if (cursor_options >= 0)
        return cursor_options & (CURSOR_OPT_FAST_PLAN | CURSOR_OPT_SCROLL);
    return root->query_level == 1 && root->tuple_fraction > 0 && root->tuple_fraction < 1;
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
    for (const Call &call : all.in_query().found()) {
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
    if (calls_of(root, rel, conditions).empty() || !may_read_ahead(root, rte, conditions.stay))
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
    auto *below = linitial_node(Plan, children);
    Conditions conditions = divide(root, rel->relid, extract_actual_clauses(clauses, false));
    conditions.move = list_intersection(conditions.move, below->qual); // not what an index knows
    LookAheadPlan look_ahead = {NIL, NIL, wants_all(root), static_cast<int>(std::clamp(root->limit_tuples, -1.0, 1e9))};
    List *arguments = NIL;
    for (const Call &one : calls_of(root, rel, conditions)) {
        look_ahead.functions = lappend_oid(look_ahead.functions, one.call->funcid);
        look_ahead.locations = lappend_int(look_ahead.locations, one.call->location);
        arguments = lappend(arguments, one.argument);
    }
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
    next_planner = planner_hook;
    planner_hook = plan;
}

} // namespace relate::pg
