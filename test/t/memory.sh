# Memory of a backend: flat over any number of calls and catalog changes, and over
# a large COPY no more than PostgreSQL's own queue of triggers.
#
# RELATE_CALLS is the number of calls of each function (make endurance: 100,000). The slow ones
# are made for so many times RELATE_MICROSECONDS, and fewer where they do not end by then.
. test/lib/tap.sh
calls=${RELATE_CALLS:-150}
patience=$((calls * ${RELATE_MICROSECONDS:-200})) # microseconds for the calls of a slow one
new_role relate_t_memory
new_database relate_t_memory
psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f test/lib/world.sql 2>&1 || ok 1 "the world"

sql "CREATE FUNCTION used() RETURNS bigint LANGUAGE sql AS 'SELECT sum(used_bytes) FROM pg_backend_memory_contexts'" \
    "CREATE TABLE finding (call text, outcome text, grown bigint, ends boolean, calls int, seconds numeric)"

# Statements of PL/pgSQL, each planned once: what is called is what counts. Each third of the
# calls must have grown it: a cache that fills once, or a plan that is made anew because the server
# has analyzed a table in the meantime, is no leak.
endure() { # ENDS [MICROSECONDS]: the calls on standard input, those that are refused with their SQLSTATE
    local call body
    while read -r call; do
        body="$(sed -E 's/(^|; )SELECT /\1PERFORM /g; s/ --.*//' <<<"$call"); its_outcome := 'done';"
        [[ $call != *' --'* ]] || body="BEGIN $body EXCEPTION WHEN OTHERS THEN its_outcome := SQLSTATE; END;"
        cat <<DO
DO \$do\$
DECLARE
    its_marks bigint[];
    its_outcome text;
    its_turns int := $((calls < 6 ? calls : 6)); -- fills the caches; then they are timed
    it_began timestamptz;
    its_time float8;
BEGIN
    FOR its_round IN 1..6 LOOP
        its_marks[its_round] := used();
        EXIT WHEN its_round = 6;
        IF its_round = 3 THEN
            its_time := greatest(extract(epoch FROM clock_timestamp() - it_began) * 1000000 / its_turns, 1);
            its_turns := ceil(greatest(least($calls, ${2:-its_time * $calls} / its_time), 6) / 3);
        END IF;
        it_began := CASE WHEN its_round < 4 THEN clock_timestamp() ELSE it_began END;
        FOR its_turn IN 1..its_turns LOOP
            $body
            $([ "$1" = false ] || echo 'COMMIT;')
        END LOOP;
    END LOOP;
    INSERT INTO finding VALUES (\$call\$$call\$call\$, its_outcome, 3 * least(its_marks[4] - its_marks[3], its_marks[5] - its_marks[4], its_marks[6] - its_marks[5]), $1,
                                3 * its_turns, extract(epoch FROM clock_timestamp() - it_began));
END \$do\$;
DO
    done | psql -Xq -v ON_ERROR_STOP=1 -d "$database" 2>&1
}

# --- calls: reading ones many to a transaction, the others in one each; those that are
# --- refused say with which SQLSTATE. What takes milliseconds may be called less often. Left out is
# --- what makes functions, or tables with triggers: of each of these, the server keeps plans
# --- until the session ends, whoever made it.

