// relate.find_keys(), has_unique_index() and base_type(): what the indexes of a table make
// unique, and what its columns are. In C for adopting schemas, which asks for thousands of
// tables; no lock on the table, as a query on pg_index takes none.
#include "pg/memory.h"
#include "pg/srf.h"

namespace relate {

namespace {

struct Index {
    Form_pg_index form;
    HeapTuple tuple;

    int16 column(int place) const { return form->indkey.values[place]; }
    bool is_plain() const
    {
        return heap_attisnull(tuple, Anum_pg_index_indpred, nullptr) &&
               heap_attisnull(tuple, Anum_pg_index_indexprs, nullptr);
    }
};

// `each` returns whether it wants more.
template <class Each>
void for_each_index(Oid table, Each each)
{
    Relation indexes = table_open(IndexRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_index_indrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
    SysScanDesc scan = systable_beginscan(indexes, IndexIndrelidIndexId, true, nullptr, 1, &key);
    HeapTuple tuple;
    bool wants_more = true;
    while (wants_more && HeapTupleIsValid(tuple = systable_getnext(scan)))
        wants_more = each(Index{reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple)), tuple});
    systable_endscan(scan);
    table_close(indexes, AccessShareLock);
}

struct Key {
    bool is_primary, is_identity;
    int count, width;
    Oid index;
    Datum *names;

    bool operator<(const Key &other) const
    {
        if (is_primary != other.is_primary)
            return is_primary;
        if (is_identity != other.is_identity)
            return is_identity;
        if (count != other.count)
            return count < other.count;
        return width != other.width ? width < other.width : index < other.index;
    }
};

bool is_btree(Oid index)
{
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple))
        return false;
    bool is = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relam == BTREE_AM_OID;
    ReleaseSysCache(tuple);
    return is;
}

// False where the column may be null.
bool add_column(Key &key, Oid table, int16 number)
{
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(number));
    if (!HeapTupleIsValid(tuple))
        return false;
    auto *column = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    bool is_not_null = column->attnotnull;
    auto *name = static_cast<Name>(palloc(NAMEDATALEN));
    *name = column->attname;
    key.names[key.count++] = NameGetDatum(name);
    key.width += column->attlen > 0 ? column->attlen : 1000;
    ReleaseSysCache(tuple);
    return is_not_null;
}

std::optional<Key> key_of(const Index &index)
{
    Form_pg_index form = index.form;
    if (!form->indisunique || !form->indisvalid || !form->indisready || !form->indislive || !form->indimmediate ||
        !index.is_plain() || !is_btree(form->indexrelid))
        return std::nullopt;
    Key key = {form->indisprimary, form->indisreplident, 0, 0, form->indexrelid, palloc_array(Datum, INDEX_MAX_KEYS)};
    for (int i = 0; i < form->indnkeyatts; ++i)
        if (index.column(i) <= 0 || !add_column(key, form->indrelid, index.column(i)))
            return std::nullopt;
    return key;
}

bool makes_unique(const Index &index, std::span<const AttrNumber> columns)
{
    Form_pg_index form = index.form;
    if (!form->indisunique || !form->indisvalid || !form->indisready || !index.is_plain())
        return false;
    for (int i = 0; i < form->indnkeyatts; ++i)
        if (std::find(columns.begin(), columns.end(), index.column(i)) == columns.end())
            return false;
    return true;
}

} // namespace

extern "C" {

PG_FUNCTION_INFO_V1(relate_find_keys);
Datum relate_find_keys(PG_FUNCTION_ARGS)
{
    pg::Output output = pg::begin_output(fcinfo);
    if (PG_ARGISNULL(0))
        return pg::end_output(fcinfo);
    pg::Array<Key> keys;
    for_each_index(PG_GETARG_OID(0), [&](const Index &index) {
        if (std::optional<Key> key = key_of(index))
            keys.push(*key);
        return true;
    });
    std::sort(keys.begin(), keys.end());
    for (const Key &key : keys) {
        pg::Columns columns;
        columns.add(PointerGetDatum(construct_array(key.names, key.count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR)));
        columns.put(output);
    }
    return pg::end_output(fcinfo);
}

PG_FUNCTION_INFO_V1(relate_has_unique_index);
Datum relate_has_unique_index(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_BOOL(false);
    Datum *names;
    bool *nulls;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &names, &nulls, &count);
    pg::Array<AttrNumber> columns;
    for (int i = 0; i < count; ++i)
        if (!nulls[i])
            columns.push(get_attnum(PG_GETARG_OID(0), NameStr(*DatumGetName(names[i]))));
    bool found = false;
    for_each_index(PG_GETARG_OID(0), [&](const Index &index) {
        found = makes_unique(index, columns.view());
        return !found;
    });
    PG_RETURN_BOOL(found);
}

PG_FUNCTION_INFO_V1(relate_base_type);
Datum relate_base_type(PG_FUNCTION_ARGS)
{
    Oid table = PG_GETARG_OID(0);
    AttrNumber number = get_attnum(table, NameStr(*PG_GETARG_NAME(1)));
    Oid type = number == InvalidAttrNumber ? InvalidOid : get_atttype(table, number);
    if (!OidIsValid(type))
        PG_RETURN_NULL();
    PG_RETURN_OID(getBaseType(type));
}

} // extern "C"

} // namespace relate
