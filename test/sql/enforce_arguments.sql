-- Dates, importance, types, modules, self, contact details: the rules that one row can break.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_arguments;
SET search_path = enforce_arguments, relate, pg_temp;
SELECT create_workspace('enforce_arguments') AS name \gset
SET relate.workspace = 'enforce_arguments';

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
CREATE TABLE firm (id int PRIMARY KEY, name text);
CREATE TABLE address (id int PRIMARY KEY, street text);
CREATE TABLE code (id text PRIMARY KEY);
INSERT INTO person VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');
INSERT INTO firm VALUES (1, 'Acme'), (2, 'Bolt'), (3, 'Core');
INSERT INTO address VALUES (1, 'Main Street 1'), (7, 'Hill 7');
SELECT register_module('person', kind => 'individual') AS person, register_module('firm', kind => 'organization') AS firm,
       register_module('address') AS address, register_module('code') AS code \gset
SELECT create_relationship_type('employment', 'person', 'firm', label => 'works for', default_importance => 2) AS employment,
       create_relationship_type('visit', 'person', 'firm', label => 'visits', has_contact_details => false) AS visit,
       create_relationship_type('likes', 'person', 'person', label => 'likes') AS likes,
       create_relationship_type('quotes', 'person', 'person', label => 'quotes', allow_self => true) AS quotes,
       create_relationship_type('anything', NULL, 'firm', label => 'knows') AS anything,
       create_relationship_type('coded', 'person', 'code', label => 'uses') AS coded \gset

-- One statement for all: the columns of an INSERT for person 1 and firm 1, by the type employment unless given.
CREATE FUNCTION add(columns text, literals text, type text DEFAULT 'employment') RETURNS text LANGUAGE sql AS $$
    SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_key, %s) VALUES (type_id(%L), 1, 1, %s)',
                          columns, type, literals))
$$;

-- Dates.
SELECT add('start_date, end_date', $$'2020-01-02', '2020-01-01'$$);
SELECT add('start_date', $$'infinity'$$);
SELECT add('start_date', $$'-infinity'$$);
SELECT add('end_date', $$'infinity'$$);
SELECT add('start_date, end_date', $$'-infinity', 'infinity'$$);
SELECT add('start_date, end_date', $$'2020-01-01', '2020-01-01'$$) AS "one day";
SELECT attempt($$UPDATE relationship SET start_date = '2020-01-02'$$);
SELECT attempt($$UPDATE relationship SET end_date = '2019-12-31'$$);
SELECT attempt($$UPDATE relationship SET end_date = 'infinity'$$);
SELECT attempt($$UPDATE relationship SET start_date = '4713-11-24 BC', end_date = '5874897-12-31'$$) AS "the least and the greatest day";
SELECT add('end_date', $$'4713-11-24 BC'$$) AS "overlaps on the first";
SELECT attempt($$UPDATE relationship SET start_date = '2020-01-01', end_date = '2020-01-01'$$);

-- Importance: 1 to 5, by default the type's.
SELECT add('start_date, importance', $$'2021-01-01', 0$$);
SELECT add('start_date, importance', $$'2021-01-01', 6$$);
SELECT add('start_date, importance', $$'2021-01-01', -32768$$);
SELECT add('start_date, importance', $$'2021-01-01', NULL$$);
SELECT add('start_date, importance', $$'2020-06-01', 5$$);
SELECT attempt($$UPDATE relationship SET importance = 6$$);
SELECT attempt($$UPDATE relationship SET importance = NULL WHERE start_date = '2021-01-01'$$) AS "back to the default";
SELECT start_date, end_date, importance FROM relationship ORDER BY 1;
DELETE FROM relationship;

-- Types: unknown, null, not active.
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (999, 1, 1)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_module_id, source_key, target_module_id, target_key, importance) VALUES (-1, 1, 1, 2, 1, 3)$$);
SELECT split_part(attempt($$INSERT INTO relationship (source_key, target_key) VALUES (1, 1)$$), E'\n', 1);
SELECT put('visit', 1, 1, '2020-01-01', '2020-12-31'), put('visit', 1, 2, '2020-01-01'), put('employment', 3, 3);
SELECT attempt($$UPDATE relationship SET type_id = 999$$);
UPDATE relationship_type SET is_active = false WHERE name = 'visit';
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('visit'), 2, 2)$$);
SELECT attempt($$UPDATE relationship SET type_id = type_id('visit') WHERE type_id = type_id('employment')$$);
SELECT attempt($$UPDATE relationship SET end_date = '2021-01-01' WHERE end_date = '2020-12-31'$$) AS "longer";
SELECT attempt($$UPDATE relationship SET start_date = NULL WHERE end_date = '2020-12-31'$$) AS "since ever";
SELECT attempt($$UPDATE relationship SET target_key = 3 WHERE target_key = '1' $$) AS "another target";
SELECT attempt($$UPDATE relationship SET end_date = '2020-11-30', description = 'ended', importance = 5 WHERE end_date = '2020-12-31'$$) AS "shorter",
       attempt($$UPDATE relationship SET end_date = '2024-12-31' WHERE target_key = '2'$$) AS "ended",
       attempt($$UPDATE relationship SET type_id = type_id('employment') WHERE target_key = '2'$$) AS "to an active type",
       attempt($$DELETE FROM relationship WHERE target_key = '1'$$) AS "deleted";
-- Deferred, nothing slips through behind a later version.
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('visit'), 2, 2);
UPDATE relationship SET description = 'sneaked in' WHERE source_key = '2';
COMMIT;
-- What is active again at the end is in order.
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('visit'), 2, 2);
UPDATE relationship_type SET is_active = true WHERE name = 'visit';
COMMIT;
SELECT * FROM state;
DELETE FROM relationship;

