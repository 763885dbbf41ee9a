# The samples that come with pg_relate. Sourced by demo/run.

heading "Whom does Jim Smith know?" \
    "The sample \"network\": a schema with a few tables, and a workspace that knows how their records are related."
run_sql -c "SELECT relate.load_sample('network')" >/dev/null
show "SELECT role, name, start_date, description
FROM relate.related_records('contact', 1);"
show "SELECT d.name AS decision_maker, f.name AS friend, f.description
FROM relate.related_records('opportunity', 1, '{decision}') AS d,
     relate.related_records('contact', d.key, '{friendship}') AS f;"

heading "What may be related to what" \
    "Types have a direction, roles, labels, and rules that hold for whoever writes."
show "SELECT name, source_module AS source, label, target_module AS target, cardinality, is_symmetric AS symmetric
FROM relate.relationship_types();"

heading "Everything about one person" \
    "The overview in one jsonb, and here as a table; and what has been, for the record."
show "SELECT m->>'label' AS module, m->>'count' AS all, m->>'current_count' AS current,
       (SELECT string_agg(r->>'name', ', ') FROM jsonb_array_elements(m->'records') r) AS first
FROM jsonb_array_elements(relate.record_overview('contact', 1)->'related') m;"
show "SELECT role, name, start_date, end_date, description
FROM relate.related_records('contact', 1, show => 'past');"

heading "The report" "Two rows for every relationship."
show "SELECT primary_name, relationship_label, target_name, start_date
FROM relate.relationship_report(types => '{decision,friendship}') LIMIT 6;"

preview() { # MODULE MODULE CARDINALITY
    echo
    value_of "SET relate.workspace = '$workspace'; SELECT '$3: ' || sentence FROM relate.preview_relationship_type('preview', '$1', '$2', '$3')" |
        fold -s -w 120 | indented
}
heading "Four cardinalities" "The preview of a type, before it is declared, in each of the four samples."
for workspace in sample_airline sample_property sample_elevator; do
    run_sql -c "SELECT relate.load_sample('${workspace#sample_}')" >/dev/null
done
workspace=sample_airline
preview passenger loyalty_account one_to_one
preview contact ticket one_to_many
workspace=sample_property
preview opportunity contact many_to_one
workspace=sample_elevator
preview technician service_request many_to_many

heading "A double booking" "One loyalty account is to collect the miles of two passengers."
export PGOPTIONS="$PGOPTIONS -c relate.workspace=sample_airline"
refused "SELECT relate.connect('passenger', 7, 'collects miles on', 'loyalty_account', 'SK-104417');"
show "SELECT role, name, start_date, end_date
FROM relate.related_records('passenger', 6, '{loyalty account}', show => 'all');"

heading "Two clerks at the same time" \
    "Tess gets a card. Two sessions, two accounts: neither sees the other's row, one waits and is refused."
run_sql -c "INSERT INTO sample_airline.loyalty_account VALUES ('SK-600001', 'Blue', 0), ('SK-600002', 'Blue', 0)"
race "SELECT relate.connect('passenger', 7, 'collects miles on', 'loyalty_account', 'SK-600001');" \
    "SELECT relate.connect('passenger', 7, 'collects miles on', 'loyalty_account', 'SK-600002');"

heading "Counts and times"
echo
for workspace in sample_network sample_airline sample_property sample_elevator; do
    run_sql -F ' ' -c "SELECT (SELECT count(*) FROM $workspace.module), (SELECT count(*) FROM $workspace.relationship_type),
                              (SELECT count(*) FROM $workspace.relationship)" |
        { read -r modules types relationships
          printf '    %-62s %s\n' "$workspace" "$modules modules, $types types, $relationships relationships"; }
done
printf '    %-62s %s\n' "the whole demo" "$(seconds_since "$demo_start") s"
