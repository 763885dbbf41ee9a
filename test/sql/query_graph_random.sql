-- Hierarchies, paths and networks against plain SQL, on thousands of small random
-- graphs: trees, graphs with several parents, cycles, parallel edges, self-loops,
-- dates, several modules. Both ways of reading: below SQL, and through it.
SET client_min_messages = warning;
CREATE SCHEMA query_graph_random;
SET search_path = query_graph_random, pg_temp;
SET relate.workspace = 'query_graph_random_crm';
SELECT setseed(0.4) IS NOT NULL AS seeded;

-- Graph g has the records 100 * g + 1 .. 12 in "unit", and up to 3 in "team".
CREATE TABLE unit (id int PRIMARY KEY);
CREATE TABLE team (id text PRIMARY KEY);
INSERT INTO unit SELECT 100 * g + n FROM generate_series(0, 209) g, generate_series(1, 12) n;
INSERT INTO team SELECT 't' || 100 * g + n FROM generate_series(0, 209) g, generate_series(1, 3) n;
SELECT relate.create_workspace('query_graph_random_crm');
SELECT relate.register_module('unit'), relate.register_module('team');
SELECT relate.create_relationship_type('tree', 'unit', 'unit', 'many_to_one', hierarchy_parent => 'target'),
       relate.create_relationship_type('several', 'unit', 'unit', 'many_to_many', hierarchy_parent => 'source'),
       relate.create_relationship_type('mixed', NULL, NULL, 'many_to_many', hierarchy_parent => 'target', is_perpetual => true),
       relate.create_relationship_type('knows', 'unit', 'unit', 'many_to_many', is_symmetric => true, allow_self => true),
       relate.create_relationship_type('touches', NULL, NULL, 'many_to_many', allow_self => true),
       relate.create_relationship_type('noise', 'unit', 'team', 'many_to_many');

-- Everything as numbers and texts in plain tables. Children have greater numbers
-- than their parents, in a random order, so hierarchies have no cycles.
CREATE TABLE place AS
SELECT 'unit' AS module, id::text AS key, id / 100 AS g, id % 100 AS n, row_number() OVER (PARTITION BY id / 100 ORDER BY random()) AS rank FROM unit
UNION ALL SELECT 'team', id, substr(id, 2)::int / 100, 20 + substr(id, 2)::int % 100, row_number() OVER (PARTITION BY substr(id, 2)::int / 100 ORDER BY random()) FROM team;
CREATE TABLE draw AS
SELECT *, floor(random() * rank)::int AS a, floor(random() * rank)::int AS b, floor(random() * 6)::int AS kind FROM place;
CREATE TABLE raw AS
-- tree: one parent at a time; sometimes first one, then another
SELECT 'tree' AS type, c.module AS m1, c.key AS k1, p.module AS m2, p.key AS k2, s.from_day, s.to_day
FROM draw c CROSS JOIN LATERAL (VALUES (a, CASE WHEN kind = 1 THEN date '2020-01-01' END, CASE WHEN kind < 3 THEN date '2024-12-31' END),
                           (CASE WHEN kind = 2 THEN b ELSE 0 END, date '2025-01-01', NULL)) AS s (parent_rank, from_day, to_day)
