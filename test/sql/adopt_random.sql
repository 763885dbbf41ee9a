-- Reading hard links against plain SQL, on random data: no row more, no row less.
-- Keys of every sort, columns and junctions beside links; below SQL where tables and
-- indexes allow it, and by SQL as somebody for whom policies are in force.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET jit = off;
CREATE SCHEMA adopt_random;
SET search_path = adopt_random, pg_temp;
SET relate.workspace = 'adopt_random_crm';
SELECT setseed(0.7);

CREATE TABLE person (id bigint PRIMARY KEY, name text, boss_id bigint REFERENCES person, mentor_id int, email text UNIQUE);
CREATE TABLE firm (id uuid PRIMARY KEY, name text, owner_id bigint REFERENCES person);
CREATE INDEX ON firm (owner_id);
CREATE TABLE line (doc int, pos smallint, title text, firm_id uuid REFERENCES firm, PRIMARY KEY (pos, doc));
CREATE INDEX ON line (firm_id, doc);
CREATE TABLE part (code numeric PRIMARY KEY, name text, line_doc int, line_pos smallint, alias numeric UNIQUE,
    FOREIGN KEY (line_pos, line_doc) REFERENCES line);
CREATE INDEX ON part (line_doc, line_pos); -- in another order than the key
CREATE TABLE place (code char(4) NOT NULL PRIMARY KEY, name text, part_code numeric REFERENCES part) PARTITION BY HASH (code);
CREATE TABLE place_0 PARTITION OF place FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE place_1 (name text, part_code numeric, code char(4) NOT NULL);
ALTER TABLE place ATTACH PARTITION place_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
-- Junctions: with dates and attributes; plain; of one table with itself; with a composite key; timestamps as dates.
CREATE TABLE job (person_id bigint REFERENCES person, firm_id uuid REFERENCES firm, start_date date, end_date date, title text, hours int,
    PRIMARY KEY (person_id, firm_id, start_date));
CREATE INDEX ON job (firm_id);
CREATE TABLE person_place (person_id bigint REFERENCES person, place_code char(4) REFERENCES place, PRIMARY KEY (place_code, person_id));
CREATE TABLE friendship (one_id bigint REFERENCES person, other_id bigint REFERENCES person, since timestamptz, PRIMARY KEY (one_id, other_id));
CREATE INDEX ON friendship (other_id);
CREATE TABLE line_part (line_pos smallint, line_doc int, part_code numeric REFERENCES part, valid_from timestamptz NOT NULL, valid_to timestamp,
    FOREIGN KEY (line_pos, line_doc) REFERENCES line, PRIMARY KEY (line_doc, line_pos, part_code, valid_from));
-- By other unique keys than those of the modules: a column, and a junction with dates, on both sides.
CREATE TABLE letter (id int PRIMARY KEY, to_email text REFERENCES person (email), place_code char(4) REFERENCES place);
CREATE INDEX ON letter (to_email);
CREATE TABLE wish (email text REFERENCES person (email), alias numeric REFERENCES part (alias), start_date date, end_date date, note text,
    PRIMARY KEY (email, alias, start_date));

