-- The contract of the type of keys: casts, operator classes, functions.
BEGIN;
SELECT plan(32);

SELECT has_type('relate', 'record_key', 'the type');

CREATE FUNCTION cast_of(source text, target text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END
    FROM pg_cast WHERE castsource = source::regtype AND casttarget = target::regtype
$$;
SELECT is(cast_of(t, 'relate.record_key'), 'implicit', format('%s is a key wherever one is asked for', t))
FROM unnest('{smallint,integer,bigint,uuid}'::text[]) t;
SELECT is(cast_of(t, 'relate.record_key'), 'assignment', format('%s becomes a key in a column', t))
FROM unnest('{text,character varying}'::text[]) t;
SELECT is(cast_of('relate.record_key', t), 'explicit', format('a key becomes %s when told to', t))
FROM unnest('{smallint,integer,bigint,uuid,text,character varying}'::text[]) t;

SELECT function_returns('relate', 'as_bigint', '{relate.record_key}'::name[], 'bigint');
SELECT function_returns('relate', 'as_uuid', '{relate.record_key}'::name[], 'uuid');
SELECT is(relate.as_bigint('7'), 7::bigint, 'as_bigint of an integer');
SELECT is(relate.as_bigint('007'), NULL, 'as_bigint of a text is null');
SELECT is(relate.as_uuid('7'), NULL, 'as_uuid of an integer is null');
SELECT is(relate.as_uuid('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, 'as_uuid of a uuid');

SELECT is((SELECT count(*)::int FROM pg_opclass WHERE opcintype = 'relate.record_key'::regtype AND opcdefault
           AND opcmethod = (SELECT oid FROM pg_am WHERE amname = m)), 1, format('a default %s operator class', m))
FROM unnest('{btree,hash}'::name[]) m;
SELECT is((SELECT count(*)::int FROM pg_operator WHERE oprname = o AND oprleft = 'relate.record_key'::regtype
           AND oprright = 'relate.record_key'::regtype AND oprresult = 'boolean'::regtype AND oprnamespace = 'relate'::regnamespace), 1, format('operator %s', o))
FROM unnest('{=,<>,<,<=,>,>=}'::text[]) o;

SELECT is(5::relate.record_key::text, '5', 'an integer and its text are one key');
SELECT is('5'::relate.record_key OPERATOR(relate.=) 5, true, 'whichever way it came');
SELECT throws_ok($$SELECT 'x'::relate.record_key::bigint$$, '22P02');
SELECT throws_ok($$SELECT 70000::relate.record_key::smallint$$, '22003');
SELECT throws_ok($$SELECT '5'::relate.record_key::uuid$$, '22P02');
SELECT * FROM finish();
ROLLBACK;
