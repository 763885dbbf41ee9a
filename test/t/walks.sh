# Hierarchies, paths and networks on real data: every function against plain recursive SQL.
#
# Data sets in RELATE_DATA, by default ../shared/data; of one that is not there the tests are skipped.
. test/lib/tap.sh
data=${RELATE_DATA:-../shared/data}
new_database relate_t_walks
sql "CREATE EXTENSION pg_relate" "ALTER DATABASE $database SET work_mem = '64MB'" "ALTER DATABASE $database SET jit = off" "ALTER DATABASE $database SET client_min_messages = warning" \
    "SELECT FROM relate.create_workspace('crm')"
psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f test/lib/walks.sql 2>&1

present() { # DATA_SET FILE TESTS: whether it is there
    [ ! -e "$data/$1/$2" ] || return 0
    skip "no $data/$1" "$3"
    return 1
}
copy() { # TABLE FILE: a CSV with a header, packed or not
    case $2 in
    *.gz) gzip -dc "$data/$2" ;;
    *) cat "$data/$2" ;;
    esac | psql -Xq -v ON_ERROR_STOP=1 -d "$database" -c "\\copy $1 FROM STDIN WITH (FORMAT csv, HEADER)" 2>&1
}
hierarchy() { # DATA_SET TYPE [DAY]: all functions, 11 tests
    local what compared different
    sql "ANALYZE"
    while IFS='|' read -r what compared different; do
        [ "$compared" -gt 0 ] && [ "$different" = 0 ]
        ok $? "$1: $what${3:+ at $3}, $compared rows" || echo "# $different rows differ"
    done < <(sql "SELECT * FROM plain.compare_hierarchy('$2'${3:+, '$3'})")
}
paths() { # DATA_SET MODULE TYPE STEPS: 3 tests
    local what compared different
    sql "ANALYZE"
    while IFS='|' read -r what compared different; do
        [ "$compared" -gt 0 ] && [ "$different" = 0 ]
        ok $? "$1: $what, $compared rows" || echo "# $different rows differ"
    done < <(sql "SELECT * FROM plain.compare_paths('$2', '{$3}', $4)")
}
both_ways="TRUNCATE plain.link; INSERT INTO plain.link SELECT child, parent FROM plain.edge UNION SELECT parent, child FROM plain.edge"
linked() { # TYPE: the edges become relationships, with all rules on
    sql "INSERT INTO crm.relationship (type_id, source_key, target_key)
         SELECT t.type_id, e.child::relate.record_key, e.parent::relate.record_key FROM plain.edge e, crm.relationship_type t WHERE t.name = '$1'"
}

# --- European royalty: two parents each, and what is told of Victoria

if present royal92 relationships.csv 15; then
    sql "CREATE TABLE person (id text PRIMARY KEY, name text, surname text, sex text, title text, birth_raw text, birth_qualifier text, birth_date date,
             birth_place text, death_raw text, death_qualifier text, death_date date, death_place text)" \
        "CREATE TABLE kin (rel_id int, from_id text, to_id text, rel_type text, from_role text, to_role text, family_id text, start_date date, end_date date, qualifier text)"
    copy person royal92/individuals.csv
    copy kin royal92/relationships.csv
    sql "SELECT FROM relate.register_module('person', name_columns => '{name}')" \
        "SELECT FROM relate.create_relationship_type('child of', 'person', 'person', 'many_to_many', 'child', 'parent', 'is a child of', 'is a parent of', hierarchy_parent => 'target', is_perpetual => true)" \
        "INSERT INTO plain.edge SELECT DISTINCT to_id, from_id FROM kin WHERE rel_type = 'parent-child'" "$both_ways" \
        "INSERT INTO plain.asked SELECT 'I1' UNION SELECT id FROM (SELECT id FROM person ORDER BY hashtext(id) LIMIT 25) x WHERE id IN (SELECT child FROM plain.edge)"
    linked "child of"
    is "$(sql "SELECT string_agg(name, ', ' ORDER BY name) FROM relate.ancestors('child of', 'I1'::text, max_depth => 1) a JOIN person p ON p.id = a.key::text")" \
        "$(sql "SELECT string_agg(name, ', ' ORDER BY name) FROM kin JOIN person p ON p.id = from_id WHERE to_id = 'I1' AND rel_type = 'parent-child'")" "royal92: the parents of Victoria"
    hierarchy royal92 "child of"
    paths royal92 person "child of" 4