JOIN place p ON p.g = c.g AND p.module = c.module AND p.rank = s.parent_rank
WHERE c.module = 'unit'
UNION ALL -- several: any greater record, each pair in one direction, some twice over time
SELECT 'several', p.module, p.key, c.module, c.key, s.from_day, s.to_day
FROM draw c JOIN place p ON p.g = c.g AND p.module = 'unit' AND c.module = 'unit' AND p.rank < c.rank AND random() < 0.25
CROSS JOIN LATERAL (VALUES (CASE WHEN kind = 1 THEN date '2020-01-01' END, CASE WHEN kind < 2 THEN date '2024-12-31' END), (date '2025-02-01', NULL)) AS s (from_day, to_day)
WHERE s.from_day IS DISTINCT FROM '2025-02-01' OR kind = 1
UNION ALL -- mixed: units below teams below units; perpetual, so dates count for nothing
SELECT 'mixed', c.module, c.key, p.module, p.key, CASE WHEN random() < 0.3 THEN date '2030-01-01' END, NULL
FROM place c JOIN place p ON p.g = c.g AND p.n + p.rank * 5 < c.n + c.rank * 5 AND random() < 0.12
UNION ALL -- knows: anybody, self-loops too
SELECT 'knows', a.module, a.key, b.module, b.key, CASE WHEN random() < 0.3 THEN date '2025-01-01' END, CASE WHEN random() < 0.3 THEN date '2025-12-31' END
FROM place a JOIN place b ON b.g = a.g AND a.module = 'unit' AND b.module = 'unit' AND a.n <= b.n AND random() < 0.08
UNION ALL -- touches: both directions of one pair, several modules
SELECT 'touches', a.module, a.key, b.module, b.key, CASE WHEN random() < 0.2 THEN date '2025-03-01' END, NULL
FROM place a JOIN place b ON b.g = a.g AND random() < 0.04
UNION ALL
SELECT 'noise', a.module, a.key, b.module, b.key, NULL, NULL
FROM place a JOIN place b ON b.g = a.g AND a.module = 'unit' AND b.module = 'team' AND random() < 0.1;

SET session_replication_role = replica; -- the rules hold by construction
INSERT INTO query_graph_random_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date, importance, description, created_at, created_by)
SELECT t.type_id, s.module_id, k1, d.module_id, k2, from_day, to_day, 3, k1 || '-' || k2, now(), 'test'
FROM raw r JOIN query_graph_random_crm.relationship_type t ON t.name = r.type
JOIN query_graph_random_crm.module s ON s.name = m1 JOIN query_graph_random_crm.module d ON d.name = m2
ORDER BY random();
RESET session_replication_role;
VACUUM ANALYZE query_graph_random_crm.relationship;
-- ... indeed: the hierarchies break no rule.
SELECT rule, count(*) FROM relate.validate('query_graph_random_crm') GROUP BY 1;
CREATE INDEX ON raw (type, m1, k1);
CREATE INDEX ON raw (type, m2, k2);
ANALYZE raw, place;
SELECT type, count(*) > 500 AS many FROM raw GROUP BY 1 ORDER BY 1;

-- One edge list a day, child to parent.
CREATE FUNCTION up(wanted text, day date) RETURNS TABLE (cm text, ck text, pm text, pk text) LANGUAGE sql STABLE SET search_path = pg_catalog, query_graph_random AS $$
    SELECT CASE type WHEN 'several' THEN m2 ELSE m1 END, CASE type WHEN 'several' THEN k2 ELSE k1 END,
           CASE type WHEN 'several' THEN m1 ELSE m2 END, CASE type WHEN 'several' THEN k1 ELSE k2 END
    FROM raw WHERE type = wanted AND (type = 'mixed' OR coalesce(from_day <= day, true) AND coalesce(to_day >= day, true))
$$;
-- All pairs: record, one above it, least distance. By rounds, as the answer of a recursive query.
CREATE FUNCTION plain_above(wanted text, day date) RETURNS TABLE (m text, k text, am text, ak text, depth int) LANGUAGE sql STABLE SET search_path = pg_catalog, query_graph_random AS $$
    WITH RECURSIVE e AS MATERIALIZED (SELECT * FROM up(wanted, day)),
    w (m, k, am, ak, depth) AS (
        SELECT cm, ck, pm, pk, 1 FROM e
        UNION
        SELECT w.m, w.k, e.pm, e.pk, w.depth + 1 FROM w JOIN e ON e.cm = w.am AND e.ck = w.ak)
    SELECT m, k, am, ak, min(depth) FROM w GROUP BY 1, 2, 3, 4
$$;

