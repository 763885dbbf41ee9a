-- Random writes against a model: one is accepted if and only if what it leads to breaks no rule.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_random;
SET search_path = enforce_random, relate, pg_temp;
SELECT create_workspace('enforce_random') AS name \gset
SET relate.workspace = 'enforce_random';

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

SET jit = off;
CREATE TABLE person (id int PRIMARY KEY);
INSERT INTO person SELECT generate_series(1, 4);
SELECT register_module('person') AS person \gset
SELECT create_relationship_type('many_to_one', 'person', 'person', 'many_to_one'),
       create_relationship_type('one_to_one', 'person', 'person', 'one_to_one', allow_self => true),
       create_relationship_type('two_three', 'person', 'person', max_targets_per_source => 2, max_sources_per_target => 3),
       create_relationship_type('symmetric', 'person', 'person', is_symmetric => true, max_targets_per_source => 2, allow_self => true),
       create_relationship_type('tree', 'person', 'person', 'one_to_many', hierarchy_parent => 'source'),
       create_relationship_type('graph', 'person', 'person', hierarchy_parent => 'target'),
       create_relationship_type('perpetual', 'person', 'person', 'many_to_one', is_perpetual => true, hierarchy_parent => 'target') \gset

-- The same rows, with no rule but that of this file.
CREATE TABLE model (LIKE relationship);

-- What holds on each of six days.
CREATE VIEW holds AS
    SELECT day, t.type_id, t.is_symmetric, r.relationship_id AS id, source_key::int AS source, target_key::int AS target, r.is_primary
    FROM model r JOIN relationship_type t USING (type_id), generate_series(date '2020-01-01', '2020-01-06', '1 day') AS day
    WHERE t.is_perpetual OR coalesce(start_date, day) <= day AND coalesce(end_date, day) >= day;
-- Both ends of each: a symmetric one stands on either side of either.
CREATE VIEW stands AS
    SELECT DISTINCT day, type_id, side, record, id, is_primary
    FROM holds, LATERAL (VALUES ('source', source), ('target', target), ('source', CASE WHEN is_symmetric THEN target END),
                                ('target', CASE WHEN is_symmetric THEN source END)) AS one (side, record)
    WHERE record IS NOT NULL;
CREATE FUNCTION broken() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT string_agg(rule, ', ' ORDER BY rule) FROM (
        SELECT 'dates' AS rule FROM model WHERE start_date > end_date
        UNION
        SELECT 'self' FROM model JOIN relationship_type USING (type_id) WHERE NOT allow_self AND source_key::text = target_key::text
        UNION
        SELECT 'duplicate' FROM holds a JOIN holds b USING (day, type_id)
        WHERE a.id < b.id AND ((a.source, a.target) = (b.source, b.target) OR a.is_symmetric AND (a.source, a.target) = (b.target, b.source))
        UNION
        SELECT 'cardinality' FROM stands JOIN relationship_type USING (type_id)
        GROUP BY day, type_id, side, record, max_targets_per_source, max_sources_per_target
        HAVING count(*) > CASE side WHEN 'source' THEN max_targets_per_source ELSE max_sources_per_target END
        UNION
        SELECT 'primary' FROM stands WHERE is_primary AND side = 'target' GROUP BY day, type_id, record HAVING count(*) > 1
        UNION
        (WITH RECURSIVE edge AS (
            SELECT day, type_id, CASE hierarchy_parent WHEN 'source' THEN target ELSE source END AS child,
                   CASE hierarchy_parent WHEN 'source' THEN source ELSE target END AS parent
            FROM holds JOIN relationship_type USING (type_id) WHERE hierarchy_parent IS NOT NULL
         ), under AS (
            SELECT * FROM edge UNION
            SELECT day, type_id, under.child, edge.parent FROM under JOIN edge USING (day, type_id) WHERE edge.child = under.parent
         )
         SELECT 'cycle' FROM under WHERE child = parent)
    ) AS found);
END $$;

