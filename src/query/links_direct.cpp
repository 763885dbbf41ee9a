// DirectLinks: see links.h. A walk's hot path: one descent of the index for each
// record probed, or one pass over all its entries, and the visibility map.
#include "key/key_datum.h"
#include "query/direct.h"
#include "query/links.h"

extern "C" Datum relate_record_key_cmp(PG_FUNCTION_ARGS);

namespace relate {

// Positions in the two indexes.
[[maybe_unused]] static constexpr AttrNumber near_module = 1, near_key = 2, type_id = 3, far_module = 4, far_key = 5;

struct DirectLinks::Entry {
    int32 near_module;
    Datum near_key;
    int32 type_id;
    int32 far_module;
    Datum far_key;
    DateADT first, last; // open ends are the least and the greatest date
};

// Somebody may have made the index anew, in another order.
static bool is_in_order(Relation table, Relation index)
{
    if (index->rd_rel->relam != BTREE_AM_OID || IndexRelationGetNumberOfKeyAttributes(index) < far_key)
        return false;
    for (AttrNumber column = near_module; column <= far_key; ++column) {
        AttrNumber in_table = index->rd_index->indkey.values[column - 1];
        bool is_key = column == near_key || column == far_key;
        if (index->rd_indoption[column - 1] & INDOPTION_DESC || !TupleDescAttr(RelationGetDescr(table), in_table - 1)->attnotnull)
            return false;
        if (is_key ? index_getprocinfo(index, column, BTORDER_PROC)->fn_addr != relate_record_key_cmp
                   : index_getprocid(index, column, BTORDER_PROC) != F_BTINT4CMP)
            return false;
    }
    return true;
}

DirectLinks *DirectLinks::open(const Ways &ways, Side near, Relation table, pg::InnerPages *inner)
{
    Relation index = index_open(ways.workspace->index(near).oid, AccessShareLock);
    if (is_in_order(table, index))
        return new (palloc(sizeof(DirectLinks))) DirectLinks(ways, near, table, index, inner);
    index_close(index, NoLock);
    return nullptr;
}

DirectLinks::DirectLinks(const Ways &ways, Side near, Relation table, Relation index, pg::InnerPages *inner)
    : workspace_(*ways.workspace), as_of_(ways.as_of), near_(near), types_(ways.from(near)), table_(table),
      index_(index), columns_(ways.workspace->index(near)),
      is_compact_(columns_.start_date == far_key + 1 && columns_.end_date == far_key + 2),
      key_alignment_(TupleDescAttr(RelationGetDescr(table), workspace_.column.source_key - 1)->attalign),
      pages_(table, index, GetActiveSnapshot(), inner)
{
}

void DirectLinks::close()
{
    pages_.end();
    index_close(index_, NoLock);
}

static int32 read_int4(const char *&at, const char *base)
{
    at = base + att_align_nominal(at - base, TYPALIGN_INT);
    int32 value;
    memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}

[[gnu::always_inline]] static inline Datum read_key(const char *&at, const char *base, char alignment)
{
    if (!VARATT_NOT_PAD_BYTE(at))
        at = base + att_align_nominal(at - base, alignment);
    Datum key = PointerGetDatum(at);
    at += VARSIZE_ANY(at);
    return key;
}

static const char *data_of(IndexTuple tuple)
{
    return reinterpret_cast<const char *>(tuple) + IndexInfoFindDataOffset(tuple->t_info);
}

// The leading columns of the entries wanted.
struct DirectLinks::Wanted {
    int count; // of the columns: 0 are all entries
    int32 module;
    KeyBytes key;
    int32 type;
};

static int compare_int4(int32 a, int32 b) { return (a > b) - (a < b); }

// See LeafPages::Sought. An entry that ends where the wanted columns do is the bound
// between two pages, and what is wanted lies behind it.
int DirectLinks::compare(const Wanted &wanted, IndexTuple tuple, int columns) const
{
    const char *base = data_of(tuple), *at = base;
    if (wanted.count >= near_module && columns >= near_module)
        if (int order = compare_int4(wanted.module, read_int4(at, base)))
            return order;
    if (wanted.count >= near_key && columns >= near_key) {
        Datum key = read_key(at, base, key_alignment_);
        KeyBytes bytes = key_bytes(key);
        int order = compare_keys(wanted.key, bytes);
        release_key_bytes(key, bytes);
        if (order)
            return order;
    }
    if (wanted.count >= type_id && columns >= type_id)
        if (int order = compare_int4(wanted.type, read_int4(at, base)))
            return order;
    return wanted.count > 0 && columns <= wanted.count;
}

// Column by column as index_getattr would, which begins anew for each.
[[gnu::always_inline]] inline void DirectLinks::read_entry(IndexTuple tuple, Entry &entry) const
{
    const char *base = data_of(tuple), *at = base;
    entry.near_module = read_int4(at, base);
    entry.near_key = read_key(at, base, key_alignment_);
    entry.type_id = read_int4(at, base);
    entry.far_module = read_int4(at, base);
    entry.far_key = read_key(at, base, key_alignment_);
    entry.first = DATEVAL_NOBEGIN;
    entry.last = DATEVAL_NOEND;
    if (is_compact_) {
        auto *nulls = reinterpret_cast<const bits8 *>(tuple + 1);
        bool has_nulls = IndexTupleHasNulls(tuple);
        if (!has_nulls || !att_isnull(columns_.start_date - 1, nulls))
            entry.first = read_int4(at, base);
        if (!has_nulls || !att_isnull(columns_.end_date - 1, nulls))
            entry.last = read_int4(at, base);
    } else if (columns_.start_date) {
        bool is_null;
        Datum first = index_getattr(tuple, columns_.start_date, RelationGetDescr(index_), &is_null);
        if (!is_null)
            entry.first = DatumGetDateADT(first);
        Datum last = index_getattr(tuple, columns_.end_date, RelationGetDescr(index_), &is_null);
        if (!is_null)
            entry.last = DatumGetDateADT(last);
    }
}

[[gnu::always_inline]] inline bool DirectLinks::is_wanted(const Entry &entry)
{
    const RelationshipType *type = types_.find(entry.type_id);
    if (!type || (!type->is_perpetual && (entry.first > as_of_ || entry.last < as_of_)))
        return false;
    if (entry.far_module == known_module_)
        return true;
    if (!workspace_.module(entry.far_module))
        return false;
    known_module_ = entry.far_module;
    return true;
}

// An index that lacks the dates sends us to the row for them.
static bool holds_then(TupleTableSlot *row, const RelationshipColumns &c, DateADT day)
{
    bool is_null;
    Datum first = slot_getattr(row, c.start_date, &is_null);
    if (!is_null && DatumGetDateADT(first) > day)
        return false;
    Datum last = slot_getattr(row, c.end_date, &is_null);
    return is_null || DatumGetDateADT(last) >= day;
}

[[gnu::always_inline]] inline bool DirectLinks::is_there(const Entry &entry)
{
    if (columns_.start_date)
        return pages_.is_visible();
    TupleTableSlot *row = pages_.row();
    return row && (types_.find(entry.type_id)->is_perpetual || holds_then(row, workspace_.column, as_of_));
}

bool DirectLinks::probe(std::span<const graph::Record> near, TakeFar take)
{
    const RelationshipType *only = types_.only();
    int32 served = types_.only_module(near_);
    for (size_t place = 0; place < near.size(); ++place) {
        if (served && near[place].module_id != served)
            continue;
        CHECK_FOR_INTERRUPTS();
        Wanted wanted = {only ? type_id : near_key, near[place].module_id, near[place].key, only ? only->id : 0};
        auto sought = [&](IndexTuple tuple, int columns) { return compare(wanted, tuple, columns); };
        Entry entry;
        pages_.seek(sought);
        while (IndexTuple tuple = pages_.next(sought)) {
            read_entry(tuple, entry);
            if (!is_wanted(entry) || !is_there(entry))
                continue;
            KeyBytes far = key_bytes(entry.far_key);
            bool goes_on = take(place, {entry.far_module, far}, graph::Via(entry.type_id, near_ == Side::target));
            release_key_bytes(entry.far_key, far);
            if (!goes_on)
                return false;
        }
    }
    return true;
}

bool DirectLinks::pass(TakeEdge take)
{
    // Other types are passed over here.
    int32 module = types_.only_module(near_);
    Wanted wanted = {module ? near_module : 0, module, {}, 0};
    auto sought = [&](IndexTuple tuple, int columns) { return compare(wanted, tuple, columns); };
    Entry entry;
    pages_.seek(sought);
    while (IndexTuple tuple = pages_.next(sought)) {
        read_entry(tuple, entry);
        if (!is_wanted(entry) || !is_there(entry))
            continue;
        KeyBytes near = key_bytes(entry.near_key), far = key_bytes(entry.far_key);
        bool goes_on = take({entry.near_module, near}, {entry.far_module, far},
                            graph::Via(entry.type_id, near_ == Side::target));
        release_key_bytes(entry.near_key, near);
        release_key_bytes(entry.far_key, far);
        if (!goes_on)
            return false;
    }
    return true;
}

std::optional<graph::Via> DirectLinks::only_via() const
{
    const RelationshipType *only = types_.only();
    return only ? std::optional(graph::Via(only->id, near_ == Side::target)) : std::nullopt;
}

// Measured: a probe takes about 30 times as long as the next entry of a pass, and
// an entry whose row must be looked at five times as long as one that needs none.
double DirectLinks::pass_cost() const
{
    if (pass_cost_ < 0) {
        BlockNumber pages;
        double rows, visible;
        table_relation_estimate_size(table_, nullptr, &pages, &rows, &visible);
        pass_cost_ = rows * (0.03 + 0.12 * (1 - visible));
    }
    return pass_cost_;
}

} // namespace relate
