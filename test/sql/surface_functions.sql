-- Generated functions: what they give, how they are planned, and that they follow the catalog.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA surface_test;
CREATE SCHEMA surface_api;
SET search_path = surface_test, pg_temp;
SELECT relate.create_workspace('surface_crm');
SET relate.workspace = 'surface_crm';
CREATE TABLE contact (id int PRIMARY KEY, name text);
CREATE TABLE organization (id uuid PRIMARY KEY, name text);
CREATE TABLE ticket (id bigint PRIMARY KEY, subject text, opened date, contact_id int REFERENCES contact);
CREATE INDEX ON ticket (contact_id);
CREATE TABLE product (code varchar(10) PRIMARY KEY, name text);
CREATE TABLE line (doc int, pos int, title text, PRIMARY KEY (doc, pos));
CREATE TABLE line_product (pos int, doc int, product varchar(10) REFERENCES product, quantity int, since date, until date,
                           PRIMARY KEY (doc, pos, product), FOREIGN KEY (doc, pos) REFERENCES line);
CREATE INDEX ON line_product (product);
CREATE TABLE employee (id int PRIMARY KEY, name text, boss_id int REFERENCES employee);
CREATE INDEX ON employee (boss_id);
CREATE TABLE "Odd ""Name" ("Key" numeric(8, 2) PRIMARY KEY, "contact" text);
INSERT INTO contact SELECT n, 'Contact ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO organization SELECT md5(n::text)::uuid, 'Organization ' || n FROM generate_series(1, 200) AS n;
INSERT INTO ticket SELECT n, 'Ticket ' || n, date '2024-01-01' + n % 300, 1 + n % 900 FROM generate_series(1, 4000) AS n;
INSERT INTO product SELECT 'P' || n, 'Product ' || n FROM generate_series(1, 100) AS n;
INSERT INTO line SELECT n / 5, n % 5, 'Line ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO line_product SELECT pos, doc, 'P' || 1 + (doc * 7 + pos) % 100, pos, CASE WHEN doc % 3 = 0 THEN current_date + 10 END,
    CASE WHEN doc % 3 = 1 THEN current_date - 10 END FROM line;
INSERT INTO employee SELECT n, 'Employee ' || n, n / 2 + (n = 1)::int FROM generate_series(1, 100) AS n;
INSERT INTO "Odd ""Name" VALUES (1.50, 'one'), (2.00, 'two');
SELECT relate.register_module('contact'), relate.register_module('organization'), relate.register_module('product'), relate.register_module('line'),
       relate.register_module('"Odd ""Name"', 'odd', name_columns => '{contact}');
SELECT relate.adopt_column('ticket', '{contact_id}'), relate.adopt_column('employee', '{boss_id}', source_role => 'Subordinate', target_role => 'Boss');
SELECT relate.adopt_junction('line_product', '{doc,pos}', '{product}', start_column => 'since', end_column => 'until');
SELECT relate.create_relationship_type('employment', 'contact', 'organization', source_role => 'Employee', target_role => 'Employer', label => 'works for'),
       relate.create_relationship_type('friendship', 'contact', 'contact', source_role => 'Friend', label => 'is a friend of', is_symmetric => true, allow_self => true),
       relate.create_relationship_type('favourite', 'contact', 'product', 'many_to_one', is_perpetual => true),
       relate.create_relationship_type('mention', 'product', 'line', 'one_to_many', source_role => 'Mention'),
       relate.create_relationship_type('oddity', 'contact', 'odd', 'many_to_many'),
       relate.create_relationship_type('remark', NULL, 'contact');
