-- DDL on the tables of modules: renames, drops, other types; and on what guards them.
SET client_min_messages = warning;
CREATE SCHEMA ddl_shop;
CREATE TABLE ddl_shop.contacts (id int PRIMARY KEY, first_name text, last_name text, sort text, created_at date, note text);
CREATE TABLE ddl_shop.firms (code text PRIMARY KEY, name text);
CREATE TABLE ddl_shop.stays (room int, guest text, name text, PRIMARY KEY (room, guest));
INSERT INTO ddl_shop.contacts SELECT i, 'Ann' || i, 'Smith', CASE i % 2 WHEN 0 THEN 'individual' ELSE 'household' END FROM generate_series(1, 6) i;
INSERT INTO ddl_shop.firms VALUES ('A', 'Acme'), ('B', 'Bolt'), ('7', 'Seven');
INSERT INTO ddl_shop.stays VALUES (1, 'x', 'one');
SELECT relate.create_workspace('ddl_crm');
SET relate.workspace = 'ddl_crm';
SELECT relate.register_module('ddl_shop.contacts', name_columns => '{first_name,last_name}', kind_column => 'sort'),
       relate.register_module('ddl_shop.firms'), relate.register_module('ddl_shop.stays');
SELECT relate.create_relationship_type('employment', 'contact', 'firm', 'many_to_many'),
       relate.create_relationship_type('single', 'contact', 'firm', 'many_to_many', source_kind => 'individual'),
       relate.create_relationship_type('stay', 'contact', 'stay', 'many_to_many');
INSERT INTO ddl_crm.relationship (type_id, source_key, target_key) VALUES (1, 1, 'A'), (1, 2, 'B'), (2, 2, 'A'), (3, 3, '(1,x)');
SELECT relate.set_status('firm', 'A', 'Customer');
RESET client_min_messages;
CREATE FUNCTION ddl_shop.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m text; d text; h text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ': ' || m, nullif(d, ''), nullif(h, ''));
END $$;
CREATE VIEW ddl_shop.modules AS SELECT name, table_name, key_columns, name_columns, kind_column, date_column FROM ddl_crm.module ORDER BY module_id;

-- ---- renames are followed
ALTER TABLE ddl_shop.contacts RENAME COLUMN id TO contact_id;
ALTER TABLE ddl_shop.contacts RENAME last_name TO "Family name";
ALTER TABLE ddl_shop.contacts RENAME COLUMN sort TO kind;
ALTER TABLE ddl_shop.contacts RENAME COLUMN created_at TO since;
ALTER TABLE ddl_shop.contacts RENAME COLUMN note TO remark;
ALTER TABLE ddl_shop.stays RENAME COLUMN room TO guest_room;
ALTER TABLE ddl_shop.stays RENAME COLUMN guest TO room;
ALTER TABLE ddl_shop.contacts RENAME TO people;
ALTER SCHEMA ddl_shop RENAME TO ddl_store;
ALTER SCHEMA ddl_crm RENAME TO ddl_links;
SELECT * FROM ddl_store.modules;
SET relate.workspace = 'ddl_links';
SELECT relate.record_name('contact', 2), relate.record_name('stay', '(1,x)'), relate.record_kind('contact', 2);
SELECT source_name, label, target_name FROM ddl_links.relationship_list ORDER BY relationship_id;
INSERT INTO ddl_links.relationship (type_id, source_key, target_key) VALUES (1, 9, 'A');
INSERT INTO ddl_links.relationship (type_id, source_key, target_key) VALUES (2, 1, 'A');
DELETE FROM ddl_store.people WHERE contact_id = 3;
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_links';
SELECT * FROM relate.validate('ddl_links');
ALTER SCHEMA ddl_links RENAME TO ddl_crm;
ALTER SCHEMA ddl_store RENAME TO ddl_shop;
SET relate.workspace = 'ddl_crm';
-- By inheritance, too; and rolled back with the rename.
BEGIN;
CREATE TABLE ddl_shop.things (part_no int, name text);
CREATE TABLE ddl_shop.parts (PRIMARY KEY (part_no)) INHERITS (ddl_shop.things);
SELECT relate.register_module('ddl_shop.parts');
SAVEPOINT s;
ALTER TABLE ddl_shop.things RENAME COLUMN part_no TO number;
SELECT key_columns FROM ddl_shop.modules WHERE name = 'part';
ROLLBACK TO s;
SELECT key_columns FROM ddl_shop.modules WHERE name = 'part';
INSERT INTO ddl_shop.parts VALUES (1, 'bolt');
SELECT relate.record_name('part', 1);
ROLLBACK;

