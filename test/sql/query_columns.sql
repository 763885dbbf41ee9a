-- Walks along foreign key columns and junction tables read their indexes themselves: what
-- they find stays what plain SQL finds, whatever keys, rows and indexes there are.
SET client_min_messages = warning;
SET jit = off;
SELECT FROM relate.create_workspace('query_columns');
SET relate.workspace = 'query_columns';
SET search_path = query_columns;
CREATE TABLE unit (id bigint PRIMARY KEY, name text, parent int, note text) WITH (autovacuum_enabled = off);
CREATE INDEX unit_parent_idx ON unit (parent);
CREATE TABLE containment (inner_id bigint, outer_id bigint, PRIMARY KEY (inner_id, outer_id)) WITH (autovacuum_enabled = off);
SELECT FROM relate.register_module('unit');
SELECT FROM relate.adopt_column('unit', '{parent}', 'unit', name => 'is part of', hierarchy_parent => 'target');
SELECT FROM relate.adopt_junction('containment', '{inner_id}', '{outer_id}', 'unit', 'unit', name => 'lies in', hierarchy_parent => 'target');

CREATE VIEW edge AS
    SELECT 'is part of' AS type, id AS child, parent::bigint FROM unit WHERE parent IS NOT NULL
    UNION ALL SELECT 'lies in', inner_id, outer_id FROM containment;

-- How many records a walk finds below and above some records of a type, and how many of
-- them plain SQL does not find, or finds besides. One walk from above all, which reads the
-- whole type at once, and walks from below in one statement.
CREATE FUNCTION compare(wanted text) RETURNS TABLE (below bigint, above bigint, different bigint)
LANGUAGE sql SET search_path = query_columns AS $$
    WITH RECURSIVE own AS MATERIALIZED (SELECT child, parent FROM edge WHERE type = wanted),
    start AS MATERIALIZED (SELECT DISTINCT parent AS key FROM own WHERE parent % 50 = 0 OR parent < 3),
    pair AS (SELECT key AS top, child, 1 AS depth FROM start JOIN own ON parent = key
             UNION SELECT top, own.child, depth + 1 FROM pair JOIN own ON own.parent = pair.child),
    least AS (SELECT top, child, min(depth) AS depth FROM pair GROUP BY top, child),
    below AS (SELECT start.key AS top, d.key::bigint AS child, d.depth FROM start, relate.descendants(wanted, start.key) d),
    above AS (SELECT a.key::bigint AS top, child, a.depth FROM (SELECT DISTINCT child FROM own) c, relate.ancestors(wanted, c.child) a
              WHERE a.key::bigint IN (SELECT key FROM start))
    SELECT (SELECT count(*) FROM below), (SELECT count(*) FROM above),
           (SELECT count(*) FROM ((TABLE least EXCEPT ALL TABLE below) UNION ALL (TABLE below EXCEPT ALL TABLE least)
                                  UNION ALL (TABLE least EXCEPT ALL TABLE above) UNION ALL (TABLE above EXCEPT ALL TABLE least)) x)
$$;

-- Keys below zero and beyond 32 bits among others; junctions with several parents.
INSERT INTO unit (id, name, parent) SELECT i, 'Unit ' || i, CASE WHEN i > 1 THEN 1 + i / 4 WHEN i < 1 THEN i + 1 END FROM generate_series(-60, 1500) i;
INSERT INTO unit (id, name, parent) SELECT 5000000000 + i, 'Unit', 1 + i FROM generate_series(1, 200) i;
INSERT INTO containment SELECT i, (i / 3 + i % 5) % 300 + 1 FROM generate_series(302, 1500) i;
INSERT INTO containment SELECT i, (i / 7) % 250 + 1 FROM generate_series(302, 1500) i ON CONFLICT DO NOTHING;
INSERT INTO containment SELECT 5000000000 + i, 302 + i FROM generate_series(1, 100) i;
ANALYZE unit, containment;
SELECT * FROM compare('is part of');
SELECT * FROM compare('lies in');

-- Rows that everybody sees; then newer versions beside their index entries, with the old
-- keys and with others, and rows that are gone.
VACUUM unit, containment;
SELECT * FROM compare('is part of');
SELECT * FROM compare('lies in');
UPDATE unit SET note = 'x' WHERE id % 3 = 0;
UPDATE unit SET parent = 2 WHERE id BETWEEN 500 AND 600;
DELETE FROM unit WHERE id BETWEEN 1300 AND 1400;
DELETE FROM containment WHERE inner_id % 11 = 0;
SELECT * FROM compare('is part of');
SELECT * FROM compare('lies in');
-- Their places are taken by others.
VACUUM (INDEX_CLEANUP on) unit, containment;
INSERT INTO unit (id, name, parent) SELECT i, 'Unit ' || i, 1 + i / 40 FROM generate_series(6000, 6150) i;
SELECT * FROM compare('is part of');
BEGIN;
UPDATE unit SET parent = 7 WHERE id BETWEEN 700 AND 800;
SAVEPOINT before;
DELETE FROM unit WHERE id BETWEEN 6000 AND 6050;
SELECT * FROM compare('is part of');
ROLLBACK TO before;
SELECT * FROM compare('is part of');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM compare('is part of');
SELECT * FROM compare('lies in');
COMMIT;

-- Memory for few rows only; few rows on a page, where there were many; the other column's
-- index in descending order, of some rows, or gone.
SET work_mem = '64kB';
SET hash_mem_multiplier = 4.0;
SELECT * FROM compare('lies in');
SET hash_mem_multiplier = 8.0;
SELECT * FROM compare('is part of');
RESET work_mem;
RESET hash_mem_multiplier;
ALTER TABLE unit SET (fillfactor = 10);
VACUUM FULL unit;
INSERT INTO unit (id, name, parent) SELECT i, repeat('Unit', 100), 1 + i / 100 FROM generate_series(7000, 7500) i;
ANALYZE unit;
SELECT * FROM compare('is part of');
DROP INDEX unit_parent_idx;
CREATE INDEX unit_parent_idx ON unit (parent DESC);
SELECT * FROM compare('is part of');
DROP INDEX unit_parent_idx;
CREATE INDEX unit_parent_idx ON unit (parent NULLS FIRST);
SELECT * FROM compare('is part of');
DROP INDEX unit_parent_idx;
CREATE INDEX unit_parent_idx ON unit (parent) WHERE parent < 100;
SELECT * FROM compare('is part of');
DROP INDEX unit_parent_idx;
SELECT * FROM compare('is part of');
CREATE INDEX unit_parent_idx ON unit (parent, id);
SELECT * FROM compare('is part of');
CREATE INDEX ON containment (outer_id);
SELECT * FROM compare('lies in');
VACUUM unit, containment;
SELECT * FROM compare('is part of');
SELECT * FROM compare('lies in');

DROP SCHEMA query_columns CASCADE;
