-- The contract of the reading functions: arguments, results, volatility.
BEGIN;
SELECT plan(20);

CREATE FUNCTION contract(signature text) RETURNS text LANGUAGE sql AS $$
    SELECT format('(%s) %s %s%s', replace(pg_get_function_arguments(p.oid), 'relate.', ''),
                  replace(pg_get_function_result(p.oid), 'relate.', ''),
                  CASE p.provolatile WHEN 'v' THEN 'volatile' WHEN 's' THEN 'stable' ELSE 'immutable' END,
                  CASE p.proparallel WHEN 's' THEN ', parallel safe' ELSE '' END)
    FROM pg_proc AS p WHERE p.oid = to_regprocedure('relate.' || signature)
$$;

SELECT is(contract('related_records(text, relate.record_key, text[], date, text, text[], int)'),
    '(module text, key record_key, types text[] DEFAULT NULL::text[], as_of date DEFAULT CURRENT_DATE, '
    'show text DEFAULT ''current''::text, roles text[] DEFAULT NULL::text[], max_rows integer DEFAULT NULL::integer) '
    'TABLE(relationship_id bigint, relationship_type text, role text, own_role text, label text, module text, key record_key, '
    'name text, start_date date, end_date date, importance smallint, is_current boolean, description text, email text, '
    'phone text, address text, attributes jsonb) stable, parallel safe', 'related_records');
SELECT is(contract('related_records_of(text, relate.record_key[], text[], date, text, text[], int)'),
    '(module text, keys record_key[], types text[] DEFAULT NULL::text[], as_of date DEFAULT CURRENT_DATE, '
    'show text DEFAULT ''current''::text, roles text[] DEFAULT NULL::text[], max_rows integer DEFAULT NULL::integer) '
    'TABLE(from_key record_key, relationship_id bigint, relationship_type text, role text, own_role text, label text, module text, '
    'key record_key, name text, start_date date, end_date date, importance smallint, is_current boolean, description text, '
    'email text, phone text, address text, attributes jsonb) stable, parallel safe', 'related_records_of');
SELECT is(contract('related_rows(anyelement, text, relate.record_key, text[], date, text, text[])'),
    '("row" anyelement, module text, key record_key, types text[] DEFAULT NULL::text[], as_of date DEFAULT CURRENT_DATE, '
    'show text DEFAULT ''current''::text, roles text[] DEFAULT NULL::text[]) SETOF anyelement stable, parallel safe', 'related_rows');
SELECT is(contract('are_related(text, relate.record_key, relate.record_key, date)'),
    '(type text, source_key record_key, target_key record_key, as_of date DEFAULT CURRENT_DATE) boolean stable, parallel safe', 'are_related');
SELECT is(contract('record_name(text, relate.record_key)'), '(module text, key record_key) text stable, parallel safe', 'record_name');
SELECT is(contract('record_name_in(regclass, int, relate.record_key)'),
    '(module_table regclass, module_id integer, key record_key) text stable, parallel safe', 'record_name_in');
SELECT is(contract('relationship_report(text[], text[], date, date, date, date)'),
    '(types text[] DEFAULT NULL::text[], exclude_types text[] DEFAULT NULL::text[], start_from date DEFAULT NULL::date, '
    'start_to date DEFAULT NULL::date, end_from date DEFAULT NULL::date, end_to date DEFAULT NULL::date) '
    'TABLE(relationship_id bigint, relationship_type text, primary_module text, primary_id record_key, primary_name text, '
    'primary_role text, relationship_label text, target_module text, target_id record_key, target_name text, target_role text, '
    'start_date date, end_date date, importance smallint, is_current boolean, email text) stable, parallel safe', 'relationship_report');
SELECT is(contract('record_overview(text, relate.record_key)'), '(module text, key record_key) jsonb stable, parallel safe', 'record_overview');
SELECT isnt(obj_description(to_regprocedure('relate.' || f)), NULL, f || ' has a comment') FROM unnest(ARRAY[
    'related_records(text, relate.record_key, text[], date, text, text[], int)',
    'related_records_of(text, relate.record_key[], text[], date, text, text[], int)',
    'related_rows(anyelement, text, relate.record_key, text[], date, text, text[])',
    'are_related(text, relate.record_key, relate.record_key, date)', 'record_name(text, relate.record_key)',
    'relationship_report(text[], text[], date, date, date, date)', 'record_overview(text, relate.record_key)']) AS f;

-- Jim, Bob and the opportunity.
CREATE TABLE contact (id int PRIMARY KEY, name text);
CREATE TABLE opportunity (id int PRIMARY KEY, name text);
INSERT INTO contact VALUES (1, 'Jim Smith'), (2, 'Bob Jones');
INSERT INTO opportunity VALUES (7, 'New elevators');
SELECT relate.create_workspace('query_pgtap');
SET LOCAL relate.workspace = 'query_pgtap';
SELECT relate.register_module('contact'), relate.register_module('opportunity');
SELECT relate.create_relationship_type('friendship', 'contact', 'contact', label => 'is a friend of', is_symmetric => true),
       relate.create_relationship_type('decision', 'contact', 'opportunity', label => 'decides on', inverse_label => 'is decided by');
SELECT relate.connect('contact', 1, 'is a friend of', 'contact', 2), relate.connect('contact', 2, 'decides on', 'opportunity', 7);
SELECT results_eq($$SELECT label, name FROM relate.related_records('contact', 2) ORDER BY label COLLATE "C"$$,
    $$VALUES ('decides on', 'New elevators'), ('is a friend of', 'Jim Smith')$$, 'related_records tells what Bob is');
SELECT results_eq($$SELECT * FROM relate.related_rows(NULL::opportunity, 'contact', 2)$$, $$SELECT * FROM opportunity$$, 'related_rows gives rows');
SELECT ok(relate.are_related('friendship', 2, 1), 'are_related sees a symmetric type from both sides');
SELECT is((SELECT count(*) FROM relate.relationship_report()), 4::bigint, 'relationship_report has two rows each');
SELECT is(relate.record_overview('contact', 2) #>> '{related,1,records,0,name}', 'New elevators', 'record_overview names records');

SELECT * FROM finish();
ROLLBACK;