-- ---- tables go with CASCADE only
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SELECT ddl_shop.refusal('DROP TABLE ddl_shop.firms');
SELECT ddl_shop.refusal('DROP TABLE ddl_shop.stays, ddl_shop.firms');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.stays DROP COLUMN room');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.people DROP COLUMN first_name, DROP COLUMN remark');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.people DROP COLUMN kind');
\set VERBOSITY default
ALTER TABLE ddl_shop.people DROP COLUMN remark;
ALTER TABLE ddl_shop.people DROP COLUMN since;
SELECT date_column FROM ddl_shop.modules WHERE name = 'contact';
BEGIN;
ALTER TABLE ddl_shop.people DROP COLUMN first_name CASCADE;
SELECT name_columns FROM ddl_shop.modules WHERE name = 'contact';
ALTER TABLE ddl_shop.people DROP COLUMN kind CASCADE;
SELECT kind_column FROM ddl_shop.modules WHERE name = 'contact';
SELECT name FROM ddl_crm.relationship_type ORDER BY name;
SELECT relationship_id, type_id FROM ddl_crm.relationship ORDER BY 1;
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';
ALTER TABLE ddl_shop.people DROP COLUMN contact_id CASCADE;
SELECT name FROM ddl_shop.modules;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'ddl_shop.people'::regclass ORDER BY tgname;
DELETE FROM ddl_shop.people;
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';
ROLLBACK;
BEGIN;
DROP TABLE ddl_shop.firms CASCADE;
SELECT name FROM ddl_shop.modules;
SELECT name FROM ddl_crm.relationship_type;
SELECT count(*) FROM ddl_crm.relationship;
SELECT count(*) FROM ddl_crm.record_status;
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';
SELECT * FROM relate.validate('ddl_crm');
ROLLBACK;
-- With their schema, with what they are made of, with their owner.
BEGIN;
CREATE DOMAIN ddl_shop.number AS int;
CREATE TABLE ddl_shop.parts (id ddl_shop.number PRIMARY KEY);
CREATE SCHEMA ddl_extra;
CREATE TABLE ddl_extra.doors (id int PRIMARY KEY);
CREATE ROLE regress_ddl_owner;
CREATE TABLE ddl_extra.windows (id int PRIMARY KEY);
GRANT USAGE, CREATE ON SCHEMA ddl_extra TO regress_ddl_owner;
ALTER TABLE ddl_extra.windows OWNER TO regress_ddl_owner;
SELECT relate.register_module('ddl_shop.parts'), relate.register_module('ddl_extra.doors'), relate.register_module('ddl_extra.windows');
DROP DOMAIN ddl_shop.number CASCADE;
DROP OWNED BY regress_ddl_owner CASCADE;
DROP SCHEMA ddl_extra CASCADE;
SELECT name FROM ddl_shop.modules;
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';
ROLLBACK;
-- The owner of the table needs no right in the workspace.
CREATE ROLE regress_ddl_owner;
GRANT USAGE, CREATE ON SCHEMA ddl_shop TO regress_ddl_owner;
ALTER TABLE ddl_shop.firms OWNER TO regress_ddl_owner;
ALTER TABLE ddl_shop.people OWNER TO regress_ddl_owner;
BEGIN;
SET LOCAL ROLE regress_ddl_owner;
SELECT ddl_shop.refusal('DROP TABLE ddl_shop.firms');
ALTER TABLE ddl_shop.firms RENAME COLUMN name TO title;
DROP TABLE ddl_shop.firms CASCADE;
ALTER TABLE ddl_shop.people DROP COLUMN contact_id CASCADE;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'ddl_shop.people'::regclass ORDER BY tgname;
RESET ROLE;
SELECT name FROM ddl_shop.modules;
ROLLBACK;

