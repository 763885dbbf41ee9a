-- A hierarchy has no cycle, at any instant.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_hierarchy;
SET search_path = enforce_hierarchy, relate, pg_temp;
SELECT create_workspace('enforce_hierarchy') AS name \gset
SET relate.workspace = 'enforce_hierarchy';

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

CREATE TABLE unit (id int PRIMARY KEY, name text);
CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO unit SELECT n, 'Unit ' || chr(64 + n) FROM generate_series(1, 26) AS n;
INSERT INTO person VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');
SELECT register_module('unit') AS unit, register_module('person') AS person \gset

-- The target is the parent: many children report to one.
SELECT create_relationship_type('reports', 'unit', 'unit', 'many_to_one', label => 'reports to', hierarchy_parent => 'target') \gset
SELECT put('reports', 2, 1), put('reports', 3, 2), put('reports', 4, 3), put('reports', 5, 4);
SELECT put('reports', 1, 1) AS "itself", put('reports', 1, 2) AS "its child", put('reports', 1, 5) AS "the lowest",
       put('reports', 1, 6) AS "somebody else", put('reports', 6, 4) AS "and he under it";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('reports'), 6, 3)$$);
-- Moved by UPDATE: the child, the parent, the dates, the type.
SELECT attempt($$UPDATE relationship SET target_key = 5 WHERE source_key = '2'$$);
SELECT attempt($$UPDATE relationship SET source_key = 6 WHERE source_key = '2'$$) AS "1 is under 6";
DELETE FROM relationship WHERE source_key = '1';
SELECT attempt($$UPDATE relationship SET source_key = 6 WHERE source_key = '2'$$) AS "now 2 is a top",
       attempt($$UPDATE relationship SET target_key = 5 WHERE source_key = '6'$$) AS "and 6 can go under 5";
SELECT put('reports', 2, 6) AS "but 2 not under 6";
SELECT * FROM state;
-- Turned around in one statement: no cycle at the end.
DELETE FROM relationship;
INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id('reports'), n + 1, n FROM generate_series(1, 4) AS n;
SELECT attempt($$UPDATE relationship SET source_key = target_key, target_key = source_key$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('reports'), 5, 1)$$);
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key)
                 VALUES (type_id('reports'), 11, 12), (type_id('reports'), 12, 13), (type_id('reports'), 13, 11)$$) AS "three thirds in one statement";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key)
                 SELECT type_id('reports'), n, n + 1 FROM generate_series(10, 24) AS n ORDER BY n DESC$$) AS "a chain, leaf last";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('reports'), 25, 10)$$);
SELECT * FROM state;

-- The source is the parent, and there may be several: a directed graph without cycles.
DELETE FROM relationship;
SELECT create_relationship_type('owns', 'unit', 'unit', 'many_to_many', label => 'owns a part of', hierarchy_parent => 'source') \gset
SELECT put('owns', 1, 2), put('owns', 1, 3), put('owns', 2, 4), put('owns', 3, 4), put('owns', 4, 5) AS "a diamond with a tail",
       put('owns', 1, 5) AS "a shortcut", put('owns', 5, 1) AS "back over any of them", put('owns', 5, 2) AS "over one", put('owns', 4, 3) AS "turned",
       put('owns', 6, 3) AS "another top", put('owns', 5, 6) AS "to which the bottom leads";
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('owns'), 5, 3)$$);
-- Only half of it stands when a branch is gone.
DELETE FROM relationship WHERE source_key = '4' AND target_key = '5';
SELECT put('owns', 5, 6) AS "the shortcut does not pass 6", put('owns', 5, 1) AS "but 1";
SELECT * FROM state;

-- Types are separate hierarchies, and an ordinary type is none.
SELECT create_relationship_type('likes', 'unit', 'unit', 'many_to_many', label => 'likes') \gset
SELECT put('reports', 2, 1), put('owns', 1, 2), put('likes', 1, 2), put('likes', 2, 1);
SELECT attempt($$UPDATE relationship SET type_id = type_id('reports') WHERE type_id = type_id('likes') AND source_key = '1'$$);

