// See ways.h.
#include "read/ways.h"

#include "pg/memory.h"
#include "read/direct.h"
#include "read/hard_edges.h"
#include "read/hard_links.h"
#include "read/links.h"

namespace relate {

namespace {

std::span<const RelationshipType *const> only(const RelationshipType &type)
{
    auto *types = palloc_array(const RelationshipType *, 1);
    types[0] = &type;
    return {types, 1};
}

template <class Thing, class... Arguments>
Thing *make(Arguments &&...arguments)
{
    return new (palloc(sizeof(Thing))) Thing(std::forward<Arguments>(arguments)...);
}

} // namespace

Side child_side(const RelationshipType &type)
{
    return type.hierarchy == Hierarchy::target_is_parent ? Side::source : Side::target;
}

static Ways one_way(const Workspace &workspace, const RelationshipType &type, DateADT as_of, Side near)
{
    Ways ways = {&workspace, as_of, {}};
    ways.types[static_cast<int>(near)] = only(type);
    return ways;
}

Ways upwards(const Workspace &workspace, const RelationshipType &type, DateADT as_of)
{
    return one_way(workspace, type, as_of, child_side(type));
}

Ways downwards(const Workspace &workspace, const RelationshipType &type, DateADT as_of)
{
    return one_way(workspace, type, as_of, parent_side(type));
}

Ways both_ways(const Workspace &workspace, std::span<const RelationshipType *const> types, DateADT as_of)
{
    return {&workspace, as_of, {types, types}};
}

// The types whose relationships are rows of our own table.
static Ways along_links(const Ways &ways)
{
    Ways links = {ways.workspace, ways.as_of, {}};
    for (Side near : {Side::source, Side::target}) {
        pg::Array<const RelationshipType *> types;
        for (const RelationshipType *type : ways.from(near))
            if (!type->is_hard_link())
                types.push(type);
        links.types[static_cast<int>(near)] = types.view();
    }
    return links;
}

OpenedWays::OpenedWays(const Ways &ways)
{
    Ways links = along_links(ways);
    bool has_links = !links.from(Side::source).empty() || !links.from(Side::target).empty();
    if (has_links)
        table_ = open_directly(*ways.workspace);
    for (Side near : {Side::source, Side::target}) {
        if (!links.from(near).empty()) {
            DirectLinks *direct = table_ ? DirectLinks::open(links, near, table_) : nullptr;
            direct_[static_cast<int>(near)] = direct;
            if (direct)
                add(direct);
            else
                add(make<SqlLinks>(links, near));
        }
        // Of several types, those that the caller may not read are passed over.
        bool is_asked_for = ways.from(near).size() == 1;
        for (const RelationshipType *type : ways.from(near))
            if (type->is_hard_link() && (is_asked_for || may_read_hard_links(*ways.workspace, *type)))
                add(make<HardEdges>(ways, *type, near));
    }
}

void OpenedWays::close()
{
    for (DirectLinks *links : direct_)
        if (links)
            links->close();
    if (table_)
        table_close(table_, NoLock);
}

} // namespace relate