-- ---- other types
ALTER TABLE ddl_shop.people ALTER COLUMN contact_id TYPE bigint;
ALTER TABLE ddl_shop.people ALTER COLUMN first_name TYPE varchar(100);
ALTER TABLE ddl_shop.firms ALTER COLUMN code TYPE varchar(10);
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.firms ALTER COLUMN code TYPE text USING lower(code)');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.firms ALTER COLUMN code TYPE int USING length(code)');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.firms ALTER COLUMN code TYPE json USING to_json(code)');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.firms ALTER COLUMN name TYPE bytea USING ''''::bytea');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.people ALTER COLUMN kind TYPE int USING 1');
SELECT module, key, name FROM relate.related_records('firm', 'A', types => '{employment}');
INSERT INTO ddl_crm.relationship (type_id, source_key, target_key) VALUES (1, 4, 'A');
SELECT * FROM relate.validate('ddl_crm');
-- A key that is none any more: warned, and the rules go on.
ALTER TABLE ddl_shop.firms DROP CONSTRAINT firms_pkey;
INSERT INTO ddl_crm.relationship (type_id, source_key, target_key) VALUES (1, 6, 'C');
ALTER TABLE ddl_shop.firms ADD CONSTRAINT firms_key UNIQUE (code);
ALTER TABLE ddl_shop.firms ALTER COLUMN code DROP NOT NULL;
SELECT severity, object, finding, what_to_do FROM relate.health_check() WHERE workspace = 'ddl_crm';
ALTER TABLE ddl_shop.firms ALTER COLUMN code SET NOT NULL;
ALTER TABLE ddl_shop.firms ADD PRIMARY KEY (code);
ALTER TABLE ddl_shop.firms DROP CONSTRAINT firms_key;
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';

-- ---- our triggers and indexes may go: a warning, and repair puts them back
DROP TRIGGER relate_record_deleted ON ddl_shop.firms;
DROP TRIGGER relate_table_truncated ON ddl_shop.people;
DROP TRIGGER relate_defaults ON ddl_crm.relationship;
DROP TRIGGER relate_changed ON ddl_crm.module;
DROP INDEX ddl_crm.relationship_source_idx;
ALTER TABLE ddl_crm.record_status DROP CONSTRAINT record_status_pkey;
DELETE FROM ddl_shop.firms WHERE code = 'B'; -- unprotected
SELECT severity, object, finding FROM relate.repair('ddl_crm') ORDER BY object COLLATE "C", finding COLLATE "C";
DELETE FROM ddl_crm.relationship WHERE relationship_id = 2;
SELECT * FROM relate.repair('ddl_crm');
SELECT ddl_shop.refusal('DELETE FROM ddl_shop.firms WHERE code = ''A''');
DROP TRIGGER relate_check ON ddl_crm.relationship;
SELECT severity, object, finding FROM relate.repair('ddl_crm');
-- Triggers and indexes of others are of no interest.
CREATE FUNCTION ddl_shop.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER nothing AFTER INSERT ON ddl_shop.firms EXECUTE FUNCTION ddl_shop.nothing();
DROP TRIGGER nothing ON ddl_shop.firms;
CREATE INDEX firms_name ON ddl_shop.firms (name);
DROP INDEX ddl_shop.firms_name;
CREATE INDEX relationship_more ON ddl_crm.relationship (created_at);
DROP INDEX CONCURRENTLY ddl_crm.relationship_more;

