-- What a stranger who may create schemas can do to others: nothing.
\set QUIET on
SET client_min_messages = warning;
CREATE ROLE stranger_owner;
CREATE ROLE stranger;
GRANT stranger_owner, stranger TO CURRENT_USER;
SELECT format('GRANT CREATE ON DATABASE %I TO stranger_owner, stranger', current_database()) \gexec
SET ROLE stranger_owner;
CREATE SCHEMA stranger_app;
CREATE TABLE stranger_app.client (id int PRIMARY KEY, name text);
INSERT INTO stranger_app.client VALUES (1, 'One'), (2, 'Two'), (3, 'Three');
SELECT relate.create_workspace('stranger_good');
SELECT relate.register_module('stranger_app.client');
SELECT relate.create_relationship_type('knows', 'client', 'client');
SELECT relate.create_relationship('knows', 1, 2) > 0;
RESET ROLE;
\set QUIET off

-- A schema that claims to be a workspace, with tables of other shapes.
SET ROLE stranger;
CREATE SCHEMA stranger_evil;
CREATE TABLE stranger_evil.relationship (relationship_id int, type_id text, source_key int);
CREATE TRIGGER t AFTER INSERT ON stranger_evil.relationship FOR EACH ROW EXECUTE FUNCTION relate.relationship_check();
RESET ROLE;
DELETE FROM stranger_app.client WHERE id = 3;
SET ROLE stranger;
CREATE VIEW stranger_evil.workspace AS SELECT 1 AS is_default, 'x'::text AS layout_version;
CREATE TABLE stranger_evil.module (module_id text, name int, table_name text);
CREATE TABLE stranger_evil.relationship_type (type_id text, name int);
CREATE TABLE stranger_evil.status (status_id text);
CREATE TABLE stranger_evil.record_status (module_id text);
INSERT INTO stranger_evil.module VALUES ('1', 1, 'stranger_app.client');
INSERT INTO stranger_evil.relationship VALUES (1, 'x', 1);
SET relate.workspace = 'stranger_evil';
SELECT relate.current_workspace();
RESET relate.workspace;
RESET ROLE;
DELETE FROM stranger_app.client WHERE id = 3;
REVOKE stranger_owner, stranger FROM CURRENT_USER;
SELECT relate.current_workspace();
GRANT stranger_owner, stranger TO CURRENT_USER;

-- One of the right shape, without its guards: it cannot name others' tables ...
SET ROLE stranger;
DROP SCHEMA stranger_evil CASCADE;
SELECT relate.create_workspace('stranger_evil');
ALTER TABLE stranger_evil.module DISABLE TRIGGER USER;
INSERT INTO stranger_evil.module (name, singular, plural, table_name, key_columns)
SELECT 'client', 'Client', 'Clients', oid::regclass, '{id}' FROM pg_class WHERE relname = 'client' AND relkind = 'r';
SET relate.workspace = 'stranger_evil';
INSERT INTO stranger_evil.relationship_type (name, cardinality, source_role, target_role, label, inverse_label, has_contact_details)
VALUES ('veto', 'many_to_many', 'a', 'b', 'vetoes', 'is vetoed by', false);
-- ... so it can neither tell whether a record is there ...
INSERT INTO stranger_evil.relationship (type_id, source_module_id, source_key, target_module_id, target_key) VALUES (1, 1, 1, 1, 2);
INSERT INTO stranger_evil.relationship (type_id, source_module_id, source_key, target_module_id, target_key) VALUES (1, 1, 77, 1, 2);
-- ... nor forbid that it is deleted.
ALTER TABLE stranger_evil.relationship DISABLE TRIGGER USER;
INSERT INTO stranger_evil.relationship (type_id, source_module_id, source_key, target_module_id, target_key, importance, created_at, created_by)
VALUES (1, 1, 3, 1, 2, 3, now(), 'x');
RESET relate.workspace;
RESET ROLE;
BEGIN;
INSERT INTO stranger_app.client VALUES (3, 'Three');
DELETE FROM stranger_app.client WHERE id = 3;
ROLLBACK;

-- It claims to be the default one: it is so for its owner, who sees it as his own.
-- Others keep theirs; a superuser takes neither without having named it.
UPDATE stranger_evil.workspace SET is_default = true;
SET ROLE stranger_owner;
SELECT relate.current_workspace();
SET ROLE stranger;
SELECT relate.current_workspace();
RESET ROLE;
REVOKE stranger_owner, stranger FROM CURRENT_USER;
SELECT relate.current_workspace();
GRANT stranger_owner, stranger TO CURRENT_USER;
SET relate.workspace = 'stranger_good';
SELECT relate.current_workspace();
RESET relate.workspace;

SET client_min_messages = warning;
DROP OWNED BY stranger, stranger_owner CASCADE;
DROP ROLE stranger, stranger_owner;
