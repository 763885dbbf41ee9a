-- Rules that adopted tables hold from now on: enforce => true.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA adopt_rules;
SET search_path = adopt_rules, pg_temp;
SET datestyle = 'ISO, YMD';
SET relate.workspace = 'adopt_rules_crm';
SELECT relate.create_workspace('adopt_rules_crm');
CREATE TABLE employee (id int PRIMARY KEY, name text, reports_to int REFERENCES employee);
CREATE TABLE badge (id int PRIMARY KEY, employee_id int UNIQUE REFERENCES employee);
CREATE TABLE team (id int PRIMARY KEY, name text);
CREATE TABLE member (employee_id int REFERENCES employee, team_id int REFERENCES team, joined_on date, left_on date,
                     PRIMARY KEY (employee_id, team_id, joined_on));
CREATE TABLE part (id text COLLATE "C" PRIMARY KEY, name text);
CREATE TABLE component (part_id text COLLATE "C" REFERENCES part, of_id text COLLATE "C" REFERENCES part, quantity int);
INSERT INTO employee SELECT n, 'Employee ' || n, nullif(n - 1, 0) FROM generate_series(1, 5) AS n;
INSERT INTO team VALUES (1, 'Red'), (2, 'Blue');
INSERT INTO part VALUES ('bolt', 'Bolt'), ('wheel', 'Wheel'), ('car', 'Car');

-- The preview refuses what adopting would refuse, and says what will be enforced.
UPDATE employee SET reports_to = 5 WHERE id = 2;
SELECT * FROM relate.preview_adopt_foreign_keys('adopt_rules', enforce => true);
SELECT * FROM relate.adopt_foreign_keys('adopt_rules', enforce => true);
UPDATE employee SET reports_to = 1 WHERE id = 2;
INSERT INTO member VALUES (1, 1, '2020-01-01', '2022-12-31'), (1, 1, '2022-12-31', NULL);
SELECT count(*) FROM relate.adopt_foreign_keys('adopt_rules', enforce => true);
UPDATE member SET joined_on = '2023-01-01' WHERE left_on IS NULL;
SELECT relationship_type, cardinality, storage, note FROM relate.preview_adopt_foreign_keys('adopt_rules', enforce => true);
SELECT relationship_type, cardinality, storage, note FROM relate.adopt_foreign_keys('adopt_rules', enforce => true);
SELECT tgrelid::regclass AS "table", tgname FROM pg_trigger WHERE tgfoid IN ('relate.no_cycle'::regproc, 'relate.no_overlap'::regproc) ORDER BY 1, 2;

