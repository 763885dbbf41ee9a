# The longest operations end soon after a timeout or a cancel, wherever it meets them.
#
# RELATE_ROWS relationships (make endurance: more).
. test/lib/tap.sh
rows=${RELATE_ROWS:-10000}
patience=${RELATE_PATIENCE:-1000} # milliseconds from the timeout to the end
new_database relate_t_cancel
# Every contact has one link, and contact 1 one to each ticket; a chain of organizations.
sql "CREATE EXTENSION pg_relate" \
    "CREATE TABLE contact (id int PRIMARY KEY, name text)" "CREATE TABLE organization (id int PRIMARY KEY, name text)" \
    "CREATE TABLE ticket (id int, name text, PRIMARY KEY (id)) PARTITION BY RANGE (id)" \
    "CREATE TABLE ticket_all PARTITION OF ticket DEFAULT" \
    "INSERT INTO contact SELECT i, 'Contact ' || i FROM generate_series(1, $rows) AS i" \
    "INSERT INTO organization SELECT i, 'Organization ' || i FROM generate_series(1, $rows) AS i" \
    "INSERT INTO ticket SELECT i, 'Ticket ' || i FROM generate_series(1, $rows) AS i" \
    "SELECT relate.create_workspace('crm')" "SELECT relate.register_module(t) FROM unnest('{contact,organization,ticket}'::regclass[]) AS t" \
    "SELECT relate.create_relationship_type('work', 'contact', 'organization', on_source_delete => 'remove_link'),
            relate.create_relationship_type('interest', 'contact', 'ticket', on_source_delete => 'remove_link', on_target_delete => 'remove_link'),
            relate.create_relationship_type('part', 'organization', 'organization', 'many_to_one', hierarchy_parent => 'target'),
            relate.create_relationship_type('empty', 'contact', 'organization', max_sources_per_target => 100)" \
    "INSERT INTO crm.relationship (type_id, source_key, target_key, start_date)
     SELECT 1, i, 1 + i % 1000, '2020-01-01' FROM generate_series(1, $rows) AS i" \
    "INSERT INTO crm.relationship (type_id, source_key, target_key) SELECT 2, 1, i FROM generate_series(1, $rows) AS i" \
    "DO \$\$ BEGIN
         FOR i IN 2..$rows / 10 LOOP -- from the top: nothing is below it yet
             INSERT INTO crm.relationship (type_id, source_key, target_key) VALUES (3, i, i - 1);
         END LOOP;
     END \$\$" \
    "ANALYZE" >/dev/null
