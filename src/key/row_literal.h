// Row literals: the text of a key of several columns, `(10248,11)`.
//
// Reads and writes exactly what PostgreSQL's record_in and record_out do, so the
// canonical text of such a key is what ROW(a, b)::text gives:
//
//     (10248,11)   ("a b","x""y",)   (,"")
//
// Nothing between two separators is a null field; an empty text is quoted.
// No memory of its own: fields lie in the literal where it holds them verbatim,
// else in the caller's arena. No server header: tested alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace relate {

struct RowField {
    std::string_view text; // empty for a null field
    bool is_null;
};

enum class RowLiteralError : std::uint8_t {
    none,
    no_parenthesis,
    unexpected_end,
    trailing_junk,
    too_many_fields
};

struct ParsedRow {
    RowLiteralError error;
    std::span<RowField> fields; // the fields read; empty after an error
};

// Reads a literal into at most fields.size() fields; `arena` holds at least
// literal.size() characters. `()` reads as one null field: a literal does not
// tell a row without columns from one with a single null.
ParsedRow parse_row_literal(std::string_view literal, std::span<char> arena, std::span<RowField> fields);

// The size of the fields' literal.
std::size_t row_literal_size(std::span<const RowField> fields);

// Writes the literal to the front of `out`, which holds at least
// row_literal_size(fields) characters, and returns it.
std::string_view write_row_literal(std::span<const RowField> fields, std::span<char> out);

// What is wrong with the literal, in PostgreSQL's words (a DETAIL).
const char *row_literal_problem(RowLiteralError error);

} // namespace relate
