// The reader of a walk over one type that is stored in foreign key columns or a
// junction table, in one direction; see ways.h and hard_links.h.
#pragma once

#include "graph/reader.h"
#include "read/ways.h"

namespace relate {

class HardEdges final : public graph::Reader {
public:
    HardEdges(const Ways &ways, const RelationshipType &type, Side near);

    bool probe(std::span<const graph::Record> near, TakeFar take) override;
    bool pass(TakeEdge take, TakeRun take_run) override;
    std::optional<graph::Via> only_via() const override;
    double probe_cost(std::span<const graph::Record> near, double further_edges) override;
    std::uint64_t place() const override { return place_; }
    void beside(const graph::Record &near, TakeNear take) override;
    double pass_cost() const override;
    double pass_edges() const override;

private:
    bool is_served() const { return near_module_ && far_module_; }

    const Workspace &workspace_;
    DateADT as_of_;
    const RelationshipType &type_;
    Side near_;
    const Module *near_module_, *far_module_;
    graph::Via via_;
    std::uint64_t place_ = 0; // of the last probe
};

} // namespace relate
