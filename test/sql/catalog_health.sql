-- A workspace that is broken in every way we know: found, put back, found whole again.
SET client_min_messages = warning;
SET DateStyle = 'ISO, YMD';
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA health_test;
CREATE FUNCTION health_test.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ': ' || said, '  ' || nullif(detail, ''), '  -> ' || nullif(hint, ''));
END $$;

SELECT relate.create_workspace('health_crm');
SET relate.workspace = 'health_crm';
CREATE TABLE health_test.contacts (id int PRIMARY KEY, name text, sort char(12));
CREATE TABLE health_test.codes (code numeric PRIMARY KEY, name text);
CREATE TABLE health_test.lines (doc int, line char(4), PRIMARY KEY (doc, line));
CREATE TABLE health_test.parts (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
CREATE TABLE health_test.parts_low PARTITION OF health_test.parts FOR VALUES FROM (0) TO (100);
INSERT INTO health_test.contacts SELECT i, 'c' || i, CASE WHEN i <= 10 THEN 'individual' ELSE 'organization' END FROM generate_series(1, 20) i;
INSERT INTO health_test.codes VALUES (1.50, 'a'), (2.00, 'b');
INSERT INTO health_test.lines VALUES (1, 'a'), (1, 'b"');
INSERT INTO health_test.parts SELECT i, 'p' || i FROM generate_series(1, 9) i;
SELECT relate.register_module('health_test.contacts', kind_column => 'sort'), relate.register_module('health_test.codes'),
       relate.register_module('health_test.lines', 'line'), relate.register_module('health_test.parts');
SELECT relate.create_relationship_type('employment', 'contact', 'contact', 'many_to_one', source_kind => 'individual',
           target_kind => 'organization', has_contact_details => true),
       relate.create_relationship_type('colleagues', 'contact', 'contact', 'one_to_one', is_symmetric => true),
       relate.create_relationship_type('team', 'contact', 'contact', 'many_to_one', hierarchy_parent => 'target'),
       relate.create_relationship_type('forever', 'contact', 'part', 'many_to_many', is_perpetual => true),
       relate.create_relationship_type('mixed', NULL, NULL, 'many_to_many'),
       relate.create_relationship_type('three', 'contact', 'part', 'many_to_many', max_targets_per_source => 3);
INSERT INTO health_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date) VALUES
    (1, 1, 1, 1, 11, '2020-01-01', '2020-12-31'), (1, 1, 1, 1, 12, '2021-01-01', NULL),
    (2, 1, 1, 1, 2, NULL, NULL), (3, 1, 1, 1, 2, NULL, NULL), (3, 1, 2, 1, 3, NULL, NULL), (4, 1, 1, 4, 1, '2020-01-01', '2020-02-01'),
    (5, 1, 1, 2, '1.50', NULL, NULL), (5, 3, '(1,a)', 3, '(1,"b""")', NULL, NULL), (5, 4, 1, 2, '2.00', NULL, NULL);
SELECT relate.set_status('contact', '1', 'Customer'), relate.set_status('line', '(1,"b""")', 'Prospect');

-- ---- whole: nothing to say
SELECT * FROM relate.health_check() WHERE workspace = 'health_crm';
SELECT * FROM relate.validate('health_crm');
SELECT * FROM relate.repair('health_crm');

