# Reading functions run on a hot standby.
. test/lib/tap.sh

standby=$(mktemp -d)
server_user() { if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }
unprivileged() ( # PostgreSQL refuses to run as root
    cd "$standby"
    [ "$(id -u)" = 0 ] || exec "$@"
    exec setpriv --reuid="$(server_user)" --regid="$(id -g "$(server_user)")" --init-groups -- "$@"
)
[ "$(id -u)" != 0 ] || chown "$(server_user)" "$standby"
stop() {
    unprivileged pg_ctl -D "$standby/data" -m immediate -s stop 2>/dev/null
    psql -Xq -d postgres -c "DROP DATABASE IF EXISTS relate_t_standby"
    rm -rf "$standby"
}
new_database relate_t_standby
trap stop EXIT

sql "CREATE EXTENSION pg_relate" "CREATE TABLE person (id int PRIMARY KEY, name text)" \
    "CREATE TABLE tag (code numeric PRIMARY KEY, name text) PARTITION BY LIST (code)" \
    "CREATE TABLE tag_1 PARTITION OF tag DEFAULT" "INSERT INTO person VALUES (1, 'Jim'), (2, 'Bob')" "INSERT INTO tag VALUES (1.50, 'Tag')" \
    "SELECT relate.create_workspace('crm')" "SELECT relate.register_module('person'), relate.register_module('tag')" \
    "SELECT relate.create_relationship_type('knows', 'person', 'person'), relate.create_relationship_type('tagged', 'person', 'tag')" \
    "SELECT relate.connect('person', 1, 'knows', 'person', 2), relate.create_relationship('tagged', 1, '1.5')" >/dev/null

answers() {
    sql "SELECT relationship_id, label, module, key, name FROM relate.related_records('person', 1)" \
        "SELECT from_key, name FROM relate.related_records_of('tag', '{1.5,3}')" \
        "SELECT relate.related_rows(NULL::tag, 'person', 1)" "SELECT relate.are_related('knows', 1, 2), relate.record_name('tag', '1.5000')" \
        "SELECT relationship_id, primary_name, target_name FROM relate.relationship_report()" \
        "SELECT relate.record_overview('person', 1)" "SELECT source_name, target_name FROM crm.relationship_list"
}
expected=$(answers)

if unprivileged pg_basebackup -D "$standby/data" -R -c fast --no-sync >"$standby/log" 2>&1 &&
    unprivileged pg_ctl -D "$standby/data" -s -w -l "$standby/server.log" -o "-k $standby" start >>"$standby/log" 2>&1; then
    primary=$PGHOST
    export PGHOST=$standby
    is "$(sql 'SELECT pg_is_in_recovery()')" t "the standby is in recovery"
    is "$(answers)" "$expected" "it answers as the primary does"
    is "$(answers | grep -c Jim)" 8 "with names"
    export PGHOST=$primary
else
    sed 's/^/# /' "$standby/log"
    ok 1 "the standby starts"
fi
done_testing
