-- record_key: text and binary form, casts, comparison.
SET client_min_messages = warning;
CREATE SCHEMA key_type;
SET search_path = key_type, relate, pg_temp;

-- The SQLSTATE and message of a statement that fails.
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(hint, ''));
END $$;

-- Every text comes back as it went in. Integers sort first, then uuids, then texts.
CREATE TABLE edge (place serial, said text NOT NULL);
INSERT INTO edge (said) VALUES
    ('-9223372036854775808'), ('-9223372036854775807'), ('-4294967296'), ('-65537'), ('-257'), ('-256'), ('-255'),
    ('-2'), ('-1'), ('0'), ('1'), ('5'), ('9'), ('10'), ('127'), ('128'), ('255'), ('256'), ('65535'), ('65536'),
    ('2147483647'), ('2147483648'), ('9223372036854775806'), ('9223372036854775807'),
    ('00000000-0000-0000-0000-000000000000'), ('550e8400-e29b-41d4-a716-446655440000'),
    ('ffffffff-ffff-ffff-ffff-ffffffffffff'),
    (''), (' '), (' 5'), ('"'), ('"5"'), (''''), ('('), ('(10248,11)'), ('("a b","x""y",)'), ('+5'), ('-'), ('--5'),
    ('-0'), ('-007'), ('-9223372036854775809'), ('-99999999999999999999'), ('00'), ('007'), ('0x10'), ('1.0'), ('1e3'),
    ('10000000000000000000000'), ('18446744073709551616'), ('5 '), ('550E8400-E29B-41D4-A716-446655440000'),
    ('550e8400-e29b-41d4-a716-44665544000'), ('550e8400e29b41d4a716446655440000'), ('9223372036854775808'),
    ('ALFKI'), ('\'), ('\x00'), ('a'), ('aa'), ('b'), ('null'), ('{550e8400-e29b-41d4-a716-446655440000}'),
    ('é'), ('Ω'), ('٣'), ('５'), ('日本'), ('😀');
SELECT row_number() OVER (ORDER BY said::record_key) AS place, said::record_key AS key,
       as_bigint(said::record_key), as_uuid(said::record_key),
       said::record_key::text = said AS "back as text", said::record_key::varchar = said AS "as varchar",
       octet_length(record_key_send(said::record_key)) = octet_length(said) AS "sent"
FROM edge ORDER BY place;

-- Long ones: 1,000 bytes, more, and much more (toasted).
SELECT size, k = k::text::record_key AS same, length(k::text) AS length, octet_length(record_key_send(k)) AS sent
FROM unnest(ARRAY[126, 127, 128, 999, 1000, 1001, 8192, 3000000]) AS size, LATERAL (SELECT repeat('x', size)::record_key AS k) x;
CREATE TABLE long (key record_key);
INSERT INTO long SELECT (repeat('ab', n * 500) || n)::record_key FROM generate_series(1, 40) n;
INSERT INTO long SELECT string_agg(md5(i::text), '')::record_key FROM generate_series(1, 2000) i;
SELECT count(*), count(DISTINCT key), max(length(key::text)) FROM long;
SELECT count(*) FROM long a JOIN long b ON a.key = b.key AND a.key >= b.key AND NOT a.key < b.key;
SELECT bool_and(key > lag_key) AS ordered FROM (SELECT key, lag(key) OVER (ORDER BY key) AS lag_key FROM long) l;
SET enable_hashagg = off;
SELECT count(*) FROM (SELECT key FROM long GROUP BY key) g;
RESET enable_hashagg;

-- In memory and on disk it is compact.
SELECT k AS key, pg_column_size(k) AS bytes
FROM unnest('{0,5,-1,300,-300,2147483647,9223372036854775807,550e8400-e29b-41d4-a716-446655440000,ALFKI}'::record_key[]) k;

-- Casts: implicit from numbers and uuids, by assignment from texts.
CREATE TABLE target (how text, key record_key);
INSERT INTO target VALUES ('smallint', 5::smallint), ('integer', 5), ('bigint', 5::bigint), ('text', '5'::text),
    ('varchar', '5'::varchar), ('varchar(3)', '5'::varchar(3)), ('character(3)', '5'::character(3)), ('unknown', '5');
INSERT INTO target VALUES ('uuid', '550e8400-e29b-41d4-a716-446655440000'::uuid);
INSERT INTO target VALUES ('min smallint', (-32768)::smallint), ('min integer', -2147483648), ('min bigint', -9223372036854775808);
INSERT INTO target VALUES ('null', NULL);
SELECT * FROM target ORDER BY how;
SELECT how FROM target WHERE key = 5 ORDER BY how;
SELECT how FROM target WHERE key = '550e8400-e29b-41d4-a716-446655440000'::uuid OR key = (-32768)::smallint ORDER BY how;
SELECT 5::record_key::smallint AS "smallint", 5::record_key::integer AS "integer", 5::record_key::bigint AS "bigint",
       '550e8400-e29b-41d4-a716-446655440000'::record_key::uuid AS "uuid", 'abcdef'::record_key::varchar(3) AS "varchar(3)";
CREATE DOMAIN ticket_number AS integer CHECK (VALUE > 0);
CREATE DOMAIN code AS text;
SELECT 7::ticket_number = 7::record_key AS domain_of_integer, 'x'::code::record_key AS domain_of_text;
SELECT castsource::regtype AS source, casttarget::regtype AS target,
       CASE castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END AS context
FROM pg_cast WHERE 'record_key'::regtype IN (castsource, casttarget) OR 'record_key[]'::regtype IN (castsource, casttarget)
ORDER BY 3, 1, 2;

-- What is no number or uuid says so, or is null.
SELECT cast_to, key, refusal(format('SELECT %L::relate.record_key::%s', key, cast_to))
FROM unnest('{smallint,integer,bigint,uuid}'::text[]) AS cast_to,
     unnest('{abc,007,"",32768,2147483648,9223372036854775808,-9223372036854775809,550e8400-e29b-41d4-a716-446655440000}'::text[]) AS key
WHERE refusal(format('SELECT %L::relate.record_key::%s', key, cast_to)) <> 'no error'
ORDER BY cast_to, key COLLATE "C";
SELECT as_bigint('abc'), as_bigint(NULL), as_uuid('5'), as_uuid(NULL), as_bigint('-5'), as_uuid('550E8400-e29b-41d4-a716-446655440000');

-- A text column and a key do not compare by accident, nor two texts, nor a number and a text.
SELECT refusal('SELECT 5::relate.record_key = ''5''::text');
SELECT refusal('SELECT 5 = ''5''::text');

-- Arrays, also of texts and numbers.
CREATE FUNCTION sorted(keys record_key[]) RETURNS text LANGUAGE sql AS 'SELECT string_agg(k::text, '' '' ORDER BY k) FROM unnest($1) k';
SELECT sorted(ARRAY[10, 9, 8]) AS "integer[]", sorted(ARRAY[10, 9]::bigint[]) AS "bigint[]", sorted(ARRAY[10]::smallint[]) AS "smallint[]",
       sorted('{10,9}') AS unknown, sorted(ARRAY['10', '9', 'a', NULL]) AS "text[]", sorted(ARRAY['10', '9']::varchar[]) AS "varchar[]",
       sorted(ARRAY['550e8400-e29b-41d4-a716-446655440000']::uuid[]) AS "uuid[]", sorted('{}'::text[]) IS NULL AS "empty";
SELECT ARRAY[['1', 'a'], ['007', NULL]]::text[]::record_key[] AS two_dimensions, '[2:3]={1,b}'::text[]::record_key[] AS bounds,
       ARRAY[1, 2]::record_key[] = '{1,2}'::record_key[] AS equal, 2 = ANY (ARRAY[1, 2]::record_key[]) AS "any",
       ARRAY['a,b', 'c"d', 'e\f', '']::record_key[] AS quoted, ARRAY[5::record_key]::text[] AS back, ARRAY[5::record_key]::bigint[] AS numbers;

-- JSON: a string, as a key may be any text.
SELECT to_jsonb(5::record_key), to_json('a"b'::record_key), jsonb_build_object('key', 5::record_key), row_to_json(t) FROM target t WHERE how = 'uuid';
SELECT key FROM jsonb_populate_record(NULL::target, '{"key": 5}');

-- NULL.
SELECT NULL::record_key = 5 AS eq, 5 < NULL::record_key AS lt, NULL::text::record_key AS cast_null, record_key_cmp(NULL, 5) AS cmp,
       key_to_bigint(NULL) AS to_bigint, count(key), count(*) FROM target;
SELECT how, key FROM target ORDER BY key NULLS FIRST, how LIMIT 2;

-- min and max, and every operator.
SELECT min(said::record_key), max(said::record_key) FROM edge;
SELECT min(key), max(key) FROM target WHERE false;
SELECT count(*) FILTER (WHERE NOT ((a < b) = (b > a) AND (a <= b) = (b >= a) AND (a < b) = NOT (a >= b) AND (a > b) = NOT (a <= b)
           AND (a = b) = NOT (a <> b) AND (a = b) = (a <= b AND a >= b) AND sign(record_key_cmp(a, b)) = (a > b)::int - (a < b)::int
           AND (a = b) = (a::text = b::text) AND (a <> b OR record_key_hash(a) = record_key_hash(b))
           AND (a <> b OR record_key_hash_extended(a, 7) = record_key_hash_extended(b, 7)))) AS contradictions, count(*)
FROM (SELECT said::record_key AS a FROM edge) a, (SELECT said::record_key AS b FROM edge) b;
SELECT record_key_hash_extended(5, 0) <> record_key_hash_extended(5, 1) AS seeded,
       record_key_hash_extended(5, 0) & 4294967295 = record_key_hash(5)::bigint & 4294967295 AS low_half_is_hash;

-- Binary COPY round trip.
CREATE TABLE source AS SELECT place, said::record_key AS said FROM edge UNION ALL SELECT 100, NULL UNION ALL SELECT 101, repeat('x', 5000)::record_key;
CREATE TABLE back (LIKE source);
\copy source to program 'cat > "${PG_ABS_BUILDDIR:-.}/results/key_type.copy"' (format binary)
\copy back from program 'cat "${PG_ABS_BUILDDIR:-.}/results/key_type.copy" && rm "${PG_ABS_BUILDDIR:-.}/results/key_type.copy"' (format binary)
SELECT count(*) AS differences FROM source s FULL JOIN back b USING (place) WHERE s.said IS DISTINCT FROM b.said;
SELECT count(*) FROM back;

SELECT amvalidate AS valid, count(*) FROM pg_opclass o, amvalidate(o.oid) WHERE opcintype = 'record_key'::regtype AND opcnamespace = 'relate'::regnamespace GROUP BY 1;

DROP SCHEMA key_type CASCADE;
