# Every function that says it may run in a parallel query gives the same answer, or the
# same error, in a parallel worker.
. test/lib/tap.sh
calls=${RELATE_PARALLEL:-1} # of each function (make endurance: more)
new_database relate_t_parallel
trap 'psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $database"
      psql -Xq -d postgres -c "DROP ROLE IF EXISTS chaos_owner, chaos_editor, chaos_reader, chaos_stranger"' EXIT
{
    psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f test/lib/world.sql &&
        psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f test/lib/malformed.sql -c "CALL chaos.invent($calls, 0.5)"
} 2>&1 || ok 1 "the world"
sql "ANALYZE"
directory=$(mktemp -d)
# Functions as a set and functions as a value.
sql "SELECT statement || ';' FROM chaos.call WHERE substring(statement from 'relate\.([a-z_]+)\(') IN
         (SELECT proname FROM pg_proc WHERE pronamespace = 'relate'::regnamespace AND proparallel = 's' AND prorettype <> 'trigger'::regtype)
     UNION ALL
     SELECT call || ';' FROM (VALUES ('SELECT relate.record_name(''contact'', id) FROM contact'),
         ('SELECT count(relate.record_overview(''contact'', id)) FROM contact'), ('SELECT relate.status_of(''contact'', id) FROM contact'),
         ('SELECT c.id, r.key, r.name FROM contact AS c, relate.related_records(''contact'', c.id, show => ''all'') AS r'),
         ('SELECT relate.are_related(''employment'', c.id, o.id) FROM contact AS c, organization AS o WHERE o.id < 5'),
         ('SELECT relate.record_name(''price'', amount::text || ''0''), relate.canonical_key(5, amount::text || ''00'') FROM price'),
         ('SELECT * FROM crm.relationship_sides')) AS v (call)" >"$directory/calls"
setting=$(sql "SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')")
answers() { # off | regress; planned alike, as a plan for any arguments may find another error first than one for these
    PGOPTIONS="-c $setting=$1 -c plan_cache_mode=force_custom_plan -c parallel_leader_participation=off -c statement_timeout=60s" psql -XqAt -d "$database" -v VERBOSITY=terse \
        -f "$directory/calls" 2>&1
}
is "$(sql "SET $setting = on" "EXPLAIN (COSTS off) SELECT relate.record_name('contact', id) FROM contact" | sed -n 1p)" "Gather" "there is a worker"
answers off >"$directory/alone"
answers regress >"$directory/parallel"
is_empty "$(diff "$directory/alone" "$directory/parallel" | head -n 40 | cut -c1-500)" "the same from $(wc -l <"$directory/calls") calls in a worker"
is "$(($(grep -vc ERROR "$directory/alone") > 100))" 1 "answers, and not just errors"
is_empty "$(grep -E 'XX000|cache lookup|server closed' "$directory/parallel")" "no internal error"
rm -rf "$directory"
done_testing
