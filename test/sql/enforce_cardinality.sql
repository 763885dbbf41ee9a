-- How many partners a record may have at any instant.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_cardinality;
SET search_path = enforce_cardinality, relate, pg_temp;
SELECT create_workspace('enforce_cardinality') AS name \gset
SET relate.workspace = 'enforce_cardinality';

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
INSERT INTO person VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid'), (4, 'Dee'), (5, 'Eve'), (6, 'Fay');
INSERT INTO firm VALUES (1, 'Acme'), (2, 'Bolt'), (3, 'Core'), (4, 'Dyne'), (5, 'Edge'), (6, 'Flux');
SELECT register_module('person') AS person, register_module('firm') AS firm \gset

-- The four cardinalities: a second target for a source, a second source for a target.
SELECT create_relationship_type('one_to_one', 'person', 'firm', 'one_to_one'),
       create_relationship_type('one_to_many', 'person', 'firm', 'one_to_many'),
       create_relationship_type('many_to_one', 'person', 'firm', 'many_to_one'),
       create_relationship_type('many_to_many', 'person', 'firm', 'many_to_many') \gset
SELECT type, put(type, 1, 1) AS first, put(type, 1, 2) AS "second target", put(type, 2, 1) AS "second source",
       put(type, 2, 2) AS "another pair"
FROM unnest('{one_to_one,one_to_many,many_to_one,many_to_many}'::text[]) AS type;
SELECT * FROM state;

-- Each error in full.
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id(''one_to_one''), 1, 3)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id(''one_to_one''), 3, 1)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id(''one_to_many''), 3, 1)');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key, start_date) VALUES (type_id(''many_to_one''), 1, 3, ''2024-01-01'')');
SELECT attempt('INSERT INTO relationship (type_id, source_key, target_key, end_date) VALUES (type_id(''many_to_one''), 1, 3, ''2024-01-01'')');

-- In time: stints may follow each other, day by day.
SELECT create_relationship_type('employment', 'person', 'firm', 'many_to_one', label => 'works for') \gset
SELECT put('employment', 1, 1, '2020-01-01', '2020-12-31') AS "a year",
       put('employment', 1, 2, '2020-12-31', '2021-06-30') AS "begins on its last day",
       put('employment', 1, 2, '2021-01-01', '2021-06-30') AS "begins the day after",
       put('employment', 1, 3, '2019-07-01', '2020-01-01') AS "ends on its first day",
       put('employment', 1, 3, '2019-07-01', '2019-12-31') AS "ends the day before",
       put('employment', 1, 4, '2022-01-01') AS "open end",
       put('employment', 1, 5, '2030-01-01', '2030-01-01') AS "one day far in the open end",
       put('employment', 1, 5, NULL, '2019-06-30') AS "open start",
       put('employment', 1, 6, '1900-01-01', '1900-01-01') AS "one day in the open start",
       put('employment', 1, 6, '2021-07-01', '2021-12-31') AS "fills the hole exactly",
       put('employment', 1, 6) AS "always";
SELECT put('employment', 2, 1, '2020-06-15', '2020-06-15') AS "one day",
       put('employment', 2, 2, '2020-06-15', '2020-06-15') AS "the same day",
       put('employment', 2, 2, '2020-06-14', '2020-06-14') AS "the day before",
       put('employment', 2, 2, '2020-06-16', '2020-06-16') AS "the day after",
       put('employment', 2, 3, '2020-06-13', '2020-06-17') AS "over all three",
       put('employment', 2, 3, NULL, '2020-06-13') AS "up to them",
       put('employment', 2, 3, '2020-06-17') AS "from then on";
SELECT * FROM state WHERE state LIKE '% employment:%';
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
                 VALUES (type_id('employment'), 1, 4, '2020-03-01', '2020-04-30')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
                 VALUES (type_id('employment'), 1, 4, '2019-12-01', '2020-04-30')$$);

