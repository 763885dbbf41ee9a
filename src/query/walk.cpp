// See walk.h.
#include "query/walk.h"

#include "catalog/record.h"
#include "pg/access.h"
#include "pg/error.h"
#include "query/arguments.h"
#include "read/names.h"

namespace relate {

WalkLimit walk_limit()
{
    // Offsets within the blocks of a walk have 32 bits.
    constexpr double most = 3.0 * 1024 * 1024 * 1024;
    return {static_cast<size_t>(std::min(most, work_mem * 1024.0 * hash_mem_multiplier))};
}

void WalkLimit::raise_too_big() const
{
    pg::raise({.sqlstate = ERRCODE_OUT_OF_MEMORY,
               .message = "the records that this query reaches do not fit into its memory",
               .detail = psprintf("A walk may use work_mem times hash_mem_multiplier, which is %zu kB.", bytes / 1024),
               .hint = "Raise it: SET work_mem = '256MB'; a million records with integer keys take 30 to 45 MB. Or limit max_depth."});
}

AskedRecord asked_record(const Module &module, Datum key)
{
    return {&module, is_canonical(module, key) ? key : canonical_key(module, key)};
}

AskedRecord record_argument(FunctionCallInfo fcinfo, const Workspace &workspace, int module, const char *module_name,
                            const char *key_name)
{
    Datum name = required_argument(fcinfo, module, module_name);
    Datum key = required_argument(fcinfo, module + 1, key_name);
    return asked_record(module_named(workspace, text_view(name)), key);
}

bool is_same(const AskedRecord &a, const AskedRecord &b)
{
    return a.module == b.module && equal_key_datums(a.key, b.key);
}

void raise_unknown_record(const AskedRecord &asked)
{
    pg::raise({.sqlstate = ERRCODE_UNDEFINED_OBJECT,
               .message = psprintf("record %s of module \"%s\" does not exist", cstring_of_key_datum(asked.key),
                                   asked.module->name)});
}

void require_record(const AskedRecord &asked)
{
    pg::Array<AttrNumber> columns;
    for (const KeyColumn &column : asked.module->key)
        columns.push(column.attribute);
    if (!OidIsValid(asked.module->table) || !pg::may_select(asked.module->table, columns.view()))
        return;
    Module nameless = *asked.module;
    nameless.name_columns = {};
    if (!names_of(nameless, {&asked.key, 1})[0].is_visible)
        raise_unknown_record(asked);
}

Datum RecordDatums::key(KeyBytes bytes)
{
    if (bytes.size() + VARHDRSZ_SHORT <= sizeof room_ - 1) {
        SET_VARSIZE_SHORT(room_, bytes.size() + VARHDRSZ_SHORT);
        memcpy(VARDATA_SHORT(room_), bytes.data(), bytes.size());
        return PointerGetDatum(room_);
    }
    if (long_key_)
        pfree(DatumGetPointer(long_key_));
    return long_key_ = key_datum(bytes);
}

uint32_t max_depth_argument(FunctionCallInfo fcinfo, int number)
{
    if (PG_ARGISNULL(number))
        return any_depth;
    int32 depth = PG_GETARG_INT32(number);
    if (depth < 0)
        pg::raise({.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE,
                   .message = psprintf("max_depth must not be negative, and is %d", depth),
                   .hint = "Leave it out for any depth."});
    return static_cast<uint32_t>(depth);
}

} // namespace relate
