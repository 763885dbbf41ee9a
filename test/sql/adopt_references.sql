-- Foreign keys that refer to another unique key of a table than that by which its
-- records are known: read by a join, written by a look at the record.
SET client_min_messages = warning;
CREATE SCHEMA adopt_references;
SET search_path = adopt_references, pg_temp;
SET datestyle = 'ISO, YMD';

CREATE FUNCTION error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m text; d text; h text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || m, nullif(d, ''), nullif(h, ''));
END $$;

-- By a varchar beside the key; by two columns, from a junction; of its own table; by uuid in
-- a partitioned table, with quoted names.
CREATE TABLE product (id int PRIMARY KEY, sku varchar(20) UNIQUE, name text NOT NULL);
CREATE TABLE line (id int PRIMARY KEY, product_id int REFERENCES product,
                   sku text REFERENCES product (sku) ON UPDATE CASCADE ON DELETE SET NULL);
CREATE INDEX ON line (sku);
CREATE TABLE part (id int PRIMARY KEY, code text NOT NULL UNIQUE, name text, whole text REFERENCES part (code) ON UPDATE CASCADE);
CREATE TABLE part_use (id int PRIMARY KEY, part_id int REFERENCES part);
CREATE TABLE tag (id int PRIMARY KEY, tenant int, word text, UNIQUE (tenant, word));
CREATE TABLE tagging (tenant int, word text, product_id int REFERENCES product, weight int DEFAULT 1, since date NOT NULL DEFAULT '2020-01-01',
                      until date, PRIMARY KEY (tenant, word, product_id, since), FOREIGN KEY (tenant, word) REFERENCES tag (tenant, word));
CREATE TABLE tag_note (id int PRIMARY KEY, tag_id int REFERENCES tag);
CREATE TABLE "Depot" ("Id" int, region text, "Code" uuid NOT NULL, PRIMARY KEY (region, "Id"), UNIQUE (region, "Code")) PARTITION BY LIST (region);
CREATE TABLE depot_north PARTITION OF "Depot" FOR VALUES IN ('north');
CREATE TABLE depot_south PARTITION OF "Depot" FOR VALUES IN ('south');
CREATE TABLE depot_key (id int PRIMARY KEY, region text, depot_id int, FOREIGN KEY (region, depot_id) REFERENCES "Depot" (region, "Id"));
CREATE TABLE van (id int PRIMARY KEY, region text, "home Code" uuid, FOREIGN KEY (region, "home Code") REFERENCES "Depot" (region, "Code"));
CREATE TABLE seat (id int PRIMARY KEY, badge text UNIQUE REFERENCES part (code));

INSERT INTO product VALUES (1, 'AN', 'Anvil'), (2, 'BE', 'Bellows'), (3, NULL, 'Nameless'), (4, 'CL', 'Clamp');
INSERT INTO line VALUES (1, 1, 'AN'), (2, 1, 'BE'), (3, 2, NULL), (4, NULL, 'AN'), (5, NULL, NULL);
INSERT INTO part VALUES (1, 'car', 'Car', NULL), (2, 'eng', 'Engine', 'car'), (3, 'pis', 'Piston', 'eng'), (4, 'val', 'Valve', 'eng'), (5, 'nut', 'Nut', NULL);
INSERT INTO tag VALUES (1, 1, 'red'), (2, 1, 'big'), (3, 2, 'red'), (4, NULL, 'odd');
INSERT INTO tagging VALUES (1, 'red', 1, 5, '2020-01-01', NULL), (2, 'red', 1, 1, '2020-01-01', NULL), (1, 'big', 2, 2, '2020-01-01', '2020-12-31');
INSERT INTO "Depot" VALUES (1, 'north', '00000000-0000-0000-0000-000000000001'), (2, 'south', '00000000-0000-0000-0000-000000000002');
INSERT INTO van VALUES (1, 'north', '00000000-0000-0000-0000-000000000001'), (2, 'south', NULL);
INSERT INTO seat VALUES (1, 'nut'), (2, NULL);

SELECT relate.create_workspace('adopt_references_ws');
SET relate.workspace = 'adopt_references_ws';
SELECT relationship_type, source_module, label, target_module, cardinality, storage, columns, note FROM relate.adopt_foreign_keys('adopt_references');
SELECT name, storage_source_columns, storage_target_columns, storage_source_reference, storage_target_reference
FROM adopt_references_ws.relationship_type WHERE num_nonnulls(storage_source_reference, storage_target_reference) > 0 ORDER BY name;
SELECT count(*) AS found_again FROM relate.adopt_foreign_keys('adopt_references');

