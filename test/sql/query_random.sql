-- Reading functions against plain SQL, on random data: no row more, no row less.
-- Once below SQL, once by SQL (as somebody for whom a policy is in force).
SET client_min_messages = warning;
CREATE SCHEMA query_random;
SET search_path = query_random, pg_temp;
SET relate.workspace = 'query_random_crm';
SELECT setseed(0.4);

-- Modules with keys of every sort: bigint, uuid, two columns, text; one partitioned.
CREATE TABLE person (id bigint PRIMARY KEY, first_name text, last_name text);
CREATE TABLE firm (id uuid PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE line (doc int, pos int, title text, amount numeric, PRIMARY KEY (pos, doc));
CREATE TABLE place (code text NOT NULL, name text, PRIMARY KEY (code)) PARTITION BY HASH (code);
CREATE TABLE place_0 PARTITION OF place FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE place_1 PARTITION OF place FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO person SELECT i - 10, CASE WHEN i % 7 > 0 THEN 'First' || i END, CASE WHEN i % 5 > 0 THEN 'Last' || i END
FROM generate_series(1, 40) i;
INSERT INTO firm SELECT md5(i::text)::uuid, 'Firm ' || i FROM generate_series(1, 30) i;
INSERT INTO line SELECT i / 5, i % 5, 'Line ' || i, i / 3.0 FROM generate_series(0, 29) i;
INSERT INTO place SELECT 'P' || i, CASE WHEN i % 4 > 0 THEN 'Place, "' || i || '"' END FROM generate_series(1, 30) i;

SELECT relate.create_workspace('query_random_crm');
SELECT relate.register_module('person', name_columns => '{first_name,last_name}'), relate.register_module('firm'),
       relate.register_module('line', name_columns => '{title,amount}'), relate.register_module('place');
SELECT relate.create_relationship_type('works_for', 'person', 'firm', 'many_to_many', 'employee', 'employer', 'works for', 'employs'),
       relate.create_relationship_type('knows', 'person', 'person', 'many_to_many', 'friend', label => 'knows', is_symmetric => true, allow_self => true),
       relate.create_relationship_type('reports_to', 'person', 'person', 'many_to_many', 'report', 'manager', 'reports to', 'manages', allow_self => true),
       relate.create_relationship_type('delivers', 'firm', 'line', 'many_to_many', 'supplier', 'delivery', 'delivers', 'is delivered by', is_perpetual => true),
       relate.create_relationship_type('is_at', NULL, 'place', 'many_to_many', 'thing', 'site', 'is at', 'houses'),
       relate.create_relationship_type('touches', NULL, NULL, 'many_to_many', is_symmetric => true, source_role => 'thing');

-- All records, with names as plain SQL makes them.
CREATE VIEW record AS
SELECT module_id, m.name AS module, r.key, nullif(r.name, '') AS name
FROM (SELECT 'person' AS module, id::text AS key, concat_ws(' ', first_name, last_name) AS name FROM person
      UNION ALL SELECT 'firm', id::text, name FROM firm
      UNION ALL SELECT 'line', format('(%s,%s)', pos, doc), concat_ws(' ', title, amount) FROM line
      UNION ALL SELECT 'place', code, name FROM place) AS r
JOIN query_random_crm.module AS m ON m.name = r.module;
SELECT module, min(key COLLATE "C"), count(*) FROM record GROUP BY module ORDER BY module;

-- Random pairs, with one or two stints, dates open at either end or both, in any stored spelling.
CREATE TABLE pair AS
SELECT DISTINCT ON (type_id, least(one, other), greatest(one, other)) *
FROM (SELECT t.type_id, s.module_id AS source_module_id, s.key AS source_key, f.module_id AS target_module_id, f.key AS target_key,
             s.module || s.key AS one, CASE WHEN t.is_symmetric THEN '' ELSE '>' END || f.module || f.key AS other,
             date '2024-01-01' + (random() * 1000)::int AS start_date, (random() * 600)::int AS days, random() AS luck
      FROM query_random_crm.relationship_type AS t, record AS s, record AS f
      WHERE s.module_id = coalesce(t.source_module_id, s.module_id) AND f.module_id = coalesce(t.target_module_id, f.module_id)
        AND random() < CASE WHEN s.key = f.key AND t.allow_self THEN 0.5 WHEN s.key = f.key THEN 0 ELSE 0.06 END) AS candidate
ORDER BY type_id, least(one, other), greatest(one, other);
INSERT INTO query_random_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date,
    end_date, importance, description, email, attributes)
