// See record.h.
#include "catalog/record.h"

#include "key/read_text.h"
#include "key/row_literal.h"
#include "pg/access.h"
#include "pg/input.h"
#include "pg/memory.h"
#include "pg/settings.h"
#include "pg/spi.h"
#include "pg/text.h"

namespace relate {

namespace {

bool fits(Oid type, int64 value)
{
    switch (type) {
    case INT2OID:
        return value >= PG_INT16_MIN && value <= PG_INT16_MAX;
    case INT4OID:
        return value >= PG_INT32_MIN && value <= PG_INT32_MAX;
    default:
        return true;
    }
}

Datum integer_datum(Oid type, int64 value)
{
    switch (type) {
    case INT2OID:
        return Int16GetDatum(static_cast<int16>(value));
    case INT4OID:
        return Int32GetDatum(static_cast<int32>(value));
    default:
        return Int64GetDatum(value);
    }
}

int64 integer_of(Oid type, Datum value)
{
    switch (type) {
    case INT2OID:
        return DatumGetInt16(value);
    case INT4OID:
        return DatumGetInt32(value);
    default:
        return DatumGetInt64(value);
    }
}

Datum text_datum(std::string_view text)
{
    return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
}

Datum uuid_datum(UuidBytes bytes)
{
    auto *uuid = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
    memcpy(uuid->data, bytes.data(), bytes.size());
    return UUIDPGetDatum(uuid);
}

bool read_other(const KeyColumn &column, std::string_view text, Datum &value)
{
    char *zero_terminated = pnstrdup(text.data(), text.size());
    bool is_value = false;
    pg::with_pinned_settings(
        [&] { is_value = pg::read_value(column.input, zero_terminated, column.input_parameter, value); });
    return is_value;
}

bool value_of_text(const KeyColumn &column, std::string_view text, Datum &value)
{
    switch (column.kind) {
    case KeyColumnKind::integer: {
        int64 number;
        if (!parse_integer(text, number) || !fits(column.type, number))
            return false;
        value = integer_datum(column.type, number);
        return true;
    }
    case KeyColumnKind::uuid: {
        std::array<std::byte, 16> uuid;
        if (!parse_uuid(text, uuid))
            return false;
        value = uuid_datum(uuid);
        return true;
    }
    case KeyColumnKind::text:
        value = text_datum(text);
        return true;
    case KeyColumnKind::other:
        return read_other(column, text, value);
    }
    pg_unreachable();
}

// The hot path: one column, and the key's own binary form.
bool value_of_key(const KeyColumn &column, Datum key, Datum &value)
{
    KeyBytes bytes = key_bytes(key);
    if (column.kind == KeyColumnKind::integer)
        if (auto number = integer_of_key(bytes)) {
            if (!fits(column.type, *number))
                return false;
            value = integer_datum(column.type, *number);
            return true;
        }
    if (column.kind == KeyColumnKind::uuid)
        if (auto uuid = uuid_of_key(bytes)) {
            value = uuid_datum(*uuid);
            return true;
        }
    KeyTextBuffer buffer;
    return value_of_text(column, text_of_key(bytes, buffer), value);
}

const char *text_of_other(const KeyColumn &column, Datum value)
{
    char *text = nullptr;
    pg::with_pinned_settings([&] { text = OutputFunctionCall(const_cast<FmgrInfo *>(&column.output), value); });
    // The blanks of char(n) are no part of its value.
    if (column.type == BPCHAROID)
        for (size_t length = strlen(text); length > 0 && text[length - 1] == ' '; --length)
            text[length - 1] = '\0';
    return text;
}

std::string_view text_of_value(const KeyColumn &column, Datum value)
{
    switch (column.kind) {
    case KeyColumnKind::integer:
        return psprintf(INT64_FORMAT, integer_of(column.type, value));
    case KeyColumnKind::uuid:
        return DatumGetCString(DirectFunctionCall1(uuid_out, value));
    case KeyColumnKind::text:
        return pg::text_view(value);
    case KeyColumnKind::other:
        return text_of_other(column, value);
    }
    pg_unreachable();
}

Datum key_of_value(const KeyColumn &column, Datum value)
{
    if (column.kind == KeyColumnKind::integer)
        return key_datum_of_integer(integer_of(column.type, value));
    if (column.kind == KeyColumnKind::uuid) {
        auto *uuid = DatumGetUUIDP(value);
        return key_datum_of_uuid(UuidBytes(reinterpret_cast<const std::byte *>(uuid->data), 16));
    }
    return key_datum_of_text(text_of_value(column, value));
}

bool may_read_key(const Module &module)
{
    AttrNumber columns[INDEX_MAX_KEYS];
    for (size_t i = 0; i < module.key.size(); ++i)
        columns[i] = module.key[i].attribute;
    return pg::may_select(module.table, {columns, module.key.size()});
}

const char *key_statement(const Module &module)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    for (size_t i = 0; i < module.key.size(); ++i)
        appendStringInfo(&sql, "%sx.%s", i ? ", " : "", pg::column_name(module.table, module.key[i].attribute));
    appendStringInfo(&sql, " FROM %s x WHERE ", pg::qualified_name(module.table));
    append_key_condition(&sql, module, "x", 1);
    return sql.data;
}

// The key as the row spells it; as given where no row is found.
Datum key_from_table(const Module &module, Datum key, const KeyValues &values, pg::Sees sees)
{
    const char *sql = key_statement(module);
    pg::Argument arguments[INDEX_MAX_KEYS];
    for (size_t i = 0; i < module.key.size(); ++i)
        arguments[i] = {module.key[i].type, values.values[i]};
    MemoryContext caller = CurrentMemoryContext;
    pg::spi_session([&] {
        if (pg::run(sql, {arguments, module.key.size()}, sees, 1) == 0)
            return;
        Datum row[INDEX_MAX_KEYS];
        for (size_t i = 0; i < module.key.size(); ++i) {
            bool is_null;
            row[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, static_cast<int>(i) + 1, &is_null);
        }
        key = pg::in_context(caller, [&] { return key_of_values(module, row); });
    });
    return key;
}

} // namespace

