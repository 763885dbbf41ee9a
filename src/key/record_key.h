// record_key: the primary key of any record, in one compact form.
//
// A key is a short string of bytes that sorts by memcmp, a shorter one first:
//
//     integer   tag 0x80 + n, then the n minimal big-endian bytes of the value;
//               a negative one has tag 0x80 - n and its two's complement bytes
//     uuid      tag 0x90, then its 16 bytes
//     text      tag 0x98, then the text as it is
//
// So integers come first, in numeric order, then uuids, then texts bytewise.
// Only canonical spellings become integers (`0`, `-?[1-9][0-9]*` within 64 bits)
// and uuids (lower case, 8-4-4-4-12); everything else stays text. A text thus
// comes back as it went in, and two keys are equal exactly when their texts are.
//
// Nothing here allocates or fails: callers bring the buffers, and bytes that no
// function here has made read as some text. No server header: tested alone.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace relate {

using KeyBytes = std::span<const std::byte>;
using UuidBytes = std::span<const std::byte, 16>;

enum class KeyKind : std::uint8_t { integer, uuid, text };

// The longest text of a key that the tables store. The type itself has no limit.
inline constexpr std::size_t longest_stored_key = 1000;

inline constexpr std::size_t integer_key_capacity = 1 + sizeof(std::int64_t);
inline constexpr std::size_t uuid_key_size = 1 + 16;
inline constexpr std::size_t uuid_text_size = 36;

// Bytes enough for the key of a text: no kind takes more than a tag and the text.
constexpr std::size_t key_capacity(std::size_t text_size) { return 1 + text_size; }

// Room for the text of an integer (at most 20 characters) or a uuid.
using KeyTextBuffer = std::array<char, uuid_text_size>;

namespace key_detail {

inline constexpr unsigned zero_tag = 0x80;
inline constexpr unsigned uuid_tag = 0x90;
inline constexpr unsigned text_tag = 0x98;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// The value of a lower-case hexadecimal digit, or -1.
constexpr int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

constexpr unsigned bytes_needed(std::uint64_t value) {
    return static_cast<unsigned>((std::bit_width(value) + 7) / 8);
}

} // namespace key_detail

// `0` or `-?[1-9][0-9]*`, of any length: the spelling of an integer, which may lie beyond 64 bits.
constexpr bool is_integer_spelling(std::string_view text) {
    if (text == "0") return true;
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.empty() || text.front() == '0') return false;
    for (char c : text)
        if (!key_detail::is_digit(c)) return false;
    return true;
}