reads() {
    cat <<'SQL'
SELECT * FROM relate.related_records('contact', 1)
SELECT * FROM relate.related_records('contact', 1, '{employment}', '2005-01-01', 'all', '{Employer}', 2)
SELECT * FROM relate.related_records('asset', '("Hall, ""1""",1)')
SELECT * FROM relate.related_records('price', '1.500')
SELECT * FROM relate.related_rows(NULL::ticket, 'contact', 1)
SELECT * FROM relate.related_rows(NULL::event, 'contact', 1)
SELECT relate.are_related('employment', 1, 2), relate.are_related('mention', 1, 1)
SELECT relate.record_name('contact', 1), relate.record_name('event', '(2016-01-01,1)'), relate.record_name('price', '1.5')
SELECT relate.record_overview('contact', 1)
SELECT * FROM relate.relationship_report('{employment}', start_from => '2000-01-01', end_to => '2020-01-01')
SELECT relate.status_of('contact', 1), relate.record_kind('contact', 1)
SELECT * FROM relate.records_with_status('contact')
SELECT * FROM relate.statuses('contact')
SELECT * FROM relate.modules()
SELECT * FROM relate.relationship_types()
SELECT * FROM relate.ancestors('subsidiary', 20)
SELECT * FROM relate.descendants('subsidiary', 1, max_depth => 3)
SELECT relate.descendant_count('subsidiary', 1)
SELECT * FROM relate.children('subsidiary', 2)
SELECT * FROM relate.siblings('subsidiary', 4)
SELECT * FROM relate.hierarchy_path('subsidiary', 20)
SELECT * FROM relate.hierarchy_tree('subsidiary', 2)
SELECT * FROM relate.hierarchy_roots('subsidiary')
SELECT * FROM relate.lowest_common_ancestor('subsidiary', 20, 17)
SELECT relate.is_under('subsidiary', 20, 1), relate.is_under_or_equal('subsidiary', 20, 1), relate.is_not_under('subsidiary', 20, 1), relate.is_above('subsidiary', 1, 20), relate.is_above_or_equal('subsidiary', 1, 20)
SELECT * FROM relate.network('contact', 1)
SELECT * FROM relate.connections_in_common('contact', 1, 'contact', 11)
SELECT * FROM relate.shortest_path('contact', 1, 'contact', 5)
SELECT * FROM relate.follow('contact', 1, '{employment}')
SELECT * FROM relate.follow_all('contact', '{1,2}', '{employment}')
SELECT * FROM relate.paths()
SELECT relate.as_bigint('1'), relate.as_uuid('x'), relate.key_fields('(a,1)'), relate.record_keys('{1,2}'::text[]), relate.key_to_text('(a,1)')
SELECT relate.key_to_smallint('1'), relate.key_to_integer('1'), relate.key_to_bigint('1'), relate.key_to_uuid('00000000-0000-0000-0000-000000000001')
SELECT relate.max(k) OPERATOR(relate.=) k, relate.min(k) OPERATOR(relate.<) k FROM unnest('{b,a,1}'::relate.record_key[]) AS k GROUP BY k ORDER BY k
SELECT relate.key_to_bigint('x') -- 22P02
SELECT relate.current_workspace(), relate.version(), relate.layout_version()
SELECT relate.can_see_record('crm.module', 1, 1), relate.can_relate_record('crm.module', 1, 1), relate.record_name_in('crm.module', 1, 1)
SELECT * FROM relate.hard_links('crm.module')
SELECT relate.related_records('nonsense', 1) -- 42704
SQL
}
verbs() {
    cat <<'SQL'
SELECT relate.delete_relationship(relate.connect('contact', 30, 'works for', 'organization', 30))
SELECT relate.update_relationship(1, importance => 4, description => 'x')
SELECT relate.set_status('contact', 1, 'Customer')
INSERT INTO contact VALUES (99); SELECT relate.create_relationship('ticket', 99, 'T40'); UPDATE contact SET id = 98 WHERE id = 99; DELETE FROM contact WHERE id = 98
INSERT INTO crm.relationship_list (relationship_type, source_key, target_key) VALUES ('employment', 33, 33); DELETE FROM crm.relationship WHERE source_key OPERATOR(relate.=) 33::relate.record_key
DELETE FROM contact WHERE id = 2 -- 23503
SQL
}
slow_reads() {
    cat <<'SQL'
SELECT * FROM relate.related_records_of('contact', ARRAY(SELECT i::relate.record_key FROM generate_series(1, 50) AS i), show => 'all')
SELECT * FROM relate.relationship_report()
SELECT * FROM crm.relationship_list
SELECT * FROM crm.relationship_sides
SELECT * FROM relate.possible_types('contact', 1, 'contact', 5)
SELECT * FROM relate.preview_delete('contact', 1)
SELECT * FROM relate.preview_relationship_type('x', 'contact', 'ticket', 'one_to_many')
SELECT * FROM relate.workspaces()
SELECT * FROM relate.relationship_type_stats()
SELECT * FROM relate.type_sets()
SELECT * FROM relate.functions()
SELECT relate.diagram(), relate.diagram('contact', 1)
SELECT * FROM relate.preview_adopt_foreign_keys('office')
SELECT relate.connect('contact', 1, 'is married to', 'contact', 7) -- 23505
SELECT relate.connect('contact', 1, 'nonsense', 'contact', 7) -- 42704
SQL
}
changes() {
    cat <<'SQL'
SELECT relate.create_relationship('employment', 31, 31); SELECT relate.end_relationship('employment', 31, 31); SELECT relate.delete_relationship('employment', 31, 31)
SELECT relate.create_relationship('ticket', 32, 'T1', '2025-01-01', on_conflict => 'replace'); SELECT relate.create_relationship('ticket', 1, 'T1', '2024-05-01', on_conflict => 'replace')
INSERT INTO event VALUES ('2019-01-01', 99); SELECT relate.create_relationship('attendance', 1, '(2019-01-01,99)'); UPDATE event SET day = '2021-01-01' WHERE id = 99; SELECT relate.delete_relationship('attendance', 1, '(2021-01-01,99)'); DELETE FROM event WHERE id = 99
SELECT relate.set_parent('subsidiary', 20, 9, '2001-01-01'); SELECT relate.set_parent('subsidiary', 20, 10, '2001-01-01')
SELECT relate.alter_relationship_type('use', description => clock_timestamp()::text)
SELECT relate.alter_module('ticket', plural => clock_timestamp()::text)
SELECT relate.define_path('employers', '{employment}'); SELECT relate.drop_path('employers')
SELECT relate.add_status('contact', 'Brief'); SELECT relate.retire_status('contact', 'Brief'); SELECT relate.restore_status('contact', 'Brief'); SELECT relate.rename_status('contact', 'Brief', 'Short'); SELECT relate.order_statuses('contact', '{Short,Customer,Prospect}'); DELETE FROM crm.status WHERE name = 'Short'
SELECT relate.set_default_workspace('crm'); SELECT relate.upgrade_workspace('crm')
SQL
}
slow_changes() { # of the catalog, and of tables
    cat <<'SQL'
SELECT * FROM relate.preview_alter_relationship_type('employment', cardinality => 'one_to_one')
SELECT relate.create_relationship_type('brief', 'contact', 'contact'); SELECT relate.drop_relationship_type('brief')
SELECT relate.register_module('bystander'); SELECT relate.unregister_module('bystander')
SELECT * FROM relate.health_check()
SELECT * FROM relate.validate('crm')
SELECT relate.repair('crm')
SELECT relate.grant_role('relate_t_memory', 'editor'); SELECT relate.revoke_role('relate_t_memory', 'editor')
SELECT relate.enable_record_security('crm'); SELECT relate.disable_record_security('crm')
SELECT relate.adopt_column('office.desk', '{owner}', name => 'desk'); SELECT relate.enforce_rules('desk'); SELECT relate.drop_relationship_type('desk'); SELECT relate.unregister_module('desk')
SELECT relate.adopt_junction('office.shared_desk', '{desk}', '{person}', name => 'shared'); SELECT relate.drop_relationship_type('shared'); SELECT relate.unregister_module('desk')
SELECT relate.adopt_foreign_keys('office'); DELETE FROM crm.relationship_type WHERE storage <> 'link'; SELECT relate.unregister_module('desk')
SELECT relate.generate_functions('generated'); SELECT relate.generate_views('generated'); SELECT relate.drop_generated()
SELECT relate.install_types('sales', 'contact'); DELETE FROM crm.relationship_type WHERE type_id > 8
SELECT relate.quickstart('office', preview => true)
SQL
}
sql "CREATE SCHEMA office" "CREATE SCHEMA generated" "CREATE TABLE office.desk (id int PRIMARY KEY, owner int REFERENCES contact)" \
    "CREATE TABLE office.shared_desk (desk int REFERENCES office.desk, person int REFERENCES contact, PRIMARY KEY (desk, person))"
