-- Enforcement needs no rights of the writer, and tells him nothing that he may not see.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_rights;
SET search_path = enforce_rights, relate, pg_temp;
SELECT create_workspace('enforce_rights') AS name \gset
SET relate.workspace = 'enforce_rights';

-- Runs a statement: how many rows it wrote, or all that its error says.
CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
    error_schema text;
    error_table text;
    error_column text;
    error_constraint text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN format('written: %s', written);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS error_schema = SCHEMA_NAME, error_table = TABLE_NAME, error_column = COLUMN_NAME,
        error_constraint = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', concat_ws(' ', SQLSTATE, nullif(error_constraint, ''),
        'on ' || nullif(concat_ws('.', nullif(error_schema, ''), nullif(error_table, ''), nullif(error_column, '')), '')),
        '  ' || SQLERRM, '  detail: ' || nullif(detail, ''), '  hint: ' || nullif(hint, ''));
END $$;

CREATE FUNCTION type_id(name text) RETURNS int LANGUAGE sql STABLE AS
    'SELECT type_id FROM relationship_type t WHERE t.name = type_id.name';

CREATE VIEW state AS
    SELECT format('%s %s: %s -> %s %s', relationship_id, t.name, source_key, target_key,
                  CASE WHEN coalesce(start_date, end_date) IS NOT NULL
                       THEN concat(start_date, '..', end_date) END) AS state
    FROM relationship r JOIN relationship_type t USING (type_id)
    ORDER BY relationship_id;

CREATE ROLE relate_owner;
CREATE ROLE relate_hr;
CREATE ROLE relate_clerk;
GRANT relate_owner, relate_hr, relate_clerk TO CURRENT_USER;
SET client_min_messages = warning;
GRANT relate_owner TO CURRENT_USER;
-- The records belong to another role than the workspace.
CREATE SCHEMA enforce_rights_hr AUTHORIZATION relate_hr;
GRANT USAGE ON SCHEMA enforce_rights_hr TO relate_owner, relate_clerk;
SET ROLE relate_hr;
CREATE TABLE enforce_rights_hr.person (id int PRIMARY KEY, name text, kind text, salary int);
CREATE TABLE enforce_rights_hr.part (id int PRIMARY KEY, name text, kind text) PARTITION BY RANGE (id);
CREATE TABLE enforce_rights_hr.part_low PARTITION OF enforce_rights_hr.part FOR VALUES FROM (0) TO (100);
CREATE TABLE enforce_rights_hr.num (id numeric PRIMARY KEY, name text);
INSERT INTO enforce_rights_hr.person VALUES (1, 'Ann', 'individual', 10), (2, 'Bob', 'individual', 20), (3, 'Acme', 'organization', 0);
INSERT INTO enforce_rights_hr.part VALUES (1, 'bolt', 'individual'), (2, 'nut', 'individual');
INSERT INTO enforce_rights_hr.num VALUES (1.50, 'one and a half'), (2, 'two');
GRANT REFERENCES (id), SELECT (id, name, kind), TRIGGER ON enforce_rights_hr.person, enforce_rights_hr.part TO relate_owner;
GRANT REFERENCES (id), SELECT (name), TRIGGER ON enforce_rights_hr.num TO relate_owner;
GRANT TRIGGER ON enforce_rights_hr.part_low TO relate_owner;
RESET ROLE;
GRANT CREATE ON DATABASE :DBNAME TO relate_owner;
SET ROLE relate_owner;
SELECT create_workspace('enforce_rights_ws') AS name \gset
SET relate.workspace = 'enforce_rights_ws';
SELECT register_module('enforce_rights_hr.person', kind_column => 'kind') AS person, register_module('enforce_rights_hr.part', kind_column => 'kind') AS part,
       register_module('enforce_rights_hr.num') AS num \gset
SELECT create_relationship_type('likes', 'person', 'person', 'many_to_one', label => 'likes', source_kind => 'individual'),
       create_relationship_type('owns', 'person', 'part', label => 'owns', target_kind => 'individual', on_target_delete => 'remove_link'),
       create_relationship_type('counts', 'person', 'num', label => 'counts') \gset
SELECT grant_role('relate_clerk', 'editor') \gset
RESET ROLE;
GRANT USAGE ON SCHEMA enforce_rights TO relate_clerk, relate_hr, relate_owner;
SET search_path = enforce_rights_ws, enforce_rights, relate, pg_temp;

-- The clerk can write relationships of records that he may not read; errors do not name them.
SET ROLE relate_clerk;
SELECT attempt('SELECT * FROM enforce_rights_hr.person');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 2)'),
       attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 1, 1)'),
       attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (3, 1, '1.5')$$);
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 3)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 3, 1)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 2, 2)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 9)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 1, 9)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (3, 1, 9)');
RESET ROLE;
SET ROLE relate_owner;
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 3)') AS "the owner may read names";
RESET ROLE;

