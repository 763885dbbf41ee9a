-- set_parent: moving records in hierarchies.
SET client_min_messages = warning;
CREATE SCHEMA action_hierarchy;
SET search_path = action_hierarchy, pg_temp;
SET relate.workspace = 'action_hierarchy_crm';
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END $$;
CREATE TABLE office (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO office SELECT i, 'Office ' || i FROM generate_series(1, 6) i;
SELECT relate.create_workspace('action_hierarchy_crm');
SELECT relate.register_module('office');
SELECT relate.create_relationship_type('branch', 'office', 'office', 'many_to_one', hierarchy_parent => 'target'),
       relate.create_relationship_type('owner', 'office', 'office', 'many_to_many', hierarchy_parent => 'source'),
       relate.create_relationship_type('always', 'office', 'office', 'many_to_one', hierarchy_parent => 'target', is_perpetual => true),
       relate.create_relationship_type('any', NULL, NULL, 'many_to_one', hierarchy_parent => 'target'),
       relate.create_relationship_type('friend', 'office', 'office', is_symmetric => true);
CREATE VIEW rows AS
SELECT relationship_id, relationship_type, source_key, target_key, start_date, end_date FROM action_hierarchy_crm.relationship_list ORDER BY relationship_id;

SELECT relate.set_parent('branch', 2, 1, '2020-01-01'), relate.set_parent('branch', '3', '1', '2020-01-01'), relate.set_parent('branch', 4, 2, '2021-01-01');
-- Moved, and moved back before that day: the history is what the calls say.
SELECT relate.set_parent('branch', 4, 3, '2022-01-01');
SELECT relate.set_parent('branch', 4, '03', '2023-01-01') AS nothing_to_do;
SELECT * FROM rows;
SELECT relate.set_parent('branch', 4, 1, '2021-06-01');
SELECT relate.set_parent('branch', 3, NULL, '2024-01-01') AS no_parent;
SELECT * FROM rows;
SELECT key FROM relate.descendants('branch', 1, '2023-01-01');
SELECT key FROM relate.descendants('branch', 1, '2024-01-01');
-- Several parents become one.
SELECT relate.create_relationship('owner', 1, 4, '2020-01-01'), relate.create_relationship('owner', 2, 4, '2020-01-01');
SELECT relate.set_parent('owner', 4, 2, '2022-01-01');
SELECT * FROM rows WHERE relationship_type = 'owner';
-- Those that the caller sees but may not touch are not passed over.
BEGIN;
CREATE ROLE relate_mover;
GRANT relate_mover TO CURRENT_USER;
GRANT USAGE ON SCHEMA action_hierarchy TO relate_mover;
GRANT SELECT ON office TO relate_mover;
SELECT relate.grant_role('relate_mover', 'editor');
ALTER TABLE action_hierarchy_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY sees ON action_hierarchy_crm.relationship FOR SELECT USING (true);
CREATE POLICY adds ON action_hierarchy_crm.relationship FOR INSERT WITH CHECK (true);
SET LOCAL ROLE relate_mover;
SELECT refusal($$SELECT relate.set_parent('owner', 4, 3, '2023-01-01')$$) AS ends, refusal($$SELECT relate.set_parent('owner', 4, 3, '2022-01-01')$$) AS deletes,
       refusal($$SELECT relate.set_parent('owner', 5, 3, '2022-01-01')$$) AS adds;
ROLLBACK;
-- Without dates.
SELECT relate.set_parent('always', 2, 1), relate.set_parent('always', 2, 3);
SELECT * FROM rows WHERE relationship_type = 'always';
-- Today by default.
SELECT relate.set_parent('any', 6, 5, child_module => 'office', parent_module => 'office') IS NOT NULL AS made;
SELECT start_date = current_date AS today FROM rows WHERE relationship_type = 'any';

SELECT refusal($$SELECT relate.set_parent('branch', 1, 4, '2023-01-01')$$);
SELECT refusal($$SELECT relate.set_parent('branch', 4, 99, '2023-01-01')$$);
SELECT refusal($$SELECT relate.set_parent('friend', 4, 1)$$);
SELECT refusal($$SELECT relate.set_parent('always', 4, 1, '2023-01-01')$$);
SELECT refusal($$SELECT relate.set_parent('any', 4, 1)$$);
SELECT refusal($$SELECT relate.set_parent('nonesuch', 4, 1)$$);
SELECT refusal($$SELECT relate.set_parent('branch', NULL::int, 1)$$);
SELECT * FROM rows WHERE relationship_type = 'branch';

DROP SCHEMA action_hierarchy_crm CASCADE;
DROP SCHEMA action_hierarchy CASCADE;

-- set_parent where the hierarchy is a column, which may not be null, or a junction table, undated and dated.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA action_parent;
SET search_path = action_parent, pg_temp;
SET relate.workspace = 'action_parent_crm';
SELECT relate.create_workspace('action_parent_crm');
CREATE TABLE place (id int PRIMARY KEY, name text, parent_id int NOT NULL REFERENCES place);
CREATE TABLE unit (id int PRIMARY KEY, name text);
CREATE TABLE below (unit_id int REFERENCES unit, above_id int REFERENCES unit, PRIMARY KEY (unit_id, above_id));
CREATE TABLE stint (unit_id int REFERENCES unit, above_id int REFERENCES unit, start_date date, end_date date, PRIMARY KEY (unit_id, above_id, start_date));
INSERT INTO place VALUES (1, 'World', 1), (2, 'Europe', 1), (3, 'Asia', 1), (4, 'Rome', 2);
INSERT INTO unit SELECT n, 'Unit ' || n FROM generate_series(1, 5) AS n;
SELECT relationship_type, storage FROM relate.adopt_foreign_keys('action_parent');
SELECT relate.alter_relationship_type('below', hierarchy_parent => 'target', allow_self => false);
SELECT relate.alter_relationship_type('stint', hierarchy_parent => 'target', allow_self => false);
SELECT relate.set_parent('place_parent', 4, 3);
SELECT relate.set_parent('place_parent', 4, 3);
SELECT relate.set_parent('place_parent', 4, NULL);
SELECT relate.set_parent('place_parent', 3, 4);
SELECT relate.set_parent('place_parent', 4, 3, '2024-01-01');
TABLE place ORDER BY id;
INSERT INTO below VALUES (2, 1), (2, 3), (3, 1);
SELECT relate.set_parent('below', 2, 4);
SELECT relate.set_parent('below', 4, 1);
SELECT relate.set_parent('below', 1, 2);
SELECT relate.set_parent('below', 3, NULL);
TABLE below ORDER BY 1, 2;
INSERT INTO stint VALUES (2, 1, '2020-01-01', '2021-12-31'), (2, 3, '2022-01-01', NULL), (2, 4, '2030-01-01', NULL);
SELECT relate.set_parent('stint', 2, 5, '2025-01-01');
SELECT relate.set_parent('stint', 2, 5, '2026-01-01');
TABLE stint ORDER BY 1, 3;
SELECT relate.set_parent('stint', 2, NULL, '2026-01-01');
TABLE stint ORDER BY 1, 3;
SELECT relate.drop_workspace('action_parent_crm', 'cascade');
DROP SCHEMA action_parent CASCADE;
