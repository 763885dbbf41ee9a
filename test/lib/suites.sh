# The suites of test/run: functions that add to $passed, $failed and $skipped, are
# quiet about what passes, and show what fails. $work is a directory for scratch.

pass() { passed=$((passed + 1)); }
fail() { # MESSAGE [FILE to show]
    failed=$((failed + 1))
    echo "FAILED: $1" >&2
    [ $# -lt 2 ] || show "$2"
}
show() { tail -n 400 "$1" | sed 's/^/    /' >&2; }

# Count a TAP stream that is in FILE; anything wrong with it is a failure.
#   count_tap NAME FILE EXIT_STATUS
count_tap() {
    local ok bad skip
    read -r ok bad skip < <(awk -f test/lib/tap.awk -v status="$3" "$2")
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    if [ "$bad" != 0 ]; then
        echo "FAILED: $1" >&2
        grep -vE '^ok ' "$2" | tail -n 400 | sed 's/^/    /' >&2
    fi
    sed -n 's/^# note: //p' "$2"
    if [ "$skip" != 0 ]; then
        grep -E '^(ok .*|1\.\.0 *)# *[Ss][Kk][Ii][Pp]' "$2" | sed "s|^.*# *|$1: |" || true
    fi
}

# --- build: compilers and options, and what the library needs and exports

suite_build() {
    local here=$PWD copy=$work/source
    mkdir -p "$copy/build"
    cp -a Makefile CMakeLists.txt pg_relate.control sql src tools test "$copy"
    [ ! -e build/stamp ] || cp -p build/stamp "$copy/build"
    cd "$copy"
    # The first is what the cluster runs: already built, where there is a cluster.
    try_build "g++, no bitcode" pg_relate.so make -s -j"$(nproc)" with_llvm=no CXX=g++
    find . -name '*.o' -o -name '*.so' | xargs rm -rf build
    try_build "CMake" build/cmake/pg_relate.so build_with_cmake pg_relate
    try_build "clang++ and bitcode" pg_relate.so make -s -j"$(nproc)" with_llvm=yes CXX=clang++
    if make -s install DESTDIR="$work/install" with_llvm=yes CXX=clang++ >"$work/build.log" 2>&1; then
        pass
    else
        fail "make install DESTDIR=" "$work/build.log"
    fi
    cd "$here"
    rm -rf "$copy"
}

try_build() { # NAME LIBRARY COMMAND...
    local name=$1 library=$2 log=$work/build.log
    shift 2
    if ! "$@" >"$log" 2>&1; then
        fail "build with $name" "$log"
    elif grep -qi 'warning' "$log"; then
        fail "build with $name gave warnings" "$log"
    else
        pass
        check_library "$name" "$library"
    fi
}

check_library() { # NAME LIBRARY
    local out=$work/symbols
    if nm -D --undefined-only "$2" | grep ' _Z' >"$out"; then
        fail "build with $1: the library wants symbols of the C++ runtime" "$out"
    else
        pass
    fi
    if readelf -d "$2" | grep NEEDED | grep -v '\[libc\.so' >"$out"; then
        fail "build with $1: the library is linked to more than libc" "$out"
    else
        pass
    fi
    if nm -D --defined-only "$2" | grep -vE ' (Pg_magic_func|_PG_init|pg_finfo_relate_[a-z0-9_]+|relate_[a-z0-9_]+)$' >"$out"; then
        fail "build with $1: the library exports more than SQL functions" "$out"
    else
        pass
    fi
}

build_with_cmake() { # TARGET
    cmake -S . -B build/cmake && cmake --build build/cmake -j "$(nproc)" --target "$1"
}

# --- unit: GoogleTest, through CTest

suite_unit() {
    local log=$work/unit.log status=0 run bad skip
    compgen -G 'test/unit/*_test.cpp' >/dev/null || return 0
    if ! build_with_cmake relate_unit >"$log" 2>&1; then
        fail "build of the unit tests" "$log"
        return
    fi
    ctest --test-dir build/cmake -L unit -j "$(nproc)" --output-on-failure >"$log" 2>&1 || status=$?
    run=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log")
    bad=$(sed -n 's/.* \([0-9]*\) tests failed out of .*/\1/p' "$log")
    skip=$(grep -c '\*\*\*Skipped' "$log" || true)
    if [ -z "$run" ]; then
        fail "unit tests" "$log"
        return
    fi
    passed=$((passed + run - bad - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
    [ "$status" = 0 ] || show "$log"
    [ "$status" = 0 ] || [ "$bad" != 0 ] || fail "ctest ended with status $status"
}

# --- fuzz: a short run of every libFuzzer target

suite_fuzz() {
    local source name log status server_free
    mapfile -t server_free < <(tools/server_free)
    mkdir -p build/fuzz
    for source in test/fuzz/*.cpp; do
        [ -e "$source" ] || return 0
        name=$(basename "$source" .cpp) log=$work/fuzz.log status=0
        if ! clang++ -std=c++20 -g -O1 -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined \
            -fno-sanitize-recover=all -Isrc -o "build/fuzz/$name" "$source" "${server_free[@]}" >"$log" 2>&1; then
            fail "build of $source" "$log"
            continue
        fi
        # What it finds worth keeping stays in build/fuzz; test/fuzz/corpus is where it begins.
        mkdir -p "build/fuzz/corpus/$name"
        "build/fuzz/$name" -runs="${RELATE_FUZZ_RUNS:-200000}" -max_total_time="${RELATE_FUZZ_SECONDS:-20}" \
            -seed="${RELATE_FUZZ_SEED:-1}" \
            -max_len=2048 -artifact_prefix="build/fuzz/$name-" \
            "build/fuzz/corpus/$name" $(compgen -G "test/fuzz/corpus/$name") >"$log" 2>&1 || status=$?
        if [ "$status" = 0 ]; then pass; else fail "$source" "$log"; fi
    done
}

# --- sanitize: suites again, with the sanitizers in the library (RELATE_SANITIZE=yes) and its
# --- caches forgotten at every request. Briefly: the pgTAP tests with both; make sanitize: all
# --- suites with the sanitizers, and two with the caches forgotten. Left out is what shows the
# --- library no other work: the scripts about documents and about what is installed.

suite_sanitize() {
    if [ "${RELATE_SANITIZE_LONG:-no}" = no ]; then
        sanitized "in brief" yes pgtap
        return
    fi
    local all='regress isolation pgtap hostile t/malformed t/parallel t/memory t/walks t/cancel t/backup t/update t/standby t/crash stress'
    RELATE_CRASH_ROUNDS=${RELATE_CRASH_ROUNDS:-3} sanitized "the suites" "" ${RELATE_SANITIZE_SUITES:-$all}
    sanitized "caches" yes ${RELATE_SANITIZE_SUITES:-pgtap t/malformed}
    # The server's own way, where it was built for it.
    local most
    most=$(cd "$work/sanitized" && env -u RELATE_CLUSTER -u PG_CONFIG RELATE_SANITIZE=yes tools/with_cluster psql -XqAt -c "SELECT max_val FROM pg_settings WHERE name = 'debug_discard_caches'")
    if [ "$most" != 0 ]; then
        PGOPTIONS='-c debug_discard_caches=1' sanitized "debug_discard_caches" "" pgtap
    else
        skipped=$((skipped + 1))
        echo "sanitize: this server was built without debug_discard_caches"
    fi
}

sanitized() { # NAME DISCARD_CACHES SUITE...
    local name=$1 discards=$2 here=$PWD copy=$work/sanitized log=$work/sanitize.log status=0 ok bad
    shift 2
    if [ ! -d "$copy" ]; then # built once for all
        mkdir -p "$copy"
        cp -a Makefile CMakeLists.txt META.json README.md CHANGELOG.md pg_relate.control sql src tools test expected demo "$copy"
        find "$copy" -name '*.o' -o -name '*.d' -o -name '*.so' | xargs rm -f
    fi
    cd "$copy"
    # Set, though to nothing, it would have them forgotten.
    env -u RELATE_CLUSTER -u PG_CONFIG -u RELATE_DISCARD_CACHES RELATE_SANITIZE=yes ${discards:+RELATE_DISCARD_CACHES=$discards} \
        tools/with_cluster test/run "$@" >"$log" 2>&1 || status=$?
    cd "$here"
    read -r ok bad < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$log" | tail -n 1) || ok=0 bad=1
    passed=$((passed + ok)) failed=$((failed + bad))
    [ "$status" = 0 ] || show "$log"
    [ "$status" = 0 ] || [ "$bad" != 0 ] || fail "sanitizers, $name: ended with status $status"
}

# --- regress and isolation: the suites of make installcheck, one at a time

suite_regress() { pg_regress REGRESS ISOLATION sql . test/sql/*.sql; }
suite_isolation() { pg_regress ISOLATION REGRESS spec output_iso test/specs/*.spec; }

pg_regress() { # LIST OTHER_LIST EXTENSION OUTPUT_DIRECTORY TEST_FILE...
    local list=$1 other=$2 extension=$3 output=$4 log=$work/regress.log file name names=() status=0 ok bad
    shift 4
    for file in "$@"; do
        [ -e "$file" ] || continue
        name=$(basename "$file" ".$extension")
        # pg_regress stops short when an expected output is missing.
        if [ -e "expected/$name.out" ]; then names+=("$name"); else fail "$file has no expected/$name.out"; fi
    done
    [ ${#names[@]} -gt 0 ] || return 0
    rm -f "$output/regression.diffs"
    make -s installcheck "$list=${names[*]}" "$other=" >"$log" 2>&1 || status=$?
    ok=$(grep -cE '^(test .* \.\.\. ok|ok [0-9])' "$log" || true)
    bad=$((${#names[@]} - ok))
    passed=$((passed + ok)) failed=$((failed + bad))
    if [ "$status" != 0 ]; then
        grep -vE '^(test .* \.\.\. ok|ok [0-9])' "$log" | tail -n 40 >&2 || true
        [ ! -e "$output/regression.diffs" ] || show "$output/regression.diffs"
        [ "$bad" != 0 ] || fail "make installcheck ended with status $status"
    fi
}

# --- hostile: the regression, isolation and pgTAP tests again, by an ordinary role among traps
#
# The role owns its database, is no superuser, and has a schema of traps in every search_path:
# functions, operators and tables in the place of those that we use (see test/hostile). The
# expected output is the same. Left out are what only a superuser can do (ddl_superuser), functions
# that a test makes in our schema (key_overloads) or rights on them (query_execute), and what indexes
# a user's own statement uses by the operators that he finds (key_indexes).

suite_hostile() {
    local database=contrib_regression role=relate_hostile log=$work/hostile.log
    if ! make_hostile_place "$database" "$role" >"$log" 2>&1; then
        fail 'the place for hostile tests' "$log"
        return
    fi
    hostile_installcheck REGRESS ISOLATION psql sql 'ddl_superuser key_overloads key_indexes query_execute' test/sql/*.sql
    hostile_installcheck ISOLATION REGRESS isolationtester spec '' test/specs/*.spec
    hostile_pgtap
    clear_hostile_place "$database" "$role" >"$log" 2>&1 || fail 'the end of the hostile tests' "$log"
}

hostile_installcheck() { # LIST OTHER_LIST LAUNCHER EXTENSION LEFT_OUT TEST_FILE...
    local list=$1 other=$2 launcher=$3 extension=$4 left_out=$5 file name names=() ok bad status=0
    shift 5
    for file in "$@"; do
        name=$(basename "$file" ".$extension")
        case " $left_out " in *" $name "*) ;; *) names+=("$name") ;; esac
    done
    rm -f output_hostile/regression.diffs
    make -s installcheck "$list=${names[*]}" "$other=" "${list}_OPTS=--inputdir=test --outputdir=output_hostile \
        --use-existing --dbname=$database --user=$role --launcher=$PWD/test/hostile/$launcher" >"$log" 2>&1 || status=$?
    ok=$(grep -cE '^(test .* \.\.\. ok|ok [0-9])' "$log" || true)
    bad=$((${#names[@]} - ok))
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + $(wc -w <<<"$left_out")))
    if [ "$status" != 0 ]; then
        grep -vE '^(test .* \.\.\. ok|ok [0-9])' "$log" | tail -n 40 >&2 || true
        [ ! -e output_hostile/regression.diffs ] || show output_hostile/regression.diffs
        [ "$bad" != 0 ] || fail "the hostile tests ended with status $status"
    fi
}

# Each file rolls back what it made, so that one database serves all.
hostile_pgtap() {
    local file status
    psql -Xq -d "$database" -c 'CREATE EXTENSION pgtap SCHEMA public'
    for file in test/pgtap/*.sql; do
        status=0
        test/hostile/psql psql -qAt -d "$database" -U "$role" -v ON_ERROR_STOP=1 -P pager=off <"$file" >"$log" 2>&1 || status=$?
        count_tap "hostile $file" "$log" "$status"
    done
}

clear_hostile_place() { # DATABASE ROLE
    psql -Xq -v ON_ERROR_STOP=1 -c "DROP DATABASE IF EXISTS $1" -c "DO 'BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = ''$2'') THEN DROP OWNED BY $2; DROP ROLE $2; END IF; END'"
}

# A database of the role with the traps in it; and proof that they spring.
make_hostile_place() { # DATABASE ROLE
    clear_hostile_place "$1" "$2" &&
        psql -Xq -v ON_ERROR_STOP=1 -c "CREATE ROLE $2 LOGIN CREATEROLE" -c "GRANT SET ON PARAMETER session_replication_role, deadlock_timeout TO $2" \
        -c "CREATE DATABASE $1 OWNER $2" -c "ALTER DATABASE $1 SET search_path = public, evil, pg_catalog, pg_temp" &&
        psql -Xq -v ON_ERROR_STOP=1 -d "$1" -c 'CREATE EXTENSION pg_relate' &&
        psql -Xq -v ON_ERROR_STOP=1 -d "$1" -U "$2" -f test/hostile/traps.sql &&
        psql -Xq -v ON_ERROR_STOP=1 -d "$1" -f test/hostile/families.sql -f test/hostile/proof.sql
}

# --- pgtap: each file in a new database with pgtap and pg_relate

suite_pgtap() {
    local file name log=$work/pgtap.log status database=relate_pgtap
    compgen -G 'test/pgtap/*.sql' >/dev/null || return 0
    for file in test/pgtap/*.sql; do
        name=$(basename "$file" .sql) status=0
        {
            psql -Xq -c "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database" &&
                psql -Xq -d "$database" -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION pg_relate' &&
                psql -XqAt -d "$database" -v ON_ERROR_STOP=1 -P pager=off -f "$file"
        } >"$log" 2>&1 </dev/null || status=$?
        count_tap "$file" "$log" "$status"
    done
    psql -Xq -c "DROP DATABASE IF EXISTS $database"
}

# --- t: scripts that speak TAP

suite_t() { # NAME of one script, or t for all
    local file log=$work/t.log status
    for file in test/t/*.sh test/t/*.pl; do
        [ -e "$file" ] || continue
        [[ $1 = t || $file = test/t/$1.* ]] || continue
        status=0
        case $file in
        *.sh) bash "$file" ;;
        *.pl) perl "$file" ;;
        esac >"$log" 2>&1 </dev/null || status=$?
        count_tap "$file" "$log" "$status"
    done
}

# --- stress: random writers on many connections, then the invariants

suite_stress() {
    local log=$work/stress.log status=0
    compgen -G 'test/stress/*.cpp' >/dev/null || return 0
    if ! build_with_cmake relate_stress >"$log" 2>&1; then
        fail "build of the stress program" "$log"
        return
    fi
    build/cmake/relate_stress >"$log" 2>&1 </dev/null || status=$?
    count_tap test/stress "$log" "$status"
}
