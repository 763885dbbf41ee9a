# What the extension's script makes is safe to install and to call.
. test/lib/tap.sh
new_database relate_t_install

# A hostile search_path: its own "=", now() and text must not be found by the script,
# nor by anything the script defines.
sql "CREATE SCHEMA trap" \
    "CREATE FUNCTION trap.sprung() RETURNS void LANGUAGE plpgsql AS 'BEGIN RAISE ''the trap was sprung''; END'" \
    "CREATE FUNCTION trap.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung(); SELECT false'" \
    "CREATE FUNCTION trap.eq(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung(); SELECT false'" \
    "CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS 'SELECT trap.sprung(); SELECT null::text'" \
    "CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT trap.sprung(); SELECT null::timestamptz'" \
    "CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.eq)" \
    "CREATE OPERATOR trap.= (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.eq)" \
    "CREATE DOMAIN trap.text AS pg_catalog.int4" \
    "CREATE DOMAIN trap.name AS pg_catalog.int4" \
    "ALTER DATABASE $database SET search_path = trap, pg_catalog, public"
output=$(sql "CREATE EXTENSION pg_relate")
ok $? "the extension installs with a hostile search_path" || echo "# $output"
sql "CREATE TEMP TABLE x()" "ALTER DATABASE $database RESET search_path" >/dev/null

# Objects of the extension, one query a rule; each lists the offenders.
functions="FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
           JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_relate'
           JOIN pg_language l ON l.oid = p.prolang"
pinned="EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=pg_catalog, pg_temp')"

is_empty "$(sql "SELECT p.oid::regprocedure $functions WHERE obj_description(p.oid, 'pg_proc') IS NULL ORDER BY 1")" \
    "every function has a comment"
is_empty "$(sql "SELECT p.oid::regprocedure $functions WHERE p.prosecdef AND NOT $pinned ORDER BY 1")" \
    "every SECURITY DEFINER function pins its search_path"
is_empty "$(sql "SELECT p.oid::regprocedure $functions WHERE l.lanname = 'plpgsql' AND NOT $pinned ORDER BY 1")" \
    "every plpgsql function pins its search_path"
is_empty "$(sql "SELECT p.oid::regprocedure $functions WHERE p.prokind = 'f' AND p.proparallel = 'u' AND p.provolatile = 'i' ORDER BY 1")" \
    "every immutable function says that it is parallel safe"
is_empty "$(sql "SELECT c.oid::regclass FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
                 AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_relate'
                 WHERE c.relkind IN ('r', 'p', 'S', 'm')")" "the extension owns no table"
is_empty "$(sql "SELECT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend d
                 JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_relate'
                 CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) o
                 WHERE d.deptype = 'e' AND o.schema <> 'relate'")" "all its objects lie in schema relate"

is_empty "$(perl -0777 -pe 's/\$(\w*)\$.*?\$\1\$//gs; s/--.*//g' sql/[0-9]*.sql |
    grep -Ei 'CREATE +OR +REPLACE|IF +NOT +EXISTS')" "outside of bodies, the script has no OR REPLACE and no IF NOT EXISTS"

# Every C function that SQL names is in the library, and the other way round.
library=$("$PG_CONFIG" --pkglibdir)/pg_relate.so
is "$(nm -D --defined-only "$library" | sed -n 's/.* T \(relate_.*\)/\1/p' | sort -u)" \
    "$(sql "SELECT DISTINCT p.prosrc COLLATE \"C\" $functions WHERE l.lanname = 'c' ORDER BY 1")" \
    "the library's functions are those that the script declares"

# It can go, and come again.
is_empty "$(sql "DROP EXTENSION pg_relate" "CREATE EXTENSION pg_relate" "DROP EXTENSION pg_relate")" \
    "the extension can be dropped and made again"

done_testing
