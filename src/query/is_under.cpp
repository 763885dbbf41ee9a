// relate.is_under and its kin: whether one record is above another.
//
// The ways up are kept between the calls of one statement (kept_walk.h), for these
// stand in conditions that are asked of every row.
#include "pg/look_ahead.h"
#include "query/hierarchy.h"
#include "query/kept_walk.h"

extern "C" {
Datum relate_is_under(PG_FUNCTION_ARGS);
Datum relate_is_under_or_equal(PG_FUNCTION_ARGS);
Datum relate_is_not_under(PG_FUNCTION_ARGS);
Datum relate_is_above(PG_FUNCTION_ARGS);
Datum relate_is_above_or_equal(PG_FUNCTION_ARGS);
}

namespace relate {

namespace {

using graph::Node;
using graph::no_node;

// Whether `ancestor` is above `record`.
bool is_above(KeptWalk &kept, const AskedRecord &record, const AskedRecord &ancestor)
{
    Node start = kept.node(record.record()), wanted = kept.same_node(ancestor.record());
    bool found = false, has_parent = false;
    kept.visit(start, any_depth, [&](Node node, uint32_t depth, Node parent) {
        has_parent = has_parent || parent != no_node;
        found = depth > 0 && node == wanted;
        return !found;
    });
    if (!has_parent)
        kept.require(record, start);
    if (!found)
        kept.require(ancestor, wanted);
    return found;
}

// The arguments of is_under and its kin: type, key, other key, as_of, and the
// modules of the two. `above` is whether the first is asked to be the upper one.
struct Answer {
    bool is_null, is_same, is_under;
};

Answer relation(FunctionCallInfo fcinfo, bool above, const char *other_module)
{
    HierarchyQuestion h = hierarchy_argument(fcinfo, 3);
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
        return {true, false, false};
    int lower = above ? 2 : 1, upper = above ? 1 : 2;
    const char *names[] = {"module", other_module};
    AskedRecord below = asked_record(module_argument(fcinfo, lower + 3, names[lower - 1], h, child_side(h.type)),
                                     PG_GETARG_DATUM(lower));
    AskedRecord top = asked_record(module_argument(fcinfo, upper + 3, names[upper - 1], h, parent_side(h.type)),
                                   PG_GETARG_DATUM(upper));
    if (is_same(below, top)) {
        require_record(below);
        return {false, true, false};
    }
    KeptWalk &kept = KeptWalk::upwards(fcinfo, h.workspace, h.type, h.as_of);
    kept.expect(fcinfo, *below.module);
    return {false, false, is_above(kept, below, top)};
}

} // namespace

void init_is_under()
{
    for (PGFunction function : {relate_is_under, relate_is_under_or_equal, relate_is_not_under})
        pg::look_ahead_at(function, 1);
    for (PGFunction function : {relate_is_above, relate_is_above_or_equal})
        pg::look_ahead_at(function, 2);
}

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_is_under);
Datum relate_is_under(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, false, "ancestor_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under);
}

PG_FUNCTION_INFO_V1(relate_is_under_or_equal);
Datum relate_is_under_or_equal(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, false, "ancestor_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under || found.is_same);
}

PG_FUNCTION_INFO_V1(relate_is_not_under);
Datum relate_is_not_under(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, false, "ancestor_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(!found.is_under);
}

PG_FUNCTION_INFO_V1(relate_is_above);
Datum relate_is_above(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, true, "descendant_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under);
}

PG_FUNCTION_INFO_V1(relate_is_above_or_equal);
Datum relate_is_above_or_equal(PG_FUNCTION_ARGS)
{
    relate::Answer found = relate::relation(fcinfo, true, "descendant_module");
    if (found.is_null)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(found.is_under || found.is_same);
}
}
