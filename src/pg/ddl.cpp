// See ddl.h. Names in statements are resolved again: the statement holds its
// locks, so they still mean what they meant to it.
#include "pg/ddl.h"

#include "pg/error.h"

namespace relate::pg {

namespace {

template <class Statement>
const Statement *as(const Node *node, NodeTag tag)
{
    return node && nodeTag(node) == tag ? reinterpret_cast<const Statement *>(node) : nullptr;
}

Oid type_named(const List *qualified_name)
{
    char *schema, *name;
    DeconstructQualifiedName(const_cast<List *>(qualified_name), &schema, &name);
    if (!schema)
        return TypenameGetTypid(name);
    Oid in = LookupExplicitNamespace(schema, true);
    return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name), ObjectIdGetDatum(in));
}

Oid relation_named(const RangeVar *name)
{
    return name ? RangeVarGetRelid(name, NoLock, true) : InvalidOid;
}

bool owns(Oid relation)
{
    return pg::owns(RelationRelationId, relation, GetUserId());
}

std::optional<DroppedKind> kind_of(std::string_view type)
{
    if (type == "table")
        return DroppedKind::table;
    if (type == "table column")
        return DroppedKind::column;
    if (type == "trigger")
        return DroppedKind::trigger;
    if (type == "index")
        return DroppedKind::index;
    return std::nullopt;
}

// A row of pg_event_trigger_dropped_objects(), which has no names for its columns in C.
enum DroppedColumn { class_id = 1, object_id, object_sub_id, is_original, is_normal, is_temporary, object_type,
                     schema_name, object_name, object_identity, address_names };

const char *nth_name(std::span<const Datum> names, size_t n)
{
    return n < names.size() ? TextDatumGetCString(names[n]) : "";
}

std::optional<DroppedObject> dropped_object(TupleTableSlot *row)
{
    bool is_null;
    auto value = [&](DroppedColumn column) { return slot_getattr(row, column, &is_null); };
    Datum temporary = value(is_temporary);
    if (is_null || DatumGetBool(temporary))
        return std::nullopt;
    Datum type = value(object_type);
    std::optional<DroppedKind> kind = is_null ? std::nullopt : kind_of(TextDatumGetCString(type));
    Datum names = value(address_names);
    if (!kind || is_null)
        return std::nullopt;
    Datum *items;
    int count;
    deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT, &items, nullptr, &count);
    std::span<const Datum> parts{items, static_cast<size_t>(count)};
    return DroppedObject{*kind, DatumGetObjectId(value(object_id)),
                         static_cast<AttrNumber>(DatumGetInt32(value(object_sub_id))), nth_name(parts, 0),
                         nth_name(parts, 1), nth_name(parts, 2)};
}

} // namespace

Node *ddl_statement(FunctionCallInfo fcinfo, const char *function, const char *event)
{
    auto *data = reinterpret_cast<EventTriggerData *>(fcinfo->context);
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo) || strcmp(data->event, event) != 0)
        raise({.sqlstate = ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED,
               .message = psprintf("function relate.%s() can only be called by an event trigger on %s", function, event)});
    return data->parsetree;
}

bool is_cascade(const Node *statement)
{
    if (auto *drop = as<DropStmt>(statement, T_DropStmt))
        return drop->behavior == DROP_CASCADE;
    if (auto *drop = as<DropOwnedStmt>(statement, T_DropOwnedStmt))
        return drop->behavior == DROP_CASCADE;
    if (auto *alter = as<AlterTableStmt>(statement, T_AlterTableStmt)) {
        ListCell *cell;
        foreach (cell, alter->cmds)
            if (reinterpret_cast<AlterTableCmd *>(lfirst(cell))->behavior == DROP_CASCADE)
                return true;
    }
    return false;
}

bool drops_triggers(const Node *statement)
{
    auto *drop = as<DropStmt>(statement, T_DropStmt);
    return drop && drop->removeType == OBJECT_TRIGGER;
}

std::optional<ColumnRename> column_rename(const Node *statement)
{
    auto *rename = as<RenameStmt>(statement, T_RenameStmt);
    bool is_attribute = rename && rename->renameType == OBJECT_ATTRIBUTE;
    bool is_column = rename && rename->renameType == OBJECT_COLUMN && rename->relationType == OBJECT_TABLE;
    if (!is_attribute && !is_column)
        return std::nullopt;
    Oid table = relation_named(rename->relation);
    if (!OidIsValid(table))
        return std::nullopt;
    return ColumnRename{table, rename->subname, rename->newname};
}

std::optional<ValueRename> value_rename(const Node *statement)
{
    auto *alter = as<AlterEnumStmt>(statement, T_AlterEnumStmt);
    if (!alter || !alter->oldVal)
        return std::nullopt;
    return ValueRename{type_named(alter->typeName), alter->oldVal};
}

