# Random malformed calls of every function: no crash, no internal error, nothing changed.
#
# RELATE_MALFORMED calls of each function, from RELATE_SEED on (make endurance: many).
. test/lib/tap.sh
calls=${RELATE_MALFORMED:-4}
seed=${RELATE_SEED:-1}
new_database relate_t_malformed
trap 'psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $database"
      psql -Xq -d postgres -c "DROP ROLE IF EXISTS chaos_owner, chaos_editor, chaos_reader, chaos_stranger"' EXIT
{
    psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f test/lib/world.sql &&
        psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f test/lib/malformed.sql \
            -c "CALL chaos.fake_workspace($seed / 10000.0)" \
            -c "CALL chaos.invent($calls, $seed / 10000.0)" -c "CALL chaos.invent_triggers()" -c "CALL chaos.invent_changes($(((calls + 5) / 6)))" \
            -c "DELETE FROM chaos.call WHERE statement LIKE 'CREATE TRIGGER%' AND $calls < 20 AND abs(hashint4(id + $seed)) % 5 > 0"
} 2>&1 || ok 1 "the world"
# In random order, since one call may leave something behind for the next; one
# statement each, or some after what has happened to the world; what was running if
# the server crashes is shown at the end.
log_start=$(($(wc -c <"$RELATE_CLUSTER/server/log") + 1))
played=$(psql -XqAt -d "$database" 2>&1 <<SQL
SET client_min_messages = error;
SET statement_timeout = '60s';
SELECT chaos.state() AS before \gset
SELECT format('SELECT chaos.try(%s)', id) FROM chaos.call ORDER BY md5(id::text || $seed) \gexec
SELECT format('SELECT chaos.try_after(%s, %L)', damage.id, array_agg(call.id)) FROM chaos.damage, LATERAL
    (SELECT id, row_number() OVER () AS place FROM chaos.call WHERE statement LIKE 'SELECT%' ORDER BY md5(id::text || damage.id || $seed) LIMIT 2 * $calls) AS call
    GROUP BY damage.id, place % greatest($calls / 10, 1) \gexec
SELECT 'same' WHERE chaos.state() = :'before';
SQL
)
crash=$(tail -c "+$log_start" "$RELATE_CLUSTER/server/log" | sed -n 's/.*Failed process was running: //p')
for ((i = 0; i < 60 && ${#crash} > 0; i++)); do
    [ "$(sql "SELECT 1")" != 1 ] || break
    sleep 1
done
is_empty "$crash${crash:+$(sql "SELECT E'\n' || statement FROM chaos.call WHERE id = $(grep -o '[0-9]*' <<<"$crash" | head -n 1)")}" "no crash (seed $seed)"
is "$(grep -v '^$' <<<"$played")" same "readers and tables are as they were, in the session that made the calls"
is "$(sql "SELECT count(*) FROM chaos.outcome WHERE damage_id = 0")" "$(sql "SELECT count(*) FROM chaos.call")" "every call was made"
is "$(sql "SELECT count(*) FROM chaos.outcome WHERE damage_id > 0")" "$(sql "SELECT 2 * $calls * count(*) FROM chaos.damage")" "and so many after each thing that may have happened before"
is_empty "$(sql "SELECT sqlstate, message, left(call.statement, 1000), damage.statement
                 FROM chaos.outcome JOIN chaos.call USING (id) LEFT JOIN chaos.damage ON damage.id = damage_id
                 WHERE sqlstate ~ '^(XX|P0004|57|53|58)' ORDER BY outcome.id")" "no internal error (seed $seed)"
is "$(sql "SELECT count(*) > 0 FROM chaos.outcome WHERE sqlstate = '00TOK'")" t "some of them were right"
done_testing
