-- What a table of the user's cannot hold of a relationship type is refused, and not kept without effect.
SET client_min_messages = warning;
CREATE SCHEMA adopt_properties;
SET search_path = adopt_properties, pg_temp;
CREATE FUNCTION error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m text; d text; h text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || m, nullif(d, ''), nullif(h, ''));
END $$;
CREATE TABLE person (id int PRIMARY KEY, name text, kind text);
CREATE TABLE club (id int PRIMARY KEY, name text, chair_id int REFERENCES person, parent_id int REFERENCES club);
CREATE TABLE member (person_id int REFERENCES person, club_id int REFERENCES club, joined_on date, left_on date, PRIMARY KEY (person_id, club_id, joined_on));
CREATE TABLE fan (person_id int REFERENCES person ON DELETE CASCADE, club_id int REFERENCES club, PRIMARY KEY (person_id, club_id));
CREATE TABLE friend (a int REFERENCES person, b int REFERENCES person, PRIMARY KEY (a, b));
SELECT relate.create_workspace('adopt_properties_ws');
SET relate.workspace = 'adopt_properties_ws';
SELECT relationship_type, cardinality, storage, note FROM relate.adopt_foreign_keys('adopt_properties', enforce => true);
SELECT relate.alter_module('person', kind_column => 'kind');
CREATE TEMP TABLE before AS SELECT * FROM adopt_properties_ws.relationship_type;

-- Each by alter_relationship_type and by plain DML.
SELECT way, type, property, error_of(statement)
FROM (VALUES ('club_chair', 'max_sources_per_target', '3'), ('club_chair', 'max_sources_per_target', '1'),
             ('club_chair', 'max_targets_per_source', '3'),
             ('member', 'max_targets_per_source', '3'), ('member', 'max_sources_per_target', '1'), ('fan', 'max_targets_per_source', '2'),
             ('club_chair', 'is_perpetual', 'false'), ('fan', 'is_perpetual', 'false'),
             ('fan', 'has_contact_details', 'true'), ('fan', 'source_kind', '''individual'''), ('fan', 'on_kind_change', '''end'''),
             ('friend', 'on_source_delete', '''remove_link'''), ('fan', 'on_source_delete', '''restrict'''),
             ('club_chair', 'cardinality', '''one_to_one'''), ('fan', 'cardinality', '''many_to_one'''))
     AS given (type, property, value)
CROSS JOIN LATERAL (VALUES ('function', format('SELECT relate.alter_relationship_type(%L, %I => %s)', type, property, value)),
                           ('UPDATE', format('UPDATE adopt_properties_ws.relationship_type SET %I = %s WHERE name = %L', property, value, type)))
     AS ways (way, statement)
ORDER BY type, property, value, way;
SELECT error_of($$SELECT relate.alter_relationship_type('friend', source_role => 'Friend', target_role => 'Friend', label => 'is friend of', inverse_label => 'is friend of')$$);
SELECT error_of($$UPDATE adopt_properties_ws.relationship_type SET is_symmetric = true WHERE name = 'friend'$$);
SELECT count(*) AS changed FROM before b JOIN adopt_properties_ws.relationship_type t USING (type_id) WHERE b IS DISTINCT FROM t AND t.name <> 'friend';

-- What a relationship of such a type cannot have.
INSERT INTO person VALUES (1, 'Ann', 'individual'), (2, 'Bo', 'individual');
INSERT INTO club VALUES (1, 'Chess', NULL, NULL), (2, 'Go', NULL, NULL);
SELECT property, error_of(format('SELECT relate.create_relationship(''fan'', 1, 1, %I => %s)', property, value))
FROM (VALUES ('start_date', '''2020-01-01'''), ('importance', '5'), ('description', '''x'''), ('email', '''x'''), ('is_primary', 'true')) AS given (property, value);

-- What has effect.
SELECT relate.alter_relationship_type('fan', default_importance => 5, is_active => false, source_may => '{pay}', category => 'Sport');
INSERT INTO fan VALUES (1, 1);
INSERT INTO member VALUES (1, 1, '2020-01-01', NULL);
SELECT relationship_type, importance FROM relate.related_records('person', 1);
SELECT error_of($$SELECT relate.create_relationship('fan', 2, 1)$$);
SELECT relate.alter_relationship_type('friend', allow_self => false);
SELECT error_of($$SELECT relate.create_relationship('friend', 1, 1)$$);
-- Dates of a junction can be left out of account.
SELECT relate.alter_relationship_type('member', is_perpetual => true);
SELECT start_date, end_date FROM relate.related_records('person', 1, '{member}');

DROP SCHEMA adopt_properties_ws, adopt_properties CASCADE;
