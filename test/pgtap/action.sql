-- The contract of the verbs: names, arguments, results, volatility.
BEGIN;
SELECT plan(35);

CREATE FUNCTION contract(signature text) RETURNS text LANGUAGE sql AS $$
    SELECT format('(%s) %s %s%s', replace(pg_get_function_arguments(p.oid), 'relate.', ''),
                  replace(pg_get_function_result(p.oid), 'relate.', ''),
                  CASE p.provolatile WHEN 'v' THEN 'volatile' WHEN 's' THEN 'stable' ELSE 'immutable' END,
                  CASE p.proparallel WHEN 's' THEN ', parallel safe' ELSE '' END)
    FROM pg_proc AS p WHERE p.oid = to_regprocedure('relate.' || signature)
$$;

SELECT is(contract('connect(text, relate.record_key, text, text, relate.record_key, date, date, int, text, text, text, text, jsonb, text, boolean, text, relate.record_key)'),
    '(from_module text, from_key record_key, label text, to_module text, to_key record_key, start_date date DEFAULT NULL::date, '
    'end_date date DEFAULT NULL::date, importance integer DEFAULT NULL::integer, description text DEFAULT NULL::text, '
    'email text DEFAULT NULL::text, phone text DEFAULT NULL::text, address text DEFAULT NULL::text, '
    'attributes jsonb DEFAULT NULL::jsonb, on_conflict text DEFAULT ''error''::text, is_primary boolean DEFAULT false, '
    'address_module text DEFAULT NULL::text, address_key record_key DEFAULT NULL::record_key) bigint volatile', 'connect');
SELECT is(contract('create_relationship(text, relate.record_key, relate.record_key, date, date, int, text, text, text, text, jsonb, text, text, text, boolean, text, relate.record_key)'),
    '(type text, source_key record_key, target_key record_key, start_date date DEFAULT NULL::date, '
    'end_date date DEFAULT NULL::date, importance integer DEFAULT NULL::integer, description text DEFAULT NULL::text, '
    'email text DEFAULT NULL::text, phone text DEFAULT NULL::text, address text DEFAULT NULL::text, '
    'attributes jsonb DEFAULT NULL::jsonb, source_module text DEFAULT NULL::text, target_module text DEFAULT NULL::text, '
    'on_conflict text DEFAULT ''error''::text, is_primary boolean DEFAULT false, '
    'address_module text DEFAULT NULL::text, address_key record_key DEFAULT NULL::record_key) bigint volatile', 'create_relationship');
SELECT is(contract('update_relationship(bigint, date, date, int, text, text, text, text, jsonb, boolean, text, text, relate.record_key, text[])'),
    '(id bigint, start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date, importance integer DEFAULT NULL::integer, '
    'description text DEFAULT NULL::text, email text DEFAULT NULL::text, phone text DEFAULT NULL::text, '
    'address text DEFAULT NULL::text, attributes jsonb DEFAULT NULL::jsonb, is_primary boolean DEFAULT NULL::boolean, '
    'type text DEFAULT NULL::text, address_module text DEFAULT NULL::text, address_key record_key DEFAULT NULL::record_key, '
    'clear text[] DEFAULT NULL::text[]) void volatile', 'update_relationship');
SELECT is(contract('end_relationship(bigint, date)'), '(id bigint, end_date date DEFAULT CURRENT_DATE) date volatile', 'end_relationship');
SELECT is(contract('delete_relationship(bigint)'), '(id bigint) void volatile', 'delete_relationship');
SELECT is(contract('end_relationship(text, relate.record_key, relate.record_key, date, text, text)'),
    '(type text, source_key record_key, target_key record_key, end_date date DEFAULT CURRENT_DATE, '
    'source_module text DEFAULT NULL::text, target_module text DEFAULT NULL::text) date volatile', 'end_relationship by records');
SELECT is(contract('delete_relationship(text, relate.record_key, relate.record_key, date, text, text)'),
    '(type text, source_key record_key, target_key record_key, as_of date DEFAULT NULL::date, '
    'source_module text DEFAULT NULL::text, target_module text DEFAULT NULL::text) void volatile', 'delete_relationship by records');

