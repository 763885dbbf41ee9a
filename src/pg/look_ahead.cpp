// See look_ahead.h. How the plan node "relate look-ahead" takes rows ahead.
//
// It takes one row, then sixteen, and so on, as long as calls come for them: each of these is
// told more and more of those behind it, as long as these come, too. Where not all rows are
// wanted, it takes no more than it has given. So a query with LIMIT reads few rows more
// than it needs, and where a function is asked now and then, nothing is taken ahead. In a
// SERIALIZABLE transaction always one, for there each row read may be a conflict.
//
// Memory: rows taken ahead lie in a context that is reset before the next ones, no more
// than a megabyte or half of work_mem; the arguments told last in the per-tuple memory of
// an expression context of their own. Nodes at work are in a list, from which the end of
// the query's memory removes them, also after an error.
#include "pg/look_ahead.h"

#include "pg/look_ahead_node.h"
#include "pg/memory.h"
#include "pg/plan_node.h"

namespace relate::pg {

namespace {

constexpr size_t most_rows = 16384, growth = 16, most_bytes = size_t{1} << 20;

// One place in the query that calls such a function.
struct Place {
    Oid function;
    int location; // in its text; -1 where that is not known, as in views and parallel workers
    ExprState *argument;
    int column;               // of the row, which is that argument
    const FmgrInfo *caller;   // once it has asked
    size_t at_once;           // rows to be told of
    double calls;             // since it was told last
    double told_at, told_to;  // of which row of which rows it was told last, by number

    bool may_be(const FmgrInfo &other) const
    {
        auto *call = reinterpret_cast<FuncExpr *>(other.fn_expr);
        if (caller || other.fn_oid != function || !call || !IsA(call, FuncExpr))
            return false;
        return location < 0 || call->location < 0 || call->location == location;
    }
    void begin()
    {
        at_once = 1;
        calls = told_at = told_to = 0;
    }
};

struct LookAhead {
    CustomScanState css; // the server's part comes first
    LookAhead *next;     // at work
    MemoryContext query;
    LookAheadPlan plan;
    double expected;      // rows in all; 0 if not all may come
    Array<Place> places;
    Array<Datum> told;    // last
    ExprContext *context; // of these arguments
    TupleTableSlot *slot; // the same
    MemoryContext memory; // of rows
    Array<MinimalTuple> rows; // taken ahead
    size_t at;                // so many of them have been given
    size_t most;              // to be taken at once
    double given;             // rows since the beginning
    bool is_asked;            // of the rows taken last
    bool is_end;              // of the scan below

