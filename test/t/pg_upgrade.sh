# pg_upgrade from an older PostgreSQL, where one is installed beside the one at hand.
. test/lib/tap.sh
. test/lib/world.sh
. test/lib/server.sh

major_of() { "$1/pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'; }
new_bin=$(dirname "$PG_CONFIG")
old_bin=
for candidate in /usr/lib/postgresql/*/bin; do
    [ -x "$candidate/pg_config" ] && [ -x "$candidate/initdb" ] && [ -e "$("$candidate/pg_config" --pgxs)" ] || continue
    [ "$(major_of "$candidate")" -ge 15 ] && [ "$(major_of "$candidate")" -lt "$(major_of "$new_bin")" ] && old_bin=$candidate
done
if [ -z "$old_bin" ]; then
    skip "no older PostgreSQL than $(major_of "$new_bin") with its development files (make test-versions has one)"
    done_testing
    exit
fi

# A cluster of the old one, with the extension built for it from a copy of the source.
work=$(mktemp -d /tmp/relate.XXXXXX)
chmod 755 "$work"
at_exit "rm -rf '$work'"
mkdir "$work/source"
tar -c --exclude='*.o' --exclude='*.so' --exclude='*.bc' --exclude=./build Makefile pg_relate.control sql src tools | tar -x -C "$work/source"
at_exit "tools/cluster stop '$work/old' 2>/dev/null"
if ! PG_CONFIG=$old_bin/pg_config "$work/source/tools/cluster" start "$work/old" >"$work/output" 2>&1; then
    sed 's/^/# /' "$work/output"
    ok 1 "a cluster of PostgreSQL $(major_of "$old_bin") starts"
    done_testing
    exit
fi

database=relate_t_upgrade
export PGHOST=$work/old/socket
psql -Xq -d postgres -c "CREATE ROLE relate_t_reader" -c "CREATE DATABASE $database"
sql 'CREATE EXTENSION pg_relate'
is_empty "$(make_newer_world)" "a world is made in PostgreSQL $(major_of "$old_bin")"
world=$(objects_of_world)
extension=$(objects_of_extension)
answered=$(answers)
refused=$(refusals)
unprivileged "$work/old/bin/pg_ctl" -D "$work/old/server/data" -m fast -s -w stop

new_server upgraded
unprivileged initdb -D "$upgraded/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    $([ "$(major_of "$new_bin")" -lt 18 ] || echo --no-data-checksums) >"$upgraded/output" 2>&1
unprivileged env -C "$upgraded" pg_upgrade -U postgres -b "$work/old/bin" -B "$new_bin" -d "$work/old/server/data" -D "$upgraded/data" \
    -s "$upgraded" -o "-c unix_socket_directories=$upgraded" >"$upgraded/pg_upgrade.log" 2>&1
ok $? "pg_upgrade to $(major_of "$new_bin")" || {
    sed 's/^/# /' "$upgraded/pg_upgrade.log"
    find "$upgraded/data/pg_upgrade_output.d" -type f | xargs tail -n 20 2>/dev/null | sed 's/^/# /'
}
cat >>"$upgraded/data/postgresql.conf" <<CONF
listen_addresses = ''
timezone = 'UTC'
CONF
export PGHOST=$upgraded
start_server upgraded
ok $? "the new server starts" || tail -n 5 "$upgraded/log" | sed 's/^/# /'
# Versions write some definitions differently: objects are compared by name. pg_upgrade makes
# the types of arrays members of an extension, as CREATE EXTENSION does not. The foreign keys
# of partitions are numbered fkey1 up to 17, and fkey_1 from 18 on.
names() { cut -d'|' -f1 <<<"$1" | grep -v '^type .*\[\]$' | sed 's/_fkey_\([0-9]\)/_fkey\1/'; }
is_empty "$(diff <(names "$extension" ) <(names "$(objects_of_extension)"))" "the extension has the same objects"
is_empty "$(diff <(names "$world" | grep -v ' not null ') <(names "$(objects_of_world)" | grep -v '_not_null on '))" "the world has the same objects"
is_empty "$(diff <(echo "$answered") <(answers))" "the same answers"
is_empty "$(diff <(echo "$refused") <(refusals))" "the same refusals"
is "$(sql "SELECT relate.connect('person', 7, 'marriage', 'person', 8) > 0")" t "and work goes on"

done_testing
