-- relate.follow, follow_all and paths by name; against plain SQL, on random data.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA follow_test;
SET search_path = follow_test, public;
SELECT relate.create_workspace('follow_ws');
SET relate.workspace = 'follow_ws';

CREATE TABLE organization (id int PRIMARY KEY, name text);
CREATE TABLE contact (id int PRIMARY KEY, name text);
CREATE TABLE ticket (code text PRIMARY KEY, subject text);
CREATE TABLE employee (id int PRIMARY KEY, name text);
INSERT INTO organization SELECT n, 'Org ' || n FROM generate_series(1, 8) AS n;
INSERT INTO contact SELECT n, 'Contact ' || n FROM generate_series(1, 20) AS n;
INSERT INTO ticket SELECT 'T' || n, 'Subject ' || n FROM generate_series(1, 30) AS n;
INSERT INTO employee SELECT n, 'Employee ' || n FROM generate_series(1, 12) AS n;
SELECT relate.register_module('organization', kind => 'organization'), relate.register_module('contact', kind => 'individual'),
       relate.register_module('ticket'), relate.register_module('employee');
SELECT relate.create_relationship_type('employment', 'contact', 'organization', 'many_to_many', source_role => 'Employee',
           target_role => 'Employer', label => 'works for', inverse_label => 'employs'),
       relate.create_relationship_type('report', 'contact', 'ticket', 'many_to_many', label => 'reported',
           inverse_label => 'was reported by'),
       relate.create_relationship_type('observer', 'contact', 'ticket', 'many_to_many', source_role => 'Observer',
           label => 'observes', inverse_label => 'is observed by', is_perpetual => true),
       relate.create_relationship_type('friendship', 'contact', 'contact', 'many_to_many', source_role => 'Friend',
           label => 'is a friend of', is_symmetric => true),
       relate.create_relationship_type('subordination', 'employee', 'employee', 'many_to_one', source_role => 'Subordinate',
           target_role => 'Manager', label => 'reports to', inverse_label => 'manages', hierarchy_parent => 'target'),
       relate.create_relationship_type('note', NULL, 'employee', 'many_to_many', source_role => 'Subject',
           target_role => 'Author', label => 'was noted by', inverse_label => 'noted');

-- ---- by hand ---------------------------------------------------------------
SELECT relate.connect('contact', c, 'works for', 'organization', o, '2020-01-01')
FROM (VALUES (1, 1), (2, 1), (3, 1), (1, 2)) AS v (c, o);
SELECT relate.connect('contact', c, 'reported', 'ticket', t, '2021-01-01') FROM (VALUES (1, 'T1'), (2, 'T1'), (3, 'T2')) AS v (c, t);
SELECT relate.connect('contact', 2, 'observes', 'ticket', 'T1');
SELECT relate.connect('contact', 1, 'friendship', 'contact', 5), relate.connect('contact', 6, 'friendship', 'contact', 1);
SELECT relate.connect('employee', s, 'reports to', 'employee', m) FROM (VALUES (2, 1), (3, 1), (4, 2), (5, 2)) AS v (s, m);
SELECT relate.connect('organization', 1, 'was noted by', 'employee', 4), relate.connect('ticket', 'T2', 'was noted by', 'employee', 4);

-- The tickets of the contacts of an organization: by roles, labels, type names, in any case of letters.
SELECT * FROM relate.follow('organization', 1, '{Employee,Ticket}');
SELECT * FROM relate.follow('organization', 1, '{employs,REPORTED}');
SELECT * FROM relate.follow('organization', 1, '{employment,report}');
SELECT * FROM relate.follow('organization', 1, '{Employee,Ticket}', as_of => '2020-06-30');
SELECT * FROM relate.follow('organization', 1, '{Employee,Ticket}', as_of => '2019-12-31');
-- There and back: who also works where my colleagues work.
SELECT * FROM relate.follow('contact', 1, '{Employer,Employee}');
-- One direction by role or label, both by the type's name.
SELECT * FROM relate.follow('employee', 2, '{Subordinate}');
SELECT * FROM relate.follow('employee', 2, '{reports to}');
SELECT * FROM relate.follow('employee', 2, '{subordination}');
SELECT * FROM relate.follow('employee', 4, '{Manager,Manager}');
SELECT * FROM relate.follow('contact', 1, '{Friend}');
-- A type between any modules: records of several.
SELECT * FROM relate.follow('employee', 4, '{noted}');
SELECT * FROM relate.follow('employee', 1, '{Subordinate,Subordinate,Subject,Employee}');
-- Keys of text; none; twice.
SELECT * FROM relate.follow('ticket', 'T1', '{Observer}');
SELECT * FROM relate.follow('contact', 999, '{Ticket}');
SELECT * FROM relate.follow_all('contact', '{3,1,3,NULL}', '{Ticket}');
SELECT count(*) FROM relate.follow_all('contact', '{}', '{Ticket}');

