-- Hierarchies: rows, order and errors of each function.
SET client_min_messages = warning;
CREATE SCHEMA query_hierarchy;
SET search_path = query_hierarchy, pg_temp;
SET relate.workspace = 'query_hierarchy_crm';

CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END $$;

CREATE TABLE office (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE person (login text PRIMARY KEY, name text);
INSERT INTO office VALUES (1, 'Head office'), (2, 'North'), (3, 'South'), (4, 'North, harbour'), (5, 'North, airport'), (6, 'Kiosk'), (7, 'Archive'), (8, 'Old mill');
INSERT INTO person VALUES ('ann', 'Ann'), ('bob', 'Bob'), ('cyd', NULL);
SELECT relate.create_workspace('query_hierarchy_crm');
SELECT relate.register_module('office'), relate.register_module('person');
SELECT relate.create_relationship_type('branch', 'office', 'office', 'many_to_one', source_role => 'Branch', target_role => 'Head office', label => 'is a branch of', hierarchy_parent => 'target'),
       relate.create_relationship_type('owner', 'office', 'office', 'many_to_many', hierarchy_parent => 'source'),
       relate.create_relationship_type('chart', NULL, NULL, 'many_to_one', hierarchy_parent => 'target', is_perpetual => true),
       relate.create_relationship_type('staff', 'office', 'person', 'one_to_many', hierarchy_parent => 'source'),
       relate.create_relationship_type('friend', 'office', 'office', 'many_to_many', is_symmetric => true);
INSERT INTO query_hierarchy_crm.relationship_list (relationship_type, source_key, target_key, start_date, end_date) VALUES
    ('branch', '3', '1', NULL, NULL), ('branch', '2', '1', NULL, NULL), ('branch', '4', '2', NULL, NULL),
    ('branch', '5', '3', NULL, '2019-12-31'), ('branch', '5', '2', '2020-01-01', NULL), ('branch', '6', '5', NULL, NULL),
    ('owner', '1', '2', NULL, NULL), ('owner', '1', '3', NULL, NULL), ('owner', '2', '4', NULL, NULL), ('owner', '3', '4', NULL, NULL),
    ('owner', '1', '4', '2024-01-01', NULL), ('owner', '4', '6', NULL, NULL), ('owner', '7', '6', NULL, NULL), ('owner', '2', '5', NULL, NULL), ('owner', '3', '5', NULL, NULL),
    ('staff', '2', 'ann', NULL, NULL), ('staff', '2', 'bob', NULL, NULL);
INSERT INTO query_hierarchy_crm.relationship_list (relationship_type, source_module, source_key, target_module, target_key) VALUES
    ('chart', 'person', 'ann', 'office', '1'), ('chart', 'office', '2', 'person', 'ann'), ('chart', 'person', 'bob', 'office', '2'), ('chart', 'person', 'cyd', 'office', '2');

-- A tree, today and on a day of the past.
SELECT * FROM relate.descendants('branch', 1);
SELECT * FROM relate.descendants('branch', 1, as_of => '2015-01-01');
SELECT * FROM relate.descendants('branch', 1, max_depth => 1);
SELECT count(*) FROM relate.descendants('branch', 1, max_depth => 0);
SELECT * FROM relate.children('branch', '2');
SELECT * FROM relate.ancestors('branch', 6);
SELECT * FROM relate.ancestors('branch', 6, max_depth => 2);
SELECT * FROM relate.ancestors('branch', '6'::text, '2015-01-01');
SELECT * FROM relate.siblings('branch', 4);
SELECT count(*) AS of_a_root FROM relate.siblings('branch', 1);
SELECT relate.descendant_count('branch', 1), relate.descendant_count('branch', 1, max_depth => 2), relate.descendant_count('branch', 6);
SELECT * FROM relate.hierarchy_path('branch', 6);
SELECT * FROM relate.hierarchy_path('branch', 1);
SELECT * FROM relate.hierarchy_roots('branch');
SELECT key, name, role, depth, parent_key, child_count, path, tree FROM relate.hierarchy_tree('branch', 1);
SELECT key, child_count, tree FROM relate.hierarchy_tree('branch', NULL, '2015-01-01', 1);
SELECT key, child_count, tree FROM relate.hierarchy_tree('branch', 8);
SELECT * FROM relate.lowest_common_ancestor('branch', 4, 6);
SELECT * FROM relate.lowest_common_ancestor('branch', 4, 2);
SELECT count(*) FROM relate.lowest_common_ancestor('branch', 4, 8);

-- Several parents: each record once, at its least depth.
SELECT * FROM relate.descendants('owner', 1);
SELECT * FROM relate.descendants('owner', 1, '2023-01-01');
SELECT * FROM relate.ancestors('owner', 6);
SELECT * FROM relate.siblings('owner', 5);
SELECT * FROM relate.siblings('owner', 4); -- two of them are parents, too
SELECT * FROM relate.hierarchy_roots('owner');
SELECT key, parent_key, child_count, path, tree FROM relate.hierarchy_tree('owner', NULL);
SELECT * FROM relate.hierarchy_path('owner', 6, '2023-01-01');
SELECT * FROM relate.lowest_common_ancestor('owner', 4, 5);

-- Several modules in one hierarchy, and a parent of another module than its children.
SELECT * FROM relate.descendants('chart', 1, module => 'office');
SELECT * FROM relate.ancestors('chart', 'bob', module => 'person');
SELECT module, key, name, role, depth, path, tree FROM relate.hierarchy_tree('chart', NULL);
SELECT relate.is_under('chart', 'cyd', 1, module => 'person', ancestor_module => 'office');
SELECT * FROM relate.children('staff', 2);
SELECT * FROM relate.ancestors('staff', 'bob');
SELECT * FROM relate.siblings('staff', 'bob');

-- In WHERE and joins.
SELECT id, relate.is_under('branch', id, 2) AS under, relate.is_under_or_equal('branch', id, 2) AS under_or_equal, relate.is_not_under('branch', id, 2) AS not_under,
       relate.is_above('branch', id, 6) AS above, relate.is_above_or_equal('branch', id, 6) AS above_or_equal
FROM office ORDER BY id;
SELECT a.name AS above, b.name FROM office a JOIN office b ON relate.is_above('branch', a.id, b.id) WHERE b.id IN (4, 6) ORDER BY 2, 1;
SELECT relate.is_under('branch', NULL::int, 1) IS NULL AS of_nothing, relate.is_under('branch', 1, NULL::text) IS NULL AS of_nothing;

-- Errors.
SELECT refusal($$SELECT relate.ancestors('branch', 99)$$);
SELECT refusal($$SELECT relate.descendants('branch', '2 ')$$);
SELECT refusal($$SELECT relate.is_under('branch', 6, 99)$$);
SELECT refusal($$SELECT relate.is_under('branch', 99, 99)$$);
SELECT refusal($$SELECT relate.hierarchy_tree('branch', 99)$$);
SELECT refusal($$SELECT relate.descendants('nonesuch', 1)$$);
SELECT refusal($$SELECT relate.descendants('friend', 1)$$);
SELECT refusal($$SELECT relate.descendants('chart', 1)$$);
SELECT refusal($$SELECT relate.descendants('staff', 1, module => 'nonesuch')$$);
SELECT refusal($$SELECT relate.descendants('branch', 1, module => 'person')$$);
SELECT refusal($$SELECT relate.descendants('branch', 1, max_depth => -1)$$);
SELECT refusal($$SELECT relate.descendants(NULL, 1)$$);
SELECT refusal($$SELECT relate.descendants('branch', NULL::relate.record_key)$$);
-- Nobody reads more than he may; who may not read the offices is told nothing of them.
CREATE ROLE regress_query_hierarchy;
GRANT USAGE ON SCHEMA query_hierarchy TO regress_query_hierarchy;
SET ROLE regress_query_hierarchy;
SELECT refusal($$SELECT relate.descendants('branch', 1)$$);
RESET ROLE;
SELECT relate.grant_role('regress_query_hierarchy', 'reader');
SET ROLE regress_query_hierarchy;
SELECT key, name, tree FROM relate.hierarchy_tree('branch', 2);
SELECT count(*) FROM relate.descendants('branch', 99);
RESET ROLE;
-- Records of modules that are not there, which a load without triggers left behind, are none of a hierarchy.
BEGIN;
CREATE FUNCTION query_hierarchy.drawn() RETURNS TABLE (drawn text) LANGUAGE sql AS $$
    SELECT concat_ws(' ', 'root', module, key, name) FROM relate.hierarchy_roots('branch')
    UNION ALL SELECT concat_ws(' ', 'below', module, key) FROM relate.descendants('branch', 1)
    UNION ALL SELECT tree FROM relate.hierarchy_tree('branch', NULL) $$;
CREATE TEMP TABLE before AS SELECT * FROM query_hierarchy.drawn();
SET LOCAL session_replication_role = replica;
INSERT INTO query_hierarchy_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, importance, created_at, created_by)
SELECT 1, source, 50 + source, target, CASE target WHEN 1 THEN 1 ELSE 60 END, 3, now(), 'a load'
FROM (VALUES (0, 1), (1, 0), (0, 0), (99, 1), (1, 99), (-1, -1)) AS v (source, target);
SET LOCAL session_replication_role = origin;
SELECT count(*) > 10 AS many, (SELECT count(*) FROM (TABLE before EXCEPT ALL SELECT * FROM query_hierarchy.drawn()) AS gone) AS gone,
       (SELECT count(*) FROM (SELECT * FROM query_hierarchy.drawn() EXCEPT ALL TABLE before) AS more) AS more FROM before;
