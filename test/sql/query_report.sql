-- relationship_report and record_overview.
SET client_min_messages = warning;
CREATE SCHEMA query_report;
SET search_path = query_report, pg_temp;
SET relate.workspace = 'query_report_crm';

CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(hint, ''));
END $$;

CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE school (code text PRIMARY KEY, name text);
INSERT INTO person SELECT i, 'Person ' || i FROM generate_series(1, 9) i;
INSERT INTO school VALUES ('MIT', 'Institute'), ('ETH', 'Technische "Hochschule"');
SELECT relate.create_workspace('query_report_crm');
SELECT relate.register_module('person', singular => 'Person', plural => 'People', kind => 'individual'),
       relate.register_module('school', kind => 'organization');
SELECT relate.create_relationship_type('study', 'person', 'school', 'many_to_many', 'student', 'school', 'studies at', 'teaches'),
       relate.create_relationship_type('friendship', 'person', 'person', 'many_to_many', 'friend', label => 'is a friend of', is_symmetric => true, allow_self => true),
       relate.create_relationship_type('parenthood', 'person', 'person', 'many_to_many', 'child', 'parent', 'is a child of', 'is a parent of', is_perpetual => true);
COPY query_report_crm.relationship_list (relationship_type, source_key, target_key, start_date, end_date, importance, email) FROM stdin;
study	1	MIT	2010-09-01	2014-06-30	5	one@mit.example
study	2	ETH	2012-01-01	\N	2	\N
study	1	ETH	\N	2009-12-31	3	\N
friendship	1	2	2011-05-05	\N	4	\N
friendship	3	3	\N	\N	3	\N
parenthood	4	1	\N	\N	3	\N
friendship	1	5	2090-01-01	\N	5	\N
friendship	1	6	2000-01-01	2001-01-01	5	\N
friendship	1	7	2013-01-01	\N	1	\N
friendship	1	8	2014-01-01	\N	1	\N
friendship	1	9	2015-01-01	\N	1	\N
\.

-- Everything, of all time; each relationship from both sides.
SELECT relationship_id AS id, relationship_type, primary_module, primary_id, primary_name, primary_role, relationship_label,
       target_module, target_id, target_name, target_role
FROM relate.relationship_report();
SELECT relationship_id AS id, primary_id, start_date, end_date, importance, is_current, email
FROM relate.relationship_report() WHERE primary_module = 'person';

-- Types, excluded types, ranges of dates: ids of what is reported.
CREATE FUNCTION reported(types text[] DEFAULT NULL, exclude_types text[] DEFAULT NULL, start_from date DEFAULT NULL,
    start_to date DEFAULT NULL, end_from date DEFAULT NULL, end_to date DEFAULT NULL) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg(relationship_id ORDER BY ordinality)
    FROM relate.relationship_report(types, exclude_types, start_from, start_to, end_from, end_to) WITH ORDINALITY
$$;
SELECT reported('{study}') AS study, reported('{study,parenthood}', '{study}') AS both_ways, reported('{}') AS no_type,
       reported(NULL, '{friendship}') AS no_friends, reported(NULL, '{}') = reported() AS nothing_excluded;
SELECT reported(start_from => '2012-01-01') AS since, reported(start_to => '2011-05-05') AS until,
       reported(start_from => '2010-09-01', start_to => '2012-01-01') AS between, reported(end_from => '2009-12-31') AS ends_since,
       reported(end_to => '2009-12-31') AS ends_until, reported('{friendship}', end_from => '2000-01-01') AS of_a_type,
       reported(start_from => '2012-01-01', start_to => '2011-01-01') AS empty;
SELECT refusal(s) FROM unnest(ARRAY[
    $$SELECT * FROM relate.relationship_report('{nothing}')$$, $$SELECT * FROM relate.relationship_report(NULL, '{nothing}')$$,
    $$SELECT * FROM relate.relationship_report('{null}')$$, $$SELECT * FROM relate.relationship_report(exclude_types => '{null}')$$]) AS s;

-- The overview: counts of all time and of today, the five most important records.
SELECT relate.set_status('person', 1, 'Customer', '2020-02-29');
SELECT jsonb_pretty(jsonb_set(relate.record_overview('person', 1), '{related}', '[]'));
SELECT m ->> 'module' AS module, m ->> 'label' AS label, m -> 'count' AS count, m -> 'current_count' AS current,
       (SELECT array_agg(r -> 'relationship_id' ORDER BY place) FROM jsonb_array_elements(m -> 'records') WITH ORDINALITY AS e (r, place)) AS shown
FROM jsonb_array_elements(relate.record_overview('person', 1) -> 'related') AS m;
SET DateStyle = 'German';
SELECT jsonb_pretty(relate.record_overview('school', 'MIT'));
RESET DateStyle;
SELECT relate.record_overview('person', 99);
SELECT relate.record_overview('person', 3) -> 'related' -> 0 -> 'count' AS with_himself;
SELECT refusal(s) FROM unnest(ARRAY[
    $$SELECT relate.record_overview('nothing', 1)$$, $$SELECT relate.record_overview(NULL, 1)$$,
    $$SELECT relate.record_overview('person', NULL::int)$$]) AS s;

DROP SCHEMA query_report_crm, query_report CASCADE;
