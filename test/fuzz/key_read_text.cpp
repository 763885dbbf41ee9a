// Fuzz target: any text as an integer and as a uuid, against what the C library and
// PostgreSQL's own reader say.
//   clang++ -std=c++20 -Isrc -fsanitize=fuzzer,address test/fuzz/key_read_text.cpp -o fuzz_read_text
#include "key/read_text.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// As pg_strtoint64: strtoll, which has no opinion on what follows but blanks.
bool expected_integer(const std::string &text, long long &value) {
    const char *start = text.c_str();
    while (isspace(static_cast<unsigned char>(*start))) start++;
    const char *digits = *start == '-' || *start == '+' ? start + 1 : start;
    if (!isdigit(static_cast<unsigned char>(*digits))) return false;
    char *end;
    errno = 0;
    value = strtoll(start, &end, 10);
    if (errno) return false;
    while (isspace(static_cast<unsigned char>(*end))) end++;
    return *end == '\0';
}

// As string_to_uuid in PostgreSQL's uuid.c.
bool expected_uuid(const std::string &text, std::array<std::byte, 16> &uuid) {
    const char *at = text.c_str();
    const bool braces = *at == '{';
    if (braces) at++;
    for (int i = 0; i < 16; i++) {
        if (!isxdigit(static_cast<unsigned char>(at[0])) || !isxdigit(static_cast<unsigned char>(at[1])))
            return false;
        const char pair[] = {at[0], at[1], '\0'};
        uuid[static_cast<std::size_t>(i)] = static_cast<std::byte>(strtoul(pair, nullptr, 16));
        at += 2;
        if (*at == '-' && i % 2 == 1 && i < 15) at++;
    }
    if (braces && *at++ != '}') return false;
    return *at == '\0';
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(reinterpret_cast<const char *>(data), size);
    if (text.find('\0') != std::string::npos) return 0; // no text of the server holds one
    std::int64_t value;
    long long wanted;
    const bool is_integer = relate::parse_integer(text, value);
    require(is_integer == expected_integer(text, wanted) && (!is_integer || value == wanted));
    std::array<std::byte, 16> uuid, wanted_uuid;
    const bool is_uuid = relate::parse_uuid(text, uuid);
    require(is_uuid == expected_uuid(text, wanted_uuid) && (!is_uuid || uuid == wanted_uuid));
    return 0;
}
