-- Changing a relationship type: what may change, what existing relationships say, what becomes of them.
SET client_min_messages = warning;
SET DateStyle = 'ISO, YMD';
CREATE SCHEMA change_test;
CREATE FUNCTION change_test.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
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
SELECT relate.create_workspace('change_crm');
SET relate.workspace = 'change_crm';
CREATE TABLE change_test.persons (id int PRIMARY KEY, name text);
CREATE TABLE change_test.companies (id int PRIMARY KEY, name text);
INSERT INTO change_test.persons VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid'), (4, 'Dot'), (5, 'Eve');
INSERT INTO change_test.companies VALUES (1, 'Acme'), (2, 'Blue'), (3, 'Core');
SELECT relate.register_module('change_test.persons', kind => 'individual'), relate.register_module('change_test.companies', kind => 'organization');
CREATE FUNCTION change_test.days(wanted text) RETURNS TABLE (source text, target text, first date, last text, mail text)
LANGUAGE sql AS $$
    SELECT r.source_key::text, r.target_key::text, r.start_date,
           CASE r.end_date WHEN current_date THEN 'today' ELSE r.end_date::text END, r.email
    FROM change_crm.relationship r JOIN change_crm.relationship_type USING (type_id) WHERE name = wanted
    ORDER BY r.source_key, r.start_date, r.target_key
$$;

-- ---- properties
SELECT relate.create_relationship_type('job', 'person', 'company') > 0 AS made;
SELECT relate.alter_relationship_type('job', new_name => 'work', source_role => 'Worker', target_role => 'Firm',
    label => 'works at', inverse_label => 'has worker', default_importance => 4, source_may => '{sign}',
    on_source_delete => 'remove_link', category => 'Jobs', description => 'Paid work.', max_targets_per_source => 3,
    on_kind_change => 'end');
SELECT to_jsonb(t) - 'type_id' AS altered FROM change_crm.relationship_type t WHERE name = 'work';
-- A cardinality brings its limits, and takes them away.
SELECT relate.alter_relationship_type('work', cardinality => '1:1');
SELECT cardinality, max_targets_per_source, max_sources_per_target FROM change_crm.relationship_type;
SELECT relate.alter_relationship_type('work', cardinality => 'one_to_many', max_targets_per_source => 7);
SELECT cardinality, max_targets_per_source, max_sources_per_target FROM change_crm.relationship_type;
SELECT relate.alter_relationship_type('work', cardinality => 'many_to_many');
SELECT cardinality, max_targets_per_source, max_sources_per_target FROM change_crm.relationship_type;
-- Back to the defaults.
SELECT relate.alter_relationship_type('work', new_name => 'job', reset => '{source_role,target_role,label,inverse_label,max_targets_per_source,default_importance,source_may,on_source_delete,on_kind_change,category,description,has_contact_details}');
SELECT to_jsonb(t) - 'type_id' AS reset FROM change_crm.relationship_type t WHERE name = 'job';
-- Modules and kinds, while nothing uses the type.
SELECT relate.alter_relationship_type('job', target_module => 'person', target_kind => 'individual', is_symmetric => true, label => 'knows', source_role => 'Friend');
SELECT source_module_id = target_module_id AS same, source_kind, target_kind, source_role, target_role, label, inverse_label, is_symmetric FROM change_crm.relationship_type;
-- One side of a symmetric type is both.
SELECT relate.alter_relationship_type('job', inverse_label => 'is known by', max_sources_per_target => 2, reset => '{source_kind}');
SELECT source_kind, target_kind, label, inverse_label, max_targets_per_source, max_sources_per_target FROM change_crm.relationship_type;
-- Refused in itself.
SELECT change_test.refusal(statement) FROM unnest(ARRAY[
    $$SELECT relate.alter_relationship_type(NULL)$$,
    $$SELECT relate.alter_relationship_type('jobb', label => 'x')$$,
    $$SELECT relate.alter_relationship_type('job', target_module => 'nobody')$$,
    $$SELECT relate.alter_relationship_type('job', label => ' ')$$,
    $$SELECT relate.alter_relationship_type('job', cardinality => 'some')$$,
    $$SELECT relate.alter_relationship_type('job', cardinality => '1:N')$$,
    $$SELECT relate.alter_relationship_type('job', default_importance => 9)$$,
    $$SELECT relate.alter_relationship_type('job', reset => '{name}')$$,
    $$SELECT relate.alter_relationship_type('job', label => 'x', reset => '{label}')$$,
    $$SELECT relate.alter_relationship_type('job', on_invalid => 'drop')$$,
    $$SELECT relate.alter_relationship_type('job', on_invalid => NULL)$$,
    $$SELECT relate.alter_relationship_type('job', is_perpetual => true, on_invalid => 'end')$$,
    $$SELECT relate.preview_alter_relationship_type('job', cardinality => '1:N')$$,
    $$SET relate.on_invalid = 'drop'$$]) AS statement;
