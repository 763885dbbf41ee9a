-- What must be true of every function of the extension, whoever writes it.
BEGIN;
SET client_min_messages = warning;
SELECT no_plan();

CREATE TEMP VIEW ours AS
    SELECT p.oid, p.oid::regprocedure::text AS signature, p.proname, l.lanname, p.prosecdef, p.proconfig, p.provolatile,
           p.proparallel, p.prosrc, p.prosqlbody, pg_get_functiondef(p.oid) AS definition
    FROM pg_proc p
    JOIN pg_language l ON l.oid = p.prolang AND p.prokind = 'f'
    JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
         AND d.refclassid = 'pg_extension'::regclass
    JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_relate';

SELECT cmp_ok((SELECT count(*) FROM ours), '>', 200::bigint, 'the functions of the extension are found');

SELECT is_empty($$SELECT signature FROM ours WHERE prosecdef$$, 'none is SECURITY DEFINER');
SELECT is_empty($$SELECT signature FROM ours WHERE obj_description(oid, 'pg_proc') IS NULL$$, 'each has a COMMENT');

-- ---- search_path: pinned, or nothing is left to be looked up

SELECT is_empty($$SELECT signature, c FROM ours, unnest(proconfig) AS c
                  WHERE c ^@ 'search_path' AND c <> 'search_path=pg_catalog, pg_temp'$$,
                'a pinned search_path is pg_catalog, with pg_temp at its end');
SELECT is_empty($$SELECT signature FROM ours WHERE lanname NOT IN ('c', 'internal', 'sql', 'plpgsql')$$,
                'no other languages');
SELECT is_empty($$SELECT signature FROM ours WHERE lanname = 'plpgsql' AND
                  (proconfig IS NULL OR NOT 'search_path=pg_catalog, pg_temp' = ANY (proconfig))$$,
                'every plpgsql function pins it');
-- A body that was parsed when it was made looks nothing up; a text that the planner may inline may
-- only call one function of ours, qualified, with its own arguments as they are or cast to our key.
SELECT is_empty($$SELECT signature, prosrc FROM ours WHERE lanname = 'sql' AND prosqlbody IS NULL
                  AND (proconfig IS NULL OR NOT 'search_path=pg_catalog, pg_temp' = ANY (proconfig))
                  AND btrim(prosrc, E' \n') !~
                      '^SELECT ([a-z_]+(\.[a-z_]+)?(, [a-z_]+\.[a-z_]+)*|\*) FROM relate\.[a-z_]+\((\$\d+(::relate\.record_key)?|ARRAY\[\$\d+\])(, (\$\d+(::relate\.record_key)?|ARRAY\[\$\d+\]))*\)( AS r)?$'
                  AND btrim(prosrc, E' \n') !~
                      '^SELECT relate\.[a-z_]+\(\$\d+(::relate\.record_key)?(, \$\d+(::relate\.record_key)?)*\)$'$$,
                'every sql function pins it, was parsed when it was made, or is one qualified call');

-- ---- what users are shown

SELECT results_eq($$SELECT function, returns FROM relate.functions('%parent')$$, $$VALUES ('set_parent', 'bigint')$$,
                  'functions are told by a pattern of their names, without overloads for text');
SELECT is_empty($$SELECT function FROM relate.functions() WHERE description ~ '^Internal' OR function ~ '^(check_|find_|record_key)'
                  OR returns ~ 'trigger'$$, 'none of what is told is internal');
SELECT is_empty($$SELECT proname FROM ours WHERE oid::regprocedure::text !~ '^relate\.(create_text_overloads|hard_links|key_to|record_key|can_|layout_version|record_name_in)'
                  AND prosrc !~ '^relate_(max|min)' AND obj_description(oid, 'pg_proc') !~ '^(Internal|relate\.)' AND obj_description(oid, 'pg_proc') !~ '^For '
                  AND proname NOT IN (SELECT function FROM relate.functions()) AND pg_get_function_result(oid) !~ 'trigger'$$,
                'nothing else that is not internal is left out');

-- ---- labels: none promises what a function that it calls does not keep

-- Named in words to the user, or looked for in the catalog, and not called.
CREATE TEMP TABLE said (caller name, callee name);
INSERT INTO said VALUES ('find_workspaces', 'relationship_check'), ('check_module_is_new', 'alter_module'),
    ('rules_on', 'no_cycle'), ('rules_on', 'no_overlap'),
    ('module_finding', 'alter_module'), ('sample_script', 'related_records'), ('sample_script', 'record_overview');
CREATE TEMP VIEW calls AS
    SELECT caller.signature AS caller, caller.provolatile AS caller_volatility, caller.proparallel AS caller_parallel,
           callee.signature AS callee, callee.provolatile, callee.proparallel
    FROM ours AS caller
    JOIN ours AS callee ON callee.proname IN (SELECT found[1] FROM regexp_matches(caller.definition, 'relate\.([a-z_]+)\(', 'g') AS found)
    WHERE (caller.proname, callee.proname) NOT IN (SELECT * FROM said) AND caller.lanname IN ('sql', 'plpgsql') AND callee.oid <> caller.oid
      -- Statements that are only shown to the user, in hints and the like, run nothing.
      AND regexp_replace(regexp_replace(caller.definition, E'^ *--[^\n]*$', '', 'gn'),
                         '''[^'']*SELECT (\* FROM )?relate\.[^'']*''', '', 'g') ~ ('relate\.' || callee.proname || '\(');
SELECT cmp_ok((SELECT count(*) FROM calls), '>', 300::bigint, 'calls among them are found');
SELECT is_empty($$SELECT caller, callee FROM calls WHERE caller_parallel = 's' AND proparallel <> 's'$$,
                'PARALLEL SAFE functions call only such');
SELECT is_empty($$SELECT caller, callee FROM calls WHERE caller_volatility <> 'v' AND provolatile = 'v'$$,
                'STABLE and IMMUTABLE functions call no VOLATILE ones');
SELECT is_empty($$SELECT caller, callee FROM calls WHERE caller_volatility = 'i' AND provolatile <> 'i'$$,
                'IMMUTABLE functions call only such');
SELECT is_empty($$SELECT signature FROM ours WHERE provolatile = 'v' AND proparallel = 's' AND signature !~ '\(internal\)$'$$,
                'no VOLATILE function is PARALLEL SAFE');

SELECT * FROM finish();
ROLLBACK;
