-- The overview of a record.

CREATE FUNCTION relate.record_overview(module text, key relate.record_key) RETURNS jsonb
LANGUAGE c STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'relate_record_overview';
COMMENT ON FUNCTION relate.record_overview(text, relate.record_key) IS
'A record and all that it is related to, as
{"record": {"module", "label", "key", "name", "status", "status_since"},
 "related": [{"module", "label", "count", "current_count",
              "records": [{"relationship_id", "type", "role", "own_role", "label", "key", "name",
                           "start_date", "end_date", "importance", "is_current"}]}]}
with one element of related for each module, by its name: label is its plural (that of the record the singular), count the relationships of all time, current_count those of today, records the five most important ones, current ones first. Keys are strings, dates ISO strings; what is unknown or hidden is null. Errors: 42704 unknown module; 22004 null module or key; 42501 no SELECT on relationship.';