INSERT INTO person (id, name, boss_id) SELECT i - 5, CASE WHEN i % 7 > 0 THEN 'Person ' || i END, CASE WHEN i > 5 AND i % 4 > 0 THEN (random() * (i - 1))::int - 5 + 1 END
FROM generate_series(1, 60) i;
UPDATE person SET boss_id = id WHERE id = 3; -- its own
UPDATE person SET mentor_id = (random() * 80)::int WHERE id % 3 = 0; -- no foreign key: some do not exist
INSERT INTO firm SELECT md5(i::text)::uuid, 'Firm ' || i, CASE WHEN i % 3 > 0 THEN (random() * 50)::int END FROM generate_series(1, 30) i;
INSERT INTO line SELECT i / 5, i % 5, 'Line ' || i, CASE WHEN i % 5 > 0 THEN md5((1 + (random() * 29)::int)::text)::uuid END FROM generate_series(0, 39) i;
INSERT INTO part SELECT i + i % 2 * 0.50, 'Part ' || i, CASE WHEN i % 6 > 0 THEN i % 40 / 5 END, CASE WHEN i % 7 > 0 THEN i % 40 % 5 END FROM generate_series(1, 50) i;
INSERT INTO place SELECT 'P' || i, 'Place ' || i, CASE i % 3 WHEN 0 THEN i WHEN 1 THEN i + i % 2 * 0.5 END FROM generate_series(1, 40) i
WHERE i % 3 > 0 OR i % 2 = 0;
INSERT INTO job SELECT id, md5((1 + (random() * 29)::int)::text)::uuid, date '2024-01-01' + (random() * 900)::int,
       CASE WHEN random() < 0.6 THEN date '2025-01-01' + (random() * 900)::int WHEN random() < 0.5 THEN 'infinity'::date END, 'job ' || id, (random() * 40)::int
FROM person, generate_series(1, 3) ON CONFLICT DO NOTHING;
INSERT INTO person_place SELECT id, code FROM person, place WHERE random() < 0.05;
INSERT INTO friendship SELECT a.id, b.id, '2025-03-01' FROM person a, person b WHERE random() < 0.04;
INSERT INTO line_part SELECT pos, doc, code, '2024-06-01'::timestamptz + random() * interval '800 days',
       CASE WHEN random() < 0.5 THEN '2025-06-01'::timestamp + random() * interval '500 days' END
FROM line, part WHERE random() < 0.03;

UPDATE person SET email = 'p' || id || '@example.org' WHERE id % 4 > 0;
UPDATE part SET alias = code * 2 WHERE code < 45;
INSERT INTO letter SELECT i, (SELECT email FROM person WHERE id = i * 7 % 55), CASE WHEN i % 3 > 0 THEN (SELECT code FROM place WHERE name = 'Place ' || i % 30) END
FROM generate_series(1, 60) i;
INSERT INTO wish SELECT email, round(alias, 3), date '2024-01-01' + (id * 37 % 800)::int, CASE WHEN id % 2 > 0 THEN date '2026-06-01' END, 'wish ' || id
FROM person, part WHERE email IS NOT NULL AND alias IS NOT NULL AND (id * 31 + code::int * 17) % 23 = 0;

SELECT relate.create_workspace('adopt_random_crm');
SELECT relationship_type, cardinality, storage, columns, note FROM relate.adopt_foreign_keys('adopt_random');
INSERT INTO adopt_random_crm.relationship_type (name, source_module_id, target_module_id, cardinality, is_perpetual, storage, storage_table,
    storage_source_columns, storage_target_columns, source_role, target_role, default_importance)
SELECT 'person_mentor', module_id, module_id, 'many_to_one', true, 'column', 'person', '{id}', '{mentor_id}', 'Pupil', 'Mentor', 5
FROM adopt_random_crm.module WHERE name = 'person';
-- Links beside them.
SELECT relate.create_relationship_type('knows', 'person', 'person', is_symmetric => true, allow_self => true),
       relate.create_relationship_type('visits', 'person', 'firm');
INSERT INTO adopt_random_crm.relationship (type_id, source_key, target_key, start_date, end_date, importance)
SELECT (SELECT type_id FROM adopt_random_crm.relationship_type WHERE name = 'knows'), a.id, b.id, '2024-05-01',
       CASE WHEN random() < 0.5 THEN date '2025-01-01' + (random() * 700)::int END, 1 + (random() * 4)::int
FROM person a, person b WHERE a.id <= b.id AND random() < 0.05;
INSERT INTO adopt_random_crm.relationship (type_id, source_key, target_key)
SELECT (SELECT type_id FROM adopt_random_crm.relationship_type WHERE name = 'visits'), p.id, f.id FROM person p, firm f WHERE random() < 0.05;