-- Differences of each function, of one hierarchy on one day, for the records of every n-th graph. All are 0.
CREATE FUNCTION hierarchy_differences(wanted text, day date, part int, parts int)
RETURNS TABLE (question text, rows bigint, different bigint) LANGUAGE plpgsql AS $$
DECLARE
    via text := CASE WHEN wanted = 'mixed' THEN ', module => p.module' ELSE '' END;
    q text;
    answers text;
BEGIN
    CREATE TEMP TABLE above AS SELECT * FROM plain_above(wanted, day);
    CREATE TEMP TABLE edge AS SELECT DISTINCT * FROM up(wanted, day);
    CREATE TEMP TABLE asked AS SELECT module, key, g FROM place
    WHERE g % parts = part AND (module = 'unit' OR wanted = 'mixed') AND (SELECT count(*) FROM place) > 0;
    CREATE INDEX ON above (m, k, am, ak);
    CREATE INDEX ON edge (cm, ck);
    ANALYZE above, edge, asked;
    FOREACH q IN ARRAY ARRAY['ancestors', 'descendants', 'children', 'siblings'] LOOP
        EXECUTE format('CREATE TEMP TABLE ours AS SELECT p.module AS m, p.key AS k, r.module AS fm, r.key::text AS fk, r.depth, r.parent_module AS pm, r.parent_key::text AS pk, r.ordinality
            FROM asked p, relate.%I(%L, p.key, as_of => %L%s) WITH ORDINALITY r', q, wanted, day, via);
        answers := CASE q
            WHEN 'ancestors' THEN 'SELECT m, k, am AS fm, ak AS fk, depth FROM above'
            WHEN 'descendants' THEN 'SELECT am AS m, ak AS k, m AS fm, k AS fk, depth FROM above'
            WHEN 'children' THEN 'SELECT am AS m, ak AS k, m AS fm, k AS fk, depth FROM above WHERE depth = 1'
            WHEN 'siblings' THEN 'SELECT DISTINCT a.cm AS m, a.ck AS k, b.cm AS fm, b.ck AS fk, 0 AS depth FROM edge a JOIN edge b USING (pm, pk) WHERE (a.cm, a.ck) <> (b.cm, b.ck)' END;
        question := q;
        EXECUTE format($q$WITH plain AS MATERIALIZED (SELECT x.* FROM (%s) x JOIN asked ON asked.module = x.m AND asked.key = x.k),
                    o AS MATERIALIZED (SELECT m, k, fm, fk, depth FROM ours)
                SELECT (SELECT count(*) FROM o),
                       (SELECT count(*) FROM ((TABLE plain EXCEPT ALL TABLE o) UNION ALL (TABLE o EXCEPT ALL TABLE plain)) x)
                       -- the parent is one, and one level nearer to the start; null exactly for those who have none
                     + (SELECT count(*) FROM ours WHERE pm IS NOT NULL AND NOT EXISTS (SELECT FROM edge WHERE cm = fm AND ck = fk AND edge.pm = ours.pm AND edge.pk = ours.pk))
                     + (SELECT count(*) FROM ours WHERE pm IS NULL AND EXISTS (SELECT FROM edge WHERE cm = fm AND ck = fk))
                     + (SELECT count(*) FROM ours d LEFT JOIN ours u ON u.m = d.m AND u.k = d.k AND u.fm = d.pm AND u.fk = d.pk
                        WHERE %L = 'descendants' AND d.depth > 1 AND u.depth IS DISTINCT FROM d.depth - 1)
                       -- breadth first; children of one parent by key
                     + (SELECT count(*) FROM (SELECT depth, lag(depth) OVER (PARTITION BY m, k ORDER BY ordinality) AS before FROM ours) x WHERE depth < before)
                     + (SELECT count(*) FROM (SELECT fm, fk, row_number() OVER (PARTITION BY m, k ORDER BY ordinality) AS ours,
                               row_number() OVER (PARTITION BY m, k ORDER BY fm DESC, (fk::relate.record_key) USING OPERATOR(relate.<)) AS wanted FROM ours WHERE %L = 'children') x WHERE ours <> wanted)
            $q$, answers, q, q) INTO rows, different;
        RETURN NEXT;
        DROP TABLE ours;
    END LOOP;

    question := 'max_depth 2';
    EXECUTE format($q$SELECT count(*), count(*) FILTER (WHERE a.depth IS NULL OR b.depth IS DISTINCT FROM a.depth) FROM
        (SELECT p.module AS m, p.key AS k, r.module AS am, r.key::text AS ak, r.depth FROM asked p, relate.ancestors(%1$L, p.key, %2$L, 2%3$s) r) a
        FULL JOIN (SELECT above.* FROM above JOIN asked ON asked.module = m AND asked.key = k WHERE depth <= 2) b USING (m, k, am, ak)$q$, wanted, day, via) INTO rows, different;
    RETURN NEXT;

    question := 'descendant_count';
    EXECUTE format($q$SELECT sum(ours), count(*) FILTER (WHERE ours <> plain) FROM (SELECT relate.descendant_count(%1$L, p.key, %2$L%3$s) AS ours,
        (SELECT count(*) FROM above WHERE am = p.module AND ak = p.key) AS plain FROM asked p) x$q$, wanted, day, via) INTO rows, different;
    RETURN NEXT;

    question := 'is_under and kin';
    EXECUTE format($q$SELECT count(*) FILTER (WHERE plain), count(*) FILTER (WHERE plain <> under OR (plain OR same) <> under_or_equal OR plain = not_under OR plain <> above OR (plain OR same) <> above_or_equal)
        FROM (SELECT relate.is_under(%1$L, a.key, b.key, %2$L, a.module, b.module) AS under,
                     relate.is_under_or_equal(%1$L, a.key, b.key, %2$L, a.module, b.module) AS under_or_equal,
                     relate.is_not_under(%1$L, a.key, b.key, %2$L, a.module, b.module) AS not_under,
                     relate.is_above(%1$L, b.key, a.key, %2$L, b.module, a.module) AS above,
                     relate.is_above_or_equal(%1$L, b.key, a.key, %2$L, b.module, a.module) AS above_or_equal,
                     (a.module, a.key) = (b.module, b.key) AS same,
                     EXISTS (SELECT FROM above WHERE m = a.module AND k = a.key AND am = b.module AND ak = b.key) AS plain
              FROM asked a JOIN asked b USING (g) WHERE g < 45) x$q$, wanted, day, via, part) INTO rows, different;
    RETURN NEXT;

    question := 'lowest_common_ancestor';
    EXECUTE format($q$WITH self AS (SELECT * FROM above UNION ALL SELECT module, key, module, key, 0 FROM asked),
        pair AS (SELECT a.module AS m, a.key AS k, b.module AS m2, b.key AS k2 FROM asked a JOIN asked b USING (g) WHERE g < 45),
        common AS (SELECT pair.*, x.am, x.ak, x.depth AS d1, y.depth AS d2 FROM pair JOIN self x USING (m, k) JOIN self y ON y.m = m2 AND y.k = k2 AND y.am = x.am AND y.ak = x.ak),
        lowest AS (SELECT DISTINCT ON (m, k, m2, k2) * FROM common c
                   WHERE NOT EXISTS (SELECT FROM common l JOIN above ON above.m = l.am AND above.k = l.ak AND above.am = c.am AND above.ak = c.ak
                                     WHERE (l.m, l.k, l.m2, l.k2) = (c.m, c.k, c.m2, c.k2))
                   ORDER BY m, k, m2, k2, d1 + d2, am DESC, (ak::relate.record_key) USING OPERATOR(relate.<)),
        ours AS (SELECT pair.*, r.module AS am, r.key::text AS ak, r.distance, r.other_distance FROM pair, relate.lowest_common_ancestor(%1$L, k, k2, %2$L, m, m2) r)
        SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM ((TABLE ours EXCEPT ALL SELECT m, k, m2, k2, am, ak, d1, d2 FROM lowest) UNION ALL (SELECT m, k, m2, k2, am, ak, d1, d2 FROM lowest EXCEPT ALL TABLE ours)) x)
        $q$, wanted, day, part) INTO rows, different;
    RETURN NEXT;

    question := 'hierarchy_roots';
    EXECUTE format($q$WITH plain AS (SELECT pm, pk FROM edge EXCEPT SELECT cm, ck FROM edge), ours AS (SELECT module, key::text FROM relate.hierarchy_roots(%1$L, %2$L))
        SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM ((TABLE ours EXCEPT ALL TABLE plain) UNION ALL (TABLE plain EXCEPT ALL TABLE ours)) x)$q$, wanted, day) INTO rows, different;
    RETURN NEXT;

    -- Every record of the hierarchy once, below a parent whose path it prolongs, after it, and with all its children counted.
    question := 'hierarchy_tree';
    EXECUTE format('CREATE TEMP TABLE t AS SELECT *, key::text AS k, parent_key::text AS pk FROM relate.hierarchy_tree(%L, NULL, %L) WITH ORDINALITY', wanted, day);
    CREATE INDEX ON t (module, k);
    ANALYZE t;
    EXECUTE $q$WITH plain AS (SELECT pm AS m, pk AS k FROM edge UNION SELECT cm, ck FROM edge)
        SELECT (SELECT count(*) FROM t),
               (SELECT count(*) FROM ((SELECT module, key::text FROM t EXCEPT ALL TABLE plain) UNION ALL (TABLE plain EXCEPT ALL SELECT module, key::text FROM t)) x)
             + (SELECT count(*) FROM t WHERE child_count <> (SELECT count(*) FROM edge WHERE edge.pm = t.module AND edge.pk = t.k))
             + (SELECT count(*) FROM t JOIN t p ON p.module = t.parent_module AND p.k = t.pk
                WHERE p.depth <> t.depth - 1 OR p.path::text[] || t.key::text <> t.path::text[] OR p.ordinality >= t.ordinality
                   OR NOT EXISTS (SELECT FROM edge WHERE cm = t.module AND ck = t.k AND edge.pm = p.module AND edge.pk = p.k))
             + (SELECT count(*) FROM (SELECT depth, lag(depth) OVER (ORDER BY ordinality) AS before FROM t) x WHERE depth > coalesce(before, -1) + 1)
             + (SELECT count(*) FROM t WHERE (depth = 0) <> (parent_key IS NULL))$q$ INTO rows, different;
    RETURN NEXT;
    DROP TABLE t;

    -- From a record without parents down to the record, each step an edge, and no shorter way from any root.
    question := 'hierarchy_path';
    EXECUTE format('CREATE TEMP TABLE p AS SELECT a.module AS m, a.key AS k, r.module AS fm, r.key::text AS fk, r.depth FROM asked a, relate.hierarchy_path(%L, a.key, %L%s) r', wanted, day, replace(via, 'p.', 'a.'));
    CREATE INDEX ON p (m, k, depth);
    ANALYZE p;
    EXECUTE $q$SELECT count(*), count(*) FILTER (WHERE depth = 0 AND EXISTS (SELECT FROM edge WHERE cm = fm AND ck = fk))
             + count(*) FILTER (WHERE depth > 0 AND NOT EXISTS (SELECT FROM p b JOIN edge ON edge.pm = b.fm AND edge.pk = b.fk AND edge.cm = p.fm AND edge.ck = p.fk WHERE (b.m, b.k, b.depth) = (p.m, p.k, p.depth - 1)))
             + (SELECT count(*) FROM (SELECT m, k, max(depth) AS length FROM p GROUP BY 1, 2) x
                WHERE length <> coalesce((SELECT min(depth) FROM above WHERE above.m = x.m AND above.k = x.k AND NOT EXISTS (SELECT FROM edge WHERE cm = am AND ck = ak)), 0))
             + abs((SELECT count(*) FROM asked) - (SELECT count(*) FROM (SELECT DISTINCT m, k FROM p) x)) FROM p$q$ INTO rows, different;
    RETURN NEXT;
    DROP TABLE p, above, edge, asked;