-- ---- paths by name -----------------------------------------------------------
SELECT relate.define_path('all tickets', '{Employee,Ticket}');
SELECT relate.define_path('tickets of our employers', '{Employer,all tickets}');
SELECT * FROM relate.paths();
SELECT * FROM relate.follow('contact', 3, '{tickets of our employers}');
SELECT relate.define_path('all tickets', '{employs,observes}');
SELECT * FROM relate.follow('contact', 3, '{tickets of our employers}');
SELECT settings -> 'paths' FROM follow_ws.workspace;

-- ---- errors --------------------------------------------------------------------
SELECT relate.follow('organisation', 1, '{Employee}');
SELECT relate.follow('organization', 1, '{Employe}');
SELECT relate.follow('organization', 1, '{Employee,Employee}');
SELECT relate.follow('employee', 1, '{noted,xyzzy}');
SELECT relate.follow('organization', 1, '{}');
SELECT relate.follow('organization', 1, NULL);
SELECT relate.follow('organization', 1, '{Employee,NULL}');
SELECT relate.follow('organization', NULL::relate.record_key, '{Employee}');
SELECT relate.follow_all('organization', NULL, '{Employee}');
SELECT relate.define_path('employee', '{Ticket}');
SELECT relate.define_path(' ', '{Ticket}');
SELECT relate.define_path('p', '{}');
SELECT relate.define_path('p', '{Ticket,NULL}');
SELECT relate.define_path('p', '{Tickets}');
SELECT relate.define_path('p', '{p}');
SELECT relate.define_path('p', NULL);
SELECT relate.define_path('all tickets', '{tickets of our employers}');
SELECT relate.follow('organization', 1, '{all tickets}');
SELECT relate.drop_path('all ticket');
SELECT relate.drop_path('all tickets');
SELECT relate.follow('contact', 3, '{tickets of our employers}');
SELECT relate.drop_path('tickets of our employers');
SELECT * FROM relate.paths();

-- ---- against plain SQL ---------------------------------------------------------
-- Once below SQL, once by SQL (as somebody for whom a policy is in force).
DELETE FROM follow_ws.relationship;
SELECT setseed(0.42);
CREATE VIEW record AS
SELECT m.module_id, m.name AS module, r.key
FROM (SELECT 'organization', id::text FROM organization UNION ALL SELECT 'contact', id::text FROM contact
      UNION ALL SELECT 'ticket', code FROM ticket UNION ALL SELECT 'employee', id::text FROM employee) AS r (module, key)
JOIN follow_ws.module AS m ON m.name = r.module;
INSERT INTO follow_ws.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date)
SELECT DISTINCT ON (type_id, least(one, other), greatest(one, other)) type_id, source_id, source_key, target_id, target_key,
       CASE WHEN luck < 0.8 THEN day END, CASE WHEN luck > 0.3 THEN day + (luck * 900)::int END
FROM (SELECT t.type_id, s.module_id AS source_id, s.key AS source_key, f.module_id AS target_id, f.key AS target_key,
             s.module || s.key AS one, CASE WHEN t.is_symmetric THEN '' ELSE '>' END || f.module || f.key AS other,
             date '2020-01-01' + (random() * 900)::int AS day, random() AS luck
      FROM follow_ws.relationship_type AS t, record AS s, record AS f
      WHERE s.module_id = coalesce(t.source_module_id, s.module_id) AND f.module_id = coalesce(t.target_module_id, f.module_id)
        AND (s.module, s.key) <> (f.module, f.key) AND t.name <> 'subordination' AND random() < 0.15) AS candidate
