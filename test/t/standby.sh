# A physical standby, taken by pg_basebackup, answers every function that reads.
. test/lib/tap.sh
. test/lib/world.sh
. test/lib/server.sh
new_server standby
new_role relate_t_reader
new_database relate_t_standby

sql "CREATE EXTENSION pg_relate"
is_empty "$(make_newer_world)" "a world is made"
expected=$(answers)

# One line a function that fails, with its SQLSTATE; the others' rows.
read_all() { psql -XqAt -e -d "$database" -f test/lib/world/readers.sql 2>&1; }
failing() { awk -F"'" '/^SELECT / { call = $2 } /ERROR:/ { print call, substr($0, index($0, "ERROR:") + 8) }'; }
read_here=$(read_all)
is_empty "$(comm -12 <(failing <<<"$read_here" | sed 's/ [^ ]*$//' | sort) <(sql "SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'relate'::regnamespace AND obj_description(p.oid, 'pg_proc') NOT LIKE 'Internal.%'" | sort))" \
    "every public function that reads has an answer (else say in readers.sql what to ask it)"

if ! unprivileged pg_basebackup -D "$standby/data" -R -c fast --no-sync >"$standby/output" 2>&1 || ! start_server standby; then
    sed 's/^/# /' "$standby/output" "$standby/log"
    ok 1 "the standby starts"
    done_testing
    exit
fi
on_standby() { PGHOST=$standby "$@"; }
catch_up() {
    local position
    position=$(sql 'SELECT pg_current_wal_insert_lsn()')
    for _ in {1..100}; do
        [ "$(on_standby sql "SELECT pg_last_wal_replay_lsn() >= '$position'")" != t ] || return 0
        sleep 0.1
    done
    return 1
}

is "$(on_standby sql 'SELECT pg_is_in_recovery()')" t "the standby is in recovery"
catch_up
is_empty "$(diff <(echo "$expected") <(on_standby answers))" "it answers as the primary does"
is_empty "$(diff <(echo "$read_here") <(on_standby read_all))" "so does every function that reads"
is "$(on_standby sql "SELECT relate.connect('person', 7, 'marriage', 'person', 8)" | head -n 1)" \
    "ERROR:  cannot execute INSERT in a read-only transaction" "it does not write"

# What changes on the primary is seen by a session of the standby that has read before.
coproc SESSION { on_standby psql -XqAt -d "$database" 2>&1; }
session=$SESSION_PID # bash forgets it as soon as the session ends
ask() {
    local line
    echo "$1; SELECT 'done';" >&"${SESSION[1]}"
    while read -r -t 20 line <&"${SESSION[0]}" && [ "$line" != 'done' ]; do echo "$line"; done
}
question="SELECT module, role, name FROM relate.related_records('person', 1, '{marriage}')"
is "$(ask "$question")" "person|Spouse|First 2 Last 2" "an open session reads"
sql "SELECT relate.alter_relationship_type('marriage', source_role => 'Partner', target_role => 'Partner')" \
    "SELECT relate.alter_module('person', name_columns => '{last_name}')" "UPDATE archive.person SET id = 200, last_name = 'New' WHERE id = 2" >/dev/null
catch_up
is "$(ask "$question")" "person|Partner|New" "and sees what has changed since"
sql "ALTER SCHEMA crm RENAME TO crm_two" "SELECT relate.delete_relationship('marriage', 1, 200)" >/dev/null
catch_up
is_empty "$(ask "$question")" "and what is gone"
echo '\q' >&"${SESSION[1]}"
wait "$session"

done_testing
