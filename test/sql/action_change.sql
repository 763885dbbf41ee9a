-- update_relationship, end_relationship, delete_relationship; and with whose rights all verbs run.
SET client_min_messages = warning;
SET DateStyle = 'ISO';
SELECT relate.create_workspace('action_change');
SET relate.workspace = 'action_change';
SET search_path = action_change;

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

-- The rule that a statement breaks; what it then says is shown by the tests of the rules.
CREATE FUNCTION broken_rule(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT split_part(line, ':', 1) FROM refusal(statement) AS line LIMIT 1
$$;

CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO person SELECT i, 'Person ' || i FROM generate_series(1, 9) AS i;
CREATE TABLE company (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO company SELECT i, 'Company ' || i FROM generate_series(1, 9) AS i;
SELECT relate.register_module('person', kind => 'individual'), relate.register_module('company', kind => 'organization');
SELECT relate.create_relationship_type('employment', 'person', 'company', 'many_to_one',
           'Employee', 'Employer', 'is employed by', 'employs', default_importance => 2),
       relate.create_relationship_type('advice', 'person', 'company', 'many_to_many',
           'Adviser', 'Client', 'advises', 'is advised by'),
       relate.create_relationship_type('foundation', 'person', 'company', 'many_to_many',
           'Founder', 'Company', 'founded', 'was founded by', is_perpetual => true),
       relate.create_relationship_type('friendship', 'person', 'person', 'many_to_many',
           'Friend', 'Friend', 'is a friend of', 'is a friend of', is_symmetric => true),
       relate.create_relationship_type('dealing', NULL, NULL, 'many_to_many',
           'Party', 'Counterparty', 'deals with', 'is dealt with by');
CREATE VIEW shown AS
SELECT relationship_id AS id, relationship_type AS type, source_key AS source, target_key AS target, start_date, end_date,
       importance AS imp, description, email, phone, address, address_module AS at, address_key AS key, is_primary AS prim, attributes
FROM relationship_list ORDER BY relationship_id;

-- Update: null leaves things as they are, clear empties them, then values are set.
SELECT relate.create_relationship('employment', 1, 1, '2001-01-01', '2001-12-31', 5, 'Sales', 'p1@c1.example', '555', 'Main St 1',
                                  '{"desk": 4}');
SELECT relate.update_relationship(1);
SELECT * FROM shown;
SELECT relate.update_relationship(1, '2000-01-01', '2002-12-31', 4, 'Head of sales', 'boss@c1.example', '777', 'Main St 2', '{}',
                                  true, 'advice', 'company', 1);
SELECT * FROM shown;
SELECT relate.update_relationship(1, importance => 1, description => 'Gone',
    clear => '{start_date,end_date,importance,description,email,phone,address,attributes,address_key}');
SELECT * FROM shown;
SELECT relate.update_relationship(1, type => 'employment', is_primary => false, clear => '{importance}');
SELECT * FROM shown;
SELECT updated_by = current_user AS updated FROM relationship;
-- A perpetual type hides the dates, and another shows them again.
SELECT relate.update_relationship(1, '2001-01-01', '2001-12-31');
SELECT relate.update_relationship(1, type => 'foundation');
SELECT * FROM shown;
SELECT refusal($$SELECT relate.update_relationship(1, '2003-01-01')$$);
SELECT refusal($$SELECT relate.update_relationship(1, clear => '{end_date}')$$);
SELECT relate.update_relationship(1, type => 'employment');
SELECT * FROM shown;
SELECT refusal($$SELECT relate.update_relationship(1, end_date => '2003-01-01', type => 'foundation')$$);
-- Refused.
SELECT refusal($$SELECT relate.update_relationship(1, type => 'friendship')$$);
SELECT refusal($$SELECT relate.update_relationship(1, type => 'dealing')$$);
SELECT refusal($$SELECT relate.update_relationship(1, type => 'employmint')$$);
SELECT refusal($$SELECT relate.update_relationship(1, clear => '{end_date,type}')$$);
SELECT refusal($$SELECT relate.update_relationship(1, clear => '{end_date,NULL}')$$);
SELECT refusal($$SELECT relate.update_relationship(1, address_module => 'flat')$$);
SELECT refusal($$SELECT relate.update_relationship(991)$$);
SELECT refusal($$SELECT relate.update_relationship(NULL)$$);
-- The rules hold: reversed dates, importance, and the person's other employer at that time.
SELECT broken_rule($$SELECT relate.update_relationship(1, '2005-01-01')$$);
SELECT broken_rule($$SELECT relate.update_relationship(1, importance => 6)$$);
SELECT relate.create_relationship('employment', 1, 2, '2002-01-01');
SELECT broken_rule($$SELECT relate.update_relationship(1, clear => '{end_date}')$$);

-- End, by id: the day is the last one; what ended earlier stays so.
SELECT relate.end_relationship(2, '2005-06-30'), relate.end_relationship(2, '2006-12-31'), relate.end_relationship(2);
SELECT relate.end_relationship(2, '2004-12-31');
SELECT start_date, end_date FROM relationship WHERE relationship_id = 2;
SELECT relate.create_relationship('employment', 2, 2, current_date - 5);
SELECT relate.end_relationship(3) = current_date AS today, end_date = current_date AS written FROM relationship WHERE relationship_id = 3;
SELECT end_date = current_date AS written FROM relationship WHERE relationship_id = 3;
SELECT refusal($$SELECT relate.end_relationship(2, '2001-12-31')$$);
SELECT relate.create_relationship('foundation', 2, 2);
SELECT refusal($$SELECT relate.end_relationship(4)$$);
SELECT refusal($$SELECT relate.end_relationship(991)$$);
SELECT refusal($$SELECT relate.end_relationship(NULL::bigint)$$);
SELECT refusal($$SELECT relate.end_relationship(2, NULL)$$);
SELECT refusal($$SELECT relate.end_relationship(2, '-infinity')$$);

-- Delete, by id.
SELECT relate.delete_relationship(4);
SELECT refusal($$SELECT relate.delete_relationship(4)$$);
SELECT refusal($$SELECT relate.delete_relationship(NULL)$$);

-- The same by type and records. Of several stints, the last that has begun ends; a day names the one to delete.
TRUNCATE relationship RESTART IDENTITY;
SELECT relate.create_relationship('advice', 1, 1, '2001-01-01', '2001-12-31'), relate.create_relationship('advice', 1, 1, '2003-01-01'),
       relate.create_relationship('advice', 2, 1, '2003-01-01');
SELECT relate.end_relationship('advice', 1, 1, '2002-06-30'), relate.end_relationship('advice', 1, 1, '2004-12-31'),
       relate.end_relationship('advice', 1, 1);
SELECT refusal($$SELECT relate.end_relationship('advice', 1, 1, '1999-12-31')$$);
SELECT id, type, source, target, start_date, end_date FROM shown;
SELECT refusal($$SELECT relate.delete_relationship('advice', 1, 1)$$);
SELECT refusal($$SELECT relate.delete_relationship('advice', 1, 1, '2002-06-30')$$);
SELECT relate.delete_relationship('advice', 1, 1, '2001-06-30');
SELECT relate.delete_relationship('advice', 1, '1');
SELECT refusal($$SELECT relate.delete_relationship('advice', 1, 1)$$);
SELECT refusal($$SELECT relate.end_relationship('advice', 1, 1)$$);
-- The wrong way round is another relationship, unless the type is symmetric. Keys are normalised.
SELECT relate.create_relationship('friendship', 3, 1, '2001-01-01');
SELECT relate.end_relationship('friendship', 1, '003', '2005-12-31');
SELECT relate.delete_relationship('friendship', '01', 3);
-- Modules need a name where the type leaves them open.
SELECT relate.create_relationship('dealing', 1, 2, '2001-01-01', source_module => 'person', target_module => 'company');
SELECT refusal($$SELECT relate.end_relationship('dealing', 1, 2, '2005-12-31')$$);
SELECT refusal($$SELECT relate.end_relationship('dealing', 1, 2, '2005-12-31', 'company', 'person')$$);
SELECT relate.end_relationship('dealing', 1, 2, '2005-12-31', 'person', 'company');
SELECT relate.delete_relationship('dealing', 1, 2, source_module => 'person', target_module => 'company');
-- A perpetual one cannot be ended.
SELECT relate.create_relationship('foundation', 1, 1);
SELECT refusal($$SELECT relate.end_relationship('foundation', 1, 1)$$);
SELECT relate.delete_relationship('foundation', 1, 1);
-- Bad arguments.
SELECT refusal($$SELECT relate.end_relationship('advise', 1, 1)$$);
SELECT refusal($$SELECT relate.delete_relationship('advise', 1, 1)$$);
SELECT refusal($$SELECT relate.end_relationship(NULL, 1, 1)$$);
SELECT refusal($$SELECT relate.delete_relationship('advice', NULL::int, 1)$$);
SELECT refusal($$SELECT relate.end_relationship('advice', 2, 1, NULL)$$);
SELECT count(*) FROM relationship;

-- The verbs run with the rights of the caller.
TRUNCATE relationship RESTART IDENTITY;
SELECT relate.create_relationship('advice', 1, 1, '2001-01-01');
CREATE ROLE relate_action_reader;
CREATE ROLE relate_action_editor;
GRANT relate_action_reader, relate_action_editor TO CURRENT_USER;
SELECT relate.grant_role('relate_action_reader', 'reader'), relate.grant_role('relate_action_editor', 'editor');
GRANT EXECUTE ON FUNCTION refusal(text) TO relate_action_reader, relate_action_editor;
SET ROLE relate_action_reader;
SELECT refusal($$SELECT relate.create_relationship('advice', 2, 1)$$);
SELECT refusal($$SELECT relate.connect('person', 2, 'advises', 'company', 1)$$);
SELECT refusal($$SELECT relate.update_relationship(1, importance => 5)$$);
SELECT refusal($$SELECT relate.end_relationship(1)$$);
SELECT refusal($$SELECT relate.delete_relationship(1)$$);
SELECT refusal($$SELECT relate.set_status('person', 1, 'Customer')$$);
SELECT refusal($$SELECT relate.add_status('person', 'Friend')$$);
SELECT relate.status_of('person', 1);
SET ROLE relate_action_editor;
SELECT relate.connect('company', 2, 'is advised by', 'person', 2), relate.update_relationship(1, importance => 5),
       relate.end_relationship(1, '2004-12-31'), relate.set_status('person', 1, 'Customer');
SELECT relate.connect('company', 2, 'is advised by', 'person', 2, on_conflict => 'replace');
SELECT relate.delete_relationship('advice', 1, 1);
SELECT refusal($$SELECT relate.add_status('person', 'Friend')$$);
SELECT source_key, target_key FROM relationship;
SELECT relate.status_of('person', 1), set_by FROM relate.records_with_status('person', 'Customer');
RESET ROLE;

RESET search_path;
DROP SCHEMA action_change CASCADE;
DROP ROLE relate_action_reader, relate_action_editor;