-- A date moved by UPDATE makes room, and takes it. No date is today's business.
SELECT attempt($$UPDATE relationship SET end_date = '2021-01-01' WHERE source_key = '1' AND start_date = '2020-01-01'$$);
SELECT attempt($$UPDATE relationship SET end_date = NULL WHERE source_key = '1' AND start_date = '2020-01-01'$$);
SELECT attempt($$UPDATE relationship SET start_date = '2019-12-31' WHERE source_key = '1' AND start_date = '2020-01-01'$$);
SELECT attempt($$UPDATE relationship SET start_date = NULL WHERE source_key = '1' AND start_date = '2020-01-01'$$);
SELECT attempt($$UPDATE relationship SET end_date = '2020-06-30' WHERE source_key = '1' AND start_date = '2020-01-01'$$);
SELECT put('employment', 1, 6, '2020-07-01', '2020-12-31') AS "in the room made";
SELECT attempt($$UPDATE relationship SET source_key = 1 WHERE source_key = '2' AND start_date = '2020-06-15'$$);
SELECT attempt($$UPDATE relationship SET type_id = type_id('one_to_one'), source_key = 3 WHERE source_key = '2' AND start_date = '2020-06-15'$$);
SELECT attempt($$UPDATE relationship SET type_id = type_id('employment') WHERE type_id = type_id('many_to_many') AND source_key = '1' AND target_key = '1'$$);
SELECT * FROM state WHERE state LIKE '% employment: 1 %';

-- Swapped or shifted in one statement: what counts is how it ends.
DELETE FROM relationship;
INSERT INTO relationship (type_id, source_key, target_key)
    VALUES (type_id('one_to_one'), 1, 1), (type_id('one_to_one'), 2, 2), (type_id('one_to_one'), 3, 3);
SELECT attempt($$UPDATE relationship SET target_key = target_key::int % 3 + 1$$);
SELECT attempt($$UPDATE relationship SET target_key = 1$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('one_to_one'), 4, 4), (type_id('one_to_one'), 5, 4)$$);
SELECT * FROM state;

-- A limit of three, each way.
SELECT create_relationship_type('seat', 'person', 'firm', 'many_to_many', max_targets_per_source => 3, max_sources_per_target => 2, label => 'sits on the board of') \gset
SELECT put('seat', 1, 1, '2020-01-01', '2020-12-31'), put('seat', 1, 2, '2020-07-01', '2021-06-30'),
       put('seat', 1, 3, '2021-01-01', '2021-12-31');
-- Never more than two at once so far, so there is room all the time.
SELECT put('seat', 1, 4, '2020-01-01', '2021-12-31') AS "third all the time",
       put('seat', 1, 5, '2020-06-30', '2020-06-30') AS "third, the day before two",
       put('seat', 1, 6, '2020-07-01', '2020-07-01') AS "fourth on that day",
       put('seat', 1, 6, '2020-12-31', '2021-01-01') AS "fourth on both",
       put('seat', 1, 6, '2020-12-31', '2020-12-31') AS "fourth on the first",
       put('seat', 1, 6, '2021-07-01', '2021-12-31') AS "third after the second went",
       put('seat', 1, 1, '2021-12-31', '2022-12-31') AS "fourth on one day",
       put('seat', 1, 1, '2022-01-01', '2022-12-31') AS "first of the year";
SELECT put('seat', 2, 1, '2020-12-01', '2021-01-31') AS "second source", put('seat', 3, 1, '2020-01-01', '2020-11-30') AS "second before",
       put('seat', 4, 1, '2020-11-30', '2020-12-01') AS "third on two days", put('seat', 4, 1, '2021-02-01', '2022-12-31') AS "second with the last";
-- The relationship named holds on the crowded day, and gives way if removed.
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
                 VALUES (type_id('seat'), 1, 6, '2020-01-01', '2020-12-31')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
                 VALUES (type_id('seat'), 5, 1, '2020-01-01', '2020-12-31')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key)
                 VALUES (type_id('seat'), 5, 1)$$);
SELECT * FROM state WHERE state LIKE '% seat:%';

-- A version of one relationship is not another relationship: it takes no room of its own.
SELECT attempt($$UPDATE relationship SET start_date = start_date, end_date = end_date, target_key = target_key$$);
SELECT attempt($$UPDATE relationship SET start_date = start_date + 1000, end_date = end_date + 1000$$);
SELECT attempt($$UPDATE relationship SET relationship_id = relationship_id + 1000$$);
SELECT count(*), min(relationship_id) > 1000 FROM relationship;

-- The limit is for each record: the same key in another module is another record.
SELECT create_relationship_type('mascot', NULL, NULL, 'one_to_one') AS mascot \gset
SELECT attempt(format('INSERT INTO relationship (type_id, source_module_id, source_key, target_module_id, target_key) VALUES (%s, %s, %s, %s, %s)', :mascot, sm, 1, tm, 2))
FROM (VALUES (1, :person, :person), (2, :firm, :firm), (3, :person, :firm), (4, :firm, :person)) AS one (place, sm, tm)
ORDER BY place;

DROP SCHEMA enforce_cardinality CASCADE;