-- ---- as pg_dump --clean --schema does: the table goes and comes back, its relationships stay
DROP TRIGGER relate_record_deleted ON ddl_shop.firms;
DROP TRIGGER relate_record_updated ON ddl_shop.firms;
DROP TRIGGER relate_table_truncated ON ddl_shop.firms;
ALTER TABLE ONLY ddl_shop.firms DROP CONSTRAINT firms_pkey;
DROP TABLE ddl_shop.firms;
SELECT severity, object, finding, what_to_do FROM relate.health_check() WHERE workspace = 'ddl_crm';
CREATE TABLE ddl_shop.firms (code varchar(10) PRIMARY KEY, name text);
INSERT INTO ddl_shop.firms VALUES ('A', 'Acme'), ('7', 'Seven');
SELECT * FROM relate.repair('ddl_crm');
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';
SELECT ddl_shop.refusal('DELETE FROM ddl_shop.firms WHERE code = ''A''');
SELECT settings FROM ddl_crm.workspace;
-- Where nothing hangs on it, the module goes.
BEGIN;
CREATE TABLE ddl_shop.parts (id int PRIMARY KEY);
SELECT relate.register_module('ddl_shop.parts');
DROP TRIGGER relate_record_deleted ON ddl_shop.parts;
DROP TABLE ddl_shop.parts;
SELECT name FROM ddl_shop.modules;
ROLLBACK;