CREATE FUNCTION random_date() RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN random() < 0.2 THEN 'NULL' ELSE format('%L', date '2020-01-01' + (random() * 5)::int) END
$$;
CREATE FUNCTION random_person() RETURNS int LANGUAGE sql AS 'SELECT 1 + (random() * 3)::int';
CREATE SEQUENCE next_id;
CREATE FUNCTION random_write() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    some_id text := (SELECT coalesce(string_agg(relationship_id::text, ', '), '0') FROM
                     (SELECT relationship_id FROM model ORDER BY random() LIMIT 1 + (random() * 1.2)::int) AS picked);
    choice float := random();
    module int := (SELECT m.module_id FROM module m);
    a_date text := random_date();
    another_date text := random_date();
    type int := 1 + (random() * 6)::int;
    is_primary boolean := random() < 0.3;
BEGIN
    IF choice < 0.5 THEN
        RETURN format('INSERT INTO %%I (relationship_id, type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date, '
                      'importance, is_primary, created_at, created_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 3, %L, now(), ''me'')',
                      nextval('next_id'), type, module, random_person(), module, random_person(), a_date, another_date, is_primary);
    ELSIF choice < 0.62 THEN
        RETURN format('DELETE FROM %%I WHERE relationship_id IN (%s)', some_id);
    ELSIF choice < 0.8 THEN
        RETURN format('UPDATE %%I SET start_date = %s, end_date = %s WHERE relationship_id IN (%s)', a_date, another_date, some_id);
    ELSIF choice < 0.9 THEN
        RETURN format('UPDATE %%I SET source_key = target_key, target_key = source_key WHERE relationship_id IN (%s)', some_id);
    ELSIF choice < 0.95 THEN
        RETURN format('UPDATE %%I SET source_key = %s, is_primary = %L WHERE relationship_id IN (%s)', random_person(), is_primary, some_id);
    END IF;
    RETURN format('UPDATE %%I SET type_id = %s, is_primary = %L WHERE relationship_id IN (%s)', type, is_primary, some_id);
END $$;

-- The rules that a write to the model breaks; then it is taken back.
CREATE FUNCTION try_model(write text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rules text;
BEGIN
    EXECUTE format(write, 'model');
    rules := broken();
    IF rules IS NOT NULL THEN
        RAISE 'broken' USING ERRCODE = 'P0099';
    END IF;
    RETURN NULL;
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN rules;
END $$;

-- 500 writes, each with its check now or at the end.
CREATE TABLE outcome (write text, breaks text, said text, is_right boolean);
CREATE FUNCTION play(writes int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    write text;
    breaks text;
    said text;
BEGIN
    FOR n IN 1..writes LOOP
        write := random_write();
        breaks := try_model(write);
        said := attempt(CASE WHEN n % 2 = 0 THEN format(write, 'relationship')
                             ELSE format('DO $do$ BEGIN SET CONSTRAINTS ALL DEFERRED; %s; SET CONSTRAINTS ALL IMMEDIATE; END $do$',
                                         format(write, 'relationship')) END);
        INSERT INTO outcome VALUES (write, breaks, said,
            CASE WHEN breaks IS NULL THEN said LIKE 'written: %'
                 ELSE substring(said, '^\d+ relationship_(\w+)') = ANY (string_to_array(breaks, ', ')) END);
        IF n % 100 = 0 THEN
            DELETE FROM relationship;
            DELETE FROM model;
        END IF;
    END LOOP;
END $$;
SELECT setseed(0.42) \gset
SELECT play(500) \gset
SELECT * FROM outcome WHERE is_right IS NOT TRUE;
-- Every rule was broken and kept often enough for this to say something.
SELECT rule, count(*) >= 3 AS often
FROM outcome, string_to_table(coalesce(breaks, 'none'), ', ') AS rule GROUP BY rule ORDER BY rule;
-- Both tables end the same.
SELECT play(60) \gset
SELECT count(*) > 3 FROM model;
SELECT relationship_id, type_id, source_key, target_key, start_date, end_date, is_primary FROM relationship
EXCEPT SELECT relationship_id, type_id, source_key, target_key, start_date, end_date, is_primary FROM model;
SELECT relationship_id FROM model EXCEPT SELECT relationship_id FROM relationship;

DROP SCHEMA enforce_random CASCADE;
