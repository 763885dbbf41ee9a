// A RowSource in FROM as a plan node ("Custom Scan" to the server).
//
// The server runs a function in FROM to its end, into a tuplestore, before it looks at
// the first row. Where one of our functions stands alone, this node takes the place of
// that Function Scan: same rows, same order, same estimates, same right (EXECUTE) asked
// for. WITH ORDINALITY, ROWS FROM with several functions, and queries that want the row
// as a whole (also for row locks, and FROM of an UPDATE) stay with the server's way.
//
// Memory: the source and its arguments lie in a context below the query's, reset when the
// arguments change. A rescan with the same arguments only rewinds.
#include "pg/row_source.h"

#include "pg/memory.h"
#include "pg/plan_node.h"

namespace relate::pg {

namespace {

struct Served {
    PGFunction function;
    OpenRows open;
};
constexpr int most_served = 16;
Served served[most_served];
int served_count = 0;

OpenRows opening(PGFunction function)
{
    for (const Served &one : std::span(served, served_count))
        if (one.function == function)
            return one.open;
    return nullptr;
}

// ---- planning ------------------------------------------------------------------------

set_rel_pathlist_hook_type next_hook = nullptr;

// The call, where it alone makes the rows of this relation.
FuncExpr *only_call(RangeTblEntry *rte)
{
    if (rte->rtekind != RTE_FUNCTION || rte->funcordinality || list_length(rte->functions) != 1)
        return nullptr;
    Node *call = linitial_node(RangeTblFunction, rte->functions)->funcexpr;
    return call && IsA(call, FuncExpr) ? reinterpret_cast<FuncExpr *>(call) : nullptr;
}

// Those that conditions and the rest of the query look at; 0 is the row as a whole.
Bitmapset *attributes_used(RelOptInfo *rel, List *conditions)
{
    Bitmapset *attributes = nullptr;
    pull_varattnos(reinterpret_cast<Node *>(rel->reltarget->exprs), rel->relid, &attributes);
    pull_varattnos(reinterpret_cast<Node *>(conditions), rel->relid, &attributes);
    return attributes;
}

bool wants_whole_row(RelOptInfo *rel)
{
    return bms_is_member(0 - FirstLowInvalidHeapAttributeNumber,
                         attributes_used(rel, extract_actual_clauses(rel->baserestrictinfo, false)));
}

Path *function_path(RelOptInfo *rel)
{
    auto *path = list_length(rel->pathlist) == 1 ? linitial_node(Path, rel->pathlist) : nullptr;
    return path && path->pathtype == T_FunctionScan ? path : nullptr;
}

Plan *make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *children);
const CustomPathMethods path_methods = {"relate", make_plan, nullptr};
Node *make_state(CustomScan *plan);
const CustomScanMethods scan_methods = {"relate", make_state};

void offer_path(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
    if (next_hook)
        next_hook(root, rel, rti, rte);
    FuncExpr *call = only_call(rte);
    if (!call || rel->reloptkind != RELOPT_BASEREL)
        return;
    FmgrInfo function;
    fmgr_info(call->funcid, &function);
    if (!opening(function.fn_addr) || function.fn_strict || wants_whole_row(rel))
        return;
    Path *replaced = function_path(rel);
    if (!replaced)
        return;
    auto *path = makeNode(CustomPath);
    path->path = *replaced;
    path->path.type = T_CustomPath;
    path->path.pathtype = T_CustomScan;
    path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
    path->methods = &path_methods;
    rel->pathlist = list_make1(path); // never worse, so there is no choice to make
}

// Only those wanted: then mostly nothing is left to be projected.
List *columns_of(Index rti, FuncExpr *call, WantedColumns wanted)
{
    TupleDesc row;
    Oid type;
    get_expr_result_type(reinterpret_cast<Node *>(call), &type, &row);
    List *columns = NIL;
    for (AttrNumber number = 1; number <= row->natts; ++number) {
        if (!wanted[number - 1])
            continue;
        Form_pg_attribute column = TupleDescAttr(row, number - 1);
        Var *var = makeVar(static_cast<int>(rti), number, column->atttypid, column->atttypmod, column->attcollation, 0);
        auto place = static_cast<AttrNumber>(list_length(columns) + 1);
        columns = lappend(columns, makeTargetEntry(reinterpret_cast<Expr *>(var), place, NameStr(column->attname), false));
    }
    return columns;
}

WantedColumns wanted_columns(RelOptInfo *rel, List *conditions)
{
    Bitmapset *attributes = attributes_used(rel, conditions);
    uint32 bits = 0;
    for (int i = -1; (i = bms_next_member(attributes, i)) >= 0;)
        bits |= uint32{1} << (i + FirstLowInvalidHeapAttributeNumber - 1);
    return WantedColumns(bits);
}

Plan *make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *)
{
    FuncExpr *call = only_call(root->simple_rte_array[rel->relid]);
    List *conditions = extract_actual_clauses(clauses, false);
    auto *scan = makeNode(CustomScan);
    scan->scan.plan.targetlist = tlist;
    scan->scan.plan.qual = conditions;
    scan->flags = path->flags;
    scan->custom_exprs = list_make1(call);
    WantedColumns wanted = wanted_columns(rel, conditions);
    scan->custom_private = list_make1(makeInteger(static_cast<int>(wanted.bits())));
    scan->custom_scan_tlist = columns_of(rel->relid, call, wanted);
    scan->methods = &scan_methods;
    return &scan->scan.plan;
}

// ---- execution -----------------------------------------------------------------------

