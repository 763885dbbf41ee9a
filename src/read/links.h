// The readers of `relationship`: below SQL, and through it.
//
// Both give the same edges in the same order. Of types and modules that the
// cached catalog does not know (made or gone a moment ago) there are none.
#pragma once

#include "graph/reader.h"
#include "pg/leaf_pages.h"
#include "pg/waiting_rows.h"
#include "read/ways.h"

namespace relate {

// The types wanted from one side, found by id.
class WantedTypeSet {
public:
    explicit WantedTypeSet(std::span<const RelationshipType *const> types);

    const RelationshipType *find(int32 id)
    {
        if (!last_ || last_->id != id)
            last_ = search(id);
        return last_;
    }
    const RelationshipType *only() const { return types_.size() == 1 ? types_[0] : nullptr; }
    // The module on that side, where all types have the same; else 0.
    int32 only_module(Side side) const;
    std::span<const RelationshipType *const> all() const { return types_; }

private:
    const RelationshipType *search(int32 id) const;

    std::span<const RelationshipType *const> types_; // by id, each once
    const RelationshipType *last_ = nullptr;
};

// By one of the two indexes; where the visibility map allows, by it alone.
class DirectLinks final : public graph::Reader {
public:
    // Null where the index is not in the order that it reads. The table is the caller's.
    static DirectLinks *open(const Ways &ways, Side near, Relation table);

    bool probe(std::span<const graph::Record> near, TakeFar take) override;
    bool pass(TakeEdge take, TakeRun take_run) override;
    std::optional<graph::Via> only_via() const override;
    double probe_cost(std::span<const graph::Record> near, double further_edges) override;
    std::uint64_t place() const override;
    void beside(const graph::Record &near, TakeNear take) override;
    double pass_cost() const override;
    double pass_edges() const override;
    void close();

private:
    struct Entry;
    struct IntegerEntry;
    class Shape;
    class Shapes;
    struct Run;
    struct Wanted;
    struct Waiting {
        size_t place, size;
        int32 far_module;
        graph::Via via;
        static constexpr size_t longest = 24;
        std::byte far_key[longest];
    };

    // See BtreePage::Rank: the first bytes of the near key, where all are of one module.
    struct Rank {
        int32 module;
        char key_alignment;
        uint64 operator()(IndexTuple tuple, int columns) const;
    };

    DirectLinks(const Ways &ways, Side near, Relation table, Relation index);

    bool want(const graph::Record &near, Wanted &wanted) const;
    bool take_found(const pg::LeafPages::Sought &sought, size_t place, TakeFar take);
    bool take_in_turn(const Entry &entry, size_t place, TakeFar take);
    bool take_waiting(TakeFar take);
    auto taking(TakeFar take);
    int compare_key(const Wanted &wanted, const char *&at, const char *base) const;
    int compare(const Wanted &wanted, IndexTuple tuple, int columns) const;
    void read_entry(IndexTuple tuple, Entry &entry) const;
    void read_dates(IndexTuple tuple, const char *at, DateADT &first, DateADT &last) const;
    std::optional<IntegerEntry> read_integers(IndexTuple tuple, Shapes &shapes);
    bool is_module(int32 id);
    bool is_wanted(const Entry &entry);
    bool is_there(const Entry &entry);
    void estimate() const;

    const Workspace &workspace_;
    DateADT as_of_;
    Side near_;
    WantedTypeSet types_;
    Relation table_, index_;
    RelationshipIndex columns_;
    bool is_compact_; // the dates follow the key columns at once
    Rank rank_;
    pg::LeafPages pages_;
    pg::WaitingRows<Waiting> waiting_;
    static constexpr int64 no_module = int64{1} << 32; // no int32, whatever a row says
    int64 known_module_ = no_module;
    mutable double rows_ = -1, visible_ = 0; // of the table, once asked for
    mutable BlockNumber table_pages_ = 0;
};

class SqlLinks final : public graph::Reader {
public:
    SqlLinks(const Ways &ways, Side near) : ways_(ways), near_(near), types_(ways.from(near)) {}

    bool probe(std::span<const graph::Record> near, TakeFar take) override;
    bool pass(TakeEdge take, TakeRun take_run) override;
    std::optional<graph::Via> only_via() const override;
    double pass_cost() const override;

private:
    using TakeRow = FunctionRef<bool(const graph::Record &near, const graph::Record &far, graph::Via via)>;

    const char *statement(bool is_pass) const;
    bool read(const char *sql, int32 module_id, std::span<const Datum> keys, TakeRow take);

    Ways ways_;
    Side near_;
    WantedTypeSet types_;
};

} // namespace relate