SELECT type_id, source_module_id, source_key, target_module_id, target_key,
       CASE WHEN luck < 0.8 THEN start_date END, CASE WHEN luck BETWEEN 0.2 AND 0.9 THEN start_date + days END,
       1 + (luck * 100)::int % 5, CASE WHEN luck > 0.5 THEN repeat('about ', (luck * 10)::int) END, NULL,
       CASE WHEN luck < 0.3 THEN jsonb_build_object('luck', round(luck::numeric, 3)) END
FROM pair
UNION ALL
SELECT type_id, source_module_id, source_key, target_module_id, target_key, start_date + days + 1,
       CASE WHEN luck < 0.7 THEN start_date + 2 * days + 1 END, 3, 'second stint', NULL, NULL
FROM pair WHERE luck BETWEEN 0.4 AND 0.9
  AND type_id NOT IN (SELECT type_id FROM query_random_crm.relationship_type WHERE is_perpetual);
SELECT t.name, count(*) > 30 AS many, bool_or(r.source_key::text = r.target_key::text) AS self,
       bool_or(r.start_date IS NULL) AS open_start, bool_or(r.end_date IS NULL) AS open_end
FROM query_random_crm.relationship AS r JOIN query_random_crm.relationship_type AS t USING (type_id) GROUP BY 1 ORDER BY 1;
-- Some records go, some relationships of theirs stay behind (as after a load without triggers).
SET session_replication_role = replica;
DELETE FROM person WHERE id IN (3, 4);
DELETE FROM place WHERE code = 'P7';
RESET session_replication_role;
SET client_min_messages = error; -- of tables of others
ANALYZE;
SET client_min_messages = warning;

-- The same by hand.
CREATE VIEW plain AS
SELECT near.module AS from_module, near.key AS from_key, side.*, near.name AS from_name
FROM (SELECT r.relationship_id, t.name AS relationship_type, t.target_role AS role, t.source_role AS own_role, t.label,
             r.source_module_id AS own_module_id, r.source_key::text AS own_key, m.name AS module, r.target_key::text AS key, f.name,
             CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
             CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date, r.importance, r.description, r.attributes, true AS is_source
      FROM query_random_crm.relationship AS r JOIN query_random_crm.relationship_type AS t USING (type_id)
      JOIN query_random_crm.module AS m ON m.module_id = r.target_module_id
      LEFT JOIN record AS f ON f.module_id = r.target_module_id AND f.key = r.target_key::text
      UNION ALL
      SELECT r.relationship_id, t.name, t.source_role, t.target_role, t.inverse_label,
             r.target_module_id, r.target_key::text, m.name, r.source_key::text, f.name,
             CASE WHEN NOT t.is_perpetual THEN r.start_date END, CASE WHEN NOT t.is_perpetual THEN r.end_date END,
             r.importance, r.description, r.attributes, false
      FROM query_random_crm.relationship AS r JOIN query_random_crm.relationship_type AS t USING (type_id)
      JOIN query_random_crm.module AS m ON m.module_id = r.source_module_id
      LEFT JOIN record AS f ON f.module_id = r.source_module_id AND f.key = r.source_key::text
      WHERE NOT (t.is_symmetric AND r.source_module_id = r.target_module_id AND r.source_key::text = r.target_key::text)) AS side
