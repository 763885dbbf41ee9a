-- What an attacker can lay out in a schema that others have in their search_path: functions and
-- operators that take the place of PostgreSQL's own, and relations with our tables' names.
--
-- The tests themselves are at home in this place: each trap does what the real thing does, and
-- springs only when one of our functions, or a statement of the library, steps on it. Who is
-- calling is what the context of the call says.
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
SET search_path = pg_catalog, evil;

-- The first frame is the trap's own. The next is the caller: a function of ours, or a statement
-- that no function of PL/pgSQL runs: one of the library.
CREATE FUNCTION evil.spring(context text, what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    caller CONSTANT text := regexp_replace(context, '^[^\n]*\n(PL/pgSQL assignment [^\n]*\n|SQL expression "[^"]*"\n)*', '');
    sql_function CONSTANT text := substring(caller FROM '^SQL function "([^"]*)"');
BEGIN
    IF caller ~ '^(SQL statement "[^"]*"\n)?PL/pgSQL function relate\.'
       OR caller ~ '^SQL statement "[^"]*"(\nSQL statement|$)'
       OR EXISTS (SELECT FROM pg_proc p WHERE p.proname = sql_function AND p.pronamespace = 'relate'::regnamespace)
    THEN
        RAISE 'SPRUNG: % was called by %', what, caller;
    END IF;
END $$;

-- One trap for each function of pg_catalog that a body of ours calls, under every signature that
-- PL/pgSQL can take the place of.
DO $$
DECLARE
    real record;
    given text;
    made int := 0;
BEGIN
    FOR real IN
        SELECT p.oid, p.proname, p.pronargs, pg_get_function_identity_arguments(p.oid) AS arguments,
               format_type(p.prorettype, NULL) AS result, p.provolatile, p.proretset, p.proisstrict
        FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.provariadic = 0 AND p.pronargs > 0
          AND NOT p.proretset AND p.proargmodes IS NULL
          AND p.prorettype NOT IN ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype, 'void'::regtype)
          AND NOT p.proargtypes::oid[] && ARRAY['internal', 'cstring', '"any"', 'anyenum', 'anyrange', 'anymultirange']::regtype[]::oid[]
          AND NOT p.prorettype = ANY ('{anyenum,anyrange,anymultirange}'::regtype[])
          -- What the grammar itself calls, or types go by, is not looked up in the path.
          AND p.proname NOT IN (SELECT typname FROM pg_type)
          AND p.proname IN (SELECT one[1] FROM pg_proc ours, regexp_matches(ours.prosrc, '\m([a-z_0-9]+)\(', 'g') AS one
                            WHERE ours.pronamespace = 'relate'::regnamespace)
    LOOP
        SELECT string_agg('$' || i, ', ') INTO given FROM generate_series(1, real.pronargs) AS i;
        EXECUTE format('CREATE FUNCTION evil.%1$I(%2$s) RETURNS %3$s LANGUAGE plpgsql %4$s %5$s AS %6$L',
            real.proname, (SELECT string_agg(format_type(t, NULL), ', ' ORDER BY n)
                           FROM unnest((SELECT proargtypes::oid[] FROM pg_proc WHERE oid = real.oid)) WITH ORDINALITY AS a (t, n)),
            real.result, CASE real.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE '' END,
            CASE WHEN real.proisstrict THEN 'STRICT' ELSE '' END,
            format('DECLARE c text; BEGIN GET DIAGNOSTICS c = PG_CONTEXT; IF c OPERATOR(pg_catalog.~) E''\n'' THEN PERFORM evil.spring(c, %L); END IF; RETURN pg_catalog.%I(%s); END',
                   real.proname, real.proname, given));
        made := made + 1;
    END LOOP;
    IF made < 50 THEN
        RAISE 'only % traps were made', made;
    END IF;
END $$;
-- format and concat with better matches than VARIADIC "any".
DO $$
DECLARE
    types text;
BEGIN
    FOR types IN SELECT repeat(', text', n) FROM generate_series(1, 6) AS n LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION evil.format(text%s) RETURNS text LANGUAGE plpgsql STABLE AS %L', types,
            pg_catalog.format('DECLARE c text; BEGIN GET DIAGNOSTICS c = PG_CONTEXT; IF c OPERATOR(pg_catalog.~) E''\n'' THEN PERFORM evil.spring(c, ''format''); END IF; RETURN pg_catalog.format(%s); END',
                   (SELECT string_agg('$' || i, ', ') FROM generate_series(1, 1 + length(types) / 6) AS i)));
    END LOOP;
END $$;

-- Operators, on the types that statements of ours compare.
DO $$
DECLARE
    real record;
BEGIN
    FOR real IN
        SELECT o.oprname, format_type(o.oprleft, NULL) AS l, format_type(o.oprright, NULL) AS r, format_type(o.oprresult, NULL) AS result, n.nspname,
               'op' || o.oid AS name, concat(', RESTRICT = ' || nullif(o.oprrest::text, '-'), ', JOIN = ' || nullif(o.oprjoin::text, '-'),
                                             ', COMMUTATOR = OPERATOR(evil.' || com.oprname || ')',
                                             CASE WHEN o.oprname = '=' AND o.oprcanhash THEN ', HASHES' END,
                                             CASE WHEN o.oprname = '=' AND o.oprcanmerge THEN ', MERGES' END) AS qualities
        FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace LEFT JOIN pg_operator com ON com.oid = o.oprcom
        WHERE o.oprleft <> 0 AND n.nspname IN ('pg_catalog', 'relate')
          AND (o.oprleft = o.oprright AND o.oprleft IN ('date'::regtype, 'bigint'::regtype, 'name'::regtype, 'relate.record_key'::regtype, 'regclass'::regtype)
               AND o.oprname IN ('=', '<>', '<', '<=', '>', '>=')
               OR o.oprname = '||' AND o.oprleft = 'text'::regtype AND o.oprright = 'text'::regtype
               OR o.oprname IN ('~', '->', '->>', '?', '@>', '&&') AND o.oprleft IN ('text'::regtype, 'jsonb'::regtype))
    LOOP
        EXECUTE format('CREATE FUNCTION evil.%I(%s, %s) RETURNS %s LANGUAGE plpgsql IMMUTABLE STRICT AS %L', real.name, real.l, real.r, real.result,
            format('DECLARE c text; BEGIN GET DIAGNOSTICS c = PG_CONTEXT; IF c OPERATOR(pg_catalog.~) E''\n'' THEN PERFORM evil.spring(c, %L); END IF; RETURN $1 OPERATOR(%I.%s) $2; END',
                   'operator ' || real.oprname, real.nspname, real.oprname));
        EXECUTE format('CREATE OPERATOR evil.%s (FUNCTION = evil.%I, LEFTARG = %s, RIGHTARG = %s%s)', real.oprname, real.name, real.l, real.r, real.qualities);
    END LOOP;
END $$;

-- Relations with the names of a workspace's tables, in the schema; session.sql makes them in pg_temp too.
DO $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY '{workspace,module,relationship_type,relationship,status,record_status,relationship_list,relationship_sides}'::text[] LOOP
        EXECUTE format('CREATE TABLE evil.%I (sprung boolean CHECK (sprung IS NULL))', relation);
    END LOOP;
END $$;
RESET search_path;
