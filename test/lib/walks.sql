-- The answers of plain SQL to what the functions that walk relationships are asked:
-- recursive queries over tables of text, compared row by row.
--
-- plain.edge: a hierarchy, child and parent. plain.link: any graph, each pair both
-- ways. plain.asked: the records asked about. All of module :module's functions
-- are called with a type's name; it says source = child, target = parent.
CREATE SCHEMA plain;
CREATE TABLE plain.edge (child text NOT NULL, parent text NOT NULL);
CREATE INDEX ON plain.edge (child);
CREATE INDEX ON plain.edge (parent);
CREATE TABLE plain.link (a text NOT NULL, b text NOT NULL);
CREATE INDEX ON plain.link (a, b);
CREATE TABLE plain.asked (key text PRIMARY KEY);
-- Of questions about two records: each of the first few with each.
CREATE VIEW plain.pair AS
    WITH few AS (SELECT key FROM plain.asked ORDER BY key LIMIT 10)
    SELECT a.key AS one, b.key AS other, a.key::relate.record_key AS one_key, b.key::relate.record_key AS other_key FROM few a, few b;

CREATE FUNCTION plain.above(start text) RETURNS TABLE (key text, depth int) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up (at, depth) AS (
        SELECT parent, 1 FROM plain.edge WHERE child = start
        UNION SELECT parent, up.depth + 1 FROM up JOIN plain.edge ON child = at)
    SELECT at, min(depth) FROM up GROUP BY at
$$;
CREATE FUNCTION plain.below(start text) RETURNS TABLE (key text, depth int) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE down (at, depth) AS (
        SELECT child, 1 FROM plain.edge WHERE parent = start
        UNION SELECT child, down.depth + 1 FROM down JOIN plain.edge ON parent = at)
    SELECT at, min(depth) FROM down GROUP BY at
$$;
CREATE FUNCTION plain.around(start text, steps int) RETURNS TABLE (key text, distance int) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE reached (at, distance) AS (
        SELECT start, 0
        UNION SELECT b, reached.distance + 1 FROM reached JOIN plain.link ON a = at WHERE reached.distance < steps)
    SELECT at, min(distance) FROM reached GROUP BY at
$$;

CREATE FUNCTION plain.lowest_common(one text, other text) RETURNS TABLE (key text, distance int, other_distance int) LANGUAGE sql STABLE AS $$
    WITH above_one AS MATERIALIZED (SELECT one AS key, 0 AS depth UNION ALL SELECT * FROM plain.above(one)),
    above_other AS MATERIALIZED (SELECT other AS key, 0 AS depth UNION ALL SELECT * FROM plain.above(other)),
    common AS MATERIALIZED (SELECT x.key, x.depth AS distance, y.depth AS other_distance FROM above_one x JOIN above_other y USING (key))
    SELECT * FROM common c WHERE c.key NOT IN (SELECT e.parent FROM common l JOIN plain.edge e ON e.child = l.key)
    ORDER BY distance + other_distance, c.key::relate.record_key USING OPERATOR(relate.<) LIMIT 1
$$;

-- What two queries give differently: the number of rows of one that the other has not.
CREATE FUNCTION plain.compare(what text, ours text, theirs text, OUT comparison text, OUT compared bigint, OUT different bigint)
LANGUAGE plpgsql AS $$
BEGIN
    comparison := what;
    EXECUTE format('CREATE TEMP TABLE ours AS %s', ours);
    CREATE TEMP TABLE theirs (LIKE ours);
    EXECUTE format('INSERT INTO theirs %s', theirs);
    SELECT count(*) INTO compared FROM theirs;
    SELECT count(*) INTO different
    FROM ((SELECT * FROM ours EXCEPT ALL SELECT * FROM theirs) UNION ALL (SELECT * FROM theirs EXCEPT ALL SELECT * FROM ours)) AS x;
    DROP TABLE ours, theirs;
END $$;

CREATE FUNCTION plain.compare_hierarchy(type text, day date DEFAULT current_date)
RETURNS TABLE (what text, compared bigint, different bigint) LANGUAGE plpgsql AS $$
DECLARE
    asked text := 'SELECT a.key AS asked, x.%s FROM plain.asked a, LATERAL relate.%s(%L, a.key::relate.record_key, as_of => %L) x';
    ways text := 'WITH above AS MATERIALIZED (SELECT a.key AS asked, x.* FROM plain.asked a, LATERAL (SELECT a.key, 0 UNION ALL SELECT * FROM plain.above(a.key)) AS x (key, depth)) ';
