-- Every way to write obeys the rules: INSERT, UPDATE, COPY, MERGE, ON CONFLICT, several at once, now or later.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_writers;
SET search_path = enforce_writers, relate, pg_temp;
SELECT create_workspace('enforce_writers') AS name \gset
SET relate.workspace = 'enforce_writers';

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

CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person SELECT n, 'P' || n FROM generate_series(1, 9) AS n;
SELECT register_module('person') AS person \gset
SELECT create_relationship_type('knows', 'person', 'person', label => 'knows'),
       create_relationship_type('boss', 'person', 'person', 'many_to_one', label => 'reports to') \gset

-- Several rows, one of which is wrong: none is written.
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 2), (1, 1, 3), (1, 1, 99), (1, 1, 4)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) SELECT 1, 1, n FROM generate_series(2, 10) AS n$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) SELECT 1, 1, n FROM generate_series(2, 4) AS n$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id, target_key, source_key FROM relationship$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id, source_key, target_key FROM relationship$$);
SELECT * FROM state;
TRUNCATE relationship RESTART IDENTITY;

-- COPY.
COPY relationship (type_id, source_key, target_key, start_date, end_date) FROM STDIN;
1	1	2	2020-01-01	\N
1	002	 3	\N	2020-01-01
2	1	2	2020-01-01	2020-12-31
2	1	3	2021-01-01	\N
\.
COPY relationship (type_id, source_key, target_key) FROM STDIN;
1	4	5
1	1	2
1	6	7
\.
COPY relationship (type_id, source_key, target_key) FROM STDIN;
1	4	5
1	4	99
\.
COPY relationship (type_id, source_key, target_key, start_date) FROM STDIN WITH (FORMAT csv);
2,4,5,2020-01-01
2,4,6,2020-06-01
\.
COPY relationship (type_id, source_key, target_key) FROM STDIN WITH (FORMAT csv);
77,4,5
\.
SELECT * FROM state;

-- ON CONFLICT (relationship_id): the row proposed, or the one that is there, obeys.
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (1, 1, 1, 2) ON CONFLICT (relationship_id) DO NOTHING$$) AS "nothing, whatever it is";
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (1, 1, 8, 9) ON CONFLICT DO NOTHING$$);
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (100, 1, 1, 2) ON CONFLICT DO NOTHING$$) AS "another id, the same pair: an error";
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (100, 1, 8, 9) ON CONFLICT (relationship_id) DO NOTHING$$);
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (1, 1, 8, 9) ON CONFLICT (relationship_id) DO UPDATE SET end_date = '2020-12-31'$$);
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (1, 1, 8, 9) ON CONFLICT (relationship_id) DO UPDATE SET end_date = '2019-12-31'$$);
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (1, 1, 1, 99) ON CONFLICT (relationship_id) DO UPDATE SET target_key = excluded.target_key$$);
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (1, 1, 8, '009') ON CONFLICT (relationship_id) DO UPDATE SET source_key = excluded.source_key, target_key = excluded.target_key, end_date = NULL$$);
SELECT attempt($$INSERT INTO relationship (relationship_id, type_id, source_key, target_key) VALUES (101, 2, 7, 1), (1, 1, 8, 7), (102, 2, 7, 2)
                 ON CONFLICT (relationship_id) DO UPDATE SET target_key = excluded.target_key$$);
SELECT * FROM state;

-- MERGE.
CREATE TABLE feed (id bigint, type int, source text, target text, action text);
CREATE FUNCTION merge() RETURNS text LANGUAGE sql AS $$
    SELECT attempt('MERGE INTO relationship r USING feed f ON r.relationship_id = f.id '
                   'WHEN MATCHED AND f.action = ''delete'' THEN DELETE '
                   'WHEN MATCHED THEN UPDATE SET target_key = f.target '
                   'WHEN NOT MATCHED THEN INSERT (relationship_id, type_id, source_key, target_key) VALUES (f.id, f.type, f.source, f.target)')
$$;
INSERT INTO feed VALUES (200, 1, '5', '6', ''), (201, 2, '5', '6', '');
SELECT merge();
TRUNCATE feed;
INSERT INTO feed VALUES (200, 1, '5', '7', ''), (201, 0, '', '', 'delete'), (202, 2, '05', '7', '');
SELECT merge();
TRUNCATE feed;
INSERT INTO feed VALUES (200, 1, '5', '8', ''), (203, 2, '5', '8', '');
SELECT merge();
TRUNCATE feed;
INSERT INTO feed VALUES (200, 1, '5', '99', '');
SELECT merge();
SELECT * FROM state WHERE split_part(state, ' ', 1)::int >= 200;

