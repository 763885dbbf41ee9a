-- Both records exist, and their keys are written as their tables write them.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_endpoints;
SET search_path = enforce_endpoints, relate, pg_temp;
SELECT create_workspace('enforce_endpoints') AS name \gset
SET relate.workspace = 'enforce_endpoints';

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

-- Adds a relationship by plain INSERT: "ok", or the error's first line.
CREATE FUNCTION put(type text, source relate.record_key, target relate.record_key, first date DEFAULT NULL,
                    last date DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN said = 'written: 1' THEN 'ok' ELSE split_part(said, ' on ', 1) END
    FROM attempt(format('INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date) '
                        'VALUES (type_id(%L), %L, %L, %L, %L)', type, source, target, first, last)) AS said
$$;

CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE color AS ENUM ('red', 'green');
CREATE TABLE anchor (id int PRIMARY KEY);
CREATE TABLE k_small (id smallint PRIMARY KEY);
CREATE TABLE k_big (id bigint PRIMARY KEY);
CREATE TABLE k_uuid (id uuid PRIMARY KEY);
CREATE TABLE k_text (id text PRIMARY KEY);
CREATE TABLE k_varchar (id varchar(5) PRIMARY KEY);
CREATE TABLE k_char (id char(5) PRIMARY KEY);
CREATE TABLE k_any_case (id text COLLATE any_case PRIMARY KEY);
CREATE TABLE k_numeric (id numeric PRIMARY KEY);
CREATE TABLE k_date (id date PRIMARY KEY);
CREATE TABLE k_timestamptz (id timestamptz PRIMARY KEY);
CREATE TABLE k_interval (id interval PRIMARY KEY);
CREATE TABLE k_float (id float8 PRIMARY KEY);
CREATE TABLE k_bytea (id bytea PRIMARY KEY);
CREATE TABLE k_boolean (id boolean PRIMARY KEY);
CREATE TABLE k_enum (id color PRIMARY KEY);
CREATE TABLE k_domain (id positive PRIMARY KEY);
CREATE TABLE k_inet (id inet PRIMARY KEY);
CREATE TABLE k_two (a int, b text, PRIMARY KEY (b, a));
CREATE TABLE k_three (a uuid, b numeric, c date, PRIMARY KEY (a, b, c));
CREATE TABLE "k ""odd""" ("the ""id""" int PRIMARY KEY);
CREATE TABLE k_parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE k_parts_low PARTITION OF k_parts FOR VALUES FROM (0) TO (100);
CREATE TABLE k_parts_high (id int NOT NULL);
ALTER TABLE k_parts_high DROP COLUMN id, ADD COLUMN id int NOT NULL;
ALTER TABLE k_parts ATTACH PARTITION k_parts_high FOR VALUES FROM (100) TO (200);
INSERT INTO anchor VALUES (1);
INSERT INTO k_small VALUES (7), (-7), (32767);
INSERT INTO k_big VALUES (7), (-7), (9223372036854775807), (-9223372036854775808), (0);
INSERT INTO k_uuid VALUES ('550e8400-e29b-41d4-a716-446655440000');
INSERT INTO k_text VALUES ('7'), ('007'), ('Jim'), (' 7 '), ('550E8400-E29B-41D4-A716-446655440000'), ('(1,2)');
INSERT INTO k_varchar VALUES ('7'), ('Jim');
INSERT INTO k_char VALUES ('7'), ('Jim');
INSERT INTO k_any_case VALUES ('Jim'), ('7');
INSERT INTO k_numeric VALUES (5.0), (7.00), (1e30);
INSERT INTO k_date VALUES ('2020-03-04');
INSERT INTO k_timestamptz VALUES ('2020-03-04 05:06:07+00');
INSERT INTO k_interval VALUES ('1 day');
INSERT INTO k_float VALUES (0.1), ('-0');
INSERT INTO k_bytea VALUES ('\x0aff');
INSERT INTO k_boolean VALUES (true);
INSERT INTO k_enum VALUES ('red');
INSERT INTO k_domain VALUES (7);
INSERT INTO k_inet VALUES ('10.0.0.1');
INSERT INTO k_two VALUES (7, 'x'), (7, '007'), (8, 'a,"b"'), (9, '');
INSERT INTO k_three VALUES ('550e8400-e29b-41d4-a716-446655440000', 1.50, '2020-03-04');
INSERT INTO "k ""odd""" VALUES (7);
INSERT INTO k_parts VALUES (7), (107);
SELECT count(register_module(t)) FROM unnest('{anchor,k_small,k_big,k_uuid,k_text,k_varchar,k_char,k_any_case,k_numeric,k_date,k_timestamptz,k_interval,k_float,k_bytea,k_boolean,k_enum,k_domain,k_inet,k_two,k_three,"\"k \"\"odd\"\"\"",k_parts}'::regclass[]) AS t \gset
SELECT count(create_relationship_type(name, 'anchor', name, label => 'has')) FROM module WHERE name <> 'anchor' \gset

-- The key that is stored, or the error, for each spelling.
CREATE FUNCTION spell(type text, VARIADIC spellings text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    spelling text;
    said text;
BEGIN
    FOREACH spelling IN ARRAY spellings LOOP
        said := attempt(format('INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id(%L), 1, %L)', type, spelling));
        RETURN NEXT format('%s: <%s> %s', type, spelling,
            CASE said WHEN 'written: 1' THEN format('is <%s>', (SELECT target_key FROM relationship))
                      ELSE split_part(said, ' on ', 1) END);
        DELETE FROM relationship;
    END LOOP;
END $$;
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Asia/Tokyo';
SET IntervalStyle = 'sql_standard';
SET extra_float_digits = -3;
SET bytea_output = 'escape';
SELECT spell('k_small', '7', '007', '+7', ' 7', '-7', '-07', '32767', '32768', '7.0', '8', '', 'Jim', '550e8400-e29b-41d4-a716-446655440000');
SELECT spell('k_big', '007', '-0', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '00-7', E'7\n', '7x', '٣');
SELECT spell('k_uuid', '550e8400-e29b-41d4-a716-446655440000', '550E8400-E29B-41D4-A716-446655440000', '{550e8400e29b41d4a716446655440000}',
             '550e-8400-e29b-41d4-a716-4466-5544-0000', '550e8400-e29b-41d4-a716-446655440001', '550e8400-e29b-41d4-a716-44665544000', '7');
SELECT spell('k_text', '7', '007', ' 7 ', '7 ', 'Jim', 'jim', '550E8400-E29B-41D4-A716-446655440000', '550e8400-e29b-41d4-a716-446655440000', '(1,2)', '( 1,2)');
SELECT spell('k_varchar', '7', 'Jim', 'Jim   ', 'Jimmy Long');
SELECT spell('k_char', '7', 'Jim', 'Jim  ', 'jim', ' Jim', 'Jim                ');
SELECT spell('k_any_case', 'Jim', 'JIM', 'jim', '7', 'Jom');
SELECT spell('k_numeric', '5', '5.0', '5.00', '05.000', '7', '1e30', '1000000000000000000000000000000', '8', 'NaN', 'Jim', '');
SELECT spell('k_date', '2020-03-04', '20200304', 'March 4, 2020', '2020-03-05', '04/03/2020', '03/04/2020', 'Jim', '2020-02-30');
SELECT spell('k_timestamptz', '2020-03-04 05:06:07+00', '2020-03-04 14:06:07+09', '2020-03-04T05:06:07Z', '2020-03-04 05:06:07');
SELECT spell('k_interval', '1 day', '24:00:00', 'P1D', '2 days');
SELECT spell('k_float', '0.1', '0.10', '1e-1', '0.1000000000000000055', '0', '-0', '0.2');
SELECT spell('k_bytea', '\x0aff', '\x0AFF', E'\\012\\377', '\x');
SELECT spell('k_boolean', 't', 'true', 'yes', 'f');
SELECT spell('k_enum', 'red', 'green', 'blue');
SELECT spell('k_domain', '7', '007', '8', '-1', 'Jim');
SELECT spell('k_inet', '10.0.0.1', '10.0.0.1/32', '10.0.0.2', 'Jim');
SELECT spell('k_two', '(x,7)', '("x","7")', '(x, 7 )', '(x,007)', '(007,7)', '("a,""b""",8)', '("a,\"b\"",8)', '(,9)', '("",9)', '( x,7)', '(7,x)', '(7)', '(x,7,y)', '7', '(y,7)', '(x,99999999999)', ' (x,7) ');
SELECT spell('k_three', '(550E8400-E29B-41D4-A716-446655440000,1.5,20200304)', '(550e8400-e29b-41d4-a716-446655440000,1.50,2020-03-04)',
             '(550e8400-e29b-41d4-a716-446655440000,1.50,2020-03-05)', '(550e8400-e29b-41d4-a716-446655440000,Jim,2020-03-04)');
SELECT spell('k_odd', '7', '07', '8');
SELECT spell('k_part', '7', '07', '107', '8', '207', 'Jim');
RESET DateStyle;
SET DateStyle = 'ISO, YMD';
RESET TimeZone;
RESET IntervalStyle;
RESET extra_float_digits;
RESET bytea_output;

-- The errors in full.
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 2, 7)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 1, 8)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 1, 'Jim')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_date'), 1, 'Jim')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_two'), 1, '(7)')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_part'), 1, 8)$$);

