// relate.relationship_list_insert(): the trigger INSTEAD OF INSERT on the view
// relationship_list, through which rows come in by the names of their type and
// modules, most of all by COPY.
//
// Names become ids by the cached catalog; the row is written by one saved
// statement, with the caller's rights, and the triggers of the table see it as
// any other. Columns of the view that only show are not written.
#include "catalog/workspace.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/spi.h"
#include "pg/text.h"

namespace relate {

namespace {

// The row to insert, by the names of the view's columns.
struct ListRow {
    HeapTuple tuple;
    TupleDesc columns;

    AttrNumber number(const char *column) const
    {
        AttrNumber found = SPI_fnumber(columns, column);
        if (found <= 0)
            pg::raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       .message = "function relate.relationship_list_insert() is for a view relationship_list",
                       .detail = psprintf("There is no column \"%s\".", column)});
        return found;
    }
    pg::Argument column(const char *name) const
    {
        AttrNumber attribute = number(name);
        bool is_null;
        Datum value = heap_getattr(tuple, attribute, columns, &is_null);
        return {SPI_gettypeid(columns, attribute), value, is_null};
    }
};

pg::Argument type_id(const Workspace &workspace, const ListRow &row)
{
    pg::Argument name = row.column("relationship_type");
    if (name.is_null)
        pg::raise({.sqlstate = ERRCODE_NULL_VALUE_NOT_ALLOWED,
                   .message = "the relationship_type of a relationship must not be null",
                   .schema = workspace.name,
                   .table = "relationship_list",
                   .column = "relationship_type"});
    return {INT4OID, Int32GetDatum(type_named(workspace, pg::text_view(name.value)).id)};
}

// Null where none is named: the type may name it.
pg::Argument module_id(const Workspace &workspace, const ListRow &row, const char *column)
{
    pg::Argument name = row.column(column);
    if (name.is_null)
        return {INT4OID, 0, true};
    return {INT4OID, Int32GetDatum(module_named(workspace, pg::text_view(name.value)).id)};
}

pg::Argument is_primary(const ListRow &row)
{
    pg::Argument given = row.column("is_primary");
    return {BOOLOID, BoolGetDatum(!given.is_null && DatumGetBool(given.value))};
}

// What the table knows better than the row that was given.
constexpr const char *returned[] = {"relationship_id", "source_key", "target_key", "importance",
                                    "is_primary",      "created_at", "created_by"};

const char *statement(const Workspace &workspace, bool has_id)
{
    return psprintf("INSERT INTO %s (type_id, source_module_id, source_key, target_module_id, target_key, start_date, "
                    "end_date, importance, description, email, phone, address, address_module_id, address_key, "
                    "is_primary, attributes%s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
                    "$16%s) RETURNING relationship_id, source_key, target_key, importance, is_primary, created_at, "
                    "created_by",
                    pg::qualified_name(workspace.relationship_table), has_id ? ", relationship_id" : "",
                    has_id ? ", $17" : "");
}

// The row with what the table made of it; null where a trigger dropped it.
HeapTuple insert(const Workspace &workspace, const ListRow &row)
{
    pg::Argument id = row.column("relationship_id");
    const pg::Argument arguments[] = {type_id(workspace, row),
                                      module_id(workspace, row, "source_module"),
                                      row.column("source_key"),
                                      module_id(workspace, row, "target_module"),
                                      row.column("target_key"),
                                      row.column("start_date"),
                                      row.column("end_date"),
                                      row.column("importance"),
                                      row.column("description"),
                                      row.column("email"),
                                      row.column("phone"),
                                      row.column("address"),
                                      module_id(workspace, row, "address_module"),
                                      row.column("address_key"),
                                      is_primary(row),
                                      row.column("attributes"),
                                      id};
    std::span<const pg::Argument> given{arguments, std::size(arguments) - (id.is_null ? 1 : 0)};
    HeapTuple result = nullptr;
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        if (pg::run(statement(workspace, !id.is_null), given, pg::Sees::now) == 0)
            return;
        constexpr int count = std::size(returned);
        int columns[count];
        Datum values[count];
        bool nulls[count];
        for (int i = 0; i < count; ++i) {
            columns[i] = row.number(returned[i]);
            values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);
        }
        result = pg::in_context(caller, [&] {
            return heap_modify_tuple_by_cols(row.tuple, row.columns, count, columns, values, nulls);
        });
    });
    return result;
}

} // namespace

} // namespace relate

extern "C" {

PG_FUNCTION_INFO_V1(relate_relationship_list_insert);
Datum relate_relationship_list_insert(PG_FUNCTION_ARGS)
{
    using namespace relate;
    auto *data = reinterpret_cast<TriggerData *>(fcinfo->context);
    if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_INSTEAD(data->tg_event) ||
        !TRIGGER_FIRED_BY_INSERT(data->tg_event))
        pg::raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                   .message = "function relate.relationship_list_insert() is for a trigger INSTEAD OF INSERT"});
    const Workspace &workspace = workspace_of(RelationGetRelid(data->tg_relation));
    return PointerGetDatum(insert(workspace, {data->tg_trigtuple, RelationGetDescr(data->tg_relation)}));
}
}