-- ---- readers, against plain SQL: what only one side of each pair says ------------------------
CREATE VIEW by_hand AS
    SELECT 'line_product_2' AS type, l.id::text AS source, p.id::text AS target FROM line l JOIN product p ON p.sku = l.sku
    UNION ALL SELECT 'part_whole', c.id::text, w.id::text FROM part c JOIN part w ON w.code = c.whole
    UNION ALL SELECT 'van_home', v.id::text, ROW(d.region, d."Id")::text FROM van v JOIN "Depot" d ON d.region = v.region AND d."Code" = v."home Code"
    UNION ALL SELECT 'seat_badge', s.id::text, p.id::text FROM seat s JOIN part p ON p.code = s.badge
    UNION ALL SELECT 'tagging', t.id::text, g.product_id::text FROM tagging g JOIN tag t ON (t.tenant, t.word) = (g.tenant, g.word)
              WHERE current_date BETWEEN g.since AND coalesce(g.until, 'infinity');
CREATE VIEW record AS
    SELECT 'line' AS module, id::text AS key FROM line UNION ALL SELECT 'product', id::text FROM product UNION ALL SELECT 'part', id::text FROM part
    UNION ALL SELECT 'tag', id::text FROM tag UNION ALL SELECT 'van', id::text FROM van UNION ALL SELECT 'seat', id::text FROM seat
    UNION ALL SELECT 'depot', ROW(region, "Id")::text FROM "Depot";
CREATE VIEW difference AS
    WITH related AS (
        SELECT r.relationship_type AS type, CASE WHEN r.label = t.label THEN record.key ELSE r.key::text END AS source,
               CASE WHEN r.label = t.label THEN r.key::text ELSE record.key END AS target, r.label = t.label AS is_forward
        FROM record CROSS JOIN LATERAL relate.related_records(record.module, record.key) AS r
        JOIN adopt_references_ws.relationship_type t ON t.name = r.relationship_type
        WHERE num_nonnulls(storage_source_reference, storage_target_reference) > 0
    ), at_once AS (
        SELECT r.relationship_type AS type, r.key::text AS source, r.from_key::text AS target
        FROM relate.related_records_of('product', ARRAY(SELECT id FROM product)::int[]::text[], '{line_product_2}') AS r
    ), listed AS (
        SELECT relationship_type AS type, source_key::text AS source, target_key::text AS target FROM adopt_references_ws.relationship_list
        WHERE relationship_type IN (SELECT type FROM by_hand) AND is_current
    ), sides AS (
        SELECT relationship_type AS type, key::text AS source, far_key::text AS target FROM adopt_references_ws.relationship_sides s
        JOIN adopt_references_ws.relationship_type t ON t.name = s.relationship_type AND t.label = s.label
        WHERE relationship_type IN (SELECT type FROM by_hand) AND is_current
    ), told AS (
        SELECT 'forward' AS reader, type, source, target FROM related WHERE is_forward
        UNION ALL SELECT 'backward', type, source, target FROM related WHERE NOT is_forward
        UNION ALL SELECT 'list', * FROM listed
        UNION ALL SELECT 'sides', * FROM sides
    ), wanted AS (
        SELECT reader, h.* FROM by_hand h, unnest('{forward,backward,list,sides}'::text[]) AS reader
    )
    (TABLE told EXCEPT ALL TABLE wanted) UNION ALL (TABLE wanted EXCEPT ALL TABLE told)
    UNION ALL (SELECT 'at once', * FROM at_once EXCEPT ALL SELECT 'at once', * FROM by_hand WHERE type = 'line_product_2')
    UNION ALL (SELECT 'at once', * FROM by_hand WHERE type = 'line_product_2' EXCEPT ALL SELECT 'at once', * FROM at_once);
SELECT count(*) FROM by_hand;
TABLE difference;

SELECT relationship_type, label, module, key, name, start_date, end_date, attributes FROM relate.related_records('product', 1, show => 'all');
SELECT l.* FROM relate.related_rows(NULL::adopt_references.line, 'product', 1, '{line_product_2}') AS l;
SELECT relate.are_related('line_product_2', 4, 1), relate.are_related('line_product_2', 3, 1), relate.are_related('tagging', 2, 2, '2020-06-01');
SELECT key, depth, parent_key FROM relate.descendants('part_whole', 1);
SELECT key, depth FROM relate.ancestors('part_whole', 3);
SELECT tree, child_count FROM relate.hierarchy_tree('part_whole', NULL);
SELECT relate.is_under('part_whole', 4, 1), relate.descendant_count('part_whole', 1);
SELECT key, name, ways FROM relate.follow('tag', 3, '{"has Product",line_product_2}') ORDER BY key::int;
SELECT module, key, distance FROM relate.network('line', 4, max_depth => 2) ORDER BY distance, module, key;
SELECT step, module, key, relationship_type FROM relate.shortest_path('line', 2, 'line', 4, '{line_product,line_product_2}');
SELECT relationship_type, primary_id, target_id FROM relate.relationship_report('{part_whole,seat_badge}') ORDER BY 1, 2, 3;
SELECT relationship_type, other_module, other_key, action, records FROM relate.preview_delete('product', 1);
SELECT jsonb_path_query_first(relate.record_overview('seat', 1), '$.**.name ? (@ == "Nut")') AS overview;
SELECT step, line FROM relate.quickstart('adopt_references') WHERE step = 'try';

