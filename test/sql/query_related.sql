-- related_records, related_records_of, related_rows, are_related, record_name:
-- what they say, and what they refuse.
SET client_min_messages = warning;
CREATE SCHEMA query_related;
SET search_path = query_related, pg_temp;
SET relate.workspace = 'query_related_crm';

-- SQLSTATE, message, detail and hint of a statement that fails.
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

CREATE TABLE contact (id int PRIMARY KEY, first_name text, last_name text, born date);
CREATE TABLE organization (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE "order line" ("order" int, "pos'n" int, title char(10), PRIMARY KEY ("pos'n", "order"));
CREATE TABLE site (code varchar(10) PRIMARY KEY, street text) PARTITION BY LIST (code);
CREATE TABLE site_a PARTITION OF site FOR VALUES IN ('A');
CREATE TABLE site_other PARTITION OF site DEFAULT;
CREATE TABLE rate (percent numeric PRIMARY KEY, since date);
INSERT INTO contact VALUES (5, 'Jim', 'Smith', '1970-01-02'), (6, 'Bob', NULL, NULL), (7, NULL, NULL, NULL), (-8, 'Ann', 'Lee', NULL);
INSERT INTO organization VALUES ('550e8400-e29b-41d4-a716-446655440000', 'Acme'), ('00000000-0000-0000-0000-000000000001', '');
INSERT INTO "order line" VALUES (10248, 1, 'Tofu'), (10248, 2, NULL);
INSERT INTO site VALUES ('A', '1 Main St'), ('b "x"', '2 High St');
INSERT INTO rate VALUES (1.50, '2020-02-29'), (2, NULL);

SELECT relate.create_workspace('query_related_crm');
SELECT relate.register_module('contact', name_columns => '{first_name,last_name}'), relate.register_module('organization'),
       relate.register_module('"order line"', 'order_line', name_columns => '{title}'),
       relate.register_module('site', name_columns => '{street}'),
       relate.register_module('rate', name_columns => '{percent,since}');
SELECT relate.create_relationship_type('employment', 'contact', 'organization', 'many_to_many', 'employee', 'employer', 'is employed by', 'employs', has_contact_details => true),
       relate.create_relationship_type('friendship', 'contact', 'contact', 'many_to_many', 'friend', label => 'is a friend of', is_symmetric => true, allow_self => true),
       relate.create_relationship_type('management', 'contact', 'contact', 'many_to_many', 'report', 'manager', 'reports to', 'manages', allow_self => true),
       relate.create_relationship_type('birthplace', 'contact', 'site', 'many_to_one', 'native', 'birthplace', 'was born in', 'is the birthplace of', is_perpetual => true),
       relate.create_relationship_type('handling', 'contact', 'order_line', 'many_to_many', 'handler', 'line', 'handles', 'is handled by'),
       relate.create_relationship_type('anything');
CREATE FUNCTION add(type text, source text, target text, VARIADIC stint date[]) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO query_related_crm.relationship (type_id, source_key, target_key, start_date, end_date)
    SELECT type_id, source, target, stint[1], stint[2] FROM query_related_crm.relationship_type WHERE name = type
    RETURNING relationship_id
$$;
SELECT add('employment', '5', '550e8400-e29b-41d4-a716-446655440000', '2020-01-01', '2021-12-31') AS "1: past",
       add('employment', '5', '550e8400-e29b-41d4-a716-446655440000', '2022-03-01', NULL) AS "2: again",
       add('employment', '6', '550e8400-e29b-41d4-a716-446655440000', '2024-01-01', NULL) AS "3",
       add('friendship', '6', '5', NULL, NULL) AS "4: stored the other way",
       add('friendship', '5', '5', NULL, NULL) AS "5: with himself",
       add('management', '5', '5', '2023-01-01', NULL) AS "6: with himself, in both roles",
       add('management', '-8', '5', '2100-01-01', NULL) AS "7: future",
       add('birthplace', '5', 'b "x"', NULL, NULL) AS "8",
       add('handling', '5', '(1,10248)', '2023-05-01', '2023-05-31') AS "9",
       add('handling', '5', '(2,10248)', NULL, '2024-12-31') AS "10",
       add('employment', '7', '00000000-0000-0000-0000-000000000001', '2020-01-01', NULL) AS "11";
UPDATE query_related_crm.relationship
SET importance = 5, description = 'Engineer', email = 'jim@acme.example', phone = '555', attributes = '{"desk": 4}',
    address_module_id = (SELECT module_id FROM query_related_crm.module WHERE name = 'site'), address_key = 'A'
WHERE relationship_id = 2;
UPDATE query_related_crm.relationship SET address = 'here', importance = 1 WHERE relationship_id = 3;
-- A type turned perpetual keeps the dates it hides.
UPDATE query_related_crm.relationship SET start_date = '1990-01-01', end_date = '1990-01-01' WHERE relationship_id = 8;
INSERT INTO query_related_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date)
SELECT type_id, s.module_id, '5', t.module_id, '1.50', '2021-01-01'
FROM query_related_crm.relationship_type AS r, query_related_crm.module AS s, query_related_crm.module AS t
WHERE r.name = 'anything' AND s.name = 'contact' AND t.name = 'rate';

