-- What make.sql's world refuses: each statement is undone, and printed with its SQLSTATE and constraint.
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rule text;
BEGIN
    EXECUTE statement;
    RAISE SQLSTATE 'UNDO0';
EXCEPTION
    WHEN SQLSTATE 'UNDO0' THEN RETURN 'accepted';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME;
        RETURN concat_ws(' ', SQLSTATE, nullif(rule, ''), SQLERRM);
END $$;
CREATE FUNCTION pg_temp.company(n int) RETURNS uuid LANGUAGE sql RETURN format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid;
SELECT n, pg_temp.refusal(statement) FROM unnest(ARRAY[
    $$SELECT relate.connect('person', 1, 'marriage', 'person', 6)$$,
    $$SELECT relate.connect('person', 2, 'marriage', 'person', 1, '2020-01-01')$$,
    $$SELECT relate.create_relationship('subsidiary', pg_temp.company(1), pg_temp.company(4))$$,
    $$SELECT relate.create_relationship('mentor', 1, 6)$$,
    $$SELECT relate.create_relationship('manager', pg_temp.company(1), 3)$$,
    $$SELECT relate.create_relationship('manager', pg_temp.company(1), 3, start_date => '2020-01-01')$$,
    $$SELECT relate.create_relationship('visit', 7, 1000, '2024-06-01')$$,
    $$SELECT relate.create_relationship('visit', 7, 4711)$$,
    $$SELECT relate.create_relationship('employment', 11, pg_temp.company(1))$$,
    $$SELECT relate.create_relationship('employment', 'no number', pg_temp.company(1))$$,
    $$SELECT relate.create_relationship('assigned', pg_temp.company(4), 1)$$,
    $$SELECT relate.create_relationship('mentor', 9, 9)$$,
    $$SELECT relate.create_relationship('purchase', pg_temp.company(3), '(10248,2)')$$,
    $$SELECT relate.create_relationship('purchase', pg_temp.company(3), '(10248,2)', email => 'a@b')$$,
    $$SELECT relate.create_relationship_type('tickets', 'company', 'account', 'one_to_many')$$,
    $$SELECT relate.create_relationship_type('marriage', 'person', 'person')$$,
    $$INSERT INTO crm.relationship (type_id, source_key, target_key) SELECT type_id, 3, 1000 FROM crm.relationship_type WHERE name = 'visit'$$,
    $$INSERT INTO crm.relationship_list (relationship_type, source_key, target_key) VALUES ('mentor', 2, 4)$$,
    $$UPDATE crm.relationship SET end_date = '1990-01-01' WHERE relationship_id = 2$$,
    $$UPDATE crm.relationship SET importance = 9 WHERE relationship_id = 2$$,
    $$UPDATE crm.relationship SET is_primary = true WHERE relationship_id = 9$$,
    $$DELETE FROM archive.person WHERE id = 6$$,
    $$DELETE FROM archive.person WHERE id = 12$$,
    $$DELETE FROM zoo.company$$,
    $$DELETE FROM zoo.event WHERE id = 1000$$,
    $$DELETE FROM zoo.event_new$$,
    $$TRUNCATE zoo.company$$,
    $$TRUNCATE zoo.event_old$$,
    $$UPDATE archive.person SET kind = 'organization' WHERE id = 1$$,
    $$UPDATE archive.person SET id = 100 WHERE id = 1$$,
    $$UPDATE zoo.event SET id = 5000 WHERE id = 995$$,
    $$DELETE FROM public.code WHERE code = '007'$$,
    $$UPDATE crm.relationship_type SET cardinality = 'one_to_one' WHERE name = 'employment'$$,
    $$DELETE FROM crm.relationship_type WHERE name = 'employment'$$,
    $$DELETE FROM crm.module WHERE name = 'person'$$,
    $$INSERT INTO crm.record_status SELECT module_id, 2, 1, current_date, now(), 'x' FROM crm.module WHERE name = 'company'$$,
    $$SELECT relate.set_status('person', 3, 'Prospect')$$,
    $$SELECT relate.set_status('person', 4711, 'Customer')$$,
    $$SELECT relate.create_workspace('crm')$$,
    $$SET LOCAL relate.workspace = 'Other "one"'; SELECT relate.connect('person', 3, 'friendship', 'person', 1)$$,
    $$SELECT relate.connect('person', 7, 'works for', 'company', pg_temp.company(6))$$,
    $$UPDATE zoo.contract SET follows = 6 WHERE id = 1$$
    ]) WITH ORDINALITY AS s (statement, n);