INSERT INTO surface_crm.relationship_list (relationship_type, source_key, target_key, start_date, end_date)
SELECT 'employment', n, md5((1 + n % 200)::text), CASE n % 4 WHEN 0 THEN current_date + 1 END, CASE n % 4 WHEN 1 THEN current_date - 1 END
FROM generate_series(1, 900) AS n;
INSERT INTO surface_crm.relationship_list (relationship_type, source_key, target_key)
SELECT 'friendship', n::text, (n + n % 3)::text FROM generate_series(1, 100) AS n UNION ALL SELECT 'favourite', n::text, 'P' || 1 + n % 10 FROM generate_series(1, 50) AS n
UNION ALL SELECT 'mention', 'P' || 1 + n % 10, format('(%s,%s)', n, n % 5) FROM generate_series(1, 50) AS n
UNION ALL SELECT 'oddity', '1', '1.50' UNION ALL SELECT 'oddity', '2', '1.50' UNION ALL SELECT 'oddity', '2', '2.00';
VACUUM ANALYZE surface_crm.relationship, contact, organization, ticket, product, line, line_product, employee;

SELECT * FROM relate.generate_functions('surface_api');
SELECT p.proname, p.prorows, p.provolatile, p.prosecdef, p.proconfig, regexp_replace(obj_description(p.oid), '[0-9a-f]{12}', '...') AS comment FROM pg_proc p
WHERE pronamespace = 'surface_api'::regnamespace ORDER BY proname COLLATE "C", proargtypes::text LIMIT 4;

-- ---- the same as related_records ---------------------------------------------------
DO $$
DECLARE
    one record;
    module record;
    differences bigint;
    total bigint;
    told int := 0;
BEGIN
    FOR one IN SELECT p.oid::regproc AS f, n.typrelid::regclass AS near, f.typrelid::regclass AS far, substring(obj_description(p.oid) FROM 'type "(.*?)"') AS type,
                      split_part(obj_description(p.oid), ':', 1) AS words
               FROM pg_proc p JOIN pg_type n ON n.oid = p.proargtypes[0] JOIN pg_type f ON f.oid = p.prorettype
               WHERE pronamespace = 'surface_api'::regnamespace ORDER BY proname COLLATE "C" LOOP
        SELECT m.* INTO module FROM relate.modules() AS m WHERE m.table_name = one.near;
        EXECUTE format($q$
            WITH near AS MATERIALIZED (SELECT n AS record, %1$s AS key FROM %2$s AS n),
            ours AS MATERIALIZED (SELECT near.key, %3$s AS far_key FROM near, %4$s(near.record) AS f),
            theirs AS MATERIALIZED (
                SELECT r.from_key::text, r.key::text FROM relate.related_records_of(%5$L, ARRAY(SELECT key::relate.record_key FROM near), ARRAY[%6$L]) AS r
                WHERE starts_with(%7$L, r.own_role || ' ' || r.label))
            SELECT (SELECT count(*) FROM ((TABLE ours EXCEPT ALL TABLE theirs) UNION ALL (TABLE theirs EXCEPT ALL TABLE ours)) AS x), (SELECT count(*) FROM ours)
            $q$, CASE WHEN cardinality(module.key_columns) > 1 THEN 'ROW(n.doc, n.pos)::text' ELSE format('n.%I::text', module.key_columns[1]) END, one.near,
            (SELECT CASE WHEN cardinality(m.key_columns) > 1 THEN 'ROW(f.doc, f.pos)::text' ELSE format('f.%I::text', m.key_columns[1]) END
             FROM relate.modules() AS m WHERE m.table_name = one.far), one.f, module.name, one.type, one.words) INTO differences, total;
        IF differences > 0 OR total = 0 THEN
            RAISE WARNING '% differs: % of %', one.f, differences, total;
        END IF;
        told := told + 1;
    END LOOP;
    RAISE WARNING '% functions compared', told;
END;
$$;

