// See look_ahead_plan.h. Calls that want to know rows ahead: their argument is a column of one
// relation, in a cast that cannot fail; in conditions, the SELECT list, or a subquery or function
// that is joined with LATERAL.
#include "pg/look_ahead.h"
#include "pg/look_ahead_node.h"
#include "pg/look_ahead_plan.h"

namespace relate::pg {

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

} // namespace

bool is_asking(PlannerInfo *root) { return std::ranges::find(asking, root->glob) != std::end(asking); }

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
    const Array<AskingCall> &found() const { return found_; }

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
        return std::any_of(found_.begin(), found_.end(), [&](const AskingCall &other) {
            return other.call->location == call->location && equal(other.call, call);
        });
    }

    PlannerInfo *root_;
    Index relation_;
    Parameters *parameters_ = nullptr; // of the subquery in which we are
    Array<AskingCall> found_;
};

} // namespace

Array<AskingCall> calls_in_query(PlannerInfo *root, Index relation) { return Calls(root, relation).in_query().found(); }

bool calls_in_condition(PlannerInfo *root, Index relation, Node *condition)
{
    return !Calls(root, relation).in_condition(condition).found().empty();
}

} // namespace relate::pg
