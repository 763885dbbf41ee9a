// See hard_links.h.
#include "read/hard_links.h"

#include "read/hard_way.h"

namespace relate {

namespace {

bool is_wanted(const WantedTypes &wanted, const RelationshipType &type)
{
    if (wanted.all)
        return true;
    for (Datum id : wanted.ids)
        if (DatumGetInt32(id) == type.id)
            return true;
    return false;
}

template <class Each>
bool for_each_way(const RelatedQuery &query, Each each)
{
    const Workspace &workspace = *query.workspace;
    for (const RelationshipType &type : workspace.types) {
        if (!type.is_hard_link())
            continue;
        for (Side own : {Side::source, Side::target}) {
            const WantedTypes &wanted = query.wanted(own);
            if (type.side(own).module_id != query.module->id || !is_wanted(wanted, type))
                continue;
            const Storage &storage = storage_of(workspace, type);
            const Module *far = workspace.module(type.side(other(own)).module_id);
            bool never_shown = !storage.has_dates() && (query.show == Show::past || query.show == Show::future);
            if (!OidIsValid(storage.table) || !far || never_shown || (wanted.all && !may_read(storage)))
                continue;
            if (!each(Way{workspace, type, storage, own, *far,
                          query.without_attributes ? std::span<const AttrNumber>{} : readable(storage)}))
                return false;
        }
    }
    return true;
}

} // namespace

bool wants_hard_links(const RelatedQuery &query)
{
    return has_hard_links(*query.workspace);
}

double hard_link_estimate(const Workspace &workspace, const RelationshipType &type)
{
    const Storage &storage = storage_of(workspace, type);
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(storage.table));
    if (!HeapTupleIsValid(tuple))
        return -1;
    double rows = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples;
    ReleaseSysCache(tuple);
    return rows;
}

bool may_read_hard_links(const Workspace &workspace, const RelationshipType &type)
{
    const Storage &storage = storage_of(workspace, type);
    return OidIsValid(storage.table) && may_read(storage);
}

bool read_hard_links(const RelatedQuery &query, size_t first, size_t count, FunctionRef<bool(const RelatedRow &)> take)
{
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "relate hard links", ALLOCSET_SMALL_SIZES);
    bool wants_more = for_each_way(query, [&](const Way &way) {
        Relation table = open_directly(way);
        if (!table)
            return read_by_sql(way, query, first, count, work, take);
        bool more = read_directly(way, query, first, count, table, work, take);
        table_close(table, NoLock);
        return more;
    });
    MemoryContextDelete(work);
    return wants_more;
}

} // namespace relate
