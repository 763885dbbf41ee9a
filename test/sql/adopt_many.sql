-- A record with more hard links than memory holds: sorted on disk, in the same order.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA adopt_many;
SET search_path = adopt_many, pg_temp;
SET relate.workspace = 'adopt_many_crm';
SELECT relate.create_workspace('adopt_many_crm');
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE "order" (id int PRIMARY KEY, customer_id int REFERENCES customer, subject text);
CREATE TABLE product (code text COLLATE "C" PRIMARY KEY, name text);
CREATE TABLE purchase (customer_id int REFERENCES customer, product_code text COLLATE "C" REFERENCES product, start_date date, remark text, PRIMARY KEY (customer_id, product_code));
INSERT INTO customer SELECT n, 'Customer ' || n FROM generate_series(1, 5) AS n;
INSERT INTO "order" SELECT n, 1 + (n % 97 < 3)::int * (n % 4), CASE WHEN n % 7 > 0 THEN 'Order ' || n ELSE repeat(' ', n % 2) END FROM generate_series(1, 20000) AS n;
INSERT INTO product SELECT 'P' || n, 'Product ' || n FROM generate_series(1, 6000) AS n;
INSERT INTO purchase SELECT 1 + n % 2, 'P' || n, CASE WHEN n % 5 > 0 THEN date '2024-01-01' + n % 300 END, repeat('so good ', n % 40) FROM generate_series(1, 6000) AS n;
SELECT relationship_type, storage FROM relate.adopt_foreign_keys('adopt_many');
SELECT relate.create_relationship_type('knows', 'customer', 'customer') > 0 AS made;
SELECT count(relate.connect('customer', 1, 'knows', 'customer', n, start_date => date '2024-03-01' + n, importance => 1 + n)) FROM generate_series(2, 4) AS n;
UPDATE adopt_many_crm.relationship_type SET storage_start_column = 'start_date', is_perpetual = false WHERE name = 'purchase';
ANALYZE;
CREATE VIEW one AS SELECT row_number() OVER () AS place, r.* FROM relate.related_records('customer', 1, show => 'all') AS r;
CREATE VIEW several AS SELECT row_number() OVER () AS place, r.*
    FROM relate.related_records_of('customer', ARRAY[1, 2, 3, 4, 5]::relate.record_key[], show => 'all') AS r;
SET work_mem = '64MB';
CREATE TABLE one_in_memory AS TABLE one;
CREATE TABLE several_in_memory AS TABLE several;
SELECT count(*), count(DISTINCT relationship_type) AS types FROM one_in_memory;
SELECT count(*), count(DISTINCT from_key) AS keys FROM several_in_memory;
SET work_mem = '64kB';
CREATE TABLE one_on_disk AS TABLE one;
CREATE TABLE several_on_disk AS TABLE several;
SELECT count(*) AS differences FROM ((TABLE one_in_memory EXCEPT ALL TABLE one_on_disk) UNION ALL (TABLE one_on_disk EXCEPT ALL TABLE one_in_memory)) AS d;
SELECT count(*) AS differences FROM ((TABLE several_in_memory EXCEPT ALL TABLE several_on_disk) UNION ALL (TABLE several_on_disk EXCEPT ALL TABLE several_in_memory)) AS d;
-- Names come from the rows that are read anyway, or from the other table.
SELECT count(*) AS orders, count(s.name) AS named, count(*) FILTER (WHERE s.name IS DISTINCT FROM nullif(o.subject, '')) AS wrong
FROM several_on_disk AS s JOIN "order" AS o ON s.relationship_type = 'order_customer' AND o.id = s.key::int;
SELECT count(*) FILTER (WHERE s.name IS DISTINCT FROM p.name) AS wrong FROM several_on_disk AS s JOIN product AS p ON s.relationship_type = 'purchase' AND p.code = s.key::text;
SELECT count(*) AS out_of_order FROM (SELECT importance, start_date, lag(importance) OVER w AS importance_before, lag(start_date) OVER w AS start_before
                                      FROM one_on_disk WINDOW w AS (ORDER BY place)) AS x
WHERE (-importance, coalesce(start_date, 'infinity')) < (-importance_before, coalesce(start_before, 'infinity'));
-- The first rows only; and a statement that stops on the way leaves nothing behind.
SELECT count(*) AS differences FROM (SELECT relationship_type, key FROM relate.related_records('customer', 1, show => 'all', max_rows => 2000)
    EXCEPT SELECT relationship_type, key FROM one_in_memory WHERE place <= 2000) AS d;
DO $$
BEGIN
    PERFORM 1 / (CASE WHEN key::text = 'P100' THEN 0 ELSE 1 END) FROM relate.related_records('customer', 1, show => 'all');
EXCEPTION
    WHEN division_by_zero THEN RAISE NOTICE 'stopped';
END $$;
RESET work_mem;
-- Who may not read the names gets the rows without them.
CREATE ROLE adopt_many_clerk;
SELECT relate.grant_role('adopt_many_clerk', 'reader');
GRANT USAGE ON SCHEMA adopt_many TO adopt_many_clerk;
GRANT SELECT ON customer TO adopt_many_clerk;
GRANT SELECT (id, customer_id) ON "order" TO adopt_many_clerk;
SET ROLE adopt_many_clerk;
SELECT count(*) > 0 AS orders, count(name) AS named FROM relate.related_records('customer', 3, '{order_customer}');
RESET ROLE;
GRANT SELECT ON "order" TO adopt_many_clerk;
SET ROLE adopt_many_clerk;
SELECT count(*) > 0 AS orders, count(name) > 0 AS named FROM relate.related_records('customer', 3, '{order_customer}');
RESET ROLE;
ALTER TABLE "order" ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON "order" USING (id % 2 = 1);
SET ROLE adopt_many_clerk;
SELECT count(*) > 0 AS orders, count(name) > 0 AS named, bool_or(key::int % 2 = 0) AS hidden FROM relate.related_records('customer', 3, '{order_customer}');
RESET ROLE;
SELECT relate.revoke_role('adopt_many_clerk');
SELECT relate.drop_workspace('adopt_many_crm', 'cascade');
DROP SCHEMA adopt_many CASCADE;
DROP ROLE adopt_many_clerk;
