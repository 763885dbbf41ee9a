-- record_key: the primary key of any record, whatever its table's key type is.

CREATE TYPE relate.record_key;

CREATE FUNCTION relate.record_key_in(cstring) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_in';
CREATE FUNCTION relate.record_key_out(relate.record_key) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_out';
CREATE FUNCTION relate.record_key_recv(internal) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_recv';
CREATE FUNCTION relate.record_key_send(relate.record_key) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_send';

CREATE TYPE relate.record_key (
    INPUT = relate.record_key_in,
    OUTPUT = relate.record_key_out,
    RECEIVE = relate.record_key_recv,
    SEND = relate.record_key_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended,
    CATEGORY = 'U'
);
COMMENT ON TYPE relate.record_key IS
'Primary key of any record: text in, the same text out; two keys are equal exactly when their texts are. Order: integers by value, then uuids, then texts bytewise. A key of several columns is its row literal: (10248,11).';

COMMENT ON FUNCTION relate.record_key_in(cstring) IS 'Input of relate.record_key: any text; never raises.';
COMMENT ON FUNCTION relate.record_key_out(relate.record_key) IS 'Output of relate.record_key: the text that went in.';
COMMENT ON FUNCTION relate.record_key_recv(internal) IS 'Binary input of relate.record_key: its text.';
COMMENT ON FUNCTION relate.record_key_send(relate.record_key) IS 'Binary output of relate.record_key: its text.';

-- Casts to record_key. The implicit ones lose nothing; text asks for an assignment,
-- so that no comparison of a text column with a number begins to work by accident.

