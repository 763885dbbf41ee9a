-- From 0.1.0 to 0.2.0: what tools/update_script cannot derive from the topic files.
-- It has one more column.
DROP FUNCTION relate.preview_delete(text, text);
DROP FUNCTION relate.preview_delete(text, relate.record_key);
