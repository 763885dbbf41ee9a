# The version is written in the control file; where else it must stand, it is the same.
. test/lib/tap.sh
new_database relate_t_version

version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_relate.control)
is "$(grep -o '"version": "[^"]*"' META.json | sort -u | grep -v '"1.0.0"')" "\"version\": \"$version\"" "META.json has it"
is "$(grep -m1 '^## ' CHANGELOG.md | cut -d' ' -f2)" "$version" "it is the newest of CHANGELOG.md"
sql 'CREATE EXTENSION pg_relate'
is "$(sql 'SELECT relate.version()')" "$version" "the library has it"
is "$(sql "SELECT extversion FROM pg_extension WHERE extname = 'pg_relate'")" "$version" "the extension has it"
is_empty "$(grep -rnIF "$version" Makefile CMakeLists.txt src sql/[0-9]*.sql tools)" "no source repeats it"
if command -v perl >/dev/null && perl -MJSON::PP -e1 2>/dev/null; then
    ok "$(perl -MJSON::PP -0777 -ne 'decode_json($_)' META.json >/dev/null 2>&1; echo $?)" "META.json is JSON"
else
    skip "no JSON::PP"
fi

is_empty "$(grep -rlI 'PG_VERSION_NUM' src | grep -v '^src/pg/versions.h$')" "what differs between versions of PostgreSQL is in one file"

done_testing
