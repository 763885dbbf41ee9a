-- create_relationship: by type, with what to do about relationships in the way.
SET client_min_messages = warning;
SET DateStyle = 'ISO';
SELECT relate.create_workspace('action_create');
SET relate.workspace = 'action_create';
SET search_path = action_create;

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
CREATE TABLE company (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO company SELECT i, 'Company ' || i FROM generate_series(1, 9) AS i;
CREATE TABLE office (id int PRIMARY KEY, street text NOT NULL);
INSERT INTO office VALUES (1, 'Main St 1');
SELECT relate.register_module('person', kind => 'individual'), relate.register_module('company', kind => 'organization'),
       relate.register_module('office', name_columns => '{street}');
SELECT relate.create_relationship_type('leadership', 'person', 'company', 'one_to_one',
           'Leader', 'Company', 'leads', 'is led by'),
       relate.create_relationship_type('employment', 'person', 'company', 'many_to_one',
           'Employee', 'Employer', 'is employed by', 'employs'),
       relate.create_relationship_type('board', 'person', 'company', 'many_to_many',
           'Director', 'Company', 'sits on the board of', 'is governed by', max_sources_per_target => 3),
       relate.create_relationship_type('membership', 'person', 'company', 'many_to_many',
           'Member', 'Club', 'is a member of', 'has the member'),
       relate.create_relationship_type('marriage', 'person', 'person', 'one_to_one',
           'Spouse', 'Spouse', 'is married to', 'is married to', is_symmetric => true),
       relate.create_relationship_type('triad', 'person', 'person', 'many_to_many',
           'Fellow', 'Fellow', 'is a fellow of', 'is a fellow of', is_symmetric => true,
           max_targets_per_source => 2, max_sources_per_target => 2),
       relate.create_relationship_type('birthplace', 'person', 'company', 'many_to_one',
           'Native', 'Place of birth', 'was born in', 'is the birthplace of', is_perpetual => true),
       relate.create_relationship_type('dealing', NULL, NULL, 'many_to_many',
           'Party', 'Counterparty', 'deals with', 'is dealt with by');

CREATE VIEW shown AS
SELECT source_key, label, target_key, start_date, end_date, is_primary FROM relationship_list
ORDER BY start_date NULLS FIRST, source_key::text, target_key::text;

-- Everything that can be said of a relationship.
SELECT relate.create_relationship('employment', 1, 1, '2001-01-01', '2001-12-31', 5, 'Sales', 'p1@c1.example', '555-1',
    'Main St 1', '{"desk": 4}', is_primary => true, address_module => 'office', address_key => 1);
SELECT source_module, source_key, target_module, target_key, start_date, end_date, importance, description, email, phone,
       address, attributes, is_primary, address_module, address_key
FROM relationship_list;
-- Modules need a name only where the type leaves them open; keys are normalised.
SELECT relate.create_relationship('dealing', '007', 8, source_module => 'person', target_module => 'company');
SELECT source_module, source_key, target_module, target_key, importance FROM relationship_list
WHERE relationship_type = 'dealing';
TRUNCATE relationship RESTART IDENTITY;

-- end_old, one to one: both sides must have room.
SELECT relate.create_relationship('leadership', 1, 1, '2001-01-01'), relate.create_relationship('leadership', 2, 2, '2002-01-01');
SELECT broken_rule($$SELECT relate.create_relationship('leadership', 1, 2, '2010-01-01')$$);
SELECT relate.create_relationship('leadership', 1, 2, '2010-01-01', on_conflict => 'end_old');
SELECT * FROM shown;
-- One that begins later, or on the day, would end before it began: nothing happens.
SELECT relate.create_relationship('leadership', 3, 3, '2012-01-01');
SELECT refusal($$SELECT relate.create_relationship('leadership', 1, 3, '2011-01-01', on_conflict => 'end_old')$$);
SELECT refusal($$SELECT relate.create_relationship('leadership', 4, 3, '2012-01-01', on_conflict => 'end_old')$$);
SELECT count(*) FROM relationship WHERE end_date IS NULL;
-- replace deletes them; with an end, only those that overlap.
SELECT relate.create_relationship('leadership', 1, 3, '2013-01-01', '2013-12-31', on_conflict => 'replace');
SELECT * FROM shown;
TRUNCATE relationship RESTART IDENTITY;

-- many to one: the person changes the company, the company keeps its others.
SELECT relate.create_relationship('employment', p, 1, '2001-01-01') FROM generate_series(1, 2) AS p;
SELECT relate.create_relationship('employment', 1, 2, '2005-01-01', on_conflict => 'end_old');
SELECT * FROM shown;
-- By default the new one begins today, and the old one ends yesterday.
SELECT relate.create_relationship('employment', 2, 3, on_conflict => 'end_old');
SELECT end_date = current_date - 1 AS ended, start_date = current_date AS begun, target_key FROM relationship
WHERE source_key::int = 2 ORDER BY start_date;
TRUNCATE relationship RESTART IDENTITY;

-- Limit 3: only as many as needed, the oldest first.
SELECT relate.create_relationship('board', p, 1, make_date(2000 + p, 1, 1)) FROM generate_series(1, 3) AS p;
SELECT relate.create_relationship('board', 4, 1, '2010-01-01', on_conflict => 'end_old');
SELECT relate.create_relationship('board', 5, 1, '2011-01-01', '2011-12-31', on_conflict => 'replace');
SELECT * FROM shown;
-- There is room after 2009 until 2012, when two more begin: the oldest of those running then gives way.
TRUNCATE relationship RESTART IDENTITY;
SELECT relate.create_relationship('board', 1, 1, '2001-01-01', '2009-12-31'), relate.create_relationship('board', 2, 1, '2002-01-01'),
       relate.create_relationship('board', 3, 1, '2012-01-01'), relate.create_relationship('board', 4, 1, '2013-01-01');
SELECT relate.create_relationship('board', 5, 1, '2010-01-01', '2012-12-31', on_conflict => 'end_old');
SELECT * FROM shown;
SELECT relate.create_relationship('board', 6, 1, '2011-01-01', on_conflict => 'end_old');
SELECT * FROM shown;
TRUNCATE relationship RESTART IDENTITY;

-- many to many: the same pair twice.
SELECT relate.create_relationship('membership', 1, 1, '2001-01-01'), relate.create_relationship('membership', 2, 1, '2001-01-01');
SELECT broken_rule($$SELECT relate.create_relationship('membership', 1, 1, '2005-01-01')$$);
SELECT relate.create_relationship('membership', '01', ' 1', '2005-01-01', on_conflict => 'end_old');
SELECT relate.create_relationship('membership', 2, 1, on_conflict => 'replace');
SELECT * FROM shown;
TRUNCATE relationship RESTART IDENTITY;

-- Symmetric: either way round, and on both sides.
SELECT relate.create_relationship('marriage', 1, 2, '2001-01-01'), relate.create_relationship('marriage', 3, 4, '2002-01-01');
SELECT relate.create_relationship('marriage', 4, 1, '2010-01-01', on_conflict => 'end_old');
SELECT relate.create_relationship('marriage', 1, 4, '2011-01-01', on_conflict => 'end_old');
SELECT * FROM shown;
TRUNCATE relationship RESTART IDENTITY;
SELECT relate.create_relationship('triad', 1, 2, '2001-01-01'), relate.create_relationship('triad', 3, 1, '2002-01-01'),
       relate.create_relationship('triad', 4, 5, '2003-01-01');
SELECT relate.create_relationship('triad', 4, 1, '2010-01-01', on_conflict => 'end_old');
SELECT * FROM shown;
TRUNCATE relationship RESTART IDENTITY;

-- Perpetual: nothing can be ended, dates cannot be given.
SELECT relate.create_relationship('birthplace', 1, 1);
SELECT refusal($$SELECT relate.create_relationship('birthplace', 1, 2, on_conflict => 'end_old')$$);
SELECT refusal($$SELECT relate.create_relationship('birthplace', 1, 2, '2020-01-01')$$);
SELECT refusal($$SELECT relate.create_relationship('birthplace', 1, 2, end_date => '2020-01-01')$$);
SELECT relate.create_relationship('birthplace', 1, 2, on_conflict => 'replace');
SELECT * FROM shown;
TRUNCATE relationship RESTART IDENTITY;

-- Bad arguments.
SELECT refusal($$SELECT relate.create_relationship('membreship', 1, 1)$$);
SELECT refusal($$SELECT relate.create_relationship('xyz', 1, 1)$$);
SELECT refusal($$SELECT relate.create_relationship(NULL, 1, 1)$$);
SELECT refusal($$SELECT relate.create_relationship('membership', NULL::int, 1)$$);
SELECT refusal($$SELECT relate.create_relationship('membership', 1, NULL::text)$$);
SELECT refusal($$SELECT relate.create_relationship('membership', 1, 1, on_conflict => NULL)$$);
SELECT refusal($$SELECT relate.create_relationship('membership', 1, 1, on_conflict => 'ignore')$$);
SELECT refusal($$SELECT relate.create_relationship('dealing', 1, 1, target_module => 'company')$$);
SELECT refusal($$SELECT relate.create_relationship('dealing', 1, 1, 'person')$$);
SELECT refusal($$SELECT relate.create_relationship('dealing', 1, 1, source_module => 'person', target_module => 'firm')$$);
SELECT refusal($$SELECT relate.create_relationship('membership', 1, 1, source_module => 'company')$$);
SELECT refusal($$SELECT relate.create_relationship('membership', 1, 1, address_module => 'street', address_key => 1)$$);
-- The rules of the workspace.
SELECT broken_rule($$SELECT relate.create_relationship('membership', 1, 99)$$);
SELECT broken_rule($$SELECT relate.create_relationship('membership', 'x', 1)$$);
SELECT broken_rule($$SELECT relate.create_relationship('membership', 1, 1, '2020-01-01', '2019-12-31', on_conflict => 'end_old')$$);
SELECT broken_rule($$SELECT relate.create_relationship('membership', 1, 1, 'infinity', on_conflict => 'replace')$$);
SELECT broken_rule($$SELECT relate.create_relationship('membership', 1, 1, importance => 0)$$);
SELECT broken_rule($$SELECT relate.create_relationship('membership', 1, 1, address_module => 'office', address_key => 9)$$);
SELECT count(*) FROM relationship;

RESET search_path;
DROP SCHEMA action_create CASCADE;
