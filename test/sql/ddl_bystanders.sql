-- DDL of those who have nothing to do with a workspace is untouched; claims to the tables of others hold up nobody.
SET client_min_messages = warning;
CREATE SCHEMA by_shop;
CREATE TABLE by_shop.contacts (id int PRIMARY KEY, name text);
INSERT INTO by_shop.contacts VALUES (1, 'a'), (2, 'b');
SELECT relate.create_workspace('by_crm');
SET relate.workspace = 'by_crm';
SELECT relate.register_module('by_shop.contacts');
SELECT relate.create_relationship_type('link', 'contact', 'contact', 'many_to_many');
INSERT INTO by_crm.relationship (type_id, source_key, target_key) VALUES (1, 1, 2);
RESET client_min_messages;
CREATE ROLE regress_by_stander;
CREATE SCHEMA by_other AUTHORIZATION regress_by_stander;

-- ---- a user without any right, with tables like the others'
SET ROLE regress_by_stander;
CREATE TABLE by_other.contacts (id int PRIMARY KEY, name text, kind text UNIQUE);
CREATE TABLE by_other.visits (contact_id int REFERENCES by_other.contacts, at date) PARTITION BY RANGE (at);
CREATE TABLE by_other.visits_1 PARTITION OF by_other.visits FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE by_other.visits_2 (at date, contact_id int);
ALTER TABLE by_other.visits ATTACH PARTITION by_other.visits_2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
ALTER TABLE by_other.contacts RENAME COLUMN id TO contact_id;
ALTER TABLE by_other.contacts ALTER COLUMN contact_id TYPE bigint;
ALTER TABLE by_other.contacts DROP COLUMN name;
ALTER TABLE by_other.contacts DROP CONSTRAINT contacts_kind_key;
CREATE FUNCTION by_other.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER relate_record_deleted AFTER DELETE ON by_other.contacts EXECUTE FUNCTION by_other.nothing();
DROP TRIGGER relate_record_deleted ON by_other.contacts;
CREATE INDEX contacts_kind ON by_other.contacts (kind);
DROP INDEX by_other.contacts_kind;
ALTER TABLE by_other.visits DETACH PARTITION by_other.visits_2;
DROP TABLE by_other.visits_1;
TRUNCATE by_other.visits;
DROP TABLE by_other.visits_2, by_other.visits;
CREATE TEMP TABLE contacts (id int PRIMARY KEY);
ALTER TABLE contacts RENAME COLUMN id TO number;
DROP TABLE contacts;
CREATE TYPE by_other.mood AS ENUM ('sad', 'happy');
CREATE TABLE by_other.moods (mood by_other.mood, n int);
DROP TYPE by_other.mood CASCADE;
CREATE VIEW by_other.view AS SELECT n FROM by_other.moods;
ALTER VIEW by_other.view RENAME COLUMN n TO m;
ALTER TABLE by_other.view RENAME COLUMN m TO n;
DROP TABLE by_other.moods CASCADE;
ALTER TABLE IF EXISTS by_other.nowhere RENAME COLUMN a TO b;
DROP TABLE IF EXISTS by_other.nowhere;
DROP TABLE by_other.contacts;
DO $$ BEGIN EXECUTE 'DROP TABLE by_shop.contacts'; EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE '%', SQLERRM; END $$;
RESET ROLE;

