-- The first five minutes with a schema of every kind: quickstart, its preview, what it cannot adopt; and what a
-- critical reader asked of names, sentences and errors.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA "Quick Shop";
SET search_path = "Quick Shop", pg_temp;
SET relate.workspace = 'quick_crm';
CREATE TABLE "Customers" ("CustomerID" uuid PRIMARY KEY, "Name" text, region text);
CREATE TABLE "Users" (login text PRIMARY KEY, name text, manager text REFERENCES "Users");
CREATE TABLE addresses (id bigint PRIMARY KEY, street text, region text);
CREATE TABLE regions (id serial PRIMARY KEY, code text NOT NULL UNIQUE, label text); -- known by its code
ALTER TABLE "Customers" ADD FOREIGN KEY (region) REFERENCES regions (code);
ALTER TABLE addresses ADD FOREIGN KEY (region) REFERENCES regions (code);
CREATE TABLE orders (region text, no int, customer uuid NOT NULL REFERENCES "Customers", billing_address_id bigint REFERENCES addresses,
    shipping_address_id bigint REFERENCES addresses, owner text REFERENCES "Users", created_by text REFERENCES "Users",
    PRIMARY KEY (region, no)) PARTITION BY LIST (region);
CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('eu');
CREATE TABLE orders_us PARTITION OF orders FOR VALUES IN ('us');
CREATE TABLE roles (id int PRIMARY KEY, title text, code text UNIQUE NOT NULL);
CREATE TABLE "User Roles" (login text REFERENCES "Users", role_id int REFERENCES roles, valid_from date, valid_to date, note text,
    PRIMARY KEY (login, role_id, valid_from));
CREATE TABLE badges (id int PRIMARY KEY, role_code text REFERENCES roles (code)); -- roles are known by their id
CREATE TABLE log (at timestamptz, login text REFERENCES "Users");
INSERT INTO regions (code, label) VALUES ('eu', 'Europe'), ('us', 'America');
INSERT INTO "Customers" VALUES ('a0000000-0000-0000-0000-000000000001', 'Alder', 'eu'), ('a0000000-0000-0000-0000-000000000002', 'Birch', 'us');
INSERT INTO "Users" VALUES ('ann', 'Ann Ames', NULL), ('bob', 'Bob Burr', 'ann'), ('cat', 'Cat Cole', 'bob');
INSERT INTO addresses VALUES (1, 'Main Street', 'eu'), (2, 'Side Street', 'us');
INSERT INTO orders VALUES ('eu', 1, 'a0000000-0000-0000-0000-000000000001', 1, 2, 'bob', 'ann'), ('us', 1, 'a0000000-0000-0000-0000-000000000002', 2, 2, 'cat', 'ann');
INSERT INTO roles VALUES (1, 'Administrator', 'A'), (2, 'Reader', 'R');
INSERT INTO "User Roles" VALUES ('ann', 1, '2020-01-01', '2021-12-31', 'first'), ('ann', 1, '2023-01-01', NULL, NULL);

-- The preview needs no workspace, and writes nothing.
BEGIN READ ONLY;
SELECT * FROM relate.quickstart('Quick Shop', preview => true, enforce => true);
COMMIT;
SELECT count(*) AS workspaces FROM relate.workspaces() AS w WHERE w.name = 'quick_crm';
CREATE TEMP TABLE foretold AS SELECT * FROM relate.quickstart('Quick Shop', preview => true, enforce => true);
-- Then the same in earnest; and once more, when there is nothing left to do.
(SELECT line FROM relate.quickstart('Quick Shop', enforce => true) EXCEPT SELECT line FROM foretold) ORDER BY 1;
SELECT * FROM relate.quickstart('Quick Shop');
-- The queries that it ends with.
SELECT role, label, name, key FROM relate.related_records('order', '(eu,1)');
SELECT tree, role, key FROM relate.hierarchy_tree('user_manager', 'ann');
SELECT sentence FROM relate.shortest_path('region', 'eu', 'user', 'cat');
-- What is enforced.
UPDATE "Users" SET manager = 'cat' WHERE login = 'ann';
INSERT INTO "User Roles" VALUES ('ann', 1, '2021-06-01', NULL);

-- Regions are known by what refers to them, roles by their primary key.
SELECT name, table_name, key_columns FROM relate.modules() WHERE name IN ('region', 'role', 'customer') ORDER BY name;
SELECT role, name, key FROM relate.related_records('region', 'eu');
SELECT relate.adopt_column('badges', '{role_code}');

-- The same columns are no second type.
SELECT relate.adopt_column('orders', '{owner}', name => 'possession');
SELECT relate.adopt_junction('"User Roles"', '{role_id}', '{login}', name => 'bearer');
SELECT relate.drop_relationship_type('order_owner');
SELECT relate.adopt_column('orders', '{owner}', name => 'possession') IS NOT NULL AS adopted;

-- Attributes that there are not, cycles that there are.
SELECT relate.connect('user', 'bob', 'has Role', 'role', 1, '2024-01-01', attributes => '{"nota": "?"}');
SELECT relate.enforce_rules('user_manager', false);
UPDATE "Users" SET manager = 'cat' WHERE login = 'ann';
SELECT relate.enforce_rules('user_manager');

-- Functions and views are named by roles, one each, and no column is in their way.
CREATE SCHEMA quick_api;
SELECT function, relationship_type, label FROM relate.generate_functions('quick_api');
SELECT u.login, o.no, (SELECT c."Name" FROM quick_api.order_customer(o) AS c) FROM "Users" AS u, quick_api.owner_orders(u) AS o ORDER BY 1;
SELECT u.login, o.no FROM "Users" AS u, quick_api.created_by_orders(u) AS o ORDER BY o.region;
SELECT view, columns FROM relate.generate_views('quick_api');
SELECT relate.drop_generated();
DROP SCHEMA quick_api;

-- A schema with rules that its rows break; one without foreign keys, and one that is not there.
SELECT relate.drop_relationship_type('user_manager');
SELECT * FROM relate.quickstart('Quick Shop', preview => true, enforce => true);
SELECT * FROM relate.quickstart('Quick Shop', enforce => true);
CREATE SCHEMA quick_empty;
SELECT * FROM relate.quickstart('quick_empty');
SELECT * FROM relate.quickstart('quick_emty');
SELECT * FROM relate.quickstart('quick_empty', enforce => NULL);
DROP SCHEMA quick_empty;

-- Fields: named by what they are called, whatever the key of the other module looks like.
CREATE TABLE "Cases" ("Year" int, "CaseNo" int, "Subject" text, PRIMARY KEY ("Year", "CaseNo"));
SELECT relate.register_module('"Cases"') IS NOT NULL AS registered;
SELECT relate.add_relationship_field('customer', 'case', 'one_to_one', field => 'Main Case') IS NOT NULL AS added,
       relate.add_relationship_field('case', 'user', field => 'reviewer') IS NOT NULL AS added;
SELECT source_role, target_role, label, inverse_label FROM relate.relationship_types() WHERE name IN ('customer_main_case', 'case_reviewer');
SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.oid IN ('"Customers"'::regclass, '"Cases"'::regclass) AND col_description(c.oid, a.attnum) IS NOT NULL ORDER BY c.oid, a.attnum;
SELECT relate.add_relationship_field('case', 'user', field => ' ');

SELECT relate.drop_workspace('quick_crm');
DROP SCHEMA "Quick Shop" CASCADE;
