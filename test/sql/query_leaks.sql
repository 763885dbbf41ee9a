-- Nothing leaks. Callers who may not read some records or relationships call every function that
-- reads, with every module and key, and provoke every error: no secret string is in any row,
-- message, detail, hint or context.
--
-- Secrets begin with "hush", and secret relationships are numbered from 77700001, which no oid is. What the caller
-- himself wrote in the statement is no secret. Functions are found in the catalog, so that one
-- that is added is walked too.
SET client_min_messages = warning;
CREATE ROLE leak_owner;
CREATE ROLE leak_caller;
GRANT leak_owner, leak_caller TO CURRENT_USER;
SELECT format('GRANT CREATE ON DATABASE %I TO leak_owner', current_database()) \gexec
CREATE SCHEMA leak AUTHORIZATION leak_owner;
GRANT USAGE ON SCHEMA leak TO leak_caller;
SET ROLE leak_owner;
SET search_path = leak, pg_temp;
SET relate.workspace = 'leak_crm';

CREATE TABLE person (id text PRIMARY KEY, name text, kind text);
CREATE TABLE contract (id text PRIMARY KEY, name text, kind text, boss text);
CREATE TABLE dossier (id numeric PRIMARY KEY, name text, kind text); -- its keys are spelt by the row
INSERT INTO person VALUES ('p1', 'Ann', 'individual'), ('p2', 'Bob', 'individual'), ('p3', 'Cid', 'organization');
INSERT INTO contract SELECT 'hush-key-' || i, 'hush name ' || i, 'hush kind', 'hush boss' FROM generate_series(1, 6) AS i;
INSERT INTO dossier VALUES (42.10, 'hush name of a dossier', 'hush kind');
SELECT relate.create_workspace('leak_crm');
SELECT relate.register_module('person', kind_column => 'kind'), relate.register_module('contract', kind_column => 'kind'),
       relate.register_module('dossier', kind_column => 'kind');
SELECT relate.create_relationship_type('holds', 'person', 'contract', 'many_to_one', label => 'holds', has_contact_details => true),
       relate.create_relationship_type('reads', 'person', 'contract', label => 'reads', max_sources_per_target => 2),
       relate.create_relationship_type('files', 'person', 'dossier', label => 'files'),
       relate.create_relationship_type('above', 'contract', 'contract', 'many_to_one', label => 'is under', inverse_label => 'is above', hierarchy_parent => 'target'),
       relate.create_relationship_type('kin', 'contract', 'contract', label => 'is kin of', is_symmetric => true, is_perpetual => true),
       relate.create_relationship_type('kind', 'person', 'contract', label => 'fits', target_kind => 'other'),
       relate.create_relationship_type('sworn', 'person', 'contract', label => 'swore to', source_kind => 'individual'),
       relate.create_relationship_type('knows', 'person', 'person', label => 'knows');
SELECT relate.connect('person', 'p1', 'knows', 'person', 'p2');
SELECT setval('leak_crm.relationship_relationship_id_seq', 77700000);
SELECT relate.connect('person', 'p1', 'holds', 'contract', 'hush-key-1', '2020-01-01', description => 'hush words',
                      address_module => 'contract', address_key => 'hush-key-6'),
       relate.connect('person', 'p1', 'reads', 'contract', 'hush-key-2', is_primary => true, description => 'hush words'),
       relate.connect('person', 'p3', 'reads', 'contract', 'hush-key-2'),
       relate.connect('person', 'p1', 'files', 'dossier', '42.1'),
       relate.connect('contract', 'hush-key-2', 'is under', 'contract', 'hush-key-1'),
       relate.connect('contract', 'hush-key-3', 'is under', 'contract', 'hush-key-2'),
       relate.connect('contract', 'hush-key-1', 'is kin of', 'contract', 'hush-key-3'),
       relate.connect('person', 'p1', 'swore to', 'contract', 'hush-key-4');
