# For the shell scripts of test/t: `. test/lib/tap.sh` at the start, done_testing at the end.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tests=0
ok() { # STATUS NAME
    tests=$((tests + 1))
    if [ "$1" = 0 ]; then echo "ok $tests - $2"; else echo "not ok $tests - $2"; fi
    return "$1"
}
is() { # GOT EXPECTED NAME
    if [ "$1" = "$2" ]; then ok 0 "$3"; else
        ok 1 "$3"
        printf 'got:\n%s\nexpected:\n%s\n' "$1" "$2" | sed 's/^/# /'
    fi
}
is_empty() { # GOT NAME
    is "$1" "" "$2"
}
skip() { # REASON [COUNT]
    local i
    for ((i = 0; i < ${2:-1}; i++)); do
        tests=$((tests + 1))
        echo "ok $tests # SKIP $1"
    done
}
note() { # TEXT, which test/run shows too
    sed 's/^/# note: /' <<<"$1"
}
done_testing() { echo "1..$tests"; }

# What is done at the end, whatever happens, the last first.
finally=()
at_exit() { # COMMAND
    finally=("$1" ${finally[@]+"${finally[@]}"})
    trap 'for command in "${finally[@]}"; do eval "$command"; done' EXIT
}

# A new database, and new roles, of the test's own (the roles first, so that they go last).
# sql runs statements in the database and prints bare rows.
new_database() { # NAME
    database=$1
    psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database" 2>&1
    at_exit "psql -Xq -d postgres -c 'DROP DATABASE IF EXISTS $1'"
}
new_role() { # NAME
    psql -Xq -d postgres -c "DROP ROLE IF EXISTS $1" -c "CREATE ROLE $1 LOGIN" 2>&1
    at_exit "psql -Xq -d postgres -c 'DROP ROLE IF EXISTS $1'"
}
sql() { # STATEMENT...
    local statement arguments=()
    for statement in "$@"; do arguments+=(-c "$statement"); done
    psql -XqAt -v ON_ERROR_STOP=1 -d "$database" "${arguments[@]}" 2>&1
}