-- ---- generated functions and views -------------------------------------------------------------
CREATE SCHEMA adopt_references_api;
SELECT function, returns FROM relate.generate_functions('adopt_references_api') WHERE relationship_type IN (SELECT type FROM by_hand);
SELECT view, columns FROM relate.generate_views('adopt_references_api') WHERE relationship_type IN (SELECT type FROM by_hand);
SELECT l.id, (adopt_references_api.line_product_2(l)).id AS product FROM line l ORDER BY 1;
SELECT p.id, array_agg(c.id ORDER BY c.id) AS parts FROM part p, adopt_references_api.whole_parts(p) c GROUP BY p.id ORDER BY 1;
SELECT t.id, array_agg(p.id) FROM tag t, adopt_references_api.products(t) p GROUP BY t.id ORDER BY 1;
SELECT count(*) AS wrong FROM ((SELECT source_line_id::text, target_product_id::text FROM (SELECT line_id AS source_line_id, product_id AS target_product_id
    FROM adopt_references_api.line_product_2) v) EXCEPT SELECT source, target FROM by_hand WHERE type = 'line_product_2') x;
TABLE adopt_references_api.tagging;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT x.id FROM product p, adopt_references_api.lines_line_product_2(p) x WHERE p.id = 1;
RESET enable_bitmapscan;

-- ---- writers ---------------------------------------------------------------------------------------
SELECT relate.connect('line', 5, 'line_product_2', 'product', 4);
SELECT relate.create_relationship('line_product_2', 1, 2, on_conflict => 'replace');
SELECT relate.delete_relationship('line_product_2', 4, 1);
SELECT * FROM line ORDER BY id;
SELECT error_of($$SELECT relate.create_relationship('line_product_2', 1, 2)$$);
SELECT error_of($$SELECT relate.create_relationship('line_product_2', 1, 4)$$);
SELECT error_of($$SELECT relate.create_relationship('line_product_2', 4, 3)$$);
SELECT error_of($$SELECT relate.create_relationship('line_product_2', 4, 99)$$);
SELECT error_of($$SELECT relate.delete_relationship('line_product_2', 4, 1)$$);
SELECT relate.set_parent('part_whole', 5, 4), relate.set_parent('part_whole', 3, NULL);
SELECT * FROM part ORDER BY id;
SELECT error_of($$SELECT relate.set_parent('part_whole', 1, 5)$$);
SELECT relate.create_relationship('seat_badge', 2, 1);
SELECT error_of($$SELECT relate.create_relationship('seat_badge', 1, 1, on_conflict => 'error')$$);
SELECT relate.create_relationship('seat_badge', 1, 1, on_conflict => 'replace');
SELECT * FROM seat ORDER BY id;
SELECT relate.create_relationship('van_home', 2, '(south,2)');
SELECT * FROM van ORDER BY id;
SELECT relate.create_relationship('tagging', 2, 4, '2021-01-01', attributes => '{"weight": 9}');
SELECT error_of($$SELECT relate.create_relationship('tagging', 2, 4, '2022-01-01')$$);
SELECT relate.create_relationship('tagging', 2, 4, '2022-01-01', on_conflict => 'end_old');
SELECT error_of($$SELECT relate.create_relationship('tagging', 4, 4)$$);
SELECT relate.end_relationship('tagging', 2, 4, '2022-12-31'), relate.delete_relationship('tagging', 1, 1);
SELECT * FROM tagging ORDER BY 1, 2, 3, 5;
TABLE difference;
SELECT * FROM relate.validate('adopt_references_ws');

-- ---- rules -------------------------------------------------------------------------------------------
SELECT relate.enforce_rules('part_whole');
SELECT error_of($$UPDATE part SET whole = 'nut' WHERE id = 1$$);
UPDATE part SET code = 'motor' WHERE code = 'eng';
TABLE difference;
ALTER TABLE part DISABLE TRIGGER USER;
UPDATE part SET whole = 'nut' WHERE id = 1;
ALTER TABLE part ENABLE TRIGGER USER;
SELECT relationship_type, rule, finding, what_to_do FROM relate.validate('adopt_references_ws');
UPDATE part SET whole = NULL WHERE id = 1;
SELECT relate.enforce_rules('tagging');
SELECT error_of($$INSERT INTO tagging VALUES (1, 'big', 4, 1, '2021-06-01', '2021-07-01')$$);

