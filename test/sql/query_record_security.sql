-- Record security: a relationship is for those who can see both of its records.
SET client_min_messages = warning;
CREATE ROLE sight_owner;
CREATE ROLE sight_staff;
CREATE ROLE sight_guest;
GRANT sight_owner, sight_staff, sight_guest TO CURRENT_USER;
SELECT format('GRANT CREATE ON DATABASE %I TO sight_owner', current_database()) \gexec
CREATE SCHEMA sight AUTHORIZATION sight_owner;
GRANT USAGE ON SCHEMA sight TO sight_staff, sight_guest;
SET ROLE sight_owner;
SET search_path = sight, pg_temp;
SET relate.workspace = 'sight_crm';

CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN format('rows: %s', written);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, '  detail: ' || nullif(detail, ''), '  hint: ' || nullif(hint, ''));
END $$;

CREATE TABLE contact (id int PRIMARY KEY, name text, is_secret boolean NOT NULL);
CREATE TABLE firm (id int PRIMARY KEY, name text);
CREATE TABLE deal (id int, part int, name text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE deal_1 PARTITION OF deal FOR VALUES IN (1);
CREATE TABLE staff (login text PRIMARY KEY, name text);
INSERT INTO contact VALUES (1, 'Ann', false), (2, 'Bob', false), (3, 'Secret Cid', true), (4, 'Secret Dan', true);
INSERT INTO firm VALUES (1, 'Acme'), (2, 'Byte');
INSERT INTO deal VALUES (1, 1, 'Deal one'), (2, 1, 'Deal two');
INSERT INTO staff VALUES ('sight_staff', 'The staff'), ('sight_guest', 'A guest');
SELECT relate.create_workspace('sight_crm');
SELECT relate.register_module('contact'), relate.register_module('firm'), relate.register_module('deal'),
       relate.register_module('staff', is_system => true);
SELECT relate.create_relationship_type('job', 'contact', 'firm', label => 'works for', cardinality => 'many_to_one'),
       relate.create_relationship_type('peer', 'contact', 'contact', label => 'is a peer of', is_symmetric => true),
       relate.create_relationship_type('part', 'contact', 'deal', label => 'takes part in'),
       relate.create_relationship_type('assignment', 'contact', 'staff', 'many_to_one', label => 'is assigned to');
SELECT relate.connect('contact', 1, 'works for', 'firm', 1), relate.connect('contact', 3, 'works for', 'firm', 1),
       relate.connect('contact', 1, 'is a peer of', 'contact', 2), relate.connect('contact', 1, 'is a peer of', 'contact', 3),
       relate.connect('contact', 1, 'takes part in', 'deal', '(1,1)'), relate.connect('contact', 3, 'takes part in', 'deal', '(2,1)');
SELECT relate.set_status('contact', 1, 'Customer'), relate.set_status('contact', 3, 'Customer');
SELECT relate.grant_role('sight_staff', 'editor'), relate.grant_role('sight_guest', 'reader');
GRANT SELECT, INSERT, UPDATE, DELETE ON contact, firm, deal, staff TO sight_staff;
GRANT SELECT (id, is_secret) ON contact TO sight_guest;
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY open ON contact USING (NOT is_secret);

-- Every way to read them, and how many relationships each shows.
CREATE FUNCTION counts() RETURNS TABLE (way text, found bigint) LANGUAGE sql SET search_path = sight AS $$
    SELECT 'table', count(*) FROM sight_crm.relationship UNION ALL
    SELECT 'list', count(*) FROM sight_crm.relationship_list UNION ALL
    SELECT 'sides', count(*) FROM sight_crm.relationship_sides UNION ALL
    SELECT 'report', count(*) FROM relate.relationship_report() UNION ALL
    SELECT 'related_records', count(*) FROM relate.related_records('contact', 1) UNION ALL
    SELECT 'related_records_of', count(*) FROM relate.related_records_of('contact', '{1,2,3,4}') UNION ALL
    SELECT 'of the firm', count(*) FROM relate.related_records('firm', 1) UNION ALL
    SELECT 'of the secret one', count(*) FROM relate.related_records('contact', 3) UNION ALL
    SELECT 'are_related', count(*) FROM generate_series(1, 4) AS i WHERE relate.are_related('job', i, 1) UNION ALL
    SELECT 'overview', sum((r ->> 'count')::int) FROM jsonb_array_elements(relate.record_overview('contact', 1) -> 'related') AS r UNION ALL
    SELECT 'preview_delete', count(*) FROM relate.preview_delete('contact', 1) UNION ALL
    SELECT 'types', sum(total) FROM relate.relationship_type_stats() UNION ALL
    SELECT 'statuses', count(*) FROM sight_crm.record_status UNION ALL
    SELECT 'records_with_status', count(*) FROM relate.records_with_status('contact') UNION ALL
    SELECT 'status_of', count(relate.status_of('contact', i)) FROM generate_series(1, 4) AS i
$$;
-- Without it, who may read the workspace sees all.
SET ROLE sight_staff;
SELECT * FROM counts();
SET ROLE sight_staff;
SELECT attempt($$SELECT relate.enable_record_security('sight_crm')$$) AS not_the_owner;
SET ROLE sight_owner;
SELECT attempt(s) FROM unnest(ARRAY[$$SELECT relate.enable_record_security(NULL)$$, $$SELECT relate.enable_record_security('none')$$]) AS s;
SELECT relate.enable_record_security('sight_crm');
SELECT tablename, policyname, permissive, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'sight_crm' ORDER BY 1, 2;
-- The owner sees all.
SELECT * FROM counts();
-- The secret contact's relationships are gone for the staff ...
SET ROLE sight_staff;
SELECT * FROM counts();
-- ... and the guest has no right to any firm or deal.
SET ROLE sight_guest;
SELECT way, found FROM counts() WHERE way <> 'report';
SELECT source_module, source_key, target_module, target_key FROM sight_crm.relationship_list ORDER BY relationship_id;
SET ROLE sight_owner;

-- By the index, though policies are in force.
SET ROLE sight_staff;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT FROM sight_crm.relationship WHERE source_module_id = 1 AND source_key OPERATOR(relate.=) 1;
RESET enable_seqscan;

-- ---- writing: both records must be seen -----------------------------------------------
SELECT attempt($$SELECT relate.connect('contact', 2, 'works for', 'firm', 1)$$),
       attempt($$SELECT relate.connect('contact', 4, 'works for', 'firm', 1)$$),
       attempt($$SELECT relate.connect('contact', 99, 'works for', 'firm', 1)$$),
       attempt($$SELECT relate.connect('contact', 2, 'works for', 'firm', 99)$$);
-- In the statement that makes the record.
WITH made AS (INSERT INTO contact VALUES (5, 'Eve', false) RETURNING id)
INSERT INTO sight_crm.relationship (type_id, source_key, target_key) SELECT 1, id, 2 FROM made;
SELECT attempt($$WITH made AS (INSERT INTO contact VALUES (6, 'Fay', false) RETURNING id)
    INSERT INTO sight_crm.relationship (type_id, source_key, target_key) SELECT 2, id, 3 FROM made$$);
-- What is not seen can neither be changed, ended nor deleted; nor can one be moved to where it is not seen.
SELECT relationship_id FROM sight_crm.relationship ORDER BY 1;
SELECT attempt(s) FROM unnest(ARRAY[$$SELECT relate.end_relationship(2, '2024-01-01')$$, $$SELECT relate.delete_relationship(2)$$,
    $$SELECT relate.update_relationship(2, importance => 5)$$, $$DELETE FROM sight_crm.relationship WHERE relationship_id = 2$$,
    $$UPDATE sight_crm.relationship SET target_key = '3' WHERE relationship_id = 3$$,
    $$SELECT relate.update_relationship(3, importance => 5)$$, $$SELECT relate.set_status('contact', 4, 'Customer')$$,
    $$SELECT relate.set_status('contact', 2, 'Customer')$$, $$SELECT relate.set_status('contact', 3, NULL)$$]) AS s;
-- COPY by names works, to the table it is the owner's.
COPY sight_crm.relationship_list (relationship_type, source_key, target_key) FROM STDIN;
peer	2	5
\.
-- (From a file: versions of psql differ in what they do with data in line after a COPY that is refused at once.)
\copy sight_crm.relationship (type_id, source_key, target_key) FROM /dev/null
-- Rules hold against what is not seen, and tell no more than that.
INSERT INTO contact VALUES (7, 'Gus', false);
RESET ROLE;
UPDATE sight.contact SET is_secret = true WHERE id = 5;
SET ROLE sight_staff;
SELECT attempt($$INSERT INTO sight_crm.relationship (type_id, source_key, target_key) VALUES (1, 1, 2)$$);
SELECT attempt($$DELETE FROM firm WHERE id = 2$$), attempt($$DELETE FROM firm WHERE id = 1$$);
SET ROLE sight_owner;
SELECT relate.validate('sight_crm');

-- ---- policies of modules that look at relationships -------------------------------------
-- Staff see the contacts that are assigned to them: by a function, by the table, by related records.
SELECT relate.connect('contact', 3, 'is assigned to', 'staff', 'sight_staff'), relate.connect('contact', 2, 'is assigned to', 'staff', 'sight_staff'),
       relate.connect('contact', 1, 'is assigned to', 'staff', 'sight_guest');
CREATE FUNCTION seen() RETURNS TABLE (contacts text, assignments text, jobs text, peers text) LANGUAGE sql SET search_path = sight AS $$
    SELECT (SELECT string_agg(id::text, ' ' ORDER BY id) FROM contact),
           (SELECT string_agg(source_key || '-' || target_key, ' ' ORDER BY source_key) FROM sight_crm.relationship WHERE type_id = 4),
           (SELECT string_agg(source_key || '-' || target_key, ' ' ORDER BY source_key) FROM sight_crm.relationship WHERE type_id = 1),
           (SELECT string_agg(source_key || '-' || target_key, ' ' ORDER BY source_key, target_key) FROM sight_crm.relationship WHERE type_id = 2)
$$;
DROP POLICY open ON contact;
CREATE POLICY assigned ON contact USING (relate.are_related('assignment', id, current_user::text));
SET ROLE sight_staff;
SELECT * FROM seen();
SELECT id, (SELECT string_agg(module || ' ' || key, ', ' ORDER BY relationship_id) FROM relate.related_records('contact', id)) AS related
FROM contact ORDER BY id;
SET ROLE sight_owner;
DROP POLICY assigned ON contact;
CREATE POLICY assigned ON contact USING (EXISTS (SELECT FROM sight_crm.relationship r
    WHERE r.type_id = 4 AND r.source_module_id = 1 AND r.source_key OPERATOR(relate.=) id AND r.target_key OPERATOR(relate.=) current_user::text::relate.record_key));
SET ROLE sight_staff;
SELECT * FROM seen();
SET ROLE sight_owner;
DROP POLICY assigned ON contact;
CREATE POLICY assigned ON contact USING (EXISTS (SELECT FROM relate.related_records('contact', id, '{assignment}') AS r WHERE r.key::text = current_user));
SET ROLE sight_staff;
SELECT * FROM seen();
-- The policy decides on all of the record's relationships that the other end lets it see.
SET ROLE sight_owner;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
CREATE POLICY self ON staff USING (login = current_user);
SET ROLE sight_staff;
SELECT * FROM seen();
-- Where the other end is closed, so is what depends on it.
SET ROLE sight_owner;
DROP POLICY self ON staff;
SET ROLE sight_staff;
SELECT * FROM seen();
-- Two tables that each wait for the other: nobody is shown a record only because it would be shown.
SET ROLE sight_owner;
CREATE POLICY has_contacts ON staff USING (EXISTS (SELECT FROM relate.related_records('staff', login, '{assignment}') AS r));
SET ROLE sight_staff;
SELECT * FROM seen();
SELECT count(*) FROM staff;
-- Writers, too.
SET ROLE sight_owner;
DROP POLICY has_contacts ON staff;
CREATE POLICY everybody ON staff USING (true);
SET ROLE sight_staff;
SELECT attempt($$SELECT relate.connect('contact', 2, 'is a peer of', 'contact', 3)$$),
       attempt($$SELECT relate.connect('contact', 2, 'is a peer of', 'contact', 1)$$);
-- An error on the way leaves nothing behind.
SET ROLE sight_owner;
CREATE FUNCTION fails() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'policy fails'; END $$;
CREATE POLICY fails ON contact AS RESTRICTIVE USING (fails());
SET ROLE sight_staff;
SELECT attempt('SELECT * FROM seen()');
SET ROLE sight_owner;
DROP POLICY fails ON contact;
SET ROLE sight_staff;
SELECT * FROM seen();
-- Who asks to be told rather than shown less is told.
SET row_security = off;
SELECT attempt($$SELECT * FROM sight_crm.relationship$$), attempt($$SELECT * FROM relate.related_records('contact', 2)$$);
RESET row_security;

-- ---- other policies of the owner's ---------------------------------------------------------
SET ROLE sight_owner;
SELECT relate.enable_record_security('sight_crm'); -- again
CREATE POLICY mine ON sight_crm.relationship AS RESTRICTIVE USING (type_id <> 1);
SET ROLE sight_staff;
SELECT * FROM seen();
SET ROLE sight_owner;
SELECT relate.disable_record_security('sight_crm');
SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'sight_crm'::regnamespace AND relname IN ('relationship', 'record_status') ORDER BY 1;
DROP POLICY mine ON sight_crm.relationship;
CREATE POLICY mine ON sight_crm.relationship FOR SELECT USING (type_id <> 1);
SELECT relate.enable_record_security('sight_crm');
SELECT tablename, policyname, permissive FROM pg_policies WHERE schemaname = 'sight_crm' ORDER BY 1, 2;
SET ROLE sight_staff;
SELECT * FROM seen();
SET ROLE sight_owner;
DROP POLICY mine ON sight_crm.relationship;
SELECT relate.disable_record_security('sight_crm');
SELECT count(*) AS policies FROM pg_policies WHERE schemaname = 'sight_crm';
SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'sight_crm'::regnamespace AND relname IN ('relationship', 'record_status') ORDER BY 1;
SET ROLE sight_staff;
SELECT relate.can_see_record('sight_crm.module', 1, 1) AS own, relate.can_see_record('sight_crm.module', 1, 2) AS assigned,
       relate.can_see_record('sight_crm.module', 99, 2) AS no_module, relate.can_see_record('sight_crm.module', 1, 'x') AS no_key;
RESET ROLE;
-- The policies go with the workspace, and follow it when it is renamed.
SELECT relate.enable_record_security('sight_crm');
ALTER SCHEMA sight_crm RENAME TO sight_renamed;
SET relate.workspace = 'sight_renamed';
SET ROLE sight_staff;
SELECT count(*) FROM sight_renamed.relationship;
RESET ROLE;
SELECT relate.drop_workspace('sight_renamed', 'cascade');
RESET search_path;
DROP OWNED BY sight_owner, sight_staff, sight_guest CASCADE;
DROP ROLE sight_owner, sight_staff, sight_guest;
