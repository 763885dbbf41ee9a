-- relate.diagram in Mermaid's language: of modules and types, and of what surrounds a record.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SET client_min_messages = warning;
CREATE SCHEMA diagram_test;
SET search_path = diagram_test, pg_temp;
SELECT relate.create_workspace('diagram_crm');
SET relate.workspace = 'diagram_crm';
SELECT relate.diagram();
CREATE TABLE contact (id int PRIMARY KEY, first_name text, last_name text);
CREATE TABLE "Odd Table" ("The Key" varchar(5), "1st" numeric(8, 2), "Title ""quoted""" text, PRIMARY KEY ("The Key", "1st"));
CREATE TABLE ticket (id uuid PRIMARY KEY, subject text, contact_id int REFERENCES contact);
INSERT INTO contact VALUES (1, 'Ada', 'Marsh'), (2, 'Ben "Bo"', '<b>#1 & `co`'), (3, 'Chiara', E'of\nRome');
INSERT INTO "Odd Table" VALUES ('A', 1.50, 'odd');
INSERT INTO ticket VALUES ('00000000-0000-0000-0000-000000000001', 'Broken', 1), ('00000000-0000-0000-0000-000000000002', 'Late', 1);
SELECT relate.register_module('contact'), relate.register_module('"Odd Table"', 'odd', 'Odd % "Thing"', name_columns => ARRAY['Title "quoted"']);
SELECT relate.adopt_column('ticket', '{contact_id}');
SELECT relate.create_relationship_type('friendship', 'contact', 'contact', label => 'is a friend of', is_symmetric => true),
       relate.create_relationship_type('mentor', 'contact', 'contact', 'one_to_many', source_role => 'Mentor', target_role => 'Pupil', label => 'mentors "well"'),
       relate.create_relationship_type('thing', NULL, 'odd', 'one_to_one', label => 'has it'),
       relate.create_relationship_type('old', 'contact', 'odd', is_active => false);
SELECT relate.diagram();
SELECT relate.connect('contact', 1, 'friendship', 'contact', 2), relate.connect('contact', 2, 'friendship', 'contact', 3),
       relate.connect('contact', 3, 'friendship', 'contact', 1, '2030-01-01'), relate.connect('contact', 2, 'mentor', 'contact', 3),
       relate.connect('ticket', '00000000-0000-0000-0000-000000000002', 'has it', 'odd', '(A,1.50)');
SELECT relate.diagram('contact', 1);
SELECT relate.diagram('contact', '01', max_depth => 3);
SELECT relate.diagram('contact', 1, max_depth => 3, as_of => '2030-06-01', types => '{friendship}');
SELECT relate.diagram('contact', 1, max_depth => 3, max_records => 3);
SELECT relate.diagram('contact', 3, max_depth => 0);
-- No further than there are records.
SET statement_timeout = '5s';
SELECT relate.diagram('contact', 1, max_depth => 2147483647, max_records => 2147483647) = relate.diagram('contact', 1, max_depth => 3) AS is_all;
RESET statement_timeout;
SELECT relate.diagram('contact', 99);
-- Two modules of one label are told apart.
SELECT relate.alter_module('ticket', singular => 'Contact');
SELECT relate.diagram();
SELECT relate.diagram('contakt', 1);
SELECT relate.diagram('contact', NULL::int);
SELECT relate.diagram('contact', 1, max_depth => -1);
SELECT relate.diagram('contact', 1, max_records => 0);
SELECT relate.diagram('contact', 1, '{nothing}');
DROP SCHEMA diagram_crm CASCADE;
DROP SCHEMA diagram_test CASCADE;
