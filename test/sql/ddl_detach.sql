-- DETACH PARTITION CONCURRENTLY commits halfway: what would refuse it is told before anything has changed.
SET client_min_messages = warning;
CREATE SCHEMA detach_shop;
CREATE TABLE detach_shop.orders (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
CREATE TABLE detach_shop.orders_1 PARTITION OF detach_shop.orders FOR VALUES FROM (0) TO (10);
CREATE TABLE detach_shop.orders_2 PARTITION OF detach_shop.orders FOR VALUES FROM (10) TO (20);
CREATE TABLE detach_shop.orders_3 PARTITION OF detach_shop.orders FOR VALUES FROM (20) TO (30);
CREATE TABLE detach_shop.people (id int PRIMARY KEY);
INSERT INTO detach_shop.orders SELECT i, 'Order ' || i FROM generate_series(1, 29) i;
INSERT INTO detach_shop.people SELECT generate_series(1, 5);
SELECT relate.create_workspace('detach_crm');
SET relate.workspace = 'detach_crm';
SELECT relate.register_module('detach_shop.orders'), relate.register_module('detach_shop.people', name => 'person');
SELECT relate.create_relationship_type('hard', 'person', 'order', 'many_to_many'),
       relate.create_relationship_type('soft', 'person', 'order', 'many_to_many', on_target_delete => 'remove_link');
SELECT relate.create_relationship('hard', 1, 12), relate.create_relationship('soft', 1, 13),
       relate.create_relationship('soft', 2, 23), relate.create_relationship('soft', 2, 3);
SELECT relate.set_status('order', 25, 'Customer');
RESET client_min_messages;
CREATE VIEW detach_shop.parts AS SELECT inhrelid::regclass, inhdetachpending FROM pg_inherits WHERE inhparent = 'detach_shop.orders'::regclass ORDER BY inhrelid;
CREATE VIEW detach_shop.links AS SELECT t.name, r.source_key, r.target_key FROM detach_crm.relationship r JOIN detach_crm.relationship_type t USING (type_id) ORDER BY relationship_id;

-- Refused, and nothing is pending.
ALTER TABLE detach_shop.orders DETACH PARTITION detach_shop.orders_2 CONCURRENTLY;
TABLE detach_shop.parts;
TABLE detach_shop.links;
-- By the policy; the trial before took nothing away twice.
ALTER TABLE detach_shop.orders DETACH PARTITION detach_shop.orders_3 CONCURRENTLY;
TABLE detach_shop.parts;
TABLE detach_shop.links;
SELECT count(*) FROM detach_crm.record_status;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'detach_shop.orders_3'::regclass AND tgname LIKE 'relate%' ORDER BY tgname;
SELECT relate.delete_relationship('hard', 1, 12);
ALTER TABLE detach_shop.orders DETACH PARTITION detach_shop.orders_2 CONCURRENTLY;
TABLE detach_shop.parts;
TABLE detach_shop.links;
-- In a transaction it is refused as ever.
BEGIN;
ALTER TABLE detach_shop.orders DETACH PARTITION detach_shop.orders_1 CONCURRENTLY;
ROLLBACK;
TABLE detach_shop.links;
-- They leave one after the other: the first takes along what would keep the second, and not the other way round.
SELECT relate.create_relationship_type('next', 'order', 'order', 'many_to_many', on_source_delete => 'remove_link') > 0 AS made,
       relate.create_relationship('next', 5, 4) > 0 AS back;
ALTER TABLE detach_shop.orders DETACH PARTITION detach_shop.orders_1;
SELECT relate.delete_relationship('next', 5, 4), relate.create_relationship('next', 4, 5) > 0 AS on;
ALTER TABLE detach_shop.orders DETACH PARTITION detach_shop.orders_1;
TABLE detach_shop.parts;
TABLE detach_shop.links;
SELECT * FROM relate.validate('detach_crm');
SELECT * FROM relate.health_check() WHERE workspace = 'detach_crm';

SET client_min_messages = warning;
DROP VIEW detach_shop.links;
SELECT relate.drop_workspace('detach_crm', 'cascade');
DROP SCHEMA detach_shop CASCADE;