JOIN record AS near ON near.module_id = side.own_module_id AND near.key = side.own_key;

CREATE FUNCTION plain_related(as_of date, show text)
RETURNS TABLE (from_module text, from_key text, relationship_id bigint, relationship_type text, role text, own_role text,
    label text, module text, key text, name text, start_date date, end_date date, importance smallint, is_current boolean,
    description text, attributes jsonb) LANGUAGE sql AS $$
    SELECT from_module, from_key, relationship_id, relationship_type, role, own_role, label, module, key, name, start_date, end_date,
           importance, coalesce(start_date <= as_of, true) AND coalesce(end_date >= as_of, true), description, attributes
    FROM plain
    WHERE CASE show WHEN 'all' THEN true
                    WHEN 'past' THEN end_date < as_of
                    WHEN 'future' THEN start_date > as_of
                    ELSE coalesce(start_date <= as_of, true) AND coalesce(end_date >= as_of, true) END
$$;
CREATE FUNCTION ours_related(as_of date, show text)
RETURNS SETOF pg_catalog.record LANGUAGE sql AS $$
    SELECT n.module, n.key, r.relationship_id, r.relationship_type, r.role, r.own_role, r.label, r.module, r.key::text, r.name,
           r.start_date, r.end_date, r.importance, r.is_current, r.description, r.attributes
    FROM record AS n, relate.related_records(n.module, n.key, NULL, as_of, show) AS r
$$;
CREATE FUNCTION ours_related_of(as_of date, show text)
RETURNS SETOF pg_catalog.record LANGUAGE sql AS $$
    SELECT n.module, r.from_key::text, r.relationship_id, r.relationship_type, r.role, r.own_role, r.label, r.module, r.key::text, r.name,
           r.start_date, r.end_date, r.importance, r.is_current, r.description, r.attributes
    FROM (SELECT module, array_agg(key) AS keys FROM record GROUP BY module) AS n,
         relate.related_records_of(n.module, n.keys, NULL, as_of, show) AS r
$$;

-- The differences in both directions, for each way to ask. All are 0.
CREATE FUNCTION differences() RETURNS TABLE (question text, "all" text, rows bigint, missing bigint, extra bigint)
LANGUAGE plpgsql AS $$
DECLARE
    day date;
    way text;
    row_type text := '(from_module text, from_key text, relationship_id bigint, relationship_type text, role text, own_role text,'
        'label text, module text, key text, name text, start_date date, end_date date, importance smallint, is_current boolean,'
        'description text, attributes jsonb)';
BEGIN
    FOREACH question IN ARRAY ARRAY['related', 'related_of'] LOOP
        FOREACH way IN ARRAY ARRAY['current', 'past', 'future', 'all'] LOOP
            "all" := way;
            rows := 0; missing := 0; extra := 0;
            FOREACH day IN ARRAY ARRAY[date '2025-06-15', 'infinity'] LOOP
                EXECUTE format($q$
                    WITH ours AS MATERIALIZED (SELECT * FROM ours_%s($1, $2) AS o %s),
                         plain AS MATERIALIZED (SELECT * FROM plain_related($1, $2))
                    SELECT $3 + (SELECT count(*) FROM ours),
                           $4 + (SELECT count(*) FROM (TABLE plain EXCEPT ALL TABLE ours) x),
                           $5 + (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE plain) x)
                    $q$, question, row_type) INTO rows, missing, extra USING day, way, rows, missing, extra;
            END LOOP;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;
