-- Readers, editors, administrators: what they are granted, what they can do with it,
-- and what is taken from them again.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE roles_owner;
CREATE ROLE roles_reader;
CREATE ROLE roles_editor;
CREATE ROLE roles_administrator;
CREATE ROLE roles_hr;
GRANT roles_owner, roles_reader, roles_editor, roles_administrator, roles_hr TO CURRENT_USER;
SELECT format('GRANT CREATE ON DATABASE %I TO roles_owner', current_database()) \gexec
CREATE SCHEMA roles_app;
GRANT USAGE ON SCHEMA roles_app TO PUBLIC;
GRANT CREATE ON SCHEMA roles_app TO roles_owner, roles_hr;
CREATE FUNCTION roles_app.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- No superuser from here on but for making the tables of the modules.
CREATE TABLE roles_app.person (id int PRIMARY KEY, name text, kind text NOT NULL);
CREATE TABLE roles_app.firm (id int PRIMARY KEY, name text);
INSERT INTO roles_app.person VALUES (1, 'Ann', 'individual'), (2, 'Bob', 'individual'), (3, 'Cid', 'individual');
INSERT INTO roles_app.firm VALUES (1, 'Acme'), (2, 'Byte');
ALTER TABLE roles_app.person OWNER TO roles_owner;
ALTER TABLE roles_app.firm OWNER TO roles_hr;

SET ROLE roles_owner;
SET relate.workspace = 'roles_crm';
SELECT relate.create_workspace('roles_crm');
SELECT relate.register_module('roles_app.person', kind_column => 'kind');
-- Nobody registers a table on which he could not refer to records, read names, and put triggers.
SELECT relate.register_module('roles_app.firm');
SET ROLE roles_hr;
GRANT REFERENCES (id), SELECT (id, name) ON roles_app.firm TO roles_owner;
SET ROLE roles_owner;
SELECT relate.register_module('roles_app.firm');
SET ROLE roles_hr;
GRANT TRIGGER ON roles_app.firm TO roles_owner;
SET ROLE roles_owner;
SELECT relate.register_module('roles_app.firm');
SELECT relate.create_relationship_type('job', 'person', 'firm', 'many_to_one', label => 'works for', on_source_delete => 'remove_link');
-- Another workspace needs the same rights, though the table has our triggers already.
SET ROLE roles_hr;
REVOKE TRIGGER ON roles_app.firm FROM roles_owner;
SET ROLE roles_owner;
SELECT relate.create_workspace('roles_other') FROM set_config('relate.workspace', 'roles_other', false);
SELECT relate.register_module('roles_app.firm');
SET relate.workspace = 'roles_crm';

-- What each is granted, as PostgreSQL sees it.
SELECT relate.grant_role('roles_reader', 'reader'), relate.grant_role('roles_editor', 'editor'),
       relate.grant_role('roles_administrator', 'administrator');
CREATE VIEW roles_crm.granted AS
    SELECT r.rolname AS role, object, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS rights
    FROM (SELECT 'schema' AS object, nspacl AS acl FROM pg_namespace WHERE nspname = 'roles_crm'
          UNION ALL
          SELECT relname, relacl FROM pg_class WHERE relnamespace = to_regnamespace('roles_crm')) AS o
    CROSS JOIN LATERAL aclexplode(acl) AS a
    LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE r.rolname IS DISTINCT FROM 'roles_owner'
    GROUP BY r.rolname, object
    ORDER BY array_position('{roles_reader,roles_editor,roles_administrator}', r.rolname), object COLLATE "C";
SELECT * FROM roles_crm.granted;

-- A reader reads.
SELECT relate.connect('person', 1, 'works for', 'firm', 1, '2020-01-01');
SET ROLE roles_reader;
SELECT module, key, name FROM relate.related_records('person', 1);
SELECT roles_app.attempt(s) FROM unnest(ARRAY[
    $$SELECT relate.connect('person', 2, 'works for', 'firm', 1)$$, $$SELECT relate.end_relationship(1)$$,
    $$SELECT relate.delete_relationship(1)$$, $$SELECT relate.set_status('person', 1, 'Customer')$$,
    $$INSERT INTO roles_crm.relationship_list (relationship_type, source_key, target_key) VALUES ('job', 2, 1)$$,
    $$SELECT relate.add_status('person', 'VIP')$$, $$SELECT relate.create_relationship_type('x')$$]) AS s;

-- An editor also writes relationships and statuses; no rights on the modules' tables, nor on their kinds, are needed.
SET ROLE roles_editor;
SELECT relate.connect('person', 2, 'works for', 'firm', 1);
INSERT INTO roles_crm.relationship_list (relationship_type, source_key, target_key, start_date) VALUES ('job', 3, 2, '2010-01-01');
SELECT relate.end_relationship(3, '2025-01-31');
SELECT relate.end_relationship(1, '2024-12-31'), relate.set_status('person', 1, 'Customer');
SELECT roles_app.attempt(s) FROM unnest(ARRAY[
    $$SELECT relate.add_status('person', 'VIP')$$, $$SELECT relate.create_relationship_type('x')$$,
    $$SELECT relate.alter_relationship_type('job', is_active => false)$$, $$SELECT relate.unregister_module('firm')$$,
    $$TRUNCATE roles_crm.relationship$$, $$SELECT relate.record_kind('person', 1)$$]) AS s;
SELECT relate.record_kind('person', 1) AS kind_not_to_be_read;

