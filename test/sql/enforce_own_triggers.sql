-- What the owner's own triggers and rules on the tables of a workspace cannot do.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_own_triggers;
SET search_path = enforce_own_triggers, relate, pg_temp;
SELECT create_workspace('enforce_own_triggers') AS name \gset
SET relate.workspace = 'enforce_own_triggers';

-- Runs a statement: how many rows it wrote, or all that its error says.
CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
    error_schema text;
    error_table text;
    error_column text;
    error_constraint text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN format('written: %s', written);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS error_schema = SCHEMA_NAME, error_table = TABLE_NAME, error_column = COLUMN_NAME,
        error_constraint = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', concat_ws(' ', SQLSTATE, nullif(error_constraint, ''),
        'on ' || nullif(concat_ws('.', nullif(error_schema, ''), nullif(error_table, ''), nullif(error_column, '')), '')),
        '  ' || SQLERRM, '  detail: ' || nullif(detail, ''), '  hint: ' || nullif(hint, ''));
END $$;

CREATE TABLE person (id int PRIMARY KEY, name text, kind text DEFAULT 'individual');
CREATE TABLE firm (id int PRIMARY KEY, name text);
INSERT INTO person SELECT n, 'P' || n FROM generate_series(1, 9) AS n;
INSERT INTO firm SELECT n, 'F' || n FROM generate_series(1, 9) AS n;
SELECT register_module('person', kind_column => 'kind') AS person, register_module('firm', kind => 'organization') AS firm \gset
SELECT create_relationship_type('works', 'person', 'firm', has_contact_details => true,
           on_source_delete => 'remove_link', on_target_delete => 'remove_link') \gset

-- A trigger after our BEFORE trigger writes keys that cannot be one.
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.source_key := CASE NEW.description WHEN 'source' THEN ''::record_key ELSE NEW.source_key END;
    NEW.target_key := CASE NEW.description WHEN 'target' THEN repeat('x', 1001)::record_key ELSE NEW.target_key END;
    NEW.address_key := CASE NEW.description WHEN 'address' THEN ''::record_key WHEN 'spelling' THEN '02' ELSE NEW.address_key END;
    NEW.source_module_id := CASE NEW.description WHEN 'module' THEN -1 ELSE NEW.source_module_id END;
    NEW.type_id := CASE NEW.description WHEN 'type' THEN -1 ELSE NEW.type_id END;
    NEW.importance := CASE NEW.description WHEN 'importance' THEN 6 ELSE NEW.importance END;
    RETURN NEW;
END $$;
CREATE TRIGGER z_spoil BEFORE INSERT OR UPDATE ON relationship FOR EACH ROW EXECUTE FUNCTION spoil();
INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 1, 1);
SELECT attempt(format('INSERT INTO relationship (type_id, source_key, target_key, address_module_id, address_key, description) '
                      'VALUES (1, 2, 2, 2, 2, %L)', what)) AS insert,
       attempt(format('UPDATE relationship SET address_module_id = 2, address_key = 2, description = %L', what)) AS update
FROM unnest('{source,target,address,spelling,module,type,importance}'::text[]) AS what;
DROP TRIGGER z_spoil ON relationship;

-- Another keeps relationships whose record is deleted: by a trigger, by a rule.
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE DELETE ON relationship FOR EACH ROW EXECUTE FUNCTION keep();
SELECT attempt('DELETE FROM person WHERE id = 1'), attempt('DELETE FROM firm WHERE id = 1');
DROP TRIGGER keep ON relationship;
CREATE RULE keep AS ON DELETE TO relationship DO INSTEAD NOTHING;
SELECT attempt('DELETE FROM person WHERE id = 1'), attempt('DELETE FROM firm WHERE id = 1');
DROP RULE keep ON relationship;
-- ... or makes a new one while the old one goes.
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO relationship (type_id, source_key, target_key) VALUES (OLD.type_id, OLD.source_key, OLD.target_key);
    RETURN OLD;
