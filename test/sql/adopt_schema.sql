-- Adopting a schema: what becomes of every kind of foreign key and junction table.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA adopt_shop;
CREATE SCHEMA "Adopt Other";
SET search_path = adopt_shop, pg_temp;
SET relate.workspace = 'adopt_crm';
SELECT relate.create_workspace('adopt_crm');

CREATE TABLE "Adopt Other"."Country" ("Code" char(2) PRIMARY KEY, "Name" text);
CREATE TABLE users (id int PRIMARY KEY, username text);
CREATE TABLE companies (id uuid PRIMARY KEY, company_name text, code text UNIQUE,
    country char(2) REFERENCES "Adopt Other"."Country", created_by_id int REFERENCES users, main_contact_id int);
CREATE TABLE contacts (id int PRIMARY KEY, first_name text, last_name text, company_id uuid REFERENCES companies ON DELETE CASCADE);
ALTER TABLE companies ADD FOREIGN KEY (main_contact_id) REFERENCES contacts; -- each refers to the other
CREATE TABLE addresses (id int PRIMARY KEY, street text);
CREATE TABLE orders (id int PRIMARY KEY, contact_id int NOT NULL REFERENCES contacts,
    billing_address_id int REFERENCES addresses, shipping_address_id int REFERENCES addresses,
    company_code text REFERENCES companies (code));
CREATE TABLE contact_details (contact_id int PRIMARY KEY REFERENCES contacts, biography text); -- one to one
CREATE TABLE "Folder" ("Id" int PRIMARY KEY, "Title" text, "ParentId" int REFERENCES "Folder"); -- a hierarchy
CREATE TABLE employees (id int PRIMARY KEY, name text, reports_to int REFERENCES employees, spouse_id int UNIQUE REFERENCES employees);
-- Junction tables: plain, with attributes and dates, with a key of its own, of one table with itself.
CREATE TABLE tags (id int PRIMARY KEY, label text);
CREATE TABLE contact_tags (contact_id int REFERENCES contacts, tag_id int REFERENCES tags, PRIMARY KEY (contact_id, tag_id));
CREATE TABLE employments (contact_id int REFERENCES contacts, company_id uuid REFERENCES companies, start_date date, end_date date,
    job_title text, approved_by int REFERENCES users, PRIMARY KEY (contact_id, company_id, start_date));
CREATE TABLE memberships (id serial PRIMARY KEY, company_id uuid NOT NULL REFERENCES companies, tag_id int NOT NULL REFERENCES tags,
    level int, UNIQUE (tag_id, company_id));
CREATE TABLE friendships (contact_id int REFERENCES contacts, friend_id int REFERENCES contacts, PRIMARY KEY (contact_id, friend_id));
-- Composite keys, a partitioned table, a tenant in every key.
CREATE TABLE tenants (id int PRIMARY KEY, name text);
CREATE TABLE projects (tenant_id int REFERENCES tenants, number int, name text, PRIMARY KEY (tenant_id, number));
CREATE TABLE tasks (tenant_id int, number int, project_number int, title text, PRIMARY KEY (number, tenant_id),
    FOREIGN KEY (tenant_id, project_number) REFERENCES projects (tenant_id, number)) PARTITION BY LIST (tenant_id);
CREATE TABLE tasks_1 PARTITION OF tasks FOR VALUES IN (1);
CREATE TABLE tasks_2 PARTITION OF tasks FOR VALUES IN (2);
CREATE TABLE project_tasks (tenant_id int, project_number int, task_number int, PRIMARY KEY (tenant_id, project_number, task_number),
    FOREIGN KEY (tenant_id, project_number) REFERENCES projects, FOREIGN KEY (tenant_id, task_number) REFERENCES tasks (tenant_id, number));
-- What cannot be adopted.
CREATE TABLE log (at timestamptz, user_id int REFERENCES users);
CREATE TABLE partial (id int PRIMARY KEY, task_number int, tenant_id int REFERENCES tenants);