-- Two spellings of one record are one: a duplicate, and a limit.
SELECT put('k_big', 1, '7'), put('k_big', 1, '007'), put('k_numeric', 1, '5.0'), put('k_numeric', 1, '5'), put('k_numeric', '01', '05.00');
SELECT attempt($$UPDATE relationship SET target_key = '5' WHERE type_id = type_id('k_numeric')$$),
       attempt($$UPDATE relationship SET target_key = '000' WHERE type_id = type_id('k_big')$$);
SELECT attempt($$UPDATE relationship SET target_key = '8' WHERE type_id = type_id('k_numeric')$$);
SELECT attempt($$UPDATE relationship SET source_key = '2' WHERE type_id = type_id('k_numeric')$$);
SELECT * FROM state;
DELETE FROM relationship;

-- A user's trigger after ours writes another spelling: found out.
CREATE FUNCTION respell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.target_key := TG_ARGV[0];
    RETURN NEW;
END $$;
CREATE TRIGGER z_respell BEFORE INSERT ON relationship FOR EACH ROW EXECUTE FUNCTION respell('007');
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 1, 7)$$);
DROP TRIGGER z_respell ON relationship;
CREATE TRIGGER z_respell BEFORE INSERT ON relationship FOR EACH ROW EXECUTE FUNCTION respell('5');
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_numeric'), 1, '5.0')$$);
DROP TRIGGER z_respell ON relationship;
-- One before ours is welcome.
CREATE TRIGGER a_respell BEFORE INSERT ON relationship FOR EACH ROW EXECUTE FUNCTION respell('007');
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 1, 8)$$);
DROP TRIGGER a_respell ON relationship;
SELECT * FROM state;
DELETE FROM relationship;