-- ---- a workspace of one's own that claims the table of another
GRANT CREATE ON DATABASE contrib_regression TO regress_by_stander;
GRANT USAGE ON SCHEMA by_shop TO regress_by_stander;
SET ROLE regress_by_stander;
SET client_min_messages = warning;
SELECT relate.create_workspace('by_evil');
RESET client_min_messages;
CREATE TABLE by_other.log (who text);
GRANT INSERT ON by_other.log TO PUBLIC;
GRANT USAGE ON SCHEMA by_other TO PUBLIC;
CREATE FUNCTION by_other.caught() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO by_other.log VALUES (current_user || ' ' || TG_TABLE_NAME); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER trap AFTER DELETE OR UPDATE ON by_evil.module DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION by_other.caught();
CREATE CONSTRAINT TRIGGER trap AFTER DELETE OR UPDATE ON by_evil.relationship_type DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION by_other.caught();
CREATE CONSTRAINT TRIGGER trap AFTER DELETE OR UPDATE ON by_evil.workspace DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION by_other.caught();
ALTER TABLE by_evil.module DISABLE TRIGGER relate_check;
ALTER TABLE by_evil.relationship_type DISABLE TRIGGER relate_check;
CREATE TABLE by_other.bait (id int);
INSERT INTO by_evil.module (name, singular, plural, table_name, key_columns, name_columns)
VALUES ('x', 'x', 'x', 'by_shop.contacts', '{id}', '{name}'), ('b', 'b', 'b', 'by_other.bait', '{id}', '{}');
INSERT INTO by_evil.relationship_type (name, source_role, target_role, label, inverse_label, cardinality, has_contact_details, storage_table, storage_source_columns, storage_target_columns)
VALUES ('x', 'x', 'x', 'x', 'x', 'many_to_many', false, 'by_shop.contacts', '{id}', '{name}');
RESET ROLE;
ALTER TABLE by_shop.contacts RENAME COLUMN name TO title;
ALTER TABLE by_shop.contacts RENAME COLUMN title TO name;
ALTER TABLE by_shop.contacts ALTER COLUMN id TYPE bigint;
BEGIN;
DROP TABLE by_shop.contacts CASCADE;
COMMIT;
TABLE by_other.log;
SELECT name FROM by_crm.module;
CREATE TABLE by_shop.contacts (id int PRIMARY KEY, name text);
SET ROLE regress_by_stander;
UPDATE by_evil.module SET table_name = 'by_shop.contacts' WHERE name = 'x';
RESET ROLE;
ALTER TABLE by_shop.contacts DROP COLUMN name;
ALTER TABLE by_shop.contacts DROP COLUMN id;
DROP TABLE by_shop.contacts;
TABLE by_other.log;
-- Nor does one who has rights on the table, by what he writes into a schema that only looks like a workspace.
CREATE TABLE by_shop.contacts (id int PRIMARY KEY, name text, note varchar(20));
INSERT INTO by_shop.contacts VALUES (1, 'a');
GRANT SELECT, REFERENCES ON by_shop.contacts TO regress_by_stander;
SET ROLE regress_by_stander;
SET client_min_messages = error;
ALTER TABLE by_evil.module DROP CONSTRAINT module_pkey CASCADE, DROP CONSTRAINT module_table_name_key, DROP CONSTRAINT module_name_key;
RESET client_min_messages;
UPDATE by_evil.module SET table_name = 'by_shop.contacts' WHERE name = 'x';
INSERT INTO by_evil.module (module_id, name, singular, plural, table_name, key_columns, name_columns, kind_column, date_column)
SELECT m.id, 'fake ' || m.id, '', '', 'by_shop.contacts'::regclass, m.key::name[], m.names::name[], m.kind, m.date
FROM (VALUES (11, '{id}', '{ctid}', NULL, NULL), (12, '{id}', '{note,note,nowhere}', 'ctid', 'tableoid'), (12, '{id}', '{note}', 'note', 'note'),
             (13, '{ctid}', '{id}', NULL, NULL), (14, '{id,id}', '{}', 'nowhere', NULL), (15, '{note}', '{NULL,id}', NULL, 'name')) AS m (id, key, names, kind, date);
RESET ROLE;
ALTER TABLE by_shop.contacts RENAME COLUMN note TO remark;
ALTER TABLE by_shop.contacts RENAME COLUMN remark TO note;
ALTER TABLE by_shop.contacts ALTER note TYPE text, ALTER id TYPE bigint;
ALTER TABLE by_shop.contacts ALTER name SET NOT NULL;
ALTER TABLE by_shop.contacts ALTER name DROP NOT NULL;
ALTER TABLE by_shop.contacts RENAME TO people;
ALTER TABLE by_shop.people SET SCHEMA by_other;
ALTER TABLE by_other.people SET SCHEMA by_shop;
DROP TABLE by_shop.people;
-- Nor by code of his own on his workspace's tables, which would never end: it does not run, his own loss.
CREATE TABLE by_shop.guests (id int PRIMARY KEY, name text, boss int, born date);
INSERT INTO by_shop.guests VALUES (1, 'a'), (2, 'b');
GRANT SELECT, REFERENCES, TRIGGER ON by_shop.guests TO regress_by_stander;
CREATE SCHEMA by_raising AUTHORIZATION regress_by_stander;
SET ROLE regress_by_stander;
SET client_min_messages = error;
SELECT relate.create_workspace('by_raising') AS made \gset
SET relate.workspace = by_raising;
SELECT relate.register_module('by_shop.guests', date_column => 'born') > 0 AS guests, relate.adopt_column('by_shop.guests', '{boss}', 'guest', name => 'boss') > 0 AS boss,
       relate.create_relationship_type('friend', 'guest', 'guest') > 0 AS friend;
