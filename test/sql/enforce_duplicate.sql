-- Duplicates, perpetual and symmetric types, primary relationships.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_duplicate;
SET search_path = enforce_duplicate, relate, pg_temp;
SELECT create_workspace('enforce_duplicate') AS name \gset
SET relate.workspace = 'enforce_duplicate';

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
INSERT INTO firm VALUES (1, 'Acme'), (2, 'Bolt'), (3, 'Core');
SELECT register_module('person') AS person, register_module('firm') AS firm \gset

-- The same pair, at the same time.
SELECT create_relationship_type('visit', 'person', 'firm', label => 'visits'),
       create_relationship_type('audit', 'person', 'firm', label => 'audits') \gset
SELECT put('visit', 1, 1, '2020-01-01', '2020-01-31') AS "a month",
       put('visit', 1, 1, '2020-01-31', '2020-02-15') AS "begins on its last day",
       put('visit', 1, 1, '2019-12-15', '2020-01-01') AS "ends on its first day",
       put('visit', 1, 1, '2020-01-10', '2020-01-10') AS "a day within",
       put('visit', 1, 1) AS "always",
       put('visit', 1, 1, '2020-02-01', '2020-02-15') AS "the day after",
       put('visit', 1, 1, NULL, '2019-12-31') AS "until the day before",
       put('visit', 1, 1, '2020-02-16') AS "from then on",
       put('visit', 1, 1, '2024-01-01') AS "again from then on",
       put('visit', 2, 1, '2020-01-01', '2020-01-31') AS "another source",
       put('visit', 1, 2, '2020-01-01', '2020-01-31') AS "another target",
       put('audit', 1, 1, '2020-01-01', '2020-01-31') AS "another type";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date) VALUES (type_id('visit'), 1, 1, '2020-01-15')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, end_date) VALUES (type_id('visit'), 1, 1, '2020-01-15')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('visit'), 3, 3), (type_id('visit'), 3, 3)$$);
SELECT attempt($$UPDATE relationship SET end_date = end_date + 1 WHERE end_date = '2020-01-31' AND type_id = type_id('visit')$$);
SELECT attempt($$UPDATE relationship SET type_id = type_id('visit') WHERE type_id = type_id('audit')$$);
SELECT attempt($$UPDATE relationship SET source_key = 2 WHERE target_key = '1' AND start_date = '2020-01-01' AND source_key = '1' AND type_id = type_id('visit')$$);
SELECT attempt($$UPDATE relationship SET target_key = 2 WHERE target_key = '1' AND start_date = '2020-01-01' AND source_key = '1' AND type_id = type_id('visit')$$);
SELECT * FROM state;

-- Perpetual: dates are stored and ignored.
SELECT create_relationship_type('kin', 'person', 'person', 'many_to_one', label => 'descends from', is_perpetual => true) \gset
SELECT put('kin', 1, 2, '2000-01-01', '2000-12-31') AS "with dates",
       put('kin', 1, 2, '2010-01-01', '2010-12-31') AS "the same, at another time",
       put('kin', 1, 3, '2020-01-01', '2020-12-31') AS "a second, at another time",
       put('kin', 2, 3) AS "without dates";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
                 VALUES (type_id('kin'), 1, 2, '2010-01-01', '2010-12-31')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
                 VALUES (type_id('kin'), 1, 3, '2010-01-01', '2010-12-31')$$);
-- What is stored comes out as it went in, but must still be an interval.
SELECT attempt($$UPDATE relationship SET start_date = '1990-01-01' WHERE start_date = '2000-01-01'$$);
SELECT attempt($$UPDATE relationship SET start_date = '2001-01-01' WHERE end_date = '2000-12-31'$$);
SELECT * FROM state WHERE state LIKE '% kin:%';

-- Symmetric: (a, b) and (b, a) are one.
SELECT create_relationship_type('friend', 'person', 'person', label => 'is a friend of', is_symmetric => true),
       create_relationship_type('spouse', 'person', 'person', 'one_to_one', label => 'is married to', is_symmetric => true),
       create_relationship_type('trio', 'person', 'person', label => 'sings with', is_symmetric => true, max_targets_per_source => 2, allow_self => true),
       create_relationship_type('likes', 'person', 'person', label => 'likes', allow_self => true) \gset
