-- The relationship report.

CREATE FUNCTION relate.relationship_report(types text[] DEFAULT NULL, exclude_types text[] DEFAULT NULL,
    start_from date DEFAULT NULL, start_to date DEFAULT NULL, end_from date DEFAULT NULL, end_to date DEFAULT NULL)
RETURNS TABLE (relationship_id bigint, relationship_type text, primary_module text, primary_id relate.record_key,
    primary_name text, primary_role text, relationship_label text, target_module text, target_id relate.record_key,
    target_name text, target_role text, start_date date, end_date date, importance smallint, is_current boolean,
    email text)
LANGUAGE c STABLE PARALLEL SAFE COST 100000 ROWS 10000 AS 'MODULE_PATHNAME', 'relate_relationship_report';
COMMENT ON FUNCTION relate.relationship_report(text[], text[], date, date, date, date) IS
'Every relationship the caller may read, of all time, in two rows: each record as the primary one, with the label read from it to the target (one row where a symmetric type links a record with itself). By relationship_id, the stored direction first. is_current is relative to today.
types: only these, null: all; exclude_types: not these. start_from, start_to, end_from, end_to: the first and last day on which it may start or end; relationships without that date, and of perpetual types, are then left out. Errors: 42704 unknown type; 42501 no SELECT on relationship.';