\pset null -
SELECT relationship_type, label, inverse_label, cardinality, storage, columns FROM relate.preview_adopt_foreign_keys('adopt_shop', system_modules => '{users}') WHERE note IS NULL;
SELECT columns, note FROM relate.preview_adopt_foreign_keys('adopt_shop', system_modules => '{users}') WHERE note IS NOT NULL;
SELECT count(*) AS still_none FROM relate.modules();

-- Only some tables; then the rest; then nothing is left to do.
SELECT relationship_type, sentence FROM relate.adopt_foreign_keys('adopt_shop', include => '{order*,contact_tags}', exclude => '{addr*}', system_modules => '{users}');
SELECT relationship_type, sentence FROM relate.adopt_foreign_keys('adopt_shop', system_modules => '{users}') WHERE note IS NULL;
SELECT relationship_type, columns, note FROM relate.adopt_foreign_keys('adopt_shop', system_modules => '{users}');

SELECT name, singular, plural, table_name, key_columns, name_columns, is_system FROM relate.modules();
SELECT name, source_role, target_role, hierarchy_parent, is_perpetual, on_source_delete, on_target_delete, storage_table,
       storage_source_columns AS source_columns, storage_target_columns AS target_columns, storage_start_column, storage_end_column
FROM adopt_crm.relationship_type ORDER BY name COLLATE "C";

-- Names are taken: a second schema with tables of the same names.
CREATE TABLE "Adopt Other".contacts (id int PRIMARY KEY, name text);
CREATE TABLE "Adopt Other".orders (id int PRIMARY KEY, contact_id int REFERENCES "Adopt Other".contacts, "User" int REFERENCES users);
SELECT relationship_type, source_module, label, target_module FROM relate.adopt_foreign_keys('Adopt Other');

-- Everything is changeable afterwards; un-adopting drops the type alone.
SELECT relate.alter_relationship_type('order_billing_address', new_name => 'billing', label => 'is billed to', default_importance => 5);
SELECT relate.alter_relationship_type('order_contact', cardinality => 'many_to_many');
SELECT relate.alter_relationship_type('order_contact', is_perpetual => false);
UPDATE adopt_crm.relationship_type SET storage = 'link' WHERE name = 'order_contact';
SELECT relate.alter_module('order', key_columns => '{contact_id}');
CREATE VIEW order_view AS SELECT * FROM orders;
SELECT relate.adopt_column('order_view', '{contact_id}', 'contact');
DROP VIEW order_view;
SELECT relate.drop_relationship_type('order_contact');
SELECT relationship_type, columns FROM relate.preview_adopt_foreign_keys('adopt_shop') WHERE note IS NULL;
SELECT conname FROM pg_constraint WHERE conrelid = 'orders'::regclass AND contype = 'f' ORDER BY 1;

-- Errors.
SELECT * FROM relate.preview_adopt_foreign_keys('adopt_shp');
SELECT * FROM relate.adopt_foreign_keys(NULL);
-- Somebody who may not register the tables is told, and adopts nothing.
CREATE ROLE adopt_stranger;
GRANT USAGE ON SCHEMA adopt_shop TO adopt_stranger;
SELECT current_database() AS database \gset
GRANT CREATE ON DATABASE :"database" TO adopt_stranger;
GRANT SELECT ON contacts, addresses TO adopt_stranger;
SET ROLE adopt_stranger;
SELECT relate.create_workspace('adopt_strange');
SET relate.workspace = 'adopt_strange';
SELECT columns, note FROM relate.adopt_foreign_keys('adopt_shop', include => '{orders,contact_tags}');
RESET ROLE;
SELECT relate.drop_workspace('adopt_strange');
SET relate.workspace = 'adopt_crm';

SELECT relate.drop_workspace('adopt_crm');
DROP SCHEMA adopt_shop CASCADE;
DROP SCHEMA "Adopt Other" CASCADE;
REVOKE CREATE ON DATABASE :"database" FROM adopt_stranger;
DROP ROLE adopt_stranger;