echo "SELECT count(name) FROM bystander" | endure false
echo "UPDATE bystander SET note = note" | endure true
sql "CREATE TABLE usual AS SELECT ends, max(grown) AS growth FROM finding GROUP BY ends" "TRUNCATE finding"
export PGOPTIONS='-c client_min_messages=error'
# Those that read beside those that write, each on a core of its own, and in a database of its own:
# beside a long reader, dead rows could not go.
new_database relate_t_memory_writes
psql -Xq -d postgres -c "DROP DATABASE $database" -c "CREATE DATABASE $database TEMPLATE relate_t_memory"
{
    database=relate_t_memory
    reads | endure false
    slow_reads | endure false "$patience"
} &
verbs | endure true
{ changes; slow_changes; } | endure true "$patience"
wait $!
database=relate_t_memory
psql -XqAt -d relate_t_memory_writes -c "COPY finding TO STDOUT" | psql -Xq -d "$database" -c "COPY finding FROM STDIN"
unset PGOPTIONS
all_calls() { reads; verbs; slow_reads; changes; slow_changes; }
is "$(sql "SELECT count(*) FROM finding")" "$(all_calls | wc -l)" "every call was made"
is_empty "$(sql "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'relate'::regnamespace
                 AND coalesce(obj_description(oid, 'pg_proc'), '') NOT LIKE 'Internal.%' AND proname NOT LIKE 'record\_key\_%'
                 AND prorettype <> ALL ('{trigger,event_trigger}'::regtype[]) AND proname <> ALL ('{create_text_overloads,create_workspace,drop_workspace,load_sample,add_relationship_field,drop_relationship_field}')
                 AND NOT EXISTS (SELECT FROM finding WHERE call ~ ('relate\.' || proname || '\M')) ORDER BY 1")" "of every function"
