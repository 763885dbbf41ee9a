-- A record that gets another key keeps its relationships, its uses as an address, and its status.
SET client_min_messages = warning;
SET DateStyle = 'ISO';
CREATE SCHEMA enforce_endpoints_rekey;
SET search_path = enforce_endpoints_rekey;
SELECT relate.create_workspace('enforce_endpoints_rekey_crm');
SET relate.workspace = 'enforce_endpoints_rekey_crm';

-- What a statement that is refused says.
CREATE FUNCTION refusal(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    rule text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN NEXT concat_ws(' ', SQLSTATE, nullif(rule, '') || ':', SQLERRM);
    RETURN QUERY SELECT 'DETAIL: ' || detail WHERE detail <> '' UNION ALL SELECT 'HINT: ' || hint WHERE hint <> '';
END $$;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TABLE person (id int PRIMARY KEY, name text, kind text DEFAULT 'individual');
CREATE TABLE company (code citext PRIMARY KEY, name text);
CREATE TABLE line (no int, "order" date, name text, UNIQUE ("order", no));
ALTER TABLE line ALTER no SET NOT NULL, ALTER "order" SET NOT NULL;
SELECT relate.register_module('person', kind_column => 'kind'), relate.register_module('company'),
       relate.register_module('line', key_columns => '{order,no}');
SELECT relate.create_relationship_type('job', 'person', 'company', 'many_to_one', has_contact_details => true,
                                       source_kind => 'individual'),
       relate.create_relationship_type('knows', 'person', 'person', is_symmetric => true, allow_self => true),
       relate.create_relationship_type('boss', 'person', 'person', 'one_to_many', hierarchy_parent => 'source'),
       relate.create_relationship_type('sold', 'person', 'line');
INSERT INTO person SELECT i, 'Person ' || i FROM generate_series(1, 5) i;
INSERT INTO company VALUES ('Acme', 'Acme Inc'), ('b', 'B Ltd');
INSERT INTO line VALUES (1, '2024-02-01', 'Nails'), (2, '2024-02-01', 'Screws');
INSERT INTO enforce_endpoints_rekey_crm.relationship (type_id, source_key, target_key, address_module_id, address_key) VALUES
    (1, 1, 'acme', 1, 2), (1, 2, 'b', 2, 'ACME'), (2, 1, 1, NULL, NULL), (2, 1, 2, NULL, NULL), (2, 3, 1, NULL, NULL),
    (3, 1, 2, NULL, NULL), (3, 2, 3, NULL, NULL), (4, 1, '("2024-02-01",1)', NULL, NULL), (4, 2, '(2024-02-01,2)', NULL, NULL);
SELECT relate.set_status('person', 1, 'Customer'), relate.set_status('company', 'acme', 'Prospect');
CREATE VIEW shown AS SELECT relationship_id AS id, relationship_type, source_key, source_name, target_key, target_name, address_key
FROM enforce_endpoints_rekey_crm.relationship_list ORDER BY 1;
SELECT * FROM shown;

-- One record on both sides; all records of a table at once; through a key that is free; swapped in three steps.
UPDATE person SET id = 10 WHERE id = 1;
SELECT * FROM shown;
UPDATE person SET id = id + 100;
UPDATE person SET id = -id;
SELECT * FROM shown;
UPDATE person SET id = 0 WHERE id = -110; UPDATE person SET id = -110 WHERE id = -102; UPDATE person SET id = -102 WHERE id = 0;
SELECT * FROM shown;
SELECT key, status FROM relate.records_with_status('person');
-- In one statement only where the index lets the order pass.
SELECT refusal('UPDATE person SET id = -212 - id WHERE id IN (-110, -102)');
-- Any type of key: another spelling of the same is another key, too.
UPDATE company SET code = 'ACME' WHERE code = 'acme';
UPDATE line SET "order" = '2025-03-01', no = no + 1;
SELECT * FROM shown WHERE id IN (1, 2, 8, 9);
SELECT key, status FROM relate.records_with_status('company');
-- What does not change the key changes nothing; nor does what is rolled back.
UPDATE person SET name = name || '!', id = id;
BEGIN; UPDATE person SET id = id + 1000; ROLLBACK;
SELECT count(*) FROM shown WHERE source_name IS NULL OR target_name IS NULL;
SELECT count(*) FROM enforce_endpoints_rekey_crm.relationship WHERE updated_at > created_at;

-- An inactive type, a past relationship whose kind is no longer right: they go along.
UPDATE enforce_endpoints_rekey_crm.relationship_type SET is_active = false WHERE name = 'boss';
UPDATE enforce_endpoints_rekey_crm.relationship SET end_date = '2020-01-01' WHERE type_id = 1;
UPDATE person SET kind = 'robot';
UPDATE person SET id = id + 1000;
SELECT * FROM shown WHERE relationship_type IN ('boss', 'job');
-- They may be edited and cut short, but not widened.
UPDATE enforce_endpoints_rekey_crm.relationship SET description = 'long ago', end_date = '2019-12-31' WHERE type_id = 1;
SELECT refusal('UPDATE enforce_endpoints_rekey_crm.relationship SET end_date = NULL WHERE relationship_id = 1');

-- Triggers of others: before, after, and changing the key once more.
CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_WHEN = 'BEFORE' THEN NEW.id := NEW.id + 1; RETURN NEW; END IF;
    UPDATE person SET id = id * 10 WHERE id = NEW.id AND pg_trigger_depth() = 1;
    RETURN NULL;
END $$;
CREATE TRIGGER a_before BEFORE UPDATE ON person FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION shift();
CREATE TRIGGER a_after AFTER UPDATE ON person FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION shift();
UPDATE person SET name = 'Shifted' WHERE id = 898;
SELECT * FROM shown WHERE source_name = 'Shifted' OR target_name = 'Shifted';
DROP TRIGGER a_before ON person; DROP TRIGGER a_after ON person;

-- Several workspaces.
SELECT relate.create_workspace('enforce_endpoints_rekey_two');
SET relate.workspace = 'enforce_endpoints_rekey_two';
SELECT relate.register_module('person'), relate.create_relationship_type('likes', 'person', 'person');
INSERT INTO person VALUES (1, 'A'), (2, 'B');
SELECT relate.create_relationship('likes', 1, 2);
UPDATE person SET id = 5 WHERE id = 2;
SELECT source_key, target_key FROM enforce_endpoints_rekey_two.relationship;
-- With the check deferred.
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE person SET id = id + 20 WHERE id < 10;
COMMIT;
SELECT source_key, target_key FROM enforce_endpoints_rekey_two.relationship;
-- A key that is not unique at once cannot tell who changes places with whom.
ALTER TABLE person DROP CONSTRAINT person_pkey, ADD PRIMARY KEY (id) DEFERRABLE;
INSERT INTO person VALUES (30, 'C');
SELECT relate.create_relationship('likes', 30, 25);
SELECT refusal('UPDATE person SET id = 51 - id WHERE id IN (21, 30)');
UPDATE person SET id = 31 WHERE id = 30;
SELECT source_key, target_key FROM enforce_endpoints_rekey_two.relationship ORDER BY relationship_id;
SELECT relate.drop_workspace('enforce_endpoints_rekey_two', 'cascade');
SET relate.workspace = 'enforce_endpoints_rekey_crm';

-- Partitions: an UPDATE that moves the row to another one is no deletion.
CREATE TABLE event (id int, year int, note text, name text, kind text, PRIMARY KEY (year, id)) PARTITION BY LIST (year);
CREATE TABLE event_1 PARTITION OF event FOR VALUES IN (1);
CREATE TABLE event_2 (name text, dropped int, kind text, year int NOT NULL, id int NOT NULL, note text); -- in another order
ALTER TABLE event_2 DROP COLUMN dropped;
ALTER TABLE event ATTACH PARTITION event_2 FOR VALUES IN (2);
SELECT relate.register_module('event', kind_column => 'kind', key_columns => '{year,id}');
SELECT relate.create_relationship_type('guest', 'person', 'event', target_kind => 'party', on_target_delete => 'remove_link',
                                       on_kind_change => 'end');
INSERT INTO event SELECT i, 1, NULL, 'Event ' || i, 'party' FROM generate_series(1, 3) i;
INSERT INTO person VALUES (1, 'Guest');
INSERT INTO enforce_endpoints_rekey_crm.relationship (type_id, source_key, target_key, start_date)
SELECT type_id, 1, format('(1,%s)', i), '2020-01-01' FROM enforce_endpoints_rekey_crm.relationship_type, generate_series(1, 3) i WHERE name = 'guest';
SELECT relate.set_status('event', '(1,2)', 'Customer');
CREATE VIEW guests AS SELECT target_key, target_name, end_date = current_date AS ends_today FROM enforce_endpoints_rekey_crm.relationship_list
WHERE relationship_type = 'guest' ORDER BY relationship_id;
UPDATE event SET year = 2 WHERE id <= 2;
SELECT * FROM guests;
SELECT key, status FROM relate.records_with_status('event');
UPDATE event SET year = 3 - year, id = id + 10;
SELECT * FROM guests;
-- Key, partition and kind at once; MERGE.
UPDATE event SET year = 2, kind = 'funeral' WHERE id = 11;
MERGE INTO event USING (VALUES (12)) AS v (i) ON id = i WHEN MATCHED THEN UPDATE SET year = 2;
SELECT * FROM guests;
-- A trigger that keeps the row from its new partition.
CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep_out BEFORE INSERT ON event_1 FOR EACH ROW EXECUTE FUNCTION keep_out();
UPDATE event SET year = 1 WHERE id = 13;
BEGIN; SAVEPOINT a; UPDATE event SET year = 1 WHERE id = 13; ROLLBACK TO a; UPDATE person SET id = 2 WHERE id = 1; COMMIT;
DELETE FROM enforce_endpoints_rekey_crm.relationship WHERE target_key OPERATOR(relate.=) '(2,13)';
UPDATE event SET year = 1 WHERE id = 13;
-- A deletion is one.
DELETE FROM event WHERE id = 12;
SELECT * FROM guests;

SET client_min_messages = warning;
RESET search_path;
DROP SCHEMA enforce_endpoints_rekey_crm, enforce_endpoints_rekey CASCADE;
