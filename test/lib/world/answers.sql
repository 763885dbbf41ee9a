-- What make.sql's world holds, through everything that reads.
SET client_min_messages = warning;
SET datestyle = 'ISO';
SELECT * FROM crm.relationship ORDER BY relationship_id;
SELECT relationship_id, relationship_type, source_module, source_key, source_name, target_module, target_key, target_name, start_date, end_date,
       is_current, is_primary, email, address_module, address_key, attributes, created_by FROM crm.relationship_list ORDER BY 1, relationship_type, source_key, target_key;
SELECT * FROM crm.relationship_sides ORDER BY relationship_id, relationship_type, module, key, role, far_key;
SELECT m.name, r.* FROM relate.modules() m, relate.related_records_of(m.name, ARRAY(
    SELECT s.key FROM crm.relationship_sides s WHERE s.module = m.name GROUP BY s.key ORDER BY s.key), show => 'all') r ORDER BY m.name, r.from_key, r.relationship_id, r.relationship_type, r.role, r.key;
SELECT m.name, k.key, relate.record_name(m.name, k.key), relate.record_overview(m.name, k.key)
FROM relate.modules() m, LATERAL (SELECT DISTINCT s.key FROM crm.relationship_sides s WHERE s.module = m.name) k ORDER BY 1, 2;
SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, kind, kind_column, date_column, is_system FROM relate.modules() ORDER BY name;
SELECT to_jsonb(t) FROM relate.relationship_types() t ORDER BY 1;
SELECT * FROM relate.relationship_type_stats() ORDER BY 1;
SELECT relate.related_rows(NULL::zoo.event, 'person', 6, as_of => '2024-06-01');
SELECT relate.related_rows(NULL::zoo.company, 'person', 1);
SELECT m.name, s.* FROM relate.modules() m, relate.statuses(m.name) s ORDER BY 1, 2;
SELECT key, status, since, set_at FROM relate.records_with_status('company');
SELECT * FROM relate.relationship_report() ORDER BY relationship_id, relationship_type, primary_module, primary_id, target_id;
SELECT name, owner, is_default FROM relate.workspaces() ORDER BY name;
SELECT relate.current_workspace();
SELECT * FROM zoo.staff ORDER BY 1, 2, 3, 4;
SELECT * FROM zoo.staff_count ORDER BY 1;
SELECT f.*, relate.record_name(f.module, f.key) FROM zoo.favourite f ORDER BY 1, 2;
SET relate.workspace = 'Other "one"';
SELECT * FROM relate.related_records('person', 3);
SELECT * FROM "Other ""one""".relationship_list ORDER BY relationship_id;
RESET relate.workspace;
SELECT w.name, v.* FROM relate.workspaces() w, relate.validate(w.name) v;
SELECT workspace, severity, object, finding FROM relate.health_check() WHERE finding !~ '^has layout';
