# For the tests of backup, upgrade and replication: the world of test/lib/world in $database.
make_world() { PGOPTIONS='-c client_min_messages=warning' psql -Xq -d "$database" -f test/lib/world/make.sql 2>&1 >/dev/null; }
make_newer_world() { # with what 0.1.0 does not have
    make_world
    PGOPTIONS='-c client_min_messages=warning' psql -Xq -d "$database" -f test/lib/world/newer.sql 2>&1 >/dev/null
}
answers() { psql -XqAt -d "$database" -f test/lib/world/answers.sql 2>&1; }
refusals() { psql -XqAt -d "$database" -f test/lib/world/refusals.sql 2>&1; }
timeless() { sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]+\.[0-9]+\+00/some time/g'; }
sqlstates() { sed 's/^\([0-9]*|[^ ]*\).*/\1/'; }

# Everything that the extension holds, and the schemas of the world: see test/lib/catalog.sql.
objects_of_extension() {
    psql -XqAt -v ON_ERROR_STOP=1 -v extension=pg_relate -v schemas='{}' -d "$database" -f test/lib/catalog.sql 2>&1
}
objects_of_world() {
    psql -XqAt -v ON_ERROR_STOP=1 -v extension= -v schemas='{crm,"\"Other \"\"one\"\"\"",archive,zoo,public}' -d "$database" \
        -f test/lib/catalog.sql 2>&1
}