-- ---- partitions
CREATE TABLE ddl_shop.orders (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
CREATE TABLE ddl_shop.orders_1 PARTITION OF ddl_shop.orders FOR VALUES FROM (0) TO (10);
SELECT relate.register_module('ddl_shop.orders');
CREATE TABLE ddl_shop.orders_2 PARTITION OF ddl_shop.orders FOR VALUES FROM (10) TO (30) PARTITION BY RANGE (id);
CREATE TABLE ddl_shop.orders_21 PARTITION OF ddl_shop.orders_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE ddl_shop.orders_3 (name text, gone int, id int NOT NULL);
ALTER TABLE ddl_shop.orders_3 DROP COLUMN gone;
ALTER TABLE ddl_shop.orders ATTACH PARTITION ddl_shop.orders_3 FOR VALUES FROM (30) TO (40);
SELECT on_table, trigger_name, is_there FROM relate.protections('ddl_shop.orders') ORDER BY on_table::text, trigger_name;
INSERT INTO ddl_shop.orders SELECT i, 'Order ' || i FROM generate_series(1, 39, 2) i WHERE i NOT BETWEEN 20 AND 29;
SELECT relate.create_relationship_type('purchase', 'contact', 'order', 'many_to_many', on_target_delete => 'remove_link'),
       relate.create_relationship_type('sale', 'contact', 'order', 'many_to_many');
INSERT INTO ddl_crm.relationship (type_id, source_key, target_key) VALUES (4, 1, 1), (5, 1, 3), (4, 2, 11), (5, 2, 31), (4, 2, 33);
SELECT ddl_shop.refusal('TRUNCATE ddl_shop.orders_21');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.orders DETACH PARTITION ddl_shop.orders_3');
SELECT ddl_shop.refusal('DROP TABLE ddl_shop.orders_3');
SELECT ddl_shop.refusal('DROP TABLE ddl_shop.orders');
SELECT ddl_shop.refusal('ALTER TABLE ddl_shop.orders DROP COLUMN name');
BEGIN;
ALTER TABLE ddl_shop.orders DETACH PARTITION ddl_shop.orders_2;
SELECT type_id, source_key, target_key FROM ddl_crm.relationship WHERE type_id > 3 ORDER BY 3;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'ddl_shop.orders_21'::regclass AND NOT tgisinternal ORDER BY tgname;
DELETE FROM ddl_shop.orders_21;
DROP TABLE ddl_shop.orders_2;
DROP TABLE ddl_shop.orders_3 CASCADE;
SELECT type_id, source_key, target_key FROM ddl_crm.relationship WHERE type_id > 3 ORDER BY 3;
SELECT * FROM relate.validate('ddl_crm');
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';
DROP TABLE ddl_shop.orders CASCADE;
SELECT name FROM ddl_shop.modules;
ROLLBACK;
DROP TABLE ddl_shop.orders_2;
SELECT type_id, source_key, target_key FROM ddl_crm.relationship WHERE type_id > 3 ORDER BY 3;

-- ---- hard links follow, too
BEGIN;
CREATE TABLE ddl_shop.visits (who bigint REFERENCES ddl_shop.people, at varchar(10) REFERENCES ddl_shop.firms, since date, until date, PRIMARY KEY (who, at));
INSERT INTO ddl_shop.visits VALUES (1, 'A', '2020-01-01', NULL);
SELECT relate.adopt_junction('ddl_shop.visits', '{who}', '{at}', start_column => 'since', end_column => 'until') IS NOT NULL AS adopted;
ALTER TABLE ddl_shop.visits RENAME COLUMN who TO visitor;
ALTER TABLE ddl_shop.visits RENAME COLUMN since TO "first Day";
ALTER TABLE ddl_shop.visits RENAME TO stops;
SELECT storage_table, storage_source_columns, storage_target_columns, storage_start_column, storage_end_column FROM ddl_crm.relationship_type WHERE storage = 'junction';
SELECT source_name, target_name, start_date FROM ddl_crm.relationship_list WHERE relationship_id IS NULL;
SELECT * FROM relate.health_check() WHERE workspace = 'ddl_crm';
-- Their guard against cycles, too.
CREATE TABLE ddl_shop.folders (id int PRIMARY KEY, "up\er ö" int REFERENCES ddl_shop.folders);
SELECT relate.register_module('ddl_shop.folders', name => 'folder') IS NOT NULL AS registered;
SELECT relate.adopt_column('ddl_shop.folders', '{"up\\er ö"}', name => 'inside', hierarchy_parent => 'target') IS NOT NULL AS adopted;
SELECT relate.enforce_rules('inside');
ALTER TABLE ddl_shop.folders RENAME COLUMN "up\er ö" TO parent;
ALTER TABLE ddl_shop.folders RENAME COLUMN id TO number;
INSERT INTO ddl_shop.folders VALUES (1, NULL), (2, 1);
SELECT ddl_shop.refusal('UPDATE ddl_shop.folders SET parent = 2 WHERE number = 1');
DROP TABLE ddl_shop.people CASCADE;
SELECT name, storage FROM ddl_crm.relationship_type ORDER BY name;
ROLLBACK;

-- ---- a key of another type, also where the session has looked for records by the old one
BEGIN;
CREATE TABLE ddl_shop.parcels (id int PRIMARY KEY, sort text);
INSERT INTO ddl_shop.parcels VALUES (1, 'small'), (2, 'small');
SELECT relate.register_module('ddl_shop.parcels', name => 'parcel', kind_column => 'sort') IS NOT NULL AS registered;
SELECT relate.record_kind('parcel', 1);
ALTER TABLE ddl_shop.parcels ALTER COLUMN id TYPE bigint;
INSERT INTO ddl_shop.parcels VALUES (4294967297, 'large');
SELECT relate.record_kind('parcel', 1), relate.record_kind('parcel', 4294967297) AS not_of_its_low_half, relate.record_kind('parcel', 4294967298) AS none;
ALTER TABLE ddl_shop.parcels ALTER COLUMN id TYPE text;
SELECT relate.record_kind('parcel', 1), relate.record_kind('parcel', '4294967297');
ALTER TABLE ddl_shop.parcels ALTER COLUMN id TYPE int USING right(id, 1)::int + length(id);
SELECT relate.record_kind('parcel', 2), relate.record_kind('parcel', 17), relate.record_kind('parcel', 1) AS none;
ROLLBACK;

-- ---- a value of an enumeration gets another name: of keys and kinds it must be free
BEGIN;
CREATE TYPE ddl_shop.size AS ENUM ('small', 'large', 'huge');
CREATE TABLE ddl_shop.boxes (size ddl_shop.size, number int, PRIMARY KEY (size, number));
CREATE TABLE ddl_shop.bags (id int PRIMARY KEY, size ddl_shop.size);
INSERT INTO ddl_shop.boxes VALUES ('small', 1), ('large', 1);
INSERT INTO ddl_shop.bags VALUES (1, 'small'), (2, 'huge');
SELECT count(relate.register_module(t, kind_column => k)) FROM (VALUES ('ddl_shop.boxes'::regclass, NULL::name), ('ddl_shop.bags', 'size')) AS v (t, k);
SELECT relate.create_relationship_type('packed', 'bag', 'box', 'many_to_many', source_kind => 'huge') IS NOT NULL AS made;
SELECT relate.create_relationship('packed', 2, '(small,1)') IS NOT NULL AS made;
SELECT ddl_shop.refusal($$ALTER TYPE ddl_shop.size RENAME VALUE 'small' TO 'little'$$);
SELECT ddl_shop.refusal($$ALTER TYPE ddl_shop.size RENAME VALUE 'huge' TO 'immense'$$);
-- Who owns the type alone is not held up by others' tables.
CREATE ROLE relate_size_owner;
GRANT USAGE, CREATE ON SCHEMA ddl_shop TO relate_size_owner;
SAVEPOINT theirs;
ALTER TYPE ddl_shop.size OWNER TO relate_size_owner;
SET LOCAL ROLE relate_size_owner;
SELECT ddl_shop.refusal($$ALTER TYPE ddl_shop.size RENAME VALUE 'small' TO 'little'$$);
ROLLBACK TO theirs;
ALTER TYPE ddl_shop.size RENAME VALUE 'large' TO 'big';
UPDATE ddl_shop.boxes SET size = 'big', number = 2 WHERE size = 'small';
ALTER TYPE ddl_shop.size RENAME VALUE 'small' TO 'little';
SELECT target_key FROM ddl_crm.relationship WHERE type_id = (SELECT type_id FROM ddl_crm.relationship_type WHERE name = 'packed');
SELECT * FROM relate.validate('ddl_crm');
-- Also inside of rows and arrays.
CREATE TYPE ddl_shop.slot AS (number int, size ddl_shop.size);
CREATE DOMAIN ddl_shop.slot_list AS ddl_shop.slot[];
CREATE TABLE ddl_shop.slots (id ddl_shop.slot PRIMARY KEY);
CREATE TABLE ddl_shop.rows (id ddl_shop.slot_list PRIMARY KEY);
INSERT INTO ddl_shop.slots VALUES ((1, 'little'));
INSERT INTO ddl_shop.rows VALUES (ARRAY[(2, 'little')]::ddl_shop.slot[]);
SELECT count(relate.register_module(t)) FROM unnest('{ddl_shop.slots,ddl_shop.rows}'::regclass[]) AS t;
SELECT relate.create_relationship_type('lies in', 'bag', NULL, 'many_to_one') IS NOT NULL AS made;
SELECT relate.connect('bag', 1, 'lies in', 'slot', '(1,little)') IS NOT NULL AS made;
SELECT ddl_shop.refusal($$ALTER TYPE ddl_shop.size RENAME VALUE 'little' TO 'tiny'$$);
SELECT relate.delete_relationship('lies in', 1, '(1,little)', target_module => 'slot');
SELECT relate.connect('bag', 1, 'lies in', 'row', '{"(2,little)"}') IS NOT NULL AS made;
SELECT ddl_shop.refusal($$ALTER TYPE ddl_shop.size RENAME VALUE 'little' TO 'tiny'$$);
SELECT relate.delete_relationship('lies in', 1, '{"(2,little)"}', target_module => 'row');
ALTER TYPE ddl_shop.size RENAME VALUE 'little' TO 'tiny';
ROLLBACK;

-- ---- a workspace that goes with its schema takes its triggers along
BEGIN;
DROP SCHEMA ddl_crm CASCADE;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE 'relate_%';
DELETE FROM ddl_shop.firms;
DROP TABLE ddl_shop.people;
ROLLBACK;
SELECT count(*) FROM ddl_crm.relationship;

SET client_min_messages = warning;
DROP VIEW ddl_shop.modules;
SELECT relate.drop_workspace('ddl_crm', 'cascade');
DROP SCHEMA ddl_shop CASCADE;
DROP ROLE regress_ddl_owner;
