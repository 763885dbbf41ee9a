# kill -9 of the server, all its processes at once, while many write: after each recovery
# no rule is broken, and every commit that a writer was told of is there.
# RELATE_CRASH_ROUNDS: how often (20; make crash: 100).
. test/lib/tap.sh
. test/lib/server.sh
new_server crashed
database=postgres
rounds=${RELATE_CRASH_ROUNDS:-20} writers=6
export PGHOST=$crashed

unprivileged initdb -D "$crashed/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$crashed/output" 2>&1
cat >>"$crashed/data/postgresql.conf" <<CONF
listen_addresses = ''
# What is killed are processes, not the machine: what they wrote, the system has.
fsync = off
shared_buffers = 32MB
max_wal_size = 64MB
CONF
if ! start_server crashed; then
    ok 1 "a server starts"
    done_testing
    exit
fi

sql "CREATE EXTENSION pg_relate" "CREATE EXTENSION amcheck" \
    "CREATE TABLE person (id int PRIMARY KEY, name text, kind text)" "CREATE TABLE team (id int PRIMARY KEY, name text)" \
    "INSERT INTO person SELECT n, 'Person ' || n, 'individual' FROM generate_series(1, 300) n" "INSERT INTO team SELECT n, 'Team ' || n FROM generate_series(1, 60) n" \
    "SELECT relate.create_workspace('crm')" "SELECT relate.register_module('person', kind_column => 'kind'), relate.register_module('team')" \
    "SELECT relate.create_relationship_type('friend', 'person', 'person', is_symmetric => true, on_source_delete => 'remove_link'),
        relate.create_relationship_type('boss', 'person', 'person', 'many_to_one', hierarchy_parent => 'target', on_source_delete => 'remove_link', on_target_delete => 'remove_link'),
        relate.create_relationship_type('member', 'person', 'team', 'many_to_many', max_sources_per_target => 5, source_kind => 'individual', on_source_delete => 'remove_link'),
        relate.create_relationship_type('leader', 'person', 'team', 'one_to_one', on_source_delete => 'remove_link', on_target_delete => 'remove_link')" \
    "CREATE TABLE done (writer int, step int, PRIMARY KEY (writer, step))" \
    "CREATE TABLE journal (number bigserial, op text, relationship_id bigint)" \
    "CREATE FUNCTION journal() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
        INSERT INTO public.journal (op, relationship_id) VALUES (TG_OP, CASE TG_OP WHEN 'DELETE' THEN OLD.relationship_id ELSE NEW.relationship_id END);
        RETURN NULL;
     END \$\$" \
    "CREATE TRIGGER journal AFTER INSERT OR DELETE ON crm.relationship FOR EACH ROW EXECUTE FUNCTION journal()" \
    "CREATE FUNCTION step(writer int, step int) RETURNS text LANGUAGE plpgsql AS \$\$
     DECLARE
        p int := 1 + floor(random() * 300);
        q int := 1 + floor(random() * 300);
        t int := 1 + floor(random() * 60);
        since date := date '2020-01-01' + floor(random() * 1000)::int;
        chance float := random();
     BEGIN
        INSERT INTO done VALUES (writer, step);
        IF chance < 0.15 THEN PERFORM relate.create_relationship('friend', p, q, since, since + 400);
        ELSIF chance < 0.35 THEN PERFORM relate.create_relationship('boss', p, q, since, since + 30);
        ELSIF chance < 0.55 THEN PERFORM relate.create_relationship('member', p, t, since, on_conflict => 'replace');
        ELSIF chance < 0.70 THEN PERFORM relate.create_relationship('leader', p, t, since, on_conflict => 'end_old');
        ELSIF chance < 0.85 THEN DELETE FROM crm.relationship WHERE relationship_id IN (SELECT relationship_id FROM crm.relationship OFFSET floor(random() * 500) LIMIT 3);
        ELSIF chance < 0.90 THEN DELETE FROM person WHERE id = p;
        ELSIF chance < 0.95 THEN INSERT INTO person VALUES (p, 'Again', 'individual') ON CONFLICT (id) DO UPDATE SET kind = 'organization';
        ELSIF chance < 0.98 THEN UPDATE person SET id = p + 300 WHERE id = p;
        ELSE PERFORM relate.set_status('person', p, 'Customer');
        END IF;
        RETURN format('%s %s', writer, step);
     END \$\$" >"$crashed/setup" || sed 's/^/# /' "$crashed/setup"