SELECT relate.drop_relationship_type('job');

-- ---- limits: rows in the way
SELECT relate.create_relationship_type('job', 'person', 'company', label => 'works at', has_contact_details => true) > 0 AS made;
CREATE FUNCTION change_test.hire() RETURNS void LANGUAGE sql AS $$
    INSERT INTO change_crm.relationship (type_id, source_key, target_key, start_date, end_date, email)
    SELECT type_id, person, company, first, last, mail FROM change_crm.relationship_type,
        (VALUES (1, 1, date '2001-01-01', date '2005-12-31', NULL), (1, 2, '2005-12-31', '2010-12-31', NULL), (1, 1, '2010-12-31', NULL, 'ann@acme'),
                (2, 1, '2001-01-01', NULL, NULL), (2, 2, '2002-01-01', NULL, NULL), (2, 3, '2999-01-01', NULL, NULL),
                (3, 1, NULL, '2001-01-01', NULL), (3, 2, '2001-01-02', NULL, NULL)) AS t (person, company, first, last, mail)
    WHERE name = 'job';
$$;
SELECT change_test.hire();
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', cardinality => 'many_to_one')$$);
SELECT * FROM relate.preview_alter_relationship_type('job', cardinality => 'many_to_one');
SELECT change_test.refusal($$UPDATE change_crm.relationship_type SET cardinality = 'many_to_one' WHERE name = 'job'$$);
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', max_targets_per_source => 2)$$);
SELECT relate.alter_relationship_type('job', max_targets_per_source => 3);
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', source_module => 'company')$$);
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', source_kind => 'individual')$$);
SELECT change_test.refusal($$SELECT relate.preview_alter_relationship_type('job', source_kind => 'individual')$$);
SELECT change_test.refusal($$UPDATE change_crm.relationship_type SET type_id = 99$$);
SELECT change_test.refusal($$SELECT relate.drop_relationship_type('job')$$);
-- Two rules at once.
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', has_contact_details => false, cardinality => '1:1')$$);

-- ignore, end, delete
SET client_min_messages = notice;
BEGIN;
SELECT relate.alter_relationship_type('job', cardinality => 'many_to_one', on_invalid => 'ignore');
SELECT count(*) FROM change_crm.relationship;
SHOW relate.on_invalid;
-- What stays does not stand against other changes.
SELECT relate.alter_relationship_type('job', on_target_delete => 'remove_link', is_active => false);
ROLLBACK;
BEGIN;
SELECT rule, offenders, regexp_replace(first_offenders::text, '\m\d+ \(', '(', 'g') AS first_offenders, outcome
FROM relate.preview_alter_relationship_type('job', cardinality => 'many_to_one', on_invalid => 'end');
SELECT relate.alter_relationship_type('job', cardinality => 'many_to_one', on_invalid => 'end');
SELECT * FROM change_test.days('job');
ROLLBACK;
BEGIN;
SELECT relate.alter_relationship_type('job', cardinality => 'many_to_one', on_invalid => 'delete');
SELECT * FROM change_test.days('job');
-- The rule holds, and is obeyed.
SELECT (change_test.refusal($$SELECT relate.create_relationship('job', 2, 2, '2003-01-01')$$)) ~ '^23505 relationship_cardinality' AS refused;
ROLLBACK;
-- Plain UPDATE obeys the setting.
BEGIN;
SET LOCAL relate.on_invalid = 'delete';
UPDATE change_crm.relationship_type SET has_contact_details = false;
SELECT count(*) FROM change_crm.relationship;
ROLLBACK;
SET client_min_messages = warning;