END $$;

-- Undirected: all types, or some; distances of all pairs within a graph.
CREATE FUNCTION network_differences(wanted text[], day date, part int, parts int) RETURNS TABLE (question text, rows bigint, different bigint) LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE edge AS
    SELECT type, m1, k1, m2, k2 FROM raw WHERE type = ANY (wanted) AND (type = 'mixed' OR coalesce(from_day <= day, true) AND coalesce(to_day >= day, true))
    UNION SELECT type, m2, k2, m1, k1 FROM raw WHERE type = ANY (wanted) AND (type = 'mixed' OR coalesce(from_day <= day, true) AND coalesce(to_day >= day, true));
    CREATE INDEX ON edge (m1, k1);
    CREATE TEMP TABLE asked AS SELECT module, key, g FROM place WHERE g % parts = part;
    ANALYZE edge, asked;
    CREATE TEMP TABLE distance AS
    WITH RECURSIVE w (m, k, fm, fk, d) AS (
        SELECT module, key, module, key, 0 FROM asked
        UNION SELECT w.m, w.k, m2, k2, d + 1 FROM w JOIN edge ON (m1, k1) = (fm, fk) WHERE d < 7)
    SELECT m, k, fm, fk, min(d) AS d FROM w GROUP BY 1, 2, 3, 4;
    CREATE INDEX ON distance (m, k, fm, fk);
    ANALYZE distance;

    question := 'network';
    SELECT count(*), count(*) FILTER (WHERE ours.distance IS NULL OR d IS DISTINCT FROM ours.distance) INTO rows, different
    FROM (SELECT a.module AS m, a.key AS k, r.module AS fm, r.key::text AS fk, r.distance, r.name FROM asked a, relate.network(a.module, a.key, wanted, day, 3) r) ours
    FULL JOIN (SELECT * FROM distance WHERE d BETWEEN 1 AND 3) plain USING (m, k, fm, fk);
    RETURN NEXT;

    question := 'connections_in_common';
    WITH pair AS (SELECT a.module AS m, a.key AS k, b.module AS m2, b.key AS k2 FROM asked a JOIN asked b USING (g) WHERE (a.module, a.key) <> (b.module, b.key))
    SELECT count(*), count(*) FILTER (WHERE ours.distance IS NULL OR plain.distance IS DISTINCT FROM ours.distance) INTO rows, different
    FROM (SELECT pair.*, r.module AS fm, r.key::text AS fk, r.distance FROM pair, relate.connections_in_common(m, k, m2, k2, wanted, day, 2) r) ours
    FULL JOIN (SELECT pair.*, x.fm, x.fk, greatest(x.d, y.d) AS distance FROM pair JOIN distance x USING (m, k) JOIN distance y ON (y.m, y.k, y.fm, y.fk) = (m2, k2, x.fm, x.fk)
               WHERE x.d BETWEEN 1 AND 2 AND y.d BETWEEN 1 AND 2) plain USING (m, k, m2, k2, fm, fk);
    RETURN NEXT;

    -- As long as the distance, each step an edge of the type, as the label and the description say.
    question := 'shortest_path';
    WITH pair AS (SELECT a.module AS m, a.key AS k, b.module AS m2, b.key AS k2 FROM asked a JOIN asked b USING (g)),
    p AS MATERIALIZED (SELECT pair.*, r.* FROM pair, relate.shortest_path(m, k, m2, k2, wanted, day, 6) r)
    SELECT count(*),
           (SELECT count(*) FROM (SELECT m, k, m2, k2, max(step) AS d FROM p GROUP BY 1, 2, 3, 4) ours
            FULL JOIN (SELECT m, k, fm AS m2, fk AS k2, d FROM distance WHERE d <= 6) plain USING (m, k, m2, k2) WHERE ours.d IS DISTINCT FROM plain.d)
         + count(*) FILTER (WHERE step = 0 AND (module, p.key::text) <> (m, k))
         + (SELECT count(*) FROM p LEFT JOIN p b ON (b.m, b.k, b.m2, b.k2, b.step) = (p.m, p.k, p.m2, p.k2, p.step - 1)
            LEFT JOIN query_graph_random_crm.relationship r ON r.relationship_id = p.relationship_id
            LEFT JOIN query_graph_random_crm.relationship_type t USING (type_id)
            WHERE p.step > 0 AND ((t.name = p.relationship_type AND t.name = ANY (wanted) AND p.description = r.description
               AND (r.source_key::text = b.key::text AND r.target_key::text = p.key::text AND p.label = t.label
                 OR r.target_key::text = b.key::text AND r.source_key::text = p.key::text AND p.label = t.inverse_label)
               AND (t.is_perpetual OR coalesce(r.start_date <= day, true) AND coalesce(r.end_date >= day, true))) IS NOT TRUE))
      INTO rows, different FROM p;
    RETURN NEXT;

    question := 'through units only';
    WITH RECURSIVE pair AS (SELECT a.module AS m, a.key AS k, b.module AS m2, b.key AS k2 FROM asked a JOIN asked b USING (g) WHERE (a.module, a.key) <> (b.module, b.key)),
    w (m, k, fm, fk, d) AS (
        SELECT module, key, module, key, 0 FROM asked
        UNION SELECT w.m, w.k, e.m2, e.k2, d + 1 FROM w JOIN edge e ON (e.m1, e.k1) = (fm, fk) WHERE d < 7 AND (d = 0 OR fm = 'unit'))
    SELECT count(*), count(*) FILTER (WHERE ours.d IS DISTINCT FROM plain.d) INTO rows, different
    FROM (SELECT m, k, m2, k2, (SELECT max(step) FROM relate.shortest_path(m, k, m2, k2, wanted, day, 6, through_modules => '{unit}')) AS d FROM pair) ours
    LEFT JOIN (SELECT m, k, fm AS m2, fk AS k2, min(d) AS d FROM w GROUP BY 1, 2, 3, 4 HAVING min(d) <= 6) plain USING (m, k, m2, k2);
    RETURN NEXT;
    DROP TABLE edge, asked, distance;
