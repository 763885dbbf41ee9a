-- Functions that walk relationships, alone in FROM, are a plan node of their own: the
-- same rows as called in any other way, no more of them and no other columns than are
-- asked for.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_relate;
CREATE SCHEMA row_source;
SET search_path = row_source;
CREATE TABLE unit (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO unit SELECT i, 'Unit ' || i FROM generate_series(1, 200) i;
SELECT FROM relate.create_workspace('row_source_crm');
SET relate.workspace = row_source_crm;
SELECT FROM relate.register_module('unit');
SELECT FROM relate.create_relationship_type('part of', 'unit', 'unit', 'many_to_many', 'part', 'whole', 'is part of', 'consists of', hierarchy_parent => 'target');
SELECT FROM relate.create_relationship_type('works with', 'unit', 'unit', 'many_to_many', 'colleague', 'colleague', 'works with', 'works with', is_symmetric => true);
-- A graph with two parents for some, and 100 ties.
SELECT count(relate.create_relationship('part of', i, i / 3)) FROM generate_series(3, 150) i;
SELECT count(relate.create_relationship('part of', i, i / 3 - 1)) FROM generate_series(10, 150, 4) i;
SELECT count(relate.create_relationship('works with', i, i * 7 % 199 + 1)) FROM generate_series(1, 100) i WHERE i <> i * 7 % 199 + 1;

-- ---- what is a node, and what is not -------------------------------------------------
EXPLAIN (COSTS OFF) SELECT key FROM relate.descendants('part of', 1) WHERE depth > 1;
EXPLAIN (COSTS OFF, VERBOSE) SELECT d.key FROM unit u, relate.ancestors('part of', u.id) d;
EXPLAIN (COSTS OFF) SELECT key FROM relate.network('unit', '1'::text);
EXPLAIN (COSTS OFF) SELECT d FROM relate.descendants('part of', 1) d;
EXPLAIN (COSTS OFF) SELECT key FROM relate.descendants('part of', 1) d WHERE d IS NOT NULL;
EXPLAIN (COSTS OFF) SELECT key FROM relate.descendants('part of', 1) WITH ORDINALITY;
EXPLAIN (COSTS OFF) SELECT d.key FROM unit u JOIN relate.descendants('part of', 1) d ON d.key::int = u.id FOR UPDATE OF u;
EXPLAIN (COSTS OFF) SELECT (relate.children('part of', 1)).key;

-- ---- the same rows as called in the SELECT list -------------------------------------------
CREATE FUNCTION differences(plain text, in_select_list text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    difference bigint;
BEGIN
    -- Order counts, and rows are compared as a whole.
    EXECUTE format('WITH a AS MATERIALIZED (%s), b AS MATERIALIZED (%s),
        a_rows AS (SELECT row_number() OVER () AS place, a::text AS row FROM a), b_rows AS (SELECT row_number() OVER () AS place, b::text AS row FROM b)
        SELECT count(*) FROM a_rows FULL JOIN b_rows USING (place, row) WHERE a_rows IS NULL OR b_rows IS NULL', plain, in_select_list) INTO difference;
    RETURN difference;
END $$;
SELECT function, differences(
        format('SELECT u.id, x.* FROM unit u, relate.%s(%s) x', function, arguments),
        format('SELECT id, (x).* FROM (SELECT u.id, relate.%s(%s) AS x FROM unit u) s', function, arguments)),
    differences(
        format('SELECT u.id, x.* FROM unit u, relate.%s(%s) x', function, arguments),
        'SELECT 1 WHERE false') > 100 AS has_rows
FROM (VALUES ('descendants', $$'part of', u.id$$), ('descendants', $$'part of', u.id, max_depth => 2$$),
             ('ancestors', $$'part of', u.id$$), ('ancestors', $$'part of', u.id, max_depth => 1$$),
             ('children', $$'part of', u.id$$), ('siblings', $$'part of', u.id$$),
             ('network', $$'unit', u.id, max_depth => 2$$),
             ('connections_in_common', $$'unit', u.id, 'unit', u.id % 7 + 1, max_depth => 2$$)) f (function, arguments);
-- Column by column: those not asked for are not made, those asked for are right.
SELECT (SELECT string_agg(key::text, ',') FROM (SELECT key FROM relate.descendants('part of', 1) LIMIT 5) x) AS keys,
       (SELECT string_agg(depth::text, ',') FROM (SELECT depth FROM relate.descendants('part of', 1) LIMIT 5) x) AS depths,
       (SELECT string_agg(DISTINCT parent_module, ',') FROM relate.descendants('part of', 1)) AS modules,
       (SELECT string_agg(name, ',') FROM (SELECT name FROM relate.network('unit', 1) LIMIT 3) x) AS names,
       (SELECT count(*) FROM relate.network('unit', 1, max_depth => NULL) WHERE module = 'unit' AND name = 'Unit ' || key::text AND distance > 0) AS named,
       (SELECT count(*) FROM relate.network('unit', 1, max_depth => NULL)) AS counted;

-- ---- asked again ---------------------------------------------------------------------------
-- The same arguments, rewound; others, walked anew; a subquery's.
SET enable_material = off;
SELECT u.id, count(d.key) FROM unit u LEFT JOIN relate.descendants('part of', 5) d ON d.key::int > u.id WHERE u.id IN (1, 20, 50) GROUP BY 1 ORDER BY 1;
SELECT u.id, (SELECT count(*) FROM relate.descendants('part of', 5) d WHERE d.key::int > u.id) FROM unit u WHERE u.id IN (1, 20, 50) ORDER BY 1;
SELECT u.id, (SELECT count(*) FROM relate.descendants('part of', (SELECT u.id + 1)) d) FROM unit u WHERE u.id IN (1, 20, 50) ORDER BY 1;
SELECT u.id, d.* FROM unit u LEFT JOIN LATERAL (SELECT count(*), max(depth) FROM relate.ancestors('part of', u.id)) d ON true WHERE u.id IN (1, 40, 150) ORDER BY 1;
RESET enable_material;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT key, depth FROM relate.children('part of', 2);
FETCH 2 FROM c;
FETCH BACKWARD 1 FROM c;
-- What comes later is not seen, as by any cursor.
SELECT FROM relate.create_relationship('part of', 200, 2);
FETCH ALL FROM c;
ROLLBACK;
PREPARE below (int) AS SELECT count(*) FROM relate.descendants('part of', $1);
SET plan_cache_mode = force_generic_plan;
EXECUTE below (1);
SELECT FROM relate.create_relationship('part of', 199, 1);
EXECUTE below (1);
EXECUTE below (5);
RESET plan_cache_mode;
SELECT count(*) FROM (SELECT key FROM relate.children('part of', 1) UNION ALL SELECT key FROM relate.children('part of', 2)) x;
UPDATE unit SET name = name || '!' FROM relate.children('part of', 2) c WHERE c.key::int = unit.id;
SELECT count(*) FROM unit WHERE name LIKE '%!';

-- ---- errors, rights -----------------------------------------------------------------------------
SELECT count(*) FROM relate.descendants('part of', NULL::int);
SELECT count(*) FROM relate.descendants('works with', 1);
SELECT count(*) FROM relate.network('unit', 1000);
CREATE ROLE relate_row_source_reader;
GRANT USAGE ON SCHEMA row_source TO relate_row_source_reader;
GRANT SELECT (id) ON unit TO relate_row_source_reader;
SELECT FROM relate.grant_role('relate_row_source_reader', 'reader');
SET ROLE relate_row_source_reader;
SELECT count(*), count(name) FROM relate.network('unit', 1);
RESET ROLE;
-- Policies: read through SQL.
ALTER TABLE row_source_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON row_source_crm.relationship FOR SELECT USING (source_key::int < 20);
SET ROLE relate_row_source_reader;
SELECT count(*), max(key::int) FROM relate.descendants('part of', 1);
RESET ROLE;
SELECT FROM relate.drop_workspace('row_source_crm', 'cascade');
DROP SCHEMA row_source CASCADE;
DROP OWNED BY relate_row_source_reader;
DROP ROLE relate_row_source_reader;