-- All records, and all relationships, as plain SQL has them.
CREATE VIEW record AS
SELECT 'person' AS module, id::text AS key, name FROM person UNION ALL SELECT 'firm', id::text, name FROM firm
UNION ALL SELECT 'line', format('(%s,%s)', pos, doc), title FROM line UNION ALL SELECT 'part', code::text, name FROM part
UNION ALL SELECT 'place', rtrim(code), name FROM place UNION ALL SELECT 'letter', id::text, NULL FROM letter;
CREATE VIEW stored AS
SELECT NULL::bigint AS id, 'person_boss' AS type, id::text AS source, boss_id::text AS target, NULL::date AS start_date, NULL::date AS end_date,
       NULL::jsonb AS attributes FROM person WHERE boss_id IS NOT NULL
UNION ALL SELECT NULL, 'person_mentor', id::text, mentor_id::text, NULL, NULL, NULL FROM person WHERE mentor_id IS NOT NULL
UNION ALL SELECT NULL, 'firm_owner', id::text, owner_id::text, NULL, NULL, NULL FROM firm WHERE owner_id IS NOT NULL
UNION ALL SELECT NULL, 'line_firm', format('(%s,%s)', pos, doc), firm_id::text, NULL, NULL, NULL FROM line WHERE firm_id IS NOT NULL
UNION ALL SELECT NULL, 'part_line', code::text, format('(%s,%s)', line_pos, line_doc), NULL, NULL, NULL FROM part WHERE line_pos IS NOT NULL AND line_doc IS NOT NULL
UNION ALL SELECT NULL, 'place_part', rtrim(l.code), p.code::text, NULL, NULL, NULL FROM place l JOIN part p ON p.code = l.part_code
UNION ALL SELECT NULL, 'job', person_id::text, firm_id::text, start_date, nullif(end_date, 'infinity'), jsonb_build_object('title', title, 'hours', hours) FROM job
UNION ALL SELECT NULL, 'person_place', rtrim(place_code), person_id::text, NULL, NULL, NULL FROM person_place
UNION ALL SELECT NULL, 'friendship', one_id::text, other_id::text, NULL, NULL, jsonb_build_object('since', since) FROM friendship
UNION ALL SELECT NULL, 'line_part', format('(%s,%s)', j.line_pos, j.line_doc), p.code::text, valid_from::date, valid_to::date, NULL
FROM line_part j JOIN part p ON p.code = j.part_code
UNION ALL SELECT NULL, 'letter_to', l.id::text, p.id::text, NULL, NULL, NULL FROM letter l JOIN person p ON p.email = l.to_email
UNION ALL SELECT NULL, 'letter_place', id::text, rtrim(place_code), NULL, NULL, NULL FROM letter WHERE place_code IS NOT NULL
UNION ALL SELECT NULL, 'wish', p.id::text, a.code::text, start_date, end_date, jsonb_build_object('note', note)
FROM wish w JOIN person p USING (email) JOIN part a USING (alias)
UNION ALL SELECT r.relationship_id, t.name, r.source_key::text, r.target_key::text, r.start_date, r.end_date, r.attributes
FROM adopt_random_crm.relationship r JOIN adopt_random_crm.relationship_type t USING (type_id);
CREATE VIEW plain AS
SELECT side.from_module, side.from_key, s.id, s.type, side.role, side.own_role, side.label, side.module, side.key, far.name,
       s.start_date, s.end_date, coalesce(r.importance, t.default_importance) AS importance, s.attributes
FROM stored s
JOIN adopt_random_crm.relationship_type t ON t.name = s.type
JOIN adopt_random_crm.module sm ON sm.module_id = t.source_module_id
JOIN adopt_random_crm.module tm ON tm.module_id = t.target_module_id
LEFT JOIN adopt_random_crm.relationship r ON r.relationship_id = s.id
CROSS JOIN LATERAL (VALUES (sm.name, s.source, t.target_role, t.source_role, t.label, tm.name, s.target, true),
                           (tm.name, s.target, t.source_role, t.target_role, t.inverse_label, sm.name, s.source, false))
     AS side (from_module, from_key, role, own_role, label, module, key, is_source)