-- Both directions, roles and labels as read from the record asked about.
SELECT relationship_id AS id, relationship_type, role, own_role, label, module, key, name, start_date, end_date, importance AS i, is_current AS c
FROM relate.related_records('contact', 5, as_of => '2024-06-01', show => 'all');
SELECT relationship_id AS id, relationship_type, role, own_role, label, module, key, name, start_date, end_date, importance AS i, is_current AS c
FROM relate.related_records('organization', '550e8400-e29b-41d4-a716-446655440000', as_of => '2024-06-01', show => 'all');
SELECT relationship_id AS id, key, name, description, email, phone, address, attributes
FROM relate.related_records('organization', '550E8400-E29B-41D4-A716-446655440000');
SELECT relationship_id AS id, role, label, module, key, name FROM relate.related_records('site', 'b "x"');
SELECT relationship_id AS id, role, label, module, key, name FROM relate.related_records('order_line', '(1,10248)', show => 'all');
SELECT relationship_id AS id, role, label, module, key, name FROM relate.related_records('order_line', '( 01,10248)', show => 'all');
SELECT relationship_id AS id, role, label, module, key, name FROM relate.related_records('rate', '1.5');
SELECT relationship_id AS id, role, label, module, key, name FROM relate.related_records('contact', -8, show => 'all');

-- show, relative to as_of.
SELECT as_of, show, array_agg(r.relationship_id ORDER BY r.ordinality) AS ids
FROM unnest('{2019-06-01,2021-12-31,2022-01-01,2024-06-01,2100-01-01,-infinity,infinity}'::date[]) AS as_of,
     unnest('{current,past,future,all}'::text[]) AS show,
     relate.related_records('contact', 5, as_of => as_of, show => show) WITH ORDINALITY AS r
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) > 5 AS now, count(*) = (SELECT count(*) FROM relate.related_records('contact', 5, as_of => current_date)) AS "by default",
       count(*) = (SELECT count(*) FROM relate.related_records('contact', 5, NULL, NULL, NULL, NULL, NULL)) AS "null too"
FROM relate.related_records('contact', 5);