BEGIN
    RETURN QUERY SELECT * FROM plain.compare('ancestors', format(asked, 'key::text, x.depth', 'ancestors', type, day),
        'SELECT a.key, x.* FROM plain.asked a, plain.above(a.key) x');
    RETURN QUERY SELECT * FROM plain.compare('descendants', format(asked, 'key::text, x.depth', 'descendants', type, day),
        'SELECT a.key, x.* FROM plain.asked a, plain.below(a.key) x');
    RETURN QUERY SELECT * FROM plain.compare('parents of descendants',
        format('SELECT count(*) FROM (%s) x WHERE NOT EXISTS (SELECT FROM plain.edge WHERE child = x.key AND parent = x.parent)',
               format(asked, 'key::text, x.parent_key::text AS parent', 'descendants', type, day)), 'SELECT 0::bigint');
    RETURN QUERY SELECT * FROM plain.compare('children', format(asked, 'key::text', 'children', type, day),
        'SELECT a.key, e.child FROM plain.asked a JOIN plain.edge e ON e.parent = a.key');
    RETURN QUERY SELECT * FROM plain.compare('siblings', format(asked, 'key::text', 'siblings', type, day),
        'SELECT DISTINCT a.key, o.child FROM plain.asked a JOIN plain.edge e ON e.child = a.key JOIN plain.edge o ON o.parent = e.parent AND o.child <> a.key');
    RETURN QUERY SELECT * FROM plain.compare('descendant_count',
        format('SELECT a.key, relate.descendant_count(%L, a.key::relate.record_key, as_of => %L) FROM plain.asked a', type, day),
        'SELECT a.key, (SELECT count(*) FROM plain.below(a.key)) FROM plain.asked a');
    RETURN QUERY SELECT * FROM plain.compare('is_under and its kin',
        format('SELECT one, other, relate.is_under(%1$L, one_key, other_key, %2$L), relate.is_under_or_equal(%1$L, one_key, other_key, %2$L),
                       relate.is_not_under(%1$L, one_key, other_key, %2$L), relate.is_above(%1$L, other_key, one_key, %2$L),
                       relate.is_above_or_equal(%1$L, other_key, one_key, %2$L) FROM plain.pair', type, day),
        'SELECT one, other, u, u OR one = other, NOT u, u, u OR one = other FROM plain.pair,
            LATERAL (SELECT EXISTS (SELECT FROM plain.above(one) x WHERE x.key = other)) AS u (u)');
    -- A shortest way from a top.
    RETURN QUERY SELECT * FROM plain.compare('hierarchy_path',
        format('SELECT asked, count(*) - 1 AS steps, min(key) FILTER (WHERE depth = last) = asked
                           AND bool_and(CASE WHEN depth = 0 THEN NOT EXISTS (SELECT FROM plain.edge WHERE child = key)
                                             ELSE EXISTS (SELECT FROM plain.edge WHERE child = key AND parent = before) END) AS right
                FROM (SELECT x.*, lag(key) OVER (PARTITION BY asked ORDER BY depth) AS before, max(depth) OVER (PARTITION BY asked) AS last
                      FROM (%s) x) x GROUP BY asked', format(asked, 'key::text, x.depth', 'hierarchy_path', type, day)),
        ways || 'SELECT asked, min(depth)::bigint, true FROM above WHERE NOT EXISTS (SELECT FROM plain.edge WHERE child = above.key) GROUP BY asked');
    RETURN QUERY SELECT * FROM plain.compare('lowest_common_ancestor',
        format('SELECT one, other, x.key::text, x.distance, x.other_distance
            FROM plain.pair, LATERAL relate.lowest_common_ancestor(%L, one_key, other_key, as_of => %L) x', type, day),
        'SELECT one, other, x.* FROM plain.pair, LATERAL plain.lowest_common(one, other) x');
    RETURN QUERY SELECT * FROM plain.compare('hierarchy_tree',
        format('SELECT asked, key, child_count, path_is_right FROM (%s) x', format(asked,
            'key::text, x.child_count, x.path[1]::text = a.key AND x.path[cardinality(x.path)]::text = x.key::text AND cardinality(x.path) = x.depth + 1
             AND (x.depth = 0 OR EXISTS (SELECT FROM plain.edge e WHERE e.child = x.key::text AND e.parent = x.path[x.depth]::text)) AS path_is_right',
            'hierarchy_tree', type, day)),
        'SELECT a.key, x.key, (SELECT count(*) FROM plain.edge e WHERE e.parent = x.key)::int, true
         FROM plain.asked a, LATERAL (SELECT a.key UNION ALL SELECT b.key FROM plain.below(a.key) b) AS x (key)');
    RETURN QUERY SELECT * FROM plain.compare('hierarchy_roots', format('SELECT key::text FROM relate.hierarchy_roots(%L, %L)', type, day),
        'SELECT DISTINCT parent FROM plain.edge e WHERE NOT EXISTS (SELECT FROM plain.edge o WHERE o.child = e.parent)');
END $$;

CREATE FUNCTION plain.compare_paths(module text, types text[], steps int)
RETURNS TABLE (what text, compared bigint, different bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM plain.compare('network',
        format('SELECT a.key AS asked, x.key::text, x.distance FROM plain.asked a, relate.network(%L, a.key::relate.record_key, %L, max_depth => %s) x', module, types, steps),
        format('SELECT a.key, x.* FROM plain.asked a, plain.around(a.key, %s) x WHERE x.distance > 0', steps));
    RETURN QUERY SELECT * FROM plain.compare('connections_in_common',
        format('SELECT one, other, x.key::text, x.distance FROM plain.pair,
            LATERAL relate.connections_in_common(%1$L, one_key, %1$L, other_key, %2$L, max_depth => %3$s) x WHERE one < other', module, types, least(steps, 2)),
        format('SELECT one, other, x.key, greatest(x.distance, y.distance) FROM plain.pair,
            LATERAL plain.around(one, %1$s) x JOIN LATERAL plain.around(other, %1$s) y USING (key)
            WHERE one < other AND x.key NOT IN (one, other)', least(steps, 2)));
    -- As long as the shortest, and every step is there.
    RETURN QUERY SELECT * FROM plain.compare('shortest_path',
        format('SELECT one, other, max(step) AS steps, bool_and(step = 0 OR EXISTS (SELECT FROM plain.link WHERE a = before AND b = key)) AS right
                FROM (SELECT one, other, x.step, x.key::text, lag(x.key::text) OVER (PARTITION BY one, other ORDER BY x.step) AS before
                      FROM plain.pair, LATERAL relate.shortest_path(%1$L, one_key, %1$L, other_key, %2$L, max_depth => %3$s) x) x
                GROUP BY one, other', module, types, steps),
        format('SELECT one, other, x.distance, true FROM plain.pair, LATERAL plain.around(one, %s) x WHERE x.key = other', steps));
END $$;
