# README.md is true: its SQL runs in the order in which one reads it, in one session of a
# new database, and fails just where a comment says so:
#
#   ```sql
#   SELECT ...;
#   -- ERROR:  the message (its beginning will do)
#   ```
# A block after the line <!-- not run --> is left out.
. test/lib/tap.sh
if [ ! -e README.md ]; then
    skip "there is no README.md"
    done_testing
    exit
fi
new_database relate_t_readme

script=$(mktemp)
awk '/^```sql/ { inside = last !~ /not run/; next }
     /^```/    { inside = 0 }
     inside    { print }
     /[^ ]/    { last = $0 }' README.md >"$script"
output=$(psql -XqAt -d "$database" -f "$script" 2>&1 </dev/null)
rm -f "$script"

mapfile -t wanted < <(grep -E '^ *-- ERROR:' README.md | sed -E 's/^ *-- ERROR: *//')
mapfile -t got < <(grep -E '(^|: )ERROR:' <<<"$output" | sed -E 's/^.*ERROR: *//')
is "${#got[@]}" "${#wanted[@]}" "README.md: as many statements fail as it says" ||
    grep -A3 -E '(^|: )ERROR:' <<<"$output" | sed 's/^/# /'
for i in "${!wanted[@]}"; do
    is "${got[$i]:0:${#wanted[$i]}}" "${wanted[$i]}" "README.md: error $((i + 1))"
done

# Every make goal and function that it names is there.
goals=" $(sed -n 's/^PRIVATE_GOALS := //p' Makefile) all install uninstall installcheck clean "
for goal in $(grep -oE '`make [a-z]+`' README.md | tr -d '`' | cut -d' ' -f2 | sort -u); do
    [[ $goals == *" $goal "* ]]
    ok $? "README.md: make $goal"
done
is_empty "$(comm -23 <(grep -oE 'relate\.[a-z_]+\(' README.md | tr -d '(' | sort -u) \
    <(sql "SELECT DISTINCT 'relate.' || proname FROM pg_proc WHERE pronamespace = to_regnamespace('relate')" | sort -u))" \
    "README.md: every function that it names exists"

done_testing