-- ---- the planner inlines them: WHERE and LIMIT reach the indexes ----------------------
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off; SET enable_material = off;
-- A column.
EXPLAIN (COSTS OFF) SELECT t.* FROM contact AS c, surface_api.tickets(c) AS t WHERE c.id = 7 AND t.opened > '2024-06-01' LIMIT 3;
EXPLAIN (COSTS OFF) SELECT t.* FROM contact AS c, ticket AS t WHERE c.id = 7 AND t.contact_id = c.id AND t.opened > '2024-06-01' LIMIT 3;
EXPLAIN (COSTS OFF) SELECT c.name FROM ticket AS t, surface_api.contact(t) AS c WHERE t.id = 70;
-- A junction, with keys of two columns.
EXPLAIN (COSTS OFF) SELECT p.name FROM line AS l, surface_api.products(l) AS p WHERE (l.doc, l.pos) = (7, 2) AND p.name LIKE 'P%' LIMIT 1;
-- Links.
EXPLAIN (COSTS OFF) SELECT o.name FROM contact AS c, surface_api.employers(c) AS o WHERE c.id = 7 LIMIT 1;
EXPLAIN (COSTS OFF) SELECT c.name FROM organization AS o, surface_api.employees(o) AS c WHERE o.id = md5('7')::uuid AND c.id > 300;
RESET enable_seqscan; RESET enable_bitmapscan; RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_sort; RESET enable_material;

-- ---- in step ---------------------------------------------------------------------------
CREATE VIEW signatures AS
SELECT format('%s(%s) %s', proname, (SELECT typname FROM pg_type t WHERE t.oid = proargtypes[0]), CASE prorows WHEN 1 THEN 'one' ELSE 'many' END) COLLATE "C" AS signature
FROM pg_proc WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'surface_api');
CREATE TABLE before AS SELECT oid, prosrc FROM pg_proc WHERE pronamespace = 'surface_api'::regnamespace;
-- What does not concern them leaves them alone.
SELECT relate.alter_relationship_type('employment', default_importance => 5);
UPDATE surface_crm.relationship_type SET description = 'who works where' WHERE name = 'employment';
SELECT count(*) AS changed FROM pg_proc p FULL JOIN before b ON b.oid = p.oid AND b.prosrc = p.prosrc WHERE p.pronamespace = 'surface_api'::regnamespace AND b.oid IS NULL;
-- Plain UPDATE, the verbs, columns that are renamed or added, tables that are renamed.
CREATE TABLE named AS SELECT * FROM signatures;
UPDATE surface_crm.relationship_type SET target_role = 'Firm' WHERE name = 'employment';
SELECT relate.alter_relationship_type('favourite', cardinality => 'many_to_many');
SELECT relate.create_relationship_type('ownership', 'contact', 'product', label => 'owns');
SELECT relate.drop_relationship_type('remark');
(SELECT '-' AS change, signature FROM (SELECT signature FROM named EXCEPT SELECT signature FROM signatures) AS x ORDER BY 2)
UNION ALL (SELECT '+', signature FROM (SELECT signature FROM signatures EXCEPT SELECT signature FROM named) AS x ORDER BY 2);
ALTER TABLE ticket ADD COLUMN priority int DEFAULT 1;
ALTER TABLE ticket RENAME contact_id TO reporter_id;
ALTER TABLE contact RENAME id TO contact_no;
SELECT t.* FROM contact AS c, surface_api.tickets(c) AS t WHERE c.contact_no = 7 ORDER BY t.id LIMIT 1;
ALTER TABLE ticket RENAME TO "Support Ticket";
ALTER TABLE product SET SCHEMA surface_api;
SELECT t.id, t.priority FROM contact AS c, surface_api.tickets(c) AS t WHERE c.contact_no = 7 ORDER BY t.id LIMIT 1;
SELECT p.* FROM contact AS c, surface_api.products(c) AS p WHERE c.contact_no = 7;
-- A type that holds at all times does not ask for dates any more.
SELECT count(*) FROM contact AS c, surface_api.firms(c) AS o;
SELECT relate.alter_relationship_type('employment', is_perpetual => true);
SELECT count(*) FROM contact AS c, surface_api.firms(c) AS o;

