-- The owner of a workspace is no friend of those whose tables he would like to reach. He has turned
-- off what guards his own tables, and writes into them what he likes.
SET client_min_messages = warning;
CREATE ROLE hostile_owner;
CREATE ROLE hostile_victim;
GRANT hostile_owner, hostile_victim TO CURRENT_USER;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO hostile_owner, hostile_victim', current_database()); END $$;
CREATE SCHEMA hostile_helper;
GRANT USAGE ON SCHEMA hostile_helper TO PUBLIC;
CREATE FUNCTION hostile_helper.attempt(statement text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, '  detail: ' || nullif(detail, ''), '  hint: ' || nullif(hint, ''));
END $$;

SET ROLE hostile_victim;
CREATE SCHEMA hostile_vault;
GRANT USAGE ON SCHEMA hostile_vault TO hostile_owner;
CREATE TABLE hostile_vault.secret (id int PRIMARY KEY, name text, kind text);
CREATE TABLE hostile_vault.half (id numeric PRIMARY KEY, name text, kind text);
INSERT INTO hostile_vault.secret VALUES (1, 'secret one', 'secret kind'), (2, 'secret two', 'secret kind');
INSERT INTO hostile_vault.half VALUES (1.50, 'half one', 'half kind');
GRANT REFERENCES (id) ON hostile_vault.half TO hostile_owner;

SET ROLE hostile_owner;
SET relate.workspace = 'hostile_crm';
SELECT relate.create_workspace('hostile_crm');
CREATE TABLE hostile_crm.own (id int PRIMARY KEY, name text);
INSERT INTO hostile_crm.own VALUES (1, 'own one'), (2, 'own two');
SELECT relate.register_module('hostile_crm.own');
-- By the front door he does not get in.
SELECT hostile_helper.attempt(s) FROM unnest(ARRAY[$$SELECT relate.register_module('hostile_vault.secret')$$,
    $$SELECT relate.register_module('hostile_vault.half', name_columns => '{}')$$,
    $$INSERT INTO hostile_crm.module (name, singular, plural, table_name, key_columns) VALUES ('s', 's', 's', 'hostile_vault.secret', '{id}')$$,
    $$UPDATE hostile_crm.module SET table_name = 'hostile_vault.secret'$$,
    $$SELECT relate.alter_module('own', key_columns => '{xmin}')$$]) AS s;
-- By the back door: rows that no trigger has seen, with others' tables, columns and storage.
ALTER TABLE hostile_crm.module DISABLE TRIGGER USER;
ALTER TABLE hostile_crm.relationship_type DISABLE TRIGGER USER;
INSERT INTO hostile_crm.module (name, singular, plural, table_name, key_columns, name_columns, kind_column) VALUES
    ('secret', 'Secret', 'Secrets', 'hostile_vault.secret', '{id}', '{name}', 'kind'),
    ('half', 'Half', 'Halves', 'hostile_vault.half', '{id}', '{name}', 'kind'),
    ('catalog', 'Role', 'Roles', 'pg_authid', '{oid}', '{rolpassword}', NULL),
    ('view', 'View', 'Views', 'pg_roles', '{oid}', '{rolname}', NULL),
    ('nothing', 'Nothing', 'Nothings', 0, '{oid}', '{}', NULL);
INSERT INTO hostile_crm.relationship_type (name, source_module_id, target_module_id, source_role, target_role, label, inverse_label, cardinality, has_contact_details, storage, storage_table,
    storage_source_columns, storage_target_columns)
SELECT v.name, (SELECT module_id FROM hostile_crm.module WHERE name = 'own'), (SELECT module_id FROM hostile_crm.module m WHERE m.name = v.module), 'a', 'b', v.name, v.name, 'many_to_many', true,
       v.storage, v.place, v.columns, v.columns
FROM (VALUES ('sees', 'secret', 'link', NULL::regclass, NULL::name[]), ('halves', 'half', 'link', NULL, NULL), ('roles', 'catalog', 'link', NULL, NULL), ('views', 'view', 'link', NULL, NULL),
             ('void', 'nothing', 'link', NULL, NULL), ('stored', 'own', 'junction', 'hostile_vault.secret', '{id}'), ('columns', 'own', 'column', 'hostile_vault.secret', '{id}'))
    AS v (name, module, storage, place, columns);
