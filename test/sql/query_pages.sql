-- Walks read the pages of the indexes themselves: what they find stays what plain SQL
-- finds, whatever the pages have been through.
SET client_min_messages = warning;
SELECT FROM relate.create_workspace('query_pages');
SET relate.workspace = 'query_pages';
SET search_path = query_pages;
ALTER TABLE relationship SET (autovacuum_enabled = off);
CREATE TABLE unit (id text PRIMARY KEY, name text);
CREATE TABLE part (id bigint PRIMARY KEY, name text);
SELECT FROM relate.register_module('unit');
SELECT FROM relate.register_module('part');
SELECT FROM relate.create_relationship_type('belongs to', 'unit', 'unit', 'many_to_one', 'member', 'owner', hierarchy_parent => 'target');
SELECT FROM relate.create_relationship_type('is in', 'part', 'part', 'many_to_one', 'member', 'owner', hierarchy_parent => 'target');

-- How many records a walk finds below and above all records of a type, and how many of
-- them plain SQL does not find, or finds besides.
CREATE FUNCTION compare(type text) RETURNS TABLE (below bigint, above bigint, different bigint)
LANGUAGE sql SET search_path = query_pages AS $$
    WITH RECURSIVE edge AS (
        SELECT source_key::text AS child, target_key::text AS parent FROM relationship r JOIN relationship_type t USING (type_id) WHERE t.name = type),
    pair AS (SELECT child, parent, 1 AS depth FROM edge
             UNION ALL SELECT pair.child, edge.parent, depth + 1 FROM pair JOIN edge ON edge.child = pair.parent),
    record AS MATERIALIZED (SELECT child AS key FROM edge UNION SELECT parent FROM edge),
    below AS (SELECT d.key::text AS child, record.key AS parent, d.depth FROM record, relate.descendants(type, record.key) d),
    above AS (SELECT record.key AS child, a.key::text AS parent, a.depth FROM record, relate.ancestors(type, record.key) a)
    SELECT (SELECT count(*) FROM below), (SELECT count(*) FROM above),
           (SELECT count(*) FROM ((TABLE pair EXCEPT ALL TABLE below) UNION ALL (TABLE below EXCEPT ALL TABLE pair)
                                  UNION ALL (TABLE pair EXCEPT ALL TABLE above) UNION ALL (TABLE above EXCEPT ALL TABLE pair)) x)
$$;
CREATE FUNCTION link(type text, child text, parent text) RETURNS void LANGUAGE sql SET search_path = query_pages AS $$
    INSERT INTO relationship (type_id, source_key, target_key) SELECT type_id, child, parent FROM relationship_type WHERE name = type
$$;

-- No page at all; then one row of our own.
SELECT * FROM compare('is in');
INSERT INTO part SELECT i, 'Part ' || i FROM generate_series(0, 3000) i;
SELECT * FROM relate.descendants('is in', 1);
BEGIN;
SELECT FROM link('is in', '2', '1');
SELECT * FROM compare('is in');
SAVEPOINT before;
SELECT FROM link('is in', '3', '2');
SELECT * FROM compare('is in');
ROLLBACK TO before;
SELECT * FROM compare('is in');
ROLLBACK;
SELECT * FROM compare('is in');

-- Many pages, some of them full of the children of one record, no row known to be visible to all.
INSERT INTO relationship (type_id, source_key, target_key)
SELECT type_id, i, CASE WHEN i % 2 = 0 THEN 1 ELSE 1 + i / 9 END FROM generate_series(2, 3000) i, relationship_type WHERE name = 'is in' ORDER BY i % 7, i;
SELECT * FROM compare('is in');
SELECT relate.descendant_count('is in', 1), count(*) FROM relate.children('is in', 1);
VACUUM relationship;
SELECT * FROM compare('is in');
-- Dead rows; pages with all their entries gone, deleted by VACUUM, and split anew.
DELETE FROM relationship WHERE source_key::bigint BETWEEN 1000 AND 2600;
SELECT * FROM compare('is in');
VACUUM relationship;
SELECT * FROM compare('is in');
SELECT relate.is_under('is in', 2999, 1), relate.is_under('is in', 500, 1);
UPDATE relationship SET importance = 4 WHERE source_key::bigint % 3 = 0;
SELECT * FROM compare('is in');
BEGIN;
INSERT INTO relationship (type_id, source_key, target_key)
SELECT type_id, i, 2 FROM generate_series(1000, 2600) i, relationship_type WHERE name = 'is in' ORDER BY i DESC;
SELECT * FROM compare('is in');
ROLLBACK;
SELECT * FROM compare('is in');

