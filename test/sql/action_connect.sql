-- connect: the type by its label, role or name, stored the right way round.
SET client_min_messages = warning;
SET DateStyle = 'ISO';
SELECT relate.create_workspace('action_connect');
SET relate.workspace = 'action_connect';
SET search_path = action_connect;

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

CREATE TABLE contact (id int PRIMARY KEY, name text NOT NULL, kind char(20));
INSERT INTO contact VALUES (1, 'Jim Smith', 'individual'), (2, 'Bob Jones', 'individual'),
                           (3, 'Widget Consulting', 'organization'), (4, 'Amalgamated Widget', 'organization');
CREATE TABLE organization (code text PRIMARY KEY, name text NOT NULL);
INSERT INTO organization VALUES ('WW', 'Worldwide Widgets'), ('WSU', 'West State University');
SELECT relate.register_module('contact', kind_column => 'kind'),
       relate.register_module('organization', kind => 'organization');

SELECT relate.create_relationship_type('employment', 'contact', 'organization', 'many_to_many',
           'Employee', 'Employer', 'is employed by', 'is the employer of', has_contact_details => true),
       relate.create_relationship_type('study', 'contact', 'organization', 'many_to_many',
           'Alumnus', 'University', 'studied at', 'taught'),
       relate.create_relationship_type('sponsoring', 'contact', 'organization', 'many_to_many',
           'Sponsor', 'Protege', 'supports', 'is supported by'),
       relate.create_relationship_type('volunteering', 'contact', 'organization', 'many_to_many',
           'Volunteer', 'Protege', 'supports', 'is helped by'),
       relate.create_relationship_type('friendship', 'contact', 'contact', 'many_to_many',
           'Friend', 'Friend', 'is a friend of', 'is a friend of', is_symmetric => true),
       relate.create_relationship_type('mentoring', 'contact', 'contact', 'many_to_many',
           'Mentor', 'Mentee', 'mentors', 'is mentored by'),
       relate.create_relationship_type('membership', 'contact', 'contact', 'many_to_many',
           'Member', 'Club', 'belongs to', 'has the member', source_kind => 'individual', target_kind => 'organization'),
       relate.create_relationship_type('ownership', 'contact', 'contact', 'many_to_many',
           'Subsidiary', 'Parent', 'belongs to', 'owns', source_kind => 'organization', target_kind => 'organization'),
       relate.create_relationship_type('dealing', NULL, NULL, 'many_to_many',
           'Party', 'Party', 'has to do with', 'has to do with', is_symmetric => true),
       relate.create_relationship_type('fax', 'contact', 'organization', 'many_to_many',
           'Fax sender', 'Fax receiver', 'faxes', 'is faxed by');
UPDATE relationship_type SET is_active = false WHERE name = 'fax';

-- The same said from either side, by label, role and name, in any case of letters.
SELECT relate.connect('contact', 1, 'is employed by', 'organization', 'WW', '2001-01-01', '2001-12-31'),
       relate.connect('organization', 'WW', 'is the employer of', 'contact', 1, '2002-01-01', '2002-12-31'),
       relate.connect('contact', 1, 'EMPLOYEE', 'organization', 'WW', '2003-01-01', '2003-12-31'),
       relate.connect('organization', 'WW', 'employer', 'contact', 1, '2004-01-01', '2004-12-31'),
       relate.connect('contact', 1, 'employment', 'organization', 'WW', '2005-01-01', '2005-12-31'),
       relate.connect('organization', 'WW', 'Employment', 'contact', 1, '2006-01-01', '2006-12-31');
SELECT relationship_type, source_module, source_key, source_role, target_module, target_key, target_role, start_date
FROM relationship_list ORDER BY start_date;

-- Between records of one module the first is the source by name, and what the words say by label and role.
TRUNCATE relationship RESTART IDENTITY;
SELECT relate.connect('contact', 1, 'mentoring', 'contact', 2, '2001-01-01', '2001-12-31'),
       relate.connect('contact', 1, 'mentee', 'contact', 2, '2002-01-01', '2002-12-31'),
       relate.connect('contact', 1, 'mentors', 'contact', 2, '2003-01-01', '2003-12-31'),
       relate.connect('contact', 1, 'is mentored by', 'contact', 2, '2004-01-01', '2004-12-31'),
       relate.connect('contact', 1, 'friend', 'contact', 2, '2005-01-01', '2005-12-31'),
       relate.connect('contact', 2, 'is a friend of', 'contact', 1, '2006-01-01', '2006-12-31');
