-- Where functions that ask upwards get their records from a relation's rows, a plan node
-- takes some of these ahead: which changes no answer, and reads no more rows than it may.
SET client_min_messages = warning;
SELECT FROM relate.create_workspace('look_ahead_crm');
SET relate.workspace = look_ahead_crm;
CREATE SCHEMA look_ahead;
SET search_path = look_ahead;
CREATE TABLE unit (id int PRIMARY KEY, name text NOT NULL, code text NOT NULL, up int);
INSERT INTO unit SELECT i, 'Unit ' || i, 'u' || i, nullif(i / 3, 0) FROM generate_series(1, 600) i;
CREATE TABLE paper (code text PRIMARY KEY);
INSERT INTO paper SELECT 'p' || i FROM generate_series(1, 600) i;
SELECT FROM relate.register_module('unit');
SELECT FROM relate.register_module('paper');
SELECT FROM relate.create_relationship_type('part of', 'unit', 'unit', 'many_to_many', 'part', 'whole', 'is part of', 'consists of', hierarchy_parent => 'target');
SELECT FROM relate.create_relationship_type('follows', 'paper', 'paper', 'many_to_one', 'reply', 'paper', 'follows', 'is followed by', hierarchy_parent => 'target');
SELECT FROM relate.adopt_column('unit', '{up}', 'unit', name => 'below', hierarchy_parent => 'target');
-- Two parents for some, and none for others.
SELECT count(relate.create_relationship('part of', i, i / 3)) FROM generate_series(3, 500) i;
SELECT count(relate.create_relationship('part of', i, i / 3 - 1)) FROM generate_series(10, 500, 4) i;
SELECT count(relate.create_relationship('follows', 'p' || i, 'p' || i / 2)) FROM generate_series(2, 500) i;
ANALYZE;

-- ---- where there is such a node ---------------------------------------------------------
EXPLAIN (COSTS OFF) SELECT count(*) FROM unit WHERE relate.is_under('part of', id, 5) AND name <> 'Unit 7';
EXPLAIN (COSTS OFF) SELECT id, relate.is_not_under('part of', id, 5) FROM unit;
EXPLAIN (COSTS OFF) SELECT count(*) FROM unit u, relate.ancestors('part of', u.id) a WHERE relate.is_above('part of', 2, u.id) OR u.id < 9;
EXPLAIN (COSTS OFF) SELECT u.id, n.above FROM unit u, LATERAL (SELECT count(*) AS above FROM relate.ancestors('part of', u.id)) n;
EXPLAIN (COSTS OFF) SELECT u.id, a.key FROM (SELECT id FROM unit ORDER BY random() LIMIT 100) u LEFT JOIN LATERAL relate.ancestors('part of', u.id) a ON true;
EXPLAIN (COSTS OFF) SELECT count(*) FROM generate_series(1, 600) AS u (id) WHERE relate.is_under_or_equal('below', u.id, 5);
EXPLAIN (COSTS OFF) SELECT count(*) FROM (VALUES (5), (6), (7), (8), (9), (10)) AS u (id) WHERE relate.is_above_or_equal('part of', 2, u.id);
EXPLAIN (COSTS OFF) SELECT count(*) FROM paper WHERE relate.is_under('follows', code, 'p5'::text);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM unit WHERE id BETWEEN 100 AND 200 AND relate.is_under('part of', id, 5) ORDER BY id;
RESET enable_seqscan;

