-- Relationship types: defaults, changes, statistics, possible types.
SET client_min_messages = warning;
SET DateStyle = 'ISO, YMD';
CREATE SCHEMA catalog_test;
CREATE FUNCTION catalog_test.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text; detail text; hint text; rule text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
                            rule = CONSTRAINT_NAME;
    RETURN concat_ws(E'\n', concat_ws(' ', SQLSTATE, nullif(rule, '')) || ': ' || said, '  ' || nullif(detail, ''),
                     '  -> ' || nullif(hint, ''));
END $$;
SELECT relate.create_workspace('catalog_crm');
CREATE TABLE catalog_test.contacts (id int PRIMARY KEY, name text, sort text);
CREATE TABLE catalog_test.companies (id int PRIMARY KEY, name text);
CREATE TABLE catalog_test.people (id int PRIMARY KEY, name text);
CREATE TABLE catalog_test.tickets (id int PRIMARY KEY, subject text);
CREATE TABLE catalog_test.users (id int PRIMARY KEY, name text);
CREATE TABLE catalog_test.groups (id int PRIMARY KEY, name text);
CREATE TABLE catalog_test.lines (quote text, line date, sort text, PRIMARY KEY (quote, line));
SELECT relate.register_module('catalog_test.contacts', kind_column => 'sort'),
       relate.register_module('catalog_test.companies', kind => 'organization'),
       relate.register_module('catalog_test.people', kind => 'individual'),
       relate.register_module('catalog_test.tickets'),
       relate.register_module('catalog_test.users', is_system => true),
       relate.register_module('catalog_test.groups', is_system => true),
       relate.register_module('catalog_test.lines', kind_column => 'sort');

-- What is not said follows from the modules, kinds and cardinality.
SELECT relate.create_relationship_type('tickets', 'contact', 'ticket', 'one_to_many') AS a,
       relate.create_relationship_type('ticket_of', 'ticket', 'contact', 'many_to_one') AS b,
       relate.create_relationship_type('seat', 'contact', 'ticket', 'one_to_one') AS c,
       relate.create_relationship_type('involvement', 'contact', 'ticket') AS d,
       relate.create_relationship_type('employment', 'person', 'company', 'many_to_one') AS e,
       relate.create_relationship_type('works_for', 'contact', 'contact', source_kind => 'individual', target_kind => 'organization') AS f,
       relate.create_relationship_type('membership', 'contact', 'contact', source_kind => 'individual', target_kind => 'household') AS g,
       relate.create_relationship_type('family', 'contact', 'contact', 'one_to_many', hierarchy_parent => 'source') AS h,
       relate.create_relationship_type('branch', 'company', 'company', 'many_to_one', hierarchy_parent => 'target') AS i,
       relate.create_relationship_type('friendship', 'contact', is_symmetric => true, source_role => 'Friend',
           label => 'is a friend of', max_targets_per_source => 5, on_source_delete => 'remove_link') AS j,
       relate.create_relationship_type('anything') AS k,
       relate.create_relationship_type('for_individuals', source_kind => 'individual', target_kind => 'organization') AS l;
SELECT name, source_module AS source, source_role, label, target_module AS target, target_role, inverse_label, cardinality
FROM relate.relationship_types();
SELECT name, max_targets_per_source AS targets, max_sources_per_target AS sources, hierarchy_parent AS parent,
       has_contact_details AS contact, default_importance AS importance, is_perpetual, source_may, target_may,
       on_source_delete, on_target_delete, is_active, storage
FROM catalog_crm.relationship_type ORDER BY name;

-- Everything said.
SELECT relate.create_relationship_type('agency', 'person', 'contact', 'many_to_many', 'Agent', 'Principal', 'acts for',
    'is represented by', false, 3, 2, NULL, 5, true, true, '{sign,pay}', '{*}', true, 'remove_link', 'restrict',
    'individual', 'household', 'Legal', 'May sign.', false) IS NOT NULL AS made;
SELECT to_jsonb(t) - 'type_id' FROM catalog_crm.relationship_type t WHERE name = 'agency';
-- Null for any property but the name is the default.
SELECT relate.create_relationship_type('nulls', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) IS NOT NULL AS made;
SELECT jsonb_strip_nulls(to_jsonb(t) - 'type_id') FROM catalog_crm.relationship_type t WHERE name = 'nulls';
SELECT relate.drop_relationship_type('nulls'), relate.drop_relationship_type('agency');

