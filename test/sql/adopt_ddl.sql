-- Dropping what adopted types are stored in: refused, unless with CASCADE, which un-adopts.
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE SCHEMA adopt_ddl; SET search_path = adopt_ddl, pg_temp; SET relate.workspace='adopt_ddl_crm';
SELECT relate.create_workspace('adopt_ddl_crm');
CREATE TABLE a (id int PRIMARY KEY, name text); CREATE TABLE b (id int PRIMARY KEY, name text, a_id int REFERENCES a);
CREATE TABLE ab (a_id int REFERENCES a, b_id int REFERENCES b, note text, start_date date, end_date date, PRIMARY KEY (a_id, b_id));
CREATE TABLE ba (a_id int REFERENCES a, b_id int REFERENCES b, PRIMARY KEY (b_id, a_id));
INSERT INTO a VALUES (1,'A'); INSERT INTO b VALUES (1,'B',1); INSERT INTO ab VALUES (1,1); INSERT INTO ba VALUES (1,1);
SELECT relationship_type, storage FROM relate.adopt_foreign_keys('adopt_ddl');
DROP TABLE ab;
ALTER TABLE ab DROP COLUMN b_id;
ALTER TABLE ab DROP COLUMN start_date;
ALTER TABLE ab DROP COLUMN note;
ALTER TABLE b DROP COLUMN a_id;
DROP TABLE ab, ba;
ALTER TABLE ab DROP COLUMN start_date CASCADE;
SELECT name FROM relate.relationship_types();
SELECT relationship_type, storage FROM relate.adopt_foreign_keys('adopt_ddl');
-- a script that restores a table
ALTER TABLE ba DROP CONSTRAINT ba_pkey; ALTER TABLE ba DROP CONSTRAINT ba_a_id_fkey;
DROP TABLE ba;
SELECT severity, object, finding FROM relate.health_check() WHERE workspace='adopt_ddl_crm' AND severity='error';
SELECT name, key FROM relate.related_records('a', 1);
CREATE TABLE ba (a_id int REFERENCES a, b_id int REFERENCES b, PRIMARY KEY (b_id, a_id)); INSERT INTO ba VALUES (1,1);
SELECT severity, object, finding, what_to_do FROM relate.repair('adopt_ddl_crm') WHERE severity <> 'warning';
SELECT relationship_type, name, key FROM relate.related_records('a', 1);
DROP TABLE ba CASCADE;
ALTER TABLE b DROP COLUMN a_id CASCADE;
SELECT name FROM relate.relationship_types();
-- A stranger holds up nobody, and nobody hears of him: his health_check tells him.
CREATE ROLE adopt_ddl_stranger;
CREATE SCHEMA adopt_ddl_strange AUTHORIZATION adopt_ddl_stranger;
CREATE TABLE public_link (low int, high int, UNIQUE (low, high));
GRANT USAGE ON SCHEMA adopt_ddl TO adopt_ddl_stranger;
GRANT SELECT ON public_link TO adopt_ddl_stranger;
SET ROLE adopt_ddl_stranger;
SET relate.workspace = 'adopt_ddl_strange';
SELECT relate.create_workspace('adopt_ddl_strange');
CREATE TABLE adopt_ddl_strange.thing (id int PRIMARY KEY);
SELECT relate.register_module('adopt_ddl_strange.thing') > 0 AS registered;
SELECT relate.adopt_junction('public_link', '{low}', '{high}', 'thing', 'thing') > 0 AS adopted;
RESET ROLE;
ALTER TABLE public_link DROP COLUMN low;
SELECT name FROM relate.relationship_types();
DROP TABLE public_link;
SELECT object, finding FROM relate.health_check() WHERE object LIKE '%public_link%';
SELECT count(*) FROM relate.related_records('thing', 1);
SET client_min_messages = warning;
DROP SCHEMA adopt_ddl_strange CASCADE;
REVOKE ALL ON SCHEMA adopt_ddl FROM adopt_ddl_stranger;
DROP ROLE adopt_ddl_stranger;
SET relate.workspace = 'adopt_ddl_crm';
RESET client_min_messages;
DROP SCHEMA adopt_ddl CASCADE;
SELECT name FROM relate.relationship_types();
SELECT count(*) FROM adopt_ddl_crm.module;
SELECT relate.drop_workspace('adopt_ddl_crm');