SELECT relate.set_status('contract', 'hush-key-1', 'Customer');
SELECT relate.grant_role('leak_caller', 'administrator');
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON person TO leak_caller;

-- All that a statement says to its caller: rows, or every field of its error; without what he wrote himself.
CREATE FUNCTION said(statement text, OUT words text, OUT is_error boolean) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
    context text;
    written text;
BEGIN
    is_error := false;
    BEGIN
        IF statement LIKE 'SELECT * FROM relate.%' THEN
            EXECUTE format('SELECT string_agg(r::text, '' '') FROM (%s) AS r', statement) INTO words;
        ELSIF statement LIKE 'SELECT%' THEN
            EXECUTE statement INTO words;
        ELSE
            EXECUTE statement;
        END IF;
        RAISE division_by_zero; -- nothing stays
    EXCEPTION
        WHEN division_by_zero THEN NULL;
        WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
            is_error := true;
            words := concat_ws(E'\n', SQLSTATE, SQLERRM, detail, hint, context);
    END;
    FOR written IN SELECT coalesce(one[1], one[2]) FROM regexp_matches(statement, '''([^'']+)''|(\m777000\d+)', 'g') AS one LOOP
        words := replace(words, written, '');
    END LOOP;
END $$;

CREATE TABLE literal (type regtype, name text, value text);
INSERT INTO literal VALUES
    ('text', 'type', '''holds'''), ('text', 'label', '''holds'''), ('text', 'status', '''Customer'''), ('text', 'side', '''source'''),
    ('text', 'workspace', '''leak_crm'''), ('name', NULL, '''leak_crm'''), ('text[]', NULL, '''{holds}'''), ('jsonb', NULL, '''{}'''),
    ('int', NULL, '1'), ('bigint', NULL, '77700001'), ('date', NULL, 'current_date'), ('boolean', NULL, 'true'),
    ('regclass', NULL, '''leak.contract'''), ('regclass', 'module_table', '''leak_crm.module'''),
    ('regclass', 'type_table', '''leak_crm.relationship_type'''), ('anyelement', NULL, 'NULL::leak.contract'),
    ('relate.record_key[]', NULL, '''{p1,p2}''');
GRANT SELECT ON literal TO PUBLIC;

-- Calls of all functions that only read, with the arguments that they need.
CREATE FUNCTION calls() RETURNS TABLE (function text, statement text) LANGUAGE sql STABLE SET search_path = leak, pg_temp AS $$
    SELECT p.proname, format('SELECT * FROM relate.%I(%s)', p.proname, string_agg(a.value, ', ' ORDER BY a.place))
    FROM pg_proc p
    CROSS JOIN (VALUES ('person', 'p1', 1), ('contract', 'hush-key-1', 2), ('contract', 'hush-key-2', 2), ('dossier', '42.1', 3))
        AS record (module, key, module_id)
    CROSS JOIN LATERAL (
        SELECT a.place, CASE
                   WHEN a.type = 'relate.record_key'::regtype THEN quote_literal(record.key) || '::relate.record_key'
                   WHEN a.type = 'int'::regtype AND p.proargnames[a.place] LIKE '%module_id' THEN record.module_id::text
                   ELSE coalesce((SELECT l.value || '::' || a.type::regtype FROM literal l
                                  WHERE l.type = a.type AND (l.name IS NULL OR l.name = p.proargnames[a.place])
                                    AND l.type <> 'anyelement'::regtype ORDER BY l.name NULLS LAST LIMIT 1),
                                 CASE a.type WHEN 'text'::regtype THEN quote_literal(record.module) || '::text'
                                             WHEN 'anyelement'::regtype THEN 'NULL::leak.contract' END) END AS value
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)
        WHERE a.place <= p.pronargs - p.pronargdefaults
    ) AS a
    WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'relate') AND p.prokind = 'f' AND p.provolatile = 's'
      AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND (p.proname NOT LIKE 'plan\_%' OR record.key = 'hush-key-1') -- slow
      -- One form of each is enough: that with keys, not with texts in their place.
      AND obj_description(p.oid, 'pg_proc') NOT LIKE '%with text for keys%'
    GROUP BY p.oid, p.proname, record
    HAVING bool_and(a.value IS NOT NULL)
    UNION ALL
    SELECT relation, format('SELECT * FROM relate.%s', source)
    FROM (VALUES ('relationship', 'version() AS v, leak_crm.relationship AS r'), ('relationship_list', 'version() AS v, leak_crm.relationship_list AS r'),
                 ('relationship_sides', 'version() AS v, leak_crm.relationship_sides AS r'), ('record_status', 'version() AS v, leak_crm.record_status AS r'),
                 ('all related', 'related_records(''person'', ''p1'', show => ''all'')'), ('all related', 'related_records(''contract'', ''hush-key-2'', show => ''all'')'),
                 ('related of many', 'related_records_of(''person'', ''{p1,p2,p3}'', show => ''all'')'))
        AS other (relation, source)
$$;

-- Statements that the rules refuse, or that stumble over what is there.
CREATE TABLE refusal (number int GENERATED ALWAYS AS IDENTITY, statement text);
GRANT SELECT ON refusal TO PUBLIC;
INSERT INTO refusal (statement) VALUES
    -- duplicate, cardinality, primary, cycle, each by verb and by plain INSERT
    ($$SELECT relate.connect('person', 'p1', 'holds', 'contract', 'hush-key-1')$$),
    ($$SELECT relate.connect('person', 'p1', 'holds', 'contract', 'hush-key-5')$$),
    ($$SELECT relate.connect('person', 'p1', 'holds', 'contract', 'hush-key-5', '2010-01-01')$$),
    ($$SELECT relate.connect('person', 'p2', 'reads', 'contract', 'hush-key-2')$$),
    ($$INSERT INTO leak_crm.relationship (type_id, source_key, target_key) VALUES (2, 'p2', 'hush-key-2')$$),
    ($$INSERT INTO leak_crm.relationship_list (relationship_type, source_key, target_key) VALUES ('holds', 'p1', 'hush-key-5')$$),
    ($$SELECT relate.update_relationship(77700003, is_primary => true)$$),
    ($$UPDATE leak_crm.relationship SET is_primary = true$$),
    ($$SELECT relate.connect('contract', 'hush-key-1', 'is under', 'contract', 'hush-key-3')$$),
    ($$SELECT relate.connect('contract', 'hush-key-3', 'is kin of', 'contract', 'hush-key-1')$$),
    ($$SELECT relate.create_relationship('holds', 'p1', 'hush-key-5', '2019-01-01', on_conflict => 'end_old')$$),
    ($$UPDATE leak_crm.relationship SET type_id = 1 WHERE type_id = 2$$),
    ($$UPDATE leak_crm.relationship SET start_date = '2030-01-01', end_date = '2029-01-01'$$),
    ($$UPDATE leak_crm.relationship SET importance = 9$$),
    ($$UPDATE leak_crm.relationship SET end_date = 'infinity'$$),
    ($$UPDATE leak_crm.relationship SET email = 'x'$$),
    ($$UPDATE leak_crm.relationship SET address_key = NULL$$),
    ($$UPDATE leak_crm.relationship SET target_key = source_key, target_module_id = source_module_id$$),
    ($$UPDATE leak_crm.relationship SET type_id = 99$$),
    ($$UPDATE leak_crm.relationship SET source_module_id = 99$$),
    ($$UPDATE leak_crm.relationship SET relationship_id = 1$$),
    ($$UPDATE leak_crm.relationship SET source_key = 'nobody'$$),
    -- kinds, spellings, what does not exist
    ($$SELECT relate.connect('person', 'p1', 'fits', 'contract', 'hush-key-5')$$),
    ($$INSERT INTO leak_crm.relationship (type_id, source_key, target_key) VALUES (6, 'p1', 'hush-key-5')$$),
    ($$SELECT relate.connect('person', 'p2', 'files', 'dossier', '042.1000')$$),
    ($$SELECT relate.connect('person', 'p2', 'files', 'dossier', '43.1')$$),
    ($$SELECT relate.connect('person', 'p2', 'reads', 'contract', 'hush')$$),
    ($$SELECT relate.connect('person', 'p2', 'holds', 'contract', 'hush-key-5', address_module => 'contract', address_key => 'x')$$),
    ($$SELECT relate.connect('person', 'p2', 'hates', 'contract', 'hush-key-5')$$),
    ($$SELECT relate.set_status('contract', 'hush', 'Customer')$$),
    ($$SELECT relate.set_status('contract', 'hush-key-5', 'Custom')$$),
    ($$INSERT INTO leak_crm.record_status (module_id, key, status_id, since) VALUES (2, 'hush-key-1', 1, current_date)$$),
    ($$UPDATE leak_crm.record_status SET status_id = 1, key = 'none'$$),
    ($$SELECT relate.end_relationship(77700001, '2000-01-01')$$),
    ($$SELECT relate.end_relationship('kin', 'hush-key-1', 'hush-key-3')$$),
    ($$SELECT relate.delete_relationship('reads', 'p1', 'hush-key-5')$$),
    ($$SELECT relate.update_relationship(77700001, type => 'kin')$$),
    -- the records of a visible table
    ($$DELETE FROM leak.person WHERE id = 'p1'$$),
    ($$DELETE FROM leak.person$$),
    ($$TRUNCATE leak.person$$),
    ($$UPDATE leak.person SET kind = 'organization' WHERE id = 'p1'$$),
    ($$UPDATE leak.person SET id = 'p2' WHERE id = 'p1'$$),
    -- types and modules
    ($$SELECT relate.alter_relationship_type('reads', max_sources_per_target => 1)$$),
    ($$SELECT * FROM relate.preview_alter_relationship_type('reads', max_sources_per_target => 1)$$),
    ($$SELECT relate.alter_relationship_type('holds', has_contact_details => false)$$),
    ($$SELECT * FROM relate.preview_alter_relationship_type('holds', has_contact_details => false)$$),
    ($$SELECT relate.alter_relationship_type('reads', cardinality => 'one_to_one')$$),
    ($$UPDATE leak_crm.relationship_type SET max_targets_per_source = 1, max_sources_per_target = 1 WHERE name = 'reads'$$),
    ($$SELECT relate.alter_relationship_type('reads', source_module => 'contract')$$),
    ($$SELECT relate.drop_relationship_type('reads')$$),
    ($$SELECT relate.unregister_module('contract')$$),
    ($$DELETE FROM leak_crm.module$$),
    ($$UPDATE leak_crm.module SET kind_column = NULL WHERE name = 'contract'$$),
    ($$SELECT relate.alter_module('contract', name_columns => '{boss}')$$),
    ($$SELECT relate.alter_module('contract', kind_column => 'boss')$$);

-- What of all that tells a secret.
CREATE FUNCTION leaks(in_rows text, in_errors text) RETURNS TABLE (function text, statement text, words text) LANGUAGE sql AS $$
    SELECT c.function, c.statement, s.words
    FROM (SELECT function, statement FROM leak.calls() UNION SELECT 'refusal', statement FROM leak.refusal) AS c
    CROSS JOIN LATERAL leak.said(c.statement) AS s
    WHERE s.words ~ CASE WHEN s.is_error THEN in_errors ELSE in_rows END
    ORDER BY c.function, c.statement
$$;

-- The owner hears secrets from all that can tell some: the walk is no stroll past them.
CREATE TABLE heard AS SELECT * FROM leaks('hush name|777000', 'hush');
SELECT string_agg(DISTINCT function, ', ' ORDER BY function) FROM heard
WHERE function IN ('related_records', 'related_records_of', 'record_name', 'record_name_in', 'relationship_report', 'record_overview',
                   'preview_delete', 'related_rows', 'relationship_list', 'relationship_sides', 'refusal', 'possible_types', 'validate');
SELECT count(*) AS "refusals that tell the owner more" FROM heard WHERE function = 'refusal';
SELECT count(DISTINCT function) > 50 AS "many functions", count(DISTINCT statement) > 150 AS "many calls" FROM calls();

CREATE VIEW refused AS
    SELECT CASE WHEN s.is_error THEN left(s.words, 5) ELSE 'done' END AS sqlstate, count(*) FROM leak.refusal r CROSS JOIN LATERAL leak.said(r.statement) AS s GROUP BY 1 ORDER BY 1;
GRANT SELECT ON refused TO PUBLIC;
ALTER VIEW refused SET (security_invoker = true);
SELECT * FROM refused;

-- 1. No right on the tables of contracts and dossiers.
SET ROLE leak_caller;
SELECT * FROM leaks('hush (name|kind|boss)', 'hush');
SELECT * FROM refused;
-- 2. Some columns: the key alone, then the name alone, then both and not the kind.
SET ROLE leak_owner;
GRANT SELECT (id) ON contract, dossier TO leak_caller;
SET ROLE leak_caller;
SELECT * FROM leaks('hush (name|kind|boss)', 'hush (name|kind|boss)');
SET ROLE leak_owner;
REVOKE SELECT (id) ON contract, dossier FROM leak_caller;
GRANT SELECT (name) ON contract, dossier TO leak_caller;
SET ROLE leak_caller;
SELECT * FROM leaks('hush (name|kind|boss)', 'hush');
SET ROLE leak_owner;
GRANT SELECT (id) ON contract, dossier TO leak_caller;
SET ROLE leak_caller;
SELECT * FROM leaks('hush (kind|boss)', 'hush (kind|boss)');
-- 3. All columns, but policies on the tables that show no row.
SET ROLE leak_owner;
GRANT SELECT ON contract, dossier TO leak_caller;
ALTER TABLE contract ENABLE ROW LEVEL SECURITY;
ALTER TABLE dossier ENABLE ROW LEVEL SECURITY;
SET ROLE leak_caller;
SELECT * FROM leaks('hush (name|kind|boss)', 'hush');
-- 4. All records, but a policy on the table of relationships that hides those with contracts.
SET ROLE leak_owner;
ALTER TABLE contract DISABLE ROW LEVEL SECURITY;
ALTER TABLE dossier DISABLE ROW LEVEL SECURITY;
ALTER TABLE leak_crm.relationship ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON leak_crm.relationship USING (relationship_id < 77700000) WITH CHECK (true);
SET ROLE leak_caller;
SELECT * FROM leaks('777000|hush words', '777000|hush words|hush-key') WHERE words !~ 'hush-key-5';
-- 5. Record security: neither the records nor what is related to them.
SET ROLE leak_owner;
DROP POLICY few ON leak_crm.relationship;
ALTER TABLE contract ENABLE ROW LEVEL SECURITY;
ALTER TABLE dossier ENABLE ROW LEVEL SECURITY;
SELECT relate.enable_record_security('leak_crm');
SET ROLE leak_caller;
SELECT * FROM leaks('hush|777000', 'hush|777000');
SELECT * FROM refused;
-- 6. No right to read relationships at all, and only to write some columns of them.
SET ROLE leak_owner;
SELECT relate.disable_record_security('leak_crm');
REVOKE SELECT ON leak_crm.relationship, leak_crm.record_status FROM leak_caller;
SET ROLE leak_caller;
SELECT * FROM leaks('hush|777000', 'hush|777000');
-- 7. A stranger, who may not even look into the schema.
SET ROLE leak_owner;
SELECT relate.revoke_role('leak_caller');
REVOKE SELECT ON contract, dossier FROM leak_caller;
SET ROLE leak_caller;
SELECT * FROM leaks('hush|777000', 'hush|777000');

RESET ROLE;
SET client_min_messages = error;
DROP OWNED BY leak_caller, leak_owner CASCADE;
DROP ROLE leak_caller, leak_owner;
