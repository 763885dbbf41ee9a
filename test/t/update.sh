# ALTER EXTENSION UPDATE and relate.upgrade_workspace: what is updated is the same as what is
# new, object by object; the new library serves the old SQL, and workspaces of the old layout.
. test/lib/tap.sh
. test/lib/world.sh
new_role relate_t_reader
new_database relate_t_update

difference() { diff <(echo "$1") <(echo "$2") | cut -c1-2000; }
start_again() { # VERSION
    psql -Xq -d postgres -c "DROP DATABASE $database" -c "CREATE DATABASE $database"
    sql "CREATE EXTENSION pg_relate VERSION '$1'"
}
# Every statement of a file goes well, or says which statement helps.
is_served() { # OUTPUT NAME
    if grep -q 'ERROR' <<<"$1"; then
        is_empty "$(grep -A3 ERROR <<<"$1" | grep -v "upgrade_workspace" | grep HINT)" "$2, or refused with the hint"
    else
        ok 0 "$2"
    fi
}
workspaces=("crm" "Other \"one\"")

version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_relate.control)
sql 'CREATE EXTENSION pg_relate'
new=$(objects_of_extension)
ok "$([ "$(grep -c "^function relate" <<<"$new")" -gt 200 ]; echo $?)" "a new extension has functions"
is_empty "$(grep '"not described"' <<<"$new")" "and nothing else than is compared"
is_empty "$(make_world)" "a new world is made"
new_schemas=$(objects_of_world)
new_answers=$(answers | timeless)
new_refusals=$(refusals)
is "$(grep -c '' <<<"$new_refusals") $(grep -c ERROR <<<"$new_answers")" "42 0" "it answers and refuses"

for released in sql/released/pg_relate--*.sql; do
    from=$(basename "$released" .sql | sed 's/^pg_relate--//')
    [[ $from != *--* && $from != "$version" ]] || continue
    start_again "$from"
    is "$(sql "SELECT extversion FROM pg_extension WHERE extname = 'pg_relate'")" "$from" "$from can be installed"
    is_empty "$(make_world)" "the library of $version serves its SQL: the world is made"
    is_empty "$(answers | grep ERROR)" "it answers"
    is "$(refusals | sqlstates)" "$(sqlstates <<<"$new_refusals")" "it refuses"

    is_empty "$(sql 'ALTER EXTENSION pg_relate UPDATE')" "$from is updated to $version"
    is_empty "$(difference "$new" "$(objects_of_extension)")" "and is then the same as a new $version"
    is_served "$(answers)" "workspaces of its layout are read"
    is_served "$(sql "SELECT relate.connect('person', 1, 'is marked', 'code', '7')" "SELECT relate.delete_relationship('marked', 1, '7', source_module => 'person')" \
        "SELECT setval('crm.relationship_relationship_id_seq', currval('crm.relationship_relationship_id_seq') - 1)" | sed '/^[0-9]*$/d')" "and written"
    is "$(sql "SELECT count(*) FROM relate.health_check() WHERE what_to_do LIKE 'SELECT relate.upgrade_workspace(%'")" 2 \
        "health_check says that they can be upgraded"

    for workspace in "${workspaces[@]}"; do
        is "$(sql "SELECT relate.upgrade_workspace('$workspace')")" "$(sql 'SELECT relate.layout_version()')" "$workspace is upgraded"
    done
    is_empty "$(difference "$new_schemas" "$(objects_of_world)")" "workspaces and modules' tables are then the same as new ones"
    is "$(answers | timeless)" "$new_answers" "with the same answers"
    is "$(refusals)" "$new_refusals" "and the same refusals"
    is "$(sql "SELECT relate.upgrade_workspace('crm')" | grep -c 'has the current layout')" 1 "a second upgrade does nothing"
done

# What layout 1 let pass and layout 2 does not.
start_again 0.1.0
make_world
sql 'ALTER EXTENSION pg_relate UPDATE' "INSERT INTO crm.status (module_id, name, position) SELECT module_id, 'VIP', 5 FROM crm.module WHERE name = 'person'" \
    "INSERT INTO crm.status (module_id, name, position) SELECT module_id, 'vip', 6 FROM crm.module WHERE name = 'person'"
before=$(objects_of_world)
output=$(psql -Xq -v VERBOSITY=verbose -d "$database" -c "SELECT relate.upgrade_workspace('crm')" 2>&1)
ok "$(grep -q '^ERROR:  23505: ' <<<"$output"; echo $?)" "statuses that differ in case only are in the way of layout 2"
is "$(objects_of_world)" "$before" "and nothing has changed"
is "$(sql "$(sed -n 's/^HINT:.*: \(UPDATE .*\)\.$/\1 RETURNING name/p' <<<"$output")")" "vip (2)" "the hint renames one"
is "$(sql "SELECT relate.upgrade_workspace('crm')")" "$(sql 'SELECT relate.layout_version()')" "then it is upgraded"

is "$(sql 'BEGIN' "UPDATE pg_extension SET extversion = '0.0.1' WHERE extname = 'pg_relate'" 'SELECT workspace, finding, what_to_do FROM relate.health_check() WHERE workspace IS NULL' 'ROLLBACK')" \
    "|is of version 0.0.1, and its library of $version|ALTER EXTENSION pg_relate UPDATE" "health_check says when functions and library are of two versions"

done_testing