-- ---- rights: the caller's -----------------------------------------------------------------
CREATE ROLE regress_surface_reader;
CREATE ROLE regress_surface_admin;
SELECT relate.grant_role('regress_surface_reader', 'reader'), relate.grant_role('regress_surface_admin', 'administrator');
GRANT USAGE ON SCHEMA surface_api, surface_test TO regress_surface_reader, regress_surface_admin;
GRANT SELECT ON contact, organization TO regress_surface_reader;
SET ROLE regress_surface_reader;
SELECT count(*) FROM contact AS c, surface_api.firms(c) AS o WHERE c.contact_no = 7;
SELECT count(*) FROM contact AS c, surface_api.tickets(c) AS t WHERE c.contact_no = 7;
SET ROLE regress_surface_admin;
UPDATE surface_crm.relationship_type SET description = 'anything' WHERE name = 'employment';
UPDATE surface_crm.relationship_type SET target_role = 'Company' WHERE name = 'employment';
SELECT relate.generate_functions('surface_test');
RESET ROLE;
SELECT target_role FROM surface_crm.relationship_type WHERE name = 'employment';
-- Names that are taken are left alone.
CREATE FUNCTION surface_api.companies(contact) RETURNS int LANGUAGE sql AS 'SELECT 1';
UPDATE surface_crm.relationship_type SET target_role = 'Company' WHERE name = 'employment';
UPDATE surface_crm.relationship_type SET target_role = 'Name' WHERE name = 'favourite';
SELECT signature FROM signatures WHERE signature ~ 'compan|name' ORDER BY 1;
-- Long names are cut, also those of wide characters, but not their numbers.
SELECT relate.create_relationship_type(name, 'contact', 'product', target_role => repeat(role, 40))
FROM (VALUES ('long 1', 'x'), ('long 2', 'x'), ('long 3', 'x'), ('wide 1', U&'\4E2D'), ('wide 2', U&'\4E2D'), ('wide 3', U&'\4E2D')) AS t (name, role);
SELECT signature, octet_length(signature) FROM signatures WHERE signature ~ U&'xxx|\4E2D' ORDER BY 1;
SELECT relate.drop_relationship_type(name) FROM surface_crm.relationship_type WHERE name ~ '^(long|wide) ';

-- ---- errors, another schema, no more ----------------------------------------------------------
SELECT relate.generate_functions('surface_apu');
SELECT relate.generate_functions(NULL);
SELECT relate.generate_functions('relate');
SELECT relate.drop_generated('tables');
SELECT relate.comment_on_function('surface_api', 'companies', 0, 'of no table');
CREATE SCHEMA "Surface Api 2";
SELECT count(*) FROM relate.generate_functions('Surface Api 2');
SELECT signature FROM signatures;
SELECT count(*) FROM contact AS c, "Surface Api 2".companies(c) AS o WHERE c.contact_no = 7;
ALTER SCHEMA surface_crm RENAME TO surface_crm2;
SET relate.workspace = 'surface_crm2';
SELECT count(*) FROM relate.generate_functions('Surface Api 2');
SELECT count(*), count(*) FILTER (WHERE prosrc ~ 'surface_crm2') AS renamed FROM pg_proc WHERE pronamespace = '"Surface Api 2"'::regnamespace;
DROP SCHEMA "Surface Api 2" CASCADE;
SELECT relate.alter_relationship_type('employment', target_role => 'Enterprise');
SELECT relate.drop_generated('functions');
SELECT settings FROM surface_crm2.workspace;
SELECT count(*) > 10 AS many FROM relate.generate_functions('surface_api');
SELECT relate.drop_workspace('surface_crm2', 'cascade');
SELECT signature FROM signatures;

DROP SCHEMA surface_test, surface_api CASCADE;
DROP OWNED BY regress_surface_reader, regress_surface_admin;
DROP ROLE regress_surface_reader, regress_surface_admin;
