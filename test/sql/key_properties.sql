-- record_key on many generated texts: equality is that of the texts, and btree,
-- sort support (with abbreviated keys and without) and hash agree on it.
SET client_min_messages = warning;
CREATE SCHEMA key_properties;
SET search_path = key_properties, relate, pg_temp;

-- The order by what is promised, computed without the type: number, uuid, text bytewise.
CREATE TABLE sample AS
SELECT i, said, said::record_key AS key,
       CASE WHEN said ~ '^(0|-?[1-9][0-9]*)$' AND said::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN 0
            WHEN said ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN 1 ELSE 2 END AS kind
FROM (SELECT i, CASE i % 16
    WHEN 0 THEN (('x' || substr(md5(i::text), 1, 16))::bit(64)::bigint >> i / 16 % 64)::text
    WHEN 1 THEN ((-1 * i)::bigint * i * i)::text
    WHEN 2 THEN (i % 300)::text
    WHEN 3 THEN (-i % 300)::text
    WHEN 4 THEN md5(i::text)::uuid::text
    WHEN 5 THEN upper(md5(i::text)::uuid::text)
    WHEN 6 THEN repeat('0', i / 16 % 3) || i % 50
    WHEN 7 THEN '92233720368547758' || lpad((i % 100)::text, 2, '0')
    WHEN 8 THEN '-92233720368547758' || lpad((i % 100)::text, 2, '0') || repeat('0', i / 16 % 2)
    WHEN 9 THEN substr(md5(i::text), 1, i / 16 % 10)
    WHEN 10 THEN chr(33 + i % 94) || chr(200 + i % 5000)
    WHEN 11 THEN '+' || i % 50
    WHEN 12 THEN format('(%s,"%s")', i % 40, i % 7)
    WHEN 13 THEN 'same beginning ' || md5((i % 500)::text)
    WHEN 14 THEN repeat(chr(97 + i % 3), i / 16 % 1200)
    ELSE (i % 20) || ' ' END AS said
  FROM generate_series(1, 20000) i) s;
SELECT kind, count(*) > 1000 AS many FROM sample GROUP BY kind ORDER BY kind;
SELECT count(*) AS wrong_kind FROM sample
WHERE (as_bigint(key) IS NOT NULL) <> (kind = 0) OR (as_uuid(key) IS NOT NULL) <> (kind = 1) OR key::text <> said;

CREATE TABLE by_model AS SELECT row_number() OVER w AS place, said FROM sample
    WINDOW w AS (ORDER BY kind, CASE kind WHEN 0 THEN said::numeric END, said COLLATE "C");

-- A sort with abbreviated keys, one without (second column), and an index.
CREATE TABLE by_sort AS SELECT row_number() OVER (ORDER BY key) AS place, key FROM sample;
CREATE TABLE by_second_column AS SELECT row_number() OVER (ORDER BY i * 0, key) AS place, key FROM sample;
CREATE INDEX sample_key_idx ON sample (key);
CREATE TABLE inserted (key record_key);
CREATE INDEX inserted_key_idx ON inserted (key);
INSERT INTO inserted SELECT key FROM sample ORDER BY i;
ANALYZE sample, inserted;
SET enable_sort = off;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT key FROM sample ORDER BY key;
CREATE TABLE by_index AS SELECT row_number() OVER (ORDER BY key) AS place, key FROM sample;
CREATE TABLE by_insertion AS SELECT row_number() OVER (ORDER BY key) AS place, key FROM inserted;
SELECT count(*) AS not_found FROM sample s WHERE NOT EXISTS (SELECT FROM inserted i WHERE i.key = s.key);
RESET enable_sort;
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT (SELECT count(*) FROM by_model m JOIN by_sort s USING (place) WHERE m.said <> s.key::text) AS sort,
       (SELECT count(*) FROM by_model m JOIN by_second_column s USING (place) WHERE m.said <> s.key::text) AS second_column,
       (SELECT count(*) FROM by_model m JOIN by_index s USING (place) WHERE m.said <> s.key::text) AS index,
       (SELECT count(*) FROM by_model m JOIN by_insertion s USING (place) WHERE m.said <> s.key::text) AS insertion;
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a.key = b.key) <> (a.said = b.said)) AS unequal,
       count(*) FILTER (WHERE sign(record_key_cmp(a.key, b.key)) <> sign(a.place - b.place) AND a.said <> b.said) AS disordered
FROM (SELECT place, said, said::record_key AS key FROM by_model WHERE place % 17 = 0) a,
     (SELECT place, said, said::record_key AS key FROM by_model WHERE place % 29 = 0) b;

-- Hash aggregate, sorted aggregate, hash join, merge join.
CREATE TABLE counted AS SELECT count(DISTINCT said) AS said FROM sample;
SET enable_sort = off;
SELECT (SELECT count(*) FROM (SELECT key FROM sample GROUP BY key) g) = said AS hash_aggregate FROM counted;
RESET enable_sort;
SET enable_hashagg = off;
SELECT (SELECT count(*) FROM (SELECT key FROM sample GROUP BY key) g) = said AS sorted_aggregate FROM counted;
RESET enable_hashagg;
CREATE TABLE joined AS SELECT count(*) AS said FROM sample a JOIN sample b ON a.said = b.said;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT (SELECT count(*) FROM sample a JOIN sample b ON a.key = b.key) = said AS hash_join FROM joined;
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT (SELECT count(*) FROM sample a JOIN sample b ON a.key = b.key) = said AS merge_join FROM joined;
RESET enable_hashjoin;
RESET enable_nestloop;
SELECT count(*) = 0 AS hashes_agree FROM sample a JOIN sample b ON a.said = b.said
WHERE record_key_hash(a.key) <> record_key_hash(b.key) OR record_key_hash_extended(a.key, 42) <> record_key_hash_extended(b.key, 42);
-- Different keys rarely share a hash.
SELECT count(DISTINCT record_key_hash(key)) > 0.999 * count(DISTINCT key) AS well_spread FROM sample;

DROP SCHEMA key_properties CASCADE;