SELECT relationship_type, source_key, source_role, target_key, target_role, start_date
FROM relationship_list ORDER BY start_date;

-- The kind of the records decides between types with the same words.
TRUNCATE relationship RESTART IDENTITY;
SELECT relate.connect('contact', 1, 'belongs to', 'contact', 3), relate.connect('contact', 3, 'belongs to', 'contact', 4),
       relate.connect('contact', 3, 'membership', 'contact', 2);
SELECT relationship_type, source_key, target_key FROM relationship_list ORDER BY relationship_id;
-- Where no kind fits, the rule speaks.
SELECT broken_rule($$SELECT relate.connect('contact', 1, 'owns', 'contact', 2)$$);

-- Types open to every module, and everything else that can be said.
TRUNCATE relationship RESTART IDENTITY;
SELECT relate.connect('organization', 'WSU', 'has to do with', 'contact', 2, '2001-01-01', NULL, 5, 'A long story',
                      attributes => '{"since": "ever"}');
SELECT relate.connect('organization', 'WW', 'Employer', 'contact', 2, '2001-01-01', importance => 4,
                      description => 'Sales', email => 'bob@ww.example', phone => '555', address => 'Main St 1',
                      is_primary => true);
SELECT relationship_type, source_module, source_key, target_module, target_key, start_date, end_date, importance,
       description, email, phone, address, is_primary, attributes
FROM relationship_list ORDER BY relationship_id;

-- Keys are normalised: 007 is no second Bob. A text column needs no cast.
SELECT relate.connect('contact', '0002', 'mentors', 'contact', c.name) FROM (VALUES (text '+1')) AS c (name);
SELECT relationship_type, source_key, target_key FROM relationship_list WHERE relationship_type = 'mentoring';

-- Several types fit: the candidates are listed, and the hint works.
SELECT refusal($$SELECT relate.connect('contact', 1, 'supports', 'organization', 'WSU')$$);
SELECT refusal($$SELECT relate.connect('organization', 'WSU', 'protege', 'contact', 1)$$);
SELECT relate.connect('contact', '1', 'sponsoring', 'organization', 'WSU') IS NOT NULL AS connected;

-- Nothing fits: what would, the other way round, an inactive type, other modules, a slip of the pen, nothing at all.
SELECT refusal($$SELECT relate.connect('contact', 1, 'is the employer of', 'organization', 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'university', 'organization', 'WSU')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'faxes', 'organization', 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'mentors', 'organization', 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'studdied at', 'organization', 'WSU')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'xyz', 'organization', 'WSU')$$);
UPDATE relationship_type SET is_active = false WHERE name = 'dealing';
SELECT refusal($$SELECT relate.connect('organization', 'WW', 'xyz', 'organization', 'WSU')$$);

-- Bad arguments.
SELECT refusal($$SELECT relate.connect('contract', 1, 'faxes', 'organization', 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'faxes', 'organisation', 'WW')$$);
SELECT refusal($$SELECT relate.connect(NULL, 1, 'faxes', 'organization', 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', NULL::int, 'faxes', 'organization', 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, NULL, 'organization', 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'studied at', NULL, 'WW')$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'studied at', 'organization', NULL::text)$$);
SELECT refusal($$SELECT relate.connect('contact', 1, 'studied at', 'organization', 'WSU', on_conflict => 'ignore')$$);
-- The rules of the workspace.
SELECT broken_rule($$SELECT relate.connect('contact', 9, 'studied at', 'organization', 'WSU')$$);
SELECT broken_rule($$SELECT relate.connect('contact', 'one', 'studied at', 'organization', 'WSU')$$);
SELECT broken_rule($$SELECT relate.connect('contact', 1, 'studied at', 'organization', 'MIT')$$);
SELECT broken_rule($$SELECT relate.connect('contact', 1, 'mentors', 'contact', 1)$$);
SELECT broken_rule($$SELECT relate.connect('contact', 1, 'studied at', 'organization', 'WSU', '2020-01-01', '2019-01-01')$$);
SELECT broken_rule($$SELECT relate.connect('contact', 1, 'studied at', 'organization', 'WSU', importance => 6)$$);
SELECT broken_rule($$SELECT relate.connect('contact', 1, 'mentors', 'contact', 2, email => 'a@b.example')$$);
SELECT count(*) FROM relationship;

RESET search_path;
DROP SCHEMA action_connect CASCADE;