    PlanState *below() { return linitial_node(PlanState, css.custom_ps); }
    bool is_filling() const { return at == 0 && !rows.empty(); }
    void forget_rows()
    {
        rows.clear();
        MemoryContextReset(memory);
        at = 0;
    }
    void begin()
    {
        most = 1;
        given = 0;
        is_asked = is_end = false;
        for (Place &place : places)
            place.begin();
    }
};

LookAhead *at_work = nullptr;

void remove_from_work(void *argument)
{
    for (LookAhead **place = &at_work; *place; place = &(*place)->next)
        if (*place == argument) {
            *place = (*place)->next;
            return;
        }
}

LookAhead *look_ahead_of(CustomScanState *node) { return reinterpret_cast<LookAhead *>(node); }

// ---- the life of the node ------------------------------------------------------------------

void begin(CustomScanState *node, EState *estate, int flags)
{
    LookAhead *ahead = look_ahead_of(node);
    auto *scan = castNode(CustomScan, node->ss.ps.plan);
    node->custom_ps = list_make1(ExecInitNode(linitial_node(Plan, scan->custom_plans), estate, flags));
    ahead->plan = LookAheadPlan::of(scan);
    for (int i = 0; i < list_length(scan->custom_exprs); ++i) {
        auto *argument = static_cast<Node *>(list_nth(scan->custom_exprs, i));
        ahead->places.push({list_nth_oid(ahead->plan.functions, i), list_nth_int(ahead->plan.locations, i),
                            ExecInitExpr(reinterpret_cast<Expr *>(argument), &node->ss.ps),
                            column_below_casts(argument)->varattno - 1, nullptr, 1, 0, 0, 0});
    }
    ahead->expected = ahead->plan.wants_all ? ahead->below()->plan->plan_rows : 0;
    ahead->query = estate->es_query_cxt;
    ahead->memory = AllocSetContextCreate(ahead->query, "relate look-ahead", ALLOCSET_SMALL_SIZES);
    ahead->context = CreateExprContext(estate);
    ahead->slot = ExecInitExtraTupleSlot(estate, node->ss.ss_ScanTupleSlot->tts_tupleDescriptor, &TTSOpsVirtual);
    ahead->begin();
    auto *removal = static_cast<MemoryContextCallback *>(palloc0(sizeof(MemoryContextCallback)));
    removal->func = remove_from_work;
    removal->arg = ahead;
    MemoryContextRegisterResetCallback(ahead->query, removal);
    ahead->next = std::exchange(at_work, ahead);
}

void rescan(CustomScanState *node)
{
    LookAhead *ahead = look_ahead_of(node);
    PlanState *below = ahead->below();
    if (node->ss.ps.chgParam)
        UpdateChangedParamSet(below, node->ss.ps.chgParam);
    if (!below->chgParam)
        ExecReScan(below);
    ExecScanReScan(&node->ss);
    ahead->forget_rows();
    ahead->begin();
}

void end(CustomScanState *node)
{
    LookAhead *ahead = look_ahead_of(node);
    ExecClearTuple(node->ss.ss_ScanTupleSlot);
    ahead->forget_rows();
    remove_from_work(ahead);
    ExecEndNode(ahead->below());
}

void explain(CustomScanState *node, List *ancestors, ExplainState *es)
{
    List *context = set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, ancestors);
    bool prefix = list_length(es->rtable) > 1 || es->verbose;
    List *expressions = list_concat_unique(NIL, castNode(CustomScan, node->ss.ps.plan)->custom_exprs), *arguments = NIL;
    ListCell *cell;
    foreach (cell, expressions)
        arguments = lappend(arguments, deparse_expression(static_cast<Node *>(lfirst(cell)), context, prefix, false));
    ExplainPropertyList("Looks Ahead At", arguments, es);
}

// ---- rows ----------------------------------------------------------------------------------

// As it is, for a virtual slot.
TupleTableSlot *borrowed(TupleTableSlot *row, TupleTableSlot *slot)
{
    slot_getallattrs(row);
    ExecClearTuple(slot);
    memcpy(slot->tts_values, row->tts_values, sizeof(Datum) * static_cast<size_t>(row->tts_nvalid));
    memcpy(slot->tts_isnull, row->tts_isnull, sizeof(bool) * static_cast<size_t>(row->tts_nvalid));
    return ExecStoreVirtualTuple(slot);
}

// So many rows are to be taken next.
size_t next_count(LookAhead *ahead)
{
    if (IsolationIsSerializable())
        return 1;
    ahead->most = std::exchange(ahead->is_asked, false) ? std::min(most_rows, ahead->most * growth) : 1;
    if (ahead->plan.wants_all)
        return ahead->most;
    double most = ahead->given;
    if (ahead->plan.limit_tuples > most)
        most = std::min(most, ahead->plan.limit_tuples - most);
    return std::clamp<size_t>(static_cast<size_t>(most), 1, ahead->most);
}

void take_rows(LookAhead *ahead, size_t count)
{
    size_t bytes = 0, enough = std::min(most_bytes, static_cast<size_t>(work_mem) * 1024 / 2);
    while (ahead->rows.size() < count && bytes < enough) {
        TupleTableSlot *row = ExecProcNode(ahead->below());
        if (TupIsNull(row)) {
            ahead->is_end = true;
            return;
        }
        MinimalTuple taken = in_context(ahead->memory, [&] { return ExecCopySlotMinimalTuple(row); });
        in_context(ahead->query, [&] { ahead->rows.push(taken); });
        bytes += taken->t_len;
    }
}

// From those taken ahead; where there is no call for that, as the scan gives it.
TupleTableSlot *next_row(LookAhead *ahead)
{
    TupleTableSlot *slot = ahead->css.ss.ss_ScanTupleSlot;
    if (ahead->at == ahead->rows.size() && !ahead->is_end) {
        size_t count = next_count(ahead);
        ahead->forget_rows();
        if (count == 1) {
            TupleTableSlot *row = ExecProcNode(ahead->below());
            ahead->is_end = TupIsNull(row);
            ahead->given += !ahead->is_end;
            return ahead->is_end ? ExecClearTuple(slot) : borrowed(row, slot);
        }
        take_rows(ahead, count);
    }
    if (ahead->at == ahead->rows.size())
        return ExecClearTuple(slot);
    ExecForceStoreMinimalTuple(ahead->rows[ahead->at++], slot, false);
    ++ahead->given;
    return slot;
}

TupleTableSlot *execute(CustomScanState *node)
{
    return projected_row(node, [ahead = look_ahead_of(node)] { return next_row(ahead); });
}

// ---- calls ---------------------------------------------------------------------------------

// 0 also where it would first have to be fetched or unpacked.
Datum argument_in(LookAhead *ahead, const Place &place, MinimalTuple row)
{
    TupleTableSlot *slot = ahead->slot;
    ExecForceStoreMinimalTuple(row, slot, false);
    bool is_null = slot->tts_isnull[place.column];
    if (is_null || (TupleDescAttr(slot->tts_tupleDescriptor, place.column)->attlen == -1 &&
                    VARATT_IS_EXTENDED(DatumGetPointer(slot->tts_values[place.column])) &&
                    !VARATT_IS_SHORT(DatumGetPointer(slot->tts_values[place.column]))))
        return 0;
    ahead->context->ecxt_scantuple = slot;
    Datum argument = ExecEvalExprSwitchContext(place.argument, ahead->context, &is_null);
    return is_null ? 0 : argument;
}

// So many of the rows that follow.
std::span<const Datum> arguments_of(LookAhead *ahead, Place &place, size_t count)
{
    ResetExprContext(ahead->context);
    ahead->told.clear();
    for (size_t i = 0; i < count; ++i) {
        Datum argument = argument_in(ahead, place, ahead->rows[ahead->at + i]);
        in_context(ahead->query, [&] { ahead->told.push(argument); });
    }
    return ahead->told.view();
}

// What a call is told: more than the one before, if most of the rows that was told of were asked for.
ComingCalls tell(LookAhead *ahead, Place &place)
{
    if (ahead->is_filling())
        return {}; // the scan itself asks, in a condition that has stayed
    ++place.calls;
    ahead->is_asked = true;
    if (ahead->given <= place.told_to)
        return {};
    double use = place.calls / (ahead->given - place.told_at);
    place.at_once = use < 0.5 ? std::max<size_t>(1, place.at_once / growth) : std::min(most_rows, place.at_once * growth);
    size_t count = std::min(place.at_once, ahead->rows.size() - ahead->at);
    place.calls = 0;
    place.told_at = ahead->given;
    place.told_to = ahead->given + static_cast<double>(count);
    return {arguments_of(ahead, place, count), std::max(0.0, ahead->expected - place.told_to) * std::min(1.0, use)};
}

// That of the caller; one that nobody has asked for yet may be his.
Place *place_of(LookAhead *ahead, const FmgrInfo *caller)
{
    for (Place &place : ahead->places)
        if (place.caller == caller)
            return &place;
    for (Place &place : ahead->places)
        if (place.may_be(*caller)) {
            place.caller = caller;
            return &place;
        }
    return nullptr;
}

constexpr CustomExecMethods execution_methods = [] {
    CustomExecMethods methods = {};
    methods.CustomName = "relate look-ahead";
    methods.BeginCustomScan = begin;
    methods.ExecCustomScan = execute;
    methods.EndCustomScan = end;
    methods.ReScanCustomScan = rescan;
    methods.ExplainCustomScan = explain;
    return methods;
}();

Node *make_state(CustomScan *)
{
    Node *node = newNode(sizeof(LookAhead), T_CustomScanState);
    reinterpret_cast<LookAhead *>(node)->css.methods = &execution_methods;
    return node;
}

} // namespace

const CustomScanMethods look_ahead_methods = {"relate look-ahead", make_state};

ComingCalls coming_calls(FunctionCallInfo fcinfo)
{
    for (LookAhead *ahead = at_work; ahead; ahead = ahead->next)
        if (ahead->query == fcinfo->flinfo->fn_mcxt)
            if (Place *place = place_of(ahead, fcinfo->flinfo))
                return tell(ahead, *place);
    return {};
}

void init_look_ahead()
{
    RegisterCustomScanMethods(&look_ahead_methods);
    init_look_ahead_paths();
}

} // namespace relate::pg
