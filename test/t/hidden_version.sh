# A scan of an index takes the entries of a page at once, and looks at their rows one after
# another. A row that gets a new version meanwhile, with an entry elsewhere, is then seen by
# neither: so who writes a version that got new entries looks for rivals himself, even where
# he changed nothing that a rule minds.
#
# One session writes new versions of a relationship, another tries to write the same
# relationship again. It lies last among those of its record, so that the scan takes a while
# to come to it. Each time one of the two must be told.
#
# RELATE_SECONDS is how long they go on.
. test/lib/tap.sh
seconds=${RELATE_SECONDS:-4}
new_database relate_t_hidden
sql "CREATE EXTENSION pg_relate" "CREATE TABLE person (id int PRIMARY KEY)" "INSERT INTO person SELECT generate_series(0, 200)" \
    "SELECT relate.create_workspace('crm')" "SELECT relate.register_module('person')" \
    "SELECT relate.create_relationship_type('knows', 'person', 'person', max_targets_per_source => 1000)" \
    "CREATE INDEX ON crm.relationship (description)" `# no version is heap-only` \
    "INSERT INTO crm.relationship (type_id, source_key, target_key) SELECT 1, 0, i FROM generate_series(1, 200) AS i" >/dev/null
# Until the time is over: how often it was done, and how often it was refused.
again() { # WHAT
    PGOPTIONS='-c client_min_messages=notice -c deadlock_timeout=1ms' sql "DO \$\$
        DECLARE
            done int := 0;
            refused int := 0;
            until CONSTANT timestamptz := clock_timestamp() + interval '$seconds s';
        BEGIN
            WHILE clock_timestamp() < until LOOP
                BEGIN
                    $1;
                    done := done + 1;
                EXCEPTION WHEN unique_violation OR deadlock_detected THEN
                    refused := refused + 1;
                END;
                COMMIT;
            END LOOP;
            RAISE NOTICE 'counted % %', done, refused;
        END \$\$" | sed -n 's/.*counted //p'
}
new_versions() { again "UPDATE crm.relationship SET description = done WHERE relationship_id = 200"; }
duplicates() { again "INSERT INTO crm.relationship (type_id, source_key, target_key) VALUES (1, 0, 200)"; }
at_exit "rm -f /tmp/relate_t_hidden.$$"
duplicates >"/tmp/relate_t_hidden.$$" &
read -r versions versions_refused < <(new_versions)
wait
read -r written refused <"/tmp/relate_t_hidden.$$"
echo "# $versions new versions and $versions_refused refused; $written duplicates and $refused refused"
ok $((versions > 100 && refused > 100 ? 0 : 1)) "both wrote often enough"
is "$(sql "SELECT count(*) FROM crm.relationship WHERE target_key OPERATOR(relate.=) 200::relate.record_key")" 1 \
    "no relationship is there twice"
is_empty "$(sql "SELECT * FROM relate.validate('crm')")" "validate finds nothing"
done_testing
