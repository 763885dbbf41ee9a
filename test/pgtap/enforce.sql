-- The contract of enforcement: which triggers hold the rules, and the SQLSTATE and constraint of each rule.
BEGIN;
SET client_min_messages = warning;
SELECT plan(34);

SELECT function_returns('relate', name, '{}'::name[], 'trigger', name || ' is a trigger function')
FROM unnest('{relationship_defaults,relationship_check,record_deleted}'::name[]) AS name;

CREATE SCHEMA app;
CREATE TABLE app.person (id int PRIMARY KEY, name text, kind text);
CREATE TABLE app.firm (id int PRIMARY KEY, name text);
INSERT INTO app.person VALUES (1, 'Ann', 'individual'), (2, 'Bob', 'individual'), (3, 'Cid', 'robot');
INSERT INTO app.firm VALUES (1, 'Acme'), (2, 'Bolt');
DO $$
BEGIN
    PERFORM relate.create_workspace('app');
    SET LOCAL relate.workspace = 'app';
    PERFORM relate.register_module('app.person', kind_column => 'kind');
    PERFORM relate.register_module('app.firm');
    PERFORM relate.create_relationship_type('employment', 'person', 'firm', 'many_to_one', source_kind => 'individual'); -- 1
    PERFORM relate.create_relationship_type('likes', 'person', 'person'); -- 2
    PERFORM relate.create_relationship_type('tree', 'person', 'person', hierarchy_parent => 'target'); -- 3
    PERFORM relate.create_relationship_type('off', 'person', 'person', is_active => false); -- 4
    PERFORM relate.create_relationship_type('free', 'person', 'firm', on_source_delete => 'remove_link'); -- 5
    PERFORM relate.create_relationship_type('born', 'person', 'firm', 'many_to_one', is_perpetual => true); -- 6
END $$;

CREATE FUNCTION trigger_of(table_name regclass, trigger_name name) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(pg_get_triggerdef(oid), ' ON \S+', ' ON ' || table_name::text)
    FROM pg_trigger WHERE tgrelid = table_name AND tgname = trigger_name
$$;
SELECT is(trigger_of('app.relationship', 'relate_defaults'),
          'CREATE TRIGGER relate_defaults BEFORE INSERT OR UPDATE ON app.relationship FOR EACH ROW EXECUTE FUNCTION relate.relationship_defaults()',
          'a trigger completes rows');
SELECT is(trigger_of('app.relationship', 'relate_check'),
          'CREATE CONSTRAINT TRIGGER relate_check AFTER INSERT OR UPDATE ON app.relationship DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION relate.relationship_check()',
          'a constraint trigger checks them, at once or at the commit');
SELECT trigger_is('app', table_name, 'relate_record_deleted', 'relate', 'record_deleted', format('the records of %s are guarded', table_name))
FROM unnest('{person,firm}'::name[]) AS table_name;

-- Each rule: what breaks it, the SQLSTATE, the constraint.
CREATE TABLE broken (place serial, statement text, state text, rule text);
INSERT INTO broken (statement, state, rule) VALUES
    ('INSERT INTO app.relationship (type_id, source_key, target_key, start_date, end_date) VALUES (1, 1, 1, ''2020-01-02'', ''2020-01-01'')', '23514', 'relationship_dates'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key, start_date) VALUES (1, 1, 1, ''infinity'')', '23514', 'relationship_dates'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key, importance) VALUES (1, 1, 1, 6)', '23514', 'relationship_importance'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (99, 1, 1)', '42704', 'relationship_type_active'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (4, 1, 1)', '23514', 'relationship_type_active'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (1, 9, 1)', '23503', 'relationship_source'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (1, 1, 9)', '23503', 'relationship_target'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (1, 1, ''Acme'')', '23503', 'relationship_target'),
    ('INSERT INTO app.relationship (type_id, source_key, target_module_id, target_key) VALUES (1, 1, 1, 1)', '23503', 'relationship_target'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (1, 3, 1)', '23514', 'relationship_kind'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (2, 1, 1)', '23514', 'relationship_self'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key, email) VALUES (2, 1, 2, ''x'')', '23514', 'relationship_contact'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (2, 1, 2), (2, 1, 2)', '23505', 'relationship_duplicate'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (1, 1, 1), (1, 1, 2)', '23505', 'relationship_cardinality'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key, is_primary) VALUES (2, 1, 2, true), (2, 3, 2, true)', '23505', 'relationship_primary'),
    ('INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (3, 1, 2), (3, 2, 1)', '23514', 'relationship_cycle');
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rule text;
BEGIN
    EXECUTE statement;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME;
    RETURN SQLSTATE || ' ' || rule;
END $$;
SELECT is(refusal(statement), state || ' ' || rule, format('%s: %s', rule, state)) FROM broken ORDER BY place;
SELECT is_empty('SELECT FROM app.relationship', 'nothing that was refused is there');

-- What is right is accepted, and completed.
SELECT lives_ok($$INSERT INTO app.relationship (type_id, source_key, target_key, start_date, end_date)
                  VALUES (1, 1, 1, '2020-01-01', '2020-12-31'), (1, '001', 2, '2021-01-01', NULL)$$, 'stints follow each other');
SELECT results_eq('SELECT source_module_id, source_key::text, target_module_id, importance::int, created_by FROM app.relationship ORDER BY relationship_id',
                  format('VALUES (1, ''1'', 2, 3, %L), (1, ''1'', 2, 3, %1$L)', current_user), 'modules, keys, importance and author are filled in');
SELECT lives_ok($$INSERT INTO app.relationship (type_id, source_key, target_key, start_date) VALUES (6, 1, 1, '1970-01-01')$$, 'dates of a perpetual type are stored');
SELECT is(refusal($$INSERT INTO app.relationship (type_id, source_key, target_key, end_date) VALUES (6, 1, 2, '1969-12-31')$$),
          '23505 relationship_cardinality', '... and ignored');
SELECT lives_ok($$SET CONSTRAINTS app.relate_check DEFERRED;
                  INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (2, 1, 50);
                  INSERT INTO app.person VALUES (50, 'late', NULL);
                  SET CONSTRAINTS app.relate_check IMMEDIATE$$, 'the check may be put off');

-- Deleting a record.
SELECT is(refusal('DELETE FROM app.person WHERE id = 1'), '23503 relationship_source', 'restrict: its source stays');
SELECT is(refusal('DELETE FROM app.firm WHERE id = 2'), '23503 relationship_target', 'restrict: its target stays');
INSERT INTO app.relationship (type_id, source_key, target_key) VALUES (5, 2, 1);
SELECT lives_ok('DELETE FROM app.person WHERE id = 2', 'remove_link: the record goes');
SELECT is_empty('SELECT FROM app.relationship WHERE type_id = 5', '... and its relationships');
SELECT isnt_empty('SELECT FROM app.firm WHERE id = 1', '... and no other record');

SELECT finish();
ROLLBACK;
