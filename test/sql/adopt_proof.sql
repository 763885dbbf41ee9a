-- What preview_delete and validate say of relationships in columns and junction tables.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA adopt_proof;
SET search_path = adopt_proof, pg_temp;
SET relate.workspace = 'adopt_proof_crm';
SELECT relate.create_workspace('adopt_proof_crm');
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE "order" (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer);
CREATE TABLE note (id int PRIMARY KEY, customer_id int REFERENCES customer ON DELETE CASCADE, author_id int REFERENCES customer ON DELETE SET NULL);
CREATE TABLE tag (id int PRIMARY KEY, name text);
CREATE TABLE customer_tag (customer_id int REFERENCES customer ON DELETE CASCADE, tag_id int REFERENCES tag, PRIMARY KEY (customer_id, tag_id));
CREATE TABLE visit (id int PRIMARY KEY, customer_id int, place text);
CREATE TABLE region (tenant int, code text COLLATE "C", parent text COLLATE "C", PRIMARY KEY (tenant, code));
CREATE TABLE stay (customer_id int REFERENCES customer, tag_id int, start_date date, end_date date);
INSERT INTO customer VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cleo');
INSERT INTO "order" VALUES (10, 1), (11, 1), (12, 2);
INSERT INTO note VALUES (1, 1, 2), (2, 3, 2), (3, 3, 1);
INSERT INTO tag VALUES (1, 'Red'), (2, 'Blue');
INSERT INTO customer_tag VALUES (1, 1), (1, 2), (2, 2);
INSERT INTO visit VALUES (1, 1, 'here'), (2, 3, 'there');
INSERT INTO region VALUES (1, 'A', NULL), (1, 'B', 'A'), (1, 'C', 'B'), (2, 'A', NULL);
INSERT INTO stay VALUES (1, 1, '2020-01-01', '2020-12-31'), (1, 1, '2021-01-01', NULL);
SELECT count(relationship_type) FROM relate.adopt_foreign_keys('adopt_proof');
SELECT relate.adopt_column('visit', '{customer_id}', 'customer') > 0 AS adopted;
SELECT relate.register_module('region') > 0 AS registered;
SELECT relate.adopt_column('region', '{tenant,parent}', 'region', 'region_parent', enforce => true) > 0 AS adopted;
SELECT relate.adopt_junction('stay', '{customer_id}', '{tag_id}', target_module => 'tag', start_column => 'start_date', end_column => 'end_date', enforce => true) > 0 AS adopted;
SELECT relate.create_relationship_type('knows', 'customer', 'customer') > 0 AS made;
SELECT relate.connect('customer', 1, 'knows', 'customer', 2) > 0 AS connected;

SELECT relationship_type, role, other_module, other_key, other_name, action, records FROM relate.preview_delete('customer', 1);
SELECT relationship_type, role, other_module, other_key, action, records FROM relate.preview_delete('customer', 2);
SELECT relationship_type, role, other_module, other_key, action, records FROM relate.preview_delete('customer', 3);
SELECT relationship_type, role, other_module, other_key, action, records FROM relate.preview_delete('order', 10);
SELECT relationship_type, role, other_module, other_key, action, records FROM relate.preview_delete('tag', 2);
SELECT relationship_type, role, other_module, other_key, action, records FROM relate.preview_delete('region', '(1,B)');
-- It is what happens.
DELETE FROM customer WHERE id = 3;
SELECT id, customer_id FROM note ORDER BY id;
SELECT id, customer_id FROM visit ORDER BY id;

SELECT rule, relationship_type, finding, what_to_do FROM relate.validate('adopt_proof_crm');
SELECT * FROM visit x WHERE x.customer_id::text = '3';
ALTER TABLE region DISABLE TRIGGER USER;
ALTER TABLE stay DISABLE TRIGGER USER;
UPDATE region SET parent = 'C' WHERE (tenant, code) = (1, 'A');
UPDATE region SET parent = 'Z' WHERE (tenant, code) = (2, 'A');
INSERT INTO region VALUES (1, 'D', 'A');
INSERT INTO stay VALUES (1, 1, '2020-06-01', '2020-06-30'), (2, 7, NULL, NULL), (2, 7, NULL, NULL);
SELECT rule, relationship_type, finding, what_to_do FROM relate.validate('adopt_proof_crm');
SELECT severity, object, finding FROM relate.repair('adopt_proof_crm') WHERE finding LIKE 'relationship_cycle%';
-- What is not enforced is not wrong.
SELECT relate.enforce_rules('region_parent', false), relate.enforce_rules('stay', false);
SELECT rule, relationship_type, finding FROM relate.validate('adopt_proof_crm');

SELECT relate.drop_workspace('adopt_proof_crm', 'cascade');
DROP SCHEMA adopt_proof CASCADE;