CREATE FUNCTION report_differences() RETURNS TABLE (rows bigint, missing bigint, extra bigint) LANGUAGE sql AS $$
    WITH ours AS MATERIALIZED (
             SELECT relationship_id, relationship_type, primary_module, primary_id::text, primary_name, primary_role,
                    relationship_label, target_module, target_id::text, target_name, target_role, start_date, end_date,
                    importance, is_current
             FROM relate.relationship_report()),
         plain AS MATERIALIZED (
             SELECT relationship_id, relationship_type, m.name, own_key, n.name AS own_name, own_role, label, p.module, p.key, p.name AS name, role,
                    start_date, end_date, importance,
                    coalesce(start_date <= current_date, true) AND coalesce(end_date >= current_date, true)
             FROM (SELECT r.relationship_id, t.name AS relationship_type, r.source_module_id AS own_module_id, r.source_key::text AS own_key,
                          t.source_role AS own_role, t.label, m.name AS module, r.target_key::text AS key, f.name, t.target_role AS role,
                          CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
                          CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date, r.importance
                   FROM query_random_crm.relationship AS r JOIN query_random_crm.relationship_type AS t USING (type_id)
                   JOIN query_random_crm.module AS m ON m.module_id = r.target_module_id
                   LEFT JOIN record AS f ON f.module_id = r.target_module_id AND f.key = r.target_key::text
                   UNION ALL
                   SELECT r.relationship_id, t.name, r.target_module_id, r.target_key::text, t.target_role, t.inverse_label,
                          m.name, r.source_key::text, f.name, t.source_role,
                          CASE WHEN NOT t.is_perpetual THEN r.start_date END,
                          CASE WHEN NOT t.is_perpetual THEN r.end_date END, r.importance
                   FROM query_random_crm.relationship AS r JOIN query_random_crm.relationship_type AS t USING (type_id)
                   JOIN query_random_crm.module AS m ON m.module_id = r.source_module_id
                   LEFT JOIN record AS f ON f.module_id = r.source_module_id AND f.key = r.source_key::text
                   WHERE NOT (t.is_symmetric AND r.source_module_id = r.target_module_id AND r.source_key::text = r.target_key::text)) AS p
             JOIN query_random_crm.module AS m ON m.module_id = p.own_module_id
             LEFT JOIN record AS n ON n.module_id = p.own_module_id AND n.key = p.own_key)
    SELECT (SELECT count(*) FROM ours),
           (SELECT count(*) FROM (TABLE plain EXCEPT ALL TABLE ours) x),
           (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE plain) x)
$$;
-- are_related, of every pair that is related at some time and others, on a day.
CREATE FUNCTION are_related_differences(day date) RETURNS TABLE (pairs bigint, related bigint, different bigint) LANGUAGE sql AS $$
    WITH asked AS (
        SELECT DISTINCT t.name AS type, t.type_id, t.is_symmetric, t.is_perpetual, s.source_key::text AS a, f.target_key::text AS b
        FROM query_random_crm.relationship_type AS t, query_random_crm.relationship AS s, query_random_crm.relationship AS f
        WHERE s.relationship_id % 50 = t.type_id AND f.relationship_id % 50 IN (t.type_id, 7)
        UNION
        SELECT t.name, type_id, is_symmetric, is_perpetual, x.source_key::text, x.target_key::text
        FROM query_random_crm.relationship AS x JOIN query_random_crm.relationship_type AS t USING (type_id)
        UNION
        SELECT t.name, type_id, is_symmetric, is_perpetual, x.target_key::text, x.source_key::text
        FROM query_random_crm.relationship AS x JOIN query_random_crm.relationship_type AS t USING (type_id)),
    stored AS (
        SELECT type_id, source_key::text AS a, target_key::text AS b, bool_or(is_perpetual OR coalesce(start_date <= day, true) AND coalesce(end_date >= day, true)) AS holds
        FROM query_random_crm.relationship JOIN query_random_crm.relationship_type USING (type_id)
        GROUP BY 1, 2, 3),
    answered AS (
        SELECT relate.are_related(q.type, q.a, q.b, day) AS ours,
               coalesce(x.holds, false) OR (q.is_symmetric AND coalesce(y.holds, false)) AS plain
        FROM asked AS q LEFT JOIN stored AS x USING (type_id, a, b) LEFT JOIN stored AS y ON y.type_id = q.type_id AND y.a = q.b AND y.b = q.a)
    SELECT count(*), count(*) FILTER (WHERE plain), count(*) FILTER (WHERE ours IS DISTINCT FROM plain) FROM answered