-- A junction whose two sides refer to one table by two keys.
CREATE TABLE part_pair (a int REFERENCES part, b text REFERENCES part (code), PRIMARY KEY (a, b));
INSERT INTO part_pair VALUES (1, 'val');
SELECT relationship_type, label, inverse_label FROM relate.adopt_foreign_keys('adopt_references');
SELECT key, label FROM relate.related_records('part', 4, '{part_pair}');
SELECT relate.alter_relationship_type('part_pair', allow_self => false, hierarchy_parent => 'source');
SELECT error_of($$SELECT relate.enforce_rules('part_pair')$$);
SELECT key, depth FROM relate.descendants('part_pair', 1);

-- ---- by hand, and what is wrong -------------------------------------------------------------------------
SELECT relate.drop_relationship_type('seat_badge');
SELECT relate.adopt_column('seat', '{badge}', name => 'badge') > 0 AS adopted;
SELECT storage_target_reference, cardinality FROM adopt_references_ws.relationship_type WHERE name = 'badge';
SELECT key, name FROM relate.related_records('seat', 1);
SELECT error_of($$UPDATE adopt_references_ws.relationship_type SET storage_target_reference = '{name}' WHERE name = 'badge'$$);
SELECT error_of($$UPDATE adopt_references_ws.relationship_type SET storage_target_reference = NULL WHERE name = 'badge'$$);
SELECT error_of($$UPDATE adopt_references_ws.relationship_type SET storage_source_reference = '{id}' WHERE name = 'badge'$$);
ALTER TABLE seat DROP CONSTRAINT seat_badge_fkey;
INSERT INTO seat VALUES (3, 'ghost');
SELECT finding, what_to_do FROM relate.validate('adopt_references_ws');
DELETE FROM seat WHERE id = 3;

-- ---- DDL ----------------------------------------------------------------------------------------------------
ALTER TABLE product RENAME COLUMN sku TO article;
ALTER TABLE line RENAME COLUMN sku TO article;
ALTER TABLE tag RENAME COLUMN tenant TO owner;
ALTER TABLE part RENAME COLUMN code TO mark;
SELECT name, storage_source_columns, storage_target_columns, storage_source_reference, storage_target_reference
FROM adopt_references_ws.relationship_type WHERE num_nonnulls(storage_source_reference, storage_target_reference) > 0 ORDER BY name;
SELECT key, depth FROM relate.descendants('part_whole', 1);
SELECT key FROM relate.related_records('product', 2, '{line_product_2}');
SELECT t.id, array_agg(p.id) FROM tag t, adopt_references_api.products(t) p GROUP BY t.id ORDER BY 1;
SELECT error_of($$UPDATE part SET whole = 'nut' WHERE id = 1$$);
SELECT error_of($$ALTER TABLE part DROP COLUMN mark$$);
SELECT error_of($$ALTER TABLE product DROP COLUMN article$$);
SET client_min_messages = notice;
SELECT relate.drop_generated();
ALTER TABLE product DROP COLUMN article CASCADE;
SET client_min_messages = warning;
SELECT name FROM adopt_references_ws.relationship_type ORDER BY 1;
ALTER TABLE tagging DROP CONSTRAINT tagging_tenant_word_fkey;
ALTER TABLE tag DROP CONSTRAINT tag_tenant_word_key;
SELECT h.* FROM relate.health_check() AS h WHERE severity = 'error';

-- ---- rights and policies ----------------------------------------------------------------------------------------
CREATE ROLE adopt_references_reader;
SELECT relate.grant_role('adopt_references_reader', 'reader');
GRANT USAGE ON SCHEMA adopt_references TO adopt_references_reader;
GRANT SELECT ON line, part, part_use, product, tag, tagging TO adopt_references_reader;
ALTER TABLE part ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_4 ON part TO adopt_references_reader USING (id <> 4);
SET ROLE adopt_references_reader;
SELECT key, name FROM relate.related_records('part', 2);
SELECT key, depth FROM relate.descendants('part_whole', 1);
RESET ROLE;
REVOKE SELECT ON part FROM adopt_references_reader;
GRANT SELECT (id, whole, name) ON part TO adopt_references_reader;
SET ROLE adopt_references_reader;
SELECT key, name FROM relate.related_records('part', 2);
RESET ROLE;

DROP OWNED BY adopt_references_reader;
DROP ROLE adopt_references_reader;
DROP SCHEMA adopt_references_ws, adopt_references_api, adopt_references CASCADE;