struct RowSourceScan {
    CustomScanState css; // the server's part comes first
    FuncExpr *call;
    OpenRows open;
    FmgrInfo function;
    FunctionCallInfo arguments;
    List *argument_states;
    Bitmapset *parameters; // that the arguments depend on
    bool may_have_more;    // which cannot be told
    WantedColumns wanted;
    MemoryContext memory;
    RowSource *rows; // null until the first one is asked for
};

RowSourceScan *scan_of(CustomScanState *node) { return reinterpret_cast<RowSourceScan *>(node); }

void check_may_execute(Oid function)
{
    AclResult answer = check_right(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE);
    if (answer != ACLCHECK_OK)
        aclcheck_error(answer, OBJECT_FUNCTION, get_func_name(function));
    InvokeFunctionExecuteHook(function);
}

void begin(CustomScanState *node, EState *estate, int)
{
    RowSourceScan *scan = scan_of(node);
    auto *plan = castNode(CustomScan, node->ss.ps.plan);
    scan->call = linitial_node(FuncExpr, plan->custom_exprs);
    scan->wanted = WantedColumns(static_cast<uint32>(intVal(linitial(plan->custom_private))));
    check_may_execute(scan->call->funcid);
    fmgr_info_cxt(scan->call->funcid, &scan->function, estate->es_query_cxt);
    fmgr_info_set_expr(reinterpret_cast<Node *>(scan->call), &scan->function);
    scan->open = opening(scan->function.fn_addr);
    if (!scan->open)
        elog(ERROR, "function %u is no source of rows", scan->call->funcid);
    int count = list_length(scan->call->args);
    scan->arguments = static_cast<FunctionCallInfo>(palloc0(SizeForFunctionCallInfo(count)));
    InitFunctionCallInfoData(*scan->arguments, &scan->function, count, scan->call->inputcollid, nullptr, nullptr);
    scan->argument_states = ExecInitExprList(scan->call->args, &node->ss.ps);
    scan->parameters = pull_paramids(reinterpret_cast<Expr *>(scan->call));
    scan->may_have_more = contain_subplans(reinterpret_cast<Node *>(scan->call));
    scan->memory = AllocSetContextCreate(estate->es_query_cxt, "relate rows", ALLOCSET_DEFAULT_SIZES);
}

void evaluate_arguments(RowSourceScan *scan)
{
    int i = 0;
    ListCell *cell;
    foreach (cell, scan->argument_states) {
        NullableDatum &argument = scan->arguments->args[i++];
        argument.value = ExecEvalExpr(static_cast<ExprState *>(lfirst(cell)), scan->css.ss.ps.ps_ExprContext, &argument.isnull);
    }
}

void open_rows(RowSourceScan *scan)
{
    evaluate_arguments(scan);
    PgStat_FunctionCallUsage usage;
    pgstat_init_function_usage(scan->arguments, &usage);
    scan->rows = scan->open(scan->arguments, scan->wanted);
    pgstat_end_function_usage(&usage, true);
}

TupleTableSlot *next_row(ScanState *node)
{
    RowSourceScan *scan = scan_of(reinterpret_cast<CustomScanState *>(node));
    return in_context(scan->memory, [&]() -> TupleTableSlot * {
        if (!scan->rows)
            open_rows(scan);
        Columns row;
        TupleTableSlot *slot = node->ss_ScanTupleSlot;
        ExecClearTuple(slot);
        return scan->rows->next(row) ? row.put(slot, scan->wanted.bits()) : slot;
    });
}

TupleTableSlot *execute(CustomScanState *node)
{
    return projected_row(node, [node] { return next_row(&node->ss); });
}

void forget_rows(RowSourceScan *scan)
{
    ExecClearTuple(scan->css.ss.ss_ScanTupleSlot);
    scan->rows = nullptr;
    MemoryContextReset(scan->memory);
}

bool may_have_changed(RowSourceScan *scan)
{
    Bitmapset *changed = scan->css.ss.ps.chgParam;
    return bms_overlap(changed, scan->parameters) || (scan->may_have_more && changed);
}

void rescan(CustomScanState *node)
{
    RowSourceScan *scan = scan_of(node);
    ExecScanReScan(&node->ss);
    if (may_have_changed(scan))
        forget_rows(scan);
    else if (scan->rows)
        scan->rows->rewind();
}

void end(CustomScanState *node)
{
    RowSourceScan *scan = scan_of(node);
    forget_rows(scan);
    MemoryContextDelete(scan->memory);
}

void explain(CustomScanState *node, List *ancestors, ExplainState *es)
{
    List *context = set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, ancestors);
    bool prefix = list_length(es->rtable) > 1 || es->verbose;
    char *call = deparse_expression(reinterpret_cast<Node *>(scan_of(node)->call), context, prefix, false);
    ExplainPropertyText("Function Call", call, es);
}

constexpr CustomExecMethods execution_methods = [] {
    CustomExecMethods methods = {};
    methods.CustomName = "relate";
    methods.BeginCustomScan = begin;
    methods.ExecCustomScan = execute;
    methods.EndCustomScan = end;
    methods.ReScanCustomScan = rescan;
    methods.ExplainCustomScan = explain;
    return methods;
}();

Node *make_state(CustomScan *)
{
    Node *node = newNode(sizeof(RowSourceScan), T_CustomScanState);
    reinterpret_cast<RowSourceScan *>(node)->css.methods = &execution_methods;
    return node;
}

} // namespace

void scan_as_rows(PGFunction function, OpenRows open)
{
    Assert(served_count < most_served);
    served[served_count++] = {function, open};
}

void init_row_source_scan()
{
    RegisterCustomScanMethods(&scan_methods);
    next_hook = set_rel_pathlist_hook;
    set_rel_pathlist_hook = offer_path;
}

} // namespace relate::pg
