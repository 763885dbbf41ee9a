-- Enforcement: the trigger functions, and the workspace that functions work in.

CREATE FUNCTION relate.current_workspace() RETURNS name
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_current_workspace';
COMMENT ON FUNCTION relate.current_workspace() IS
'Schema of the workspace that functions work in: the setting relate.workspace, else the default workspace. Error 42704 where there is none, 55000 where several claim to be the default.';

CREATE FUNCTION relate.relationship_defaults() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_relationship_defaults';
COMMENT ON FUNCTION relate.relationship_defaults() IS
'Trigger BEFORE INSERT OR UPDATE on relationship: fills modules, importance and audit columns from the type, writes keys canonically.';

CREATE FUNCTION relate.relationship_check() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_relationship_check';
COMMENT ON FUNCTION relate.relationship_check() IS
'Constraint trigger AFTER INSERT OR UPDATE on relationship: holds each row against every rule of its type. Errors 23505, 23503, 23514 and 42704 with the name of the rule as constraint.';

CREATE FUNCTION relate.record_deleted() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_record_deleted';
COMMENT ON FUNCTION relate.record_deleted() IS
'Constraint trigger AFTER DELETE on the table of a module: a record''s relationships forbid its deletion (23503) or go with it, as their type says; its status goes too.';

CREATE FUNCTION relate.record_status_check() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_record_status_check';
COMMENT ON FUNCTION relate.record_status_check() IS
'Constraint trigger AFTER INSERT OR UPDATE on record_status: the record exists (23503), the status is of its module and, where newly given, not retired (23514).';

CREATE FUNCTION relate.catalog_changed() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_catalog_changed';
COMMENT ON FUNCTION relate.catalog_changed() IS
'Trigger AFTER every statement on the catalog tables of a workspace: makes all sessions read them again.';