LEFT JOIN record far ON far.module = side.module AND far.key = side.key
WHERE side.is_source OR NOT t.is_symmetric OR s.source <> s.target;
SELECT type, count(*) > 15 AS many FROM plain GROUP BY type ORDER BY type;

CREATE FUNCTION plain_related(day date, show text)
RETURNS TABLE (from_module text, from_key text, id bigint, type text, role text, own_role text, label text, module text, key text, name text,
    start_date date, end_date date, importance smallint, is_current boolean, attributes jsonb) LANGUAGE sql AS $$
    SELECT p.from_module, p.from_key, p.id, p.type, p.role, p.own_role, p.label, p.module, p.key, p.name, p.start_date, p.end_date, p.importance,
           coalesce(p.start_date <= day, true) AND coalesce(p.end_date >= day, true), p.attributes
    FROM plain p JOIN record r ON r.module = p.from_module AND r.key = p.from_key
    WHERE CASE show WHEN 'all' THEN true WHEN 'past' THEN end_date < day WHEN 'future' THEN start_date > day
                    ELSE coalesce(start_date <= day, true) AND coalesce(end_date >= day, true) END
$$;
CREATE FUNCTION ours_one(day date, show text) RETURNS SETOF pg_catalog.record LANGUAGE sql AS $$
    SELECT n.module, n.key, r.relationship_id, r.relationship_type, r.role, r.own_role, r.label, r.module, r.key::text, r.name,
           r.start_date, r.end_date, r.importance, r.is_current, r.attributes
    FROM record n, relate.related_records(n.module, n.key, NULL, day, show) r
$$;
CREATE FUNCTION ours_of(day date, show text) RETURNS SETOF pg_catalog.record LANGUAGE sql AS $$
    SELECT n.module, r.from_key::text, r.relationship_id, r.relationship_type, r.role, r.own_role, r.label, r.module, r.key::text, r.name,
           r.start_date, r.end_date, r.importance, r.is_current, r.attributes
    FROM (SELECT module, array_agg(key) AS keys FROM record GROUP BY module) n, relate.related_records_of(n.module, n.keys, NULL, day, show) r
$$;
CREATE FUNCTION differences() RETURNS TABLE (question text, shows text, rows bigint, missing bigint, extra bigint) LANGUAGE plpgsql AS $$
DECLARE
    day date;
BEGIN
    FOREACH question IN ARRAY '{one,of}'::text[] LOOP
        FOREACH shows IN ARRAY '{current,past,future,all}'::text[] LOOP
            rows := 0; missing := 0; extra := 0;
            FOREACH day IN ARRAY ARRAY[date '2025-06-15', '2030-01-01'] LOOP
                EXECUTE format($q$
                    WITH ours AS MATERIALIZED (SELECT * FROM ours_%s($1, $2) AS o (from_module text, from_key text, id bigint, type text, role text,
                             own_role text, label text, module text, key text, name text, start_date date, end_date date, importance smallint,
                             is_current boolean, attributes jsonb)),
                         plain AS MATERIALIZED (SELECT * FROM plain_related($1, $2))
                    SELECT $3 + (SELECT count(*) FROM ours), $4 + (SELECT count(*) FROM (TABLE plain EXCEPT ALL TABLE ours) x),
                           $5 + (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE plain) x)
                    $q$, question) INTO rows, missing, extra USING day, shows, rows, missing, extra;
            END LOOP;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;
SELECT question, shows, rows > 30 AS many, missing, extra FROM differences();

