-- Tables of a composite type: what ALTER TYPE ... CASCADE does to their columns is followed as what ALTER TABLE does.
SET client_min_messages = warning;
CREATE SCHEMA typed_shop;
CREATE TYPE typed_shop.thing AS (code varchar(10), label text, sort text, made date, weight numeric);
CREATE TABLE typed_shop.tools OF typed_shop.thing (PRIMARY KEY (code));
CREATE TABLE typed_shop.toys OF typed_shop.thing (PRIMARY KEY (code));
INSERT INTO typed_shop.tools VALUES ('A', 'Axe', 'household'), ('B', 'Bit', 'household');
INSERT INTO typed_shop.toys VALUES ('7', 'Kite', 'other');
SELECT relate.create_workspace('typed_crm');
SET relate.workspace = 'typed_crm';
SELECT relate.register_module('typed_shop.tools', name_columns => '{label}', kind_column => 'sort', date_column => 'made'),
       relate.register_module('typed_shop.toys', name_columns => '{label}');
SELECT relate.create_relationship_type('use', 'tool', 'toy', 'many_to_many');
SELECT relate.create_relationship('use', 'A', '7');
RESET client_min_messages;
CREATE VIEW typed_shop.modules AS SELECT name, key_columns, name_columns, kind_column, date_column FROM typed_crm.module ORDER BY module_id;

ALTER TYPE typed_shop.thing RENAME ATTRIBUTE code TO number CASCADE;
ALTER TYPE typed_shop.thing RENAME ATTRIBUTE label TO title CASCADE;
ALTER TYPE typed_shop.thing RENAME ATTRIBUTE sort TO kind CASCADE;
ALTER TYPE typed_shop.thing RENAME ATTRIBUTE made TO born CASCADE;
ALTER TYPE typed_shop.thing RENAME ATTRIBUTE weight TO mass CASCADE;
TABLE typed_shop.modules;
SELECT relate.record_name('tool', 'A'), relate.record_name('toy', '7');
-- Another type of the keys, by which every related record is found as before.
ALTER TYPE typed_shop.thing ALTER ATTRIBUTE number TYPE text CASCADE;
ALTER TYPE typed_shop.thing ADD ATTRIBUTE extra int CASCADE, DROP ATTRIBUTE mass CASCADE;
SELECT module, key, name FROM relate.related_records('tool', 'A');
SELECT * FROM relate.validate('typed_crm');
SELECT * FROM relate.health_check() WHERE workspace = 'typed_crm';
-- An attribute goes with CASCADE only, and then a module does without it, or goes too.
ALTER TYPE typed_shop.thing DROP ATTRIBUTE born CASCADE;
ALTER TYPE typed_shop.thing DROP ATTRIBUTE title CASCADE;
TABLE typed_shop.modules;
-- The server drops the columns in an order of its own, and so are the notices.
SET client_min_messages = warning;
ALTER TYPE typed_shop.thing DROP ATTRIBUTE number CASCADE;
RESET client_min_messages;
TABLE typed_shop.modules;

SET client_min_messages = warning;
DROP VIEW typed_shop.modules;
SELECT relate.drop_workspace('typed_crm', 'cascade');
DROP SCHEMA typed_shop CASCADE;