-- Modules: the type's, filled in; any other is refused, and must be given where the type takes any.
SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_key) VALUES (%s, 1, 1)', :anything));
SELECT attempt(format('INSERT INTO relationship (type_id, source_module_id, source_key, target_key) VALUES (%s, %s, 1, 1)', :anything, :address));
SELECT attempt(format('INSERT INTO relationship (type_id, source_module_id, source_key, target_key) VALUES (%s, 999, 1, 1)', :anything));
SELECT attempt(format('INSERT INTO relationship (type_id, source_module_id, source_key, target_key) VALUES (%s, %s, 1, 1)', :employment, :firm));
SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_module_id, target_key) VALUES (%s, 1, %s, 1)', :employment, :person));
SELECT attempt(format('UPDATE relationship SET target_module_id = %s', :address));
SELECT attempt(format('UPDATE relationship SET source_module_id = NULL'));
SELECT attempt(format('UPDATE relationship SET target_module_id = NULL')) AS "filled in again";
SELECT attempt(format('UPDATE relationship SET source_module_id = %s', :person)) AS "another module, the same key";
SELECT attempt(format('UPDATE relationship SET type_id = %s', :likes));
SELECT source_module_id = :person, source_key, target_module_id = :firm, target_key FROM relationship;
DELETE FROM relationship;

-- A record and itself: the same key in another module is another record.
SELECT put('likes', 1, 1), put('quotes', 1, 1), put('employment', 1, 1);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('likes'), 2, '02')$$) AS "spelt otherwise";
SELECT attempt($$UPDATE relationship SET type_id = type_id('likes') WHERE type_id = type_id('quotes')$$);
SELECT put('likes', 1, 2);
SELECT attempt($$UPDATE relationship SET target_key = source_key WHERE type_id = type_id('likes')$$);
SELECT * FROM state;
DELETE FROM relationship;

-- Contact details: email, phone, address, and the address as a record.
SELECT add(columns, literals, 'visit')
FROM (VALUES ('email', $$'a@example.org'$$), ('phone', $$'123'$$), ('address', $$'Main Street'$$), ('email', $$''$$)) AS one (columns, literals);
SELECT add('address_module_id, address_key', format('%s, 1', :address), 'visit');
SELECT add('address_module_id', format('%s', :address), 'visit');
SELECT add('email, phone, address, address_module_id, address_key', format($$'a@example.org', '123', 'Main Street', %s, 1$$, :address));
SELECT attempt($$UPDATE relationship SET type_id = type_id('visit')$$);
SELECT attempt($$UPDATE relationship SET type_id = type_id('visit'), email = NULL, phone = NULL, address = NULL, address_module_id = NULL, address_key = NULL$$);
SELECT attempt($$UPDATE relationship SET phone = '456'$$);
DELETE FROM relationship;
SELECT add('address_key', '1');
SELECT add('address_module_id', format('%s', :address));
SELECT add('address_module_id, address_key', '999, 1');
SELECT add('address_module_id, address_key', format('%s, 2', :address));
SELECT add('address_module_id, address_key', format($$%s, 'nowhere'$$, :address));
SELECT add('address_module_id, address_key', format($$%s, ' +07 '$$, :address)) AS "spelt otherwise";
SELECT attempt($$UPDATE relationship SET address_key = 8$$);
SELECT attempt($$UPDATE relationship SET address_key = '01'$$);
SELECT address_key FROM relationship;
DELETE FROM relationship;

-- Keys are neither empty nor longer than 1,000 bytes, whatever the table holds.
INSERT INTO code VALUES (''), (repeat('x', 1000)), (repeat('x', 1001)), (repeat('é', 500)), (repeat('é', 501));
SELECT regexp_replace(attempt(format('INSERT INTO relationship (type_id, source_key, target_key) VALUES (%s, 1, %L)', :coded, id)), '((.)\2{20})\2+', '\1...', 'g')
FROM code ORDER BY length(id), id COLLATE "C";
SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_key, email, address_module_id, address_key) VALUES (%s, 2, 2, %L, %s, %L)',
                      :employment, 'a@example.org', :code, repeat('x', 1001)));
SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_key, address_module_id, address_key) VALUES (%s, 2, 2, %s, %L)',
                      :employment, :code, ''));
SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_key) VALUES (%s, 1, %L)',
                      :coded, (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 100) AS n))) AS "too long for an index";
SELECT octet_length(target_key::text) FROM relationship;

-- Several rules broken at once: the first of the list speaks.
SELECT split_part(attempt(statement), E'\n', 1) FROM (VALUES
    (1, $$INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date, email) VALUES (type_id('likes'), 9, 9, 'infinity', 'infinity', 'x')$$),
    (2, $$INSERT INTO relationship (type_id, source_key, target_key, email) VALUES (type_id('likes'), 9, 9, 'x')$$),
    (3, $$INSERT INTO relationship (type_id, source_key, target_key, email) VALUES (type_id('likes'), 1, 9, 'x')$$),
    (4, $$INSERT INTO relationship (type_id, source_key, target_key, email) VALUES (type_id('likes'), 1, 1, 'x')$$),
    (5, $$INSERT INTO relationship (type_id, source_key, target_key, email) VALUES (type_id('likes'), 1, 2, 'x'), (type_id('likes'), 1, 2, 'x')$$)
) AS one (place, statement) ORDER BY place;

DROP SCHEMA enforce_arguments CASCADE;
