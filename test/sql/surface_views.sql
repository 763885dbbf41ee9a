-- Generated views, for BI tools: their columns, what they give, and that they follow the catalog.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA view_test;
CREATE SCHEMA view_bi;
SET search_path = view_test, pg_temp;
SELECT relate.create_workspace('view_crm');
SET relate.workspace = 'view_crm';
CREATE TABLE contact (id int PRIMARY KEY, first_name text, last_name text);
CREATE TABLE organization (organization_id uuid PRIMARY KEY, name text);
CREATE TABLE ticket (id bigint PRIMARY KEY, subject text, contact_id int REFERENCES contact);
CREATE TABLE line (doc int, pos int, title text, PRIMARY KEY (doc, pos));
CREATE TABLE product (code text PRIMARY KEY, name text);
CREATE TABLE line_product (pos int, doc int, product text REFERENCES product, quantity int, since date, until date,
                           PRIMARY KEY (doc, pos, product), FOREIGN KEY (doc, pos) REFERENCES line);
INSERT INTO contact VALUES (1, 'Ada', 'Marsh'), (2, 'Ben', NULL), (3, NULL, NULL);
INSERT INTO organization VALUES (md5('1')::uuid, 'Mills'), (md5('2')::uuid, 'Foods');
INSERT INTO ticket VALUES (10, 'Broken', 1), (11, 'Late', 1), (12, 'Nobody', NULL);
INSERT INTO line VALUES (7, 1, 'Seven one'), (7, 2, 'Seven two');
INSERT INTO product VALUES ('A', 'Apple'), ('B', 'Bolt');
INSERT INTO line_product VALUES (1, 7, 'A', 5, '2020-01-01', NULL), (2, 7, 'A', 6, '2020-01-01', '2021-12-31'), (2, 7, 'B', 1, NULL, NULL);
SELECT relate.register_module('contact', kind => 'individual'), relate.register_module('organization', kind => 'organization');
SELECT relate.adopt_column('ticket', '{contact_id}');
SELECT relate.adopt_junction('line_product', '{doc,pos}', '{product}', name => 'line product', start_column => 'since', end_column => 'until');
SELECT relate.create_relationship_type('employment', 'contact', 'organization', source_role => 'Employee', target_role => 'Employer'),
       relate.create_relationship_type('friendship', 'contact', 'contact', source_role => 'Friend', is_symmetric => true, is_perpetual => true),
       relate.create_relationship_type('order', 'line', 'organization'),
       relate.create_relationship_type('Remark', NULL, 'contact', source_role => 'Subject', target_role => 'Author');
INSERT INTO view_crm.relationship_list (relationship_type, source_module, source_key, target_key, start_date, end_date, description, email) VALUES
    ('employment', 'contact', 1, md5('1'), '2020-01-01', NULL, 'Buyer', 'ada@mills.example'),
    ('employment', 'contact', 2, md5('1'), '2020-01-01', '2021-12-31', NULL, NULL), ('friendship', NULL, 1, 3, NULL, NULL, NULL, NULL),
    ('order', NULL, '(7,2)', md5('2'), NULL, NULL, NULL, NULL), ('Remark', 'ticket', 10, 2, NULL, NULL, 'slow', NULL),
    ('Remark', 'line', '(7,1)', 2, NULL, NULL, NULL, NULL);

SELECT * FROM relate.generate_views('view_bi');
\x
SELECT * FROM view_bi.employment ORDER BY employee_id;
\x
SELECT * FROM view_bi.ticket_contact ORDER BY 1;
SELECT * FROM view_bi.line_product ORDER BY 1, 2, 4;
SELECT source_friend_id, source_friend_name, target_friend_id, target_friend_name FROM view_bi.friendship;
SELECT line_doc, line_pos, line_name, organization_id, organization_name FROM view_bi."order";
SELECT subject_module, subject_key, subject_name, author_id, author_name, description FROM view_bi.remark ORDER BY 2;
SELECT relname, reloptions, regexp_replace(obj_description(oid), '[0-9a-f]{12}', '...') AS comment FROM pg_class WHERE relnamespace = 'view_bi'::regnamespace ORDER BY relname COLLATE "C";
-- Names that nobody asks for are not looked up.
EXPLAIN (COSTS OFF) SELECT count(*), min(employee_id) FROM view_bi.employment WHERE is_current;

-- ---- in step; rights on them stay -----------------------------------------------------
CREATE ROLE regress_view_bi;
GRANT USAGE ON SCHEMA view_bi, view_crm, view_test TO regress_view_bi;
GRANT SELECT ON view_bi.employment, view_bi."order" TO regress_view_bi;
GRANT SELECT ON view_bi.employment TO PUBLIC;
UPDATE view_crm.relationship_type SET target_role = 'Firm' WHERE name = 'employment';
SELECT relate.alter_relationship_type('order', new_name => 'ordering', is_perpetual => true);
SELECT relate.drop_relationship_type('line product');
SELECT relate.alter_module('contact', name_columns => '{last_name}');
ALTER TABLE ticket RENAME TO support_ticket;
ALTER TABLE support_ticket RENAME id TO ticket_no;
ALTER TABLE contact RENAME last_name TO surname;
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE relnamespace = 'view_bi'::regnamespace AND attnum > 0 AND NOT attisdropped GROUP BY 1 ORDER BY 1;
SELECT employee_name, firm_name FROM view_bi.employment ORDER BY employee_id;
SELECT * FROM view_bi.ticket_contact ORDER BY 1;
SELECT relacl::text ~ 'regress_view_bi=r' AS to_role, relacl::text ~ '[{,]=r' AS to_public FROM pg_class WHERE oid = 'view_bi.employment'::regclass;
SET ROLE regress_view_bi;
SELECT * FROM view_bi.employment;
RESET ROLE;
-- Somebody builds on one: it cannot change its columns, and nothing else changes either.
CREATE VIEW report AS SELECT firm_name, count(*) FROM view_bi.employment GROUP BY 1;
UPDATE view_crm.relationship_type SET target_role = 'Company' WHERE name = 'employment';
UPDATE view_crm.relationship_type SET label = 'is paid by' WHERE name = 'employment';
SELECT target_role, label FROM view_crm.relationship_type WHERE name = 'employment';
SELECT * FROM report;
SELECT relate.drop_generated();
DROP VIEW report;
SELECT relate.generate_views('nowhere');
-- Names that are taken.
SELECT relate.drop_generated('views');
CREATE TABLE view_bi.employment (id int);
SELECT view FROM relate.generate_views('view_bi') WHERE relationship_type = 'employment';
-- Long names are cut, also those of wide characters, but not their numbers.
SELECT relate.alter_relationship_type('employment', source_role => repeat(U&'\4E2D', 30), target_role => repeat('x', 70));
SELECT attname FROM pg_attribute WHERE attrelid = 'view_bi.employment_2'::regclass AND attnum BETWEEN 2 AND 5 ORDER BY attnum;
SELECT relate.drop_workspace('view_crm', 'cascade');
SELECT relname FROM pg_class WHERE relnamespace = 'view_bi'::regnamespace;

DROP SCHEMA view_test, view_bi CASCADE;
DROP OWNED BY regress_view_bi;
DROP ROLE regress_view_bi;