RESET ROLE;
RESET client_min_messages;
-- As long as there is only ours, his workspace follows.
ALTER TABLE by_shop.guests RENAME COLUMN name TO title;
SELECT name_columns FROM by_raising.module;
ALTER TABLE by_shop.guests RENAME COLUMN title TO name;
SET ROLE regress_by_stander;
INSERT INTO by_raising.relationship (type_id, source_key, target_key) SELECT type_id, 1, 2 FROM by_raising.relationship_type WHERE name = 'friend';
CREATE FUNCTION by_raising.loop(anything anyelement) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN LOOP PERFORM pg_sleep(1); END LOOP; END $$;
CREATE FUNCTION by_raising.loop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN LOOP PERFORM pg_sleep(1); END LOOP; END $$;
CREATE TRIGGER endless BEFORE UPDATE OR DELETE ON by_raising.module FOR EACH ROW EXECUTE FUNCTION by_raising.loop();
CREATE TRIGGER endless BEFORE UPDATE OR DELETE ON by_raising.relationship_type FOR EACH ROW EXECUTE FUNCTION by_raising.loop();
CREATE TRIGGER endless BEFORE UPDATE OR DELETE ON by_raising.relationship FOR EACH ROW EXECUTE FUNCTION by_raising.loop();
CREATE TRIGGER endless BEFORE UPDATE OR DELETE ON by_raising.workspace FOR EACH ROW EXECUTE FUNCTION by_raising.loop();
RESET ROLE;
SET statement_timeout = '60s';
ALTER TABLE by_shop.guests RENAME COLUMN name TO title;
ALTER TABLE by_shop.guests RENAME COLUMN boss TO chief;
SELECT name_columns FROM by_raising.module;
SELECT severity, object, finding FROM relate.health_check() WHERE workspace = 'by_raising';
BEGIN;
ALTER TABLE by_shop.guests RENAME COLUMN chief TO boss;
ALTER TABLE by_shop.guests RENAME COLUMN title TO name;
ALTER TABLE by_shop.guests DROP COLUMN boss CASCADE;
ALTER TABLE by_shop.guests DROP COLUMN born;
SAVEPOINT whole;
ALTER TABLE by_shop.guests DROP COLUMN id CASCADE;
ROLLBACK TO whole;
DROP TABLE by_shop.guests CASCADE;
SELECT severity, object, finding, replace(what_to_do, m.module_id::text, 'N') AS what_to_do
FROM relate.health_check(), by_raising.module AS m WHERE workspace = 'by_raising';
ROLLBACK;
RESET statement_timeout;
-- What else could run is told from what is ours.
SELECT relate.other_code('by_raising'), relate.other_code('by_crm');
SET ROLE regress_by_stander;
DROP TRIGGER endless ON by_raising.module;
DROP TRIGGER endless ON by_raising.relationship_type;
DROP TRIGGER endless ON by_raising.relationship;
DROP TRIGGER endless ON by_raising.workspace;
SELECT relate.other_code('by_raising');
CREATE FUNCTION pg_temp.would_run(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE change;
    found := relate.other_code('by_raising');
    RAISE USING MESSAGE = coalesce(found, 'nothing');
EXCEPTION WHEN raise_exception THEN
    RETURN SQLERRM;
END $$;
SELECT pg_temp.would_run(change) FROM unnest(ARRAY[
    'CREATE TRIGGER evil AFTER UPDATE ON by_raising.module FOR EACH STATEMENT EXECUTE FUNCTION by_raising.loop()',
    'CREATE TRIGGER evil AFTER UPDATE ON by_raising.module FOR EACH ROW WHEN (by_raising.loop(1)) EXECUTE FUNCTION relate.catalog_changed()',
    'CREATE RULE evil AS ON UPDATE TO by_raising.module DO ALSO SELECT by_raising.loop(1)',
    'CREATE TABLE by_raising.other (id int REFERENCES by_raising.module ON DELETE CASCADE)',
    'ALTER TABLE by_raising.module ADD CHECK (by_raising.loop(1)) NOT VALID',
    'ALTER TABLE by_raising.module ADD CHECK (pg_sleep(0) IS NOT NULL)',
    'CREATE FUNCTION by_raising.not_loop(anything anyelement) RETURNS boolean IMMUTABLE LANGUAGE sql AS ''SELECT true''; CREATE INDEX evil ON by_raising.module (by_raising.not_loop(name))',
    'CREATE FUNCTION by_raising.not_loop(anything anyelement) RETURNS boolean IMMUTABLE LANGUAGE sql AS ''SELECT true''; CREATE INDEX evil ON by_raising.module (name) WHERE by_raising.not_loop(name)',
    'CREATE FUNCTION by_raising.not_loop(anything anyelement) RETURNS boolean IMMUTABLE LANGUAGE sql AS ''SELECT true''; ALTER TABLE by_raising.module ADD evil boolean GENERATED ALWAYS AS (by_raising.not_loop(name)) STORED',
    'CREATE TABLE by_raising.child () INHERITS (by_raising.module); CREATE TRIGGER evil BEFORE UPDATE ON by_raising.child FOR EACH ROW EXECUTE FUNCTION by_raising.loop()',
    -- These run nothing.
    'CREATE INDEX good ON by_raising.module (kind)',
    'ALTER TABLE by_raising.module ENABLE ROW LEVEL SECURITY',
    'CREATE TRIGGER evil AFTER UPDATE ON by_raising.module FOR EACH STATEMENT EXECUTE FUNCTION by_raising.loop(); ALTER TABLE by_raising.module DISABLE TRIGGER evil',
    'ALTER TABLE by_raising.module ALTER kind SET DEFAULT by_raising.loop(1)'::text]) AS change;
CREATE FUNCTION by_raising.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not while I am here'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON by_raising.module FOR EACH ROW EXECUTE FUNCTION by_raising.refuse();
CREATE TRIGGER refuse BEFORE UPDATE ON by_raising.relationship_type FOR EACH ROW EXECUTE FUNCTION by_raising.refuse();
RESET ROLE;
-- What fails there otherwise is his loss, too.
BEGIN;
ALTER TABLE by_raising.module OWNER TO CURRENT_USER;
ALTER TABLE by_raising.module DISABLE TRIGGER refuse;
ALTER TABLE by_raising.relationship_type DISABLE TRIGGER refuse;
REVOKE ALL ON by_raising.module FROM regress_by_stander;
SAVEPOINT whole;
ALTER TABLE by_shop.guests RENAME COLUMN id TO number;
ROLLBACK TO whole;
DROP TABLE by_shop.guests CASCADE;
ROLLBACK;
-- His rules hold for the partitions of a table to which he may refer.
CREATE TABLE by_shop.visits (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE by_shop.visits_1 PARTITION OF by_shop.visits FOR VALUES FROM (0) TO (10);
INSERT INTO by_shop.visits VALUES (1), (2);
GRANT SELECT, REFERENCES, TRIGGER ON by_shop.visits TO regress_by_stander;
GRANT TRIGGER ON by_shop.visits_1 TO regress_by_stander;
BEGIN;
SET LOCAL ROLE regress_by_stander;
SELECT relate.register_module('by_shop.visits') > 0 AS visits, relate.create_relationship_type('follow-up', 'visit', 'visit') > 0 AS follow_up,
       relate.create_relationship('follow-up', 2, 1) > 0 AS related;
RESET ROLE;
DELETE FROM by_shop.visits_1 WHERE id = 1;
ROLLBACK;
DROP TABLE by_shop.visits;
-- Of his own tables he hears it as an error, and all stays as it was.
GRANT USAGE, CREATE ON SCHEMA by_shop TO regress_by_stander;
ALTER TABLE by_shop.guests OWNER TO regress_by_stander;
SET ROLE regress_by_stander;
ALTER TABLE by_shop.guests RENAME COLUMN id TO number;
DROP TRIGGER refuse ON by_raising.module;
DROP TRIGGER refuse ON by_raising.relationship_type;
ALTER TABLE by_shop.guests RENAME COLUMN id TO number;
SELECT key_columns FROM by_raising.module;
RESET ROLE;
RESET relate.workspace;
SET client_min_messages = warning;
SELECT relate.drop_workspace('by_raising', 'cascade');
SELECT relate.drop_workspace('by_crm', 'cascade');
DROP SCHEMA by_shop, by_evil, by_other CASCADE;
DROP OWNED BY regress_by_stander;
DROP ROLE regress_by_stander;