-- The cardinality as people write it.
SELECT words, relate.parse_cardinality(words) FROM unnest('{one_to_one,ONE_TO_MANY,one-to-many,"many to one",1:N,n:1,N:M,1:1,"1 : *",M-N,many-to-many,1-to-N}'::text[]) AS words;

-- System modules: lookups, many-to-many and one-to-one.
SELECT relate.create_relationship_type('assignee', 'ticket', 'user', 'many_to_one') IS NOT NULL,
       relate.create_relationship_type('watcher', 'user', 'ticket') IS NOT NULL,
       relate.create_relationship_type('profile', 'user', 'person', 'one_to_one') IS NOT NULL,
       relate.create_relationship_type('manager', 'user', 'user', 'one_to_many', hierarchy_parent => 'source') IS NOT NULL,
       relate.create_relationship_type('main_group', 'user', 'group', 'many_to_one') IS NOT NULL;

-- Plain DML on the catalog obeys the same rules and gets the same defaults.
INSERT INTO catalog_crm.relationship_type (name, source_module_id, target_module_id, cardinality)
SELECT 'plain', s.module_id, t.module_id, 'one_to_many' FROM catalog_crm.module s, catalog_crm.module t
WHERE s.name = 'contact' AND t.name = 'ticket'
RETURNING source_role, target_role, label, inverse_label, max_targets_per_source, max_sources_per_target, has_contact_details;
UPDATE catalog_crm.relationship_type SET label = NULL, target_role = 'Complaint', default_importance = NULL WHERE name = 'plain'
RETURNING label, target_role, default_importance;
SELECT catalog_test.refusal($$UPDATE catalog_crm.relationship_type SET max_sources_per_target = 2 WHERE name = 'plain'$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.relationship_type SET name = 'tickets' WHERE name = 'plain'$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.relationship_type SET type_id = 99 WHERE name = 'plain'$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.relationship_type SET source_kind = 'x' WHERE name = 'ticket_of'$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.relationship_type SET storage = 'column' WHERE name = 'plain'$$);
UPDATE catalog_crm.relationship_type SET source_kind = 'individual' WHERE name = 'plain';
DELETE FROM catalog_crm.relationship_type WHERE name = 'plain';

-- In use, a type keeps its modules and kinds, and stays.
INSERT INTO catalog_test.contacts SELECT n, 'Contact ' || n, CASE WHEN n < 4 THEN 'individual' WHEN n = 4 THEN 'organization' END FROM generate_series(1, 5) n;
INSERT INTO catalog_test.tickets SELECT n, 'Ticket ' || n FROM generate_series(1, 3) n;
INSERT INTO catalog_crm.relationship_list (relationship_type, source_key, target_key, start_date, end_date) VALUES
    ('tickets', 1, 1, '2001-01-01', '2001-12-31'), ('tickets', 2, 1, '2002-01-01', NULL), ('tickets', 2, 2, NULL, NULL),
    ('tickets', 1, 3, '9999-01-01', NULL), ('works_for', 1, 4, NULL, NULL), ('friendship', 1, 2, NULL, NULL),
    ('friendship', 3, 1, '2000-01-01', '2000-02-01');
SELECT catalog_test.refusal($$SELECT relate.drop_relationship_type('tickets')$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.relationship_type SET source_kind = 'individual' WHERE name = 'tickets'$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.relationship_type SET target_module_id = NULL WHERE name = 'tickets'$$);
UPDATE catalog_crm.relationship_type SET label = 'opened', is_active = true WHERE name = 'tickets';

SELECT type, total, current, past, future, sources, targets, first_start, last_start
FROM relate.relationship_type_stats() WHERE total > 0 OR type = 'seat';
SELECT count(*) = (SELECT count(*) FROM catalog_crm.relationship_type) AS one_row_each FROM relate.relationship_type_stats();
-- Perpetual relationships are all current, and show no dates.
UPDATE catalog_crm.relationship_type SET is_perpetual = true WHERE name = 'friendship';
SELECT * FROM relate.relationship_type_stats() WHERE type = 'friendship';
UPDATE catalog_crm.relationship_type SET is_perpetual = false WHERE name = 'friendship';

