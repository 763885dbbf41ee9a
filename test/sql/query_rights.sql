-- Reading functions read as the caller: privileges and policies on the modules'
-- tables hide names, those on relationship hide relationships.
SET client_min_messages = warning;
CREATE SCHEMA query_rights;
CREATE SCHEMA query_rights_hidden;
SET search_path = query_rights, pg_temp;
SET relate.workspace = 'query_rights_crm';

CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE TABLE contact (id int PRIMARY KEY, name text, salary int);
CREATE TABLE company (id int PRIMARY KEY, name text, secret text);
CREATE TABLE patient (id int, year int, name text, PRIMARY KEY (id, year));
CREATE TABLE query_rights_hidden.contract (id int PRIMARY KEY, name text);
INSERT INTO contact VALUES (1, 'Ann', 10), (2, 'Bob', 20), (3, 'Cid', 30);
INSERT INTO company VALUES (1, 'Acme', 's'), (2, 'Byte', 't');
INSERT INTO patient VALUES (1, 2020, 'Pat'), (2, 2020, 'Sam');
INSERT INTO query_rights_hidden.contract VALUES (1, 'Contract 1');
SELECT relate.create_workspace('query_rights_crm');
SELECT relate.register_module('contact'), relate.register_module('company'), relate.register_module('patient'),
       relate.register_module('query_rights_hidden.contract');
SELECT relate.create_relationship_type('job', 'contact', 'company', has_contact_details => true), relate.create_relationship_type('care', 'contact', 'patient'),
       relate.create_relationship_type('party', 'contact', 'contract'),
       relate.create_relationship_type('peer', 'contact', 'contact', is_symmetric => true);
INSERT INTO query_rights_crm.relationship (type_id, source_key, target_key)
SELECT type_id, '1', CASE name WHEN 'care' THEN '(1,2020)' WHEN 'peer' THEN '2' ELSE '1' END FROM query_rights_crm.relationship_type ORDER BY type_id;
INSERT INTO query_rights_crm.relationship (type_id, source_key, target_key)
SELECT type_id, '1', CASE name WHEN 'care' THEN '(2,2020)' WHEN 'peer' THEN '3' ELSE '2' END FROM query_rights_crm.relationship_type
WHERE name <> 'party' ORDER BY type_id;
UPDATE query_rights_crm.relationship
SET address_key = '2', address_module_id = (SELECT module_id FROM query_rights_crm.module WHERE name = 'company')
WHERE relationship_id = 1;

CREATE ROLE regress_query_rights;
GRANT regress_query_rights TO CURRENT_USER;
GRANT USAGE ON SCHEMA query_rights TO regress_query_rights;
SELECT relate.grant_role('regress_query_rights', 'reader');

CREATE FUNCTION seen() RETURNS TABLE (id bigint, module text, key text, name text, address text, "by record_name" text, "in the view" text, "in the report" text)
LANGUAGE sql SET search_path = query_rights AS $$
    SELECT r.relationship_id, r.module, r.key::text, r.name, r.address, relate.record_name(r.module, r.key),
           (SELECT l.target_name FROM query_rights_crm.relationship_list AS l WHERE l.relationship_id = r.relationship_id),
           (SELECT p.target_name FROM relate.relationship_report() AS p
            WHERE p.relationship_id = r.relationship_id AND p.primary_module = 'contact' AND p.primary_id::text = '1')
    FROM relate.related_records('contact', 1) AS r ORDER BY r.relationship_id
$$;
-- The owner sees everything.
SELECT * FROM seen();

-- No SELECT on the tables: related, by module and key, without names.
SET ROLE regress_query_rights;
SELECT * FROM seen();
SELECT relate.record_name('contact', 1) AS own, relate.record_overview('contact', 1) -> 'record' AS record;
SELECT refusal($$SELECT * FROM relate.related_rows(NULL::query_rights.company, 'contact', 1)$$);

-- SELECT on the key columns only, on the name columns only, on both, in turn.
RESET ROLE;
GRANT SELECT (id) ON contact, company TO regress_query_rights;
GRANT SELECT (name) ON patient TO regress_query_rights;
SET ROLE regress_query_rights;
SELECT * FROM seen();
RESET ROLE;
GRANT SELECT (name) ON contact TO regress_query_rights;
GRANT SELECT (id, year) ON patient TO regress_query_rights;
GRANT SELECT ON query_rights_hidden.contract TO regress_query_rights; -- but not USAGE on its schema
SET ROLE regress_query_rights;
SELECT * FROM seen();
SELECT refusal($$SELECT * FROM relate.related_rows(NULL::query_rights.contact, 'contact', 1)$$);
RESET ROLE;
GRANT USAGE ON SCHEMA query_rights_hidden TO regress_query_rights;
GRANT SELECT ON company TO PUBLIC;
SET ROLE regress_query_rights;
SELECT * FROM seen();
SELECT * FROM relate.related_rows(NULL::query_rights.company, 'contact', 1);
RESET ROLE;