-- The views, the report, the statistics and are_related over the same.
CREATE FUNCTION other_readers() RETURNS TABLE (reader text, many boolean, missing bigint, extra bigint) LANGUAGE sql AS $$
    WITH pairs AS MATERIALIZED (SELECT id, type, source, target, start_date, end_date, attributes FROM stored),
         list AS MATERIALIZED (SELECT relationship_id, relationship_type, source_key::text, target_key::text, start_date, end_date, attributes
                               FROM adopt_random_crm.relationship_list),
         plain_side AS MATERIALIZED (SELECT id, type, from_module, from_key, module, key, role, label, start_date, importance FROM plain),
         side AS MATERIALIZED (SELECT relationship_id, relationship_type, module, key::text, far_module, far_key::text, far_role, label, start_date, importance
                               FROM adopt_random_crm.relationship_sides),
         report AS MATERIALIZED (SELECT relationship_id, relationship_type, primary_module, primary_id::text, target_module, target_id::text, target_role,
                                        relationship_label, start_date, importance FROM relate.relationship_report())
    SELECT 'list', (SELECT count(*) > 100 FROM list), (SELECT count(*) FROM (TABLE pairs EXCEPT ALL TABLE list) x), (SELECT count(*) FROM (TABLE list EXCEPT ALL TABLE pairs) x)
    UNION ALL
    SELECT 'sides', (SELECT count(*) > 100 FROM side), (SELECT count(*) FROM (TABLE plain_side EXCEPT ALL TABLE side) x),
           (SELECT count(*) FROM (TABLE side EXCEPT ALL TABLE plain_side) x)
    UNION ALL
    SELECT 'report', (SELECT count(*) > 100 FROM report), (SELECT count(*) FROM (TABLE plain_side EXCEPT ALL TABLE report) x),
           (SELECT count(*) FROM (TABLE report EXCEPT ALL TABLE plain_side) x)
    UNION ALL
    SELECT 'stats', true, (SELECT count(*) FROM (SELECT type, count(*), count(DISTINCT source), count(DISTINCT target) FROM stored GROUP BY type
                                                 EXCEPT SELECT type, total, sources, targets FROM relate.relationship_type_stats()) x), 0
    UNION ALL
    SELECT 'are_related', true,
           (SELECT count(*) FROM (SELECT DISTINCT type, source, target FROM stored WHERE coalesce(start_date <= '2025-06-15', true) AND coalesce(end_date >= '2025-06-15', true)) s
            WHERE NOT relate.are_related(s.type, s.source, s.target, '2025-06-15')),
           (SELECT count(*) FROM (SELECT DISTINCT a.type, a.source, b.target FROM stored a JOIN stored b USING (type) WHERE random() < 0.02) s
            WHERE relate.are_related(s.type, s.source, s.target, '2025-06-15')
              AND NOT EXISTS (SELECT FROM stored x WHERE x.type = s.type AND (x.source = s.source AND x.target = s.target OR s.type = 'knows' AND x.source = s.target AND x.target = s.source)
                              AND coalesce(start_date <= '2025-06-15', true) AND coalesce(end_date >= '2025-06-15', true)))
    UNION ALL
    SELECT 'overview', true, (SELECT count(*) FROM record r
        LEFT JOIN (SELECT from_module AS module, from_key AS key, count(*) FROM plain GROUP BY 1, 2) p USING (module, key)
        WHERE coalesce(p.count, 0) <> (SELECT coalesce(sum((e ->> 'count')::int), 0) FROM jsonb_array_elements(relate.record_overview(r.module, r.key) -> 'related') e)), 0
$$;
SELECT * FROM other_readers();

-- The order, and the first rows only.
SELECT count(*) AS out_of_order FROM record n, LATERAL (
    SELECT r.importance, r.start_date, lag(r.importance) OVER () AS importance_before, lag(r.start_date) OVER () AS start_before
    FROM relate.related_records(n.module, n.key, show => 'all') r) x