-- No cycle, whoever writes.
UPDATE employee SET reports_to = 5 WHERE id = 2;
UPDATE employee SET reports_to = 2 WHERE id = 2;
INSERT INTO employee VALUES (6, 'Own boss', 6);
UPDATE employee SET reports_to = 6 - id WHERE id > 1;
UPDATE employee SET name = name || '!', reports_to = 1 WHERE id > 3;
SELECT relate.set_parent('employee_reports_to', 2, 3);
TABLE employee ORDER BY id;
-- No two stints on one day.
INSERT INTO member VALUES (1, 1, '2019-01-01', '2020-01-01');
INSERT INTO member VALUES (1, 1, '2019-01-01', '2019-12-31'), (2, 1, '2019-06-01', NULL);
UPDATE member SET left_on = NULL WHERE joined_on = '2019-01-01';
UPDATE member SET left_on = NULL WHERE joined_on = '2019-06-01';
COPY member FROM stdin;
2	1	2021-01-01	\N
\.
-- A parts list by hand: a junction without any key becomes one with a hierarchy.
INSERT INTO component VALUES ('bolt', 'wheel', 4), ('bolt', 'wheel', 2);
SELECT relate.adopt_junction('component', '{part_id}', '{of_id}', hierarchy_parent => 'target', enforce => true);
DELETE FROM component WHERE quantity = 2;
SELECT relate.adopt_junction('component', '{part_id}', '{of_id}', hierarchy_parent => 'target', enforce => true) > 0 AS adopted;
\d component
INSERT INTO component VALUES ('wheel', 'car', 4), ('car', 'bolt', 1);
INSERT INTO component VALUES ('wheel', 'car', 4), ('bolt', 'car', 20);
INSERT INTO component VALUES ('bolt', 'car', 1);
UPDATE component SET part_id = 'car' WHERE (part_id, of_id) = ('bolt', 'car');
SELECT key, depth FROM relate.descendants('component', 'car');
-- The rules follow the type: another side is the parent, none is, the type goes.
SELECT relate.alter_relationship_type('component', hierarchy_parent => 'source');
SELECT tgname, relate.trigger_arguments(tgargs) FROM pg_trigger WHERE tgrelid = 'component'::regclass AND NOT tgisinternal;
ALTER TABLE component RENAME part_id TO "the Part";
SELECT tgname, relate.trigger_arguments(tgargs) FROM pg_trigger WHERE tgrelid = 'component'::regclass AND NOT tgisinternal;
INSERT INTO component VALUES ('car', 'bolt', 1);
SELECT relate.alter_relationship_type('component', reset => '{hierarchy_parent}');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'component'::regclass AND NOT tgisinternal;
SELECT relate.enforce_rules('member', false), relate.enforce_rules('employee_reports_to', false);
SELECT count(*) FROM pg_trigger WHERE tgfoid IN ('relate.no_cycle'::regproc, 'relate.no_overlap'::regproc);
SELECT relate.enforce_rules('member'), relate.enforce_rules('member'), relate.enforce_rules('badge_employee');
SELECT relate.drop_relationship_type('member');
SELECT count(*) FROM pg_trigger WHERE tgfoid IN ('relate.no_cycle'::regproc, 'relate.no_overlap'::regproc);
-- What is enforced anyway, and what cannot be.
SELECT relate.create_relationship_type('knows', 'employee', 'employee') > 0 AS made;
SELECT relate.enforce_rules('knows');
SELECT relate.enforce_rules('nonsense');
-- One of a kind on any day, where no unique index could say so.
DELETE FROM member WHERE employee_id = 1 AND joined_on = '2020-01-01';
ALTER TABLE member DROP CONSTRAINT member_pkey;
INSERT INTO member VALUES (2, 2, '2020-01-01', NULL);
SELECT relate.adopt_junction('member', '{employee_id}', '{team_id}', cardinality => 'many_to_one', start_column => 'joined_on', end_column => 'left_on');
SELECT relate.adopt_junction('member', '{employee_id}', '{team_id}', cardinality => 'many_to_one', start_column => 'joined_on', end_column => 'left_on', enforce => true);
UPDATE member SET left_on = '2019-12-31' WHERE (employee_id, team_id) = (2, 1);
SELECT relate.adopt_junction('member', '{employee_id}', '{team_id}', cardinality => 'many_to_one', start_column => 'joined_on', end_column => 'left_on', enforce => true) > 0 AS adopted;
SELECT relate.create_relationship('member', 2, 1, '2025-01-01');
INSERT INTO member VALUES (2, 1, '2025-01-01', NULL);
SELECT relate.create_relationship('member', 2, 1, '2025-01-01', on_conflict => 'end_old');
SELECT * FROM member WHERE employee_id = 2 ORDER BY joined_on;
-- Partitioned tables: a cycle runs through partitions.
CREATE TABLE place (id int PRIMARY KEY, parent_id int) PARTITION BY RANGE (id);
CREATE TABLE place_low PARTITION OF place FOR VALUES FROM (1) TO (10);
CREATE TABLE place_high (parent_id int, gone int, id int NOT NULL);
ALTER TABLE place_high DROP gone;
ALTER TABLE place ATTACH PARTITION place_high FOR VALUES FROM (10) TO (100);
INSERT INTO place VALUES (1, NULL), (11, 1), (2, 11);
SELECT relate.register_module('place') > 0 AS registered;
SELECT relate.adopt_column('place', '{parent_id}', 'place', enforce => true) > 0 AS adopted;
UPDATE place SET parent_id = 2 WHERE id = 1;
INSERT INTO place_high VALUES (12, 12);
UPDATE place_high SET parent_id = 2 WHERE id = 11;
-- Policies hide nothing from a rule.
CREATE ROLE adopt_rules_clerk;
GRANT USAGE ON SCHEMA adopt_rules TO adopt_rules_clerk;
GRANT SELECT, INSERT, UPDATE ON employee TO adopt_rules_clerk;
UPDATE employee SET reports_to = nullif(id - 1, 0);
SELECT relate.enforce_rules('employee_reports_to');
ALTER TABLE employee ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON employee TO adopt_rules_clerk USING (id IN (1, 5)) WITH CHECK (true);
SET ROLE adopt_rules_clerk;
UPDATE employee SET reports_to = 5 WHERE id = 1;
RESET ROLE;

SELECT relate.drop_workspace('adopt_rules_crm', 'cascade');
DROP SCHEMA adopt_rules CASCADE;
DROP ROLE adopt_rules_clerk;
