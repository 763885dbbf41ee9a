// relate.cyclic_edges(): which relationships of hierarchies cycles can lie in, dates
// apart. What remains is for a walk with dates: mostly nothing, and found in one
// pass. Memory: some 100 bytes an edge, in the caller's context.
#include "base/peel.h"
#include "key/key_datum.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/spi.h"

namespace relate {

namespace {

// A record as the end of relationships of one type.
struct Node {
    int32 type, module;
    Datum key;
};

struct NodeTraits {
    static uint32_t hash(const Node &n)
    {
        return hash_combine(hash_combine(hash_key_datum(n.key), static_cast<uint32>(n.module)), static_cast<uint32>(n.type));
    }
    static bool equal(const Node &a, const Node &b)
    {
        return a.type == b.type && a.module == b.module && equal_key_datums(a.key, b.key);
    }
};

class Nodes {
public:
    int32 number(const Node &node)
    {
        int32 fresh = static_cast<int32>(numbers_.size());
        if (int32 *known = numbers_.find(node))
            return *known;
        return numbers_.at({node.type, node.module, datumCopy(node.key, false, -1)}, fresh);
    }
    size_t size() const { return numbers_.size(); }

private:
    pg::HashMap<Node, int32, NodeTraits> numbers_;
};

void check_shape(TupleDesc columns)
{
    Oid key = record_key_type();
    const Oid types[] = {INT8OID, INT4OID, INT4OID, key, INT4OID, key};
    bool fits = columns->natts == lengthof(types);
    for (int i = 0; fits && i < columns->natts; ++i)
        fits = TupleDescAttr(columns, i)->atttypid == types[i];
    if (!fits)
        pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                   .message = "the query does not give relationship, type, child and parent"});
}

struct Edges {
    pg::Array<Datum> ids;
    pg::Array<Edge> edges;
    Nodes nodes;
};

void add_edge(Edges &edges, HeapTuple row, TupleDesc columns)
{
    Datum values[6];
    bool nulls[6];
    heap_deform_tuple(row, columns, values, nulls);
    for (bool is_null : nulls)
        if (is_null)
            return;
    int32 type = DatumGetInt32(values[1]);
    edges.ids.push(values[0]);
    edges.edges.push({edges.nodes.number({type, DatumGetInt32(values[2]), values[3]}),
                      edges.nodes.number({type, DatumGetInt32(values[4]), values[5]})});
}

void read_edges(const char *query, Edges &edges)
{
    constexpr long batch = 1000;
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        Portal rows = SPI_cursor_open_with_args(nullptr, query, 0, nullptr, nullptr, nullptr, true, 0);
        check_shape(rows->tupDesc);
        for (SPI_cursor_fetch(rows, true, batch); SPI_processed > 0; SPI_cursor_fetch(rows, true, batch)) {
            pg::in_context(caller, [&] {
                for (uint64 i = 0; i < SPI_processed; ++i)
                    add_edge(edges, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
            });
            SPI_freetuptable(SPI_tuptable);
        }
        SPI_cursor_close(rows);
    });
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_cyclic_edges);
Datum relate_cyclic_edges(PG_FUNCTION_ARGS)
{
    using namespace relate;
    Edges edges;
    read_edges(text_to_cstring(PG_GETARG_TEXT_PP(0)), edges);
    Peeling<pg::Palloc> peeling(edges.edges.view(), edges.nodes.size());
    pg::Array<Datum> left;
    for (size_t i = 0; i < edges.ids.size(); ++i)
        if (peeling.is_left(i))
            left.push(edges.ids[i]);
    PG_RETURN_DATUM(pg::array_argument(INT8OID, left.view()).value);
}
}