END $$;

CREATE FUNCTION all_differences(parts int) RETURNS TABLE (graph text, question text, many boolean, different bigint) LANGUAGE sql AS $$
SELECT h.type || ' ' || h.day, d.question, d.rows > 5, d.different
FROM (VALUES ('tree', date '2024-06-01', 0), ('tree', '2025-06-01', 1), ('several', '2024-06-01', 2), ('several', '2025-06-01', 0), ('mixed', '2025-06-01', 1)) AS h (type, day, part),
     hierarchy_differences(h.type, h.day, h.part, parts) AS d
UNION ALL
SELECT array_to_string(h.types, ' ') || ' ' || h.day, d.question, d.rows > 5, d.different
FROM (VALUES ('{knows}'::text[], date '2025-06-01', 0), ('{touches,mixed}', '2025-02-01', 1), ('{tree,several,mixed,knows,touches,noise}', '2026-06-01', 2)) AS h (types, day, part),
     network_differences(h.types, h.day, h.part, parts) AS d
$$;

-- Below SQL. First probing, for the table is far larger than what is asked.
SELECT * FROM all_differences(21);

-- By SQL, for somebody on whom policies are in force that hide nothing.
CREATE ROLE regress_query_graph_random;
GRANT USAGE, CREATE ON SCHEMA query_graph_random TO regress_query_graph_random;
GRANT SELECT ON ALL TABLES IN SCHEMA query_graph_random TO regress_query_graph_random;
SELECT relate.grant_role('regress_query_graph_random', 'reader');
ALTER TABLE query_graph_random_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON query_graph_random_crm.relationship USING (true);
SET ROLE regress_query_graph_random;
SELECT row_security_active('query_graph_random_crm.relationship');
SELECT * FROM all_differences(105);

