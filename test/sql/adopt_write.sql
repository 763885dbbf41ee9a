-- Writing hard links by the verbs, adopting one by hand, and the rules that can be switched on.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA adopt_write;
SET search_path = adopt_write, pg_temp;
SET relate.workspace = 'adopt_write_crm';
SELECT relate.create_workspace('adopt_write_crm');

CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE product (code varchar(8) PRIMARY KEY, name text);
CREATE TABLE "order" (id int PRIMARY KEY, customer_id int REFERENCES customer, placed_by int NOT NULL REFERENCES customer);
CREATE TABLE item (order_id int REFERENCES "order", product_code varchar(8) REFERENCES product, quantity int DEFAULT 1, note text, PRIMARY KEY (order_id, product_code));
CREATE TABLE passport (id int PRIMARY KEY, customer_id int UNIQUE REFERENCES customer);
CREATE TABLE region (tenant int, id int, name text, parent_id int, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, parent_id) REFERENCES region (tenant, id));
CREATE TABLE job (customer_id int REFERENCES customer, region_tenant int, region_id int, from_date date, to_date date, title text,
    FOREIGN KEY (region_tenant, region_id) REFERENCES region, PRIMARY KEY (customer_id, region_tenant, region_id, from_date));
CREATE TABLE visit (id serial PRIMARY KEY, who int, "where" varchar(8)); -- no foreign key at all
INSERT INTO customer VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cleo');
INSERT INTO product VALUES ('A1', 'Apple'), ('B2', 'Bread');
INSERT INTO "order" VALUES (10, NULL, 1), (11, 2, 2);
INSERT INTO passport VALUES (100, 1), (101, NULL);
INSERT INTO region VALUES (1, 1, 'All', NULL), (1, 2, 'North', 1), (1, 3, 'Far north', 2), (2, 1, 'Other', NULL);
SELECT relationship_type, cardinality, storage, note FROM relate.adopt_foreign_keys('adopt_write');

-- A column is set, refused while it is set, replaced, cleared.
SELECT relate.connect('order', 10, 'belongs to Customer', 'customer', 1);
SELECT relate.connect('customer', 1, 'has Order', 'order', 10);
SELECT relate.connect('customer', 2, 'has Order', 'order', 10);
SELECT relate.connect('customer', 2, 'has Order', 'order', 10, on_conflict => 'end_old');
SELECT relate.connect('customer', 2, 'has Order', 'order', 10, on_conflict => 'replace');
SELECT * FROM "order" ORDER BY id;
SELECT relate.delete_relationship('order_customer', 10, 1);
SELECT relate.delete_relationship('order_customer', 10, 2);
SELECT relate.delete_relationship('order_placed_by', 10, 1);
SELECT relate.create_relationship('order_placed_by', 10, 3, on_conflict => 'replace');
SELECT * FROM "order" ORDER BY id;
-- What a column cannot keep, and records that are not there.
SELECT relate.create_relationship('order_customer', 10, 1, '2025-01-01');
SELECT relate.create_relationship('order_customer', 10, 1, description => 'big one');
SELECT relate.create_relationship('order_customer', 99, 1);
SELECT relate.create_relationship('order_customer', 10, 99);
SELECT relate.create_relationship('order_customer', 10, 'x');
SELECT relate.end_relationship('order_customer', 11, 2);
SELECT relate.alter_relationship_type('order_customer', is_active => false);
SELECT relate.create_relationship('order_customer', 10, 1);
SELECT relate.alter_relationship_type('order_customer', is_active => true);
-- One to one.
SELECT relate.create_relationship('passport_customer', 101, 1);
SELECT relate.create_relationship('passport_customer', 101, 1, on_conflict => 'replace');
SELECT * FROM passport ORDER BY id;
SELECT type, label, direction, has_room, reason FROM relate.possible_types('customer', 1, 'passport', 100);
SELECT type, label, direction, has_room, reason FROM relate.possible_types('passport', 100, 'customer', 2);

-- A hierarchy with a composite key that shares the tenant.
SELECT relate.create_relationship('region_parent', '(1,1)', '(1,3)');
SELECT relate.create_relationship('region_parent', '(1,1)', '(1,1)');
SELECT relate.create_relationship('region_parent', '(2,1)', '(1,1)');
SELECT relate.create_relationship('region_parent', '(1,3)', '(1,1)', on_conflict => 'replace');
SELECT relate.delete_relationship('region_parent', '(1,2)', '(1,1)');
SELECT * FROM region ORDER BY 1, 2;

