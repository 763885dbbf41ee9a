// A module as its row and its table say it; see module.h.
#include "catalog/module.h"

#include "catalog/row.h"
#include "pg/memory.h"

namespace relate {

namespace {

KeyColumnKind kind_of_key_column(Oid type, Oid collation)
{
    switch (type) {
    case INT2OID:
    case INT4OID:
    case INT8OID:
        return KeyColumnKind::integer;
    case UUIDOID:
        return KeyColumnKind::uuid;
    case TEXTOID:
    case VARCHAROID:
        return get_collation_isdeterministic(collation) ? KeyColumnKind::text : KeyColumnKind::other;
    default:
        return KeyColumnKind::other;
    }
}

bool serves_as_key(Relation index, std::span<const KeyColumn> key)
{
    Form_pg_index form = index->rd_index;
    if (!form->indisunique || !form->indimmediate || !form->indisvalid || !form->indislive ||
        form->indnkeyatts != static_cast<int>(key.size()) || index->rd_rel->relam != BTREE_AM_OID ||
        !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr))
        return false;
    for (const KeyColumn &column : key) {
        bool found = false;
        for (int i = 0; i < form->indnkeyatts; ++i)
            found = found || form->indkey.values[i] == column.attribute;
        if (!found)
            return false;
    }
    return true;
}

// Learns the index's equality for each key column.
void bind_to_index(Relation index, std::span<KeyColumn> key)
{
    for (KeyColumn &column : key)
        for (int i = 0; i < index->rd_index->indnkeyatts; ++i)
            if (index->rd_index->indkey.values[i] == column.attribute) {
                column.index_position = static_cast<AttrNumber>(i + 1);
                column.subtype = index->rd_opcintype[i];
                column.collation = index->rd_indcollation[i];
                column.equal_operator = get_opfamily_member(index->rd_opfamily[i], column.subtype, column.subtype,
                                                            BTEqualStrategyNumber);
                fmgr_info(get_opcode(column.equal_operator), &column.equal);
            }
}

Oid find_key_index(Relation table, std::span<KeyColumn> key)
{
    Oid found = InvalidOid;
    List *indexes = RelationGetIndexList(table);
    ListCell *cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (serves_as_key(index, key)) {
            bind_to_index(index, key);
            found = RelationGetRelid(index);
        }
        index_close(index, AccessShareLock);
        if (OidIsValid(found))
            break;
    }
    return found;
}

bool may(Oid owner, Oid table, AttrNumber column, AclMode right)
{
    return pg_class_aclcheck(table, owner, right) == ACLCHECK_OK ||
           pg_attribute_aclcheck(table, column, owner, right) == ACLCHECK_OK;
}

// Rules look at the table, and lock its rows, in the name of the workspace's
// owner: he must hold the rights that foreign keys ask for, at this moment.
bool may_refer(Oid owner, const Module &module)
{
    for (const KeyColumn &column : module.key)
        if (!may(owner, module.table, column.attribute, ACL_REFERENCES))
            return false;
    return !module.kind_column || may(owner, module.table, module.kind_column, ACL_SELECT);
}

Oid record_deleted_function()
{
    oidvector *no_arguments = buildoidvector(nullptr, 0);
    return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("record_deleted"),
                           PointerGetDatum(no_arguments), ObjectIdGetDatum(get_namespace_oid("relate", true)));
}

bool has_trigger(Relation table, Oid function)
{
    bool found = false;
    for (int i = 0; table->trigdesc && i < table->trigdesc->numtriggers; ++i)
        found = found || table->trigdesc->triggers[i].tgfoid == function;
    return found;
}

// Of a column of the user's, not of the system.
AttrNumber column_number(Oid table, const char *name)
{
    return name ? std::max(get_attnum(table, name), AttrNumber{InvalidAttrNumber}) : InvalidAttrNumber;
}

bool can_be_in_key(Relation table, std::span<const KeyColumn> others, AttrNumber column)
{
    for (const KeyColumn &other : others)
        if (other.attribute == column)
            return false;
    Oid type = TupleDescAttr(RelationGetDescr(table), column - 1)->atttypid;
    return OidIsValid(lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr);
}

