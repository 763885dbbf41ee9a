-- A small world for tests that want something of everything: keys of all sorts,
-- a partitioned table, every kind of relationship type, history and statuses.
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION pg_relate;

CREATE TABLE contact (id int PRIMARY KEY, name text, kind text NOT NULL DEFAULT 'individual', born date);
CREATE TABLE organization (id bigint PRIMARY KEY, name text);
CREATE TABLE ticket (code text PRIMARY KEY, subject text, opened_on date);
CREATE TABLE asset (place text, number int, name varchar(40), PRIMARY KEY (place, number));
CREATE TABLE price (amount numeric PRIMARY KEY, name text);
CREATE TABLE device (id uuid PRIMARY KEY, name text);
CREATE TABLE event (day date, id int, title text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE event_old PARTITION OF event FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE event_new PARTITION OF event FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
CREATE TABLE staff (id int PRIMARY KEY, name text);
CREATE TABLE bystander (id int PRIMARY KEY, name text, note text);
CREATE VIEW contact_names AS SELECT id, name FROM contact;
CREATE SEQUENCE number;

INSERT INTO contact SELECT i, 'Contact ' || i FROM generate_series(1, 50) AS i;
INSERT INTO organization SELECT i, 'Organization ' || i FROM generate_series(1, 50) AS i;
INSERT INTO ticket SELECT 'T' || i, 'Ticket ' || i, date '2024-01-01' + i FROM generate_series(1, 50) AS i;
INSERT INTO asset SELECT 'Hall, "' || i || '"', i, 'Asset ' || i FROM generate_series(1, 10) AS i;
INSERT INTO price SELECT i + 0.50, 'Price ' || i FROM generate_series(1, 10) AS i;
INSERT INTO device SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'Device ' || i FROM generate_series(1, 10) AS i;
INSERT INTO event SELECT date '2015-01-01' + 365 * i, i, 'Event ' || i FROM generate_series(1, 10) AS i;
INSERT INTO staff SELECT i, 'Clerk ' || i FROM generate_series(1, 5) AS i;
INSERT INTO bystander VALUES (1, 'Nobody');

SELECT relate.create_workspace('crm') \g /dev/null
SELECT relate.register_module('contact', kind_column => 'kind'), relate.register_module('organization', kind => 'organization'),
       relate.register_module('ticket'), relate.register_module('asset'), relate.register_module('price'),
       relate.register_module('device'), relate.register_module('event'),
       relate.register_module('staff', is_system => true) \g /dev/null
SELECT relate.create_relationship_type('employment', 'contact', 'organization', 'many_to_many', source_role => 'Employee',
           target_role => 'Employer', label => 'works for', inverse_label => 'employs', has_contact_details => true),
       relate.create_relationship_type('ticket', 'contact', 'ticket', 'one_to_many', on_source_delete => 'remove_link'),
       relate.create_relationship_type('marriage', 'contact', 'contact', 'one_to_one', source_role => 'Spouse',
           label => 'is married to', is_symmetric => true),
       relate.create_relationship_type('subsidiary', 'organization', 'organization', 'many_to_one',
           source_role => 'Subsidiary', target_role => 'Parent', hierarchy_parent => 'target'),
       relate.create_relationship_type('mention', source_role => 'Mention', target_role => 'Topic', label => 'mentions',
           inverse_label => 'is mentioned by', is_perpetual => true, allow_self => true),
       relate.create_relationship_type('use', 'contact', 'asset', 'many_to_many', max_targets_per_source => 3),
       relate.create_relationship_type('attendance', 'contact', 'event'),
       relate.create_relationship_type('keeper', 'organization', 'staff', 'many_to_one') \g /dev/null
SELECT relate.create_relationship('employment', i, i % 10 + 1, date '2010-01-01' + i, email => 'a@b.example', is_primary => i <= 9),
       relate.create_relationship('employment', i, (i + 5) % 10 + 1, '2000-01-01', '2005-12-31', importance => 5),
       relate.create_relationship('ticket', i, ('T' || i)::relate.record_key, '2024-05-01'),
       relate.create_relationship('attendance', i, (SELECT (day, id)::text FROM event WHERE id = i % 10 + 1))
FROM generate_series(1, 20) AS i \g /dev/null
SELECT relate.create_relationship('marriage', 1, 2, '2014-05-10'), relate.create_relationship('marriage', 3, 4, '2000-01-01', '2010-01-01'),
       relate.create_relationship('mention', 1, 1, source_module => 'contact', target_module => 'contact'),
       relate.create_relationship('mention', '1.5', '00000000-0000-0000-0000-000000000001', source_module => 'price', target_module => 'device'),
       relate.create_relationship('keeper', 1, 1) \g /dev/null
SELECT relate.create_relationship('subsidiary', i, i / 2) FROM generate_series(2, 20) AS i \g /dev/null
SELECT relate.create_relationship('use', i, (SELECT (place, number)::text FROM asset WHERE number = i)) FROM generate_series(1, 10) AS i \g /dev/null
SELECT relate.set_status('contact', i, CASE WHEN i % 2 = 0 THEN 'Customer' ELSE 'Prospect' END) FROM generate_series(1, 20) AS i \g /dev/null
RESET client_min_messages;