-- In time: 1 under 2 under 3 in turns, and the graph without its dates a cycle.
DELETE FROM relationship;
SELECT put('reports', 1, 2, '2020-01-01', '2020-12-31'), put('reports', 2, 3, '2020-07-01', '2021-06-30'),
       put('reports', 3, 1, '2021-01-01', '2021-12-31') AS "no day has all three",
       put('reports', 3, 1, '2020-12-31', '2020-12-31') AS "this one has",
       put('reports', 3, 1, NULL, '2020-06-30') AS "not before";
SELECT attempt($$UPDATE relationship SET start_date = '2020-12-31' WHERE start_date = '2021-01-01'$$);
SELECT attempt($$UPDATE relationship SET end_date = '2021-01-01' WHERE end_date = '2020-12-31'$$);
SELECT attempt($$UPDATE relationship SET end_date = NULL WHERE end_date = '2020-12-31'$$);
SELECT attempt($$UPDATE relationship SET start_date = '2020-06-30' WHERE start_date = '2020-07-01'$$);
-- Two ways up that hold at different times: each must be looked at.
DELETE FROM relationship;
SELECT put('owns', 1, 2, '2020-01-01', '2020-12-31'), put('owns', 2, 3, '2021-01-01', '2021-12-31'),
       put('owns', 1, 4, '2021-01-01', '2021-12-31'), put('owns', 4, 3, '2021-06-01', '2022-12-31'),
       put('owns', 3, 1, '2020-01-01', '2021-05-31') AS "in between", put('owns', 3, 1, '2021-06-01', '2021-06-01') AS "this day only by 4",
       put('owns', 3, 1, '2022-01-01') AS "after";
-- A record reached twice, for a shorter and for a longer time.
DELETE FROM relationship;
SELECT put('owns', 2, 1, '2020-01-01', '2020-01-31'), put('owns', 3, 2), put('owns', 4, 3), put('owns', 5, 4),
       put('owns', 3, 1, '2020-01-01', '2020-12-31') AS "3 is reached again, for longer",
       put('owns', 1, 5, '2020-12-31', '2020-12-31') AS "seen only over the longer", put('owns', 1, 5, '2020-01-31', '2020-01-31') AS "over both",
       put('owns', 1, 5, '2021-01-01') AS "over neither";
SELECT * FROM state;

-- Perpetual: dates are of no use.
SELECT create_relationship_type('descends', 'person', 'person', label => 'descends from', hierarchy_parent => 'target', is_perpetual => true) \gset
SELECT put('descends', 1, 2, '2000-01-01', '2000-12-31'), put('descends', 2, 3), put('descends', 3, 1, '1900-01-01', '1900-12-31');
SELECT attempt($$INSERT INTO relationship (type_id, source_key, target_key, start_date) VALUES (type_id('descends'), 3, 1, '2024-01-01')$$);

-- Across modules: person 1 and unit 1 are two records.
SELECT create_relationship_type('leads', NULL, NULL, 'many_to_many', label => 'leads', hierarchy_parent => 'source') AS leads \gset
CREATE FUNCTION lead(source_module int, source int, target_module int, target int) RETURNS text LANGUAGE sql AS $$
    SELECT attempt(format('INSERT INTO relationship (type_id, source_module_id, source_key, target_module_id, target_key) '
                          'VALUES (type_id(''leads''), %s, %s, %s, %s)', source_module, source, target_module, target))
$$;
SELECT lead(:person, 1, :unit, 1), lead(:unit, 1, :person, 2), lead(:person, 2, :unit, 2), lead(:unit, 2, :unit, 3);
SELECT lead(:unit, 3, :person, 1);
SELECT lead(:unit, 3, :unit, 1);
SELECT lead(:unit, 1, :unit, 1);
SELECT lead(:unit, 3, :person, 3);
SELECT * FROM state WHERE state ~ 'leads|descends';

