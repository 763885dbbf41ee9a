// See ddl.h. Names in statements are resolved again: the statement holds its
// locks, so they still mean what they meant to it.
#include "pg/ddl.h"

#include "pg/error.h"
#include "pg/spi.h"

namespace relate::pg {

namespace {

template <class Statement>
const Statement *as(const Node *node, NodeTag tag)
{
    return node && nodeTag(node) == tag ? reinterpret_cast<const Statement *>(node) : nullptr;
}

Oid relation_named(const RangeVar *name)
{
    return name ? RangeVarGetRelid(name, NoLock, true) : InvalidOid;
}

bool owns(Oid relation)
{
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, relation, GetUserId());
#else
    return pg_class_ownercheck(relation, GetUserId());
#endif
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

std::optional<ColumnRename> column_rename(const Node *statement)
{
    auto *rename = as<RenameStmt>(statement, T_RenameStmt);
    if (!rename || rename->renameType != OBJECT_COLUMN || rename->relationType != OBJECT_TABLE)
        return std::nullopt;
    Oid table = relation_named(rename->relation);
    if (!OidIsValid(table))
        return std::nullopt;
    return ColumnRename{table, rename->subname, rename->newname};
}

TableChange table_change(const Node *statement)
{
    TableChange change;
    auto *alter = as<AlterTableStmt>(statement, T_AlterTableStmt);
    if (!alter || alter->objtype != OBJECT_TABLE)
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
            break;
        default:
            break;
        }
    }
    if (!change.retyped.empty() || !change.nullable.empty() || change.attached || OidIsValid(change.detached))
        change.table = relation_named(alter->relation);
    return change;
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

Array<DroppedObject> dropped_objects()
{
    Array<DroppedObject> found;
    MemoryContext caller = CurrentMemoryContext;
    spi_session([&] {
        uint64 count = run("SELECT object_type, objid, objsubid, address_names[1], address_names[2], address_names[3] "
                           "FROM pg_catalog.pg_event_trigger_dropped_objects() WHERE NOT is_temporary "
                           "AND object_type OPERATOR(pg_catalog.=) ANY ('{table,table column,trigger,index}')",
                           {});
        in_context(caller, [&] {
            for (uint64 i = 0; i < count; ++i) {
                HeapTuple row = SPI_tuptable->vals[i];
                TupleDesc columns = SPI_tuptable->tupdesc;
                bool is_null;
                auto string = [&](int column) -> const char * {
                    Datum value = SPI_getbinval(row, columns, column, &is_null);
                    return is_null ? "" : TextDatumGetCString(value);
                };
                std::optional<DroppedKind> kind = kind_of(string(1));
                if (!kind)
                    continue;
                Oid oid = DatumGetObjectId(SPI_getbinval(row, columns, 2, &is_null));
                auto column = static_cast<AttrNumber>(DatumGetInt32(SPI_getbinval(row, columns, 3, &is_null)));
                found.push({*kind, oid, column, string(4), string(5), string(6)});
            }
        });
    });
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