$$;

-- Below SQL.
SELECT question, "all" AS show, rows > 200 AS many, missing, extra FROM differences();
SELECT rows > 200 AS many, missing, extra FROM report_differences();
SELECT pairs > 500 AS many, related > 50 AS some, different FROM are_related_differences('2025-06-15');

-- By SQL, for somebody on whom policies are in force that hide nothing. Names also.
CREATE ROLE regress_query_random;
GRANT regress_query_random TO CURRENT_USER;
GRANT USAGE ON SCHEMA query_random TO regress_query_random;
GRANT SELECT ON ALL TABLES IN SCHEMA query_random TO regress_query_random;
SELECT relate.grant_role('regress_query_random', 'reader');
ALTER TABLE query_random_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON query_random_crm.relationship USING (true);
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON person USING (true);
ALTER TABLE line ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON line USING (true);
SET ROLE regress_query_random;
SELECT row_security_active('query_random_crm.relationship'), row_security_active('person');
SELECT question, "all" AS show, rows > 200 AS many, missing, extra FROM differences();
SELECT rows > 200 AS many, missing, extra FROM report_differences();
SELECT pairs > 500 AS many, related > 50 AS some, different FROM are_related_differences('2025-06-15');

-- Order, limits and filters are the same in both ways, and those of plain SQL.
CREATE TEMP TABLE by_sql AS
SELECT n.module AS from_module, n.key AS from_key, q.filter, r.ordinality AS place, r.relationship_id, r.role, r.module, r.key::text, r.name, r.address
FROM record AS n,
     (VALUES (1, NULL::text[], NULL::text[], 'all', NULL::int), (2, '{knows,is_at}', NULL, 'all', 3), (3, NULL, '{site,manager,thing}', 'current', NULL),
             (4, '{touches,reports_to}', '{manager}', 'past', 1), (5, '{}', NULL, 'all', NULL), (6, NULL, '{}', 'all', NULL), (7, NULL, NULL, 'all', 0)) AS q (filter, types, roles, show, max_rows),
     relate.related_records(n.module, n.key, types => q.types, as_of => '2025-06-15', show => q.show, roles => q.roles, max_rows => q.max_rows) WITH ORDINALITY AS r;
RESET ROLE;
CREATE TEMP TABLE directly AS
SELECT n.module AS from_module, n.key AS from_key, q.filter, r.ordinality AS place, r.relationship_id, r.role, r.module, r.key::text, r.name, r.address
FROM record AS n,
     (VALUES (1, NULL::text[], NULL::text[], 'all', NULL::int), (2, '{knows,is_at}', NULL, 'all', 3), (3, NULL, '{site,manager,thing}', 'current', NULL),
             (4, '{touches,reports_to}', '{manager}', 'past', 1), (5, '{}', NULL, 'all', NULL), (6, NULL, '{}', 'all', NULL), (7, NULL, NULL, 'all', 0)) AS q (filter, types, roles, show, max_rows),
     relate.related_records(n.module, n.key, types => q.types, as_of => '2025-06-15', show => q.show, roles => q.roles, max_rows => q.max_rows) WITH ORDINALITY AS r;
SELECT filter, count(*) > 10 AS some, count(*) FILTER (WHERE place > 3) > 0 AS beyond_3 FROM directly GROUP BY 1 ORDER BY 1;
SELECT count(*) AS different FROM ((TABLE directly EXCEPT ALL TABLE by_sql) UNION ALL (TABLE by_sql EXCEPT ALL TABLE directly)) AS x;
CREATE TEMP TABLE by_hand AS TABLE plain;
ANALYZE by_hand, directly;
SELECT count(*) AS misplaced
FROM (SELECT place, row_number() OVER (PARTITION BY from_module, from_key ORDER BY p.importance DESC, p.start_date,
              (p.key::relate.record_key) USING OPERATOR(relate.<), p.module COLLATE "C", p.relationship_id, p.is_source DESC) AS wanted
      FROM directly AS d JOIN by_hand AS p USING (from_module, from_key, relationship_id, role, module, key)
      WHERE filter = 1) AS x WHERE place <> wanted;

