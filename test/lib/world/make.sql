-- A small world with every kind of key and every rule, for the tests of backup, upgrade and
-- replication: what it holds is asked by answers.sql, what it refuses by refusals.sql. Its
-- tables lie in schemas before and after that of the workspace, as a dump orders them.
-- It speaks the SQL of version 0.1.0. The role relate_t_reader must be there.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE SCHEMA archive;
CREATE SCHEMA zoo;
CREATE TABLE archive.person (id int PRIMARY KEY, first_name text, last_name text, kind text);
CREATE TABLE zoo.company (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE zoo.order_line (order_id int, line int, item text, PRIMARY KEY (order_id, line));
CREATE TABLE public.code (code text PRIMARY KEY, meaning text);
CREATE TABLE zoo.event (id bigint PRIMARY KEY, title text) PARTITION BY RANGE (id);
CREATE TABLE zoo.event_old PARTITION OF zoo.event FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE zoo.event_new PARTITION OF zoo.event FOR VALUES FROM (1000) TO (MAXVALUE);
CREATE TABLE zoo.account (id int PRIMARY KEY, login text);

INSERT INTO archive.person SELECT n, 'First ' || n, 'Last ' || n, CASE WHEN n > 10 THEN 'organization' ELSE 'individual' END
FROM generate_series(1, 12) AS n;
INSERT INTO zoo.company SELECT format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid, 'Company ' || n FROM generate_series(1, 6) AS n;
INSERT INTO zoo.order_line SELECT o, l, format('Item %s, "%s"', o, l) FROM generate_series(10248, 10250) AS o, generate_series(1, 3) AS l;
INSERT INTO public.code VALUES ('007', 'agent'), ('7', 'days'), ('ä b', 'umlaut'), ('', 'nothing'), ('x,y', 'comma');
INSERT INTO zoo.event SELECT n, 'Event ' || n FROM generate_series(995, 1005) AS n;
INSERT INTO zoo.account VALUES (1, 'root'), (2, 'ann');

SELECT relate.create_workspace('crm');
SELECT relate.register_module('archive.person', kind_column => 'kind'), relate.register_module('zoo.company', kind => 'organization'),
       relate.register_module('zoo.order_line', name_columns => '{item}'), relate.register_module('public.code', name_columns => '{meaning}'),
       relate.register_module('zoo.event'), relate.register_module('zoo.account', is_system => true, name_columns => '{login}');

SELECT relate.create_relationship_type('employment', 'person', 'company', 'many_to_many', source_role => 'Employee', target_role => 'Employer',
    label => 'works for', inverse_label => 'employs', source_kind => 'individual', has_contact_details => true, source_may => '{sign,buy}');
SELECT relate.create_relationship_type('marriage', 'person', 'person', 'one_to_one', source_role => 'Spouse', label => 'is married to',
    is_symmetric => true, source_kind => 'individual', target_kind => 'individual');
SELECT relate.create_relationship_type('subsidiary', 'company', 'company', 'many_to_one', source_role => 'Subsidiary', target_role => 'Parent',
    hierarchy_parent => 'target');
SELECT relate.create_relationship_type('manager', 'company', 'person', 'many_to_many', max_targets_per_source => 2, is_perpetual => true,
    on_target_delete => 'remove_link');
SELECT relate.create_relationship_type('visit', 'person', 'event', 'one_to_many', on_source_delete => 'remove_link', on_kind_change => 'end');
SELECT relate.create_relationship_type('purchase', 'company', 'order_line', 'one_to_many', default_importance => 4);
SELECT relate.create_relationship_type('marked', NULL, 'code', 'many_to_many', label => 'is marked', inverse_label => 'marks');
SELECT relate.create_relationship_type('assigned', 'company', 'account', 'many_to_one');
SELECT relate.create_relationship_type('mentor', 'person', 'person', 'many_to_one', hierarchy_parent => 'target', allow_self => false);

CREATE FUNCTION pg_temp.company(n int) RETURNS uuid LANGUAGE sql RETURN format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid;
SELECT relate.connect('person', n, 'works for', 'company', pg_temp.company(n % 6 + 1), date '2010-01-01' + n * 100,
    email => format('p%s@example.org', n), address_module => 'company', address_key => pg_temp.company(n % 6 + 1), importance => n % 5 + 1,
    is_primary => n < 7, attributes => jsonb_build_object('n', n)) FROM generate_series(1, 10) AS n;
SELECT relate.end_relationship('employment', 3, pg_temp.company(4), '2015-12-31');
SELECT relate.connect('person', 3, 'works for', 'company', pg_temp.company(4), '2016-01-01', description => 'Again');
SELECT relate.connect('person', 1, 'marriage', 'person', 2, '2001-02-03'), relate.connect('person', 3, 'marriage', 'person', 4, end_date => '2020-12-31'),
       relate.connect('person', 3, 'marriage', 'person', 5, '2021-01-01');
SELECT relate.create_relationship('subsidiary', pg_temp.company(n + 1), pg_temp.company(n), '2000-01-01') FROM generate_series(1, 4) AS n;
SELECT relate.create_relationship('manager', pg_temp.company(1), n) FROM generate_series(1, 2) AS n;
SELECT relate.create_relationship('visit', 6, n, '2024-01-01', '2024-12-31') FROM generate_series(995, 1003) AS n;
SELECT relate.create_relationship('purchase', pg_temp.company(2), format('(10248,%s)', n)) FROM generate_series(1, 3) AS n;
SELECT relate.connect('person', 1, 'is marked', 'code', '007'), relate.connect('company', pg_temp.company(1), 'is marked', 'code', '7'),
       relate.connect('order_line', '(10249,2)', 'is marked', 'code', 'ä b'), relate.connect('event', 1005, 'is marked', 'code', 'x,y');
SELECT relate.create_relationship('assigned', pg_temp.company(3), 2);
SELECT relate.create_relationship('mentor', n + 1, n) FROM generate_series(1, 5) AS n;
SELECT relate.create_relationship('mentor', 9, 8, '2999-01-01');

SELECT relate.add_status('company', 'Partner', 1);
SELECT relate.set_status('company', pg_temp.company(1), 'Partner', '2024-05-06'), relate.set_status('person', 2, 'Customer', '2023-01-01');
SELECT relate.retire_status('person', 'Prospect');
SELECT relate.alter_relationship_type('assigned', is_active => false, description => 'No longer');
SELECT relate.grant_role('relate_t_reader', 'reader');
GRANT USAGE ON SCHEMA archive TO relate_t_reader;
GRANT SELECT (id, first_name) ON archive.person TO relate_t_reader;

-- A workspace that is not the default, with a name that must be quoted.
SELECT relate.create_workspace('Other "one"');
SET relate.workspace = 'Other "one"';
SELECT relate.register_module('archive.person', kind_column => 'kind');
SELECT relate.create_relationship_type('friendship', 'person', 'person', is_symmetric => true);
SELECT relate.connect('person', 1, 'friendship', 'person', 3);
RESET relate.workspace;

-- What people build on it.
CREATE VIEW zoo.staff AS
SELECT c.name AS company, r.role, r.name, r.start_date FROM zoo.company c, relate.related_records('company', c.id, show => 'all') r;
CREATE MATERIALIZED VIEW zoo.staff_count AS SELECT company, count(*) AS staff FROM zoo.staff GROUP BY company;
CREATE INDEX relationship_number_idx ON crm.relationship (relate.as_bigint(source_key));
CREATE TABLE zoo.favourite (module text, key relate.record_key, since date, PRIMARY KEY (module, key));
CREATE INDEX favourite_hash_idx ON zoo.favourite USING hash (key);
INSERT INTO zoo.favourite VALUES ('person', 1, '2024-01-01'), ('company', pg_temp.company(1), NULL), ('code', '007', NULL);
