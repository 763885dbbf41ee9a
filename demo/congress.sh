# The Congress of the United States: people, organizations and what they were to each
# other, 1789 to 2026. Sourced by demo/run.
day=2026-06-15 # of the data

copy_file() { # TABLE FILE
    run_sql -c "COPY source.$1 FROM STDIN (FORMAT csv, HEADER)" <"$data/$2.csv"
}
columns='type_id, source_key, target_key, start_date, end_date, importance, description, phone, address_module_id, address_key, attributes'
copy_type() { # TYPE: as one COPY, which the rules refuse or take as a whole
    run_sql -c "COPY (SELECT $columns FROM source.row_to_load WHERE type = '$1' ORDER BY start_date, link_id) TO STDOUT" >"$work/rows"
    run_sql -c "COPY congress.relationship ($columns) FROM STDIN" <"$work/rows" 2>"$work/error"
}
load_type() { # TYPE
    local start=$EPOCHREALTIME how=COPY counts
    [ ! -t 1 ] || printf '    %-20s ...' "$1"
    if ! copy_type "$1"; then
        if ! grep -q '^DETAIL' "$work/error"; then cat "$work/error" >&2; exit 1; fi
        [ ! -t 1 ] || printf ' refused as a whole: in halves'
        run_sql -c "CALL source.load_in_halves('$1')"
        how=halves
    fi
    counts=$(run_sql -F ' ' -c "SELECT to_char(count(*), 'FM999,999'), to_char(count(*) - count(r.link_id), 'FM999,999'), count(r.link_id) FROM source.link l LEFT JOIN source.refused r USING (link_id) WHERE type = '$1'")
    # shellcheck disable=SC2086
    [ ! -t 1 ] || printf '\r\033[K'
    printf '    %-20s %9s %9s %9s   %-7s %7s s\n' "$1" $counts "$how" "$(seconds_since "$start")"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

heading "The records" \
    "Plain tables, as any application has them: people, organizations, seats, district offices."
start=$EPOCHREALTIME
run_sql -f demo/congress/tables.sql
for file in persons organizations memberships party_affiliations committee_memberships leadership_roles district_offices; do
    copy_file $file $file
done
run_sql -f demo/congress/records.sql
show "SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM organization) AS organizations,
       (SELECT count(*) FROM seat) AS seats, (SELECT count(*) FROM office) AS offices;"
records_time=$(seconds_since "$start")

heading "A preview" \
    "What would a type with these properties mean? Asked before it is declared; nothing changes."
run_sql -f demo/congress/modules.sql >/dev/null
show_expanded "SELECT sentence, parent_module, child_module, source_view, target_view
FROM relate.preview_relationship_type('committee chair', 'person', 'organization', 'one_to_many',
    source_role => 'Chair', target_role => 'Committee', label => 'chairs', inverse_label => 'is chaired by');"

heading "What may be related to what" \
    "Four modules and thirteen types (demo/congress/*.sql). They are the rules from now on."
run_sql -f demo/congress/types.sql >/dev/null
show "SELECT name, source_module AS source, label, target_module AS target, cardinality, is_perpetual AS perpetual
FROM relate.relationship_types();"

heading "Loading the relationships" \
    "One COPY a type, every rule on. Where the rules refuse rows, the others are loaded in halves." \
    "A handover on the same day ends the first one a day earlier."
start=$EPOCHREALTIME
run_sql -f demo/congress/links.sql
prepared_time=$(seconds_since "$start")
start=$EPOCHREALTIME
printf '\n    %s rows to load, of which %s end a day earlier than in the source.\n' $(run_sql -F ' ' -c \
    "SELECT to_char(count(*), 'FM999,999'), to_char(count(*) FILTER (WHERE is_adjusted), 'FM999,999') FROM source.link")
printf '\n    %-20s %9s %9s %9s   %-7s %9s\n' type rows loaded refused by time
value_of "SELECT name FROM congress.relationship_type ORDER BY type_id" >"$work/types"
while read -r type <&3; do load_type "$type"; done 3<"$work/types"
run_sql -c 'VACUUM ANALYZE congress.relationship'
load_time=$(seconds_since "$start")
loaded=$(value_of "SELECT count(*) FROM congress.relationship")

heading "What the rules refused" \
    "Nothing is dropped silently: each row is in source.refused, with the rule, what is in the way and a hint."
show "SELECT r.sqlstate, r.rule, l.type, count(*) AS rows, min(r.message) AS example
FROM source.refused r JOIN source.link l USING (link_id)
GROUP BY 1, 2, 3 ORDER BY 4 DESC;"
show_values "SELECT concat_ws(E'\n', message, detail, hint)
FROM source.refused JOIN source.link USING (link_id) WHERE type = 'seat' ORDER BY start_date LIMIT 1;"

heading "And what can be done about it" \
    "The source ends a term by schedule, also of someone who left early. on_conflict => 'end_old' lets the" \
    "predecessor's term end the day before: in this way the refused holders of a seat are seated."
seated=$(value_of "SELECT source.seat_refused()")
ended=$(value_of "SELECT count(*) FROM congress.relationship WHERE updated_at IS NOT NULL")
echo
echo "    $seated rows loaded after all; $ended terms end when their successor's begin."
echo "    Still refused for seats: terms that the source gives to two people, or to one person under two ids."
echo
show_rows "SELECT p.full_name AS refused, s.title AS seat, l.start_date, h.full_name AS \"in the way\", l.from_row AS source_row
FROM source.refused r JOIN source.link l USING (link_id)
JOIN person p ON p.person_id = l.source_key JOIN seat s ON s.seat_id = l.target_key
JOIN congress.relationship_list x ON x.relationship_type = 'seat' AND x.target_key::text = l.target_key
 AND l.start_date BETWEEN x.start_date AND x.end_date
JOIN person h ON h.person_id = x.source_key::text ORDER BY 1;"
echo
echo "    And the others: a second chair or ranking member of a committee, a second title of leadership."
echo
show_rows "SELECT l.type, p.full_name AS refused, left(o.name, 46) AS \"in or of\", l.start_date, l.end_date, l.from_row AS source_row
FROM source.refused r JOIN source.link l USING (link_id)
JOIN person p ON p.person_id = l.source_key JOIN organization o ON o.org_id = l.target_key
ORDER BY 1, 4, 2;"

heading "A double booking" \
    "Someone is to hold a seat that has a holder."
run_sql -c "INSERT INTO person VALUES ('X-1', 'Pat Example'), ('X-2', 'Sam Specimen')" \
    -c "INSERT INTO seat VALUES ('ZZ-S1', 'Senate, ZZ class 1')"
refused "SELECT relate.connect('person', 'X-1', 'holds', 'seat', 'NY-14', start_date => '$day');"

heading "Two clerks at the same time" \
    "A seat is free. Two sessions give it to two people, neither sees the other's row, one waits and is refused."
race "SELECT relate.connect('person', 'X-1', 'holds', 'seat', 'ZZ-S1', '2027-01-03');" \
    "SELECT relate.connect('person', 'X-2', 'holds', 'seat', 'ZZ-S1', '2027-01-03');"
run_sql -c "SELECT relate.delete_relationship('seat', 'X-1', 'ZZ-S1')" \
    -c "DELETE FROM person WHERE person_id IN ('X-1', 'X-2')" -c "DELETE FROM seat WHERE seat_id = 'ZZ-S1'" >/dev/null

heading "One person" \
    "All that is related to a record, in either direction, the most important first, as of a day."
show "SELECT role, name, start_date, end_date, importance AS imp
FROM relate.related_records('person', 'C001035', as_of => '$day') LIMIT 12;"
show "SELECT role, name, description, phone, address
FROM relate.related_records('person', 'C001035', types => '{chamber,district office}', as_of => '$day') LIMIT 4;"

heading "Any day of the past" \
    "Who held the two highest offices on the day of the armistice of 1918?"
show "SELECT role, name, start_date, end_date
FROM relate.related_records('organization', 'EXEC', types => '{president,vice president}', as_of => '1918-11-11');"

heading "The overview" \
    "A record, the modules it is related to, the most important records of each: one jsonb for one page."
show "SELECT m->>'label' AS module, m->>'count' AS ever, m->>'current_count' AS now,
       m->'records'->0->>'label' AS label, m->'records'->0->>'name' AS \"the most important one\"
FROM jsonb_array_elements(relate.record_overview('person', 'C001035')->'related') m;"

heading "The report" \
    "Two rows for every relationship, each record being the primary one once."
show "SELECT primary_name, relationship_label, target_name, start_date, end_date
FROM relate.relationship_report(types => '{president,vice president}', start_from => '2001-01-01') LIMIT 8;"

heading "A join" \
    "Keys are of one type, relate.record_key; a cast takes them back to the column's."
show "SELECT p.full_name AS chair, o.name AS committee, r.start_date
FROM congress.relationship_list r
JOIN person p ON p.person_id = r.source_key::text
JOIN organization o ON o.org_id = r.target_key::text
WHERE r.relationship_type = 'committee chair' AND o.classification = 'committee' AND r.end_date IS NULL
ORDER BY r.start_date, o.name LIMIT 5;"

heading "Counts and times"
echo
show_rows "WITH counts AS (
    SELECT t.type_id, t.name AS type, count(*) AS rows, count(*) FILTER (WHERE is_adjusted) AS adjusted,
           count(r.link_id) AS refused,
           (SELECT count(*) FROM congress.relationship x WHERE x.type_id = t.type_id) AS loaded
    FROM source.link l JOIN congress.relationship_type t ON t.name = l.type
    LEFT JOIN source.refused r USING (link_id) GROUP BY t.type_id
)
SELECT type, rows, adjusted AS \"handovers adjusted\", refused, loaded FROM (
    SELECT * FROM counts
    UNION ALL SELECT NULL, 'all', sum(rows), sum(adjusted), sum(refused), sum(loaded) FROM counts) c
ORDER BY type_id;"
reads=$(run_sql -c "DO \$\$
DECLARE start timestamptz := clock_timestamp(); id text; n int := 0;
BEGIN
    FOR id IN SELECT person_id FROM person WHERE person_id IN (SELECT person_id FROM source.committee_memberships)
              ORDER BY person_id LIMIT 500 LOOP
        PERFORM FROM relate.related_records('person', id, show => 'all');
        n := n + 1;
    END LOOP;
    PERFORM set_config('demo.read', round((extract(epoch FROM clock_timestamp() - start) * 1000 / n)::numeric, 2)::text, false);
END \$\$" -c "SELECT current_setting('demo.read')")
echo
printf '    %-62s %s\n' "records loaded in" "$records_time s" "relationships prepared in" "$prepared_time s" \
    "$loaded relationships loaded, every rule on, in" "$load_time s" \
    "all that is related to one person, at any time (mean of 500)" "$reads ms" \
    "the whole demo" "$(seconds_since "$demo_start") s"