-- A junction, with attributes.
SELECT relate.connect('order', 10, 'has Product', 'product', 'A1', attributes => '{"quantity": 7, "note": "fresh"}');
SELECT relate.connect('product', 'B2', 'has Order', 'order', 10);
SELECT relate.connect('product', 'B2', 'has Order', 'order', 10);
SELECT relate.connect('product', 'B2', 'has Order', 'order', 10, attributes => '{"quantity": 3}', on_conflict => 'replace');
SELECT relate.connect('product', 'B2', 'has Order', 'order', 11, attributes => '{"colour": "red"}');
SELECT relate.connect('product', 'B2', 'has Order', 'order', 11, attributes => '{"order_id": 10}');
SELECT relate.connect('product', 'Z9', 'has Order', 'order', 11);
SELECT * FROM item ORDER BY 1, 2;
SELECT relate.delete_relationship('item', 10, 'A1');
SELECT relate.delete_relationship('item', 10, 'A1');
SELECT * FROM item ORDER BY 1, 2;

-- A junction with dates: stints.
SELECT relate.create_relationship('job', 1, '(1,2)', '2024-01-01', '2024-06-30', attributes => '{"title": "Clerk"}');
SELECT relate.create_relationship('job', 1, '(1,2)', '2024-06-01');
SELECT relate.create_relationship('job', 1, '(1,2)', '2024-08-01');
SELECT relate.create_relationship('job', 1, '(1,2)', '2025-01-01', on_conflict => 'end_old', attributes => '{"title": "Head"}');
SELECT relate.create_relationship('job', 1, '(1,2)', '2025-02-01', '2025-01-01');
SELECT * FROM job ORDER BY from_date;
SELECT relationship_type, name, start_date, end_date, is_current, attributes FROM relate.related_records('customer', 1, '{job}', '2024-03-01', 'all');
SELECT relate.end_relationship('job', 1, '(1,2)', '2025-03-31');
SELECT relate.end_relationship('job', 1, '(1,2)', '2025-04-30');
SELECT relate.end_relationship('job', 1, '(1,2)', '2023-04-30');
SELECT relate.delete_relationship('job', 1, '(1,2)');
SELECT relate.delete_relationship('job', 1, '(1,2)', '2024-02-02');
SELECT * FROM job ORDER BY from_date;

-- One by hand, without a foreign key; then with one.
SELECT relate.adopt_junction('visit', '{who}', '{where}');
SELECT relate.adopt_junction('visit', '{who}', '{where}', 'customer', 'product', label => 'tried', inverse_label => 'was tried by') > 0 AS adopted;
SELECT relate.connect('customer', 3, 'tried', 'product', 'A1');
SELECT relationship_type, label, name, attributes FROM relate.related_records('product', 'A1');
SELECT relate.connect('customer', 3, 'tried', 'product', 'Z9');
ALTER TABLE customer ADD friend int, ADD best_friend_id int;
SELECT relate.adopt_column('customer', '{friend}');
SELECT relate.adopt_column('customer', '{friend}', 'customer', 'friendship', hierarchy_parent => 'none', label => 'likes', inverse_label => 'is liked by',
                           add_foreign_key => true) > 0 AS adopted;
SELECT relate.adopt_column('customer', '{best_friend_id}', 'customer', cardinality => 'one_to_one');
SELECT relate.adopt_column('customer', '{best_friend_id}', 'customer', cardinality => 'one_to_one', enforce => true) > 0 AS adopted;
SELECT relate.adopt_column('customer', '{nix}', 'customer');
SELECT relate.adopt_column('product', '{name}', 'customer');
UPDATE customer SET best_friend_id = 3 WHERE id IN (1, 2);
SELECT conname FROM pg_constraint WHERE conrelid = 'customer'::regclass AND contype = 'f';
SELECT name, cardinality, hierarchy_parent, label FROM relate.relationship_types() WHERE name IN ('friendship', 'customer_best_friend', 'visit');

-- No cycles, whoever writes; the trigger goes with the type.
SELECT relate.enforce_rules('region_parent');
UPDATE region SET parent_id = 1 WHERE (tenant, id) = (1, 2);
UPDATE region SET parent_id = 3 WHERE (tenant, id) = (1, 1);
INSERT INTO region VALUES (3, 1, 'Loop', 1);
SELECT relate.drop_relationship_type('region_parent');
INSERT INTO region VALUES (3, 1, 'Loop', 1);
SELECT relate.adopt_column('region', '{tenant,parent_id}', enforce => true);
DELETE FROM region WHERE tenant = 3;
SELECT relate.adopt_column('region', '{tenant,parent_id}', enforce => true) > 0 AS adopted;
SELECT relate.enforce_rules('order_customer');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'region'::regclass AND NOT tgisinternal ORDER BY 1;

-- The indexes that are missing.
SELECT object, finding, what_to_do FROM relate.health_check() WHERE workspace = 'adopt_write_crm';
CREATE INDEX ON "order" (customer_id);
SELECT count(*) FROM relate.health_check() WHERE workspace = 'adopt_write_crm' AND object LIKE '%order_customer%';
-- Links are not written to "relationship", nor hard links changed by it.
INSERT INTO adopt_write_crm.relationship_list (relationship_type, source_key, target_key) VALUES ('order_customer', 10, 1);

SELECT relate.drop_workspace('adopt_write_crm', 'cascade');
DROP SCHEMA adopt_write CASCADE;
