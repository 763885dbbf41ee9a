// Fuzz target: any text as a row literal. What is read is written canonically,
// reads back as the same fields and is then written the same.
//   clang++ -std=c++20 -Isrc -fsanitize=fuzzer,address test/fuzz/key_row_literal.cpp -o fuzz_row_literal
#include "key/row_literal.h"

#include <cstdlib>
#include <vector>

namespace {

using namespace relate;

void require(bool holds) {
    if (!holds) std::abort();
}

bool same(std::span<const RowField> left, std::span<const RowField> right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); i++)
        if (left[i].is_null != right[i].is_null || left[i].text != right[i].text) return false;
    return true;
}

std::vector<char> written(std::span<const RowField> fields) {
    std::vector<char> out(row_literal_size(fields));
    require(write_row_literal(fields, out).size() == out.size());
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view literal(reinterpret_cast<const char *>(data), size);
    std::vector<char> arena(size);
    std::vector<RowField> fields(16), fields_again(16);
    const ParsedRow row = parse_row_literal(literal, arena, fields);
    if (row.error != RowLiteralError::none) return 0;
    const std::vector<char> canonical = written(row.fields);
    std::vector<char> arena_again(canonical.size());
    const ParsedRow again =
        parse_row_literal({canonical.data(), canonical.size()}, arena_again, fields_again);
    require(again.error == RowLiteralError::none && same(row.fields, again.fields));
    require(written(again.fields) == canonical);
    return 0;
}