-- Policies of row security on the modules' tables.
ALTER TABLE company ENABLE ROW LEVEL SECURITY;
CREATE POLICY acme ON company USING (id = 1);
ALTER TABLE patient ENABLE ROW LEVEL SECURITY;
SET ROLE regress_query_rights;
SELECT * FROM seen();
SELECT * FROM relate.related_rows(NULL::query_rights.company, 'contact', 1);
-- Who asks to be told rather than shown less is told.
SET row_security = off;
SELECT refusal($$SELECT * FROM relate.related_records('contact', 1, '{job}')$$);
SELECT name FROM relate.related_records('contact', 1, '{peer}');
RESET ROLE;
-- ... but not in the place of another message.
GRANT SELECT, INSERT, UPDATE ON query_rights_crm.relationship TO regress_query_rights;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA query_rights_crm TO regress_query_rights;
SET ROLE regress_query_rights;
SELECT refusal($$INSERT INTO query_rights_crm.relationship (type_id, source_key, target_key) VALUES (1, 1, 2)$$);
RESET row_security;
RESET ROLE;

-- Decided at each execution: of a prepared statement, by the role of the moment.
PREPARE names AS SELECT module, key, name FROM relate.related_records('contact', 1, '{job,care}');
EXECUTE names;
SET ROLE regress_query_rights;
EXECUTE names;
RESET ROLE;
EXECUTE names;
DROP POLICY acme ON company;
ALTER TABLE company DISABLE ROW LEVEL SECURITY;
SET ROLE regress_query_rights;
EXECUTE names;
RESET ROLE;

-- Policies on relationship.
ALTER TABLE query_rights_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON query_rights_crm.relationship FOR SELECT TO regress_query_rights
USING (type_id IN (SELECT type_id FROM query_rights_crm.relationship_type WHERE name = 'job'));
SET ROLE regress_query_rights;
SELECT * FROM seen();
SELECT relate.are_related('job', 1, 1) AS job, relate.are_related('peer', 1, 2) AS peer;
SELECT r -> 'module' AS module, r -> 'count' AS count FROM jsonb_array_elements(relate.record_overview('contact', 1) -> 'related') AS r;
SELECT count(*) FROM relate.related_rows(NULL::query_rights.contact, 'contact', 1);
SET row_security = off;
SELECT refusal($$SELECT * FROM relate.related_records('contact', 1)$$);
SELECT refusal($$SELECT relate.are_related('job', 1, 1)$$);
RESET row_security;
RESET ROLE;
SELECT count(*) FROM relate.related_records('contact', 1);
ALTER TABLE query_rights_crm.relationship DISABLE ROW LEVEL SECURITY;

-- Without SELECT on relationship, or USAGE on its schema: PostgreSQL's own errors.
REVOKE SELECT ON query_rights_crm.relationship FROM regress_query_rights;
SET ROLE regress_query_rights;
SELECT refusal(s) FROM unnest(ARRAY[
    $$SELECT * FROM relate.related_records('contact', 1)$$, $$SELECT * FROM relate.related_records_of('contact', '{1}')$$,
    $$SELECT * FROM relate.related_rows(NULL::query_rights.company, 'contact', 1)$$, $$SELECT relate.are_related('job', 1, 1)$$,
    $$SELECT * FROM relate.relationship_report()$$, $$SELECT relate.record_overview('contact', 1)$$,
    $$SELECT relate.record_name('company', 1)$$]) AS s;
RESET ROLE;
-- On columns: those that are read are enough, through SQL.
GRANT SELECT (relationship_id, type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date, importance,
    description, email, phone, address, address_module_id, address_key, attributes) ON query_rights_crm.relationship TO regress_query_rights;
SET ROLE regress_query_rights;
SELECT relationship_id AS id, module, key, name FROM relate.related_records('contact', 1, '{job}');
SELECT relate.are_related('job', 1, 1);
SELECT count(*) FROM relate.relationship_report();
RESET ROLE;
REVOKE USAGE ON SCHEMA query_rights_crm FROM regress_query_rights;
SET ROLE regress_query_rights;
SELECT refusal($$SELECT * FROM relate.related_records('contact', 1)$$);
RESET ROLE;
GRANT USAGE ON SCHEMA query_rights_crm TO regress_query_rights;
GRANT SELECT ON query_rights_crm.relationship TO regress_query_rights;

-- The overview tells the status only to who may read it.
SELECT relate.set_status('contact', 1, 'Customer', '2024-02-29');
SET ROLE regress_query_rights;
SELECT relate.record_overview('contact', 1) -> 'record' AS record;
RESET ROLE;
REVOKE SELECT ON query_rights_crm.record_status FROM regress_query_rights;
SET ROLE regress_query_rights;
SELECT relate.record_overview('contact', 1) -> 'record' AS record;
RESET ROLE;

-- Views name records of their own workspace, whatever the setting says.
SELECT relate.create_workspace('query_rights_other');
SET relate.workspace = 'query_rights_other';
SELECT relate.register_module('company', 'firm');
SELECT relationship_id AS id, target_module, target_key, target_name FROM query_rights_crm.relationship_list ORDER BY 1 LIMIT 2;
SELECT relationship_id AS id, module, key, name, label, far_module, far_key, far_name
FROM query_rights_crm.relationship_sides WHERE far_module = 'company' OR module = 'company' ORDER BY 1, 2;
SELECT relate.record_name_in('query_rights_crm.module', 999, 1) AS unknown_module, relate.record_name_in('query_rights_other.module', 1, 2) AS other;
SELECT refusal($$SELECT relate.record_name_in('query_rights.company', 1, 2)$$);

SET client_min_messages = error;
DROP OWNED BY regress_query_rights;
DROP ROLE regress_query_rights;
DROP SCHEMA query_rights_crm, query_rights_other, query_rights, query_rights_hidden CASCADE;
