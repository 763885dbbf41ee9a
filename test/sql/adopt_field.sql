-- relate.add_relationship_field and drop_relationship_field: a type with the column or table that stores it.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA field_test;
SET search_path = field_test, pg_temp;
SELECT relate.create_workspace('field_crm');
SET relate.workspace = 'field_crm';
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE address (id uuid PRIMARY KEY, street text);
CREATE TABLE orders (customer_no int, nr int, PRIMARY KEY (customer_no, nr));
CREATE TABLE tag (code varchar(10) COLLATE "C" PRIMARY KEY);
CREATE TABLE users (id int PRIMARY KEY, username text);
INSERT INTO customer SELECT n, 'Customer ' || n FROM generate_series(1, 4) AS n;
INSERT INTO address VALUES ('00000000-0000-0000-0000-000000000001', 'Main Street');
INSERT INTO orders VALUES (7, 1), (7, 2);
INSERT INTO tag VALUES ('new'), ('vip');
INSERT INTO users VALUES (1, 'ada');
SELECT relate.register_module('customer'), relate.register_module('address'), relate.register_module('orders'), relate.register_module('tag'),
       relate.register_module('users', is_system => true);

CREATE VIEW made AS -- what there is besides the tables above
SELECT 1 AS place, a.attrelid::regclass::text COLLATE "C" AS on_table,
       format('%s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' NOT NULL' END,
              ': ' || col_description(a.attrelid, a.attnum)) AS what
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'field_test'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 2, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'field_test'::regnamespace AND contype IN ('p', 'f')
UNION ALL SELECT 3, i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'field_test'::regnamespace AND NOT i.indisprimary
UNION ALL SELECT 4, c.oid::regclass::text, obj_description(c.oid) FROM pg_class c
WHERE c.relnamespace = 'field_test'::regnamespace AND c.relkind = 'r' AND obj_description(c.oid) IS NOT NULL;
CREATE TABLE before AS SELECT * FROM made;

-- ---- every form ----------------------------------------------------------------
SELECT relate.add_relationship_field('customer', 'address');
SELECT relate.add_relationship_field('customer', 'address', field => 'billing_address', on_delete => 'remove_link');
SELECT relate.add_relationship_field('customer', 'order', 'one_to_many');
SELECT relate.add_relationship_field('customer', 'tag', 'many_to_many');
SELECT relate.add_relationship_field('order', 'tag', 'N:M', field => 'label', on_delete => 'remove_link');
SELECT relate.add_relationship_field('customer', 'customer');
SELECT relate.add_relationship_field('customer', 'customer', 'one_to_one', field => 'twin');
SELECT relate.add_relationship_field('customer', 'customer', 'many_to_many');
SELECT relate.add_relationship_field('customer', 'user', field => 'account manager', name => 'account management', label => 'is looked after by',
                                     inverse_label => 'looks after', source_role => 'Client');
SELECT relate.add_relationship_field('tag', 'order', 'one_to_one');
SELECT on_table, what FROM made EXCEPT ALL SELECT on_table, what FROM before ORDER BY on_table, what;
SELECT name, source_role, target_role, label, inverse_label, cardinality, storage, hierarchy_parent AS parent, on_target_delete
FROM field_crm.relationship_type ORDER BY type_id;

-- ---- they are relationship types like any other ---------------------------------
SELECT relate.connect('customer', 2, 'customer_twin', 'customer', 3), relate.connect('customer', 1, 'is looked after by', 'user', 1),
       relate.connect('customer', 1, 'customer_address', 'address', '00000000-0000-0000-0000-000000000001'),
       relate.connect('customer', 1, 'customer_billing_address', 'address', '00000000-0000-0000-0000-000000000001'),
       relate.connect('order', '(7,1)', 'order_customer', 'customer', 2), relate.connect('customer', 1, 'customer_tag', 'tag', 'vip'),
       relate.connect('customer', 2, 'customer_parent', 'customer', 1);
SELECT relationship_type, role, label, module, key, name FROM relate.related_records('customer', 1) ORDER BY 1, 2;
SELECT relationship_type, role, label, module, key, name FROM relate.related_records('customer', 2) ORDER BY 1, 2;
SELECT * FROM customer ORDER BY id;
-- Their rules hold.
SELECT relate.connect('customer', 1, 'customer_parent', 'customer', 2);
UPDATE customer SET parent_id = 2 WHERE id = 1;
UPDATE customer SET twin_id = 3 WHERE id = 4;
DELETE FROM tag WHERE code = 'vip';
DELETE FROM users;
SELECT * FROM relate.validate('field_crm');

-- A field of several is named in the plural, what it holds is one of them.
SELECT relate.add_relationship_field('order', 'user', 'many_to_many', field => 'approvers');
SELECT name, target_role, label FROM relate.relationship_types() WHERE name = 'order_approvers';
SELECT relate.drop_relationship_field('order_approvers');

-- ---- refused, and nothing is changed ----------------------------------------------
CREATE TABLE after AS SELECT * FROM made;
SELECT relate.add_relationship_field('customer', 'address');
SELECT relate.add_relationship_field('customer', 'address', name => 'another');
SELECT relate.add_relationship_field('customer', 'tag', 'many_to_many', name => 'another');
SELECT relate.add_relationship_field('customer', 'adress');
SELECT relate.add_relationship_field('customer', NULL);
SELECT relate.add_relationship_field('customer', 'address', 'some');
SELECT relate.add_relationship_field('customer', 'address', field => 'home', on_delete => 'cascade');
SELECT relate.add_relationship_field('user', 'customer', 'one_to_many');
SELECT relate.add_relationship_field('customer', 'address', field => 'home', source_role => ' ');
SELECT count(*) AS differences FROM ((TABLE after EXCEPT ALL TABLE made) UNION ALL
    (SELECT * FROM made WHERE on_table NOT IN ('after') EXCEPT ALL TABLE after)) AS x;
CREATE ROLE regress_field;
SELECT relate.grant_role('regress_field', 'administrator');
GRANT USAGE, CREATE ON SCHEMA field_test TO regress_field;
GRANT SELECT, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA field_test TO regress_field;
SET ROLE regress_field;
SELECT relate.add_relationship_field('customer', 'address', field => 'home');
SELECT relate.drop_relationship_field('customer_tag', 'cascade');
RESET ROLE;

-- ---- dropped ------------------------------------------------------------------------
SELECT relate.drop_relationship_field('customer_adress');
SELECT relate.drop_relationship_field('customer_tag', 'all');
SELECT relate.drop_relationship_field('customer_tag');
SELECT relate.drop_relationship_field('customer_parent');
-- What was there before stays: only the type can be dropped.
CREATE TABLE note (id int PRIMARY KEY, customer_id int REFERENCES customer);
SELECT relate.adopt_column('note', '{customer_id}');
SELECT relate.create_relationship_type('acquaintance', 'customer', 'customer');
SELECT relate.drop_relationship_field('note_customer', 'cascade');
SELECT relate.drop_relationship_field('acquaintance', 'cascade');
SELECT relate.drop_relationship_type('note_customer'), relate.drop_relationship_type('acquaintance');
SELECT relate.unregister_module('note');
DROP TABLE note;
SELECT relate.drop_relationship_field('order_label');
SELECT relate.drop_relationship_field(name, 'cascade') FROM relate.relationship_types();
DROP TABLE after;
SELECT on_table, what FROM made WHERE on_table <> 'before' EXCEPT ALL SELECT on_table, what FROM before;

DROP SCHEMA field_crm CASCADE;
DROP SCHEMA field_test CASCADE;
DROP OWNED BY regress_field;
DROP ROLE regress_field;