ORDER BY type_id, least(one, other), greatest(one, other);
INSERT INTO follow_ws.relationship (type_id, source_key, target_key)
SELECT type_id, n, n / 2 FROM follow_ws.relationship_type, generate_series(2, 12) AS n WHERE name = 'subordination';
SELECT t.name, count(*) > 8 AS many FROM follow_ws.relationship JOIN follow_ws.relationship_type AS t USING (type_id) GROUP BY 1 ORDER BY 1;
ANALYZE follow_ws.relationship;

-- Each relationship as it leads from one record to another.
CREATE VIEW edge WITH (security_invoker = true) AS
SELECT t.type_id, t.name, lower(t.target_role) AS role, lower(t.label) AS label, r.source_module_id AS from_id, r.source_key::text AS from_key,
       r.target_module_id AS to_id, r.target_key::text AS to_key,
       CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date, CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date
FROM follow_ws.relationship AS r JOIN follow_ws.relationship_type AS t USING (type_id)
UNION ALL
SELECT t.type_id, t.name, lower(t.source_role), lower(t.inverse_label), r.target_module_id, r.target_key::text, r.source_module_id,
       r.source_key::text, CASE WHEN NOT t.is_perpetual THEN r.start_date END, CASE WHEN NOT t.is_perpetual THEN r.end_date END
FROM follow_ws.relationship AS r JOIN follow_ws.relationship_type AS t USING (type_id);
-- What a word can mean at a record of a module: a role or label goes before a name.
CREATE TABLE meaning AS
SELECT w.word, m.module_id, t.type_id, t.role, t.label
FROM (SELECT DISTINCT lower(word) AS word FROM follow_ws.relationship_type AS t,
             unnest(ARRAY[t.name, t.source_role, t.target_role, t.label, t.inverse_label]) AS word) AS w
CROSS JOIN follow_ws.module AS m
JOIN (SELECT type_id, name, lower(target_role) AS role, lower(label) AS label, source_module_id AS from_id FROM follow_ws.relationship_type
      UNION SELECT type_id, name, lower(source_role), lower(inverse_label), target_module_id FROM follow_ws.relationship_type) AS t
     ON coalesce(t.from_id, m.module_id) = m.module_id
WHERE w.word IN (t.role, t.label)
   OR w.word = t.name AND NOT EXISTS (
          SELECT FROM (SELECT lower(target_role) AS role, lower(label) AS label, source_module_id AS from_id FROM follow_ws.relationship_type
                       UNION SELECT lower(source_role), lower(inverse_label), target_module_id FROM follow_ws.relationship_type) AS o
          WHERE coalesce(o.from_id, m.module_id) = m.module_id AND w.word IN (o.role, o.label));