is_empty "$(sql "SELECT call, outcome FROM finding WHERE outcome <> coalesce(substring(call from ' -- (.*)'), 'done')")" \
    "with the outcome it should have"
is_empty "$(sql "SELECT finding.* FROM finding JOIN usual USING (ends) WHERE grown > growth + 1000 + finding.calls")" \
    "memory is flat over $calls calls of each function"
[ -z "${RELATE_CALLS:-}" ] || note "$(sql "SELECT 'memory: ' || count(*) FILTER (WHERE calls >= $calls) || ' statements were called $calls times each; fewer, in $((patience / 1000000)) s:'
    || coalesce(string_agg(format(E'\n    %s times (%s us each) %s', calls, round(1000000 * seconds / calls), left(call, 160)), '' ORDER BY calls) FILTER (WHERE calls < $calls), ' none')
    FROM finding")"

# --- changes of the catalog in one transaction: only the newest state is kept

sql "CREATE FUNCTION kept() RETURNS bigint LANGUAGE sql AS
     \$\$ SELECT count(*) FROM pg_backend_memory_contexts WHERE name IN ('relate workspace', 'relate module tables') \$\$" >/dev/null
is "$(sql "BEGIN" "DO \$\$ BEGIN
             FOR i IN 1..100 LOOP
                 PERFORM relate.alter_relationship_type('use', description => i::text), relate.record_name('contact', 1);
                 UPDATE contact SET kind = kind WHERE id = 1;
             END LOOP;
         END \$\$" "SELECT kept() BETWEEN 1 AND 3" "COMMIT" "SELECT kept() BETWEEN 1 AND 3")" $'t\nt' \
    "a transaction that changes the catalog keeps no old states of it"

# --- many workspaces in one session, or one of many names: their statements do not add up

