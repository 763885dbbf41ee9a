-- What becomes of its relationships when a record is deleted.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_delete;
SET search_path = enforce_delete, relate, pg_temp;
SELECT create_workspace('enforce_delete') AS name \gset
SET relate.workspace = 'enforce_delete';

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

CREATE FUNCTION type_id(name text) RETURNS int LANGUAGE sql STABLE AS
    'SELECT type_id FROM relationship_type t WHERE t.name = type_id.name';

CREATE VIEW state AS
    SELECT format('%s %s: %s -> %s %s', relationship_id, t.name, source_key, target_key,
                  CASE WHEN coalesce(start_date, end_date) IS NOT NULL
                       THEN concat(start_date, '..', end_date) END) AS state
    FROM relationship r JOIN relationship_type t USING (type_id)
    ORDER BY relationship_id;

-- Adds a relationship by plain INSERT: "ok", or the error's first line.
CREATE FUNCTION put(type text, source relate.record_key, target relate.record_key, first date DEFAULT NULL,
                    last date DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN said = 'written: 1' THEN 'ok' ELSE split_part(said, ' on ', 1) END
    FROM attempt(format('INSERT INTO relationship (type_id, source_key, target_key, start_date, end_date) '
                        'VALUES (type_id(%L), %L, %L, %L, %L)', type, source, target, first, last)) AS said
$$;

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE firm (id int PRIMARY KEY, name text);
CREATE TABLE address (id int PRIMARY KEY, street text);
INSERT INTO person SELECT n, 'P' || n FROM generate_series(1, 30) AS n;
INSERT INTO firm SELECT n, 'F' || n FROM generate_series(1, 9) AS n;
INSERT INTO address VALUES (1, 'Main Street 1'), (2, 'Hill 7');
SELECT register_module('person', kind => 'individual') AS person, register_module('firm', kind => 'organization') AS firm, register_module('address') AS address \gset
SELECT create_relationship_type('keep', 'person', 'firm', label => 'works for', inverse_label => 'employs'),
       create_relationship_type('source_frees', 'person', 'firm', label => 'visits', on_source_delete => 'remove_link'),
       create_relationship_type('target_frees', 'person', 'firm', label => 'rates', on_target_delete => 'remove_link'),
       create_relationship_type('free', 'person', 'firm', label => 'follows', on_source_delete => 'remove_link', on_target_delete => 'remove_link'),
       create_relationship_type('self_keep', 'person', 'person', label => 'likes', allow_self => true),
       create_relationship_type('self_free', 'person', 'person', label => 'knows', allow_self => true, is_symmetric => true, on_source_delete => 'remove_link'),
       create_relationship_type('self_mixed', 'person', 'person', label => 'leads', allow_self => true, on_source_delete => 'remove_link') \gset
CREATE FUNCTION remains() RETURNS SETOF text LANGUAGE sql AS 'SELECT * FROM state';

-- Each policy, each side.
SELECT put('keep', 1, 1), put('source_frees', 2, 2), put('target_frees', 3, 3), put('free', 4, 4), put('free', 4, 5), put('free', 5, 5);
SELECT attempt('DELETE FROM person WHERE id = 1');
SELECT attempt('DELETE FROM firm WHERE id = 1');
SELECT attempt('DELETE FROM person WHERE id = 2'), attempt('DELETE FROM firm WHERE id = 2') AS "free by now";
SELECT attempt('DELETE FROM person WHERE id = 3');
SELECT attempt('DELETE FROM firm WHERE id = 3'), attempt('DELETE FROM person WHERE id = 3') AS "free by now";
SELECT attempt('DELETE FROM person WHERE id = 4'), attempt('DELETE FROM firm WHERE id = 5');
SELECT remains();
SELECT put('source_frees', 1, 6), put('target_frees', 5, 6);
SELECT attempt('DELETE FROM firm WHERE id = 6') AS "one restricts, one would go: both stay";
SELECT attempt('DELETE FROM person WHERE id = 1') AS "one restricts, one would go: both stay";
SELECT remains();
-- Past and future ones restrict as well, and those of a type that is not active.
DELETE FROM relationship;
SELECT put('keep', 6, 7, '1990-01-01', '1990-12-31'), put('keep', 7, 7, '2990-01-01');
UPDATE relationship_type SET is_active = false WHERE name = 'keep';
SELECT attempt('DELETE FROM person WHERE id = 6');
SELECT attempt('DELETE FROM firm WHERE id = 7') AS "and 1 more";
UPDATE relationship_type SET is_active = true WHERE name = 'keep';
UPDATE relationship_type SET on_source_delete = 'remove_link' WHERE name = 'keep';
SELECT attempt('DELETE FROM person WHERE id = 6') AS "the policy of this moment";
UPDATE relationship_type SET on_source_delete = 'restrict' WHERE name = 'keep';
SELECT remains();

-- Several rows in one statement: all or nothing.
DELETE FROM relationship;
SELECT put('keep', 10, 8), put('free', 11, 8), put('free', 12, 8);
SELECT attempt('DELETE FROM person WHERE id BETWEEN 8 AND 12');
SELECT attempt('DELETE FROM person WHERE id IN (8, 9, 11, 12)');
SELECT remains();
SELECT attempt('WITH gone AS (DELETE FROM person WHERE id = 10) DELETE FROM relationship') AS "in one statement: its deletion counts";
SELECT remains();

-- A record related to itself or to another of its kind, and both deleted at once.
SELECT put('self_keep', 13, 13), put('self_free', 14, 14), put('self_mixed', 15, 15), put('self_keep', 16, 17), put('self_free', 18, 19), put('self_mixed', 20, 21);
SELECT attempt('DELETE FROM person WHERE id = 13');
SELECT attempt('DELETE FROM person WHERE id = 14');
SELECT attempt('DELETE FROM person WHERE id = 15');
SELECT attempt('DELETE FROM person WHERE id IN (16, 17)');
SELECT attempt('DELETE FROM person WHERE id = 19') AS "symmetric: either side";
SELECT attempt('DELETE FROM person WHERE id = 21');
SELECT attempt('DELETE FROM person WHERE id = 20');
SELECT remains();

-- Deleted by MERGE, by a cascade, by TRUNCATE's cousin with a join.
DELETE FROM relationship;
SELECT put('keep', 22, 9), put('free', 23, 9);
SELECT attempt('MERGE INTO person USING (VALUES (22)) AS v (id) ON person.id = v.id WHEN MATCHED THEN DELETE');
SELECT attempt('MERGE INTO person USING (VALUES (23)) AS v (id) ON person.id = v.id WHEN MATCHED THEN DELETE');
CREATE TABLE part (id int PRIMARY KEY, firm_id int REFERENCES firm ON DELETE CASCADE);
INSERT INTO part VALUES (1, 9), (2, 8);
SELECT register_module('part') AS part \gset
SELECT create_relationship_type('uses', 'person', 'part', label => 'uses') \gset
SELECT put('uses', 24, 1);
DELETE FROM relationship WHERE type_id = type_id('keep');
SELECT attempt('DELETE FROM firm WHERE id = 9') AS "its part is used";
DELETE FROM relationship WHERE type_id = type_id('uses');
SELECT attempt('DELETE FROM firm WHERE id = 9');
SELECT remains(), (SELECT count(*) FROM part);

-- The key changed by nothing but DELETE: other updates do not matter, and a row made anew is the same record.
SELECT put('keep', 25, 8);
SELECT attempt('UPDATE person SET name = upper(name)');
CREATE FUNCTION resurrect() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO person VALUES (OLD.id, OLD.name || ' again');
    RETURN NULL;
END $$;
CREATE TRIGGER a_resurrect AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION resurrect();
SELECT attempt('DELETE FROM person WHERE id = 25');
DROP TRIGGER a_resurrect ON person;
SELECT name FROM person WHERE id = 25;
CREATE FUNCTION keep_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER a_keep BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION keep_it();
SELECT attempt('DELETE FROM person WHERE id = 25') AS "not deleted at all";
DROP TRIGGER a_keep ON person;
SELECT remains();

-- A transaction that takes it back.
BEGIN;
DELETE FROM relationship;
DELETE FROM person WHERE id = 25;
ROLLBACK;
BEGIN;
SAVEPOINT s;
DELETE FROM relationship;
DELETE FROM person WHERE id = 25;
ROLLBACK TO s;
DELETE FROM person WHERE id = 25;
ROLLBACK;
SELECT remains();
-- Made and deleted by one transaction, the check put off: nothing is left to complain of.
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('free'), 26, 8);
DELETE FROM person WHERE id = 26;
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO relationship (type_id, source_key, target_key) VALUES (type_id('keep'), 27, 8);
DELETE FROM person WHERE id = 27;
ROLLBACK;
SELECT remains(), (SELECT count(*) FROM person WHERE id IN (26, 27));

