-- What later versions than 0.1.0 add to the world of make.sql: relationships that are stored
-- in columns and junction tables, row security.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE TABLE zoo.contract (id int PRIMARY KEY, title text, company_id uuid REFERENCES zoo.company, follows int);
CREATE INDEX ON zoo.contract (company_id);
CREATE INDEX ON zoo.contract (follows);
CREATE TABLE archive.attended (person_id int REFERENCES archive.person, event_id bigint REFERENCES zoo.event, since date, until date,
    PRIMARY KEY (person_id, event_id));
CREATE INDEX ON archive.attended (event_id);
INSERT INTO zoo.contract SELECT n, 'Contract ' || n, format('00000000-0000-4000-8000-%s', lpad((n % 3 + 1)::text, 12, '0'))::uuid, nullif(n - 1, 0)
FROM generate_series(1, 6) AS n;
INSERT INTO archive.attended VALUES (1, 995, '2024-01-01', NULL), (1, 996, '2024-01-01', '2024-02-01'), (3, 1001, NULL, NULL);
SELECT relate.adopt_column('zoo.contract', '{company_id}', label => 'is with', inverse_label => 'signed');
SELECT relate.adopt_column('zoo.contract', '{follows}', 'contract', name => 'follow-up', hierarchy_parent => 'target', enforce => true);
SELECT relate.adopt_junction('archive.attended', '{person_id}', '{event_id}', start_column => 'since', end_column => 'until');
SELECT relate.enable_record_security('Other "one"');
REFRESH MATERIALIZED VIEW zoo.staff_count;
