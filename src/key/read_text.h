// The values of key columns as PostgreSQL's types read them from a text, without an
// error for what is none. Server-free.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace relate {

namespace read_text_detail {

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

} // namespace read_text_detail

// What the integer types read: blanks, a sign, digits. False for anything else,
// also beyond 64 bits.
inline bool parse_integer(std::string_view text, std::int64_t &value)
{
    while (!text.empty() && read_text_detail::is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && read_text_detail::is_space(text.back()))
        text.remove_suffix(1);
    bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+'))
        text.remove_prefix(1);
    if (text.empty())
        return false;
    value = 0;
    for (char c : text) {
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, c - '0', &value)) // downwards: reaches the smallest too
            return false;
    }
    if (negative)
        return true;
    return !__builtin_sub_overflow(0, value, &value);
}

// What the uuid type reads: any case, braces, dashes after any group of four digits.
inline bool parse_uuid(std::string_view text, std::array<std::byte, 16> &uuid)
{
    bool braced = text.size() >= 2 && text.front() == '{' && text.back() == '}';
    if (braced)
        text = text.substr(1, text.size() - 2);
    std::size_t digits = 0;
    uuid = {};
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '-' && digits > 0 && digits < 32 && digits % 4 == 0 && text[i - 1] != '-')
            continue;
        int digit = read_text_detail::hex_digit(c);
        if (digit < 0 || digits == 32)
            return false;
        uuid[digits / 2] |= static_cast<std::byte>(digits % 2 == 0 ? digit << 4 : digit);
        ++digits;
    }
    return digits == 32 && text.back() != '-';
}

} // namespace relate
