-- A relationship that breaks a rule already can be ended and described, and not widened.
SET client_min_messages = warning;
CREATE SCHEMA enforce_shorten;
SET search_path = enforce_shorten, public;
CREATE TABLE person (id int PRIMARY KEY, name text, sort text);
INSERT INTO person SELECT i, 'P' || i, 'individual' FROM generate_series(1, 9) i;
SELECT relate.create_workspace('enforce_shorten_crm');
SET relate.workspace = 'enforce_shorten_crm';
SELECT relate.register_module('person', kind_column => 'sort');
SELECT relate.create_relationship_type('knows', 'person', 'person', 'many_to_many', has_contact_details => true, allow_self => true),
       relate.create_relationship_type('boss', 'person', 'person', 'many_to_many'),
       relate.create_relationship_type('kind', 'person', 'person', 'many_to_many', source_kind => 'individual');
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME;
    RETURN concat_ws(' ', SQLSTATE, c);
END $$;
INSERT INTO enforce_shorten_crm.relationship (type_id, source_key, target_key, start_date, end_date, email) VALUES
    (1, 1, 2, '2000-01-01', NULL, 'a@b'), (1, 1, 3, '2001-01-01', NULL, NULL), (1, 4, 4, '2000-01-01', NULL, NULL),
    (1, 5, 6, '2000-01-01', '2004-12-31', NULL), (1, 5, 6, '2005-01-01', '2030-12-31', NULL),
    (2, 1, 2, '2000-01-01', NULL, NULL), (2, 2, 3, '2000-01-01', NULL, NULL), (2, 3, 1, '2000-01-01', NULL, NULL),
    (3, 7, 8, '2000-01-01', NULL, NULL), (3, 8, 9, '2000-01-01', NULL, NULL);
SELECT relate.alter_relationship_type('knows', allow_self => false, has_contact_details => false, cardinality => 'many_to_one', on_invalid => 'ignore'),
       relate.alter_relationship_type('boss', hierarchy_parent => 'target', on_invalid => 'ignore');
SET session_replication_role = replica;
UPDATE person SET sort = 'ghost' WHERE id = 7;
DELETE FROM person WHERE id = 9;
UPDATE enforce_shorten_crm.relationship SET is_primary = true WHERE relationship_id = 7;
INSERT INTO enforce_shorten_crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, start_date, importance, is_primary, created_at, created_by)
VALUES (2, 1, 4, 1, 3, '2000-01-01', 3, true, now(), 'x'), (2, 1, 4, 1, 3, '2001-01-01', 3, false, now(), 'x');
RESET session_replication_role;
SELECT rule, relationship_id, other_id FROM relate.validate('enforce_shorten_crm') ORDER BY 1, 2;
-- Described, begun later, ended; each in a transaction of its own.
SELECT relationship_id AS id, refusal(format('UPDATE enforce_shorten_crm.relationship SET description = ''x'', importance = 1 WHERE relationship_id = %s', relationship_id)) AS described
FROM enforce_shorten_crm.relationship ORDER BY 1;
SELECT relationship_id AS id, refusal(format('UPDATE enforce_shorten_crm.relationship SET start_date = start_date + 1 WHERE relationship_id = %s', relationship_id)) AS begins_later
FROM enforce_shorten_crm.relationship ORDER BY 1;
SELECT relationship_id AS id, refusal(format('UPDATE enforce_shorten_crm.relationship SET start_date = ''1999-01-01'' WHERE relationship_id = %s', relationship_id)) AS widened
FROM enforce_shorten_crm.relationship ORDER BY 1;
SELECT id, refusal(format('SELECT relate.end_relationship(%s, ''2020-12-31'')', id)) AS ended FROM (SELECT relationship_id AS id FROM enforce_shorten_crm.relationship ORDER BY 1) r;
-- What would break a rule anew is refused.
SELECT refusal('UPDATE enforce_shorten_crm.relationship SET end_date = ''1990-01-01'' WHERE relationship_id = 1') AS reversed,
       refusal('UPDATE enforce_shorten_crm.relationship SET importance = 9 WHERE relationship_id = 1') AS importance,
       refusal('UPDATE enforce_shorten_crm.relationship SET phone = ''1'' WHERE relationship_id = 1') AS more_contact,
       refusal('UPDATE enforce_shorten_crm.relationship SET is_primary = true WHERE relationship_id = 12') AS primary_too,
       refusal('UPDATE enforce_shorten_crm.relationship SET target_key = ''4'' WHERE relationship_id = 2') AS another;
SELECT id, refusal(format('SELECT relate.delete_relationship(%s)', id)) AS deleted FROM (SELECT relationship_id AS id FROM enforce_shorten_crm.relationship ORDER BY 1) r;
-- Deferred, the rules are held as ever, against what is there at commit.
INSERT INTO enforce_shorten_crm.relationship (type_id, source_key, target_key, start_date) VALUES (1, 1, 2, '2000-01-01');
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE enforce_shorten_crm.relationship SET end_date = '2010-12-31';
INSERT INTO enforce_shorten_crm.relationship (type_id, source_key, target_key, start_date) VALUES (1, 1, 3, '2011-01-01');
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE enforce_shorten_crm.relationship SET description = 'y' WHERE end_date IS NULL;
INSERT INTO enforce_shorten_crm.relationship (type_id, source_key, target_key, start_date) VALUES (1, 1, 4, '2012-01-01');
COMMIT;
SELECT relate.drop_workspace('enforce_shorten_crm', 'cascade');
DROP SCHEMA enforce_shorten CASCADE;