-- Who did it, and when, is not for the writer to say ...
INSERT INTO roles_crm.relationship (type_id, source_key, target_key, start_date, created_at, created_by, updated_at, updated_by)
VALUES (1, 1, 2, '2025-01-01', '1999-01-01', 'somebody else', '1999-01-01', 'somebody else');
UPDATE roles_crm.relationship SET created_by = 'somebody else', created_at = '1999-01-01', updated_by = 'somebody else'
WHERE relationship_id = 1;
INSERT INTO roles_crm.record_status VALUES (1, 2, 1, '2025-01-01', '1999-01-01', 'somebody else');
INSERT INTO roles_crm.record_status (module_id, key, status_id, since) VALUES (1, 3, 1, '2025-01-01');
UPDATE roles_crm.record_status SET set_by = 'somebody else' WHERE key OPERATOR(relate.=) 3;
SELECT relationship_id, created_by, created_at > '2000-01-01' AS now, updated_by, updated_at > '2000-01-01' AS changed_now
FROM roles_crm.relationship ORDER BY relationship_id;
SELECT key, set_by, set_at > '2000-01-01' AS now FROM roles_crm.record_status ORDER BY key;
-- ... but for the owner, who restores and imports.
SET ROLE roles_owner;
INSERT INTO roles_crm.relationship (type_id, source_key, target_key, start_date, end_date, created_at, created_by)
VALUES (1, 3, 1, '2001-01-01', '2001-12-31', '2001-01-01', 'an old system');
UPDATE roles_crm.relationship SET created_by = 'another one' WHERE relationship_id = 1;
UPDATE roles_crm.record_status SET set_by = 'an old system' WHERE key OPERATOR(relate.=) 3;
SELECT relationship_id, created_by, created_at = '2001-01-01' AS old, updated_by FROM roles_crm.relationship ORDER BY 1;
SELECT key, set_by FROM roles_crm.record_status ORDER BY key;
-- What enforcement writes, it writes for him who made it necessary.
GRANT UPDATE, SELECT ON roles_app.person TO roles_reader;
SET ROLE roles_reader;
UPDATE roles_app.person SET id = 30 WHERE id = 3;
SELECT relationship_id, source_key, updated_by FROM roles_crm.relationship WHERE source_key OPERATOR(relate.=) 30 ORDER BY 1;
UPDATE roles_app.person SET id = 3 WHERE id = 30;

-- An administrator also changes types, modules and lists of statuses, but reaches no table that is closed to himself.
SET ROLE roles_administrator;
SELECT relate.create_relationship_type('knows', 'person', 'person'), relate.add_status('person', 'VIP');
SELECT relate.alter_relationship_type('job', on_invalid => 'restrict', is_active => false);
SELECT relate.alter_relationship_type('job', is_active => true);
SELECT roles_app.attempt(s) FROM unnest(ARRAY[
    $$SELECT relate.alter_module('person', name_columns => '{kind}')$$,
    $$INSERT INTO roles_crm.module (name, singular, plural, table_name, key_columns) VALUES ('a', 'a', 'a', 'pg_authid', '{oid}')$$,
    $$SELECT relate.grant_role('roles_reader', 'editor')$$, $$SELECT relate.revoke_role('roles_reader')$$,
    $$SELECT relate.drop_workspace('roles_crm')$$, $$SELECT relate.upgrade_workspace('roles_crm')$$,
    $$SELECT relate.set_default_workspace('roles_crm')$$,
    -- The rules count what is there, whatever he sees.
    $$SELECT relate.unregister_module('firm')$$]) AS s;

-- Down a step, and out.
SET ROLE roles_owner;
SELECT relate.revoke_role('roles_administrator', 'administrator'), relate.revoke_role('roles_editor', 'editor'),
       relate.revoke_role('roles_reader');
SELECT * FROM roles_crm.granted;
SELECT relate.revoke_role('roles_administrator'), relate.revoke_role('roles_editor'), relate.revoke_role('roles_editor');
SELECT * FROM roles_crm.granted;
SELECT roles_app.attempt(s) FROM unnest(ARRAY[
    $$SELECT relate.grant_role('roles_reader', 'king')$$, $$SELECT relate.revoke_role('roles_reader', 'king')$$,
    $$SELECT relate.grant_role('nobody_of_this_name', 'reader')$$, $$SELECT relate.revoke_role('nobody_of_this_name')$$,
    $$SELECT relate.grant_role(NULL, 'reader')$$, $$SELECT relate.revoke_role(NULL)$$, $$SELECT relate.revoke_role('roles_reader', NULL)$$]) AS s;
-- Everybody.
SELECT relate.grant_role('public', 'reader');
SELECT object, rights FROM roles_crm.granted;
SELECT relate.revoke_role('public');
SELECT count(*) FROM roles_crm.granted;

-- A right that comes by way of another role goes with the membership.
RESET ROLE;
REVOKE ALL ON roles_app.firm FROM roles_owner;
GRANT roles_hr TO roles_owner;
SET ROLE roles_owner;
SELECT relate.create_relationship('job', 3, 1, '2030-01-01') > 0 AS may_refer;
RESET ROLE;
REVOKE roles_hr FROM roles_owner;
SET ROLE roles_owner;
SELECT roles_app.attempt($$SELECT relate.create_relationship('job', 3, 1, '2040-01-01')$$);
RESET ROLE;

-- Strangers cannot hold the lock that makers of workspaces take turns with.
SET ROLE roles_reader;
CREATE TEMP TABLE makes_a_schema (id int);
SELECT regexp_replace(roles_app.attempt(format('SELECT relate.lock_workspaces(%L)', s)), '[0-9]+$', 'N')
FROM unnest(ARRAY['roles_crm', 'roles_app', pg_my_temp_schema()::regnamespace::text, 'no_such_schema']) AS s;
RESET ROLE;

DROP OWNED BY roles_owner, roles_reader, roles_editor, roles_administrator CASCADE;
DROP SCHEMA roles_app CASCADE;
DROP ROLE roles_owner, roles_reader, roles_editor, roles_administrator, roles_hr;