-- He can neither tell whether a record is there, nor how its key is spelt, nor its kind, nor lock it ...
SELECT hostile_helper.attempt(format('INSERT INTO hostile_crm.relationship (type_id, source_key, target_key) SELECT type_id, ''1'', %L FROM hostile_crm.relationship_type WHERE name = %L', key, type))
FROM (VALUES ('sees', '1'), ('sees', '77'), ('halves', '1.5'), ('halves', '77'), ('roles', '10'), ('views', '10'), ('void', '1')) AS v (type, key);
SELECT module, key, relate.record_name(module, key), relate.record_kind(module, key::relate.record_key), relate.canonical_key(relate.module_id(module), key::relate.record_key)
FROM (VALUES ('secret', '1'), ('half', '1.5'), ('catalog', '10'), ('nothing', '1')) AS v (module, key);
SELECT hostile_helper.attempt(s) FROM unnest(ARRAY[$$SELECT relate.add_status('secret', 'Customer'), relate.set_status('secret', 1, 'Customer')$$,
    $$INSERT INTO hostile_crm.relationship (type_id, source_key, target_key, address_module_id, address_key)
      SELECT type_id, '1', '2', (SELECT module_id FROM hostile_crm.module WHERE name = 'secret'), '1' FROM hostile_crm.relationship_type WHERE name = 'views'$$,
    $$SELECT * FROM relate.related_records('own', 1)$$, $$SELECT relate.are_related('stored', 1, 1)$$, $$SELECT relate.are_related('columns', 1, 1)$$]) AS s;
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('hostile_vault.secret'::regclass, 'hostile_vault.half'::regclass) AND mode <> 'AccessShareLock';
-- ... nor forbid that it goes, change or hear of what becomes of it.
ALTER TABLE hostile_crm.relationship DISABLE TRIGGER USER;
INSERT INTO hostile_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, importance, created_at, created_by)
SELECT type_id, source_module_id, '1', target_module_id, '1', 3, now(), 'x' FROM hostile_crm.relationship_type WHERE name = 'sees';
ALTER TABLE hostile_crm.relationship ENABLE TRIGGER USER;
CREATE FUNCTION hostile_crm.evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'evil runs as %', current_user; RETURN coalesce(NEW, OLD); END $$;
CREATE TRIGGER evil BEFORE INSERT OR UPDATE OR DELETE ON hostile_crm.relationship FOR EACH ROW EXECUTE FUNCTION hostile_crm.evil();
SET ROLE hostile_victim;
SET client_min_messages = notice;
BEGIN;
UPDATE hostile_vault.secret SET id = 10 WHERE id = 1;
DELETE FROM hostile_vault.secret;
TRUNCATE hostile_vault.secret;
ALTER TABLE hostile_vault.secret RENAME COLUMN name TO title;
ALTER TABLE hostile_vault.secret DROP COLUMN kind;
DROP TABLE hostile_vault.secret;
ROLLBACK;
SET client_min_messages = warning;

-- Our triggers on tables that are not what they are for do nothing there, or say so.
SET ROLE hostile_owner;
CREATE TABLE hostile_crm.wrong (id int PRIMARY KEY, name text);
CREATE TRIGGER a AFTER DELETE ON hostile_crm.wrong FOR EACH ROW EXECUTE FUNCTION relate.record_deleted();
CREATE TRIGGER b AFTER UPDATE ON hostile_crm.wrong FOR EACH ROW EXECUTE FUNCTION relate.record_updated();
CREATE TRIGGER c BEFORE TRUNCATE ON hostile_crm.wrong FOR EACH STATEMENT EXECUTE FUNCTION relate.table_truncated();
INSERT INTO hostile_crm.wrong VALUES (1, 'a'), (2, 'b');
UPDATE hostile_crm.wrong SET id = id + 10;
DELETE FROM hostile_crm.wrong WHERE id = 11;
TRUNCATE hostile_crm.wrong;
SELECT hostile_helper.attempt(format('CREATE TRIGGER d %s INSERT ON %s FOR EACH ROW EXECUTE FUNCTION relate.%s()', moment, place, function)) AS made,
       hostile_helper.attempt(format('INSERT INTO %s VALUES %s', place, given)) AS fired, hostile_helper.attempt(format('DROP TRIGGER d ON %s', place)) AS dropped
FROM (VALUES ('BEFORE', 'relationship_defaults', 'hostile_crm.wrong', '(1, ''x'')'), ('AFTER', 'relationship_check', 'hostile_crm.wrong', '(1, ''x'')'),
             ('BEFORE', 'record_status_defaults', 'hostile_crm.wrong', '(1, ''x'')'), ('AFTER', 'record_status_check', 'hostile_crm.wrong', '(1, ''x'')'),
             ('BEFORE', 'record_status_defaults', 'hostile_crm.status', '(99, 1, ''x'', 1)'), ('AFTER', 'record_status_check', 'hostile_crm.status', '(99, 1, ''x'', 1)'),
             ('AFTER', 'relationship_check', 'hostile_crm.status', '(99, 1, ''x'', 1)')) AS v (moment, function, place, given);

-- What he puts on his own tables runs as whoever writes there: the victim, who was told not to.
SELECT relate.grant_role('hostile_victim', 'editor');
ALTER TABLE hostile_crm.relationship_type ENABLE TRIGGER USER;
DELETE FROM hostile_crm.relationship;
DELETE FROM hostile_crm.relationship_type;
DELETE FROM hostile_crm.module WHERE name <> 'own';
SELECT relate.create_relationship_type('knows', 'own', 'own', on_source_delete => 'remove_link', on_target_delete => 'remove_link');
SET ROLE hostile_victim;
SET client_min_messages = notice;
SELECT relate.connect('own', 1, 'knows', 'own', 2) > 0 AS connected;
-- What enforcement does, it does in the owner's name.
RESET ROLE;
DELETE FROM hostile_crm.own WHERE id = 1;

SET client_min_messages = error;
DROP OWNED BY hostile_owner, hostile_victim CASCADE;
DROP SCHEMA hostile_helper CASCADE;
DROP ROLE hostile_owner, hostile_victim;