CREATE FUNCTION plain_follow(module text, keys text[], path text[], as_of date)
RETURNS TABLE (from_key text, module text, key text, ways bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, follow_test AS $$
    WITH RECURSIVE walk AS (
        SELECT k.key AS origin, m.module_id, k.key, 0 AS step
        FROM unnest(keys) AS k (key), follow_ws.module AS m WHERE m.name = plain_follow.module
        UNION ALL
        SELECT w.origin, e.to_id, e.to_key, w.step + 1
        FROM walk AS w JOIN edge AS e ON e.from_id = w.module_id AND e.from_key = w.key
        WHERE w.step < cardinality(path) AND coalesce(e.start_date <= as_of, true) AND coalesce(e.end_date >= as_of, true)
          AND EXISTS (SELECT FROM meaning AS x WHERE x.word = lower(path[w.step + 1]) AND x.module_id = w.module_id
                      AND x.type_id = e.type_id AND (x.role, x.label) = (e.role, e.label)))
    SELECT w.origin, m.name, w.key, count(*) FROM walk AS w JOIN follow_ws.module AS m USING (module_id)
    WHERE w.step = cardinality(path) GROUP BY 1, 2, 3
$$;

ANALYZE meaning;

-- Random paths: each word leads on from a module that the one before can reach.
CREATE TABLE question (id int PRIMARY KEY, module text, keys text[], path text[], as_of date);
DO $$
DECLARE
    id int;
    module_id int;
    path text[];
    word text;
    at_id int;
    name text;
BEGIN
    FOR id IN 1 .. 80 LOOP
        SELECT m.module_id, m.name INTO module_id, name FROM follow_ws.module AS m ORDER BY random() LIMIT 1;
        path := '{}';
        at_id := module_id;
        FOR i IN 1 .. 1 + (random() * 2)::int LOOP
            SELECT x.word, e.to_id INTO word, at_id
            FROM meaning AS x JOIN edge AS e ON (e.type_id, e.role, e.label) = (x.type_id, x.role, x.label)
            WHERE x.module_id = at_id AND e.from_id = at_id ORDER BY random() LIMIT 1;
            EXIT WHEN word IS NULL;
            path := path || word;
        END LOOP;
        INSERT INTO question SELECT id, name, array_agg(k.key ORDER BY k.place), path, date '2020-01-01' + (random() * 1200)::int
        FROM (SELECT r.key, row_number() OVER (ORDER BY random()) AS place FROM record AS r WHERE r.module = name) AS k WHERE k.place <= 4;
    END LOOP;
END;
$$;
CREATE FUNCTION differences(OUT questions bigint, OUT answers bigint, OUT differences bigint) LANGUAGE sql AS $$
    WITH ours AS MATERIALIZED (
        SELECT q.id, f.from_key::text, f.module, f.key::text, f.ways
        FROM question AS q, relate.follow_all(q.module, q.keys::relate.record_key[], q.path, q.as_of) AS f
    ), theirs AS MATERIALIZED (
        SELECT q.id, f.from_key, f.module, f.key, f.ways FROM question AS q, plain_follow(q.module, q.keys, q.path, q.as_of) AS f
    ), one AS MATERIALIZED ( -- from the first key alone
        SELECT q.id, q.keys[1], f.module, f.key::text, f.ways FROM question AS q, relate.follow(q.module, q.keys[1], q.path, q.as_of) AS f
    )
    SELECT (SELECT count(*) FROM question), (SELECT count(*) FROM ours),
           (SELECT count(*) FROM ((TABLE ours EXCEPT ALL TABLE theirs) UNION ALL (TABLE theirs EXCEPT ALL TABLE ours)) AS x)
           + (SELECT count(*) FROM ((TABLE one EXCEPT ALL (SELECT t.* FROM theirs AS t JOIN question AS q USING (id) WHERE t.from_key = q.keys[1]))
              UNION ALL ((SELECT t.* FROM theirs AS t JOIN question AS q USING (id) WHERE t.from_key = q.keys[1]) EXCEPT ALL TABLE one)) AS x)
$$;
SELECT questions, answers > 500 AS many, differences FROM differences();
SELECT count(*) FILTER (WHERE ways > 1) > 100 AS many_ways, count(DISTINCT cardinality(path)) AS lengths
FROM question AS q, relate.follow_all(q.module, q.keys::relate.record_key[], q.path, q.as_of) AS f;

CREATE ROLE regress_follow;
SELECT relate.grant_role('regress_follow', 'reader');
GRANT USAGE ON SCHEMA follow_test TO regress_follow;
GRANT SELECT ON ALL TABLES IN SCHEMA follow_test TO regress_follow;
ALTER TABLE follow_ws.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY most ON follow_ws.relationship USING (relationship_id % 4 <> 0);
CREATE TABLE all_answers AS SELECT answers FROM differences();
GRANT SELECT ON all_answers TO regress_follow;
SET ROLE regress_follow;
SELECT questions, d.answers < a.answers AS fewer, differences FROM differences() AS d, all_answers AS a;
-- Names that the caller may not read stay away, the keys are those of relationships he may read.
RESET ROLE;
REVOKE SELECT ON contact FROM regress_follow;
SET ROLE regress_follow;
SELECT count(*) > 0 AS rows, count(f.name) AS names FROM relate.follow('organization', 1, '{Employee}', '2020-09-01') AS f;
SELECT relate.define_path('mine', '{Employee}');
RESET ROLE;
REVOKE SELECT ON follow_ws.relationship FROM regress_follow;
SET ROLE regress_follow;
SELECT * FROM relate.follow('organization', 1, '{Employee}');
RESET ROLE;
REVOKE SELECT ON follow_ws.relationship_type FROM regress_follow;
SET ROLE regress_follow;
SELECT * FROM relate.follow('organization', 1, '{Employe}');
RESET ROLE;

DROP SCHEMA follow_ws CASCADE;
DROP SCHEMA follow_test CASCADE;
DROP OWNED BY regress_follow;
DROP ROLE regress_follow;