-- types, roles of the related record, max_rows.
SELECT relationship_id AS id, relationship_type, role FROM relate.related_records('contact', 5, '{friendship,employment}', show => 'all');
SELECT relationship_id AS id, relationship_type, role FROM relate.related_records('contact', 5, '{friendship,friendship}');
SELECT relationship_id AS id, relationship_type, role FROM relate.related_records('contact', 5, roles => '{manager,line}', show => 'all');
SELECT relationship_id AS id, relationship_type, role FROM relate.related_records('contact', 5, '{management}', roles => '{report}', show => 'all');
SELECT relationship_id AS id, relationship_type, role FROM relate.related_records('contact', 5, roles => '{nobody}', show => 'all');
SELECT count(*) FROM relate.related_records('contact', 5, '{}');
SELECT max_rows, array_agg(relationship_id ORDER BY ordinality) AS ids
FROM unnest(ARRAY[0, 1, 3, 100]) AS max_rows,
     relate.related_records('contact', 5, show => 'all', max_rows => max_rows) WITH ORDINALITY GROUP BY 1 ORDER BY 1;

-- No such record, or no key of the module's: no rows.
SELECT count(*) FROM relate.related_records('contact', 99);
SELECT count(*) FROM relate.related_records('contact', 'nobody');
SELECT count(*) FROM relate.related_records('organization', 5);
SELECT count(*) FROM relate.related_records('order_line', '(1,2,3)');
SELECT count(*) FROM relate.related_records('rate', 'much');

-- Many at once: each once, in their order, by the key as it is stored; nulls are passed over.
SELECT from_key, relationship_id AS id, role, key, name
FROM relate.related_records_of('contact', ARRAY[6, -8, NULL, 99, 6]);
SELECT from_key, relationship_id AS id, role, key, name
FROM relate.related_records_of('contact', '{007,+6,7,5}', '{employment}', '2024-06-01', 'current', '{employer}', 1);
SELECT from_key, count(*) FROM relate.related_records_of('contact', (SELECT array_agg(id::text) FROM contact), show => 'all') GROUP BY 1 ORDER BY from_key::int;
SELECT count(*) FROM relate.related_records_of('contact', '{}'::relate.record_key[]);

-- Joined, laterally, in a cursor, in a target list, in a prepared statement.
SELECT c.id, r.name, l.title FROM contact AS c, relate.related_records('contact', c.id, '{handling}', show => 'all') AS r
JOIN "order line" AS l ON (l."pos'n", l."order")::text = r.key::text ORDER BY 3;
SELECT (relate.related_records('contact', 6)).relationship_id;
PREPARE related(relate.record_key, text) AS SELECT relationship_id FROM relate.related_records('contact', $1, show => $2);
EXECUTE related(6, 'current');
EXECUTE related('6', 'all');

-- are_related: in the type's direction, or either way where it is symmetric.
SELECT relate.are_related('employment', 5, '550e8400-e29b-41d4-a716-446655440000', '2021-12-31') AS last_day,
       relate.are_related('employment', 5, '550e8400-e29b-41d4-a716-446655440000', '2022-01-01') AS between,
       relate.are_related('employment', 5, '550E8400-E29B-41D4-A716-446655440000') AS now,
       relate.are_related('employment', '550e8400-e29b-41d4-a716-446655440000', 5) AS reversed,
       relate.are_related('friendship', 5, 6) AS symmetric, relate.are_related('friendship', 6, 5) AS as_stored,
       relate.are_related('management', 5, -8, '2105-01-01') AS wrong_way, relate.are_related('management', -8, 5, '2105-01-01') AS right_way,
       relate.are_related('management', -8, 5, '2099-12-31') AS too_early, relate.are_related('birthplace', 5, 'b "x"', '0001-01-01') AS perpetual,
       relate.are_related('anything', 5, '1.5') AS any_module, relate.are_related('anything', '1.5', 5) AS any_reversed,
       relate.are_related('handling', 5, '(1,10248)', '2023-05-15') AS two_columns;

-- record_name: as concat_ws writes it; null where there is none.
SELECT relate.record_name('contact', 5) AS two, relate.record_name('contact', 6) AS one, relate.record_name('contact', 7) AS none,
       relate.record_name('contact', 99) AS nobody, relate.record_name('contact', NULL::int) AS null_key,
       relate.record_name('organization', '550E8400E29B41D4A716446655440000') AS uuid, relate.record_name('organization', '00000000-0000-0000-0000-000000000001') AS empty,
       relate.record_name('order_line', '(1,10248)') || '|' AS padded, relate.record_name('site', 'b "x"') AS partitioned,
       relate.record_name('rate', '1.500') AS numeric_date;