-- ---- contact details, self
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', has_contact_details => false)$$);
SELECT relate.create_relationship_type('help', 'person', 'person', label => 'helps', allow_self => true) > 0 AS made;
SELECT count(relate.create_relationship('help', p, p)) FROM generate_series(1, 3) AS p;
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('help', allow_self => false)$$);

-- ---- perpetual: past stints collide
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', is_perpetual => true, reset => '{max_targets_per_source}')$$);
SELECT rule, offenders, outcome FROM relate.preview_alter_relationship_type('job', is_perpetual => true, max_targets_per_source => 1, on_invalid => 'delete');
BEGIN;
SELECT relate.alter_relationship_type('job', is_perpetual => true, on_invalid => 'delete');
SELECT start_date FROM change_crm.relationship_list WHERE source_name = 'Cid';
-- Dates come back, and cannot break a rule.
SELECT relate.alter_relationship_type('job', is_perpetual => false);
SELECT * FROM change_test.days('job');
ROLLBACK;

-- ---- symmetric: (a, b) and (b, a) become one
SELECT relate.create_relationship_type('friend', 'person', 'person', source_role => 'Friend', target_role => 'Friend', label => 'likes', inverse_label => 'likes') > 0 AS made;
SELECT count(relate.create_relationship('friend', a, b)) FROM (VALUES (1, 2), (2, 1), (2, 3), (3, 4), (4, 5)) AS t (a, b);
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('friend', is_symmetric => true)$$);
-- Bob has Ann, so not Cid; Cid has Dot, so Dot not Eve.
BEGIN;
SELECT relate.alter_relationship_type('friend', is_symmetric => true, cardinality => '1:1', on_invalid => 'delete');
SELECT source, target FROM change_test.days('friend');
ROLLBACK;

-- ---- primary
BEGIN;
DELETE FROM change_crm.relationship WHERE source_key::text = '2' AND target_key::text = '1';
UPDATE change_crm.relationship SET is_primary = true
WHERE (source_key::text, target_key::text) IN (('1', '2'), ('2', '3'))
    AND type_id = (SELECT type_id FROM change_crm.relationship_type WHERE name = 'friend');
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('friend', is_symmetric => true)$$);
ROLLBACK;

-- ---- a hierarchy: cycles, at an instant only
SELECT relate.create_relationship_type('boss', 'person', 'person', source_role => 'Boss', target_role => 'Report', label => 'leads', inverse_label => 'reports to') > 0 AS made;
SELECT count(relate.create_relationship('boss', a, b, first, last))
FROM (VALUES (1, 2, date '2001-01-01', NULL::date), (2, 3, '2002-01-01', NULL), (3, 1, '2003-01-01', '2003-12-31'),
             (4, 5, '2001-01-01', '2001-12-31'), (5, 4, '2002-01-01', NULL)) AS t (a, b, first, last);
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('boss', hierarchy_parent => 'source')$$);
SELECT rule, offenders FROM relate.preview_alter_relationship_type('boss', hierarchy_parent => 'target');
SELECT relate.alter_relationship_type('boss', hierarchy_parent => 'source', on_invalid => 'end'); -- only the past has one
SELECT relate.alter_relationship_type('boss', hierarchy_parent => 'target'); -- upside down: no other cycles
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('boss', is_perpetual => true)$$);

-- ---- inactive types keep what they have
SELECT relate.alter_relationship_type('job', is_active => false);
SELECT change_test.refusal($$SELECT relate.create_relationship('job', 4, 3)$$) ~ '^23514 relationship_type_active' AS refused;
SELECT relate.end_relationship('job', 3, 2, '2020-01-01') IS NOT NULL AS ended;
SELECT relate.alter_relationship_type('job', is_active => true);