-- What is remembered of an index's inner pages, of three levels here, falls behind by the next
-- rows, and is of no use after others.
CREATE TABLE long (id text PRIMARY KEY);
CREATE FUNCTION long_key(i bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT string_agg(md5(i || ',' || n), '') FROM generate_series(1, 8) n $$;
INSERT INTO long SELECT long_key(i) FROM generate_series(1, 4000) i;
SELECT FROM relate.register_module('long');
SELECT FROM relate.create_relationship_type('below', 'long', 'long', 'many_to_one', 'lower', 'upper', hierarchy_parent => 'target');
CREATE FUNCTION grow(first bigint, last bigint) RETURNS void LANGUAGE sql SET search_path = query_pages AS $$
    INSERT INTO relationship (type_id, source_key, target_key)
    SELECT type_id, long_key(i), long_key(1 + i / 7) FROM generate_series(first, last) i, relationship_type WHERE name = 'below' ORDER BY i
$$;
SELECT FROM grow(2, 500);
SELECT * FROM compare('below');
SELECT * FROM compare('below');
SELECT FROM grow(501, 1500);
SELECT * FROM compare('below');
SELECT FROM grow(1501, 4000);
SELECT * FROM compare('below');
BEGIN;
DELETE FROM relationship WHERE source_key::text < '8' AND source_module_id = (SELECT module_id FROM module WHERE name = 'long');
SELECT * FROM compare('below');
ROLLBACK;
DELETE FROM relationship WHERE source_key::text > '3' AND source_module_id = (SELECT module_id FROM module WHERE name = 'long');
VACUUM relationship;
SELECT * FROM compare('below');
REINDEX TABLE relationship;
SELECT * FROM compare('below');
DELETE FROM relationship WHERE source_module_id = (SELECT module_id FROM module WHERE name = 'long');

-- Keys that are compressed in the index, beside short ones that begin like them.
INSERT INTO unit SELECT repeat('x', n) FROM generate_series(1, 1000, 9) n;
INSERT INTO relationship (type_id, source_key, target_key)
SELECT type_id, repeat('x', n), repeat('x', greatest(1, 1 + n / 2 / 9 * 9)) FROM generate_series(10, 1000, 9) n, relationship_type WHERE name = 'belongs to' ORDER BY n % 5, n;
SELECT * FROM compare('belongs to');
SELECT count(*), bool_and(name IS NULL), max(length(key::text)) FROM relate.network('unit', 'x', max_depth => 3);
VACUUM relationship;
SELECT * FROM compare('belongs to');
SELECT * FROM compare('is in');

-- Both modules in one walk; names by the pages of the table's own key.
SELECT FROM relate.create_relationship_type('uses', 'unit', 'part');
SELECT FROM relate.create_relationship('uses', 'x', 1);
SELECT module, count(*), count(name), min(name), max(distance) FROM relate.network('unit', 'x', max_depth => 2) GROUP BY module ORDER BY module;
UPDATE part SET name = 'Other' WHERE id = 2;
SELECT key, name FROM relate.network('part', 1, max_depth => 1) WHERE module = 'part' AND key::bigint IN (2, 6, 8) ORDER BY key;
-- Many names of one page, and few of many: keys close together, far apart and at both ends,
-- some twice in the index, some of records that are gone.
CREATE TABLE spread (id bigint PRIMARY KEY, name text);
INSERT INTO spread SELECT id, 'Spread ' || id FROM (
    SELECT i FROM generate_series(1, 2000) i UNION SELECT 5000 + 7 * i FROM generate_series(1, 1000) i
    UNION SELECT i * i * i FROM generate_series(100, 400) i UNION VALUES (-9223372036854775808), (-5), (0), (9223372036854775807)) x (id) ORDER BY id % 13, id;
SELECT FROM relate.register_module('spread');
SELECT FROM relate.create_relationship_type('holds', 'part', 'spread');
INSERT INTO relationship (type_id, source_key, target_key)
SELECT type_id, number, id FROM relationship_type, LATERAL (
    SELECT 3, id FROM spread WHERE id % 3 > 0 UNION ALL SELECT 4, id FROM spread WHERE id % 97 = 1) x (number, id) WHERE relationship_type.name = 'holds';
UPDATE spread SET name = name || ' again' WHERE id % 5 = 0;
SET session_replication_role = replica;
DELETE FROM spread WHERE id % 11 = 0;
RESET session_replication_role;
CREATE FUNCTION compare_names(part bigint) RETURNS TABLE (reached bigint, named bigint, different bigint)
LANGUAGE sql SET search_path = query_pages AS $$
    SELECT count(*), count(n.name), count(*) FILTER (WHERE n.name IS DISTINCT FROM s.name)
    FROM relate.network('part', part, '{holds}', max_depth => 1) n LEFT JOIN spread s ON s.id = n.key::bigint
$$;
SELECT * FROM compare_names(3) UNION ALL SELECT * FROM compare_names(4);
VACUUM spread;
SELECT * FROM compare_names(3) UNION ALL SELECT * FROM compare_names(4);

-- A table with more pages than a pass remembers the rows of, few of which are seen.
SET session_replication_role = replica;
INSERT INTO relationship (type_id, source_module_id, source_key, target_module_id, target_key, importance, created_at, created_by)
SELECT t.type_id, t.source_module_id, i, t.target_module_id, 10000 + (hashint4(i) & 1048575) % (i - 10000), 3, now(), 'test'
FROM generate_series(10001, 50000) i, relationship_type t WHERE t.name = 'is in';
UPDATE relationship SET importance = 4 WHERE relate.as_bigint(source_key) % 5 = 0 AND relate.as_bigint(source_key) > 10000;
DELETE FROM relationship WHERE relate.as_bigint(source_key) % 3 = 0 AND relate.as_bigint(source_key) > 20000;
RESET session_replication_role;
SET work_mem = '64kB';
SET hash_mem_multiplier = 1000;
SELECT relate.descendant_count('is in', 10000), (
    WITH RECURSIVE edge AS MATERIALIZED (SELECT source_key::text::bigint AS child, target_key::text::bigint AS parent FROM relationship JOIN relationship_type USING (type_id) WHERE name = 'is in'),
        below AS (SELECT child FROM edge WHERE parent = 10000 UNION ALL SELECT edge.child FROM below JOIN edge ON edge.parent = below.child)
    SELECT count(*) FROM below) AS plain;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT relate.descendant_count('is in', 10000);
COMMIT;
SET effective_io_concurrency = 0;
SELECT relate.descendant_count('is in', 10000);
RESET effective_io_concurrency;
RESET work_mem;
RESET hash_mem_multiplier;
DELETE FROM relationship WHERE relate.as_bigint(source_key) > 10000;
VACUUM relationship;


-- Indexes made anew, in another order: then through SQL.
DROP INDEX relationship_target_idx;
CREATE INDEX relationship_target_idx ON relationship (target_module_id, target_key DESC, type_id, source_module_id, source_key) INCLUDE (start_date, end_date);
SELECT * FROM compare('is in');
-- Without the dates; and with entries that stand for several rows.
DROP INDEX relationship_target_idx;
CREATE INDEX relationship_target_idx ON relationship (target_module_id, target_key, type_id, source_module_id, source_key);
UPDATE relationship SET importance = 5 WHERE source_key::text ~ '1';
SELECT * FROM compare('is in');
SELECT * FROM compare('belongs to');

-- Names of records, from rows that have moved, some of them often, as plain SQL reads them.
SELECT FROM relate.create_relationship_type('lists', 'part', 'part', 'many_to_many', 'list', 'listed');
INSERT INTO relationship (type_id, source_key, target_key)
SELECT type_id, (SELECT min(id) FROM part), id FROM relationship_type, part WHERE relationship_type.name = 'lists' AND id > (SELECT min(id) FROM part);
CREATE FUNCTION misnamed() RETURNS TABLE (records bigint, named bigint, misnamed bigint)
LANGUAGE sql SET search_path = query_pages AS $$
    SELECT count(*), count(d.name), count(*) FILTER (WHERE d.name IS DISTINCT FROM part.name)
    FROM relate.network('part', (SELECT min(id) FROM part), types => '{lists}', max_depth => 1) d LEFT JOIN part ON part.id::text = d.key::text
$$;
SELECT records > 1000 AS many, named = records AS all_named, misnamed FROM misnamed();
UPDATE part SET name = 'moved ' || id WHERE id % 2 = 0;
UPDATE part SET name = NULL WHERE id % 5 = 0;
UPDATE part SET name = name || repeat('!', (id % 300)::int) WHERE id % 3 = 0;
UPDATE part SET name = name || '.' WHERE id % 3 = 0;
SELECT records > 1000 AS many, named < records AS some_nameless, misnamed FROM misnamed();
VACUUM part;
SET effective_io_concurrency = 0;
SELECT records > 1000 AS many, named < records AS some_nameless, misnamed FROM misnamed();
RESET effective_io_concurrency;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT misnamed FROM misnamed();
UPDATE part SET name = 'new' WHERE id % 7 = 0;
SELECT misnamed FROM misnamed();
ROLLBACK;
SELECT misnamed FROM misnamed();

DROP SCHEMA query_pages CASCADE;
