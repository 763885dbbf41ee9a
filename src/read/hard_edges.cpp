// See hard_edges.h. Probes go through the readers of hard_links.h; a pass goes
// along the index where its order is that of the keys, below SQL, and takes no
// memory; else it reads all by SQL and sorts.
#include "read/hard_edges.h"

#include "key/key_datum.h"
#include "pg/memory.h"
#include "read/hard_links.h"

namespace relate {

namespace {

struct Edge {
    size_t near_place;
    Datum near, far;
};

constexpr size_t keys_at_once = 1000;
constexpr double sorted_edge_bytes = 120;

} // namespace

HardEdges::HardEdges(const Ways &ways, const RelationshipType &type, Side near)
    : workspace_(*ways.workspace), as_of_(ways.as_of), type_(type), near_(near),
      near_module_(ways.workspace->module(type.side(near).module_id)),
      far_module_(ways.workspace->module(type.side(other(near)).module_id)), via_(type.id, near == Side::target)
{
}

bool HardEdges::probe(std::span<const graph::Record> near, TakeFar take)
{
    if (!is_served())
        return true;
    auto take_far = [&](size_t place, KeyBytes far) { return take(place, {far_module_->id, far}, via_); };
    if (std::optional<bool> more = probe_integers(workspace_, type_, near_, near, take_far, place_))
        return *more;
    Datum id = Int32GetDatum(type_.id);
    WantedTypes types[2] = {{false, {}}, {false, {}}};
    types[static_cast<int>(near_)].ids = {&id, 1};
    MemoryContext caller = CurrentMemoryContext;
    MemoryContext memory = AllocSetContextCreate(caller, "relate hard edges", ALLOCSET_SMALL_SIZES);
    bool goes_on = true;
    for (size_t first = 0; goes_on && first < near.size();) {
        pg::Array<Edge> edges;
        pg::Array<size_t> places;
        pg::in_context(memory, [&] {
            pg::Array<Datum> keys;
            for (; first < near.size() && keys.size() < keys_at_once; ++first)
                if (near[first].module_id == near_module_->id) {
                    keys.push(key_datum(near[first].key));
                    places.push(first);
                }
            RelatedQuery query = {.workspace = &workspace_,
                                  .module = near_module_,
                                  .keys = keys.view(),
                                  .types = {types[0], types[1]},
                                  .as_of = as_of_,
                                  .show = Show::current,
                                  .max_rows = std::nullopt,
                                  .without_attributes = true};
            read_hard_links(query, 0, keys.size(), [&](const RelatedRow &row) {
                pg::in_context(memory, [&] { edges.push({places[row.from], 0, datumCopy(row.key, false, -1)}); });
                return true;
            });
            std::sort(edges.begin(), edges.end(), [](const Edge &a, const Edge &b) {
                return a.near_place != b.near_place ? a.near_place < b.near_place : compare_key_datums(a.far, b.far) < 0;
            });
        });
        for (const Edge &edge : edges)
            if (goes_on)
                goes_on = take(edge.near_place, {far_module_->id, key_bytes(edge.far)}, via_);
        MemoryContextReset(memory);
    }
    MemoryContextDelete(memory);
    return goes_on;
}

bool HardEdges::pass(TakeEdge take, TakeRun take_run)
{
    if (!is_served())
        return true;
    auto take_pair = [&](KeyBytes near, KeyBytes far) {
        return take({near_module_->id, near}, {far_module_->id, far}, via_);
    };
    auto take_pairs = [&](std::span<const graph::IntegerPair> pairs) {
        return take_run({near_module_->id, far_module_->id, via_, pairs});
    };
    if (std::optional<bool> goes_on = pass_in_order(workspace_, type_, near_, as_of_, take_pair, take_pairs))
        return *goes_on;
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "relate hard edges", ALLOCSET_DEFAULT_SIZES);
    pg::Array<Edge> edges;
    for_each_hard_link({&workspace_, &type_, std::nullopt, std::nullopt, false}, [&](const HardLink &link) {
        bool holds = (!link.start_date || *link.start_date <= as_of_) && (!link.end_date || *link.end_date >= as_of_);
        if (holds)
            pg::in_context(memory, [&] {
                Datum source = datumCopy(link.source_key, false, -1), target = datumCopy(link.target_key, false, -1);
                edges.push(near_ == Side::source ? Edge{0, source, target} : Edge{0, target, source});
            });
        return true;
    });
    std::sort(edges.begin(), edges.end(), [](const Edge &a, const Edge &b) {
        int order = compare_key_datums(a.near, b.near);
        return order ? order < 0 : compare_key_datums(a.far, b.far) < 0;
    });
    bool goes_on = true;
    for (const Edge &edge : edges)
        if (goes_on)
            goes_on = take_pair(key_bytes(edge.near), key_bytes(edge.far));
    MemoryContextDelete(memory);
    return goes_on;
}

std::optional<graph::Via> HardEdges::only_via() const
{
    return via_;
}

double HardEdges::probe_cost(std::span<const graph::Record> near, double further_edges)
{
    if (!is_served())
        return 0;
    return cost_of_integer_probes(workspace_, type_, near_, near, further_edges * edge_cost)
        .value_or(Reader::probe_cost(near, further_edges));
}

void HardEdges::beside(const graph::Record &near, TakeNear take)
{
    integers_beside(workspace_, type_, near_, near, [&](KeyBytes key) { take({near_module_->id, key}); });
}

// In units of a probe. What must be sorted first has to fit into memory.
double HardEdges::pass_cost() const
{
    if (!is_served())
        return never;
    double rows = hard_link_estimate(workspace_, type_);
    if (rows < 0)
        return never;
    if (passes_in_order(workspace_, type_, near_))
        return cost_in_order(workspace_, type_, near_);
    return rows * sorted_edge_bytes > work_mem * 1024.0 ? never : 100 + rows * 0.5;
}

double HardEdges::pass_edges() const
{
    return is_served() ? std::max(0.0, hard_link_estimate(workspace_, type_)) : 0;
}

} // namespace relate
