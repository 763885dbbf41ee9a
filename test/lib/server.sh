# For tests that need a server besides the one at hand: one of the same programs, in a
# directory of its own, with its socket there. PostgreSQL refuses to run as root.
server_user() { if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }
unprivileged() (
    cd /
    [ "$(id -u)" = 0 ] || exec "$@"
    exec setpriv --reuid="$(server_user)" --regid="$(id -g "$(server_user)")" --init-groups -- "$@"
)

# The directory is then in the variable NAME; at the end of the test, server and directory go.
new_server() { # NAME
    local -n server_directory=$1
    server_directory=$(mktemp -d /tmp/relate.XXXXXX)
    [ "$(id -u)" != 0 ] || chown "$(server_user)" "$server_directory"
    at_exit "stop_server $1 immediate; rm -rf '$server_directory'"
}
start_server() { # NAME [OPTION]
    local -n server_directory=$1
    unprivileged pg_ctl -D "$server_directory/data" -s -w -l "$server_directory/log" -o "-k $server_directory ${2:-}" start \
        >>"$server_directory/output" 2>&1
}
stop_server() { # NAME MODE
    local -n server_directory=$1
    [ ! -e "$server_directory/data/postmaster.pid" ] || unprivileged pg_ctl -D "$server_directory/data" -m "$2" -s stop >/dev/null 2>&1
}
