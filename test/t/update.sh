# ALTER EXTENSION UPDATE: an updated extension is the same as a new one, object by object.
. test/lib/tap.sh
new_database relate_t_update

objects() { # of the extension
    psql -XqAt -v ON_ERROR_STOP=1 -v extension=pg_relate -v schemas='{}' -d "$database" -f test/lib/catalog.sql 2>&1
}
difference() { diff <(echo "$1") <(echo "$2") | cut -c1-2000; }

version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_relate.control)
sql 'CREATE EXTENSION pg_relate'
new=$(objects)
ok "$([ "$(grep -c "^function relate" <<<"$new")" -gt 200 ]; echo $?)" "a new extension has functions" || head -n 3 <<<"$new" | sed 's/^/# /'
is_empty "$(grep '"not described"' <<<"$new")" "of kinds that are compared"

for released in sql/released/pg_relate--*.sql; do
    from=$(basename "$released" .sql | sed 's/^pg_relate--//')
    [[ $from != *--* && $from != "$version" ]] || continue
    sql 'DROP EXTENSION pg_relate' "CREATE EXTENSION pg_relate VERSION '$from'"
    is "$(sql "SELECT extversion FROM pg_extension WHERE extname = 'pg_relate'")" "$from" "$from can be installed"
    is_empty "$(sql 'ALTER EXTENSION pg_relate UPDATE')" "$from is updated to $version"
    is_empty "$(difference "$new" "$(objects)")" "and is then the same as a new $version"
done

done_testing