-- The address goes from the relationship, the status with the record.
DELETE FROM relationship;
UPDATE relationship_type SET has_contact_details = true;
INSERT INTO relationship (type_id, source_key, target_key, address, address_module_id, address_key)
    VALUES (type_id('keep'), 25, 8, 'as it was', :address, 1), (type_id('free'), 25, 8, 'Hill', :address, 2);
INSERT INTO record_status (module_id, key, status_id, since, set_at, set_by)
    SELECT :address, 1, min(status_id), '2020-01-01', now(), 'me' FROM status WHERE module_id = :address;
SELECT attempt('DELETE FROM address WHERE id = 1');
SELECT t.name, r.address, address_module_id = :address, address_key, updated_at IS NOT NULL
FROM relationship r JOIN relationship_type t USING (type_id) ORDER BY relationship_id;
SELECT count(*) FROM record_status;
-- A record that is the address of its own relationship.
SELECT create_relationship_type('lives', 'person', 'address', label => 'lives at', has_contact_details => true, on_target_delete => 'remove_link') \gset
INSERT INTO relationship (type_id, source_key, target_key, address_module_id, address_key) VALUES (type_id('lives'), 25, 2, :address, 2);
SELECT attempt('DELETE FROM address WHERE id = 2');
SELECT remains();

