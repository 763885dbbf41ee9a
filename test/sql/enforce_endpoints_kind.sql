-- A record that becomes of another kind: its relationships forbid it, or end.
SET client_min_messages = warning;
SET DateStyle = 'ISO';
CREATE SCHEMA enforce_endpoints_kind;
SET search_path = enforce_endpoints_kind;
SELECT relate.create_workspace('enforce_endpoints_kind_crm');
SET relate.workspace = 'enforce_endpoints_kind_crm';

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
CREATE TABLE party (id int PRIMARY KEY, name text, kind text);
SELECT relate.register_module('party', kind_column => 'kind');
SELECT relate.create_relationship_type('job', 'party', 'party', source_kind => 'individual', target_kind => 'organization', label => 'works for'),
       relate.create_relationship_type('visit', 'party', 'party', source_kind => 'individual', label => 'visits', on_kind_change => 'end'),
       relate.create_relationship_type('birth', 'party', 'party', source_kind => 'individual', label => 'was born in', on_kind_change => 'end',
                                       is_perpetual => true),
       relate.create_relationship_type('knows', 'party', 'party', label => 'knows', inverse_label => 'knows', is_symmetric => true),
       relate.create_relationship_type('twin', 'party', 'party', is_symmetric => true, allow_self => true, source_kind => 'individual',
                                       target_kind => 'individual', label => 'is twin of');
SELECT refusal($$SELECT relate.create_relationship_type('x', on_kind_change => 'delete')$$);
SELECT refusal($$UPDATE enforce_endpoints_kind_crm.relationship_type SET on_kind_change = 'x'$$);
INSERT INTO party SELECT i, 'Party ' || i, CASE WHEN i < 10 THEN 'individual' ELSE 'organization' END FROM generate_series(1, 12) i;
CREATE VIEW shown AS SELECT relationship_id AS id, relationship_type AS type, source_key AS source, target_key AS target, CASE WHEN start_date > current_date - 1000 THEN start_date - current_date END AS starts,
       CASE WHEN end_date > current_date - 1000 THEN end_date - current_date END AS ends FROM enforce_endpoints_kind_crm.relationship_list ORDER BY 1;

-- Past relationships, and those that end today, do not mind; others do, each type that names a kind.
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key, start_date, end_date)
VALUES (1, 1, 10, '2001-01-01', '2001-12-31'), (4, 1, 10, NULL, NULL);
UPDATE party SET kind = 'robot' WHERE id = 1;
UPDATE party SET kind = 'individual' WHERE id = 1;
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key, start_date) VALUES (1, 1, 10, '2010-01-01'), (1, 1, 11, '2999-01-01');
SELECT refusal('UPDATE party SET kind = ''robot'' WHERE id = 1');
SELECT refusal('UPDATE party SET kind = NULL WHERE id = 10');
SELECT refusal('UPDATE party SET kind = upper(kind)');
SELECT refusal('UPDATE party SET kind = ''individual'', name = name || ''!''');
UPDATE party SET kind = 'organization' WHERE id > 9;
-- As the hint says: after it is ended the kind may change, today.
SELECT relate.end_relationship(3) = current_date AS ended;
SELECT refusal('UPDATE party SET kind = ''robot'' WHERE id = 1');
SELECT relate.delete_relationship(4);
UPDATE party SET kind = 'robot' WHERE id = 1;
SELECT * FROM shown;
-- Of many, the first ten are told.
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key) SELECT 1, 2, 10 FROM generate_series(1, 1) i;
INSERT INTO party SELECT i, 'Organization ' || i, 'organization' FROM generate_series(20, 40) i;
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key) SELECT 1, 2, i FROM generate_series(20, 40) i;
SELECT refusal('UPDATE party SET kind = ''robot'' WHERE id = 2');
DELETE FROM enforce_endpoints_kind_crm.relationship;

-- on_kind_change end: running ones end today, future ones go, past ones stay.
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key, start_date, end_date)
VALUES (2, 3, 10, current_date - 500, current_date - 400), (2, 3, 10, current_date - 300, NULL), (2, 3, 11, NULL, current_date + 5), (2, 3, 11, current_date + 6, NULL),
       (2, 3, 12, current_date, NULL), (2, 4, 3, NULL, NULL), (4, 3, 4, NULL, NULL);
UPDATE party SET kind = 'robot' WHERE id = 3;
SELECT type, source, target, starts, ends FROM shown;
-- What has ended may still be edited, and its record re-keyed, by the way with its kind.
UPDATE enforce_endpoints_kind_crm.relationship SET description = 'x', importance = 1;
UPDATE party SET id = 300, kind = 'toaster' WHERE id = 3;
SELECT type, source, target FROM shown;
-- Refused and ended types together: nothing ends.
DELETE FROM enforce_endpoints_kind_crm.relationship;
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key, start_date) VALUES (2, 5, 10, '2020-01-01'), (1, 5, 10, '2020-01-01');
SELECT refusal('UPDATE party SET kind = ''robot'' WHERE id = 5');
SELECT type, ends FROM shown;
-- A perpetual relationship cannot end.
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key) VALUES (3, 6, 10);
SELECT refusal('UPDATE party SET kind = ''robot'' WHERE id = 6');
-- A record with itself is named once.
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key) VALUES (5, 7, 7);
SELECT refusal('UPDATE party SET kind = ''robot'' WHERE id = 7');
-- A trigger of the table that decides about the kind.
CREATE FUNCTION decide() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.kind := ''robot''; RETURN NEW; END';
CREATE TRIGGER decide BEFORE UPDATE ON party FOR EACH ROW EXECUTE FUNCTION decide();
SELECT refusal('UPDATE party SET name = ''x'' WHERE id = 7');
DROP TRIGGER decide ON party;
-- In the transaction that made the relationship.
BEGIN;
INSERT INTO enforce_endpoints_kind_crm.relationship (type_id, source_key, target_key) VALUES (2, 8, 10);
UPDATE party SET kind = 'robot' WHERE id = 8;
COMMIT;
SELECT type, source, ends FROM shown WHERE source OPERATOR(relate.=) 8;

SET client_min_messages = warning;
RESET search_path;
DROP SCHEMA enforce_endpoints_kind_crm, enforce_endpoints_kind CASCADE;
