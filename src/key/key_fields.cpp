// relate.key_fields(key): the values in a key of several columns.
//
// For plain SQL that joins by such keys. Reads nothing; the result lies in the
// caller's memory context.
#include "pg/pg.h"

#include "key/key_datum.h"
#include "key/row_literal.h"

extern "C" {

PG_FUNCTION_INFO_V1(relate_key_fields);
Datum relate_key_fields(PG_FUNCTION_ARGS)
{
    using namespace relate;
    KeyTextBuffer buffer;
    std::string_view text = text_of_key(key_bytes(PG_GETARG_DATUM(0)), buffer);
    std::array<RowField, INDEX_MAX_KEYS> room;
    std::span arena(static_cast<char *>(palloc(text.size() + 1)), text.size());
    ParsedRow row = parse_row_literal(text, arena, room);
    if (row.error != RowLiteralError::none) {
        room[0] = {text, false};
        row.fields = std::span(room).first(1);
    }
    Datum values[INDEX_MAX_KEYS];
    bool nulls[INDEX_MAX_KEYS];
    for (size_t i = 0; i < row.fields.size(); ++i) {
        const RowField &field = row.fields[i];
        nulls[i] = field.is_null;
        values[i] = field.is_null ? Datum{0} : PointerGetDatum(cstring_to_text_with_len(field.text.data(), static_cast<int>(field.text.size())));
    }
    int count = static_cast<int>(row.fields.size()), first = 1;
    PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &count, &first, TEXTOID, -1, false, TYPALIGN_INT));
}
}
