// The SQL type relate.record_key: input and output, casts, comparison, hashing.
//
// The byte form and its order are record_key.h's; here are only the server's
// calling conventions. Every function is immutable, takes no lock and reads no
// table; results lie in the caller's memory context. Comparisons and hashes run
// inside index operations, so they free what they had to detoast.
#include "pg/pg.h"

#include "key/key_datum.h"

namespace relate {

namespace {

// A new key of at most `capacity` bytes, which `write` fills and measures.
template <typename Write> Datum make_key(std::size_t capacity, Write write) {
    auto *value = static_cast<varlena *>(palloc(VARHDRSZ + capacity));
    // A short header is what the key will have in a table, and reads without a copy.
    if (capacity + VARHDRSZ_SHORT <= VARATT_SHORT_MAX) {
        const std::size_t size = write(reinterpret_cast<std::byte *>(value) + VARHDRSZ_SHORT);
        SET_VARSIZE_SHORT(value, VARHDRSZ_SHORT + size);
    } else {
        const std::size_t size = write(reinterpret_cast<std::byte *>(value) + VARHDRSZ);
        SET_VARSIZE(value, VARHDRSZ + size);
    }
    return PointerGetDatum(value);
}

std::string_view view_of(const text *value) {
    return {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

text *make_text(std::string_view view) {
    return cstring_to_text_with_len(view.data(), static_cast<int>(view.size()));
}

[[noreturn]] void raise_wrong_kind(Datum key, const char *type, const char *hint) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
                    errmsg("invalid input syntax for type %s: \"%s\"", type, cstring_of_key_datum(key)),
                    errhint("%s", hint)));
    pg_unreachable();
}

[[noreturn]] void raise_out_of_range(Datum key, const char *type) {
    ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                    errmsg("value \"%s\" is out of range for type %s", cstring_of_key_datum(key), type)));
    pg_unreachable();
}

// The key as an integer type; an error says whether it is none or too large.
template <typename Integer> Integer integer_of_key_datum(Datum key, const char *type) {
    const KeyBytes bytes = key_bytes(key);
    if (const auto value = integer_of_key(bytes)) {
        if (*value < std::numeric_limits<Integer>::min() || *value > std::numeric_limits<Integer>::max())
            raise_out_of_range(key, type);
        return static_cast<Integer>(*value);
    }
    KeyTextBuffer buffer;
    if (is_integer_spelling(text_of_key(bytes, buffer))) raise_out_of_range(key, type);
    raise_wrong_kind(key, type, "relate.as_bigint(key) is null where a key is no integer.");
}

Datum new_uuid(UuidBytes bytes) {
    auto *uuid = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
    memcpy(uuid->data, bytes.data(), bytes.size());
    return UUIDPGetDatum(uuid);
}

} // namespace

Datum key_datum(KeyBytes bytes) {
    return make_key(bytes.size(), [bytes](std::byte *out) {
        memcpy(out, bytes.data(), bytes.size());
        return bytes.size();
    });
}

Datum key_datum_of_integer(std::int64_t value) {
    return make_key(integer_key_capacity, [value](std::byte *out) {
        return encode_integer_key(value,
                                  std::span<std::byte, integer_key_capacity>(out, integer_key_capacity));
    });
}

Datum key_datum_of_uuid(UuidBytes uuid) {
    return make_key(uuid_key_size, [uuid](std::byte *out) {
        return encode_uuid_key(uuid, std::span<std::byte, uuid_key_size>(out, uuid_key_size));
    });
}

Datum key_datum_of_text(std::string_view text) {
    return make_key(key_capacity(text.size()), [text](std::byte *out) {
        return encode_text_key(text, std::span(out, key_capacity(text.size())));
    });
}

char *cstring_of_key_datum(Datum key) {
    KeyTextBuffer buffer;
    const std::string_view text = text_of_key_datum(key, buffer);
    return pnstrdup(text.data() == nullptr ? "" : text.data(), text.size());
}

Oid record_key_type() {
    const Oid schema = get_namespace_oid("relate", false);
    const Oid type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("record_key"),
                                     ObjectIdGetDatum(schema));
    if (!OidIsValid(type))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("type relate.record_key does not exist")));
    return type;
}

} // namespace relate

using namespace relate;