-- ---- objects: broken, said, put back
ALTER TABLE health_crm.relationship DISABLE TRIGGER relate_defaults;
DROP TRIGGER relate_check ON health_crm.relationship;
DROP TRIGGER relate_check ON health_crm.record_status;
CREATE TRIGGER relate_check BEFORE INSERT ON health_crm.record_status FOR EACH ROW EXECUTE FUNCTION relate.record_status_check();
ALTER TABLE health_crm.module DISABLE TRIGGER relate_changed;
ALTER TABLE health_crm.status ENABLE TRIGGER relate_changed;
ALTER TABLE health_crm.relationship_type ENABLE REPLICA TRIGGER relate_check;
DROP TRIGGER relate_insert ON health_crm.relationship_list;
DROP TRIGGER relate_record_deleted ON health_test.contacts;
ALTER TABLE health_test.codes DISABLE TRIGGER ALL;
ALTER TABLE health_test.parts_low DISABLE TRIGGER relate_record_deleted;
DROP INDEX health_crm.relationship_source_idx;
DROP INDEX health_crm.relationship_address_idx;
CREATE INDEX relationship_address_idx ON health_crm.relationship (address_key);
ALTER INDEX health_crm.relationship_target_idx RENAME TO of_another_name;
ALTER TABLE health_crm.relationship DROP CONSTRAINT relationship_pkey;
ALTER TABLE health_crm.status DROP CONSTRAINT status_pkey CASCADE;
SELECT * FROM relate.health_check() WHERE workspace = 'health_crm' ORDER BY object COLLATE "C", finding COLLATE "C";
SELECT * FROM relate.repair('health_crm') ORDER BY object COLLATE "C", finding COLLATE "C";
SELECT * FROM relate.health_check() WHERE workspace = 'health_crm';
SELECT * FROM relate.repair('health_crm');
SELECT health_test.refusal('DELETE FROM health_test.contacts WHERE id = 1') LIKE '23503%' AS protected_again;
-- A view that is gone is not ours to put back: others may hang on it.
DROP VIEW health_crm.relationship_list;
SELECT severity, object, finding, what_to_do FROM relate.repair('health_crm');
DROP VIEW health_crm.relationship_sides;
SELECT relate.create_workspace_views('health_crm'), relate.create_workspace_triggers('health_crm');
SELECT * FROM relate.health_check() WHERE workspace = 'health_crm';

-- ---- what hangs in the air: modules without table, key, column, rights; layout; default
BEGIN;
SET LOCAL session_replication_role = replica;
CREATE TABLE health_test.gone (id int PRIMARY KEY);
INSERT INTO health_crm.module (name, singular, plural, table_name, key_columns) VALUES ('gone', 'Gone', 'Gones', 'health_test.gone', '{id}');
DROP TABLE health_test.gone;
ALTER TABLE health_test.lines DROP CONSTRAINT lines_pkey;
ALTER TABLE health_test.codes DROP COLUMN name;
INSERT INTO health_crm.status (module_id, name, position) VALUES (77, 'x', 1);
UPDATE health_crm.relationship_type SET target_module_id = 78 WHERE name = 'three';
UPDATE health_crm.workspace SET layout_version = 1000;
SELECT severity, object, finding, what_to_do FROM relate.health_check() WHERE workspace = 'health_crm' ORDER BY object COLLATE "C", finding COLLATE "C";
UPDATE health_crm.workspace SET layout_version = 1;
SELECT severity, object, finding, what_to_do FROM relate.health_check() WHERE workspace = 'health_crm' AND object LIKE 'table%';
DELETE FROM health_crm.workspace;
SELECT severity, object, finding, what_to_do FROM relate.health_check() WHERE workspace = 'health_crm' AND object LIKE 'table%';
ROLLBACK;
BEGIN;
SELECT relate.create_workspace('health_two');
UPDATE health_two.workspace SET is_default = true;
UPDATE health_crm.workspace SET is_default = true;
SELECT workspace, severity, object, finding, what_to_do FROM relate.health_check();
ROLLBACK;