EXPLAIN (COSTS OFF) WITH sample AS MATERIALIZED (SELECT id FROM unit ORDER BY random() LIMIT 100)
SELECT count(*) FROM sample, relate.ancestors('part of', sample.id);
EXPLAIN (COSTS OFF) SELECT id, (SELECT count(*) FROM relate.ancestors('part of', u.id)) FROM unit u;
EXPLAIN (COSTS OFF) SELECT p.code, n.above FROM paper p, LATERAL (SELECT count(*) AS above FROM relate.ancestors('follows', p.code)) n;
-- Conditions that are dearer come behind, as ever; those that could fail or have effects are asked in their turn.
CREATE FUNCTION dear(int) RETURNS boolean COST 1000 IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE SEQUENCE looked;
EXPLAIN (COSTS OFF) SELECT count(*) FROM unit WHERE dear(up) AND relate.is_under('part of', id, 5) AND name <> 'Unit 7' AND up % 2 <> 5 AND nextval('looked') > 0;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
CREATE INDEX of_dear ON unit (id) WHERE dear(up);
EXPLAIN (COSTS OFF) SELECT count(*) FROM unit WHERE dear(up) AND relate.is_under('part of', id, 5);
SELECT count(*) FROM unit WHERE dear(up) AND relate.is_under('part of', id, 5);
DROP INDEX of_dear;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- ---- and where not -------------------------------------------------------------------------
-- One row; records that are no column; rows that are locked or changed, or may be by a cursor;
-- order of conditions that matters.
EXPLAIN (COSTS OFF) SELECT name FROM unit WHERE id = 7 AND relate.is_under('part of', id, 5);
EXPLAIN (COSTS OFF) SELECT count(*) FROM unit u JOIN unit v ON v.id = u.up AND relate.is_under('part of', u.id + v.id, 5);
EXPLAIN (COSTS OFF) SELECT count(*) FROM unit WHERE relate.is_under('part of', substr(code, 2)::int, 5);
EXPLAIN (COSTS OFF) SELECT name FROM unit WHERE relate.is_under('part of', id, 5) FOR UPDATE;
EXPLAIN (COSTS OFF) DECLARE c CURSOR FOR SELECT name FROM unit WHERE relate.is_under('part of', id, 5);
EXPLAIN (COSTS OFF) UPDATE unit SET name = 'Under 5' WHERE relate.is_under('part of', id, 5);
CREATE VIEW small WITH (security_barrier) AS SELECT * FROM unit WHERE relate.is_under('part of', id, 5);
EXPLAIN (COSTS OFF) SELECT count(*) FROM small WHERE name LIKE 'Unit %';
-- Somebody might notice that rows were read before their turn, or those that LIMIT did not come to.
EXPLAIN (COSTS OFF) SELECT u.id, a.key FROM (SELECT id, nextval('looked') FROM unit) u, relate.ancestors('part of', u.id) a LIMIT 3;
EXPLAIN (COSTS OFF) SELECT u.id, a.key FROM (SELECT id FROM unit FOR UPDATE SKIP LOCKED) u, relate.ancestors('part of', u.id) a LIMIT 3;
EXPLAIN (COSTS OFF) SELECT u.id, a.key FROM (SELECT id FROM unit OFFSET 1) u, relate.ancestors('part of', u.id) a LIMIT 3;
EXPLAIN (COSTS OFF) WITH one AS MATERIALIZED (SELECT id, nextval('looked') FROM unit), other AS MATERIALIZED (SELECT id FROM one)
SELECT count(*) FROM other WHERE relate.is_under('part of', id, 2);
EXPLAIN (COSTS OFF) SELECT count(*) FROM (SELECT * FROM (SELECT id FROM unit FOR UPDATE SKIP LOCKED) a OFFSET 0) u WHERE relate.is_under('part of', id, 2);