SELECT put('friend', 1, 2, '2020-01-01', '2020-12-31') AS "a friend",
       put('friend', 2, 1, '2020-12-31') AS "the other way round",
       put('friend', 2, 1, '2021-01-01') AS "the other way round, later",
       put('friend', 1, 2, '2021-06-01') AS "and back",
       put('friend', 3, 3) AS "with oneself",
       put('likes', 1, 2) AS "one way", put('likes', 2, 1) AS "and the other, of another kind",
       put('likes', 3, 3) AS "oneself", put('likes', 3, 3) AS "twice";
SELECT put('spouse', 1, 2, NULL, '2020-12-31') AS "spouse",
       put('spouse', 3, 1, '2020-06-01') AS "another one, she is source there",
       put('spouse', 2, 3, '2020-06-01') AS "another one for him",
       put('spouse', 3, 2, '2021-01-01') AS "after",
       put('spouse', 4, 3, '2022-01-01') AS "hers meanwhile",
       put('spouse', 3, 4, '2022-01-01') AS "hers meanwhile, turned";
SELECT put('trio', 1, 2), put('trio', 3, 1), put('trio', 1, 4) AS "third, as source", put('trio', 4, 1) AS "third, as target",
       put('trio', 2, 3), put('trio', 5, 5) AS "with oneself: counts once", put('trio', 5, 6) AS second, put('trio', 4, 5) AS third,
       put('trio', 5, 5) AS "with oneself again", put('trio', 6, 4), put('trio', 6, 6) AS third;
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('friend'), 2, 1)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date) VALUES (type_id('spouse'), 4, 3, '2022-01-01')$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date) VALUES (type_id('trio'), 4, 1, '2022-01-01')$$);
SELECT attempt($$UPDATE relationship SET source_key = target_key, target_key = source_key WHERE type_id IN (type_id('friend'), type_id('spouse'), type_id('trio'))$$);
SELECT attempt($$UPDATE relationship SET type_id = type_id('friend') WHERE type_id = type_id('likes') AND source_key <> target_key$$);
SELECT * FROM state WHERE state !~ 'visit|audit|kin';

-- Primary: one at a time of each type and target.
DELETE FROM relationship;
CREATE FUNCTION put_primary(type text, source relate.record_key, target relate.record_key, first date DEFAULT NULL, last date DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date, is_primary) '
                          'VALUES (type_id(%L), %L, %L, %L, %L, true)', type, source, target, first, last))
$$;
SELECT put_primary('visit', 1, 1, '2020-01-01', '2020-12-31') AS "primary of firm 1";
SELECT put_primary('visit', 2, 1, '2020-12-31', '2021-12-31') AS "overlaps by a day";
SELECT put_primary('visit', 2, 1, '2021-01-01', '2021-12-31') AS "next year";
SELECT put_primary('visit', 1, 2, '2020-01-01', '2020-12-31') AS "of another target";
SELECT put_primary('audit', 1, 1, '2020-01-01', '2020-12-31') AS "by another type";
SELECT put('visit', 3, 1) AS "any number of others", put('visit', 4, 1);
SELECT attempt($$UPDATE relationship SET is_primary = true WHERE source_key = '3'$$);
SELECT attempt($$UPDATE relationship SET is_primary = source_key = '3' WHERE target_key = '1' AND type_id = type_id('visit')$$) AS "handed over in one statement";
SELECT attempt($$UPDATE relationship SET target_key = 1, end_date = NULL WHERE target_key = '2'$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, is_primary) VALUES (type_id('visit'), 1, 3, true), (type_id('visit'), 2, 3, true)$$);
SELECT put_primary('kin', 1, 2, '2000-01-01', '2000-12-31') AS "perpetual: the date does not matter";
SELECT put_primary('kin', 3, 2, '2010-01-01', '2010-12-31');
-- Of a symmetric type both are targets, whichever way and order they were stored.
SELECT put_primary('friend', 1, 2);
SELECT put_primary('friend', 3, 1);
SELECT put_primary('friend', 1, 3);
SELECT put_primary('friend', 3, 2);
SELECT put_primary('friend', 2, 3);
SELECT put_primary('friend', 5, 4);
SELECT put_primary('friend', 4, 6);
SELECT put_primary('friend', 6, 4);
SELECT put_primary('friend', 5, 6);
SELECT put_primary('friend', 6, 3);
SELECT state, is_primary FROM state JOIN relationship ON relationship_id = split_part(state, ' ', 1)::bigint ORDER BY relationship_id;

DROP SCHEMA enforce_duplicate CASCADE;
