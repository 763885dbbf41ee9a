# pg_dump and pg_restore: whatever the form, what is restored has the same objects, the
# same answers and the same refusals. The commands are those of README.md, "Backup".
. test/lib/tap.sh
. test/lib/world.sh
work=$(mktemp -d)
at_exit "rm -rf '$work'"
new_role relate_t_reader
new_role relate_t_owner
new_database relate_t_restored
restored=$database
new_database relate_t_backup
original=$database

sql 'CREATE EXTENSION pg_relate'
is_empty "$(make_newer_world)" "a world is made"
extension=$(objects_of_extension)
world=$(objects_of_world)
answered=$(answers)
refused=$(refusals)

empty() { # make the database anew and work in it
    psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $restored" -c "CREATE DATABASE $restored" 2>&1
    database=$restored
}
quietly() { # COMMAND...: nothing goes wrong
    local output
    output=$("$@" 2>&1 >/dev/null)
    is "$? $output" "0 " "  $(basename "$1") is content"
}
psql_file() { psql -Xq -v ON_ERROR_STOP=1 -d "$restored" -f "$@"; }
is_the_same() { # WHAT: the database at hand is as the original
    is_empty "$(diff <(echo "$extension") <(objects_of_extension) | cut -c1-500)" "$1: the same extension"
    is_empty "$(diff <(echo "$world") <(objects_of_world) | cut -c1-500)" "$1: the same objects"
    is_empty "$(diff <(echo "$answered") <(answers))" "$1: the same answers"
    is_empty "$(diff <(echo "$refused") <(refusals))" "$1: the same refusals"
}

# --- everything, into an empty database

pg_dump "$original" >"$work/plain.sql" 2>"$work/errors"
is_empty "$(cat "$work/errors")" "pg_dump has nothing to say"
empty
quietly psql_file "$work/plain.sql"
is_the_same "plain"

pg_dump -Fc -f "$work/custom" "$original"
empty
quietly pg_restore --exit-on-error -d "$restored" "$work/custom"
is_the_same "custom"

pg_dump -Fd -j 2 -f "$work/directory" "$original"
empty
quietly pg_restore --exit-on-error -j 2 -d "$restored" "$work/directory"
is_the_same "directory, two jobs"

pg_dump --inserts --rows-per-insert=7 -f "$work/inserts.sql" "$original"
empty
quietly psql_file "$work/inserts.sql" --single-transaction
is_the_same "inserts, in one transaction"

# The session that restores reads at once.
empty
got=$(psql -XqAt -d "$restored" -f "$work/plain.sql" -f test/lib/world/answers.sql 2>&1 >"$work/output" && cat "$work/output")
ok "$(grep -qF "$(tail -n 5 <<<"$answered")" <<<"$got"; echo $?)" "the session that restores has the answers too"

# --- schema and data apart

pg_dump --schema-only -f "$work/schema.sql" "$original"
pg_dump --data-only -f "$work/data.sql" "$original" 2>"$work/errors"
is_empty "$(cat "$work/errors")" "pg_dump --data-only has no warning"
empty
quietly psql_file "$work/schema.sql"
is "$(sql "SELECT object, finding FROM relate.health_check()" | sort -u)" 'table "Other ""one""".workspace|is empty
table crm.workspace|is empty' "a schema without data lacks its row, says health_check"
output=$(psql_file "$work/data.sql" 2>&1)
ok "$(grep -q 'ERROR' <<<"$output"; echo $?)" "data after triggers: refused, as types and records come after relationships" || sed 's/^/# /' <<<"$output"
empty
quietly psql_file "$work/schema.sql"
export PGOPTIONS='-c session_replication_role=replica'
quietly psql_file "$work/data.sql"
unset PGOPTIONS
sql 'REFRESH MATERIALIZED VIEW zoo.staff_count'
is_the_same "schema, then data as a replica"