SET DateStyle = 'SQL, DMY';
SELECT relate.record_name('rate', '1.5'), concat_ws(' ', percent, since) FROM rate WHERE percent = 1.5;
RESET DateStyle;

-- related_rows: rows of one table, typed; also after columns went and came.
SELECT * FROM relate.related_rows(NULL::contact, 'contact', 5, show => 'all', as_of => '2024-06-01');
SELECT (l).*, pg_typeof(l) FROM relate.related_rows(NULL::"order line", 'contact', 5, show => 'all') AS l;
ALTER TABLE contact DROP COLUMN born;
ALTER TABLE contact ADD COLUMN vip boolean DEFAULT true;
SELECT * FROM relate.related_rows(NULL::contact, 'contact', '6', '{friendship}');
SELECT * FROM relate.related_rows(NULL::site, 'contact', 5);
SELECT relate.related_rows(NULL::organization, 'contact', 5, roles => '{employer}');
SELECT count(*) FROM relate.related_rows(NULL::rate, 'contact', 6);

-- Refused.
SELECT refusal(statement) FROM unnest(ARRAY[
    $$SELECT relate.related_records('nothing', 5)$$,
    $$SELECT relate.related_records(NULL, 5)$$,
    $$SELECT relate.related_records('contact', NULL::int)$$,
    $$SELECT relate.related_records('contact', 5, '{friendship,enmity}')$$,
    $$SELECT relate.related_records('contact', 5, '{friendship,null}')$$,
    $$SELECT relate.related_records('contact', 5, roles => '{null}')$$,
    $$SELECT relate.related_records('contact', 5, show => 'Current')$$,
    $$SELECT relate.related_records('contact', 5, max_rows => -1)$$,
    $$SELECT relate.related_records_of('contact', NULL::relate.record_key[])$$,
    $$SELECT relate.related_records_of('nothing', '{5}')$$,
    $$SELECT relate.are_related('enmity', 5, 6)$$,
    $$SELECT relate.are_related(NULL, 5, 6)$$,
    $$SELECT relate.are_related('friendship', NULL::int, 6)$$,
    $$SELECT relate.are_related('friendship', 5, NULL::int)$$,
    $$SELECT relate.record_name('nothing', 5)$$,
    $$SELECT relate.related_rows(5, 'contact', 5)$$,
    $$SELECT relate.related_rows(some, 'contact', 5) FROM (SELECT 1) AS some$$,
    $$SELECT relate.related_rows(NULL::site_a, 'contact', 5)$$,
    $$SELECT relate.related_rows(NULL::contact, 'nothing', 5)$$,
    $$SELECT relate.related_rows(NULL::contact, NULL, 5)$$,
    $$SET LOCAL relate.workspace = 'nowhere'; SELECT relate.related_records('contact', 5)$$]) AS statement;