export PGOPTIONS='-c client_min_messages=error'
mkdir "$crashed/acknowledged"
write() { # WRITER ROUND: until the server is gone
    seq $(($2 * 1000000)) $(($2 * 1000000 + 50000)) | sed "s/.*/SELECT step($1, &);/" |
        psql -XqAt -v VERBOSITY=sqlstate -d "$database" >>"$crashed/acknowledged/$1" 2>>"$crashed/errors.$1"
}
kill_all() {
    local postmaster processes
    postmaster=$(head -n 1 "$crashed/data/postmaster.pid")
    kill -STOP "$postmaster" # no new ones
    processes="$postmaster $(cat "/proc/$postmaster/task/$postmaster/children")"
    kill -KILL $processes
    while kill -0 $processes 2>/dev/null; do sleep 0.05; done
}
findings() {
    sql "SELECT 'rule', v.* FROM relate.validate('crm') v" "SELECT 'health', h.* FROM relate.health_check() h" \
        "CREATE TEMP TABLE acknowledged (line text); COPY acknowledged FROM '$crashed/acknowledged.all'" \
        "SELECT 'lost', line FROM acknowledged EXCEPT SELECT 'lost', writer || ' ' || step FROM done" \
        "WITH kept AS (SELECT relationship_id FROM journal GROUP BY 1 HAVING count(*) FILTER (WHERE op = 'INSERT') > count(*) FILTER (WHERE op = 'DELETE'))
         (SELECT 'half', relationship_id FROM kept EXCEPT SELECT 'half', relationship_id FROM crm.relationship)
         UNION ALL (SELECT 'half', relationship_id FROM crm.relationship EXCEPT SELECT 'half', relationship_id FROM kept)" \
        "SELECT 'index', i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE i.indrelid IN ('crm.relationship'::regclass, 'crm.record_status'::regclass, 'person'::regclass)
           AND bt_index_check(i.indexrelid, true) IS NULL"
}

total=0
for ((round = 1; round <= rounds; round++)); do
    for ((writer = 1; writer <= writers; writer++)); do write $writer $round & done
    sleep "$((RANDOM % 10 / 9)).$((RANDOM % 7 + 3))"
    [ $((RANDOM % 3)) != 0 ] || psql -Xq -d "$database" -c CHECKPOINT
    kill_all
    wait
    # The last line of a writer whose connection broke is whole: psql prints a row when it has all.
    cat "$crashed"/acknowledged/* >"$crashed/acknowledged.all"
    acknowledged=$(wc -l <"$crashed/acknowledged.all")
    if ! start_server crashed; then
        ok 1 "round $round: the server starts again"
        tail -n 20 "$crashed/log" | sed 's/^/# /'
        break
    fi
    is_empty "$(findings)" "round $round: nothing is broken, and the $((acknowledged - total)) acknowledged commits are there"
    total=$acknowledged
done
ok "$([ "$total" -gt $((rounds * 10)) ]; echo $?)" "writers were at work: $total commits"
is "$(sql "SELECT count(DISTINCT relationship_type) FROM crm.relationship_list")" 4 "with relationships of all types"
# Duplicate, cardinality, endpoint, kind, self, cycle; one in the way that cannot end before; two in each other's way.
is_empty "$(grep -h 'ERROR: ' "$crashed"/errors.* | grep -vE '  (23505|23503|23514|22023|40P01)$' | sort | uniq -c)" "and no other errors than those of rules"

done_testing