sql "CREATE TABLE run (operation text, timeout int, outcome text, milliseconds int)" \
    "CREATE FUNCTION try(call text) RETURNS void LANGUAGE plpgsql AS \$\$
     DECLARE
         started timestamptz := clock_timestamp();
         outcome text;
     BEGIN
         BEGIN
             EXECUTE call;
             SET CONSTRAINTS ALL IMMEDIATE;
             RAISE 'taken back' USING ERRCODE = '00TOK';
         EXCEPTION WHEN query_canceled OR OTHERS THEN
             outcome := SQLSTATE;
         END;
         INSERT INTO run VALUES (call, (SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'), outcome,
                                 extract(epoch FROM clock_timestamp() - started) * 1000);
     END \$\$" >/dev/null
operations() {
    cat <<SQL
INSERT INTO crm.relationship (type_id, source_key, target_key) SELECT 4, i, 1 + i % 1000 FROM generate_series(1, $rows) AS i
INSERT INTO crm.relationship_list (relationship_type, source_key, target_key) SELECT 'empty', i, 1 + i % 1000 FROM generate_series(1, $rows / 4) AS i
INSERT INTO crm.relationship (type_id, source_key, target_key) VALUES (3, 1, $rows / 10)
SELECT relate.alter_relationship_type('work', max_sources_per_target => 100000)
SELECT relate.alter_relationship_type('work', is_perpetual => true)
SELECT relate.alter_relationship_type('part', cardinality => 'one_to_one')
SELECT relate.preview_alter_relationship_type('work', cardinality => 'one_to_one')
SELECT count(*) FROM relate.validate('crm')
SELECT count(*) FROM relate.related_records_of('contact', ARRAY(SELECT i::relate.record_key FROM generate_series(1, $rows) AS i))
SELECT count(*) FROM relate.related_records('contact', 1)
SELECT count(*) FROM relate.related_rows(NULL::ticket, 'contact', 1)
SELECT count(*) FROM relate.relationship_report()
SELECT max(length(relate.record_overview('contact', 1 + i * 0)::text)) FROM generate_series(1, 10) AS i
SELECT count(*) FROM crm.relationship_sides WHERE name <> 'x'
SELECT cardinality(array_fill('x'::text, ARRAY[1000000])::relate.record_key[])
DELETE FROM contact
DELETE FROM ticket
UPDATE contact SET id = -id
DELETE FROM ticket; TRUNCATE ticket_all
SQL
}
timed() { # MILLISECONDS OPERATION
    # The timeout may also come when the work is done: then the script's own statement ends.
    sql "SET statement_timeout = $1" "SELECT try(\$call\$$2\$call\$)" | grep 'ERROR\|FATAL' | grep -v 'canceling statement due to statement timeout'
}
# Each in full, which is taken back, then stopped early, in the middle and late.
while read -r operation; do
    timed 0 "$operation"
    whole=$(sql "SELECT max(milliseconds) FROM run WHERE operation = \$call\$$operation\$call\$ AND timeout = 0")
    for percent in 15 50 80; do
        timed $((whole * percent / 100 + 1)) "$operation"
    done
done < <(operations) >"$RELATE_CLUSTER/cancel.log" 2>&1
is_empty "$(cat "$RELATE_CLUSTER/cancel.log")" "nothing else went wrong"
is_empty "$(sql "SELECT operation, outcome FROM run WHERE timeout = 0 AND outcome NOT IN ('00TOK', '23514', '23505')")" "each can be done"
is_empty "$(sql "SELECT operation, string_agg(timeout || ' ' || outcome || ' ' || milliseconds, ', ' ORDER BY timeout) FROM run WHERE timeout > 0
                 GROUP BY operation HAVING count(*) FILTER (WHERE outcome = '57014') = 0")" "each was stopped"
is_empty "$(sql "SELECT * FROM run WHERE timeout > 0 AND milliseconds > timeout + $patience")" "none went on for long"

# Who waits for another writer, or for a type, gives up in time too.
hold() { # STATEMENT: keeps its transaction open until the test ends
    sql "BEGIN" "$1" "SELECT pg_advisory_xact_lock_shared(1)" "SELECT pg_sleep(600)" >/dev/null &
    for ((i = 0; i < 100; i++)); do
        [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 0 ] || return 0
        sleep 0.1
    done
}
release() {
    sql "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'" >/dev/null
    wait
}
waits() { # STATEMENT
    timed 300 "$1"
    sql "SET lock_timeout = 300" "SELECT try(\$call\$$1\$call\$)" | grep ERROR
    sql "SELECT string_agg(outcome, ' ') || ' ' || (max(milliseconds) < 300 + $patience) FROM (SELECT * FROM run ORDER BY ctid DESC LIMIT 2) AS r"
}
hold "SELECT relate.create_relationship('part', 1, $rows)" 2>/dev/null
is "$(waits "SELECT relate.create_relationship('part', 1, $rows - 1)")" "55P03 57014 true" "a writer that waits for another"
is "$(waits "SELECT relate.alter_relationship_type('part', cardinality => 'one_to_one')")" "55P03 57014 true" "a change of a type that waits for a writer"
release
hold "SELECT relate.alter_relationship_type('empty', max_sources_per_target => 50)" 2>/dev/null
is "$(waits "SELECT relate.create_relationship('empty', 1, 5)")" "55P03 57014 true" "a writer that waits for a change of its type"
release
is_empty "$(sql "SELECT rule, relationship_id FROM relate.validate('crm')")" "no rule is broken"
done_testing