SELECT is(contract('add_status(text, text, int)'), '(module text, name text, "position" integer DEFAULT NULL::integer) integer volatile', 'add_status');
SELECT is(contract('rename_status(text, text, text)'), '(module text, name text, new_name text) void volatile', 'rename_status');
SELECT is(contract('order_statuses(text, text[])'), '(module text, names text[]) void volatile', 'order_statuses');
SELECT is(contract('retire_status(text, text)'), '(module text, name text) void volatile', 'retire_status');
SELECT is(contract('restore_status(text, text)'), '(module text, name text) void volatile', 'restore_status');
SELECT is(contract('statuses(text)'), '(module text) TABLE(status text, "position" integer, is_retired boolean) stable, parallel safe', 'statuses');
SELECT is(contract('set_status(text, relate.record_key, text, date)'),
    '(module text, key record_key, status text, since date DEFAULT NULL::date) void volatile', 'set_status');
SELECT is(contract('status_of(text, relate.record_key)'), '(module text, key record_key) text stable, parallel safe', 'status_of');
SELECT is(contract('records_with_status(text, text)'),
    '(module text, status text) TABLE(key record_key, status text, since date, set_at timestamp with time zone, set_by text) stable, parallel safe',
    'records_with_status');
SELECT is(contract('records_with_status(text, text[])'),
    '(module text, statuses text[] DEFAULT NULL::text[]) TABLE(key record_key, status text, since date, set_at timestamp with time zone, set_by text) stable, parallel safe',
    'records_with_status of several');

-- Keys may be text columns.
SELECT has_function('relate', 'connect', ARRAY['text', k1, 'text', 'text', k2, 'date', 'date', 'integer', 'text', 'text',
                    'text', 'text', 'jsonb', 'text', 'boolean', 'text', 'relate.record_key'], format('connect(%s, %s)', k1, k2))
FROM unnest('{text,text,relate.record_key}'::text[], '{text,relate.record_key,text}'::text[]) AS combination (k1, k2);
SELECT has_function('relate', 'create_relationship', ARRAY['text', k1, k2, 'date', 'date', 'integer', 'text', 'text',
                    'text', 'text', 'jsonb', 'text', 'text', 'text', 'boolean', 'text', 'relate.record_key'], format('create_relationship(%s, %s)', k1, k2))
FROM unnest('{text,text,relate.record_key}'::text[], '{text,relate.record_key,text}'::text[]) AS combination (k1, k2);
SELECT has_function('relate', 'end_relationship', '{text,text,text,date,text,text}'::name[]);
SELECT has_function('relate', 'delete_relationship', '{text,text,text,date,text,text}'::name[]);
SELECT has_function('relate', 'set_status', '{text,text,text,date}'::name[]);
SELECT has_function('relate', 'status_of', '{text,text}'::name[]);

-- Nobody gains rights by a verb, and every verb says what it does.
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
                  WHERE p.pronamespace = 'relate'::regnamespace AND p.prosecdef$$, 'no verb runs with other rights than the caller''s');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
                  WHERE p.pronamespace = 'relate'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL$$, 'every function has a comment');

-- In use, in the smallest workspace.
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Jim'), (2, 'Bob');
SELECT ok(relate.create_workspace('crm') = 'crm' AND relate.register_module('person') > 0
   AND relate.create_relationship_type('friendship', 'person', 'person', label => 'is a friend of', is_symmetric => true) > 0,
   'a workspace');
SELECT lives_ok($$SELECT relate.connect('person', 1, 'is a friend of', 'person', 2, '2001-09-01')$$, 'two records are connected');
SELECT throws_ok($$SELECT relate.connect('person', 2, 'is a friend of', 'person', 1)$$, '23505', NULL, 'not twice');
SELECT throws_ok($$SELECT relate.connect('person', 1, 'is a foe of', 'person', 2)$$, '42704', NULL, 'not by an unknown label');
SELECT lives_ok($$SELECT relate.set_status('person', id, 'Customer') FROM person$$, 'records are given a status');
SELECT results_eq('SELECT name FROM person JOIN relate.records_with_status(''person'', ''Customer'') AS s ON person.id = s.key::bigint ORDER BY id',
                  ARRAY['Jim', 'Bob'], 'and found by it');

SELECT * FROM finish();
ROLLBACK;
