// record_key values as the server passes them: Datums that point to a varlena.
//
// The compact bytes (record_key.h) follow the varlena's header. Functions that
// give a Datum allocate it in the current memory context, with the one-byte
// header where it fits. Bytes read from a Datum lie inside it; only a compressed
// or toasted one is copied, to the current memory context.
#pragma once

#include "pg/pg.h"

#include "key/record_key.h"

namespace relate {

namespace key_detail {

inline bool is_copied_to_read(const varlena *value) {
    return VARATT_IS_EXTERNAL(value) || VARATT_IS_COMPRESSED(value);
}

} // namespace key_detail

inline KeyBytes key_bytes(Datum key) {
    auto *value = reinterpret_cast<varlena *>(DatumGetPointer(key));
    if (key_detail::is_copied_to_read(value)) [[unlikely]]
        value = pg_detoast_datum_packed(value);
    return {reinterpret_cast<const std::byte *>(VARDATA_ANY(value)), VARSIZE_ANY_EXHDR(value)};
}

// Frees the copy that key_bytes had to make, if it made one: for code that the
// server calls many times in one memory context, such as comparisons.
inline void release_key_bytes(Datum key, KeyBytes bytes) {
    if (key_detail::is_copied_to_read(reinterpret_cast<const varlena *>(DatumGetPointer(key)))) [[unlikely]]
        pfree(const_cast<std::byte *>(bytes.data()) - VARHDRSZ);
}

inline int compare_key_datums(Datum left, Datum right) {
    const KeyBytes left_bytes = key_bytes(left);
    const KeyBytes right_bytes = key_bytes(right);
    const int order = compare_keys(left_bytes, right_bytes);
    release_key_bytes(left, left_bytes);
    release_key_bytes(right, right_bytes);
    return order;
}

inline bool equal_key_datums(Datum left, Datum right) {
    const KeyBytes left_bytes = key_bytes(left);
    const KeyBytes right_bytes = key_bytes(right);
    const bool equal = equal_keys(left_bytes, right_bytes);
    release_key_bytes(left, left_bytes);
    release_key_bytes(right, right_bytes);
    return equal;
}

// The hash of the type's hash operator class.
inline std::uint32_t hash_key_datum(Datum key) {
    const KeyBytes bytes = key_bytes(key);
    const std::uint32_t hash =
        hash_bytes(reinterpret_cast<const unsigned char *>(bytes.data()), static_cast<int>(bytes.size()));
    release_key_bytes(key, bytes);
    return hash;
}

Datum key_datum(KeyBytes bytes);
Datum key_datum_of_integer(std::int64_t value);
Datum key_datum_of_uuid(UuidBytes uuid);
Datum key_datum_of_text(std::string_view text);

// The key's text, in place or in `buffer` (see text_of_key); not terminated by a zero.
inline std::string_view text_of_key_datum(Datum key, KeyTextBuffer &buffer) {
    return text_of_key(key_bytes(key), buffer);
}

// The key's text as a new, zero-terminated string: for messages and output functions.
char *cstring_of_key_datum(Datum key);

// The OID of the type relate.record_key; an error where the extension is not installed.
Oid record_key_type();

} // namespace relate