WHERE (-importance, coalesce(start_date, 'infinity')) < (-importance_before, coalesce(start_before, 'infinity'));
SELECT count(*) AS cut_otherwise FROM record n, LATERAL (
    SELECT array_agg((r.relationship_type, r.key::text, r.start_date)) AS all_rows FROM relate.related_records(n.module, n.key, show => 'all') r) a, LATERAL (
    SELECT array_agg((r.relationship_type, r.key::text, r.start_date)) AS cut_rows FROM relate.related_records(n.module, n.key, show => 'all', max_rows => 3) r) c
WHERE a.all_rows[1:3] <> c.cut_rows;
-- More than memory holds.
SET work_mem = '64kB';
SELECT question, shows, missing, extra FROM differences() WHERE shows = 'all';
RESET work_mem;
-- related_rows.
SELECT count(*) AS different FROM firm f
WHERE (SELECT array_agg(p.id ORDER BY p.id) FROM relate.related_rows(NULL::person, 'firm', f.id, '{firm_owner,job}', '2025-06-15') p)
      IS DISTINCT FROM (SELECT array_agg(DISTINCT id ORDER BY id) FROM (
          SELECT owner_id AS id FROM firm o WHERE o.id = f.id AND owner_id IS NOT NULL UNION ALL
          SELECT person_id FROM job j WHERE j.firm_id = f.id AND start_date <= '2025-06-15' AND coalesce(end_date >= '2025-06-15', true)) x);

-- By SQL: policies that hide nothing, then some that hide some rows, and columns that may not be read.
CREATE ROLE adopt_random_reader;
GRANT USAGE ON SCHEMA adopt_random, adopt_random_crm TO adopt_random_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA adopt_random TO adopt_random_reader;
SELECT relate.grant_role('adopt_random_reader', 'reader');
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY '{person,firm,line,part,place,job,person_place,friendship,line_part,letter,wish}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON %1$I USING (true)', t);
    END LOOP;
END $$;
ALTER TABLE adopt_random_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON adopt_random_crm.relationship USING (true);
ALTER VIEW record SET (security_invoker = true);
ALTER VIEW stored SET (security_invoker = true);
ALTER VIEW plain SET (security_invoker = true);
SET ROLE adopt_random_reader;
SELECT question, shows, rows > 30 AS many, missing, extra FROM differences();
SELECT * FROM other_readers();
RESET ROLE;
CREATE POLICY some_rows ON job AS RESTRICTIVE USING (hours % 2 = 0);
CREATE POLICY some_rows ON firm AS RESTRICTIVE USING (owner_id > 10);
CREATE POLICY some_rows ON adopt_random_crm.relationship AS RESTRICTIVE USING (importance > 2);
SET ROLE adopt_random_reader;
SELECT question, shows, missing, extra FROM differences();
RESET ROLE;
-- A table that may not be read is passed over; asked for, it is an error. Attributes that may not be read are left out.
REVOKE SELECT ON person_place, job FROM adopt_random_reader;
GRANT SELECT (person_id, firm_id, start_date, end_date, title) ON job TO adopt_random_reader;
SET ROLE adopt_random_reader;
SELECT DISTINCT relationship_type FROM relate.related_records_of('person', (SELECT array_agg(key) FROM record WHERE module = 'person'), show => 'all') ORDER BY 1;
SELECT * FROM relate.related_records('person', 7, '{person_place}');
SELECT DISTINCT attributes FROM relate.related_records('person', 7, '{job}', show => 'all');
SELECT total FROM relate.relationship_type_stats() WHERE type = 'person_place';
RESET ROLE;

-- A table that is gone takes its type along; one that is gone unseen is no error.
SET session_replication_role = replica;
DROP TABLE friendship CASCADE;
RESET session_replication_role;
SELECT count(*) FROM relate.related_records('person', 7, '{friendship}');
DROP SCHEMA adopt_random CASCADE;
DROP SCHEMA adopt_random_crm CASCADE;
DROP OWNED BY adopt_random_reader;
DROP ROLE adopt_random_reader;