extern "C" {

// ---- Input and output. The binary form is the text, too: clients need not know the tags.

PG_FUNCTION_INFO_V1(relate_record_key_in);
Datum relate_record_key_in(PG_FUNCTION_ARGS) { return key_datum_of_text(PG_GETARG_CSTRING(0)); }

PG_FUNCTION_INFO_V1(relate_record_key_out);
Datum relate_record_key_out(PG_FUNCTION_ARGS) { PG_RETURN_CSTRING(cstring_of_key_datum(PG_GETARG_DATUM(0))); }

PG_FUNCTION_INFO_V1(relate_record_key_recv);
Datum relate_record_key_recv(PG_FUNCTION_ARGS) {
    auto *message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    int size;
    const char *text = pq_getmsgtext(message, message->len - message->cursor, &size);
    return key_datum_of_text({text, static_cast<std::size_t>(size)});
}

PG_FUNCTION_INFO_V1(relate_record_key_send);
Datum relate_record_key_send(PG_FUNCTION_ARGS) {
    KeyTextBuffer buffer;
    const std::string_view text = text_of_key_datum(PG_GETARG_DATUM(0), buffer);
    StringInfoData message;
    pq_begintypsend(&message);
    pq_sendtext(&message, text.data(), static_cast<int>(text.size()));
    PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

// ---- Casts to record_key.

PG_FUNCTION_INFO_V1(relate_record_key_from_smallint);
Datum relate_record_key_from_smallint(PG_FUNCTION_ARGS) { return key_datum_of_integer(PG_GETARG_INT16(0)); }

PG_FUNCTION_INFO_V1(relate_record_key_from_integer);
Datum relate_record_key_from_integer(PG_FUNCTION_ARGS) { return key_datum_of_integer(PG_GETARG_INT32(0)); }

PG_FUNCTION_INFO_V1(relate_record_key_from_bigint);
Datum relate_record_key_from_bigint(PG_FUNCTION_ARGS) { return key_datum_of_integer(PG_GETARG_INT64(0)); }

PG_FUNCTION_INFO_V1(relate_record_key_from_uuid);
Datum relate_record_key_from_uuid(PG_FUNCTION_ARGS) {
    const pg_uuid_t *uuid = PG_GETARG_UUID_P(0);
    return key_datum_of_uuid(UuidBytes(reinterpret_cast<const std::byte *>(uuid->data), UUID_LEN));
}

PG_FUNCTION_INFO_V1(relate_record_key_from_text);
Datum relate_record_key_from_text(PG_FUNCTION_ARGS) {
    return key_datum_of_text(view_of(PG_GETARG_TEXT_PP(0)));
}

// Blanks at the end of a character(n) are padding, as in its cast to text.
PG_FUNCTION_INFO_V1(relate_record_key_from_character);
Datum relate_record_key_from_character(PG_FUNCTION_ARGS) {
    std::string_view padded = view_of(PG_GETARG_BPCHAR_PP(0));
    while (padded.ends_with(' '))
        padded.remove_suffix(1);
    return key_datum_of_text(padded);
}

// Arrays of text: one cast, so that a function that takes keys in an array needs no second form.
PG_FUNCTION_INFO_V1(relate_record_keys_from_texts);
Datum relate_record_keys_from_texts(PG_FUNCTION_ARGS) {
    ArrayType *texts = PG_GETARG_ARRAYTYPE_P(0);
    Datum *values;
    bool *nulls;
    int count;
    deconstruct_array(texts, ARR_ELEMTYPE(texts), -1, false, TYPALIGN_INT, &values, &nulls, &count);
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        if (!nulls[i]) values[i] = key_datum_of_text(view_of(DatumGetTextPP(values[i])));
    }
    PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, ARR_NDIM(texts), ARR_DIMS(texts),
                                             ARR_LBOUND(texts), record_key_type(), -1, false, TYPALIGN_INT));
}

// ---- Casts from record_key.

PG_FUNCTION_INFO_V1(relate_record_key_to_smallint);
Datum relate_record_key_to_smallint(PG_FUNCTION_ARGS) {
    PG_RETURN_INT16(integer_of_key_datum<std::int16_t>(PG_GETARG_DATUM(0), "smallint"));
}

PG_FUNCTION_INFO_V1(relate_record_key_to_integer);
Datum relate_record_key_to_integer(PG_FUNCTION_ARGS) {
    PG_RETURN_INT32(integer_of_key_datum<std::int32_t>(PG_GETARG_DATUM(0), "integer"));
}

PG_FUNCTION_INFO_V1(relate_record_key_to_bigint);
Datum relate_record_key_to_bigint(PG_FUNCTION_ARGS) {
    PG_RETURN_INT64(integer_of_key_datum<std::int64_t>(PG_GETARG_DATUM(0), "bigint"));
}

PG_FUNCTION_INFO_V1(relate_record_key_to_uuid);
Datum relate_record_key_to_uuid(PG_FUNCTION_ARGS) {
    const Datum key = PG_GETARG_DATUM(0);
    const auto uuid = uuid_of_key(key_bytes(key));
    if (!uuid) raise_wrong_kind(key, "uuid", "relate.as_uuid(key) is null where a key is no uuid.");
    return new_uuid(*uuid);
}