-- More than work_mem holds: the same rows, sorted on disk.
CREATE TABLE hub AS SELECT i AS id, repeat('x', 300) AS filler FROM generate_series(1, 3000) i;
ALTER TABLE hub ADD PRIMARY KEY (id);
SELECT relate.register_module('hub', name_columns => '{id}');
SELECT relate.create_relationship_type('contains', 'person', 'hub', 'one_to_many');
INSERT INTO query_random_crm.relationship (type_id, source_key, target_key, importance, description)
SELECT type_id, 1, i, 1 + i % 5, repeat('long ', 60) FROM query_random_crm.relationship_type AS t, generate_series(1, 3000) i WHERE t.name = 'contains';
SET work_mem = '64MB';
CREATE TEMP TABLE in_memory AS
SELECT * FROM relate.related_records_of('person', '{2,1,5}', max_rows => NULL) WITH ORDINALITY;
SET work_mem = '64kB';
CREATE TEMP TABLE on_disk AS
SELECT * FROM relate.related_records_of('person', '{2,1,5}', max_rows => NULL) WITH ORDINALITY;
CREATE TEMP TABLE first_ones AS
SELECT * FROM relate.related_records_of('person', '{2,1,5}', max_rows => 10) WITH ORDINALITY;
RESET work_mem;
SELECT count(*) > 3000 AS many, count(DISTINCT from_key) AS records FROM in_memory;
SELECT count(*) AS different FROM ((TABLE in_memory EXCEPT ALL TABLE on_disk) UNION ALL (TABLE on_disk EXCEPT ALL TABLE in_memory)) AS x;
SELECT count(*) AS different
FROM (SELECT from_key::text, relationship_id, row_number() OVER (PARTITION BY from_key::text ORDER BY ordinality) AS place FROM in_memory) AS a
FULL JOIN (SELECT from_key::text, relationship_id, row_number() OVER (PARTITION BY from_key::text ORDER BY ordinality) AS place FROM first_ones) AS b
USING (from_key, relationship_id, place)
WHERE place <= 10 AND (a.from_key IS NULL OR b.from_key IS NULL);
SELECT o -> 'count' AS count, jsonb_array_length(o -> 'records') AS shown
FROM jsonb_array_elements(relate.record_overview('person', 1) -> 'related') AS o WHERE o ->> 'module' = 'hub';

-- The report in many batches, and names through a parallel plan.
SELECT count(*) = 2 * (SELECT count(*) FROM query_random_crm.relationship) -
       (SELECT count(*) FROM query_random_crm.relationship AS r JOIN query_random_crm.relationship_type AS t USING (type_id)
        WHERE t.is_symmetric AND r.source_module_id = r.target_module_id AND r.source_key::text = r.target_key::text) AS two_each
FROM relate.relationship_report();
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT count(*), count(relate.record_name('hub', id)) AS named, min(relate.record_name('hub', id)) FROM hub;
SELECT count(*), count(relate.record_name('hub', id)) AS named, min(relate.record_name('hub', id)) FROM hub;
SELECT count(*) FILTER (WHERE relate.are_related('contains', 1, id)) AS related,
       sum((SELECT count(*) FROM relate.related_records('hub', id))) AS rows FROM hub;

RESET ROLE;
DROP SCHEMA query_random_crm CASCADE;
DROP SCHEMA query_random CASCADE;
DROP OWNED BY regress_query_random;
DROP ROLE regress_query_random;
