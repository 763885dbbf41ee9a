-- Walks over hard links against recursive SQL: a self-reference, a junction, and links beside them.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET jit = off;
CREATE SCHEMA adopt_walk;
SET search_path = adopt_walk, pg_temp;
SET relate.workspace = 'adopt_walk_crm';
SELECT setseed(0.3);
CREATE TABLE node (id int PRIMARY KEY, name text, parent_id int REFERENCES node);
CREATE TABLE leaf (code text, number numeric, parent_code text, parent_number numeric, PRIMARY KEY (code, number),
    FOREIGN KEY (parent_code, parent_number) REFERENCES leaf);
CREATE TABLE follows (one_id int REFERENCES node, other_id int REFERENCES node, from_date date, to_date date, PRIMARY KEY (one_id, other_id));
INSERT INTO node SELECT i, 'Node ' || i, CASE WHEN i > 3 THEN 1 + (random() * (i - 2))::int END FROM generate_series(1, 400) i;
INSERT INTO leaf SELECT chr(97 + i % 5), i, CASE WHEN i > 2 THEN chr(97 + p % 5) END, CASE WHEN i > 2 THEN p END
FROM (SELECT i, 1 + (random() * (i - 2))::int AS p FROM generate_series(1, 60) i) x;
INSERT INTO follows SELECT a.id, b.id, CASE WHEN random() < 0.5 THEN date '2025-01-01' + (random() * 300)::int END FROM node a, node b WHERE a.id % 7 = 0 AND random() < 0.01 AND a.id <> b.id;
SELECT relate.create_workspace('adopt_walk_crm');
SELECT relationship_type, cardinality, label FROM relate.adopt_foreign_keys('adopt_walk');
ANALYZE;

CREATE VIEW below AS WITH RECURSIVE x AS (SELECT parent_id AS top, id, 1 AS depth, parent_id FROM node WHERE parent_id IS NOT NULL
    UNION ALL SELECT x.top, n.id, x.depth + 1, n.parent_id FROM x JOIN node n ON n.parent_id = x.id) SELECT * FROM x;
CREATE VIEW leaf_below AS WITH RECURSIVE x AS (SELECT format('(%s,%s)', parent_code, parent_number) AS top, code, number, 1 AS depth FROM leaf WHERE parent_code IS NOT NULL
    UNION ALL SELECT x.top, n.code, n.number, x.depth + 1 FROM x JOIN leaf n ON n.parent_code = x.code AND n.parent_number = x.number)
    SELECT top, format('(%s,%s)', code, number) AS key, depth FROM x;
CREATE FUNCTION differences() RETURNS TABLE (walk text, many boolean, missing bigint, extra bigint) LANGUAGE sql AS $$
    WITH down AS MATERIALIZED (SELECT n.id AS top, d.key::int AS id, d.depth, d.parent_key::int AS parent_id FROM node n, relate.descendants('node_parent', n.id) d),
         up AS MATERIALIZED (SELECT d.key::int AS top, n.id, d.depth FROM node n, relate.ancestors('node_parent', n.id) d),
         plain AS MATERIALIZED (SELECT * FROM below), plain_up AS MATERIALIZED (SELECT top, id, depth FROM below),
         leaf_down AS MATERIALIZED (SELECT format('(%s,%s)', l.code, l.number) AS top, d.key::text AS key, d.depth
                                    FROM leaf l, relate.descendants('leaf_parent', format('(%s,%s)', l.code, l.number)) d),
         plain_leaf AS MATERIALIZED (SELECT * FROM leaf_below)
    SELECT 'descendants', (SELECT count(*) > 1000 FROM down), (SELECT count(*) FROM (TABLE plain EXCEPT ALL TABLE down) x), (SELECT count(*) FROM (TABLE down EXCEPT ALL TABLE plain) x)
    UNION ALL
    SELECT 'ancestors', (SELECT count(*) > 1000 FROM up), (SELECT count(*) FROM (TABLE plain_up EXCEPT ALL TABLE up) x), (SELECT count(*) FROM (TABLE up EXCEPT ALL TABLE plain_up) x)
    UNION ALL
    SELECT 'composite', (SELECT count(*) > 50 FROM leaf_down), (SELECT count(*) FROM (TABLE plain_leaf EXCEPT ALL TABLE leaf_down) x), (SELECT count(*) FROM (TABLE leaf_down EXCEPT ALL TABLE plain_leaf) x)
