# README.md is true: its examples run, in order, in a new database, and say what it says.
#
# The blocks ```sql run one after the other in one session. One that begins with the
# comment "-- ERROR: <SQLSTATE>" must fail with it, any other must not fail. A block
# ```text right after it is its output, but for spaces and line breaks.
. test/lib/tap.sh
new_database relate_t_readme

work=$(mktemp -d)
trap 'rm -rf "$work"; psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $database" -c "DROP ROLE IF EXISTS crm_app"' EXIT
awk -v dir="$work" '
    kind == "" && /^```sql$/ { n++; kind = "sql"; file = sprintf("%s/%03d.sql", dir, n); lines[n] = NR; printf "" > file; after = 0; next }
    kind == "" && /^```text$/ { kind = after == NR ? "expected" : "other"; file = sprintf("%s/%03d.expected", dir, n); if (kind == "expected") printf "" > file; next }
    /^```/ { if (kind == "sql") after = NR + 1; kind = kind == "" ? "other" : ""; next }
    kind == "sql" || kind == "expected" { print > file }
    END { for (i = 1; i <= n; i++) print lines[i] > (dir "/lines") }' README.md

for block in "$work"/*.sql; do
    printf '\\echo @@@ %s\n\\set LAST_ERROR_SQLSTATE none\n' "$(basename "$block" .sql)"
    cat "$block"
    printf '\\echo @@@ state :LAST_ERROR_SQLSTATE\n'
done >"$work/script"
PGOPTIONS='-c client_min_messages=warning' psql -Xq -v SHOW_CONTEXT=never -P footer=off -d "$database" \
    <"$work/script" >"$work/output" 2>&1
awk -v dir="$work" '/^@@@ state / { print $3 > (file ".state"); next }
    /^@@@ / { file = dir "/" $2; printf "" > (file ".got"); next }
    { print > (file ".got") }' "$work/output"

words() { tr -s '[:space:]' '\n' <"$1" | sed 's/^[-+]\{3,\}$/---/; /^$/d'; }
number=0
while read -r line <&3; do
    number=$((number + 1))
    block=$work/$(printf %03d $number)
    wanted=$(sed -n '1s/^-- ERROR: *//p' "$block.sql")
    is "$(cat "$block.state")" "${wanted:-none}" "line $line ${wanted:+is refused with $wanted}${wanted:-runs}" ||
        sed 's/^/# /' "$block.got"
    if [ -f "$block.expected" ]; then
        is "$(words "$block.got")" "$(words "$block.expected")" "line $line: the output is as shown" >"$work/result"
        head -n 1 "$work/result"
        if grep -q '^not ok' "$work/result"; then diff "$block.expected" "$block.got" | sed 's/^/# /'; fi
    fi
done 3<"$work/lines"

# Every make goal and function that it names is there.
goals=" $(sed -n 's/^PRIVATE_GOALS := //p' Makefile) all install uninstall installcheck clean "
for goal in $(grep -oE '(`|^)make [a-z]+' README.md | tr -d '`' | cut -d' ' -f2 | sort -u); do
    [[ $goals == *" $goal "* ]]
    ok $? "there is make $goal"
done
is_empty "$(comm -23 <(grep -oE '(relate\.|^\| `)[a-z_]+\(' README.md | sed 's/^| `/relate./; s/(//' | sort -u) \
    <(sql "SELECT DISTINCT 'relate.' || proname FROM pg_proc WHERE pronamespace = 'relate'::regnamespace" | sort -u))" \
    "every function that it names exists"

done_testing
