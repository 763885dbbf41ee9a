-- Samples: each is loaded by a user who may do no more than create schemas, shows the
-- cardinality it is for, and goes without a trace.
SET client_min_messages = warning;
CREATE ROLE regress_relate_sample;
GRANT regress_relate_sample TO CURRENT_USER;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_relate_sample', current_database()) \gexec
SET ROLE regress_relate_sample;
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE rule text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(rule, ''), nullif(detail, ''), nullif(hint, ''));
END $$;

-- The story of Jim, Bob and the opportunity. The first workspace is the default one.
SELECT relate.load_sample('network');
SELECT role, label, name, start_date, end_date, importance, description FROM relate.related_records('contact', 1, show => 'all');
SELECT role, name, description, is_current FROM relate.related_records('opportunity', 1, '{decision}', show => 'all');
SELECT d.name, f.name, f.description FROM relate.related_records('opportunity', 1, '{decision}') AS d,
    relate.related_records('contact', d.key, '{friendship}') AS f;
SELECT role, own_role, name, phone, email, address FROM relate.related_records('contact', 2, as_of => '2025-06-01');
SELECT relate.are_related('friendship', 2, 1), relate.status_of('contact', 1), relate.status_of('organization', 3);
SELECT relationship_type, count(*) FROM sample_network.relationship_list GROUP BY 1 ORDER BY 1;

-- One to one, one to many, a lookup of a system module.
SELECT relate.load_sample('airline');
SHOW relate.workspace;
SET relate.workspace = 'sample_airline';
SELECT role, label, name, start_date, end_date FROM relate.related_records('passenger', 6, show => 'all');
SELECT source_name, label, target_name FROM sample_airline.relationship_list
WHERE relationship_type IN ('ticket', 'assigned agent') ORDER BY relationship_id;
SELECT sentence FROM relate.preview_relationship_type('x', 'contact', 'ticket', 'one_to_many');
SELECT pg_temp.refusal($$SELECT relate.connect('passenger', 7, 'collects miles on', 'loyalty_account', 'SK-104417')$$);
SELECT pg_temp.refusal($$SELECT relate.connect('contact', 2, 'reported', 'ticket', 1001)$$);
SELECT pg_temp.refusal($$SELECT relate.create_relationship_type('y', 'agent', 'ticket', 'one_to_many')$$);
SELECT c.full_name, s.status, s.since FROM sample_airline.contact c
JOIN relate.records_with_status('contact') s ON c.id = s.key::bigint ORDER BY c.id;

-- Many to one, keys that are uuids, kinds.
SELECT relate.load_sample('property');
SET relate.workspace = 'sample_property';
SELECT role, label, name, start_date, importance FROM relate.related_records('contact', 1, show => 'all');
SELECT role, label, module, name FROM relate.related_records('opportunity', 2, as_of => '2025-04-01');
SELECT pg_temp.refusal($$SELECT relate.connect('opportunity', 1, 'is a deal with', 'contact', 5)$$);
SELECT pg_temp.refusal($$SELECT relate.connect('contact', 4, 'is married to', 'contact', 5)$$);

-- Many to many with a limit, keys of two columns, a hierarchy.
SELECT relate.load_sample('elevator');
SET relate.workspace = 'sample_elevator';
SELECT role, name, start_date, end_date FROM relate.related_records('service_request', 3, show => 'all');
SELECT role, label, key, name FROM relate.related_records('building', 1);
SELECT pg_temp.refusal($$SELECT relate.connect('technician', 2, 'works on', 'service_request', 6, '2025-06-01')$$);
SELECT pg_temp.refusal($$SELECT relate.connect('technician', 1, 'reports to', 'technician', 5, '2025-06-01')$$);

-- Refused: twice, unknown, no name; a schema in the way.
SELECT pg_temp.refusal($$SELECT relate.load_sample('elevator')$$);
SELECT pg_temp.refusal($$SELECT relate.load_sample('theatre')$$);
SELECT pg_temp.refusal($$SELECT relate.load_sample(NULL)$$);
DROP SCHEMA sample_network, sample_airline, sample_property, sample_elevator CASCADE;
CREATE SCHEMA sample_network;
SELECT pg_temp.refusal($$SELECT relate.load_sample('network')$$);
DROP SCHEMA sample_network;

-- Nothing is left, and it can be loaded again.
RESET relate.workspace;
SELECT * FROM relate.workspaces();
SELECT count(*) > 0 FROM relate.load_sample('network');
SELECT name FROM relate.modules();
DROP SCHEMA sample_network CASCADE;
DROP FUNCTION pg_temp.refusal(text);
RESET ROLE;
SELECT format('REVOKE CREATE ON DATABASE %I FROM regress_relate_sample', current_database()) \gexec
DROP ROLE regress_relate_sample;