bool values_of_key(const Module &module, Datum key, KeyValues &values)
{
    if (!OidIsValid(module.table))
        return false;
    if (module.key.size() == 1)
        return value_of_key(module.key[0], key, values.values[0]);
    KeyTextBuffer buffer;
    std::string_view text = text_of_key(key_bytes(key), buffer);
    std::array<RowField, INDEX_MAX_KEYS> room;
    std::span arena(static_cast<char *>(palloc(text.size() + 1)), text.size());
    ParsedRow row = parse_row_literal(text, arena, std::span(room).first(module.key.size()));
    if (row.error != RowLiteralError::none || row.fields.size() != module.key.size())
        return false;
    for (size_t i = 0; i < module.key.size(); ++i)
        if (row.fields[i].is_null || !value_of_text(module.key[i], row.fields[i].text, values.values[i]))
            return false;
    return true;
}

Datum key_of_values(const Module &module, const Datum *values)
{
    if (module.key.size() == 1)
        return key_of_value(module.key[0], values[0]);
    std::array<RowField, INDEX_MAX_KEYS> room;
    std::span fields = std::span(room).first(module.key.size());
    for (size_t i = 0; i < module.key.size(); ++i)
        fields[i] = {text_of_value(module.key[i], values[i]), false};
    size_t size = row_literal_size(fields);
    return key_datum_of_text(write_row_literal(fields, std::span(static_cast<char *>(palloc(size)), size)));
}

Datum key_of_row(const Module &module, TupleTableSlot *row)
{
    Datum values[INDEX_MAX_KEYS];
    for (size_t i = 0; i < module.key.size(); ++i) {
        bool is_null;
        values[i] = slot_getattr(row, module.key[i].attribute, &is_null);
        Assert(!is_null);
    }
    return key_of_values(module, values);
}

const char *kind_in_column(TupleTableSlot *row, AttrNumber column)
{
    bool is_null;
    Datum value = slot_getattr(row, column, &is_null);
    if (is_null)
        return nullptr;
    Oid output;
    bool is_varlena;
    Oid type = getBaseType(TupleDescAttr(row->tts_tupleDescriptor, column - 1)->atttypid);
    getTypeOutputInfo(type, &output, &is_varlena);
    return kind_of_output(type, OidOutputFunctionCall(output, value));
}

const char *kind_of_output(Oid type, char *output)
{
    if (output && getBaseType(type) == BPCHAROID)
        output[bpchartruelen(output, static_cast<int>(strlen(output)))] = '\0';
    return output;
}

bool row_has_key(const Module &module, const KeyValues &values, TupleTableSlot *row)
{
    for (size_t i = 0; i < module.key.size(); ++i) {
        bool is_null;
        Datum value = slot_getattr(row, module.key[i].attribute, &is_null);
        auto *equal = const_cast<FmgrInfo *>(&module.key[i].equal);
        if (is_null || !DatumGetBool(FunctionCall2Coll(equal, module.key[i].collation, value, values.values[i])))
            return false;
    }
    return true;
}

std::span<ScanKeyData> key_scan(const Module &module, const KeyValues &values, ScanKeyData *keys)
{
    for (size_t i = 0; i < module.key.size(); ++i) {
        const KeyColumn &column = module.key[i];
        ScanKeyEntryInitializeWithInfo(&keys[column.index_position - 1], 0, column.index_position,
                                       BTEqualStrategyNumber, column.subtype, column.collation,
                                       const_cast<FmgrInfo *>(&column.equal), values.values[i]);
    }
    return {keys, module.key.size()};
}

bool is_canonical(const Module &module, Datum key)
{
    if (module.key.size() != 1)
        return false;
    switch (module.key[0].kind) {
    case KeyColumnKind::integer:
        return is_integer_key(key_bytes(key));
    case KeyColumnKind::uuid:
        return is_uuid_key(key_bytes(key));
    case KeyColumnKind::text:
        return true;
    case KeyColumnKind::other:
        return false;
    }
    pg_unreachable();
}

bool is_spelled_by_row(const Module &module)
{
    for (const KeyColumn &column : module.key)
        if (column.kind == KeyColumnKind::other)
            return true;
    return false;
}

Datum canonical_key(const Module &module, Datum key, Looks looks)
{
    KeyValues values;
    if (!values_of_key(module, key, values))
        return key;
    if (!is_spelled_by_row(module))
        return key_of_values(module, values.values);
    if (looks == Looks::as_caller)
        return may_read_key(module) ? key_from_table(module, key, values, pg::Sees::snapshot) : key;
    pg::as_owner(module.owner, [&] { key = key_from_table(module, key, values, pg::Sees::latest); });
    return key;
}

void append_key_condition(StringInfo sql, const Module &module, const char *alias, int first_parameter)
{
    for (size_t i = 0; i < module.key.size(); ++i) {
        const KeyColumn &column = module.key[i];
        const char *value = psprintf("%s.%s", alias, pg::column_name(module.table, column.attribute));
        const char *given = psprintf("$%d", first_parameter + static_cast<int>(i));
        appendStringInfo(sql, "%s%s %s %s", i ? " AND " : "", pg::comparable(value, column.type),
                         pg::qualified_operator(column.equal_operator), pg::comparable(given, column.type));
    }
}

} // namespace relate
