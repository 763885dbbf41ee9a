-- TRUNCATE of a module's table, and what a DELETE would meet.
SET client_min_messages = warning;
SET DateStyle = 'ISO';
CREATE SCHEMA enforce_endpoints_truncate;
SET search_path = enforce_endpoints_truncate;
SELECT relate.create_workspace('enforce_endpoints_truncate_crm');
SET relate.workspace = 'enforce_endpoints_truncate_crm';

-- What a statement that is refused says.
CREATE FUNCTION refusal(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    rule text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN NEXT concat_ws(' ', SQLSTATE, nullif(rule, '') || ':', SQLERRM);
    RETURN QUERY SELECT 'DETAIL: ' || detail WHERE detail <> '' UNION ALL SELECT 'HINT: ' || hint WHERE hint <> '';
END $$;
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE company (id int PRIMARY KEY, name text, owner int REFERENCES person);
SELECT relate.register_module('person'), relate.register_module('company');
SELECT relate.create_relationship_type('job', 'person', 'company', on_source_delete => 'remove_link', has_contact_details => true),
       relate.create_relationship_type('knows', 'person', 'person', is_symmetric => true, allow_self => true, on_source_delete => 'remove_link');
INSERT INTO person VALUES (1, 'Jim'), (2, 'Ann'), (3, 'Bob');
INSERT INTO company VALUES (1, 'Acme'), (2, 'Bcme');
INSERT INTO enforce_endpoints_truncate_crm.relationship (type_id, source_key, target_key, start_date, address_module_id, address_key) VALUES
    (1, 1, 1, '2020-01-01', 2, 1), (1, 2, 1, NULL, 2, 2), (2, 1, 1, NULL, NULL, NULL), (2, 2, 1, NULL, NULL, NULL);
SELECT relate.set_status('company', 1, 'Customer'), relate.set_status('person', 1, 'Prospect');
-- What it says is what happens.
SELECT * FROM relate.preview_delete('person', 1);
SELECT * FROM relate.preview_delete('person', '1'::text);
SELECT * FROM relate.preview_delete('company', 1);
SELECT * FROM relate.preview_delete('company', 2);
SELECT * FROM relate.preview_delete('person', 3);
SELECT refusal($$SELECT * FROM relate.preview_delete('nobody', 3)$$);
SELECT refusal($$SELECT * FROM relate.preview_delete('person', NULL::int)$$);
SELECT refusal('DELETE FROM company WHERE id = 1');
DELETE FROM company WHERE id = 2;
SELECT relationship_id, address_key FROM enforce_endpoints_truncate_crm.relationship ORDER BY 1;
BEGIN;
DELETE FROM person;
SELECT count(*) FROM enforce_endpoints_truncate_crm.relationship;
SELECT count(*) FROM enforce_endpoints_truncate_crm.record_status;
ROLLBACK;
-- Its caller sees what he may see.
CREATE ROLE enforce_endpoints_reader;
GRANT enforce_endpoints_reader TO CURRENT_USER;
GRANT USAGE ON SCHEMA enforce_endpoints_truncate TO enforce_endpoints_reader;
SELECT relate.grant_role('enforce_endpoints_reader', 'reader');
SET ROLE enforce_endpoints_reader;
SELECT relationship_id, other_module, other_key, other_name, action FROM relate.preview_delete('company', 1);
RESET ROLE;
DROP OWNED BY enforce_endpoints_reader; DROP ROLE enforce_endpoints_reader;

SELECT refusal('TRUNCATE company');
SELECT refusal('TRUNCATE person CASCADE');
SELECT refusal('TRUNCATE person, company, enforce_endpoints_truncate_crm.relationship');
DELETE FROM enforce_endpoints_truncate_crm.relationship;
INSERT INTO enforce_endpoints_truncate_crm.relationship (type_id, source_key, target_key, address_module_id, address_key) VALUES (2, 1, 2, NULL, NULL);
BEGIN; TRUNCATE company; SELECT key FROM enforce_endpoints_truncate_crm.record_status; ROLLBACK;
SELECT count(*) FROM enforce_endpoints_truncate_crm.record_status;
SELECT relate.delete_relationship(max(relationship_id)) FROM enforce_endpoints_truncate_crm.relationship;
TRUNCATE person CASCADE;
SELECT count(*) FROM enforce_endpoints_truncate_crm.record_status;
-- Out of the hands of the workspace, a table is its owner's again.
SELECT relate.drop_relationship_type('job'), relate.unregister_module('company');
TRUNCATE company;

-- A partition: only its own records count.
CREATE TABLE event (year int, id int, name text, PRIMARY KEY (year, id)) PARTITION BY LIST (year);
CREATE TABLE event_1 PARTITION OF event FOR VALUES IN (1);
CREATE TABLE event_more PARTITION OF event DEFAULT PARTITION BY LIST (id);
CREATE TABLE event_2 PARTITION OF event_more DEFAULT;
SELECT relate.register_module('event'), relate.create_relationship_type('guest', 'person', 'event');
SELECT relation.relname, tgname FROM pg_trigger JOIN pg_class AS relation ON relation.oid = tgrelid
WHERE tgname ~ '^relate_' AND relname ~ '^event' ORDER BY 1, 2;
INSERT INTO person VALUES (1, 'Jim');
INSERT INTO event VALUES (1, 1, 'One'), (2, 2, 'Two');
SELECT relate.create_relationship('guest', 1, '(2,2)');
SELECT relate.set_status('event', '(1,1)', 'Customer'), relate.set_status('event', '(2,2)', 'Customer');
TRUNCATE event_1;
SELECT key FROM enforce_endpoints_truncate_crm.record_status;
SELECT refusal('TRUNCATE event_2');
SELECT refusal('TRUNCATE event_more');
SELECT refusal('TRUNCATE event');
DELETE FROM enforce_endpoints_truncate_crm.relationship;
TRUNCATE event;
SELECT key FROM enforce_endpoints_truncate_crm.record_status;
-- A later partition gets them too.
CREATE TABLE event_3 PARTITION OF event FOR VALUES IN (3);
SELECT relate.is_protected('event');
SELECT relate.drop_relationship_type('guest'), relate.unregister_module('event');
SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname ~ '^relate_' AND tgrelid::regclass::text ~ 'event';
-- The functions are for such triggers only.
CREATE TRIGGER wrong AFTER TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION relate.table_truncated();
CREATE TRIGGER wrong_too AFTER DELETE ON event FOR EACH ROW EXECUTE FUNCTION relate.record_updated();
INSERT INTO event VALUES (1, 1, 'One');
SELECT refusal('TRUNCATE event');
SELECT refusal('DELETE FROM event');

SET client_min_messages = warning;
RESET search_path;
DROP SCHEMA enforce_endpoints_truncate_crm, enforce_endpoints_truncate CASCADE;
