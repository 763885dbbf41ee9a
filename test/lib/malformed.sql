-- Random calls of every function of schema relate, most of them malformed, and
-- its trigger functions on all sorts of tables. See test/t/malformed.sh.
\set QUIET on
CREATE SCHEMA chaos;

-- What an argument of that name may well be (any type it is cast to).
CREATE TABLE chaos.likely (argument text, expression text);
INSERT INTO chaos.likely
SELECT argument, expression
FROM (VALUES
    ('workspace', 'crm|crm|fake'), ('name', 'contact|employment|crm|fake|Customer|network'),
    ('module', 'contact|organization|asset|event|price'), ('from_module', 'contact'),
    ('to_module', 'contact|organization'), ('source_module', 'contact'), ('target_module', 'organization'),
    ('type', 'employment|marriage|subsidiary|mention|ticket'), ('type_name', 'employment'),
    ('label', 'works for|is married to|Employee'), ('status', 'Customer'), ('key', '1|2|1.5'),
    ('from_key', '1'), ('to_key', '2'), ('source_key', '1'), ('target_key', '2|3'), ('module_id', '1|2|4|7'),
    ('source_module_id', '1'), ('target_module_id', '1|2'), ('type_id', '1|3|4|5'), ('id', '1|2|30'),
    ('table_name', 'contact|bystander|event|crm.relationship'), ('type_table', 'crm.relationship_type'),
    ('module_table', 'crm.module'), ('on_table', 'contact'), ('side', 'source|target'),
    ('show', 'all|past'), ('cardinality', 'one_to_one|many_to_many'), ('on_invalid', 'end|delete|ignore'),
    ('on_conflict', 'replace|end_old'), ('kind', 'individual|module|type'), ('column_name', 'id|name'),
    ('columns', '{id,name}'), ('key_columns', '{id}'), ('name_columns', '{name}'), ('function_name', 'connect'),
    ('types', '{employment,ticket}'), ('reset', '{label}'), ('access', 'reader'), ('behavior', 'cascade'),
    ('sample', 'network'), ('rules', '{relationship_cardinality,relationship_cycle,relationship_kind}'),
    ('asked', '{relationship_cardinality,relationship_cycle}'), ('hierarchy_parent', 'source')) AS l (argument, expressions),
    string_to_table(expressions, '|') AS expression;