-- Many rows of one statement, in any order: each is checked when all are there.
CREATE TABLE node (id int PRIMARY KEY);
INSERT INTO node SELECT generate_series(1, 400);
SELECT register_module('node') AS node \gset
SELECT create_relationship_type('part of', 'node', 'node', 'many_to_many', hierarchy_parent => 'target') \gset
CREATE FUNCTION put_chain(ordered_by text, closing text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(attempt(format(
        'INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
         SELECT type_id(''part of''), child, parent, first, last
         FROM (SELECT i + 1, i, NULL::date, NULL::date FROM generate_series(1, 399) AS i %s) AS edge (child, parent, first, last)
         ORDER BY %s', closing, ordered_by)), ' on .*', '')
$$;
SELECT ordered_by, put_chain(ordered_by, 'UNION ALL VALUES (100, 300, NULL::date, NULL::date)') AS "closed"
FROM unnest('{child,-child,hashint4(child),abs(child - 200)}'::text[]) AS ordered_by;
SELECT put_chain('hashint4(child)', 'UNION ALL VALUES (1, 400, date ''2000-01-01'', date ''2000-12-31'')') AS "closed for a year";
SELECT put_chain('hashint4(child)') AS "open";
DELETE FROM relationship WHERE type_id = type_id('part of');

-- Random graphs with dates, each in one statement or in three of one transaction, checked at once or at the
-- end: refused exactly when some day has a cycle.
CREATE TABLE edge (n int PRIMARY KEY, child int, parent int, first date, last date);
CREATE FUNCTION has_cycle() RETURNS boolean LANGUAGE sql AS $$
    WITH RECURSIVE day (day) AS (SELECT first FROM edge UNION SELECT '2000-01-01'),
    way (day, start, at) AS (
        SELECT day, child, parent FROM edge, day WHERE day BETWEEN coalesce(first, day) AND coalesce(last, day)
        UNION
        SELECT day, start, parent FROM way JOIN edge ON child = at WHERE day BETWEEN coalesce(first, day) AND coalesce(last, day))
    SELECT EXISTS (SELECT FROM way WHERE start = at)
$$;
CREATE FUNCTION put_edges(statements int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR part IN 0 .. statements - 1 LOOP
        INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date)
        SELECT type_id('part of'), child, parent, first, last FROM edge WHERE n % statements = part ORDER BY n;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
END $$;
CREATE FUNCTION try_graphs(graphs int, nodes int, statements int, are_deferred boolean)
RETURNS TABLE (wrong bigint, refused_some boolean, accepted_some boolean) LANGUAGE plpgsql AS $$
DECLARE
    expected boolean;
    got boolean;
    refused int := 0;
    accepted int := 0;
BEGIN
    wrong := 0;
    FOR graph IN 1 .. graphs LOOP
        TRUNCATE edge;
        INSERT INTO edge SELECT row_number() OVER (), * FROM (
            SELECT DISTINCT ON (child, parent) child, parent, first, first + (random() * 300)::int
            FROM (SELECT 1 + floor(random() * nodes)::int AS child, 1 + floor(random() * nodes)::int AS parent,
                         CASE WHEN random() < 0.8 THEN date '2000-01-01' + (random() * 600)::int END AS first
                  FROM generate_series(1, nodes * 2)) AS drawn
            WHERE child <> parent) AS edge;
        expected := has_cycle();
        got := false;
        BEGIN
            IF are_deferred THEN SET CONSTRAINTS ALL DEFERRED; END IF;
            PERFORM put_edges(statements);
        EXCEPTION WHEN check_violation THEN
            got := true;
        END;
        DELETE FROM relationship WHERE type_id = type_id('part of');
        IF got IS DISTINCT FROM expected THEN wrong := wrong + 1; END IF;
        IF expected THEN refused := refused + 1; ELSE accepted := accepted + 1; END IF;
    END LOOP;
    refused_some := refused > 0;
    accepted_some := accepted > 0;
    RETURN NEXT;
END $$;
SET jit = off;
SELECT setseed(0.25) \gset
SELECT nodes, statements, are_deferred, t.* FROM unnest('{4,7,12}'::int[]) AS nodes, unnest('{1,3}'::int[]) AS statements,
    unnest('{f,t}'::boolean[]) AS are_deferred, LATERAL try_graphs(10, nodes, statements, are_deferred) AS t;
DROP SCHEMA enforce_hierarchy CASCADE;