-- ---- the same answers ---------------------------------------------------------------------
-- What is behind a function of PL/pgSQL is not looked for.
CREATE FUNCTION is_under(type text, id int, ancestor int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN relate.is_under(type, id, ancestor); END $$;
CREATE FUNCTION ancestors(type text, id int) RETURNS TABLE (key text, depth int) LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN QUERY SELECT a.key::text, a.depth FROM relate.ancestors(type, id) a; END $$;
CREATE FUNCTION differences(ahead text, plain text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    is_ahead boolean := false;
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || ahead LOOP
        is_ahead := is_ahead OR line LIKE '%look-ahead%';
    END LOOP;
    EXECUTE format('WITH a AS MATERIALIZED (%s), b AS MATERIALIZED (%s)
        SELECT (SELECT count(*) FROM a) || %L || (SELECT count(*) FROM (SELECT a::text, count(*) FROM a GROUP BY 1 EXCEPT SELECT b::text, count(*) FROM b GROUP BY 1) x)
            || %L || (SELECT count(*) FROM (SELECT b::text, count(*) FROM b GROUP BY 1 EXCEPT SELECT a::text, count(*) FROM a GROUP BY 1) x)',
        ahead, plain, ' rows, ', ' and ') INTO answer;
    RETURN CASE WHEN is_ahead THEN 'ahead: ' ELSE 'not ahead: ' END || answer || ' differ';
END $$;
CREATE FUNCTION all_differences() RETURNS TABLE (type text, question text, answer text) LANGUAGE sql AS $$
    SELECT type, question, differences(format(ahead, type), format(plain, type))
    FROM unnest('{part of,below}'::text[]) AS t (type), (VALUES
        ('where', 'SELECT id FROM unit WHERE relate.is_under(%L, id, 5)', 'SELECT id FROM unit WHERE is_under(%L, id, 5)'),
        ('where not', 'SELECT id FROM unit WHERE NOT relate.is_under(%L, id, 5) AND id %% 2 = 0', 'SELECT id FROM unit WHERE NOT is_under(%L, id, 5) AND id %% 2 = 0'),
        ('both', 'SELECT id FROM unit WHERE relate.is_under(%1$L, id, 5) OR relate.is_above(%1$L, 7, id)', 'SELECT id FROM unit WHERE is_under(%1$L, id, 5) OR is_under(%1$L, id, 7)'),
        ('selected', 'SELECT id, relate.is_under(%L, id, id / 9 + 1) FROM unit', 'SELECT id, is_under(%L, id, id / 9 + 1) FROM unit'),
        ('null', 'SELECT up, relate.is_under(%L, up, 1) FROM unit', 'SELECT up, is_under(%L, up, 1) FROM unit'),
        ('above', 'SELECT u.id, a.key::text, a.depth FROM unit u, relate.ancestors(%L, u.id) a', 'SELECT u.id, a.* FROM unit u, ancestors(%L, u.id) a'),
        ('above or none', 'SELECT u.id, a.key::text, a.depth FROM unit u LEFT JOIN LATERAL relate.ancestors(%L, u.id) a ON true', 'SELECT u.id, a.* FROM unit u LEFT JOIN LATERAL ancestors(%L, u.id) a ON true'),
        ('counted', 'SELECT u.id, n.* FROM unit u, LATERAL (SELECT count(*), max(depth) FROM relate.ancestors(%L, u.id)) n', 'SELECT u.id, n.* FROM unit u, LATERAL (SELECT count(*), max(depth) FROM ancestors(%L, u.id)) n'),
        ('joined', 'SELECT u.id, v.name FROM unit u JOIN unit v ON v.up = u.id WHERE relate.is_under(%L, u.id, 2) AND relate.is_under(%1$L, v.id, 2)', 'SELECT u.id, v.name FROM unit u JOIN unit v ON v.up = u.id WHERE is_under(%L, u.id, 2) AND is_under(%1$L, v.id, 2)'),
        ('nulled', 'SELECT u.id, v.id, relate.is_under(%L, v.id, 2) FROM unit u LEFT JOIN unit v ON v.id = u.id + 300', 'SELECT u.id, v.id, is_under(%L, v.id, 2) FROM unit u LEFT JOIN unit v ON v.id = u.id + 300'),
        ('asked again', 'SELECT g, x.id FROM generate_series(1, 7) g, LATERAL (SELECT id FROM unit WHERE relate.is_under(%L, id, g) AND id > g * 20 OFFSET 0) x', 'SELECT g, x.id FROM generate_series(1, 7) g, LATERAL (SELECT id FROM unit WHERE is_under(%L, id, g) AND id > g * 20 OFFSET 0) x'),
        ('sorted', 'SELECT id FROM (SELECT id FROM unit ORDER BY name DESC LIMIT 300) u WHERE relate.is_under(%L, id, 2)', 'SELECT id FROM (SELECT id FROM unit ORDER BY name DESC LIMIT 300) u WHERE is_under(%L, id, 2)'),
        ('subplans', 'SELECT id, (SELECT count(*) FROM relate.ancestors(%L, u.id)) FROM unit u WHERE (SELECT max(depth) FROM relate.ancestors(%1$L, u.id)) > 2', 'SELECT id, (SELECT count(*) FROM ancestors(%L, u.id)) FROM unit u WHERE (SELECT max(depth) FROM ancestors(%1$L, u.id)) > 2'),
        ('not exists', 'SELECT id FROM unit u WHERE NOT EXISTS (SELECT FROM relate.ancestors(%L, u.id) a WHERE a.depth > 3)', 'SELECT id FROM unit u WHERE NOT EXISTS (SELECT FROM ancestors(%L, u.id) a WHERE a.depth > 3)'),
        ('parameters', 'SELECT u.id, (SELECT array_agg(w.id) FROM unit w WHERE relate.is_under(%L, w.id, u.id + (SELECT 1 OFFSET 0))) FROM unit u WHERE id < 20', 'SELECT u.id, (SELECT array_agg(w.id) FROM unit w WHERE is_under(%L, w.id, u.id + 1)) FROM unit u WHERE id < 20'),
        ('now and then', 'SELECT id, CASE WHEN id %% 50 < 3 THEN relate.is_under(%L, id, 2) END FROM unit', 'SELECT id, CASE WHEN id %% 50 < 3 THEN is_under(%L, id, 2) END FROM unit'),
        ('not joined', 'SELECT u.name FROM unit u LEFT JOIN unit v ON v.id = u.id AND relate.is_under(%L, v.up, 5)', 'SELECT u.name FROM unit u LEFT JOIN unit v ON v.id = u.id AND is_under(%L, v.up, 5)'),
        ('grouped', 'SELECT relate.is_under(%L, id, 2), count(*) FROM unit GROUP BY 1', 'SELECT is_under(%L, id, 2), count(*) FROM unit GROUP BY 1'),
        ('united', 'SELECT id FROM unit WHERE relate.is_under(%L, id, 2) UNION ALL SELECT id FROM unit WHERE relate.is_under(%1$L, id, 3)', 'SELECT id FROM unit WHERE is_under(%L, id, 2) UNION ALL SELECT id FROM unit WHERE is_under(%1$L, id, 3)')
        ) AS q (question, ahead, plain)
    ORDER BY type, question $$;
SELECT * FROM all_differences();
SELECT count(*) FROM unit WHERE relate.is_under('part of', up, 5) OR id IS NOT NULL; -- which a newer planner knows
CREATE VIEW same_answers AS
SELECT count(*) AS questions, count(*) FILTER (WHERE answer LIKE 'ahead: %') AS ahead,
       count(*) FILTER (WHERE answer LIKE '% rows, 0 and 0 differ') AS same FROM all_differences();
-- In little memory; by SQL, for somebody to whom policies apply; in parallel.
SET work_mem = '64kB';
SELECT * FROM same_answers;
RESET work_mem;
CREATE ROLE regress_look_ahead;
GRANT USAGE ON SCHEMA look_ahead, look_ahead_crm TO regress_look_ahead;
GRANT SELECT ON ALL TABLES IN SCHEMA look_ahead, look_ahead_crm TO regress_look_ahead;
ALTER TABLE look_ahead_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY most ON look_ahead_crm.relationship FOR SELECT USING (relationship_id % 7 <> 0);
SET ROLE regress_look_ahead;
SELECT * FROM same_answers;
RESET ROLE;
ALTER TABLE look_ahead_crm.relationship DISABLE ROW LEVEL SECURITY;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
EXPLAIN (COSTS OFF) SELECT count(*) FROM unit WHERE relate.is_under('part of', id, 5);
SELECT * FROM same_answers;
SET parallel_leader_participation = off;
SELECT count(*) FROM unit WHERE relate.is_under('part of', id, 5);
SELECT count(*) FILTER (WHERE relate.is_under('part of', id, 5)), count(*) FILTER (WHERE relate.is_under('below', up, 5)) FROM unit;
SELECT count(*), sum(depth) FROM unit, relate.ancestors('part of', id);
RESET parallel_leader_participation;
RESET min_parallel_table_scan_size;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;

-- ---- the same errors ------------------------------------------------------------------------
SELECT u.id, a.key FROM (VALUES (3), (9), (9999)) AS u (id), relate.ancestors('part of', u.id) a LIMIT 3;
SELECT u.id, a.key FROM (VALUES (3), (9), (9999)) AS u (id), relate.ancestors('part of', u.id) a;
SELECT count(*) FROM (VALUES (3), (9), (9999)) AS u (id) WHERE relate.is_under('part of', u.id, 1);
-- Of arguments for which there is no call, and of rows that nobody comes to, none.
SELECT count(CASE WHEN id % 7 <> 0 THEN relate.is_under('part of', 10 / (id % 7), 5) END) FROM unit;
SELECT count(*) FROM unit WHERE id % 7 = 0 OR relate.is_under('part of', 10 / (id % 7), 5);
SELECT id FROM unit WHERE 10 / (9 - id) IS NOT NULL AND relate.is_under('part of', id, 2) LIMIT 2;
DO $$
DECLARE
    first int;
BEGIN
    SELECT id INTO first FROM unit WHERE 10 / (9 - id) IS NOT NULL AND relate.is_under('part of', id, 2);
    RAISE WARNING 'first is %', first;
END $$;
-- Nor does it matter to what is noted on the way.
CREATE TABLE noted (class int);
CREATE FUNCTION is_noted(class int) RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT EXISTS (SELECT FROM look_ahead.noted n WHERE n.class = $1)';
INSERT INTO noted SELECT id % 7 FROM unit WHERE NOT is_noted(id % 7) AND relate.is_under('part of', id, 2);
SELECT count(*) FROM noted;
SELECT id, currval('looked') FROM unit WHERE nextval('looked') > 0 AND relate.is_under('part of', id, 2) AND id < 20;

-- ---- no more rows than it may --------------------------------------------------------------
-- With LIMIT: one row, then four, and so on.
CREATE FUNCTION rows_read(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    RETURN (regexp_match(plan::text, '"Node Type": "Seq Scan".*?"Actual Rows": ([0-9]+)[,.]'))[1];
END $$;
SELECT n, rows_read('SELECT id FROM unit WHERE relate.is_not_under(''part of'', id, 5) LIMIT ' || n) FROM unnest('{1,3,5,6,50}'::int[]) n;
BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE;
SELECT n, rows_read('SELECT id FROM unit WHERE relate.is_not_under(''part of'', id, 5) LIMIT ' || n) FROM unnest('{1,3,5,6}'::int[]) n;
COMMIT;
-- A cursor, forwards, backwards, and over what is done meanwhile.
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM unit WHERE relate.is_under('part of', id, 5) ORDER BY id;
DECLARE d CURSOR FOR SELECT id FROM unit WHERE relate.is_under('part of', id, 5);
FETCH 3 FROM c;
FETCH BACKWARD 2 FROM c;
FETCH 2 FROM d;
UPDATE unit SET name = 'Here' WHERE CURRENT OF d RETURNING *;
FETCH BACKWARD FROM d;
MOVE FORWARD FROM d;
DECLARE e CURSOR FOR SELECT * FROM (SELECT id FROM unit WHERE relate.is_under('part of', id, 5) LIMIT 50) u;
MOVE 3 FROM e;
UPDATE unit SET name = 'There' WHERE CURRENT OF e RETURNING *;
FETCH BACKWARD FROM e;
DELETE FROM look_ahead_crm.relationship;
FETCH 2 FROM c;
FETCH 2 FROM d;
SELECT count(*) FROM unit WHERE relate.is_under('part of', id, 5);
MOVE FORWARD ALL FROM c;
MOVE FORWARD ALL FROM d;
ROLLBACK;
-- Prepared, with a plan for any value.
SET plan_cache_mode = force_generic_plan;
PREPARE under (text, int) AS SELECT count(*) FROM unit WHERE relate.is_under($1, id, $2);
EXECUTE under('part of', 5);
EXECUTE under('below', 5);
EXECUTE under('below', 9999);
EXECUTE under('part of', 2);
RESET plan_cache_mode;

DROP SCHEMA look_ahead_crm, look_ahead CASCADE;
DROP ROLE regress_look_ahead;
