// relate.hierarchy_support: what the planner is told of the functions that walk relationships:
// how many rows they give, and that they would know their arguments ahead (pg/look_ahead.h).
//
// Rows from the size of `relationship` and what ANALYZE knows of its types; where a
// constant names the type, of that one, or of the table that it is stored in. Coarse on
// purpose: a walk's size depends on where it starts.
#include "catalog/storage.h"
#include "pg/access.h"
#include "pg/look_ahead.h"
#include "query/arguments.h"
#include "read/ways.h"

namespace relate {

namespace {

// Null where the argument is no constant.
const char *text_constant(List *arguments, int number)
{
    if (list_length(arguments) <= number || !IsA(list_nth(arguments, number), Const))
        return nullptr;
    auto *constant = reinterpret_cast<Const *>(list_nth(arguments, number));
    return constant->constisnull || constant->consttype != TEXTOID ? nullptr : TextDatumGetCString(constant->constvalue);
}

double rows_of_table(Oid table)
{
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(tuple))
        return -1;
    double rows = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples;
    ReleaseSysCache(tuple);
    return rows;
}

// What ANALYZE knows of a column, also of one with all partitions; or null.
HeapTuple statistics_of(Oid table, AttrNumber column)
{
    for (bool with_children : {false, true}) {
        HeapTuple tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(table), Int16GetDatum(column), BoolGetDatum(with_children));
        if (HeapTupleIsValid(tuple))
            return tuple;
    }
    return nullptr;
}

// The share of the rows that have this value of an int4 column; -1 where nothing is known.
double share_of(Oid table, AttrNumber column, int32 value)
{
    HeapTuple tuple = statistics_of(table, column);
    if (!tuple)
        return -1;
    double share = -1;
    AttStatsSlot slot;
    if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_MCV, InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS)) {
        share = 0.001;
        for (int i = 0; i < slot.nvalues; ++i)
            if (DatumGetInt32(slot.values[i]) == value)
                share = slot.numbers[i];
        free_attstatsslot(&slot);
    }
    ReleaseSysCache(tuple);
    return share;
}

// Of rows that have a value there.
double share_with_value(Oid table, AttrNumber column)
{
    HeapTuple tuple = statistics_of(table, column);
    if (!tuple)
        return 1;
    double share = 1 - reinterpret_cast<Form_pg_statistic>(GETSTRUCT(tuple))->stanullfrac;
    ReleaseSysCache(tuple);
    return share;
}

// How many rows have the same value of a column, on average; -1 where nothing is known.
double rows_for_each(Oid table, AttrNumber column, double rows)
{
    HeapTuple tuple = statistics_of(table, column);
    if (!tuple)
        return -1;
    double distinct = reinterpret_cast<Form_pg_statistic>(GETSTRUCT(tuple))->stadistinct;
    ReleaseSysCache(tuple);
    if (distinct < 0)
        distinct *= -rows;
    return distinct < 1 ? -1 : std::max(1.0, rows / distinct);
}

struct Size {
    double relationships; // of the type, or all
    double fan_out;       // children of a parent, or relationships of a record
};

constexpr double usual_fan_out = 10;

// The first column with the key of that side.
AttrNumber column_of(const Storage &storage, Side side)
{
    const Reference &reference = storage.reference(side);
    return reference.is_joined() ? reference.columns[0].attribute : storage.side(side).key[0].attribute;
}

bool read_size_of_hard_links(const Workspace &workspace, const RelationshipType &type, Size &size)
{
    const Storage &storage = storage_of(workspace, type);
    double rows = OidIsValid(storage.table) ? rows_of_table(storage.table) : -1;
    if (rows <= 0)
        return false;
    AttrNumber source = column_of(storage, Side::source), target = column_of(storage, Side::target);
    double share = std::min(share_with_value(storage.table, source), share_with_value(storage.table, target));
    double fan_out = rows_for_each(storage.table, type.hierarchy == Hierarchy::source_is_parent ? source : target, rows);
    size.relationships = rows * share;
    size.fan_out = fan_out < 0 ? usual_fan_out : fan_out * share;
    return true;
}

bool read_size(const Workspace &workspace, const RelationshipType *type, Size &size)
{
    if (type && type->is_hard_link())
        return read_size_of_hard_links(workspace, *type, size);
    Oid table = workspace.relationship_table;
    double rows = rows_of_table(table);
    if (rows <= 0)
        return false;
    double share = type ? share_of(table, workspace.column.type_id, type->id) : 1;
    size.relationships = rows * (share < 0 ? 1 : share);
    AttrNumber near = type && type->hierarchy == Hierarchy::source_is_parent ? workspace.column.source_key
                                                                             : workspace.column.target_key;
    size.fan_out = rows_for_each(table, near, rows);
    if (size.fan_out < 0)
        size.fan_out = usual_fan_out;
    return true;
}

// The levels of a tree of n records.
double levels(double n, double fan)
{
    double depth = 1;
    for (double reach = fan; reach < n; reach *= fan)
        ++depth;
    return depth;
}

// The records below one that is half way between the root and the leaves.
double half_way(double n, double fan)
{
    double below = fan;
    while (below * below < n)
        below *= fan;
    return below;
}

double estimate(std::string_view function, const Size &size)
{
    double n = std::max(1.0, size.relationships), fan = std::max(1.5, size.fan_out);
    if (function == "ancestors")
        return std::min(n, levels(n, fan));
    if (function == "children" || function == "siblings")
        return std::min(n, fan);
    if (function == "descendants" || function == "hierarchy_tree")
        return half_way(n, fan);
    if (function == "hierarchy_roots")
        return std::max(1.0, std::min(100.0, n / fan));
    if (function == "network")
        return std::min(n, 4 * fan * fan);
    if (function == "connections_in_common")
        return std::min(n, 2 * fan);
    return -1;
}

double rows_of(FuncExpr *call)
{
    std::string_view function = get_func_name(call->funcid);
    // Planning must not fail where the function itself will say it better.
    const Workspace *workspace = current_workspace_if_any();
    if (!workspace)
        return -1;
    const RelationshipType *type = nullptr;
    if (function != "network" && function != "connections_in_common") {
        const char *name = text_constant(call->args, 0);
        type = name ? workspace->type(std::string_view(name)) : nullptr;
    }
    Size size;
    return read_size(*workspace, type, size) ? estimate(function, size) : -1;
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_hierarchy_support);
Datum relate_hierarchy_support(PG_FUNCTION_ARGS)
{
    auto *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
    if (IsA(request, SupportRequestSimplify)) {
        auto *simplified = reinterpret_cast<SupportRequestSimplify *>(request);
        relate::pg::look_ahead_for(simplified->root, simplified->fcall);
    }
    if (!IsA(request, SupportRequestRows))
        PG_RETURN_POINTER(nullptr);
    auto *wanted = reinterpret_cast<SupportRequestRows *>(request);
    if (!wanted->node || !IsA(wanted->node, FuncExpr))
        PG_RETURN_POINTER(nullptr);
    double rows = relate::rows_of(reinterpret_cast<FuncExpr *>(wanted->node));
    if (rows < 0)
        PG_RETURN_POINTER(nullptr);
    wanted->rows = rows < 1 ? 1 : rows;
    PG_RETURN_POINTER(request);
}
}