END $$;
CREATE TRIGGER again AFTER DELETE ON relationship FOR EACH ROW EXECUTE FUNCTION again();
SELECT attempt('DELETE FROM person WHERE id = 1');
DROP TRIGGER again ON relationship;
-- ... or leaves them at the old key of their record, or holds though their record's kind ends them.
SELECT create_relationship_type('single', 'person', 'firm', source_kind => 'individual', on_kind_change => 'end') \gset
INSERT INTO relationship (type_id, source_key, target_key) VALUES (2, 4, 4);
CREATE TRIGGER keep BEFORE UPDATE ON relationship FOR EACH ROW EXECUTE FUNCTION keep();
SELECT attempt('UPDATE person SET id = 44 WHERE id = 4'), attempt('UPDATE firm SET id = 44 WHERE id = 4');
SELECT attempt($$UPDATE person SET kind = 'household' WHERE id = 4$$);
DROP TRIGGER keep ON relationship;
CREATE RULE keep AS ON UPDATE TO relationship DO INSTEAD NOTHING;
SELECT attempt('UPDATE person SET id = 44 WHERE id = 4'), attempt($$UPDATE person SET kind = 'household' WHERE id = 4$$);
DROP RULE keep ON relationship;
SELECT attempt('UPDATE person SET id = 44 WHERE id = 4'), attempt($$UPDATE person SET kind = 'household' WHERE id = 44$$);
SELECT source_key, end_date = current_date AS ended FROM relationship WHERE type_id = 2;
-- A trigger that sees each deletion sees it, whatever the shortcuts.
CREATE TABLE seen (id bigint, key record_key);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO enforce_own_triggers.seen VALUES (OLD.relationship_id, OLD.source_key); RETURN NULL; END';
CREATE TRIGGER see AFTER DELETE ON relationship FOR EACH ROW EXECUTE FUNCTION see();
SELECT attempt('DELETE FROM person WHERE id = 1');
DROP TRIGGER see ON relationship;
SELECT count(*) FROM seen;

-- Nor is a deletion kept from subscribers who could not tell which row it is.
INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 7, 7);
SET client_min_messages = error;
CREATE PUBLICATION enforce_own_triggers FOR TABLE relationship;
SET client_min_messages = warning;
ALTER TABLE relationship REPLICA IDENTITY NOTHING;
SELECT attempt('DELETE FROM person WHERE id = 7');
DROP PUBLICATION enforce_own_triggers;
SELECT attempt('DELETE FROM person WHERE id = 7');

-- While the relationships of a record follow its key in one workspace, a trigger writes in another:
-- there it is a change like any other, even between records of the same numbers.
SELECT create_workspace('enforce_own_triggers_too') AS name \gset
SET relate.workspace = enforce_own_triggers_too;
SELECT register_module('firm', kind => 'organization') AS firm, register_module('person', kind_column => 'kind') AS person \gset
SELECT create_relationship_type('works', 'firm', 'person'), create_relationship_type('left', 'firm', 'person') \gset
INSERT INTO enforce_own_triggers_too.relationship (type_id, source_key, target_key) VALUES (1, 5, 2), (2, 5, 2);
UPDATE enforce_own_triggers_too.relationship_type SET is_active = false WHERE type_id = 2;
SET relate.workspace = enforce_own_triggers;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (1, 5, 5);
CREATE FUNCTION elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enforce_own_triggers_too.relationship SET source_key = NEW.source_key WHERE type_id = TG_ARGV[0]::int;
    RETURN NULL;
END $$;
CREATE TRIGGER elsewhere AFTER UPDATE ON relationship FOR EACH ROW EXECUTE FUNCTION elsewhere(2);
DELETE FROM person WHERE id = 6;
SELECT attempt('UPDATE person SET id = 6 WHERE id = 5') AS "of an inactive type";
DROP TRIGGER elsewhere ON relationship;
CREATE TRIGGER elsewhere AFTER UPDATE ON relationship FOR EACH ROW EXECUTE FUNCTION elsewhere(1);
SELECT attempt('UPDATE person SET id = 6 WHERE id = 5') AS "of an active type";
SELECT relationship_id, type_id, source_key, target_key FROM enforce_own_triggers_too.relationship ORDER BY 1;

DROP SCHEMA enforce_own_triggers_too CASCADE;
DROP SCHEMA enforce_own_triggers CASCADE;
