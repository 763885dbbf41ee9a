-- Functions that take a key also take texts: their generated overloads.
SET client_min_messages = warning;
CREATE SCHEMA key_overloads;
SET search_path = key_overloads, pg_temp;

-- Functions like those of the extension, which say what reached them.
CREATE FUNCTION relate.key_test_one(module text, key relate.record_key, types text[] DEFAULT NULL, as_of date DEFAULT '2024-01-01',
    address_key relate.record_key DEFAULT NULL)
RETURNS TABLE (given_module text, given_key text, as_number bigint, is_default boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 AS $$
BEGIN RETURN QUERY SELECT $1, $2::text, relate.as_bigint($2), types IS NULL AND as_of = '2024-01-01' AND address_key IS NULL; END $$;
CREATE FUNCTION relate.key_test_two(type text, key relate.record_key, other_key relate.record_key, note text DEFAULT 'none')
RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 7 AS
$$ BEGIN RETURN concat_ws(' ', type, key::text, relate.as_bigint(key), other_key::text, relate.as_bigint(other_key), note); END $$;
CREATE FUNCTION relate.key_test_rows(anyelement, module text, key relate.record_key, max_rows int DEFAULT NULL) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY EXECUTE format('SELECT * FROM %s WHERE id = %L', pg_typeof($1), key); END $$;
CREATE FUNCTION relate.key_test_keys(module text, keys relate.record_key[], key relate.record_key) RETURNS text
LANGUAGE sql AS 'SELECT $2::text || $3::text';
CREATE FUNCTION relate.key_test_out(text, relate.record_key, OUT x int, INOUT y int, OUT "z ""Z""" text)
LANGUAGE plpgsql STRICT AS $$ BEGIN x := 1; "z ""Z""" := $2::text; END $$;
CREATE FUNCTION relate.key_test_variadic("Odd name" relate.record_key, VARIADIC names text[]) RETURNS text
LANGUAGE sql AS $$ SELECT $1::text || array_to_string($2, '+') $$;
CREATE FUNCTION relate.key_test_void(key relate.record_key) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'got %', key; END $$;
-- Two functions of one name, of which one takes no key.
CREATE FUNCTION relate.key_test_both(id bigint, until date DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT 'by id ' || $1 $$;
CREATE FUNCTION relate.key_test_both(type text, source_key relate.record_key, target_key relate.record_key, until date DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$ SELECT 'by keys ' || concat_ws(' ', $1, $2::text, $3::text) $$;

SELECT name, relate.create_text_overloads(name)
FROM unnest('{key_test_one,key_test_two,key_test_rows,key_test_keys,key_test_out,key_test_variadic,key_test_void,key_test_both}'::name[]) AS name;

SELECT format('%s(%s) -> %s', proname, pg_get_function_arguments(oid), pg_get_function_result(oid)) AS function,
       prosrc AS body, provolatile AS vol, proparallel AS par, proisstrict AS strict, procost AS cost, prorows AS rows
FROM pg_proc WHERE pronamespace = 'relate'::regnamespace AND proname LIKE 'key\_test\_%' AND prosrc ~ '^SELECT.*record_key'
ORDER BY proname, oid;
SELECT obj_description(oid) FROM pg_proc
WHERE pronamespace = 'relate'::regnamespace AND proname IN ('key_test_one', 'key_test_two') AND prosrc ~ '^SELECT' ORDER BY proname, oid;

-- Every kind of argument finds its function, with one key and with two.
CREATE DOMAIN number AS integer;
CREATE DOMAIN code AS text;
CREATE TABLE thing (id int, big bigint, small smallint, code text, short varchar(10), padded character(5), uid uuid, number number,
    own code, key relate.record_key);
INSERT INTO thing VALUES (5, 6, 7, 'a', 'b', 'c', '550e8400-e29b-41d4-a716-446655440000', 8, 'd', 9);
SELECT f.* FROM thing r, LATERAL (
    SELECT 1 AS n, * FROM relate.key_test_one('contact', 5)
    UNION ALL SELECT 2, * FROM relate.key_test_one('contact', 'abc')
    UNION ALL SELECT 3, * FROM relate.key_test_one('contact', '5')
    UNION ALL SELECT 4, * FROM relate.key_test_one('contact', r.id)
    UNION ALL SELECT 5, * FROM relate.key_test_one('contact', r.big)
    UNION ALL SELECT 6, * FROM relate.key_test_one('contact', r.small)
    UNION ALL SELECT 7, * FROM relate.key_test_one('contact', r.code)
    UNION ALL SELECT 8, * FROM relate.key_test_one('contact', r.short)
    UNION ALL SELECT 9, * FROM relate.key_test_one('contact', r.padded)
    UNION ALL SELECT 10, * FROM relate.key_test_one('contact', r.uid)
    UNION ALL SELECT 11, * FROM relate.key_test_one('contact', r.number)
    UNION ALL SELECT 12, * FROM relate.key_test_one('contact', r.own)
    UNION ALL SELECT 13, * FROM relate.key_test_one('contact', r.key)
    UNION ALL SELECT 14, * FROM relate.key_test_one('contact', NULL)
    UNION ALL SELECT 15, * FROM relate.key_test_one('contact', r.code, types => '{x}')
    UNION ALL SELECT 16, * FROM relate.key_test_one(key => r.short, module => 'contact', address_key => 5)
    UNION ALL SELECT 17, * FROM relate.key_test_one(r.code, r.code, '{x}', '2024-02-02', '5')
    UNION ALL SELECT 18, * FROM relate.key_test_one('contact', (SELECT 1234567890123))) f ORDER BY n;
SELECT relate.key_test_two('t', 5, 6) AS numbers, relate.key_test_two('t', 5, 'b') AS number_unknown,
       relate.key_test_two('t', 'a', 6) AS unknown_number, relate.key_test_two('t', 'a', 'b') AS unknowns,
       relate.key_test_two('t', id, big) AS int_bigint, relate.key_test_two('t', id, code) AS int_text,
       relate.key_test_two('t', code, small) AS text_smallint, relate.key_test_two('t', code, short) AS text_varchar,
       relate.key_test_two('t', uid, code) AS uuid_text, relate.key_test_two('t', key, short) AS key_varchar,
       relate.key_test_two('t', padded, key) AS character_key, relate.key_test_two('t', number, own) AS domains,
       relate.key_test_two('t', 5, code, 'n') AS note, relate.key_test_two(note => 'n', other_key => '6', key => id, type => 't') AS named
FROM thing \gx
PREPARE two(text, text) AS SELECT relate.key_test_two('t', $1, $2);
EXECUTE two(5, 'x');
SELECT * FROM relate.key_test_rows(NULL::thing, 'contact', '5');
SELECT * FROM relate.key_test_rows(NULL::thing, 'contact', (SELECT '5'::varchar));
SELECT relate.key_test_keys('m', ARRAY[1, 2], 3), relate.key_test_keys('m', ARRAY['a', 'b'], 'c'), relate.key_test_keys('m', '{a,b}', 'c'),
       relate.key_test_keys('m', array_agg(code), min(short)) FROM thing;
SELECT * FROM relate.key_test_out('t', 'a', 2);
SELECT * FROM relate.key_test_out('t', 'a'::text, NULL);
SELECT relate.key_test_variadic('k', 'a', 'b'), relate.key_test_variadic(5, 'a', 'b'), relate.key_test_variadic("Odd name" => 'k', VARIADIC names => '{x,y}');
SET client_min_messages = notice;
SELECT relate.key_test_void('some text'::text);
SET client_min_messages = warning;
SELECT relate.key_test_both(5), relate.key_test_both(5, '2024-01-01'), relate.key_test_both('t', 5, 'x'), relate.key_test_both('t', 'x'::text, 5, '2024-01-01');

-- The planner sees through them.
EXPLAIN (COSTS OFF, VERBOSE) SELECT * FROM relate.key_test_one('contact', 'abc'::text);
EXPLAIN (COSTS OFF, VERBOSE) SELECT relate.key_test_two('t', code, id) FROM thing;

-- They neither use nor need a search_path.
SET search_path = '';
SELECT relate.key_test_two('t', 'a'::text, 5);
SET search_path = key_overloads, relate, pg_temp;
SELECT key_test_two('t', 'a', 5), key_test_two('t', 5, 5), key_test_two('t', 'a', 'a'::varchar);
SET search_path = key_overloads, pg_temp;

-- A wrong name in the list stops the install.
CREATE FUNCTION relate.key_test_none(module text, id int, key relate.record_key DEFAULT NULL) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION relate.key_test_array(keys relate.record_key[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION relate.key_test_records(key relate.record_key) RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, 2';
CREATE FUNCTION pg_temp.refusal(name name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    RETURN relate.create_text_overloads(name);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''));
END $$;
SELECT pg_temp.refusal(name) FROM unnest('{no_such_function,No such,key_test_none,key_test_array,key_test_records,key_test_one,NULL}'::name[]) name;

DO $$
DECLARE made regprocedure;
BEGIN
    FOR made IN SELECT oid FROM pg_proc WHERE pronamespace = 'relate'::regnamespace AND proname LIKE 'key\_test\_%' LOOP
        EXECUTE 'DROP FUNCTION ' || made;
    END LOOP;
END $$;
DROP SCHEMA key_overloads CASCADE;