// The integer that a text spells canonically, if it does and fits 64 bits.
constexpr std::optional<std::int64_t> canonical_integer(std::string_view text) {
    constexpr std::size_t longest = std::string_view("-9223372036854775808").size();
    if (text.size() > longest || !is_integer_spelling(text)) return std::nullopt;
    const bool negative = text.front() == '-';
    if (negative) text.remove_prefix(1);
    if (text.size() >= longest) return std::nullopt;
    std::uint64_t magnitude = 0; // at most 19 digits: no overflow
    for (char c : text)
        magnitude = magnitude * 10 + static_cast<std::uint64_t>(c - '0');
    const std::uint64_t limit = std::uint64_t{1} << 63;
    if (magnitude > (negative ? limit : limit - 1)) return std::nullopt;
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

// The bytes of the uuid that a text spells canonically, if it does.
constexpr std::optional<std::array<std::byte, 16>> canonical_uuid(std::string_view text) {
    if (text.size() != uuid_text_size) return std::nullopt;
    std::array<std::byte, 16> uuid{};
    std::size_t nibbles = 0;
    for (std::size_t i = 0; i < uuid_text_size; i++) {
        if (key_detail::is_dash_position(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int value = key_detail::hex_value(text[i]);
        if (value < 0) return std::nullopt;
        uuid[nibbles / 2] |= static_cast<std::byte>(nibbles % 2 == 0 ? value << 4 : value);
        nibbles++;
    }
    return uuid;
}

// ---- Making keys. Each writes to the front of `out` and returns the bytes written.

constexpr std::size_t encode_integer_key(std::int64_t value, std::span<std::byte, integer_key_capacity> out) {
    auto bits = static_cast<std::uint64_t>(value);
    unsigned size;
    unsigned tag;
    if (value >= 0) {
        size = key_detail::bytes_needed(bits);
        tag = key_detail::zero_tag + size;
    } else {
        // The complement decides the size; -1 takes one byte, as the tag alone is zero.
        size = key_detail::bytes_needed(~bits | 1);
        tag = key_detail::zero_tag - size;
    }
    out[0] = static_cast<std::byte>(tag);
    for (unsigned i = size; i > 0; i--) {
        out[i] = static_cast<std::byte>(bits & 0xff);
        bits >>= 8;
    }
    return 1 + size;
}

inline std::size_t encode_uuid_key(UuidBytes uuid, std::span<std::byte, uuid_key_size> out) {
    out[0] = static_cast<std::byte>(key_detail::uuid_tag);
    std::memcpy(out.data() + 1, uuid.data(), uuid.size());
    return uuid_key_size;
}

// `out` holds at least key_capacity(text.size()) bytes.
inline std::size_t encode_text_key(std::string_view text, std::span<std::byte> out) {
    if (const auto integer = canonical_integer(text)) {
        std::array<std::byte, integer_key_capacity> key;
        const std::size_t size = encode_integer_key(*integer, key);
        std::memcpy(out.data(), key.data(), size);
        return size;
    }
    if (const auto uuid = canonical_uuid(text)) return encode_uuid_key(*uuid, out.first<uuid_key_size>());
    out[0] = static_cast<std::byte>(key_detail::text_tag);
    if (!text.empty()) std::memcpy(out.data() + 1, text.data(), text.size());
    return 1 + text.size();
}

// ---- Reading keys.

constexpr KeyKind key_kind(KeyBytes key) {
    if (key.empty()) return KeyKind::text;
    const auto tag = std::to_integer<unsigned>(key[0]);
    if (tag == key_detail::uuid_tag && key.size() == uuid_key_size) return KeyKind::uuid;
    const unsigned size =
        tag >= key_detail::zero_tag ? tag - key_detail::zero_tag : key_detail::zero_tag - tag;
    return size <= sizeof(std::int64_t) && key.size() == 1 + size ? KeyKind::integer : KeyKind::text;
}

constexpr bool is_integer_key(KeyBytes key) { return key_kind(key) == KeyKind::integer; }

constexpr bool is_uuid_key(KeyBytes key) { return key_kind(key) == KeyKind::uuid; }

constexpr std::optional<std::int64_t> integer_of_key(KeyBytes key) {
    if (!is_integer_key(key)) return std::nullopt;
    const bool negative = std::to_integer<unsigned>(key[0]) < key_detail::zero_tag;
    std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
    for (std::byte byte : key.subspan(1))
        bits = bits << 8 | std::to_integer<std::uint64_t>(byte);
    return static_cast<std::int64_t>(bits);
}

// The uuid's bytes, inside the key.
constexpr std::optional<UuidBytes> uuid_of_key(KeyBytes key) {
    if (!is_uuid_key(key)) return std::nullopt;
    return key.subspan<1, 16>();
}

namespace key_detail {

inline std::string_view write_integer(std::int64_t value, KeyTextBuffer &buffer) {
    char *const end = buffer.data() + buffer.size();
    char *at = end;
    auto magnitude = static_cast<std::uint64_t>(value);
    if (value < 0) magnitude = 0 - magnitude;
    do {
        *--at = static_cast<char>('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (value < 0) *--at = '-';
    return {at, static_cast<std::size_t>(end - at)};
}

inline std::string_view write_uuid(UuidBytes uuid, KeyTextBuffer &buffer) {
    constexpr char digits[] = "0123456789abcdef";
    std::size_t nibbles = 0;
    for (std::size_t i = 0; i < uuid_text_size; i++) {
        if (is_dash_position(i)) {
            buffer[i] = '-';
            continue;
        }
        const auto byte = std::to_integer<unsigned>(uuid[nibbles / 2]);
        buffer[i] = digits[nibbles % 2 == 0 ? byte >> 4 : byte & 0xf];
        nibbles++;
    }
    return {buffer.data(), buffer.size()};
}

} // namespace key_detail

// The key's text: inside the key itself where it is kept as text, else written to `buffer`.
inline std::string_view text_of_key(KeyBytes key, KeyTextBuffer &buffer) {
    if (const auto integer = integer_of_key(key)) return key_detail::write_integer(*integer, buffer);
    if (const auto uuid = uuid_of_key(key)) return key_detail::write_uuid(*uuid, buffer);
    if (key.empty()) return {};
    return {reinterpret_cast<const char *>(key.data()) + 1, key.size() - 1};
}

// Whether the tables take the key: not empty, and not longer than they store.
inline bool is_storable_key(KeyBytes key) {
    KeyTextBuffer buffer;
    const std::size_t size = text_of_key(key, buffer).size();
    return size > 0 && size <= longest_stored_key;
}

// ---- Order.

// A loop over the length of an integer: most keys differ within it, and a call costs more.
inline int compare_keys(KeyBytes left, KeyBytes right) {
    const std::size_t common = left.size() < right.size() ? left.size() : right.size();
    const std::size_t near = common < integer_key_capacity ? common : integer_key_capacity;
    for (std::size_t i = 0; i < near; i++)
        if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
    if (common > near)
        if (const int order = std::memcmp(left.data() + near, right.data() + near, common - near))
            return order;
    return (left.size() > right.size()) - (left.size() < right.size());
}

inline bool equal_keys(KeyBytes left, KeyBytes right) {
    return left.size() == right.size() &&
           (left.empty() || std::memcmp(left.data(), right.data(), left.size()) == 0);
}

// The first eight bytes as a number: keys in order have prefixes in order, or equal ones.
inline std::uint64_t key_prefix(KeyBytes key) {
    std::uint64_t prefix = 0;
    if (!key.empty())
        std::memcpy(&prefix, key.data(), key.size() < sizeof(prefix) ? key.size() : sizeof(prefix));
    if constexpr (std::endian::native == std::endian::little) prefix = __builtin_bswap64(prefix);
    return prefix;
}

} // namespace relate