-- ---- rights
CREATE ROLE change_reader;
GRANT change_reader TO CURRENT_USER;
SELECT relate.grant_role('change_reader', 'reader');
GRANT USAGE ON SCHEMA change_test TO change_reader;
SET ROLE change_reader;
SELECT change_test.refusal(statement) FROM unnest(ARRAY[
    $$SELECT relate.alter_relationship_type('job', label => 'x')$$,
    $$SELECT relate.preview_alter_relationship_type('job', label => 'x')$$,
    $$SELECT relate.lock_relationship_type('change_crm.relationship_type', 1)$$,
    $$SELECT relate.count_relationships('change_crm.relationship_type', 1)$$,
    $$SELECT relate.count_relationships_of_module('change_crm.module', 1, NULL)$$,
    $$SELECT relate.remove_statuses_of_module('change_crm.module', 1)$$]) AS statement;
RESET ROLE;
SELECT change_test.refusal(statement) FROM unnest(ARRAY[
    $$SELECT relate.lock_relationship_type('change_crm.module', 1)$$,
    $$SELECT relate.lock_relationship_type('change_test.persons', 1)$$,
    $$SELECT relate.lock_relationship_type(0, 1)$$,
    $$SELECT relate.count_relationships_of_module('change_crm.relationship_type', 1, NULL)$$,
    $$SELECT relate.remove_statuses_of_module('change_test.persons', 1)$$]) AS statement;
-- An administrator; whoever's records may not be seen are not named.
SELECT relate.grant_role('change_reader', 'administrator');
SET ROLE change_reader;
SELECT change_test.refusal($$SELECT relate.alter_relationship_type('job', max_targets_per_source => 1)$$);
SELECT relate.alter_relationship_type('job', max_targets_per_source => 1, on_invalid => 'delete');
RESET ROLE;
SELECT * FROM change_test.days('job');
-- Relationships count whoever asks, on either side and as addresses; statuses go with the right to delete modules.
CREATE TABLE change_test.homes (id int PRIMARY KEY);
INSERT INTO change_test.homes VALUES (1), (2), (3);
SELECT relate.register_module('change_test.homes') AS home \gset
SELECT relate.create_relationship_type('lives', 'person', 'home') AS lives, relate.create_relationship_type('kept', 'home', 'person') AS kept,
       relate.create_relationship_type('mail', 'person', 'person', has_contact_details => true) AS mail \gset
SELECT change_test.refusal(format('INSERT INTO change_crm.relationship (type_id, source_key, target_key, address_module_id, address_key) '
                                  'VALUES (%s, 1, 1, NULL, NULL), (%s, 1, 1, NULL, NULL), (%s, 1, 2, %s, 3)', :lives, :kept, :mail, :home));
SELECT relate.add_status('home', 'Sold') > 0 AS status, relate.set_status('home', 1, 'Sold');
ALTER TABLE change_crm.relationship ENABLE ROW LEVEL SECURITY;
REVOKE DELETE ON change_crm.module FROM change_reader;
SET ROLE change_reader;
SELECT count(*) AS seen, relate.count_relationships_of_module('change_crm.module', :home, NULL) AS counted FROM change_crm.relationship;
SELECT change_test.refusal(format($$SELECT relate.remove_statuses_of_module('change_crm.module', %s)$$, :home));
RESET ROLE;
ALTER TABLE change_crm.relationship DISABLE ROW LEVEL SECURITY;
SELECT relate.count_relationships_of_module('change_crm.module', :home, 2) AS two_at_most;
UPDATE change_crm.relationship SET address_module_id = NULL, address_key = NULL WHERE type_id = :mail;
SELECT relate.count_relationships_of_module('change_crm.module', :home, NULL) AS counted, relate.status_of('home', 1);

-- Types are not truncated from under their relationships.
SELECT change_test.refusal('TRUNCATE change_crm.relationship_type');
SELECT change_test.refusal('TRUNCATE change_crm.module CASCADE');
BEGIN;
TRUNCATE change_crm.relationship;
TRUNCATE change_crm.relationship_type;
SELECT count(*) FROM change_crm.relationship_type;
ROLLBACK;

SET client_min_messages = warning;
SELECT relate.drop_workspace('change_crm', 'cascade');
DROP SCHEMA IF EXISTS change_crm CASCADE;
DROP SCHEMA change_test CASCADE;
DROP ROLE change_reader;
