# For the scripts of test/bench: `. "$(dirname "$0")/lib.sh"` at the start.

work=$(mktemp -d)
chmod 755 "$work"
trap 'rm -rf "$work"; [ -z "${db:-}" ] || dropdb --if-exists $db 2>/dev/null' EXIT
data=${RELATE_DATA:-$(dirname "${BASH_SOURCE[0]}")/../../../shared/data}

new_database() { # NAME
    db=$1
    dropdb --if-exists "$db" 2>/dev/null
    createdb "$db"
    run -c "CREATE EXTENSION pg_relate" -c "ALTER DATABASE $db SET work_mem = '256MB'"
}
# Statements in the database; bare rows come out.
run() { PGOPTIONS="-c client_min_messages=warning ${PGOPTIONS:-}" psql -X -q -v ON_ERROR_STOP=1 -d "$db" -At "$@"; }
# All tables and indexes into buffers, of which there should be enough (RELATE_SHARED_BUFFERS).
prewarm() {
    run -c "CREATE EXTENSION IF NOT EXISTS pg_prewarm" 2>/dev/null || { echo "  (pg_prewarm is not there: some pages will be read from files)"; return; }
    run -c "SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace::regnamespace::text !~ '^pg_|^information_schema$'" >/dev/null
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
percentile() { sort -n | awk -v p="$1" '{ v[NR] = $1 } END { i = NR * p / 100; i = i == int(i) ? i : int(i) + 1; print v[i] }'; }
mean() { awk '{ sum += $1 } END { print sum / NR }'; }

# Runs the statements of standard input in one session, each on a line of its own, after
# those of the arguments, and prints the milliseconds that each took.
milliseconds() { # [STATEMENT...]
    { printf '%s;\n' "$@"; echo '\o /dev/null'; echo '\timing on'; cat; } | run 2>&1 >"$work/timing" || { cat "$work/timing" >&2; return 1; }
    sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' "$work/timing"
}

# Calls a second of a pgbench script: 4 clients, prepared statements.
rate() { # SCRIPT SECONDS
    pgbench -n -M prepared -c 4 -j 2 -T "$2" -f "$1" "$db" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

# A graph of friendships, power law: whoever comes draws five of the ends of earlier ones. A generator of its own,
# so that the graph is the same with any awk.
social_graph() { # PEOPLE
    awk -v people="$1" '
        function draw(n) { seed = (seed * 69069 + 12345) % 2147483648; return int(seed / 2147483648 * n) }
        BEGIN {
            for (i = 2; i <= people; i++) {
                split("", taken)
                for (k = 0; k < 5 && k < i - 1; k++) {
                    do friend = ends > 0 ? end[draw(ends)] : 1; while (friend in taken || friend == i)
                    taken[friend] = 1
                    drawn[k] = friend
                    print i "\t" friend
                }
                for (j = 0; j < k; j++) { end[ends++] = i; end[ends++] = drawn[j] }
            }
        }'
}