fi

# --- research organizations: several parents, from one release to another, and dirt

if present ror_organizations relationships.csv 24; then
    sql "TRUNCATE plain.edge, plain.asked" \
        "CREATE TABLE organization (id text PRIMARY KEY, name text)" \
        "CREATE TABLE ror (org_id text, name text, types text, status text, established_raw text, established_date date, country text, city text, lat text, lng text,
             created date, modified date, first_release text, last_release text, n_versions int, has_record boolean)" \
        "CREATE TABLE bond (rel_id int, org_id text, related_id text, rel_type text, from_release text, from_date date, lower_bound boolean, removed_in text, removed_date date)"
    copy ror ror_organizations/organizations.csv
    copy bond ror_organizations/relationships.csv
    sql "INSERT INTO organization SELECT org_id, name FROM ror" \
        "SELECT FROM relate.register_module('organization')" \
        "SELECT FROM relate.create_relationship_type('subsidiary', 'organization', 'organization', 'many_to_many', 'subsidiary', 'parent', 'is a part of', 'has the part', hierarchy_parent => 'target')" \
        "CREATE TABLE stint AS SELECT org_id AS child, related_id AS parent, min(from_date) AS first, max(coalesce(removed_date - 1, 'infinity')) AS last
             FROM bond WHERE rel_type = 'parent' AND coalesce(removed_date > from_date, true) GROUP BY 1, 2" \
        "CREATE TABLE circle AS WITH RECURSIVE up AS (SELECT child AS start, parent AS at FROM stint UNION SELECT start, parent FROM up JOIN stint ON child = at)
             SELECT start AS id FROM up WHERE start = at"
    load="INSERT INTO crm.relationship (type_id, source_key, target_key, start_date, end_date)
          SELECT t.type_id, child::relate.record_key, parent::relate.record_key, first, nullif(last, 'infinity') FROM stint, crm.relationship_type t WHERE t.name = 'subsidiary'"
    is "$(sql "SELECT count(*) > 0 FROM circle" "DO \$\$ BEGIN $load AND child <> parent; RAISE 'not refused'; EXCEPTION WHEN check_violation THEN NULL; END \$\$")" t \
        "ror_organizations: the circles in it are refused"
    sql "$load AND NOT (child IN (SELECT id FROM circle) AND parent IN (SELECT id FROM circle))"
    sql "INSERT INTO plain.edge SELECT child, parent FROM stint WHERE last >= current_date AND NOT (child IN (SELECT id FROM circle) AND parent IN (SELECT id FROM circle))" \
        "INSERT INTO plain.asked SELECT child FROM plain.edge GROUP BY child HAVING count(*) > 2 ORDER BY hashtext(child) LIMIT 15" \
        "INSERT INTO plain.asked SELECT parent FROM plain.edge GROUP BY parent HAVING count(*) > 20 ORDER BY hashtext(parent) LIMIT 12 ON CONFLICT DO NOTHING"
    hierarchy ror_organizations subsidiary
    sql "TRUNCATE plain.edge" "INSERT INTO plain.edge SELECT child, parent FROM stint WHERE '2024-01-01' BETWEEN first AND last
             AND NOT (child IN (SELECT id FROM circle) AND parent IN (SELECT id FROM circle))" \
        "DELETE FROM plain.asked WHERE key NOT IN (SELECT child FROM plain.edge UNION SELECT parent FROM plain.edge)"
    hierarchy ror_organizations subsidiary 2024-01-01
    is "$(sql "SELECT count(*) > 0 FROM plain.edge e WHERE NOT relate.is_under('subsidiary', e.child, e.parent)")" t "ror_organizations: and some of them are over by now"
fi

# --- the committees of Congress and their members