-- What an argument of that type had better not be.
CREATE TABLE chaos.odd (type regtype, expression text);
INSERT INTO chaos.odd
SELECT type::regtype, quote_literal(value) FROM (VALUES
    ('text', ''), ('text', ' '), ('text', '''; DROP TABLE contact; --'), ('text', '"'), ('text', '\'), ('text', E'a\nb'), ('text', '%I %s'),
    ('text', '$1'), ('text', 'ä"''\{},()'), ('text', '{'), ('text', '(,)'), ('text', 'NULL'), ('text', '9223372036854775808'), ('text', '-0'),
    ('text', '*'), ('text', 'pg_catalog'), ('text', '(1,2)'), ('text', '0'), ('text', 'infinity'),
    ('name', ''), ('name', 'no such'), ('name', 'pg_catalog'), ('name', 'a"b'), ('name', 'public'), ('name', repeat('n', 63)), ('name', 'ctid'), ('name', 'oid'),
    ('date', 'infinity'), ('date', '-infinity'), ('date', '4713-11-24 BC'), ('date', '4713-01-01 BC'), ('date', '5874897-12-31'), ('date', '0044-03-15 BC'),
    ('date', '2020-02-29'), ('date', '0001-01-01'), ('timestamptz', 'infinity'),
    ('smallint', '0'), ('smallint', '-32768'), ('smallint', '32767'), ('integer', '0'), ('integer', '-1'), ('integer', '2147483647'), ('integer', '-2147483648'),
    ('integer', '7'), ('bigint', '0'), ('bigint', '-1'), ('bigint', '9223372036854775807'), ('bigint', '-9223372036854775808'), ('bigint', '99999999'),
    ('boolean', 'true'), ('boolean', 'false'), ('uuid', 'ffffffff-ffff-ffff-ffff-ffffffffffff'), ('"char"', ''), ('"char"', 'N'), ('"char"', 'x'),
    ('regclass', '0'), ('regclass', '1'), ('regclass', '4294967295'), ('regclass', '99999999'), ('regclass', 'pg_class'), ('regclass', 'pg_toast.pg_toast_1255'),
    ('regclass', 'contact_names'), ('regclass', 'number'), ('regclass', 'contact_pkey'), ('regclass', 'relate.type_draft'), ('regclass', 'crm.module'),
    ('regclass', 'crm.relationship_list'), ('regclass', 'event'), ('regclass', 'event_old'), ('regclass', 'pg_stat_activity'),
    ('text[]', '{}'), ('text[]', '{NULL}'), ('text[]', '{""}'), ('text[]', '{{a,b},{c,d}}'), ('text[]', '[5:6]={a,b}'), ('text[]', '{employment,NULL,employment}'),
    ('name[]', '{}'), ('name[]', '{NULL}'), ('name[]', '{{id,name},{id,id}}'), ('name[]', '{"",nothing}'), ('name[]', '{id,id}'), ('name[]', '{ctid}'),
    ('bigint[]', '{}'), ('bigint[]', '{NULL,1,-1}'), ('bigint[]', '{{1,2},{3,4}}'), ('"char"[]', '{}'), ('"char"[]', '{NULL,N}'),
    ('relate.record_key', ''), ('relate.record_key', '0'), ('relate.record_key', '-1'), ('relate.record_key', '(,)'), ('relate.record_key', '("'),
    ('relate.record_key', '99999999999999999999'), ('relate.record_key', 'infinity'), ('relate.record_key', 'NaN'), ('relate.record_key', '(infinity,1)'),
    ('relate.record_key', '(2016-01-01,)'), ('relate.record_key', ' 1'), ('relate.record_key', '(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,1,2,3,4,5,6,7,8,9)'),
    ('jsonb', 'null'), ('jsonb', '[]'), ('jsonb', '{}'), ('jsonb', '1'), ('jsonb', '"x"'), ('jsonb', '{"name": null, "type_id": {}, "": []}'),
    ('jsonb', '{"max_targets_per_source": "many", "cardinality": "none"}'), ('jsonb', '[[[[[[[[1]]]]]]]]')) AS o (type, value);
INSERT INTO chaos.odd VALUES
    ('text', 'repeat(''x'', 10000)'), ('text', 'repeat(''(,"'', 3000)'), ('text', 'repeat(U&''\00E9\4E2D'', 400)'), ('relate.record_key', 'repeat(''7'', 2000)'),
    ('relate.record_key', 'repeat(''k'', 1001)'), ('relate.record_key', 'repeat(''('', 10000)'), ('text[]', 'array_fill(''x''::text, ARRAY[5000])'),
    ('text[]', 'array_fill(''employment''::text, ARRAY[200])'), ('name[]', 'array_fill(''id''::name, ARRAY[2000])'), ('bigint[]', 'array_fill(1::bigint, ARRAY[20000])'),
    ('relate.record_key[]', 'array_fill(''x''::relate.record_key, ARRAY[20000])'), ('relate.record_key[]', 'ARRAY[NULL, 1, ''x'', NULL]::relate.record_key[]'),
    ('relate.record_key[]', '''{{1,2},{3,4}}'''), ('relate.record_key[]', '''{}'''), ('relate.record_key[]', 'ARRAY(SELECT i::relate.record_key FROM generate_series(-500, 500) AS i)'),
    ('jsonb', '(repeat(''['', 500) || repeat('']'', 500))'),
    ('relate.type_draft', 'relate.find_type(''crm'', ''employment'', '''')'), ('relate.type_draft', 'relate.find_type(''crm'', ''marriage'', '''')'),
    ('relate.type_draft', 'relate.find_type(''crm'', ''subsidiary'', '''')'), ('relate.module_entry', 'relate.find_module(''crm'', 1)'),
    ('relate.module_entry', 'relate.find_module(''crm'', 7)');

CREATE FUNCTION chaos.one_of(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
    $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;

-- An expression for the argument.
CREATE FUNCTION chaos.value(wanted text, type oid) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    shape text := format_type(type, NULL);
    dice float8 := random();
    found text;
    relation oid := (SELECT typrelid FROM pg_type WHERE pg_type.oid = type);
BEGIN
    IF shape = 'anyelement' THEN
        RETURN chaos.one_of('{NULL::contact,NULL::event,NULL::integer,NULL::text,NULL::crm.module,NULL::pg_class,ROW(1),NULL::contact_names,NULL::relate.type_draft}');
    ELSIF shape IN ('internal', '"any"') THEN
        RETURN 'NULL';
    ELSIF dice < 0.1 THEN
        RETURN 'NULL::' || shape;
    END IF;
    IF dice < 0.6 THEN
        found := chaos.one_of(ARRAY(SELECT format('%L', expression) FROM chaos.likely WHERE argument = wanted));
    END IF;
    IF found IS NULL AND relation <> 0 AND dice < 0.8 THEN
        found := (SELECT format('ROW(%s)', string_agg(chaos.value(attname, atttypid), ', ' ORDER BY attnum))
                  FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped);
    END IF;
    IF found IS NULL THEN
        found := chaos.one_of(ARRAY(SELECT expression FROM chaos.odd AS o
                                    WHERE o.type = value.type OR o.type = 'text'::regtype AND shape IN ('character varying', 'character', 'cstring')));
    END IF;
    RETURN CASE WHEN found IS NULL THEN 'NULL' ELSE '(' || found || ')' END || '::' || shape;
END $$;

-- A schema that looks like a workspace and holds what nobody checked.
CREATE PROCEDURE chaos.fake_workspace(seed float8) LANGUAGE plpgsql AS $$
DECLARE
    part text;
    refused bigint := 0;
BEGIN
    PERFORM setseed(seed);
    CREATE SCHEMA fake;
    FOREACH part IN ARRAY '{workspace,module,relationship_type,relationship,status,record_status}'::text[] LOOP
        EXECUTE format('CREATE TABLE fake.%1$I (LIKE crm.%1$I INCLUDING DEFAULTS INCLUDING INDEXES)', part);
        FOR i IN 1..CASE part WHEN 'relationship' THEN 200 WHEN 'workspace' THEN 3 WHEN 'relationship_type' THEN 300 ELSE 100 END LOOP
            BEGIN
                EXECUTE (SELECT format('INSERT INTO fake.%I VALUES (%s)', part,
                                       string_agg(CASE WHEN attname = 'is_default' THEN 'false'
                                                       WHEN attnum = 1 AND part <> 'record_status' AND random() < 0.9 THEN i::text
                                                       ELSE chaos.value(attname, atttypid) END, ', ' ORDER BY attnum))
                         FROM pg_attribute WHERE attrelid = format('fake.%I', part)::regclass AND attnum > 0);
            EXCEPTION WHEN not_null_violation OR unique_violation OR program_limit_exceeded OR datetime_field_overflow THEN
                refused := refused + 1;
            END;
        END LOOP;
    END LOOP;
    -- Numbers that fit what relationships are likely to have.
    ALTER TABLE fake.module DROP CONSTRAINT module_pkey;
    ALTER TABLE fake.relationship_type DROP CONSTRAINT relationship_type_pkey;
    UPDATE fake.module SET module_id = n FROM (SELECT ctid, row_number() OVER () AS n FROM fake.module) AS m WHERE module.ctid = m.ctid;
    UPDATE fake.relationship_type SET type_id = n FROM (SELECT ctid, row_number() OVER () AS n FROM fake.relationship_type) AS t
    WHERE relationship_type.ctid = t.ctid;
    CREATE CONSTRAINT TRIGGER relationship_check AFTER INSERT OR UPDATE ON fake.relationship FOR EACH ROW EXECUTE FUNCTION relate.relationship_check();
    CREATE TRIGGER relationship_defaults BEFORE INSERT OR UPDATE ON fake.relationship FOR EACH ROW EXECUTE FUNCTION relate.relationship_defaults();
    CREATE TRIGGER record_status_check AFTER INSERT OR UPDATE ON fake.record_status FOR EACH ROW EXECUTE FUNCTION relate.record_status_check();
    CREATE TRIGGER relationship_type_check BEFORE INSERT OR UPDATE OR DELETE ON fake.relationship_type FOR EACH ROW EXECUTE FUNCTION relate.relationship_type_check();
    CREATE TRIGGER module_check BEFORE INSERT OR UPDATE ON fake.module FOR EACH ROW EXECUTE FUNCTION relate.module_check();
END $$;

CREATE TABLE chaos.call (id serial PRIMARY KEY, statement text);
CREATE TABLE chaos.outcome (id int, sqlstate text, message text, damage_id int); -- 0: none

-- So many calls of each function, the same ones for a seed.
CREATE PROCEDURE chaos.invent(times int, seed float8) LANGUAGE plpgsql AS $$
DECLARE
    f record;
BEGIN
    PERFORM setseed(seed);
    FOR f IN SELECT p.oid, p.oid::regprocedure AS name, proname, proargnames, proargtypes, pronargs,
                    CASE prorettype WHEN 'trigger'::regtype THEN 'SELECT' WHEN 'event_trigger'::regtype THEN 'SELECT' ELSE 'SELECT * FROM' END AS verb,
                    CASE WHEN prokind = 'p' THEN 'CALL' END AS call
             FROM pg_proc AS p WHERE pronamespace = 'relate'::regnamespace AND prokind IN ('f', 'p') AND 'internal'::regtype <> ALL (proargtypes)
             ORDER BY p.oid::regprocedure::text COLLATE "C" LOOP
        FOR i IN 1..CASE WHEN f.pronargs = 0 THEN 1 ELSE times END LOOP
            INSERT INTO chaos.call (statement)
            SELECT format('%s relate.%I(%s)', coalesce(f.call, f.verb), f.proname,
                          string_agg(chaos.value(f.proargnames[n], type), ', ' ORDER BY n))
            FROM unnest(f.proargtypes) WITH ORDINALITY AS a (type, n);
        END LOOP;
    END LOOP;
END $$;

-- Trigger functions on tables for which they are not meant.
CREATE PROCEDURE chaos.invent_triggers() LANGUAGE sql AS $$
    INSERT INTO chaos.call (statement)
    SELECT format('CREATE TRIGGER aa_chaos %s ON %s %s EXECUTE FUNCTION %s%s; INSERT INTO %2$s DEFAULT VALUES; %6$s',
                  timing, target, level, f.oid::regproc, CASE WHEN level = 'FOR EACH ROW' THEN '(''x'', 1)' ELSE '()' END,
                  format(change, target))
    FROM pg_proc AS f,
         (VALUES ('BEFORE INSERT OR UPDATE OR DELETE', 'FOR EACH ROW'), ('AFTER INSERT OR UPDATE OR DELETE', 'FOR EACH ROW'),
                 ('BEFORE INSERT OR UPDATE OR DELETE', 'FOR EACH STATEMENT'), ('AFTER INSERT OR DELETE OR TRUNCATE', 'FOR EACH STATEMENT'),
                 ('BEFORE TRUNCATE', 'FOR EACH STATEMENT'), ('INSTEAD OF INSERT OR UPDATE OR DELETE', 'FOR EACH ROW')) AS w (timing, level),
         (VALUES ('bystander'), ('contact'), ('event'), ('event_new'), ('contact_names'), ('crm.relationship'), ('crm.module'), ('crm.status'),
                 ('crm.record_status'), ('crm.relationship_type'), ('crm.workspace'), ('crm.relationship_list'), ('odd_relationship')) AS t (target),
         (VALUES ('UPDATE %1$s SET ctid = ctid'), ('DELETE FROM %s'), ('TRUNCATE %s CASCADE'),
                 ('INSERT INTO %s SELECT * FROM %1$s LIMIT 1'), ('UPDATE %s AS u SET (id, name) = (u.id, ''x'')')) AS c (change)
    WHERE pronamespace = 'relate'::regnamespace AND prorettype = 'trigger'::regtype
      AND (timing LIKE 'INSTEAD%') = (target IN ('contact_names', 'crm.relationship_list'))
      AND NOT (timing LIKE '%TRUNCATE%' AND target IN ('contact_names', 'crm.relationship_list'));
    UPDATE chaos.call SET statement = replace(statement, 'INSERT INTO ' || target || ' DEFAULT VALUES', 'SELECT')
    FROM (VALUES ('contact_names'), ('crm.relationship_list'), ('crm.relationship'), ('contact'), ('event'), ('event_new'), ('crm.module'), ('crm.status'),
                 ('crm.record_status'), ('crm.relationship_type'), ('crm.workspace')) AS t (target)
    WHERE random() < 0.5;
$$;

-- Plain SQL on what the rules look after, the fake workspace's too.
CREATE PROCEDURE chaos.invent_changes(times int) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.call (statement)
    SELECT format(change, target, column_name, chaos.value(column_name, type))
    FROM generate_series(1, times),
         (SELECT attrelid::regclass, attname, atttypid FROM pg_attribute
          WHERE attnum > 0 AND NOT attisdropped AND (attrelid IN ('contact'::regclass, 'event'::regclass, 'price'::regclass, 'asset'::regclass)
             OR attrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('crm'::regnamespace, 'fake'::regnamespace) AND relkind = 'r'))) AS c (target, column_name, type),
         (VALUES ('UPDATE %s SET %I = %s'), ('UPDATE %s SET %I = %s WHERE random() < 0.2'), ('UPDATE %s AS u SET %2$I = %2$I')) AS w (change);
    INSERT INTO chaos.call (statement)
    SELECT format(change, target)
    FROM (VALUES ('contact'), ('event'), ('event_old'), ('price'), ('asset'), ('ticket'), ('device'), ('fake.relationship'), ('crm.relationship'),
                 ('fake.module'), ('crm.module'), ('fake.relationship_type'), ('crm.relationship_type'), ('fake.status'), ('fake.record_status')) AS t (target),
         (VALUES ('DELETE FROM %s'), ('TRUNCATE %s CASCADE'), ('DELETE FROM %s WHERE random() < 0.3'), ('DROP TABLE %s CASCADE'),
                 ('ALTER TABLE %s RENAME TO other_name'), ('INSERT INTO %1$s SELECT * FROM %1$s')) AS w (change);
END $$;

-- What may have happened to the world before the call.
CREATE TABLE chaos.damage (id serial, statement text);
INSERT INTO chaos.damage (statement) VALUES
    ('DROP TABLE contact CASCADE'), ('DROP SCHEMA fake CASCADE; DROP TABLE event CASCADE'),
    ('DROP SCHEMA fake CASCADE; DELETE FROM crm.relationship WHERE type_id = 7; DROP TABLE event_old; ALTER TABLE event DETACH PARTITION event_new'),
    ('ALTER TABLE contact DROP COLUMN name CASCADE'), ('ALTER TABLE contact DROP COLUMN kind CASCADE'), ('ALTER TABLE contact DROP CONSTRAINT contact_pkey CASCADE'),
    ('DROP SCHEMA fake CASCADE; DROP VIEW contact_names; ALTER TABLE contact ALTER id TYPE text'), ('ALTER TABLE organization ALTER id TYPE numeric'), ('ALTER TABLE contact RENAME id TO ident'),
    ('ALTER TABLE contact RENAME TO people'), ('CREATE SCHEMA elsewhere; ALTER TABLE contact SET SCHEMA elsewhere'),
    ('ALTER SCHEMA crm RENAME TO other_crm'), ('DROP TABLE crm.status CASCADE'), ('ALTER TABLE crm.relationship RENAME TO links'),
    ('DROP INDEX crm.relationship_source_idx'), ('DROP INDEX crm.relationship_source_idx, crm.relationship_target_idx, crm.relationship_address_idx'),
    ('DROP VIEW crm.relationship_list'), ('ALTER TABLE crm.relationship DISABLE TRIGGER ALL'), ('DROP TRIGGER relate_check ON crm.relationship'),
    ('ALTER TABLE crm.relationship ALTER source_key DROP NOT NULL'), ('ALTER TABLE crm.module ALTER name_columns TYPE text[]'),
    ('ALTER TABLE crm.relationship ENABLE ROW LEVEL SECURITY; SET LOCAL ROLE chaos_editor'), ('SET LOCAL ROLE chaos_editor'), ('SET LOCAL ROLE chaos_reader'),
    ('ALTER TABLE contact ENABLE ROW LEVEL SECURITY; SET LOCAL ROLE chaos_reader'), ('SET LOCAL row_security = off; ALTER TABLE contact ENABLE ROW LEVEL SECURITY; SET LOCAL ROLE chaos_reader'),
    ('REVOKE ALL ON contact, organization, event, asset FROM PUBLIC, chaos_owner, chaos_reader, chaos_editor'),
    ('REVOKE ALL ON contact, organization, event, asset FROM PUBLIC, chaos_owner, chaos_reader, chaos_editor; SET LOCAL ROLE chaos_editor'),
    ('REVOKE ALL ON contact, organization, event, asset FROM PUBLIC, chaos_owner, chaos_reader, chaos_editor; SET LOCAL ROLE chaos_owner'),
    ('REVOKE SELECT (name) ON contact FROM chaos_reader; REVOKE SELECT ON contact FROM chaos_reader; GRANT SELECT (id) ON contact TO chaos_reader; SET LOCAL ROLE chaos_reader'),
    ('SET LOCAL ROLE chaos_owner'), ('SET LOCAL ROLE chaos_stranger'), ('SET LOCAL session_replication_role = replica; DELETE FROM crm.module WHERE name = ''contact'''),
    ('SET LOCAL session_replication_role = replica; DELETE FROM crm.relationship_type WHERE name = ''employment'''), ('SET LOCAL session_replication_role = replica; DELETE FROM contact WHERE id < 10'),
    ('SET LOCAL session_replication_role = replica; DELETE FROM crm.status'), ('SET LOCAL session_replication_role = replica; DELETE FROM crm.workspace'),
    ('SET LOCAL session_replication_role = replica; UPDATE crm.module SET table_name = 0 WHERE name = ''contact'''),
    ('SET LOCAL session_replication_role = replica; UPDATE crm.module SET key_columns = ''{name}'', name_columns = ''{nothing}'' WHERE name = ''contact'''),
    ('SET LOCAL session_replication_role = replica; UPDATE crm.relationship SET start_date = ''infinity'', end_date = ''-infinity'''),
    ('SET LOCAL default_transaction_read_only = on; SET LOCAL transaction_read_only = on'), ('SET LOCAL work_mem = ''64kB'''), ('SET LOCAL search_path = '''''),
    ('SET LOCAL datestyle = ''German''; SET LOCAL timezone = ''Asia/Tokyo''; SET LOCAL bytea_output = escape');
CREATE ROLE chaos_owner;
CREATE ROLE chaos_editor;
CREATE ROLE chaos_reader;
CREATE ROLE chaos_stranger;
SELECT relate.grant_role('chaos_editor', 'editor'), relate.grant_role('chaos_reader', 'reader') \g /dev/null
GRANT SELECT ON ALL TABLES IN SCHEMA public TO chaos_reader, chaos_editor, chaos_owner;
GRANT REFERENCES ON ALL TABLES IN SCHEMA public TO chaos_owner;
GRANT USAGE ON SCHEMA chaos TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA chaos TO PUBLIC;

-- Makes a call, and takes back what it did.
CREATE FUNCTION chaos.outcome_of(call_id int, call text, damage_id int DEFAULT 0) RETURNS chaos.outcome LANGUAGE plpgsql AS $$
DECLARE
    outcome chaos.outcome;
BEGIN
    BEGIN
        EXECUTE call;
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE 'taken back' USING ERRCODE = '00TOK';
    EXCEPTION WHEN OTHERS OR assert_failure THEN
        GET STACKED DIAGNOSTICS outcome.sqlstate = RETURNED_SQLSTATE, outcome.message = MESSAGE_TEXT;
    END;
    outcome.id := call_id;
    outcome.damage_id := damage_id;
    RETURN outcome;
END $$;
CREATE FUNCTION chaos.try(call_id int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    call CONSTANT text := (SELECT statement FROM chaos.call WHERE id = call_id);
    outcome chaos.outcome;
BEGIN
    PERFORM set_config('relate.workspace', CASE WHEN call_id % 3 = 0 THEN 'fake' END, true);
    outcome := chaos.outcome_of(call_id, call);
    INSERT INTO chaos.outcome SELECT outcome.*;
END $$;
-- Makes calls in a world that something has happened to, and takes that back too.
CREATE FUNCTION chaos.try_after(damage_id int, call_ids int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    damage CONSTANT text := (SELECT statement FROM chaos.damage WHERE id = damage_id);
    calls CONSTANT text[] := ARRAY(SELECT statement FROM chaos.call JOIN unnest(call_ids) WITH ORDINALITY AS c (id, place) USING (id) ORDER BY place);
    outcomes chaos.outcome[];
    refusal text;
    before text;
BEGIN
    -- What nobody checked may not let it happen: then without.
    FOREACH before IN ARRAY '{"", "DROP SCHEMA fake CASCADE; "}'::text[] LOOP
        BEGIN
            EXECUTE before || damage;
            FOR i IN 1..cardinality(calls) LOOP
                outcomes[i] := chaos.outcome_of(call_ids[i], calls[i], damage_id);
            END LOOP;
            RAISE 'taken back' USING ERRCODE = '00TOK';
        EXCEPTION WHEN OTHERS OR assert_failure THEN
            refusal := concat_ws(' ', SQLSTATE, SQLERRM);
        END;
        EXIT WHEN outcomes IS NOT NULL OR refusal ~ '^(XX|P0004|57|53|58)';
    END LOOP;
    IF outcomes IS NULL THEN
        RAISE '%: %', damage, refusal;
    END IF;
    INSERT INTO chaos.outcome SELECT * FROM unnest(outcomes);
END $$;

-- All that a workspace holds, and what its readers say.
CREATE FUNCTION chaos.state() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    part text;
    whole text := '';
    question text;
BEGIN
    FOREACH question IN ARRAY ARRAY['crm.workspace', 'crm.module', 'crm.relationship_type', 'crm.relationship', 'crm.status', 'crm.record_status',
            'relate.relationship_report()', 'relate.health_check()', 'relate.validate(''crm'')', 'relate.modules()', 'relate.relationship_types()',
            'relate.related_records_of(''contact'', ARRAY(SELECT id::relate.record_key FROM contact), show => ''all'')'] LOOP
        EXECUTE format('SELECT md5(string_agg(t::text, '','' ORDER BY t::text COLLATE "C")) FROM %s AS t', question) INTO part;
        whole := concat_ws(' ', whole, part);
    END LOOP;
    RETURN whole;
END $$;
CREATE TABLE odd_relationship (relationship_id text, type_id text, source_key text, target_key date, id int, name text);