sql "CREATE SCHEMA many_0" "SELECT relate.create_workspace('many_0')" "SET relate.workspace = many_0" \
    "SELECT relate.register_module('contact', kind_column => 'kind'), relate.register_module('ticket', name_columns => '{subject}'),
            relate.create_relationship_type('report', 'contact', 'ticket', on_source_delete => 'remove_link')" \
    "CREATE FUNCTION plans() RETURNS bigint LANGUAGE sql AS \$\$ SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'CachedPlanSource' \$\$" \
    "CREATE PROCEDURE visit(first int, last int) LANGUAGE plpgsql AS \$\$
     BEGIN
         FOR i IN first..last LOOP
             EXECUTE format('ALTER SCHEMA many_%s RENAME TO many_%s', i - 1, i);
             PERFORM set_config('relate.workspace', 'many_' || i, false);
             PERFORM relate.connect('contact', 40, 'report', 'ticket', 'T40');
             PERFORM relate.related_records('contact', 40), relate.set_status('contact', 40, 'Customer');
             DELETE FROM contact WHERE id = 40;
             INSERT INTO contact VALUES (40);
             COMMIT;
         END LOOP;
     END \$\$" >/dev/null
is "$(sql "CALL visit(1, 5)" "CREATE TEMP TABLE few AS SELECT plans() AS n" "CALL visit(6, 300)" "SELECT plans() - n BETWEEN 100 AND 400 FROM few")" t \
    "statements of 300 workspaces do not add up"
sql "DROP SCHEMA many_300 CASCADE" >/dev/null

# --- a large statement: what it holds at its end, when the queue of triggers is
# --- still there, against the same rows in a table with two foreign keys

rows=${RELATE_COPY_ROWS:-50000}
sql "INSERT INTO contact SELECT i, 'Contact ' || i FROM generate_series(100, 300) AS i" \
    "CREATE TABLE measured (what text, bytes bigint)" \
    "CREATE TABLE link (id serial PRIMARY KEY, contact int REFERENCES contact, organization bigint REFERENCES organization, start_date date)" \
    "CREATE FUNCTION measure() RETURNS trigger LANGUAGE plpgsql AS \$\$
     BEGIN
         INSERT INTO measured VALUES (TG_ARGV[0], used());
         RETURN NULL;
     END \$\$" \
    "ALTER TABLE crm.relationship ALTER type_id SET DEFAULT 1" \
    "CREATE TRIGGER zz AFTER INSERT ON link FOR EACH STATEMENT EXECUTE FUNCTION measure('foreign keys')" \
    "CREATE TRIGGER zz AFTER INSERT OR UPDATE OR DELETE ON crm.relationship FOR EACH STATEMENT EXECUTE FUNCTION measure('rules')" >/dev/null
copied() { # several stints of one pair each, or pairs of their own
    awk -v rows="$rows" 'BEGIN { for (i = 0; i < rows; i++) printf "%d\t%d\t%d-01-01\t%d-06-01\n", 100 + i % 200, 1 + i / 200 % 50, 1500 + i / 10000, 1500 + i / 10000 }'
}
fill() { # COPY_TARGET: one statement, after a small one that fills the caches
    { echo "COPY $1 FROM STDIN;"; copied | sed 1q | sed 's/15..-/1400-/g'; echo '\.'; echo "COPY $1 FROM STDIN;"; copied; echo '\.'; } |
        if [ "${1%% *}" = link ]; then awk -F'\t' -v OFS='\t' 'NF == 4 { NF = 3 } { print }'; else cat; fi |
        psql -Xq -v ON_ERROR_STOP=1 -d "$database" 2>&1
}
grown() { sql "SELECT max(bytes) - min(bytes) FROM measured WHERE what = '$1'"; }
# What enforcement remembers to save time stays within work_mem.
export PGOPTIONS="-c work_mem=64kB"
fill "link (contact, organization, start_date)"
fill "crm.relationship (source_key, target_key, start_date, end_date)"
is "$(sql "SELECT count(*) = 4 AND max(bytes) FILTER (WHERE what = 'rules') - min(bytes) FILTER (WHERE what = 'rules') <=
                  max(bytes) FILTER (WHERE what = 'foreign keys') - min(bytes) FILTER (WHERE what = 'foreign keys') + 100000
           FROM measured" \
           "SELECT count(*) FROM link" "SELECT count(*) > $rows FROM crm.relationship")" \
    "t"$'\n'"$((rows + 1))"$'\nt' "COPY of $rows rows holds no more than with two foreign keys"
sql "SELECT '# at the end of one row and of $rows: ' || string_agg(what || ' ' || bytes, ', ' ORDER BY what, bytes) FROM measured"
done_testing