-- ---- rows written with triggers off: every rule
BEGIN;
SET LOCAL session_replication_role = replica;
ALTER SEQUENCE health_crm.relationship_relationship_id_seq RESTART 101;
INSERT INTO health_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date,
    importance, is_primary, email, address_module_id, address_key, created_at, created_by) VALUES
    (1, 1, 3, 1, 13, 'infinity', NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (1, 1, 4, 1, 13, '2021-01-01', '2020-01-01', 3, false, NULL, NULL, NULL, now(), 'x'),
    (1, 1, 5, 1, 13, NULL, NULL, 6, false, NULL, NULL, NULL, now(), 'x'),
    (99, 1, 6, 1, 13, NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (5, 50, 6, 1, 13, NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (3, 1, 6, 4, 3, NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (1, 1, 7, 1, 77, NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (1, 1, '007', 1, 13, NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (5, 2, '1.5', 3, '(1,c)', NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (5, 3, '(01,a   )', 1, '', NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (1, 1, 11, 1, 2, NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (3, 1, 8, 1, 8, NULL, NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (3, 1, 9, 1, 10, NULL, NULL, 3, false, 'a@b', NULL, NULL, now(), 'x'),
    (1, 1, 8, 1, 14, NULL, NULL, 3, false, NULL, 3, NULL, now(), 'x'),
    (1, 1, 9, 1, 14, NULL, NULL, 3, false, NULL, 3, '(1,x)', now(), 'x'),
    (1, 1, 1, 1, 11, '2020-06-01', '2020-07-01', 3, false, NULL, NULL, NULL, now(), 'x'),
    (2, 1, 2, 1, 1, '2020-06-01', NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (4, 1, 1, 4, 1, '2023-01-01', '2023-02-01', 3, false, NULL, NULL, NULL, now(), 'x'),
    (3, 1, 3, 1, 1, '2022-05-01', NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (4, 1, 2, 4, 2, '2022-05-01', NULL, 3, true, NULL, NULL, NULL, now(), 'x'),
    (4, 1, 3, 4, 2, '2000-05-01', '2000-05-01', 3, true, NULL, NULL, NULL, now(), 'x'),
    (6, 1, 1, 4, 1, NULL, '2020-12-31', 3, false, NULL, NULL, NULL, now(), 'x'),
    (6, 1, 1, 4, 2, '2020-01-01', '2020-12-31', 3, false, NULL, NULL, NULL, now(), 'x'),
    (6, 1, 1, 4, 3, '2020-12-31', NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (6, 1, 1, 4, 4, '2020-12-31', NULL, 3, false, NULL, NULL, NULL, now(), 'x'),
    (6, 1, 1, 4, 5, '2021-01-01', NULL, 3, false, NULL, NULL, NULL, now(), 'x');
INSERT INTO health_crm.record_status VALUES (1, 99, 1, '2020-01-01', now(), 'x'), (2, '1.50', 1, '2020-01-01', now(), 'x'),
    (60, 1, 1, '2020-01-01', now(), 'x'), (1, 5, 1000, '2020-01-01', now(), 'x');
SELECT * FROM relate.validate('health_crm');
SELECT count(*) > 20 FROM relate.repair('health_crm') WHERE severity = 'error' AND finding LIKE 'relationship_%';
-- What a finding says to do does away with it.
RESET session_replication_role;
DO $$
DECLARE
    statement text;
    rounds int := 0;
BEGIN
    SET LOCAL session_replication_role = replica;
    LOOP
        SELECT what_to_do INTO statement FROM relate.validate('health_crm');
        EXIT WHEN statement IS NULL OR rounds > 100;
        EXECUTE statement;
        rounds := rounds + 1;
    END LOOP;
END $$;
SELECT * FROM relate.validate('health_crm');
ROLLBACK;

-- ---- random rows with triggers off, against brute force, day by day
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM health_crm.relationship;
CREATE TABLE health_test.day AS SELECT d::date AS day FROM generate_series(date '2020-01-01', date '2020-01-12', '1 day') d;
CREATE FUNCTION health_test.fill(seed float) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(seed);
    DELETE FROM health_crm.relationship;
    INSERT INTO health_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date,
                                         importance, is_primary, created_at, created_by)
    SELECT type_id, 1, source, CASE WHEN type_id IN (4, 6) THEN 4 ELSE 1 END, target,
           CASE WHEN first > 1 THEN date '2020-01-01' + first END, CASE WHEN first + long < 11 THEN date '2020-01-01' + first + long END,
           3, random() < 0.3, now(), 'x'
    FROM (SELECT (ARRAY[2, 3, 4, 6])[1 + floor(random() * 4)::int] AS type_id, 1 + floor(random() * 7)::int AS source,
                 1 + floor(random() * 7)::int AS target, floor(random() * 11)::int AS first, floor(random() * 4)::int AS long
          FROM generate_series(1, 60)) AS r
    WHERE type_id IN (4, 6) OR source <> target;
END $$;
-- One row for each relationship, day and rule that is broken there.
CREATE VIEW health_test.held AS
SELECT r.relationship_id AS id, r.type_id, r.source_key::int AS source, r.target_key::int AS target, r.is_primary, d.day
FROM health_crm.relationship r CROSS JOIN health_test.day d
WHERE r.type_id = 4 OR coalesce(r.start_date, d.day) <= d.day AND coalesce(r.end_date, d.day) >= d.day;
CREATE VIEW health_test.brute AS
WITH RECURSIVE up AS (
    SELECT day, source AS origin, target AS node FROM health_test.held WHERE type_id = 3
    UNION SELECT u.day, u.origin, h.target FROM up u JOIN health_test.held h ON h.type_id = 3 AND h.day = u.day AND h.source = u.node
), place AS (
    SELECT id, type_id, day, 's' || source AS place, CASE type_id WHEN 6 THEN 3 ELSE 1 END AS room FROM health_test.held WHERE type_id IN (2, 3, 6)
    UNION ALL SELECT id, type_id, day, 's' || target, 1 FROM health_test.held WHERE type_id = 2
)
SELECT 'relationship_duplicate' AS rule, a.type_id, greatest(a.source, CASE a.type_id WHEN 2 THEN a.target END) || '-' ||
       CASE a.type_id WHEN 2 THEN least(a.source, a.target) ELSE a.target END AS place, a.day
FROM health_test.held a JOIN health_test.held b ON a.type_id = b.type_id AND a.day = b.day AND a.id <> b.id
     AND (a.source = b.source AND a.target = b.target OR a.type_id = 2 AND a.source = b.target AND a.target = b.source)
UNION
SELECT 'relationship_cardinality', type_id, place, day FROM place GROUP BY type_id, place, day, room HAVING count(*) > room
UNION
SELECT 'relationship_primary', type_id, target::text, day FROM (
    SELECT type_id, target, day FROM health_test.held WHERE is_primary
    UNION ALL SELECT type_id, source, day FROM health_test.held WHERE is_primary AND type_id = 2) AS p
GROUP BY type_id, target, day HAVING count(*) > 1
UNION
SELECT 'relationship_cycle', 3, '', day FROM up WHERE origin = node;
-- Both must name the same rules and types; and taking away what validate names must leave nothing for either.
CREATE FUNCTION health_test.compare() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    named text; brute text;
BEGIN
    SELECT string_agg(DISTINCT v.rule || ' ' || r.type_id, ', ') INTO named
    FROM relate.validate('health_crm') v JOIN health_crm.relationship r USING (relationship_id);
    SELECT string_agg(DISTINCT b.rule || ' ' || b.type_id, ', ') INTO brute FROM health_test.brute b;
    RETURN CASE WHEN named IS NOT DISTINCT FROM brute THEN 'same' ELSE format('validate: %s; brute force: %s', named, brute) END;
END $$;
CREATE FUNCTION health_test.trial(seed float, OUT findings int, OUT rounds int, OUT differences int, OUT is_healed boolean)
LANGUAGE plpgsql AS $$
DECLARE
    bad bigint;
BEGIN
    PERFORM health_test.fill(seed);
    SELECT count(*) INTO findings FROM relate.validate('health_crm');
    differences := (health_test.compare() <> 'same')::int;
    rounds := 0;
    LOOP
        bad := (SELECT v.relationship_id FROM relate.validate('health_crm') v ORDER BY md5(v.relationship_id::text) LIMIT 1);
        EXIT WHEN bad IS NULL;
        DELETE FROM health_crm.relationship WHERE relationship_id = bad;
        differences := differences + (health_test.compare() <> 'same')::int;
        rounds := rounds + 1;
    END LOOP;
    is_healed := NOT EXISTS (SELECT FROM health_test.brute) AND EXISTS (SELECT FROM health_crm.relationship);
END $$;
SELECT sum(findings) > 100 AS many_found, sum(rounds) > 50 AS many_rounds, sum(differences) AS differences, bool_and(is_healed) AS all_healed
FROM generate_series(1, 5) AS seed, health_test.trial(seed / 10.0);
ROLLBACK;

-- ---- who may look, and who may repair
SELECT health_test.refusal('SELECT relate.validate(NULL)');
SELECT health_test.refusal('SELECT relate.validate(''nowhere'')');
SELECT health_test.refusal('SELECT relate.repair(''nowhere'')');
CREATE ROLE regress_health_reader;
GRANT regress_health_reader TO CURRENT_USER;
SET ROLE regress_health_reader;
SELECT count(*) FROM relate.health_check();
RESET ROLE;
GRANT USAGE ON SCHEMA health_test TO regress_health_reader;
SET ROLE regress_health_reader;
SELECT health_test.refusal('SELECT relate.repair(''health_crm'')');
SELECT health_test.refusal('SELECT relate.validate(''health_crm'')');
RESET ROLE;
SELECT relate.grant_role('regress_health_reader', 'reader');
GRANT SELECT ON health_test.codes, health_test.parts, health_test.lines TO regress_health_reader;
GRANT SELECT (id) ON health_test.contacts TO regress_health_reader;
SET ROLE regress_health_reader;
SELECT health_test.refusal('SELECT relate.validate(''health_crm'')');
RESET ROLE;
GRANT SELECT (sort) ON health_test.contacts TO regress_health_reader;
SET ROLE regress_health_reader;
SELECT * FROM relate.validate('health_crm');
SELECT * FROM relate.health_check();
SELECT * FROM relate.repair();
RESET ROLE;
ALTER TABLE health_test.parts ENABLE ROW LEVEL SECURITY;
SET ROLE regress_health_reader;
SELECT health_test.refusal('SELECT relate.validate(''health_crm'')');
RESET ROLE;
ALTER TABLE health_test.parts DISABLE ROW LEVEL SECURITY;
ALTER TABLE health_crm.relationship ENABLE ROW LEVEL SECURITY;
SET ROLE regress_health_reader;
SELECT health_test.refusal('SELECT relate.validate(''health_crm'')');
RESET ROLE;
-- An owner without the rights on a module's table: repaired as far as he may, and told what is left.
ALTER TABLE health_crm.relationship DISABLE ROW LEVEL SECURITY;
DO $$
DECLARE
    t text;
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_health_reader', current_database());
    ALTER SCHEMA health_crm OWNER TO regress_health_reader;
    FOREACH t IN ARRAY '{workspace,module,relationship_type,relationship,status,record_status,relationship_list,relationship_sides}'::text[] LOOP
        EXECUTE format('ALTER TABLE health_crm.%I OWNER TO regress_health_reader', t);
    END LOOP;
END $$;
GRANT REFERENCES ON health_test.codes, health_test.parts, health_test.lines TO regress_health_reader;
GRANT SELECT ON health_test.contacts TO regress_health_reader;
DROP TRIGGER relate_record_deleted ON health_test.codes;
ALTER TABLE health_crm.status DISABLE TRIGGER relate_changed;
SET ROLE regress_health_reader;
SELECT * FROM relate.repair() ORDER BY object COLLATE "C", finding COLLATE "C";
RESET ROLE;

-- A stranger's tables are not read where that could run his code.
CREATE VIEW health_test.trap AS SELECT 1 / (random() * 0)::int AS id;
SET session_replication_role = replica;
UPDATE health_crm.module SET table_name = 'health_test.trap', key_columns = '{id}' WHERE name = 'code';
RESET session_replication_role;
SELECT v.finding FROM relate.validate('health_crm') v;
SELECT h.finding FROM relate.health_check() h WHERE object LIKE 'module%code';

-- Columns of a type's storage that nobody checked do not stop it.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE health_crm.relationship_type SET storage = 'column', storage_table = 'health_test.codes', storage_source_columns = '{{code,code}}', storage_target_columns = '{code,gone}'
WHERE type_id = (SELECT min(type_id) FROM health_crm.relationship_type);
SELECT h.finding FROM relate.health_check() h WHERE h.finding LIKE '%storage%';
ROLLBACK;

SET session_replication_role = replica;
UPDATE health_crm.module SET table_name = 'health_test.codes', key_columns = '{code}' WHERE name = 'code';
RESET session_replication_role;
SELECT relate.drop_workspace('health_crm', 'cascade');
DROP SCHEMA health_test CASCADE;
DROP OWNED BY regress_health_reader;
DROP ROLE regress_health_reader;