-- Which types fit two records, in which direction, and is there room today?
SELECT * FROM relate.possible_types('contact', 1, 'ticket', 1);
SELECT * FROM relate.possible_types('ticket', 2, 'contact', 3);
SELECT * FROM relate.possible_types('contact', 1, 'contact', 4);
SELECT * FROM relate.possible_types('contact', 4, 'contact', 1);
SELECT * FROM relate.possible_types('contact', 2, 'contact', 1) WHERE type = 'friendship';
SELECT * FROM relate.possible_types('contact', 3, 'contact', 1) WHERE type = 'friendship';
SELECT * FROM relate.possible_types('contact', 1, 'contact', 1) WHERE type IN ('friendship', 'family');
-- Of no kind, or unknown: what asks for a kind is out.
SELECT type, direction FROM relate.possible_types('contact', 5, 'contact', 4);
SELECT type, direction FROM relate.possible_types('contact', 'no such key', 'contact', 4);
-- Inactive types are no choice.
UPDATE catalog_crm.relationship_type SET is_active = false WHERE name IN ('tickets', 'anything', 'family');
SELECT type, direction FROM relate.possible_types('contact', 1, 'ticket', 1);
-- A limit counts both directions of a symmetric type.
SET relate.on_invalid = ignore; -- there are more already
UPDATE catalog_crm.relationship_type SET max_targets_per_source = 1, max_sources_per_target = 1 WHERE name = 'friendship';
RESET relate.on_invalid;
SELECT type, has_room, reason FROM relate.possible_types('contact', 3, 'contact', 2) WHERE type = 'friendship';
-- Keys of several columns, a kind in each row, awkward values, any DateStyle.
INSERT INTO catalog_test.lines VALUES ('a,"b" \c', '2024-02-03', 'gift');
SELECT relate.create_relationship_type('gift', 'line', 'contact', source_kind => 'gift') IS NOT NULL AS made;
SET DateStyle = 'SQL, DMY';
SELECT l::text, type, direction FROM catalog_test.lines l
CROSS JOIN LATERAL relate.possible_types('line', '("a,""b"" \\c",2024-02-03)', 'contact', 1) WHERE type = 'gift';

-- With a hostile search_path all of this is the same.
CREATE SCHEMA catalog_trap;
CREATE FUNCTION catalog_trap.sprung(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE FUNCTION catalog_trap.sprung(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE FUNCTION catalog_trap.sprung(relate.record_key, relate.record_key) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE FUNCTION catalog_trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE FUNCTION catalog_trap.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'the trap was sprung'; END $$;
CREATE OPERATOR catalog_trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = catalog_trap.sprung);
CREATE OPERATOR catalog_trap.= (LEFTARG = int, RIGHTARG = int, FUNCTION = catalog_trap.sprung);
CREATE OPERATOR catalog_trap.= (LEFTARG = relate.record_key, RIGHTARG = relate.record_key, FUNCTION = catalog_trap.sprung);
CREATE OPERATOR catalog_trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = catalog_trap.sprung);
CREATE TABLE catalog_trap.pg_class (oid oid);
DROP TABLE IF EXISTS pg_temp.relationship;
CREATE TEMP TABLE relationship (relationship_id int);
CREATE TEMP TABLE pg_namespace (oid oid);
SET search_path = catalog_trap, pg_temp, pg_catalog;
SELECT relate.create_workspace('catalog_second');
SET relate.workspace = 'catalog_second';
SELECT relate.register_module('catalog_test.contacts', kind_column => 'sort') AS id;
SELECT relate.create_relationship_type('friend', 'contact', 'contact', 'N:M', is_symmetric => true) AS id;
SELECT sentence FROM relate.preview_relationship_type('employment', 'contact', 'contact', 'n:1', source_kind => 'individual');
INSERT INTO catalog_second.relationship_list (relationship_type, source_key, target_key) VALUES ('friend', 1, 2) RETURNING relationship_id;
SELECT type, total FROM relate.relationship_type_stats();
SELECT type, has_room FROM relate.possible_types('contact', 1, 'contact', 2);
SELECT relate.alter_module('contact', singular => 'Person', reset => '{plural}');
SELECT relate.drop_workspace('catalog_second', 'cascade');
RESET search_path;
RESET relate.workspace;

SELECT relate.drop_workspace('catalog_crm', 'cascade');
DROP SCHEMA catalog_test, catalog_trap CASCADE;