pg_dump --data-only --disable-triggers -f "$work/data.sql" "$original"
empty
quietly psql_file "$work/schema.sql"
quietly psql_file "$work/data.sql"
sql 'REFRESH MATERIALIZED VIEW zoo.staff_count'
is_empty "$(sql 'SELECT DISTINCT severity, object, finding FROM relate.repair() WHERE severity <> $$repaired$$')" "--disable-triggers: repair leaves nothing to do"
is_the_same "schema, then data with triggers disabled, then repair"

empty
for section in pre-data data post-data; do
    quietly pg_restore --exit-on-error --section=$section -d "$restored" "$work/custom"
done
is_the_same "section by section"

# --- a schema alone, where the tables of its modules are, without our triggers

pg_dump -n crm -f "$work/crm.sql" "$original"
empty
quietly psql_file "$work/plain.sql"
sql 'DROP SCHEMA crm CASCADE' "DO \$\$ DECLARE t record; BEGIN
    FOR t IN SELECT tgname, tgrelid::regclass AS on_table FROM pg_trigger WHERE tgname ~ '^relate_(record|table)' AND tgparentid = 0 AND tgrelid::regclass::text NOT LIKE '\"%' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.on_table);
    END LOOP; END \$\$" 2>&1 | grep ERROR
quietly psql_file "$work/crm.sql"
is "$(sql 'SELECT DISTINCT severity FROM relate.repair()')" repaired "a schema alone: repair leaves nothing to do"
is_the_same "a schema alone, then repair"

# --- by a role that is no superuser, where the extension is

pg_dump --no-owner --no-privileges -e plpgsql -N relate -f "$work/own.sql" "$original"
empty
sql 'CREATE EXTENSION pg_relate' "ALTER DATABASE $restored OWNER TO relate_t_owner"
PGUSER=relate_t_owner quietly psql_file "$work/own.sql"
is_empty "$(diff <(echo "$answered") <(PGUSER=relate_t_owner answers | sed 's/|relate_t_owner|/|postgres|/'))" "no superuser: the same answers"
is_empty "$(diff <(echo "$refused") <(PGUSER=relate_t_owner refusals))" "no superuser: the same refusals"

# --- over what is there; a session that knew it goes on

pg_dump --clean --if-exists -f "$work/clean.sql" "$original"
empty
quietly psql_file "$work/clean.sql"
is_the_same "--clean --if-exists, into an empty database"

coproc SESSION { psql -XqAt -d "$restored" 2>&1; }
session=$SESSION_PID # bash forgets it as soon as the session ends
ask() { # the open session
    local line
    echo "$1; SELECT 'done';" >&"${SESSION[1]}"
    while read -r -t 20 line <&"${SESSION[0]}" && [ "$line" != 'done' ]; do echo "$line"; done
}
question="SELECT name, start_date FROM relate.related_records('person', 3, show => 'all')"
before=$(ask "$question")
spoil() { sql 'DELETE FROM crm.relationship' "SELECT relate.drop_relationship_type('mentor')" 'DROP TABLE zoo.favourite' >/dev/null; }
# The first statements drop what is there. PostgreSQL's own do not fit a partition's key.
not_ours='cannot drop inherited constraint|errors ignored on restore|Command was: ALTER TABLE IF EXISTS ONLY zoo.event_|pg_restore: while |pg_restore: from TOC'
spoil
warned='WARNING:  |^DETAIL: |^HINT: ' # of each trigger of ours that goes
is_empty "$(psql -Xq -d "$restored" -f "$work/clean.sql" 2>&1 >/dev/null | grep -vE "$not_ours|$warned")" "--clean --if-exists, over the live one"
is_the_same "--clean --if-exists, over the live one"
is "$(ask "$question")" "$before" "a session that was open has the same answer"
spoil
is_empty "$(pg_restore --clean --if-exists -d "$restored" "$work/custom" 2>&1 >/dev/null | grep -vE "$not_ours")" "pg_restore --clean --if-exists, over the live one"
is_the_same "pg_restore --clean --if-exists, over the live one"
is "$(ask "$question")" "$before" "a session that was open has the same answer"
echo '\q' >&"${SESSION[1]}"
wait "$session"

done_testing
