// Writing a jsonb value from C++, in the current memory context.
#pragma once

#include "pg/pg.h"
#include "pg/text.h"

namespace relate::pg {

// What to_jsonb makes of a row.
Datum jsonb_of_row(Datum row);

class JsonWriter {
public:
    void begin_object() { push(WJB_BEGIN_OBJECT, nullptr); }
    void end_object() { push(WJB_END_OBJECT, nullptr); }
    void begin_array() { push(WJB_BEGIN_ARRAY, nullptr); }
    void end_array() { push(WJB_END_ARRAY, nullptr); }

    void key(const char *name)
    {
        JsonbValue value = string(name);
        push(WJB_KEY, &value);
    }

    // Members of an object: a null pointer, or no date, is JSON's null. Texts must
    // live until the value is taken.
    void text(const char *name, const char *member)
    {
        JsonbValue value = member ? string(member) : null();
        add(name, value);
    }
    // Of the server's type text, or 0.
    void text_value(const char *name, Datum value) { text(name, c_string_or_null(value)); }
    void number(const char *name, int64 member)
    {
        JsonbValue value = {};
        value.type = jbvNumeric;
        value.val.numeric = int64_to_numeric(member);
        add(name, value);
    }
    void boolean(const char *name, bool member)
    {
        JsonbValue value = {};
        value.type = jbvBool;
        value.val.boolean = member;
        add(name, value);
    }
    void date(const char *name, std::optional<DateADT> member);

    // The whole, after the outermost end.
    Datum value() const { return JsonbPGetDatum(JsonbValueToJsonb(whole_)); }

private:
    static JsonbValue null()
    {
        JsonbValue value = {};
        value.type = jbvNull;
        return value;
    }
    static JsonbValue string(const char *text)
    {
        JsonbValue value = {};
        value.type = jbvString;
        value.val.string.val = const_cast<char *>(text);
        value.val.string.len = static_cast<int>(strlen(text));
        return value;
    }
    void push(JsonbIteratorToken token, JsonbValue *value) { whole_ = pushJsonbValue(&state_, token, value); }
    void add(const char *name, JsonbValue &value)
    {
        key(name);
        push(WJB_VALUE, &value);
    }

    JsonbParseState *state_ = nullptr;
    JsonbValue *whole_ = nullptr;
};

} // namespace relate::pg