-- Those who own the records need no rights in the workspace to delete them.
SET ROLE relate_hr;
SELECT attempt('TABLE enforce_rights_ws.relationship');
SELECT attempt('DELETE FROM enforce_rights_hr.person WHERE id = 2');
SELECT attempt('DELETE FROM enforce_rights_hr.num WHERE id = 1.5');
SELECT attempt('DELETE FROM enforce_rights_hr.part WHERE id = 1'), attempt('DELETE FROM enforce_rights_hr.part WHERE id = 2'),
       attempt('DELETE FROM enforce_rights_hr.num WHERE id = 2');
RESET ROLE;
SELECT type_id, source_key, target_key, created_by FROM relationship ORDER BY 1;

-- Row security hides records from the writer, not from the rules.
SET ROLE relate_hr;
ALTER TABLE enforce_rights_hr.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE enforce_rights_hr.num ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_bob ON enforce_rights_hr.person USING (name = 'Bob');
GRANT SELECT ON enforce_rights_hr.person, enforce_rights_hr.num TO relate_clerk;
INSERT INTO enforce_rights_hr.num VALUES (7.0, 'seven');
RESET ROLE;
SET ROLE relate_clerk;
SELECT name FROM enforce_rights_hr.person;
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (3, 1, 7)$$);
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 3)') AS "Bob is named, Ann and Acme are not";
RESET ROLE;
-- ... nor row security of the workspace's own table.
SET ROLE relate_owner;
ALTER TABLE relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON relationship USING (created_by = current_user);
INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 2, 3);
RESET ROLE;
SET ROLE relate_clerk;
SELECT count(*) FROM relationship;
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 2, 1)') AS "in the way is one that he cannot see";
RESET ROLE;
SET ROLE relate_hr;
SELECT attempt('DELETE FROM enforce_rights_hr.person WHERE id = 3');
RESET ROLE;

-- What the workspace's owner may no longer refer to is not found; and he no longer stands in the way of its deletion.
REVOKE REFERENCES (id) ON enforce_rights_hr.person FROM relate_owner;
SET ROLE relate_clerk;
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 2, 1)');
RESET ROLE;

-- A schema that only looks like a workspace is passed over, whatever is in it.
CREATE SCHEMA enforce_rights_fake;
CREATE TABLE enforce_rights_fake.relationship (source_key int);
CREATE TRIGGER t AFTER INSERT ON enforce_rights_fake.relationship FOR EACH ROW EXECUTE FUNCTION relationship_check();
SELECT attempt('INSERT INTO enforce_rights_fake.relationship VALUES (1)');
CREATE TABLE enforce_rights_fake.relationship_type (LIKE enforce_rights_ws.relationship_type);
CREATE TABLE enforce_rights_fake.status (LIKE enforce_rights_ws.status);
CREATE TABLE enforce_rights_fake.record_status (LIKE enforce_rights_ws.record_status);
CREATE TABLE enforce_rights_fake.workspace (LIKE enforce_rights_ws.workspace);
CREATE TABLE enforce_rights_fake.module (module_id int, name int);
INSERT INTO enforce_rights_fake.module VALUES (1, 1);
DROP TABLE enforce_rights_fake.relationship;
CREATE TABLE enforce_rights_fake.relationship (LIKE enforce_rights_ws.relationship);
CREATE TRIGGER t AFTER INSERT ON enforce_rights_fake.relationship FOR EACH ROW EXECUTE FUNCTION relationship_check();
SET ROLE relate_hr;
SELECT attempt('DELETE FROM enforce_rights_hr.num WHERE id = 7') AS "still refused by the real one";
SELECT attempt('INSERT INTO enforce_rights_hr.num VALUES (8)'), attempt('DELETE FROM enforce_rights_hr.num WHERE id = 8');
RESET ROLE;
-- A table of the workspace whose column is no longer what it was is not read as if it were.
DROP VIEW relationship_list, relationship_sides;
ALTER TABLE enforce_rights_ws.relationship ALTER COLUMN importance TYPE int;
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (3, 2, 2)');
ALTER TABLE enforce_rights_ws.relationship ALTER COLUMN importance TYPE smallint;

RESET search_path;
DROP SCHEMA enforce_rights_fake, enforce_rights_ws, enforce_rights_hr CASCADE;
DROP OWNED BY relate_owner, relate_hr, relate_clerk CASCADE;
DROP ROLE relate_owner, relate_hr, relate_clerk;
SET search_path = enforce_rights;

DROP SCHEMA enforce_rights CASCADE;
