# The demo runs to its end, and accounts for every row of its data.
. test/lib/tap.sh
database=relate_demo
log=$(mktemp)
trap 'rm -f "$log"; psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $database" -c "DROP DATABASE IF EXISTS ${database}_northwind" 2>/dev/null' EXIT
run_demo() { # DATA
    DATA=$1 demo/run >"$log" 2>&1
    ok $? "the demo runs with DATA=$(basename "$1")" || tail -n 20 "$log" | sed 's/^/# /'
    is "$(grep -c 'session B< ERROR 23505' "$log")" 1 "the second of two clerks is refused"
    is_empty "$(grep -E '^(psql:|ERROR|WARNING|NOTICE|demo:)' "$log")" "and nothing else goes wrong"
}

run_demo samples
is "$(sql 'SELECT count(*) FROM relate.workspaces()')" 4 "the four samples are loaded"

data=${RELATE_DATA:-../shared/data}/us_congress
if [ ! -d "$data" ]; then
    skip "no data set us_congress" 8
else
    run_demo "$data"
    is "$(sql 'SELECT count(*) FROM person')" 12795 "all people"
    is "$(sql 'SELECT count(*) FROM organization')" 649 "all organizations"
    is "$(sql "SELECT count(DISTINCT from_row) FROM source.link WHERE from_file = 'committee_memberships'")" 28461 \
        "every committee seat is a row to load"
    is_empty "$(sql "SELECT membership_id FROM source.memberships m WHERE NOT EXISTS
                     (SELECT FROM source.link l WHERE l.from_file = 'memberships' AND l.from_row = m.membership_id::text)")" \
        "every membership too"
    is "$(sql 'SELECT (SELECT count(*) FROM congress.relationship) + (SELECT count(*) FROM source.refused)')" \
        "$(sql 'SELECT count(*) FROM source.link')" "each row is loaded or listed as refused"
fi

done_testing
