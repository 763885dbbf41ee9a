// DirectLinks: see links.h. A walk's hot path: one descent of the index for each
// record probed, or one pass over all its entries, and the visibility map.
#include "key/key_datum.h"
#include "query/direct.h"
#include "query/links.h"

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

DirectLinks::DirectLinks(const Ways &ways, Side near, Relation table)
    : workspace_(*ways.workspace), as_of_(ways.as_of), near_(near), types_(ways.from(near)), table_(table),
      index_(ways.workspace->index(near)),
      is_compact_(index_.start_date == far_key + 1 && index_.end_date == far_key + 2),
      key_alignment_(TupleDescAttr(RelationGetDescr(table), workspace_.column.source_key - 1)->attalign)
{
}

void DirectLinks::begin(std::span<ScanKeyData> keys)
{
    if (scan_ && scan_keys_ == keys.size()) {
        pg::rescan(*scan_, keys);
        return;
    }
    end();
    scan_ = pg::begin_scan(table_, index_.oid, GetActiveSnapshot(), keys);
    scan_keys_ = keys.size();
}

void DirectLinks::end()
{
    if (scan_)
        pg::end(*scan_);
    scan_.reset();
}

static int32 read_int4(const char *&at, const char *base)
{
    at = base + att_align_nominal(at - base, TYPALIGN_INT);
    int32 value;
    memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}

static Datum read_key(const char *&at, const char *base, char alignment)
{
    if (!VARATT_NOT_PAD_BYTE(at))
        at = base + att_align_nominal(at - base, alignment);
    Datum key = PointerGetDatum(at);
    at += VARSIZE_ANY(at);
    return key;
}

// Column by column as index_getattr would, which begins anew for each.
void DirectLinks::read_entry(Entry &entry) const
{
    IndexTuple tuple = scan_->scan->xs_itup;
    const char *base = reinterpret_cast<const char *>(tuple) + IndexInfoFindDataOffset(tuple->t_info);
    const char *at = base;
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
        if (!has_nulls || !att_isnull(index_.start_date - 1, nulls))
            entry.first = read_int4(at, base);
        if (!has_nulls || !att_isnull(index_.end_date - 1, nulls))
            entry.last = read_int4(at, base);
    } else if (index_.start_date) {
        bool is_null;
        Datum first = pg::entry_value(*scan_, index_.start_date, is_null);
        if (!is_null)
            entry.first = DatumGetDateADT(first);
        Datum last = pg::entry_value(*scan_, index_.end_date, is_null);
        if (!is_null)
            entry.last = DatumGetDateADT(last);
    }
}

bool DirectLinks::is_wanted(const Entry &entry)
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

bool DirectLinks::next(Entry &entry)
{
    while (pg::next_entry(*scan_)) {
        CHECK_FOR_INTERRUPTS();
        read_entry(entry);
        if (!is_wanted(entry))
            continue;
        if (index_.start_date) {
            if (pg::entry_is_visible(*scan_))
                return true;
        } else if (pg::fetch_row(*scan_) && (types_.find(entry.type_id)->is_perpetual ||
                                             holds_then(scan_->slot, workspace_.column, as_of_))) {
            return true;
        }
    }
    return false;
}

// A key in the form in which the server passes it; the record's bytes are copied once.
static Datum datum_of(const graph::Record &record, char (&room)[256])
{
    size_t size = record.key.size();
    if (size + VARHDRSZ_SHORT > VARATT_SHORT_MAX)
        return key_datum(record.key);
    SET_VARSIZE_SHORT(room, size + VARHDRSZ_SHORT);
    memcpy(VARDATA_SHORT(room), record.key.data(), size);
    return PointerGetDatum(room);
}

bool DirectLinks::probe(std::span<const graph::Record> near, TakeFar take)
{
    const RelationshipType *only = types_.only();
    int32 served = types_.only_module(near_);
    char room[256];
    ScanKeyData keys[3];
    for (size_t place = 0; place < near.size(); ++place) {
        if (served && near[place].module_id != served)
            continue;
        index_key(keys[0], near_module, workspace_.int4_equal, Int32GetDatum(near[place].module_id));
        index_key(keys[1], near_key, workspace_.key_equal, datum_of(near[place], room));
        if (only)
            index_key(keys[2], type_id, workspace_.int4_equal, Int32GetDatum(only->id));
        begin({keys, only ? size_t{3} : size_t{2}});
        Entry entry;
        while (next(entry)) {
            graph::Via via(entry.type_id, near_ == Side::target);
            KeyBytes far = key_bytes(entry.far_key);
            bool goes_on = take(place, {entry.far_module, far}, via);
            release_key_bytes(entry.far_key, far);
            if (!goes_on)
                return false;
        }
    }
    return true;
}

bool DirectLinks::pass(TakeEdge take)
{
    // Other types are passed over here: a scan key that does not lead costs more.
    ScanKeyData keys[1];
    size_t count = 0;
    if (int32 module = types_.only_module(near_))
        index_key(keys[count++], near_module, workspace_.int4_equal, Int32GetDatum(module));
    end();
    begin({keys, count});
    Entry entry;
    bool goes_on = true;
    while (goes_on && next(entry)) {
        KeyBytes near = key_bytes(entry.near_key), far = key_bytes(entry.far_key);
        goes_on = take({entry.near_module, near}, {entry.far_module, far},
                       graph::Via(entry.type_id, near_ == Side::target));
        release_key_bytes(entry.near_key, near);
        release_key_bytes(entry.far_key, far);
    }
    end();
    return goes_on;
}

std::optional<graph::Via> DirectLinks::only_via() const
{
    const RelationshipType *only = types_.only();
    return only ? std::optional(graph::Via(only->id, near_ == Side::target)) : std::nullopt;
}

// Measured: a probe takes about 25 times as long as the next entry of a pass, and
// an entry whose row must be looked at five times as long as one that needs none.
double DirectLinks::pass_cost() const
{
    if (pass_cost_ < 0) {
        BlockNumber pages;
        double rows, visible;
        table_relation_estimate_size(table_, nullptr, &pages, &rows, &visible);
        pass_cost_ = rows * (0.04 + 0.16 * (1 - visible));
    }
    return pass_cost_;
}

} // namespace relate
