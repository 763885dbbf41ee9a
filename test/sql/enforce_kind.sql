-- The kind of a record: fixed for its module, or in a column.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_kind;
SET search_path = enforce_kind, relate, pg_temp;
SELECT create_workspace('enforce_kind') AS name \gset
SET relate.workspace = 'enforce_kind';

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

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE party (id int PRIMARY KEY, name text, kind text);
CREATE TABLE account (id int PRIMARY KEY, name text, kind char(15));
CREATE TYPE sort AS ENUM ('individual', 'organization');
CREATE TABLE member (id int PRIMARY KEY, name text, kind sort) PARTITION BY RANGE (id);
CREATE TABLE member_low PARTITION OF member FOR VALUES FROM (0) TO (10);
CREATE TABLE thing (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ann');
INSERT INTO party VALUES (1, 'Jim', 'individual'), (2, 'Acme', 'organization'), (3, 'Smiths', 'household'), (4, 'Nobody', NULL), (5, 'Odd', 'Individual');
INSERT INTO account SELECT id, name, kind FROM party;
INSERT INTO member SELECT id, name, kind::sort FROM party WHERE id IN (1, 2, 4);
INSERT INTO thing VALUES (1, 'Stone');
SELECT register_module('person', kind => 'individual') AS person, register_module('party', kind_column => 'kind') AS party,
       register_module('account', kind_column => 'kind') AS account, register_module('member', kind_column => 'kind') AS member,
       register_module('thing') AS thing \gset

-- Where the module says the kind of all, a type that contradicts it cannot be made.
SELECT attempt($$SELECT create_relationship_type('odd', 'person', 'party', source_kind => 'organization')$$);

-- From a column, of each type it may have.
SELECT create_relationship_type('text', 'person', 'party', source_kind => 'individual', target_kind => 'organization', label => 'works for'),
       create_relationship_type('char', 'account', 'party', source_kind => 'organization', label => 'supplies'),
       create_relationship_type('enum', 'person', 'member', target_kind => 'organization', label => 'joins') \gset
SELECT id, name, kind, put('text', 1, id), put('char', id, 1), put('enum', 1, id) FROM party ORDER BY id;
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('text'), 1, 1)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('text'), 1, 4)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('char'), 3, 1)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('enum'), 1, 1)$$);
SELECT attempt($$UPDATE relationship SET target_key = 3 WHERE type_id = type_id('text')$$);
SELECT attempt($$UPDATE relationship SET target_key = 1 WHERE type_id = type_id('enum')$$);
SELECT * FROM state;

-- The kind counts at the moment of the check: changed before it, in one statement with it, or before the commit.
BEGIN;
UPDATE party SET kind = 'organization' WHERE id = 3;
SELECT put('text', 1, 3);
ROLLBACK;
SELECT attempt($$WITH changed AS (UPDATE party SET kind = 'organization' WHERE id = 3 RETURNING id)
                 INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id('text'), 1, id FROM changed$$);
DELETE FROM relationship WHERE target_key = '3';
UPDATE party SET kind = 'household' WHERE id = 3;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('text'), 1, 5);
UPDATE party SET kind = 'organization' WHERE id = 5;
COMMIT;
SELECT * FROM state WHERE state LIKE '% text:%';

-- With any module the records' own kinds decide; a module without kinds has none.
SELECT create_relationship_type('any', NULL, NULL, source_kind => 'individual', label => 'knows') AS any_type \gset
SELECT attempt(format('INSERT INTO relationship (type_id, source_module_id, source_key, target_module_id, target_key) VALUES (%s, %s, %s, %s, 2)', :any_type, module, key, :party))
FROM (VALUES (1, :person, 1), (2, :party, 1), (3, :party, 2), (4, :account, 1), (5, :member, 1), (6, :thing, 1)) AS one (place, module, key)
ORDER BY place;

DROP SCHEMA enforce_kind CASCADE;