-- Data-modifying CTEs: what counts is the end of the statement.
SELECT attempt($$WITH gone AS (DELETE FROM relationship WHERE relationship_id = 202 RETURNING *)
                 INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id, source_key, 9 FROM gone$$);
SELECT attempt($$WITH one AS (INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 6, 1))
                 INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 6, 2)$$);
SELECT attempt($$WITH ended AS (UPDATE relationship SET end_date = '2020-12-31' WHERE type_id = 2 AND source_key = '5')
                 INSERT INTO relationship (type_id, source_key, target_key, start_date) VALUES (2, 5, 1, '2021-01-01')$$);
SELECT * FROM state WHERE state LIKE '% boss: 5%';

-- Put off to the commit, and right by then.
TRUNCATE relationship RESTART IDENTITY;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 1, 2), (2, 3, 4);
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 1, 3), (2, 5, 99);
UPDATE relationship SET source_key = 6 WHERE target_key = '3';
INSERT INTO person VALUES (99, 'late');
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
SELECT * FROM state;
-- ... and not right by then.
BEGIN;
SET CONSTRAINTS relate_check DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 1, 3);
UPDATE relationship SET description = 'changes nothing' WHERE source_key = '1';
SELECT count(*) FROM relationship;
COMMIT;
BEGIN;
SET CONSTRAINTS relate_check DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 6, 7);
UPDATE relationship SET description = 'heap-only' WHERE source_key = '6';
UPDATE relationship SET target_key = 100 WHERE source_key = '6';
SAVEPOINT s;
UPDATE relationship SET target_key = 8 WHERE source_key = '6';
ROLLBACK TO s;
COMMIT;
BEGIN;
SET CONSTRAINTS relate_check DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 1, 3);
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
BEGIN;
SET CONSTRAINTS relate_check DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 1, 3);
SAVEPOINT s;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO s;
UPDATE relationship SET source_key = 7 WHERE target_key = '3' AND source_key = '1';
COMMIT;
-- The version that was put off is the one that is checked, though later ones are heap-only.
BEGIN;
SET CONSTRAINTS relate_check DEFERRED;
UPDATE relationship SET end_date = 'infinity' WHERE source_key = '7';
UPDATE relationship SET description = 'after' WHERE source_key = '7';
COMMIT;
BEGIN;
SET CONSTRAINTS relate_check DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key, importance) VALUES (1, 8, 9, 6);
UPDATE relationship SET description = 'after' WHERE source_key = '8';
COMMIT;
SELECT * FROM state;

-- Savepoints and exception blocks: what was rolled back stands in nobody's way, what was not does.
BEGIN;
SAVEPOINT s;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 8, 1);
ROLLBACK TO s;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 8, 2);
SAVEPOINT t;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 8, 3);
ROLLBACK TO t;
SAVEPOINT u;
UPDATE relationship SET source_key = 9 WHERE source_key = '8';
RELEASE u;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 8, 3);
COMMIT;
DO $$
BEGIN
    FOR n IN 1..3 LOOP
        BEGIN
            INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 4, n);
        EXCEPTION WHEN unique_violation THEN
            UPDATE relationship SET target_key = n WHERE source_key OPERATOR(relate.=) '4' AND type_id = 2;
        END;
    END LOOP;
END $$;
SELECT * FROM state;

-- Users' triggers. One BEFORE ours, one between ours and the table, one AFTER that writes again.
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.target_key := 1;
    RETURN NEW;
END $$;
CREATE TRIGGER z_meddle BEFORE INSERT ON relationship FOR EACH ROW WHEN (NEW.description = 'meddle') EXECUTE FUNCTION meddle();
INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 2, 1);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) VALUES (1, 2, 3, 'meddle')$$) AS "a duplicate made by the trigger";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) VALUES (1, 1, 3, 'meddle')$$) AS "itself, made by the trigger";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) VALUES (1, 3, 88, 'meddle')$$) AS "put right by the trigger";
DROP TRIGGER z_meddle ON relationship;
CREATE FUNCTION rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE relationship SET description = 'rewritten', target_key = TG_ARGV[0] WHERE relationship_id = NEW.relationship_id AND description = 'first';
    RETURN NULL;