-- Rows, and their order, are the same whichever way they are read, also by a pass
-- over everything: one start with thousands of records, linked below a new root.
CREATE FUNCTION walks() RETURNS TABLE (what text, place bigint, answer text) LANGUAGE sql STABLE AS $$
    SELECT 'descendants', ordinality, d::text FROM relate.descendants('mixed', '999999', module => 'unit') WITH ORDINALITY d
    UNION ALL SELECT 'network', ordinality, d::text FROM relate.network('unit', '999999', max_depth => NULL) WITH ORDINALITY d
    UNION ALL SELECT 'tree', ordinality, d::text FROM relate.hierarchy_tree('mixed', '999999', module => 'unit') WITH ORDINALITY d
    UNION ALL SELECT 'path', s.id, d::text FROM generate_series(1, 30) AS s (id), relate.shortest_path('unit', (100 * s.id + 3)::text, 'unit', (600 * s.id + 9)::text) d
$$;
RESET ROLE;
INSERT INTO unit VALUES (999999);
SET session_replication_role = replica;
INSERT INTO query_graph_random_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, importance, created_at, created_by)
SELECT t.type_id, 1, k, 1, '999999', 3, now(), 'test' FROM query_graph_random_crm.relationship_type t, (SELECT DISTINCT 100 * g + 1 AS k FROM place) p WHERE t.name = 'mixed';
RESET session_replication_role;
ANALYZE query_graph_random_crm.relationship;
CREATE TEMP TABLE directly AS SELECT * FROM walks();
SELECT what, count(*) > 100 AS many FROM directly GROUP BY 1 ORDER BY 1;
GRANT SELECT ON directly TO regress_query_graph_random;
SET ROLE regress_query_graph_random;
SELECT what, count(*) AS different FROM ((TABLE directly EXCEPT ALL SELECT * FROM walks()) UNION ALL (SELECT * FROM walks() EXCEPT ALL TABLE directly)) x GROUP BY 1;
RESET ROLE;
-- Too little memory to hold the edges: probed on. Too little for the records: an error.
SET work_mem = '2MB';
SET hash_mem_multiplier = 1.2;
SELECT what, count(*) AS different FROM ((TABLE directly EXCEPT ALL SELECT * FROM walks()) UNION ALL (SELECT * FROM walks() EXCEPT ALL TABLE directly)) x GROUP BY 1;
SET work_mem = '64kB';
SELECT count(*) FROM relate.network('unit', '999999', max_depth => NULL);
\echo :LAST_ERROR_SQLSTATE
RESET work_mem;
RESET hash_mem_multiplier;
-- Rows changed since the last VACUUM: their visibility is looked up in the table.
BEGIN;
UPDATE query_graph_random_crm.relationship SET importance = 4 WHERE relationship_id % 3 = 0;
SELECT what, count(*) AS different FROM ((SELECT * FROM directly WHERE what <> 'path' EXCEPT ALL SELECT * FROM walks() WHERE what <> 'path')
    UNION ALL (SELECT * FROM walks() WHERE what <> 'path' EXCEPT ALL SELECT * FROM directly WHERE what <> 'path')) x GROUP BY 1;
DELETE FROM query_graph_random_crm.relationship WHERE target_key OPERATOR(relate.=) '999999';
SELECT count(*) FROM relate.descendants('mixed', '999999', module => 'unit');
ROLLBACK;

DROP SCHEMA query_graph_random_crm CASCADE;
DROP SCHEMA query_graph_random CASCADE;
DROP OWNED BY regress_query_graph_random;
DROP ROLE regress_query_graph_random;