ROLLBACK;
-- Estimates come from statistics.
ANALYZE query_hierarchy_crm.relationship;
CREATE FUNCTION estimated(statement text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
    RETURN plan -> 0 -> 'Plan' -> 'Plan Rows';
END $$;
SELECT f AS function, estimated(format('SELECT * FROM relate.%s(''branch'', 1)', f)) BETWEEN 1 AND 20 AS small
FROM unnest('{ancestors,descendants,children,siblings,hierarchy_tree}'::text[]) f;

-- Short ways up, asked of many rows, need little memory: what is kept of others is forgotten in time.
CREATE TABLE query_hierarchy.grain (id int PRIMARY KEY, up int REFERENCES query_hierarchy.grain);
INSERT INTO query_hierarchy.grain SELECT i, nullif(i / 3, 0) FROM generate_series(1, 20000) i;
CREATE INDEX ON query_hierarchy.grain (up);
SELECT FROM relate.register_module('query_hierarchy.grain', name => 'grain');
SELECT FROM relate.adopt_column('query_hierarchy.grain', '{up}', name => 'grown from', hierarchy_parent => 'target');
SELECT FROM relate.create_relationship_type('mixed with', 'grain', 'grain', hierarchy_parent => 'target');
INSERT INTO query_hierarchy_crm.relationship (type_id, source_key, target_key)
SELECT (SELECT type_id FROM query_hierarchy_crm.relationship_type WHERE name = 'mixed with'), id, up FROM query_hierarchy.grain WHERE up IS NOT NULL ORDER BY id;
SET work_mem = '64kB';
SELECT type, count(*) FILTER (WHERE relate.is_under(type, id, 1)) AS below, (SELECT sum((SELECT count(*) FROM relate.ancestors(type, id))) FROM query_hierarchy.grain) AS above
FROM query_hierarchy.grain, unnest('{grown from,mixed with}'::text[]) AS type GROUP BY type ORDER BY type;
SELECT count(*) FROM relate.descendants('mixed with', 1);
RESET work_mem;
SELECT type, (SELECT count(*) FROM relate.descendants(type, 1)) AS below, (SELECT sum((SELECT count(*) FROM relate.ancestors(type, id))) FROM query_hierarchy.grain) AS above
FROM unnest('{grown from,mixed with}'::text[]) AS type ORDER BY type;
-- Neighbours are read together, but not where their ways up do not fit, or there is none.
CREATE TABLE query_hierarchy.bead (id int PRIMARY KEY, up int REFERENCES query_hierarchy.bead);
INSERT INTO query_hierarchy.bead SELECT i, CASE WHEN i > 400 AND i % 2 = 1 THEN i - 400 END FROM generate_series(1, 40000) i;
CREATE INDEX ON query_hierarchy.bead (up);
ANALYZE query_hierarchy.bead;
SELECT FROM relate.register_module('query_hierarchy.bead', name => 'bead');
SELECT FROM relate.adopt_column('query_hierarchy.bead', '{up}', name => 'strung on', hierarchy_parent => 'target');
SELECT FROM relate.create_relationship_type('threaded on', 'bead', 'bead', hierarchy_parent => 'target');
INSERT INTO query_hierarchy_crm.relationship (type_id, source_key, target_key)
SELECT (SELECT type_id FROM query_hierarchy_crm.relationship_type WHERE name = 'threaded on'), id, up FROM query_hierarchy.bead WHERE up IS NOT NULL ORDER BY id;
SET work_mem = '64kB';
SELECT type, count(*) FILTER (WHERE relate.is_under(type, id, 1 + (id - 1) % 400)) AS below, sum((SELECT count(*) FROM relate.ancestors(type, id))) AS above
FROM query_hierarchy.bead, unnest('{strung on,threaded on}'::text[]) AS type WHERE id BETWEEN 39001 AND 39400 GROUP BY type ORDER BY type;
RESET work_mem;
SELECT type, count(*) FILTER (WHERE relate.is_under(type, id, 1 + (id - 1) % 400)) AS below, sum((SELECT count(*) FROM relate.ancestors(type, id))) AS above
FROM query_hierarchy.bead, unnest('{strung on,threaded on}'::text[]) AS type WHERE id BETWEEN 39001 AND 39400 GROUP BY type ORDER BY type;
-- Long keys, of which many megabytes are held.
CREATE TABLE query_hierarchy.scroll (id text PRIMARY KEY, up text REFERENCES query_hierarchy.scroll);
INSERT INTO query_hierarchy.scroll SELECT repeat('x', 250) || i, repeat('x', 250) || nullif(i / 3, 0) FROM generate_series(1, 20000) i;
SELECT FROM relate.register_module('query_hierarchy.scroll', name => 'scroll');
SELECT FROM relate.adopt_column('query_hierarchy.scroll', '{up}', name => 'copied from', hierarchy_parent => 'target');
SET work_mem = '64MB';
SELECT count(*), count(d.key) AS met, count(c.id) AS wanted FROM relate.descendants('copied from', repeat('x', 250) || 1) AS d
FULL JOIN (WITH RECURSIVE c AS (SELECT id, up, 1 AS depth FROM query_hierarchy.scroll WHERE up = repeat('x', 250) || 1
                                UNION ALL SELECT s.id, s.up, c.depth + 1 FROM c JOIN query_hierarchy.scroll s ON s.up = c.id) SELECT * FROM c) AS c
    ON c.id = d.key::text AND c.up = d.parent_key::text AND c.depth = d.depth;
RESET work_mem;

DROP SCHEMA query_hierarchy_crm CASCADE;
DROP SCHEMA query_hierarchy CASCADE;
DROP OWNED BY regress_query_hierarchy;
DROP ROLE regress_query_hierarchy;
