-- The public contract of validate, health_check and repair, and what is true of every function of theirs.
BEGIN;
SET client_min_messages = warning;
SELECT no_plan();

CREATE TEMP TABLE contract (name text, arguments text, result text, volatility "char");
INSERT INTO contract VALUES
('validate', 'workspace text', 'TABLE(rule text, relationship_id bigint, other_id bigint, relationship_type text, '
    'finding text, what_to_do text)', 's'),
('health_check', '', 'TABLE(workspace text, severity text, object text, finding text, what_to_do text)', 's'),
('repair', 'name text DEFAULT NULL::text', 'TABLE(workspace text, severity text, object text, finding text, what_to_do text)', 'v');
CREATE TEMP VIEW made AS
SELECT p.oid, p.proname::text AS name, pg_get_function_arguments(p.oid) AS arguments,
       pg_get_function_result(p.oid) AS result, p.provolatile AS volatility, p.prosecdef, p.proconfig, p.proparallel
FROM pg_proc p WHERE p.pronamespace = 'relate'::regnamespace;

SELECT is(m.arguments, c.arguments, c.name || ': arguments') FROM contract c LEFT JOIN made m USING (name);
SELECT is(m.result, c.result, c.name || ': result') FROM contract c LEFT JOIN made m USING (name);
SELECT is(m.volatility, c.volatility, c.name || ': volatility') FROM contract c LEFT JOIN made m USING (name);
SELECT ok(NOT m.prosecdef, c.name || ' runs with the rights of the caller') FROM contract c JOIN made m USING (name);
SELECT ok(has_function_privilege('public', m.oid, 'EXECUTE'), c.name || ' can be called by anyone')
FROM contract c JOIN made m USING (name);
SELECT ok('search_path=pg_catalog, pg_temp' = ANY (m.proconfig), c.name || ' has a pinned search_path')
FROM contract c JOIN made m USING (name);
SELECT ok('row_security=off' = ANY (m.proconfig), 'validate never reads what row security leaves of a table')
FROM made m WHERE name = 'validate';

-- A new workspace with modules of every sort of key is whole, also under names that need quotes.
SELECT relate.create_workspace('Tap "health"');
SET LOCAL relate.workspace = 'Tap "health"';
CREATE SCHEMA "Tap tables";
CREATE TABLE "Tap tables"."By number" ("The id" bigint PRIMARY KEY, name text);
CREATE TABLE "Tap tables".by_uuid (id uuid PRIMARY KEY);
CREATE TABLE "Tap tables".by_char (id char(5) PRIMARY KEY);
CREATE TABLE "Tap tables".by_time (id timestamptz PRIMARY KEY);
CREATE TABLE "Tap tables".by_span (id interval PRIMARY KEY);
CREATE TABLE "Tap tables".by_float (id float8 PRIMARY KEY);
CREATE TABLE "Tap tables".by_bytes (id bytea PRIMARY KEY);
CREATE TABLE "Tap tables".by_bool (id boolean PRIMARY KEY);
CREATE TABLE "Tap tables".by_inet (id inet PRIMARY KEY);
CREATE TABLE "Tap tables".by_three (a date, b char(3), c boolean, PRIMARY KEY (a, b, c));
INSERT INTO "Tap tables"."By number" VALUES (-9223372036854775808), (7);
INSERT INTO "Tap tables".by_uuid VALUES ('AAAAAAAA-0000-4000-8000-000000000001');
INSERT INTO "Tap tables".by_char VALUES ('ab'), ('12');
INSERT INTO "Tap tables".by_time VALUES ('2024-07-01 12:00+02');
INSERT INTO "Tap tables".by_span VALUES ('1 day 2 hours');
INSERT INTO "Tap tables".by_float VALUES (0.1::float8 + 0.2::float8);
INSERT INTO "Tap tables".by_bytes VALUES ('\x00ff');
INSERT INTO "Tap tables".by_bool VALUES (true);
INSERT INTO "Tap tables".by_inet VALUES ('10.0.0.1');
INSERT INTO "Tap tables".by_three VALUES ('2024-01-02', 'a,"', true);
SELECT relate.register_module(c.oid::regclass) FROM pg_class c
WHERE c.relnamespace = '"Tap tables"'::regnamespace AND c.relkind = 'r' ORDER BY c.relname;
SELECT relate.create_relationship_type('any', on_source_delete => 'remove_link');
SET LOCAL DateStyle = 'German';
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL extra_float_digits = 0;
SET LOCAL bytea_output = 'escape';
INSERT INTO "Tap ""health""".relationship_list (relationship_type, source_module, source_key, target_module, target_key)
SELECT 'any', m.name, k.key, 'by_number', '7'
FROM "Tap ""health""".module m
JOIN (VALUES ('By number', '-9223372036854775808'), ('by_uuid', 'aaaaaaaa-0000-4000-8000-000000000001'), ('by_char', 'ab'),
             ('by_char', '12'), ('by_time', '2024-07-01 10:00:00+00'), ('by_span', '1 day 02:00:00'),
             ('by_float', '0.30000000000000004'), ('by_bytes', '\x00ff'), ('by_bool', 't'), ('by_inet', '10.0.0.1'),
             ('by_three', '(2024-01-02,"a,""",t)')) AS k (table_name, key)
     ON m.table_name = format('"Tap tables".%I', k.table_name)::regclass;
SELECT is(count(*)::int, 11, 'a relationship with a record of each') FROM "Tap ""health""".relationship;
SELECT is_empty($$SELECT * FROM relate.validate('Tap "health"')$$, 'keys of every type are found, whatever the settings');
SELECT is_empty($$SELECT * FROM relate.health_check() WHERE workspace = 'Tap "health"'$$, 'a new workspace is whole');
SELECT is_empty($$SELECT * FROM relate.repair('Tap "health"')$$, 'nothing to repair');

-- Names that need quotes, in every statement that repairs.
DROP TRIGGER relate_check ON "Tap ""health""".relationship;
DROP TRIGGER relate_changed ON "Tap ""health""".module;
DROP TRIGGER relate_record_deleted ON "Tap tables"."By number";
DROP INDEX "Tap ""health""".relationship_target_idx;
ALTER TABLE "Tap ""health""".relationship_type DROP CONSTRAINT relationship_type_source_module_id_fkey;
SELECT results_eq($$SELECT DISTINCT severity FROM relate.repair('Tap "health"')$$, $$VALUES ('repaired')$$, 'all is put back');
SELECT is_empty($$SELECT * FROM relate.health_check() WHERE workspace = 'Tap "health"'$$, 'and whole again');

SELECT * FROM finish();
ROLLBACK;