-- A search_path that shadows what we use changes nothing, by SQL neither.
CREATE SCHEMA query_related_evil;
CREATE FUNCTION query_related_evil.concat_ws(text, text) RETURNS text LANGUAGE sql AS $$SELECT 'evil'$$;
CREATE FUNCTION query_related_evil.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE sql AS $$SELECT NULL::int WHERE false$$;
CREATE FUNCTION query_related_evil.never(int, int) RETURNS boolean LANGUAGE sql AS $$SELECT false$$;
CREATE FUNCTION query_related_evil.never(date, date) RETURNS boolean LANGUAGE sql AS $$SELECT false$$;
CREATE FUNCTION query_related_evil.never(relate.record_key, relate.record_key) RETURNS boolean LANGUAGE sql AS $$SELECT false$$;
CREATE OPERATOR query_related_evil.= (FUNCTION = query_related_evil.never, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR query_related_evil.<= (FUNCTION = query_related_evil.never, LEFTARG = date, RIGHTARG = date);
CREATE OPERATOR query_related_evil.= (FUNCTION = query_related_evil.never, LEFTARG = relate.record_key, RIGHTARG = relate.record_key);
DROP TABLE IF EXISTS pg_temp.relationship;
CREATE TEMP TABLE relationship (relationship_id int);
CREATE ROLE regress_query_related;
GRANT regress_query_related TO CURRENT_USER;
GRANT USAGE ON SCHEMA query_related, query_related_evil TO regress_query_related;
GRANT SELECT ON ALL TABLES IN SCHEMA query_related TO regress_query_related;
SELECT relate.grant_role('regress_query_related', 'reader');
CREATE FUNCTION all_answers() RETURNS TABLE (answer text) LANGUAGE plpgsql SET search_path = query_related_evil, pg_temp, pg_catalog AS $$
BEGIN
    RETURN QUERY SELECT r::text FROM relate.related_records('contact', 5, show => 'all', as_of => '2024-06-01') AS r;
    RETURN QUERY SELECT r::text FROM relate.related_records('contact', 5, '{employment,handling}', '2024-06-01', max_rows => 2) AS r;
    RETURN QUERY SELECT r::text FROM relate.related_rows(NULL::query_related."order line", 'contact', 5, show => 'all') AS r;
    RETURN QUERY SELECT r::text FROM relate.relationship_report(start_from => '2022-01-01') AS r;
    RETURN QUERY SELECT relate.record_overview('contact', 5)::text;
    RETURN QUERY SELECT relate.record_name('site', 'A') || relate.record_name('order_line', '(1,10248)') || relate.are_related('friendship', 5, 6)::text;
END $$;
CREATE TEMP TABLE directly AS SELECT answer COLLATE "C" FROM all_answers();
ALTER TABLE query_related_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON query_related_crm.relationship USING (true);
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON contact USING (true);
ALTER TABLE "order line" ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON "order line" USING (true);
GRANT SELECT ON directly TO regress_query_related;
SET ROLE regress_query_related;
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE answer LIKE '%Acme%') > 3 AS named FROM directly;
SELECT * FROM ((TABLE directly EXCEPT ALL SELECT answer FROM all_answers())
               UNION ALL (SELECT answer FROM all_answers() EXCEPT ALL TABLE directly)) AS different;
RESET ROLE;

-- Records that are gone: related still, where a load without triggers left the relationship behind; without name.
SET session_replication_role = replica;
DELETE FROM contact WHERE id = 6;
RESET session_replication_role;
SELECT relationship_id AS id, key, name FROM relate.related_records('contact', 5, '{friendship}');
SELECT relationship_id AS id, key, name FROM relate.related_records('contact', 6);
SELECT * FROM relate.related_rows(NULL::contact, 'contact', 5, '{friendship}');
-- A column of the name that goes, an index that goes, a table that goes: names as far as they can be had, and never a crash.
SET session_replication_role = replica; -- or that would be refused
ALTER TABLE site DROP COLUMN street;
RESET session_replication_role;
SELECT relationship_id AS id, key, name, address FROM relate.related_records('contact', 5, '{birthplace,employment}');
DROP INDEX query_related_crm.relationship_source_idx;
SELECT relationship_id AS id, key, name FROM relate.related_records('contact', 5, '{friendship,handling}', show => 'all');
SET session_replication_role = replica;
DROP TABLE "order line";
RESET session_replication_role;
SELECT relationship_id AS id, module, key, name FROM relate.related_records('contact', 5, '{handling}', show => 'all');

SET client_min_messages = error;
DROP OWNED BY regress_query_related;
DROP ROLE regress_query_related;
DROP SCHEMA query_related_crm, query_related, query_related_evil CASCADE;