// What the table itself says: columns by number, the index. A module whose
// table or key column is gone, cannot be a key, or is closed to the workspace's
// owner, keeps table = InvalidOid and finds no record; one whose unique index is
// gone finds them by a scan of the table. Nothing is taken for granted, and
// nothing raises: somebody may have written what he likes into a schema that only
// looks like a workspace, and everybody's triggers read it.
void read_table(Oid owner, Module &module, std::span<const Datum> key, std::span<const Datum> names, const char *kind_column,
                const char *date_column)
{
    Relation table = try_relation_open(module.table, AccessShareLock);
    if (!table) {
        module.table = InvalidOid;
        return;
    }
    module.owner = table->rd_rel->relowner;
    module.is_guarded = has_trigger(table, record_deleted_function());
    auto *columns = palloc_array(KeyColumn, key.size());
    bool whole = !key.empty() && key.size() <= INDEX_MAX_KEYS;
    for (size_t i = 0; i < key.size() && whole; ++i) {
        AttrNumber number = column_number(module.table, NameStr(*DatumGetName(key[i])));
        whole = number != InvalidAttrNumber && can_be_in_key(table, {columns, i}, number);
        if (whole)
            columns[i] = key_column(table, number);
    }
    auto *name_numbers = palloc_array(AttrNumber, names.size());
    size_t name_count = 0;
    for (Datum name : names)
        if (AttrNumber number = column_number(module.table, NameStr(*DatumGetName(name))))
            name_numbers[name_count++] = number;
    module.name_columns = {name_numbers, name_count};
    module.kind_column = column_number(module.table, kind_column);
    module.date_column = column_number(module.table, date_column);
    if (whole) {
        std::span<KeyColumn> key_columns{columns, key.size()};
        module.index = find_key_index(table, key_columns);
        module.key = key_columns;
        module.is_direct = OidIsValid(module.index) && table->rd_rel->relkind == RELKIND_RELATION &&
                           table->rd_tableam == GetHeapamTableAmRoutine();
    }
    if (!whole || !may_refer(owner, module))
        module.table = InvalidOid;
    table_close(table, AccessShareLock);
}

bool begins_with(Relation index, std::span<const KeyColumn> key)
{
    Form_pg_index form = index->rd_index;
    if (!form->indisvalid || !form->indislive || form->indnkeyatts < static_cast<int>(key.size()) ||
        index->rd_rel->relam != BTREE_AM_OID || !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr))
        return false;
    for (const KeyColumn &column : key) {
        bool found = false;
        for (size_t i = 0; i < key.size(); ++i)
            found = found || form->indkey.values[i] == column.attribute;
        if (!found)
            return false;
    }
    return true;
}

} // namespace

KeyColumn key_column(Relation table, AttrNumber number)
{
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), number - 1);
    KeyColumn column = {};
    column.attribute = number;
    column.type = attribute->atttypid;
    column.collation = attribute->attcollation;
    column.kind = kind_of_key_column(column.type, column.collation);
    Oid function;
    bool is_varlena;
    getTypeInputInfo(column.type, &function, &column.input_parameter);
    fmgr_info(function, &column.input);
    getTypeOutputInfo(column.type, &function, &is_varlena);
    fmgr_info(function, &column.output);
    TypeCacheEntry *type = lookup_type_cache(column.type, TYPECACHE_EQ_OPR);
    column.equal_operator = type->eq_opr; // until an index says otherwise
    fmgr_info(get_opcode(type->eq_opr), &column.equal);
    return column;
}

Oid find_leading_index(Relation table, std::span<KeyColumn> key)
{
    Oid found = InvalidOid;
    int fewest = INDEX_MAX_KEYS + 1;
    List *indexes = RelationGetIndexList(table);
    ListCell *cell;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (begins_with(index, key) && index->rd_index->indnatts < fewest) {
            bind_to_index(index, key);
            found = RelationGetRelid(index);
            fewest = index->rd_index->indnatts;
        }
        index_close(index, AccessShareLock);
    }
    list_free(indexes);
    return found;
}

Module read_module(Oid owner, const Row &row)
{
    Module module = {};
    module.id = row.integer("module_id");
    module.name = row.string("name");
    module.singular = row.string("singular");
    module.plural = row.string("plural");
    module.table = module.registered_table = row.oid("table_name");
    module.kind = row.string("kind");
    module.is_system = row.boolean("is_system");
    read_table(owner, module, row.names("key_columns"), row.names("name_columns"), row.identifier("kind_column"),
               row.identifier("date_column"));
    return module;
}

} // namespace relate
