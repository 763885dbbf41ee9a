// Row literals: see row_literal.h. The rules are those of rowtypes.c.
#include "key/row_literal.h"

#include <cstring>

namespace relate {

namespace {

// isspace() of the C locale; bytes of UTF-8 beyond ASCII are never blanks.
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr bool is_escaped(char c) { return c == '"' || c == '\\'; }

constexpr bool needs_quotes(std::string_view text) {
    if (text.empty()) return true;
    for (char c : text)
        if (is_escaped(c) || c == '(' || c == ')' || c == ',' || is_space(c)) return true;
    return false;
}

class Parser {
public:
    Parser(std::string_view literal, std::span<char> arena) : rest_(literal), arena_(arena.data()) {}

    RowLiteralError parse(std::span<RowField> fields, std::size_t &count) {
        skip_space();
        if (!take('(')) return RowLiteralError::no_parenthesis;
        do {
            if (count == fields.size()) return RowLiteralError::too_many_fields;
            if (!parse_field(fields[count++])) return RowLiteralError::unexpected_end;
        } while (take(','));
        take(')'); // a field ends only before one of the two
        skip_space();
        return rest_.empty() ? RowLiteralError::none : RowLiteralError::trailing_junk;
    }

private:
    // Reads up to the separator or parenthesis that ends the field; false if there is none.
    bool parse_field(RowField &field) {
        const char *const start = rest_.data();
        std::size_t plain = 0;
        while (plain < rest_.size() && !ends_field(rest_[plain]) && !is_escaped(rest_[plain]))
            plain++;
        if (plain == rest_.size()) return false;
        if (ends_field(rest_[plain])) {
            field = {{start, plain}, plain == 0};
            rest_.remove_prefix(plain);
            return true;
        }
        return parse_escaped_field(field);
    }

    // As above, for a field that its literal does not hold verbatim.
    bool parse_escaped_field(RowField &field) {
        char *const start = arena_;
        bool quoted = false;
        while (!rest_.empty()) {
            if (!quoted && ends_field(rest_.front())) {
                field = {{start, static_cast<std::size_t>(arena_ - start)}, false};
                return true;
            }
            const char c = next();
            if (c == '\\') {
                if (rest_.empty()) return false;
                *arena_++ = next();
            } else if (c != '"')
                *arena_++ = c;
            else if (!quoted)
                quoted = true;
            else if (take('"'))
                *arena_++ = '"';
            else
                quoted = false;
        }
        return false;
    }

    static bool ends_field(char c) { return c == ',' || c == ')'; }

    char next() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void skip_space() {
        while (!rest_.empty() && is_space(rest_.front()))
            rest_.remove_prefix(1);
    }

    std::string_view rest_;
    char *arena_;
};

std::size_t field_size(const RowField &field) {
    if (field.is_null) return 0;
    if (!needs_quotes(field.text)) return field.text.size();
    std::size_t size = 2 + field.text.size();
    for (char c : field.text)
        size += is_escaped(c);
    return size;
}

char *write_field(const RowField &field, char *out) {
    if (field.is_null) return out;
    if (!needs_quotes(field.text)) {
        std::memcpy(out, field.text.data(), field.text.size());
        return out + field.text.size();
    }
    *out++ = '"';
    for (char c : field.text) {
        if (is_escaped(c)) *out++ = c;
        *out++ = c;
    }
    *out++ = '"';
    return out;
}

} // namespace

ParsedRow parse_row_literal(std::string_view literal, std::span<char> arena, std::span<RowField> fields) {
    std::size_t count = 0;
    const RowLiteralError error = Parser(literal, arena).parse(fields, count);
    return {error, fields.first(error == RowLiteralError::none ? count : 0)};
}

std::size_t row_literal_size(std::span<const RowField> fields) {
    std::size_t size = 2 + (fields.empty() ? 0 : fields.size() - 1);
    for (const RowField &field : fields)
        size += field_size(field);
    return size;
}

std::string_view write_row_literal(std::span<const RowField> fields, std::span<char> out) {
    char *at = out.data();
    *at++ = '(';
    for (std::size_t i = 0; i < fields.size(); i++) {
        if (i > 0) *at++ = ',';
        at = write_field(fields[i], at);
    }
    *at++ = ')';
    return {out.data(), static_cast<std::size_t>(at - out.data())};
}

const char *row_literal_problem(RowLiteralError error) {
    switch (error) {
    case RowLiteralError::none:
        return "";
    case RowLiteralError::no_parenthesis:
        return "Missing left parenthesis.";
    case RowLiteralError::unexpected_end:
        return "Unexpected end of input.";
    case RowLiteralError::trailing_junk:
        return "Junk after right parenthesis.";
    case RowLiteralError::too_many_fields:
        return "Too many columns.";
    }
    return "";
}

} // namespace relate