CREATE FUNCTION relate.record_key(smallint) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_smallint';
CREATE FUNCTION relate.record_key(integer) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_integer';
CREATE FUNCTION relate.record_key(bigint) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_bigint';
CREATE FUNCTION relate.record_key(uuid) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_uuid';
CREATE FUNCTION relate.record_key(text) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_text';
CREATE FUNCTION relate.record_key(character) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_character';
CREATE FUNCTION relate.record_keys(text[]) RETURNS relate.record_key[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_keys_from_texts';
CREATE FUNCTION relate.record_keys(varchar[]) RETURNS relate.record_key[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_keys_from_texts';

CREATE CAST (smallint AS relate.record_key) WITH FUNCTION relate.record_key(smallint) AS IMPLICIT;
CREATE CAST (integer AS relate.record_key) WITH FUNCTION relate.record_key(integer) AS IMPLICIT;
CREATE CAST (bigint AS relate.record_key) WITH FUNCTION relate.record_key(bigint) AS IMPLICIT;
CREATE CAST (uuid AS relate.record_key) WITH FUNCTION relate.record_key(uuid) AS IMPLICIT;
CREATE CAST (text AS relate.record_key) WITH FUNCTION relate.record_key(text) AS ASSIGNMENT;
CREATE CAST (varchar AS relate.record_key) WITH FUNCTION relate.record_key(text) AS ASSIGNMENT;
CREATE CAST (character AS relate.record_key) WITH FUNCTION relate.record_key(character) AS ASSIGNMENT;
-- Implicit, so that functions that take an array of keys take one of texts as it is.
CREATE CAST (text[] AS relate.record_key[]) WITH FUNCTION relate.record_keys(text[]) AS IMPLICIT;
CREATE CAST (varchar[] AS relate.record_key[]) WITH FUNCTION relate.record_keys(varchar[]) AS IMPLICIT;

COMMENT ON FUNCTION relate.record_key(smallint) IS 'The key of a record with this number; the cast from smallint.';
COMMENT ON FUNCTION relate.record_key(integer) IS 'The key of a record with this number; the cast from integer.';
COMMENT ON FUNCTION relate.record_key(bigint) IS 'The key of a record with this number; the cast from bigint.';
COMMENT ON FUNCTION relate.record_key(uuid) IS 'The key of a record with this uuid; the cast from uuid.';
COMMENT ON FUNCTION relate.record_key(text) IS 'The key with this text; the cast from text and varchar. Never raises.';
COMMENT ON FUNCTION relate.record_key(character) IS
'The key with this text, without the blanks that pad it; the cast from character(n). Never raises.';
COMMENT ON FUNCTION relate.record_keys(text[]) IS 'Keys with these texts; the cast from text[]. Never raises.';
COMMENT ON FUNCTION relate.record_keys(varchar[]) IS 'Keys with these texts; the cast from varchar[]. Never raises.';

-- Casts from record_key: explicit, as a key may be anything.

CREATE FUNCTION relate.key_to_text(key relate.record_key) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_text';
CREATE FUNCTION relate.key_to_smallint(key relate.record_key) RETURNS smallint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_smallint';
CREATE FUNCTION relate.key_to_integer(key relate.record_key) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_integer';
CREATE FUNCTION relate.key_to_bigint(key relate.record_key) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_bigint';
CREATE FUNCTION relate.key_to_uuid(key relate.record_key) RETURNS uuid
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_uuid';

CREATE CAST (relate.record_key AS text) WITH FUNCTION relate.key_to_text(relate.record_key);
CREATE CAST (relate.record_key AS varchar) WITH FUNCTION relate.key_to_text(relate.record_key);
CREATE CAST (relate.record_key AS smallint) WITH FUNCTION relate.key_to_smallint(relate.record_key);
CREATE CAST (relate.record_key AS integer) WITH FUNCTION relate.key_to_integer(relate.record_key);
CREATE CAST (relate.record_key AS bigint) WITH FUNCTION relate.key_to_bigint(relate.record_key);
CREATE CAST (relate.record_key AS uuid) WITH FUNCTION relate.key_to_uuid(relate.record_key);

COMMENT ON FUNCTION relate.key_to_text(relate.record_key) IS 'The key''s text; the cast to text and varchar.';
COMMENT ON FUNCTION relate.key_to_smallint(relate.record_key) IS
'The key as a number; the cast to smallint. 22P02 where it is none, 22003 where it does not fit.';
COMMENT ON FUNCTION relate.key_to_integer(relate.record_key) IS
'The key as a number; the cast to integer. 22P02 where it is none, 22003 where it does not fit.';
COMMENT ON FUNCTION relate.key_to_bigint(relate.record_key) IS
'The key as a number; the cast to bigint. 22P02 where it is none, 22003 where it does not fit. See as_bigint.';
COMMENT ON FUNCTION relate.key_to_uuid(relate.record_key) IS
'The key as a uuid; the cast to uuid. 22P02 where it is none. See as_uuid.';

CREATE FUNCTION relate.as_bigint(key relate.record_key) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_as_bigint';
COMMENT ON FUNCTION relate.as_bigint(relate.record_key) IS
'The key as a number, null where it is none: to join a table with an integer key where keys of several modules are mixed.';

CREATE FUNCTION relate.as_uuid(key relate.record_key) RETURNS uuid
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_as_uuid';
COMMENT ON FUNCTION relate.as_uuid(relate.record_key) IS
'The key as a uuid, null where it is none: to join a table with a uuid key where keys of several modules are mixed.';

-- Comparison, sorting, hashing.

CREATE FUNCTION relate.record_key_eq(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_eq';
CREATE FUNCTION relate.record_key_ne(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_ne';
CREATE FUNCTION relate.record_key_lt(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_lt';
CREATE FUNCTION relate.record_key_le(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_le';
CREATE FUNCTION relate.record_key_gt(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_gt';
CREATE FUNCTION relate.record_key_ge(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_ge';
CREATE FUNCTION relate.record_key_cmp(relate.record_key, relate.record_key) RETURNS integer
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_cmp';
CREATE FUNCTION relate.record_key_sortsupport(internal) RETURNS void
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_sortsupport';
CREATE FUNCTION relate.record_key_hash(relate.record_key) RETURNS integer
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_hash';
CREATE FUNCTION relate.record_key_hash_extended(relate.record_key, bigint) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_hash_extended';

COMMENT ON FUNCTION relate.record_key_eq(relate.record_key, relate.record_key) IS 'Implementation of =: the texts are equal.';
COMMENT ON FUNCTION relate.record_key_ne(relate.record_key, relate.record_key) IS 'Implementation of <>: the texts differ.';
COMMENT ON FUNCTION relate.record_key_lt(relate.record_key, relate.record_key) IS 'Implementation of <.';
COMMENT ON FUNCTION relate.record_key_le(relate.record_key, relate.record_key) IS 'Implementation of <=.';
COMMENT ON FUNCTION relate.record_key_gt(relate.record_key, relate.record_key) IS 'Implementation of >.';
COMMENT ON FUNCTION relate.record_key_ge(relate.record_key, relate.record_key) IS 'Implementation of >=.';
COMMENT ON FUNCTION relate.record_key_cmp(relate.record_key, relate.record_key) IS
'Order of two keys: negative, zero or positive. Integers by value, then uuids, then texts bytewise.';
COMMENT ON FUNCTION relate.record_key_sortsupport(internal) IS 'Sort support of relate.record_key, with abbreviated keys.';
COMMENT ON FUNCTION relate.record_key_hash(relate.record_key) IS 'Hash of a key.';
COMMENT ON FUNCTION relate.record_key_hash_extended(relate.record_key, bigint) IS 'Hash of a key, 64 bits with a seed.';

CREATE OPERATOR relate.= (
    FUNCTION = relate.record_key_eq, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.=), NEGATOR = OPERATOR(relate.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR relate.<> (
    FUNCTION = relate.record_key_ne, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.<>), NEGATOR = OPERATOR(relate.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR relate.< (
    FUNCTION = relate.record_key_lt, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.>), NEGATOR = OPERATOR(relate.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR relate.<= (
    FUNCTION = relate.record_key_le, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.>=), NEGATOR = OPERATOR(relate.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR relate.> (
    FUNCTION = relate.record_key_gt, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.<), NEGATOR = OPERATOR(relate.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR relate.>= (
    FUNCTION = relate.record_key_ge, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.<=), NEGATOR = OPERATOR(relate.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR FAMILY relate.record_key_ops USING btree;
CREATE OPERATOR CLASS relate.record_key_ops DEFAULT FOR TYPE relate.record_key USING btree FAMILY relate.record_key_ops AS
    OPERATOR 1 relate.<,
    OPERATOR 2 relate.<=,
    OPERATOR 3 relate.=,
    OPERATOR 4 relate.>=,
    OPERATOR 5 relate.>,
    FUNCTION 1 relate.record_key_cmp(relate.record_key, relate.record_key),
    FUNCTION 2 relate.record_key_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR FAMILY relate.record_key_ops USING hash;
CREATE OPERATOR CLASS relate.record_key_ops DEFAULT FOR TYPE relate.record_key USING hash FAMILY relate.record_key_ops AS
    OPERATOR 1 relate.=,
    FUNCTION 1 relate.record_key_hash(relate.record_key),
    FUNCTION 2 relate.record_key_hash_extended(relate.record_key, bigint);

CREATE FUNCTION relate.record_key_smaller(relate.record_key, relate.record_key) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_smaller';
CREATE FUNCTION relate.record_key_larger(relate.record_key, relate.record_key) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_larger';
CREATE AGGREGATE relate.min(relate.record_key) (
    SFUNC = relate.record_key_smaller, STYPE = relate.record_key, COMBINEFUNC = relate.record_key_smaller,
    SORTOP = OPERATOR(relate.<), PARALLEL = SAFE
);
CREATE AGGREGATE relate.max(relate.record_key) (
    SFUNC = relate.record_key_larger, STYPE = relate.record_key, COMBINEFUNC = relate.record_key_larger,
    SORTOP = OPERATOR(relate.>), PARALLEL = SAFE
);
COMMENT ON FUNCTION relate.record_key_smaller(relate.record_key, relate.record_key) IS 'The smaller of two keys.';
COMMENT ON FUNCTION relate.record_key_larger(relate.record_key, relate.record_key) IS 'The larger of two keys.';
COMMENT ON AGGREGATE relate.min(relate.record_key) IS 'The smallest key.';
COMMENT ON AGGREGATE relate.max(relate.record_key) IS 'The largest key.';
