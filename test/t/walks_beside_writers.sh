# What walks and names find while others write and VACUUM goes by is what plain SQL finds
# under the same snapshot: pages split, empty and move beneath the readers.
#
# RELATE_SECONDS: how long (make endurance: longer).
. test/lib/tap.sh
seconds=${RELATE_SECONDS:-10}
new_database relate_t_walks_beside_writers
sql "CREATE EXTENSION pg_relate" "SELECT FROM relate.create_workspace('crm')" \
    "CREATE TABLE part (id bigint PRIMARY KEY, name text, whole_id bigint)" "CREATE INDEX ON part (whole_id)" \
    "INSERT INTO part SELECT i, 'Part ' || i, nullif(1 + i / 5, i) FROM generate_series(1, 20000) i" \
    "SELECT FROM relate.register_module('part')" \
    "SELECT FROM relate.create_relationship_type('is in', 'part', 'part', 'many_to_one', 'part', 'whole', hierarchy_parent => 'target')" \
    "SELECT FROM relate.adopt_column('part', '{whole_id}', 'part', name => 'below', hierarchy_parent => 'target')" \
    "INSERT INTO crm.relationship (type_id, source_key, target_key) SELECT 1, i, 1 + i / 4 FROM generate_series(2, 20000) i" \
    "CREATE SEQUENCE rounds" "VACUUM ANALYZE" "ALTER DATABASE $database SET search_path = public, relate"
psql -Xq -d "$database" -v ON_ERROR_STOP=1 <<'SQL' 2>&1
-- Some parts of a half go below others: those before them, so that no circle arises.
CREATE PROCEDURE rebuild(half int, until timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    WHILE clock_timestamp() < until LOOP
        DELETE FROM crm.relationship WHERE source_key::bigint % 2 = half AND source_key::bigint % 17 = (random() * 16)::int;
        IF random() < 0.5 THEN COMMIT; END IF;
        INSERT INTO crm.relationship (type_id, source_key, target_key)
        SELECT 1, i, 1 + i / (2 + (random() * 8)::int) FROM generate_series(10 + half, 20000, 2) i
        WHERE NOT EXISTS (SELECT FROM crm.relationship WHERE source_module_id = 1 AND source_key = i::relate.record_key);
        UPDATE part SET name = 'Part ' || id || ', anew', whole_id = 1 + id / (2 + (random() * 8)::int) WHERE id > 10 AND id % 2 = half AND id % 31 = (random() * 30)::int;
        COMMIT;
        PERFORM nextval('rounds');
    END LOOP;
END $$;

-- Below some parts: by the walk and by SQL, links and a column, and names.
CREATE VIEW edge AS
SELECT 'is in' AS type, source_key AS child, target_key AS parent FROM crm.relationship WHERE type_id = 1 AND source_module_id = 1 AND target_module_id = 1
UNION ALL SELECT 'below', id::relate.record_key, whole_id::relate.record_key FROM part WHERE whole_id IS NOT NULL;
CREATE FUNCTION compare() RETURNS TABLE (found bigint, different bigint) LANGUAGE sql AS $$
    WITH RECURSIVE now AS MATERIALIZED (TABLE edge),
    start AS MATERIALIZED (SELECT type, (1 + random() * random() * 300)::bigint AS id FROM (VALUES ('is in'), ('below')) t (type), generate_series(1, 4)),
    plain AS (
        SELECT start.type, start.id AS start, e.child AS key, 1 AS depth FROM start JOIN now e ON e.type = start.type AND e.parent = start.id::relate.record_key
        UNION ALL SELECT p.type, p.start, e.child, depth + 1 FROM plain p JOIN now e ON e.type = p.type AND e.parent = p.key),
    ours AS MATERIALIZED (SELECT start.type, start.id AS start, d.key, d.depth FROM start, relate.descendants(start.type, start.id) d),
    named AS MATERIALIZED (SELECT n.key, n.name FROM relate.network('part', 1::bigint, '{is in}', max_depth => 3) n)
    SELECT (SELECT count(*) FROM ours) + (SELECT count(*) FROM named),
           (SELECT count(*) FROM ((TABLE plain EXCEPT ALL TABLE ours) UNION ALL (TABLE ours EXCEPT ALL TABLE plain)) x)
           + (SELECT count(*) FROM named LEFT JOIN part ON part.id = named.key::bigint WHERE named.name IS DISTINCT FROM part.name)
$$;
CREATE TABLE seen (level text, found bigint, different bigint);
CREATE PROCEDURE watch(until timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    WHILE clock_timestamp() < until LOOP
        INSERT INTO seen SELECT current_setting('transaction_isolation'), * FROM compare();
        COMMIT;
    END LOOP;
END $$;
SQL
until=$(sql "SELECT now() + '$seconds seconds'")
for half in 0 1; do sql "CALL rebuild($half, '$until')" & done
while [ "$(sql "SELECT now() < '$until'")" = t ]; do sql "VACUUM crm.relationship, part" "SELECT pg_sleep(0.1)" >/dev/null; done &
levels="read committed|repeatable read|serializable"
IFS='|'
for level in $levels; do PGOPTIONS="-c default_transaction_isolation=${level/ /\\ }" sql "CALL watch('$until')" & done
unset IFS
failed=0
for job in $(jobs -p); do wait "$job" || failed=$((failed + 1)); done
is "$failed" 0 "nobody fails"
is "$(sql "SELECT last_value > 5 FROM rounds")" t "the writers went on: $(sql "SELECT last_value FROM rounds") rounds"
IFS='|'
for level in $levels; do
    unset IFS
    is "$(sql "SELECT count(*) > 2 AND sum(found) > 1000, sum(different) FROM seen WHERE level = '$level'")" "t|0" \
        "$level: $(sql "SELECT format('%s looks, %s records', count(*), sum(found)) FROM seen WHERE level = '$level'")"
done
done_testing
