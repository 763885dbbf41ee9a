-- Rights on the functions themselves, and how calls are counted: the same where a function
-- is a plan node.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_relate;
CREATE SCHEMA query_execute;
SET search_path = query_execute;
CREATE TABLE unit (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO unit SELECT i, 'Unit ' || i FROM generate_series(1, 3) i;
SELECT FROM relate.create_workspace('query_execute_crm');
SET relate.workspace = query_execute_crm;
SELECT FROM relate.register_module('unit');
SELECT FROM relate.create_relationship_type('part of', 'unit', 'unit', 'many_to_one', 'part', 'whole', 'is part of', 'consists of', hierarchy_parent => 'target');
SELECT count(relate.create_relationship('part of', i, 1)) FROM generate_series(2, 3) i;
CREATE ROLE relate_query_execute;
GRANT USAGE ON SCHEMA query_execute TO relate_query_execute;
GRANT SELECT ON unit TO relate_query_execute;
SELECT FROM relate.grant_role('relate_query_execute', 'reader');

REVOKE EXECUTE ON FUNCTION relate.children(text, relate.record_key, date, text) FROM PUBLIC;
SET ROLE relate_query_execute;
SELECT key FROM relate.children('part of', 1);
SELECT (relate.children('part of', 1)).key;
SELECT key FROM relate.descendants('part of', 1);
-- A plan made before has no right of its own.
PREPARE below AS SELECT key FROM relate.descendants('part of', 1);
EXECUTE below;
RESET ROLE;
GRANT EXECUTE ON FUNCTION relate.children(text, relate.record_key, date, text) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION relate.descendants(text, relate.record_key, date, int, text) FROM PUBLIC;
SET ROLE relate_query_execute;
SELECT key FROM relate.children('part of', 1);
EXECUTE below;
RESET ROLE;
GRANT EXECUTE ON FUNCTION relate.descendants(text, relate.record_key, date, int, text) TO PUBLIC;

SET track_functions = 'all';
BEGIN;
SELECT key FROM relate.descendants('part of', 1);
SELECT unit.id, d.key FROM unit, relate.descendants('part of', unit.id) d;
SELECT pg_stat_get_xact_function_calls('relate.descendants(text, relate.record_key, date, int, text)'::regprocedure) AS calls;
COMMIT;
RESET track_functions;

SELECT FROM relate.drop_workspace('query_execute_crm', 'cascade');
DROP SCHEMA query_execute CASCADE;
DROP OWNED BY relate_query_execute;
DROP ROLE relate_query_execute;