PG_FUNCTION_INFO_V1(relate_record_key_to_text);
Datum relate_record_key_to_text(PG_FUNCTION_ARGS) {
    KeyTextBuffer buffer;
    PG_RETURN_TEXT_P(make_text(text_of_key_datum(PG_GETARG_DATUM(0), buffer)));
}

PG_FUNCTION_INFO_V1(relate_as_bigint);
Datum relate_as_bigint(PG_FUNCTION_ARGS) {
    const auto value = integer_of_key(key_bytes(PG_GETARG_DATUM(0)));
    if (!value) PG_RETURN_NULL();
    PG_RETURN_INT64(*value);
}

PG_FUNCTION_INFO_V1(relate_as_uuid);
Datum relate_as_uuid(PG_FUNCTION_ARGS) {
    const auto uuid = uuid_of_key(key_bytes(PG_GETARG_DATUM(0)));
    if (!uuid) PG_RETURN_NULL();
    return new_uuid(*uuid);
}

// ---- Comparison.

PG_FUNCTION_INFO_V1(relate_record_key_eq);
Datum relate_record_key_eq(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(equal_key_datums(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(relate_record_key_ne);
Datum relate_record_key_ne(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(!equal_key_datums(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(relate_record_key_lt);
Datum relate_record_key_lt(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(compare_key_datums(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)) < 0);
}

PG_FUNCTION_INFO_V1(relate_record_key_le);
Datum relate_record_key_le(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(compare_key_datums(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)) <= 0);
}

PG_FUNCTION_INFO_V1(relate_record_key_gt);
Datum relate_record_key_gt(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(compare_key_datums(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)) > 0);
}

PG_FUNCTION_INFO_V1(relate_record_key_ge);
Datum relate_record_key_ge(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(compare_key_datums(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)) >= 0);
}

PG_FUNCTION_INFO_V1(relate_record_key_cmp);
Datum relate_record_key_cmp(PG_FUNCTION_ARGS) {
    PG_RETURN_INT32(compare_key_datums(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(relate_record_key_smaller);
Datum relate_record_key_smaller(PG_FUNCTION_ARGS) {
    const Datum left = PG_GETARG_DATUM(0);
    const Datum right = PG_GETARG_DATUM(1);
    return compare_key_datums(left, right) <= 0 ? left : right;
}

PG_FUNCTION_INFO_V1(relate_record_key_larger);
Datum relate_record_key_larger(PG_FUNCTION_ARGS) {
    const Datum left = PG_GETARG_DATUM(0);
    const Datum right = PG_GETARG_DATUM(1);
    return compare_key_datums(left, right) >= 0 ? left : right;
}

// ---- Sorting: an abbreviated key is the first eight bytes, which hold most
// integers whole. Taking it costs so little that it is never given up.

static int compare_for_sort(Datum left, Datum right, SortSupport) { return compare_key_datums(left, right); }

static Datum abbreviate(Datum key, SortSupport) {
    const KeyBytes bytes = key_bytes(key);
    const std::uint64_t prefix = key_prefix(bytes);
    release_key_bytes(key, bytes);
    // A Datum of four bytes takes the first four.
    return static_cast<Datum>(prefix >> (64 - 8 * sizeof(Datum)));
}

static bool never_abort(int, SortSupport) { return false; }

PG_FUNCTION_INFO_V1(relate_record_key_sortsupport);
Datum relate_record_key_sortsupport(PG_FUNCTION_ARGS) {
    auto *sort = reinterpret_cast<SortSupport>(PG_GETARG_POINTER(0));
    sort->comparator = compare_for_sort;
    if (sort->abbreviate) {
        sort->comparator = ssup_datum_unsigned_cmp;
        sort->abbrev_converter = abbreviate;
        sort->abbrev_abort = never_abort;
        sort->abbrev_full_comparator = compare_for_sort;
    }
    PG_RETURN_VOID();
}

// ---- Hashing.

PG_FUNCTION_INFO_V1(relate_record_key_hash);
Datum relate_record_key_hash(PG_FUNCTION_ARGS) { return UInt32GetDatum(hash_key_datum(PG_GETARG_DATUM(0))); }

PG_FUNCTION_INFO_V1(relate_record_key_hash_extended);
Datum relate_record_key_hash_extended(PG_FUNCTION_ARGS) {
    const Datum key = PG_GETARG_DATUM(0);
    const KeyBytes bytes = key_bytes(key);
    const std::uint64_t hash =
        hash_bytes_extended(reinterpret_cast<const unsigned char *>(bytes.data()),
                            static_cast<int>(bytes.size()), static_cast<std::uint64_t>(PG_GETARG_INT64(1)));
    release_key_bytes(key, bytes);
    return UInt64GetDatum(hash);
}

} // extern "C"
