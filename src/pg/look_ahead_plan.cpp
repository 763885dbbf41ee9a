// See look_ahead.h. Where the plan node "relate look-ahead" stands.
//
// The plain scans of a relation (table, subquery, function, VALUES, CTE) get such a node
// above them, where the query calls a function that wants to know the rows to come
// (look_ahead_calls.cpp). Nobody may notice that rows are read before their turn: so some conditions
// move up to the node (look_ahead_conditions.cpp), and there is no node where rows are locked or
// changed, where the scan itself has effects, below row security (there it matters in which
// order conditions are asked), and in cursors (which may be scanned backwards, or name their row
// in WHERE CURRENT OF). Nor above partitioned tables, and where a scan depends on rows of others.
#include "pg/look_ahead_plan.h"

#include "pg/cleanup.h"
#include "pg/look_ahead_node.h"

namespace relate::pg {

namespace {

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
Array<AskingCall> calls_of(PlannerInfo *root, RelOptInfo *rel, const Conditions &conditions)
{
    List *columns = list_concat(columns_in(rel->reltarget->exprs), columns_in(conditions.move));
    Array<AskingCall> calls;
    for (const AskingCall &call : calls_in_query(root, rel->relid)) {
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
    for (const AskingCall &one : calls_of(root, rel, conditions)) {
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