END $$;
CREATE TRIGGER a_rewrite AFTER INSERT ON relationship FOR EACH ROW EXECUTE FUNCTION rewrite('5');
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) VALUES (1, 4, 88, 'first')$$) AS "put right before our check";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) VALUES (1, 4, 6, 'first')$$) AS "a duplicate made before our check";
DROP TRIGGER a_rewrite ON relationship;
CREATE TRIGGER z_rewrite AFTER INSERT ON relationship FOR EACH ROW EXECUTE FUNCTION rewrite('88');
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) VALUES (1, 4, 7, 'first')$$) AS "wrong after our check";
DROP TRIGGER z_rewrite ON relationship;
SELECT * FROM state WHERE state LIKE '% knows: %';

-- A statement of many rows, in whose middle a trigger takes away the record that all refer to (behind our back).
CREATE FUNCTION kill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.description = '150' THEN
        SET LOCAL session_replication_role = replica;
        DELETE FROM person WHERE id = NEW.target_key::int;
        SET LOCAL session_replication_role = origin;
    END IF;
    RETURN NULL;
END $$;
INSERT INTO person SELECT n, 'many' FROM generate_series(1001, 1300) AS n;
CREATE TRIGGER z_kill AFTER INSERT ON relationship FOR EACH ROW EXECUTE FUNCTION kill();
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) SELECT 1, 1000 + n, 9, n FROM generate_series(1, 300) AS n$$);
SELECT count(*) FROM relationship WHERE description ~ '^\d+$';
DROP TRIGGER z_kill ON relationship;
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, description) SELECT 1, 1000 + n, 9, n FROM generate_series(1, 300) AS n$$);
SELECT count(*) FROM relationship WHERE description ~ '^\d+$';
-- ... and in an exception block that takes back the locks it got.
CREATE FUNCTION add_many(wrong boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO relationship (type_id, source_key, target_key, description) SELECT 1, 1000 + n, CASE WHEN wrong AND n = 290 THEN 77 ELSE 8 END, 'x' FROM generate_series(1, 300) AS n;
EXCEPTION WHEN foreign_key_violation THEN
    DELETE FROM person WHERE id = 8;
END $$;
DELETE FROM relationship WHERE '8' IN (source_key::text, target_key::text);
SELECT add_many(true) \gset
SELECT attempt('SELECT add_many(false)') AS "8 is gone";
SELECT count(*) FROM person WHERE id = 8;
SELECT count(*) FROM relationship WHERE description = 'x';

-- What the BEFORE trigger fills in.
TRUNCATE relationship RESTART IDENTITY;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 2);
INSERT INTO relationship (type_id, source_key, target_key, created_at, created_by, importance) VALUES (1, 1, 3, '2000-01-01 UTC', 'import', 5);
UPDATE relationship SET description = 'x' WHERE relationship_id = 2;
SELECT relationship_id, source_module_id = :person, target_module_id = :person, importance, created_at = now() AS now, created_by = current_user AS me, updated_at = now(), updated_by = current_user
FROM relationship ORDER BY 1;
SELECT created_at = '2000-01-01 UTC', created_by, updated_at > created_at, updated_by = current_user FROM relationship WHERE relationship_id = 2;

-- The triggers' functions elsewhere than they belong.
CREATE TABLE elsewhere (id int);
CREATE TRIGGER t BEFORE INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION relationship_defaults();
SELECT attempt('INSERT INTO elsewhere VALUES (1)');
DROP TRIGGER t ON elsewhere;
CREATE TRIGGER t AFTER INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION relationship_check();
SELECT attempt('INSERT INTO elsewhere VALUES (1)');
DROP TRIGGER t ON elsewhere;
CREATE TRIGGER t AFTER DELETE ON relationship FOR EACH ROW EXECUTE FUNCTION relationship_check();
SELECT attempt('DELETE FROM relationship');
DROP TRIGGER t ON relationship;
CREATE TRIGGER t AFTER DELETE ON elsewhere FOR EACH STATEMENT EXECUTE FUNCTION record_deleted();
SELECT attempt('DELETE FROM elsewhere');
DROP TRIGGER t ON elsewhere;
CREATE TRIGGER t AFTER DELETE ON elsewhere FOR EACH ROW EXECUTE FUNCTION record_deleted();
INSERT INTO elsewhere VALUES (1);
SELECT attempt('DELETE FROM elsewhere') AS "a table that is no module: nothing to do";
SELECT attempt('SELECT relationship_check()');

DROP SCHEMA enforce_writers CASCADE;
