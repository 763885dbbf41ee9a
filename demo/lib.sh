# For demo/run: headings, statements shown with their results, timings.
export LC_ALL=C.UTF-8 PAGER= PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"
demo_start=$EPOCHREALTIME
step=0

run_sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
value_of() { run_sql -c "$1"; }
seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'; }

heading() { # TITLE, and one line that says what is to be seen
    step=$((step + 1))
    printf '\n%s\n' "━━ $step. $1 ━━"
    shift
    [ $# = 0 ] || printf '%s\n' "$@"
}

statement() { printf '\n%s\n\n' "$1" | sed 's/^/  /; s/^ *$//'; }
indented() { sed 's/^/    /; s/ *$//'; }

# Show a statement, run it, show its result.
show() {
    statement "$1"
    show_rows "$1"
}
show_rows() { # without the statement
    psql -Xq -v ON_ERROR_STOP=1 -P footer=off -P null=- -c "$1" | sed '$ { /^$/d }' | indented
}
show_expanded() { # one row, a column a line
    local column value
    statement "$1"
    psql -XqAtx -F $'\t' -v ON_ERROR_STOP=1 -c "$1" | while IFS=$'\t' read -r column value; do
        fold -s -w 100 <<<"$value" | awk -v column="$column" '{ printf "%-16s%s\n", NR == 1 ? column : "", $0 }'
    done | indented
}
show_values() { # a single column, without its name
    statement "$1"
    psql -XqAt -v ON_ERROR_STOP=1 -c "$1" | fold -s -w 120 | indented
}

# Show a statement that the rules refuse, with all that the error says.
refused() {
    local output
    statement "$1"
    if output=$(psql -XqAt -v VERBOSITY=verbose -v SHOW_CONTEXT=never -v ON_ERROR_STOP=1 -c "$1" 2>&1); then
        echo "demo: this should have been refused: $1" >&2
        exit 1
    fi
    printf '%s\n' "$output" | error_fields | indented
}
error_fields() {
    sed -nE 's/^(psql:.*: )?ERROR:  ([0-9A-Z]{5}): /ERROR \2  /p; s/^(DETAIL|HINT): +/\1  /p; s/^CONSTRAINT NAME:  /CONSTRAINT  /p' |
        fold -s -w 110
}

# Two psql sessions at once, each statement shown when it is sent.
open_session() { # NAME: its statements come through a pipe, its output goes to a file
    mkfifo "$sessions/$1"
    psql -XqAt -v VERBOSITY=verbose -v SHOW_CONTEXT=never <"$sessions/$1" >"$sessions/$1.out" 2>&1 &
    exec {pipe}>"$sessions/$1"
    session_pipe[$1]=$pipe
    session_process[$1]=$!
}
say_in_session() { # NAME STATEMENT
    printf '    session %s> %s\n' "$1" "$2"
    printf '%s\n' "$2" >&"${session_pipe[$1]}"
}
wait_in_session() { # NAME: until what it was told is done
    local token="done $RANDOM$RANDOM" count=0
    printf '\\echo %s\n' "$token" >&"${session_pipe[$1]}"
    until grep -qx "$token" "$sessions/$1.out"; do
        sleep 0.02
        count=$((count + 1))
        [ $count -lt 1500 ] || { echo "demo: session $1 does not answer" >&2; exit 1; }
    done
}
close_session() { # NAME; closing the pipe is not enough, the other session has it too
    printf '\\q\n' >&"${session_pipe[$1]}"
    eval "exec ${session_pipe[$1]}>&-"
    wait "${session_process[$1]}" || true
}
wait_until_blocked() { # until a session waits for another one
    local count=0
    until [ "$(value_of "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0")" != 0 ]; do
        sleep 0.02
        count=$((count + 1))
        [ $count -lt 1500 ] || { echo "demo: no session waits" >&2; exit 1; }
    done
}

# A statement in each of two sessions: the first keeps its transaction open, the
# second waits for it, and is refused when the first commits.
race() { # FIRST SECOND
    declare -A session_pipe session_process
    sessions=$(mktemp -d)
    open_session A
    open_session B
    echo
    say_in_session A 'BEGIN;'
    say_in_session A "$1"
    wait_in_session A
    say_in_session B "$2"
    wait_until_blocked
    echo '               ... session B waits: how A ends decides'
    say_in_session A 'COMMIT;'
    wait_in_session A
    wait_in_session B
    close_session A
    close_session B
    grep -q '^ERROR' "$sessions/B.out" || { echo "demo: session B should have been refused" >&2; exit 1; }
    error_fields <"$sessions/B.out" | sed 's/^/    session B< /'
    rm -rf "$sessions"
}