-- Every kind of key, and partitions whose columns are in another order.
CREATE TABLE k_two (b numeric, a text, PRIMARY KEY (a, b));
CREATE TABLE k_parts (id int, name text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE k_low PARTITION OF k_parts FOR VALUES FROM (0) TO (100);
CREATE TABLE k_high (name text, gone int, id int NOT NULL) PARTITION BY RANGE (id);
ALTER TABLE k_high DROP COLUMN gone;
CREATE TABLE k_higher (id int NOT NULL, name text);
ALTER TABLE k_high ATTACH PARTITION k_higher FOR VALUES FROM (100) TO (200);
ALTER TABLE k_parts ATTACH PARTITION k_high FOR VALUES FROM (100) TO (200);
INSERT INTO k_two VALUES (1.50, 'x,y'), (2, 'z');
INSERT INTO k_parts VALUES (1, 'one'), (101, 'many'), (2, 'two'), (102, 'two more');
SELECT register_module('k_two') AS two, register_module('k_parts') AS parts \gset
SELECT create_relationship_type('two', 'person', 'k_two', label => 'has', on_target_delete => 'restrict'),
       create_relationship_type('parts', 'person', 'k_part', label => 'owns', on_target_delete => 'restrict'),
       create_relationship_type('parts_free', 'person', 'k_part', label => 'rents', on_target_delete => 'remove_link') \gset
SELECT put('two', 28, '("x,y",1.5)'), put('parts', 28, 1), put('parts', 28, 101), put('parts_free', 28, 2), put('parts_free', 28, 102);
SELECT attempt('DELETE FROM k_two WHERE b = 1.5');
SELECT attempt('DELETE FROM k_two WHERE b = 2');
SELECT attempt('DELETE FROM k_parts WHERE id = 1');
SELECT attempt('DELETE FROM k_parts WHERE id = 101');
SELECT attempt('DELETE FROM k_higher WHERE id = 101') AS "straight from its partition";
SELECT attempt('DELETE FROM k_parts WHERE id IN (2, 102)');
SELECT remains();
SELECT id FROM k_parts ORDER BY 1;

-- A module of two workspaces: each decides by its own types, and one refusal is enough.
SELECT create_workspace('enforce_delete_2') AS name \gset
SET relate.workspace = 'enforce_delete_2';
SELECT register_module('person', 'human') AS human \gset
SELECT create_relationship_type('free', 'human', 'human', label => 'knows', on_source_delete => 'remove_link', on_target_delete => 'remove_link'),
       create_relationship_type('keep', 'human', 'human', label => 'likes') \gset
SET relate.workspace = 'enforce_delete';
INSERT INTO enforce_delete_2.relationship (type_id, source_key, target_key) VALUES (1, 29, 30);
SELECT put('free', 29, 8), put('free', 30, 8);
SELECT attempt('DELETE FROM person WHERE id = 29') AS "gone in both";
SELECT remains(), (SELECT count(*) FROM enforce_delete_2.relationship);
INSERT INTO enforce_delete_2.relationship (type_id, source_key, target_key) VALUES (2, 30, 28);
SELECT attempt('DELETE FROM person WHERE id = 30') AS "refused by the other";
SELECT remains(), (SELECT count(*) FROM enforce_delete_2.relationship);
SELECT drop_workspace('enforce_delete_2', 'cascade') \gset
SELECT attempt('DELETE FROM person WHERE id = 30') AS "the other is gone, the trigger serves this one";
SELECT remains();

-- An index that somebody dropped is missed, not done without.
DROP INDEX relationship_target_idx;
SELECT attempt('DELETE FROM person WHERE id = 1');
SELECT attempt('DELETE FROM firm WHERE id = 8');
SELECT split_part(put('free', 1, 8), E'\n', 1);
CREATE INDEX other_name ON relationship (target_module_id, target_key, type_id, source_module_id, source_key);
SELECT attempt('DELETE FROM firm WHERE id = 8') AS "any index on those columns will do";

SET relate.workspace = enforce_delete;
-- Each type is asked, not the first alone; and types of any module, where they are the only ones.
INSERT INTO person VALUES (301, 'P301'), (302, 'P302'), (303, 'P303');
SELECT put('free', 301, 4), put('self_keep', 301, 302);
SELECT attempt('DELETE FROM person WHERE id = 301');
CREATE TABLE lonely (id int PRIMARY KEY);
INSERT INTO lonely VALUES (1), (2), (3);
SELECT register_module('lonely') AS lonely \gset
SELECT create_relationship_type('mention') AS mention \gset
SELECT attempt(format('INSERT INTO relationship (type_id, source_module_id, source_key, target_module_id, target_key) VALUES (%s, %s, 1, %s, 2)', :mention, :lonely, :lonely));
SELECT attempt('DELETE FROM lonely WHERE id = 1'), attempt('DELETE FROM lonely WHERE id = 2'), attempt('DELETE FROM lonely WHERE id = 3');
-- Addresses and statuses go with their records also where somebody dropped the index by which they are found.
INSERT INTO lonely VALUES (4);
SELECT add_status('lonely', 'New') > 0 AS status, set_status('lonely', 4, 'New');
INSERT INTO relationship (type_id, source_key, target_key, address_module_id, address_key) VALUES (type_id('free'), 303, 4, :lonely, 4);
DROP INDEX relationship_address_idx;
ALTER TABLE record_status DROP CONSTRAINT record_status_pkey;
SELECT attempt('DELETE FROM lonely WHERE id = 4');
SELECT num_nulls(address_module_id, address_key), (SELECT count(*) FROM record_status) AS statuses FROM relationship WHERE source_key OPERATOR(relate.=) 303;
DROP SCHEMA enforce_delete CASCADE;