$$;
CREATE FUNCTION hops(start int, day date) RETURNS TABLE (id int, distance int) LANGUAGE plpgsql AS $$
DECLARE
    near int[] := ARRAY[start];
BEGIN
    CREATE TEMP TABLE IF NOT EXISTS seen (id int PRIMARY KEY, distance int);
    TRUNCATE seen;
    INSERT INTO seen VALUES (start, 0);
    FOR step IN 1 .. 3 LOOP
        INSERT INTO seen SELECT DISTINCT e.b, step FROM
            (SELECT f.one_id AS a, f.other_id AS b FROM follows f WHERE coalesce(from_date <= day, true) UNION ALL
             SELECT f.other_id, f.one_id FROM follows f WHERE coalesce(from_date <= day, true) UNION ALL
             SELECT n.id, n.parent_id FROM node n WHERE parent_id IS NOT NULL UNION ALL SELECT n.parent_id, n.id FROM node n WHERE parent_id IS NOT NULL) e
        WHERE e.a IN (SELECT s.id FROM seen s) ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN QUERY SELECT s.id, s.distance FROM seen s WHERE s.distance > 0;
END $$;
SELECT * FROM differences();
SELECT sum(missing) AS missing, sum(extra) AS extra, sum(rows) > 50 AS many FROM (VALUES (5), (77), (300), (399)) v (start), LATERAL (
    SELECT count(*) AS rows, count(*) FILTER (WHERE n.key IS NULL) AS missing, count(*) FILTER (WHERE h.id IS NULL) AS extra
    FROM hops(start, '2025-04-01') h
    FULL JOIN relate.network('node', start, as_of => '2025-04-01', max_depth => 3) n ON n.key::int = h.id AND n.distance = h.distance) x;
-- With indexes: below SQL, in the order of the index.
CREATE INDEX ON node (parent_id);
CREATE INDEX ON follows (other_id);
CREATE INDEX ON leaf (parent_code, parent_number);
SELECT * FROM differences();
-- The planner knows how many rows to expect from the statistics of the table itself.
ANALYZE node;
CREATE FUNCTION estimated(statement text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
    RETURN plan -> 0 -> 'Plan' -> 'Plan Rows';
END $$;
SELECT f AS function, estimated(format('SELECT * FROM relate.%s(''node_parent'', 1)', f)) BETWEEN least AND most AS is_near
FROM (VALUES ('ancestors', 2, 20), ('descendants', 11, 200), ('hierarchy_tree', 11, 200), ('children', 1, 5), ('siblings', 1, 5)) AS v (f, least, most);
-- A whole tree in one pass.
SELECT count(*) FROM relate.descendants('node_parent', 1) d JOIN below b ON b.top = 1 AND b.id = d.key::int AND b.depth = d.depth AND b.parent_id = d.parent_key::int;
SELECT count(*) AS roots FROM relate.hierarchy_roots('node_parent');
SELECT step, key, relationship_id, label FROM relate.shortest_path('node', 2, 'node', 3, '{node_parent,follow}', '2025-04-01') WHERE step = 0;
-- As somebody for whom a policy hides the nodes above 300.
CREATE ROLE adopt_walk_reader;
GRANT USAGE ON SCHEMA adopt_walk TO adopt_walk_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA adopt_walk TO adopt_walk_reader;
SELECT relate.grant_role('adopt_walk_reader', 'reader');
ALTER TABLE node ENABLE ROW LEVEL SECURITY;
CREATE POLICY some_rows ON node USING (id <= 300);
ALTER TABLE leaf ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON leaf USING (true);
ALTER VIEW below SET (security_invoker = true);
ALTER VIEW leaf_below SET (security_invoker = true);
SET ROLE adopt_walk_reader;
SELECT * FROM differences();
RESET ROLE;
REVOKE SELECT ON node FROM adopt_walk_reader;
SET ROLE adopt_walk_reader;
SELECT * FROM relate.descendants('node_parent', 1);
RESET ROLE;
DROP SCHEMA adopt_walk CASCADE;
DROP SCHEMA adopt_walk_crm CASCADE;
DROP OWNED BY adopt_walk_reader;
DROP ROLE adopt_walk_reader;