if present us_congress organizations.csv 15; then
    sql "TRUNCATE plain.edge, plain.asked" \
        "CREATE TABLE body (id text PRIMARY KEY, name text, classification text, parent_id text, chamber text, note text)"
    copy body us_congress/organizations.csv
    sql "SELECT FROM relate.register_module('body', name_columns => '{name}')" \
        "SELECT FROM relate.create_relationship_type('subcommittee', 'body', 'body', 'many_to_one', 'subcommittee', 'committee', 'is a part of', 'has the part', hierarchy_parent => 'target')" \
        "INSERT INTO plain.edge SELECT id, parent_id FROM body WHERE parent_id IN (SELECT id FROM body)" "$both_ways" \
        "INSERT INTO plain.asked SELECT id FROM body WHERE id IN (SELECT parent_id FROM body) AND id IN (SELECT child FROM plain.edge)
             UNION SELECT id FROM (SELECT child AS id FROM plain.edge ORDER BY hashtext(child) LIMIT 20) x"
    linked subcommittee
    hierarchy us_congress subcommittee
    paths us_congress body subcommittee 5
    is "$(sql "SELECT count(*) = count(DISTINCT key) AND bool_and(depth = 0 OR tree LIKE repeat('  ', depth) || '%') FROM relate.hierarchy_tree('subcommittee', NULL::relate.record_key)")" t \
        "us_congress: the whole forest, indented"
fi

# --- Debian's packages: a graph with circles and parallel edges

if present debian_packages dependencies.csv.gz 3; then
    sql "TRUNCATE plain.edge, plain.asked, plain.link" \
        "CREATE TABLE package (id text PRIMARY KEY)" \
        "CREATE TABLE dependency (from_package text, to_package text, rel_type text, group_no int, alternative_no int, version text, to_exists text)"
    copy dependency debian_packages/dependencies.csv.gz
    # The Perl, Ruby and Python libraries, for they suffice.
    sql "DELETE FROM dependency WHERE from_package !~ '^(lib.*-perl|ruby-|python3)' OR to_exists <> 'package' OR rel_type NOT IN ('depends', 'recommends', 'suggests')" \
        "INSERT INTO package SELECT from_package FROM dependency UNION SELECT to_package FROM dependency" \
        "SELECT FROM relate.register_module('package', name_columns => '{id}')" \
        "SELECT FROM relate.create_relationship_type('depends', 'package', 'package', 'many_to_many', label => 'depends on', inverse_label => 'is needed by', allow_self => true)" \
        "SELECT FROM relate.create_relationship_type('suggests', 'package', 'package', 'many_to_many', label => 'suggests', inverse_label => 'is suggested by', allow_self => true)" \
        "INSERT INTO plain.link SELECT from_package, to_package FROM dependency UNION SELECT to_package, from_package FROM dependency" \
        "SET session_replication_role = replica; INSERT INTO crm.relationship (type_id, source_module_id, source_key, target_module_id, target_key, importance, created_at, created_by)
         SELECT DISTINCT t.type_id, t.source_module_id, from_package::relate.record_key, t.target_module_id, to_package::relate.record_key, 3, now(), 'x'
         FROM dependency d JOIN crm.relationship_type t ON t.name = CASE d.rel_type WHEN 'depends' THEN 'depends' ELSE 'suggests' END" \
        "INSERT INTO plain.asked SELECT id FROM (SELECT id FROM package ORDER BY hashtext(id) LIMIT 5) x"
    paths debian_packages package depends,suggests 3
fi

# --- the divisions of two cities of China, of its five levels

if present china_divisions divisions.csv.gz 14; then
    sql "TRUNCATE plain.edge, plain.asked" "CREATE TABLE china (id text, parent_id text, level int, name text)" \
        "CREATE TABLE division (id bigint PRIMARY KEY, name text)"
    copy china china_divisions/divisions.csv.gz
    sql "DELETE FROM china WHERE id NOT LIKE '11%' AND id NOT LIKE '12%' AND id <> '0'" \
        "INSERT INTO division SELECT id::bigint, name FROM china" \
        "SELECT FROM relate.register_module('division')" \
        "SELECT FROM relate.create_relationship_type('part of', 'division', 'division', 'many_to_one', 'part', 'whole', 'is a part of', 'consists of', hierarchy_parent => 'target')" \
        "INSERT INTO plain.edge SELECT id, parent_id FROM china WHERE parent_id IS NOT NULL" "$both_ways" \
        "INSERT INTO plain.asked SELECT id FROM (SELECT id FROM china ORDER BY level, hashtext(id) LIMIT 5) x UNION SELECT id FROM (SELECT id FROM china ORDER BY hashtext(id) LIMIT 12) x"
    linked "part of"
    hierarchy china_divisions "part of"
    paths china_divisions division "part of" 2
fi
done_testing