bool renames_tables(const Node *statement)
{
    if (auto *rename = as<RenameStmt>(statement, T_RenameStmt))
        return rename->renameType == OBJECT_TABLE || rename->renameType == OBJECT_SCHEMA;
    auto *move = as<AlterObjectSchemaStmt>(statement, T_AlterObjectSchemaStmt);
    return move && move->objectType == OBJECT_TABLE;
}

TableChange table_change(const Node *statement)
{
    TableChange change;
    auto *alter = as<AlterTableStmt>(statement, T_AlterTableStmt);
    if (!alter || (alter->objtype != OBJECT_TABLE && alter->objtype != OBJECT_TYPE))
        return change;
    ListCell *cell;
    foreach (cell, alter->cmds) {
        auto *command = reinterpret_cast<AlterTableCmd *>(lfirst(cell));
        switch (command->subtype) {
        case AT_AlterColumnType:
            change.retyped.push(command->name);
            break;
        case AT_DropNotNull:
            change.nullable.push(command->name);
            break;
        case AT_AttachPartition:
            change.attached = true;
            break;
        case AT_DetachPartition:
        case AT_DetachPartitionFinalize:
            change.detached = relation_named(reinterpret_cast<PartitionCmd *>(command->def)->name);
            change.is_concurrent = reinterpret_cast<PartitionCmd *>(command->def)->concurrent;
            break;
        default:
            break;
        }
    }
    if (!change.retyped.empty() || !change.nullable.empty() || change.attached || OidIsValid(change.detached))
        change.table = relation_named(alter->relation);
    return change;
}

Array<Oid> tables_of(Oid relation)
{
    Array<Oid> tables;
    if (get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE) {
        tables.push(relation);
        return tables;
    }
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_class_reloftype, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(get_rel_type_id(relation)));
    Relation classes = table_open(RelationRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(classes, InvalidOid, false, nullptr, 1, &key);
    for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));)
        tables.push(reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->oid);
    systable_endscan(scan);
    table_close(classes, AccessShareLock);
    std::sort(tables.begin(), tables.end()); // in one order, wherever their rows of pg_class lie
    return tables;
}

Oid parent_of_new_partition(const Node *statement)
{
    auto *create = as<CreateStmt>(statement, T_CreateStmt);
    if (!create || !create->partbound || list_length(create->inhRelations) != 1)
        return InvalidOid;
    return relation_named(static_cast<const RangeVar *>(linitial(create->inhRelations)));
}

Array<Oid> partitions_to_drop(const Node *statement)
{
    Array<Oid> tables;
    auto *drop = as<DropStmt>(statement, T_DropStmt);
    if (!drop || drop->removeType != OBJECT_TABLE)
        return tables;
    ListCell *cell;
    foreach (cell, drop->objects) {
        Oid table = relation_named(makeRangeVarFromNameList(static_cast<List *>(lfirst(cell))));
        if (OidIsValid(table) && get_rel_relispartition(table) && owns(table))
            tables.push(table);
    }
    return tables;
}

bool lock_partition(Oid partition)
{
    Oid parent = get_partition_parent(partition, true);
    if (OidIsValid(parent))
        LockRelationOid(parent, AccessExclusiveLock);
    LockRelationOid(partition, AccessExclusiveLock);
    return relation_exists(partition) && get_rel_relispartition(partition);
}

Oid partition_to_detach_later(const Node *statement)
{
    TableChange change = table_change(statement);
    return change.is_concurrent && OidIsValid(change.table) && owns(change.table) && OidIsValid(change.detached) &&
                   get_rel_relispartition(change.detached)
               ? change.detached
               : InvalidOid;
}

Array<DroppedObject> dropped_objects()
{
    // Called as it is, and not by a query: it is asked for everybody's DROP.
    FmgrInfo function;
    fmgr_info(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS, &function);
    ReturnSetInfo result = {};
    result.type = T_ReturnSetInfo;
    result.econtext = CreateStandaloneExprContext();
    result.allowedModes = SFRM_Materialize;
    LOCAL_FCINFO(call, 0);
    InitFunctionCallInfoData(*call, &function, 0, InvalidOid, nullptr, reinterpret_cast<Node *>(&result));
    FunctionCallInvoke(call);
    Array<DroppedObject> found;
    TupleTableSlot *row = MakeSingleTupleTableSlot(result.setDesc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(result.setResult, true, false, row))
        if (std::optional<DroppedObject> object = dropped_object(row))
            found.push(*object);
    ExecDropSingleTupleTableSlot(row);
    tuplestore_end(result.setResult);
    FreeExprContext(result.econtext, true);
    return found;
}

Array<Oid> with_inheritors(Oid table)
{
    Array<Oid> tables;
    if (!has_subclass(table)) {
        tables.push(table);
        return tables;
    }
    ListCell *cell;
    foreach (cell, find_all_inheritors(table, NoLock, nullptr))
        tables.push(lfirst_oid(cell));
    return tables;
}

bool relation_exists(Oid relation)
{
    return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation));
}

} // namespace relate::pg