-- The record may be made in the same statement, or later when deferred; it may be gone by then as well.
SELECT attempt($$WITH made AS (INSERT INTO k_big VALUES (50) RETURNING id)
                 INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id('k_big'), 1, id FROM made$$);
SELECT attempt($$WITH made AS (INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 1, 51))
                 INSERT INTO k_big VALUES (51)$$);
SELECT attempt($$WITH made AS (INSERT INTO k_parts VALUES (50) RETURNING id)
                 INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id('k_part'), 1, id FROM made$$);
SELECT attempt($$WITH gone AS (DELETE FROM k_big WHERE id = 7 RETURNING id)
                 INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id('k_big'), 1, id FROM gone$$);
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 1, 60), (type_id('k_part'), 1, 60);
INSERT INTO k_big VALUES (60);
INSERT INTO k_parts VALUES (60);
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('k_big'), 1, 61);
COMMIT;
SELECT * FROM state;

-- A module without its table, or a column of its key: no record is found. Without the index it takes longer.
SELECT create_relationship_type('to_text', 'anchor', 'k_text', label => 'reads') \gset
ALTER TABLE k_text RENAME TO k_renamed;
SELECT put('to_text', 1, 'Jim') AS "renamed: the same table";
SET session_replication_role = replica; -- so that the module does not follow
ALTER TABLE k_renamed RENAME COLUMN id TO identity;
RESET session_replication_role;
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('to_text'), 1, '7')$$);
SET session_replication_role = replica;
ALTER TABLE k_renamed RENAME COLUMN identity TO id;
RESET session_replication_role;
SELECT put('to_text', 1, '7');
ALTER TABLE k_renamed DROP CONSTRAINT k_text_pkey;
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('to_text'), 1, '007')$$);
ALTER TABLE k_renamed ADD UNIQUE (id);
SELECT put('to_text', 1, '007');
DELETE FROM relationship WHERE type_id = type_id('to_text');
SET session_replication_role = replica;
DROP TABLE k_renamed;
RESET session_replication_role;
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('to_text'), 1, '7')$$);

DROP SCHEMA enforce_endpoints CASCADE;
