-- record_key: indexes, joins and aggregates of users' own statements use it.
SET client_min_messages = warning;
CREATE SCHEMA key_indexes;
SET search_path = key_indexes, relate, pg_temp;

CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(hint, ''));
END $$;

CREATE TABLE link (id serial PRIMARY KEY, key record_key NOT NULL);
CREATE TABLE ticket (id bigint PRIMARY KEY, subject text);
CREATE TABLE device (id integer PRIMARY KEY);
CREATE TABLE person (id uuid PRIMARY KEY);
INSERT INTO link (key) SELECT i FROM generate_series(1, 10000) i;
INSERT INTO ticket SELECT i, 'Ticket ' || i FROM generate_series(1, 10000) i;
INSERT INTO device SELECT i FROM generate_series(1, 10000) i;
INSERT INTO person SELECT md5(i::text)::uuid FROM generate_series(1, 10000) i;
CREATE INDEX link_key_idx ON link (key);
ANALYZE link, ticket, device, person;
EXPLAIN (COSTS OFF) SELECT * FROM link WHERE key = 5;
EXPLAIN (COSTS OFF) SELECT * FROM link WHERE key = 5::bigint;
EXPLAIN (COSTS OFF) SELECT * FROM link WHERE key = '5';
EXPLAIN (COSTS OFF) SELECT * FROM link WHERE key = '5'::text::record_key;
EXPLAIN (COSTS OFF) SELECT * FROM link WHERE key = ANY (ARRAY[1, 2, 3]);
EXPLAIN (COSTS OFF) SELECT key FROM link WHERE key BETWEEN 5 AND 9;
EXPLAIN (COSTS OFF) SELECT * FROM link r JOIN ticket t ON t.id = r.key::bigint WHERE r.id = 7;
EXPLAIN (COSTS OFF) SELECT * FROM link r JOIN device d ON d.id = r.key::bigint WHERE r.id = 7;
EXPLAIN (COSTS OFF) SELECT * FROM link r JOIN person p ON p.id = as_uuid(r.key) WHERE r.id = 7;
EXPLAIN (COSTS OFF) SELECT * FROM ticket t JOIN link r ON r.key = t.id WHERE t.id = 7;
-- What else the plan has depends on the version.
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$;
SELECT ltrim(line) FROM pg_temp.plan('SELECT max(key) FROM link') AS line WHERE line ~ 'Scan';
EXPLAIN (COSTS OFF) SELECT count(*) FROM link a JOIN link b ON a.key = b.key;
EXPLAIN (COSTS OFF) SELECT key FROM link GROUP BY key HAVING count(*) > 1;
SELECT t.subject FROM link r JOIN ticket t ON t.id = r.key::bigint WHERE r.id = 7;
SELECT count(*) FROM link r JOIN ticket t ON r.key = t.id;
SET enable_hashjoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM link a JOIN link b ON a.key = b.key;
SELECT count(*) FROM link a JOIN link b ON a.key = b.key;
RESET enable_hashjoin;
RESET enable_nestloop;
CREATE INDEX link_hash_idx ON link USING hash (key);
DROP INDEX link_key_idx;
EXPLAIN (COSTS OFF) SELECT * FROM link WHERE key = 5;
SELECT id FROM link WHERE key = 5;
CREATE TABLE parted (key record_key PRIMARY KEY) PARTITION BY HASH (key);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT key FROM link;
SELECT count(*), count(DISTINCT tableoid) FROM parted;
SELECT refusal('INSERT INTO parted VALUES (5)');
CREATE TABLE deduplicated (key record_key);
INSERT INTO deduplicated SELECT i % 10 FROM generate_series(1, 10000) i;
CREATE INDEX deduplicated_idx ON deduplicated (key);
SELECT pg_relation_size('deduplicated_idx') < 10 * pg_relation_size('deduplicated') / 20 AS deduplicates;

DROP SCHEMA key_indexes CASCADE;
