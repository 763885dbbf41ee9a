
-- ---------------------------------------------------------------------------
-- Relationship status: what a record is to us.
--
-- Every module has its own list of statuses in an order of its own. A record has
-- one of them or none, since a day, set by somebody. A retired status stays with
-- the records that have it and cannot be given any more. That a status is of the
-- record's module, and not retired, is enforced by the trigger on record_status.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.status_named(module text, status text, OUT module_id int, OUT status_id int)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    known text;
BEGIN
    PERFORM relate.not_null('{module,status}', module, status);
    module_id := relate.module_id(module);
    EXECUTE format($query$
        SELECT status_id FROM %I.status
        WHERE module_id = $1 AND lower(name) = lower($2) ORDER BY name = $2 DESC LIMIT 1
        $query$, workspace)
    INTO status_id USING module_id, status;
    IF status_id IS NULL THEN
        EXECUTE format($query$
            SELECT string_agg(format('"%%s"', name), ', ' ORDER BY position)
            FROM %I.status WHERE module_id = $1 AND NOT is_retired
            $query$, workspace) INTO known USING module_id;
        RAISE 'module "%" has no status "%"', module, status
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'status',
                  DETAIL = CASE WHEN known IS NULL THEN 'It has no status yet.' ELSE format('It has %s.', known) END,
                  HINT = format('SELECT relate.add_status(%L, %L);', module, status);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.status_named(text, text) IS
'Internal. A status of a module by its name, in any case of letters. 42704 if there is none.';

CREATE FUNCTION relate.check_new_status(module text, name text, except_id int) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    taken record;
BEGIN
    IF btrim(name) = '' THEN
        RAISE 'the name of a status must not be empty' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format($query$
        SELECT name, is_retired FROM %I.status
        WHERE module_id = $1 AND lower(name) = lower($2) AND status_id IS DISTINCT FROM $3 LIMIT 1
        $query$, workspace)
    INTO taken USING relate.module_id(module), name, except_id;
    IF taken.name IS NOT NULL THEN
        RAISE 'module "%" already has a status "%"', module, taken.name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'status',
                  HINT = CASE WHEN taken.is_retired
                              THEN format('It is retired: SELECT relate.restore_status(%L, %L);', module, taken.name)
                              ELSE format('SELECT status FROM relate.statuses(%L) lists them.', module) END;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_new_status(text, text, int) IS
'Internal. Raises 42710 if a module has another status of that name in any case of letters, 22023 if the name is empty.';

CREATE FUNCTION relate.add_status(module text, name text, "position" int DEFAULT NULL) RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    new_id int;
BEGIN
    PERFORM relate.not_null('{module,name}', module, name);
    PERFORM relate.check_new_status(module, name, NULL);
    IF "position" < 1 THEN
        RAISE 'position % is out of range', "position"
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The first position is 1; leave it out to come last.';
    END IF;
    EXECUTE format('UPDATE %I.status SET position = position + 1 WHERE module_id = $1 AND position >= $2', workspace)
        USING relate.module_id(module), "position";
    EXECUTE format($query$
        INSERT INTO %1$I.status (module_id, name, position)
        SELECT $1, $2, least($3, coalesce(max(position), 0) + 1) FROM %1$I.status WHERE module_id = $1
        RETURNING status_id
        $query$, workspace)
    INTO new_id USING relate.module_id(module), name, "position";
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.add_status(text, text, int) IS
'Adds a status to a module''s list, by default as the last, and returns its id. Those from its position on move down.
Errors: 42704 unknown module; 42710 the name exists, in whatever case of letters; 22023 empty name, position below 1.';

CREATE FUNCTION relate.rename_status(module text, name text, new_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    status_id int := (relate.status_named(module, name)).status_id;
BEGIN
    PERFORM relate.not_null('{new_name}', new_name);
    PERFORM relate.check_new_status(module, new_name, status_id);
    EXECUTE format('UPDATE %I.status SET name = $2 WHERE status_id = $1', relate.current_workspace())
        USING status_id, new_name;
END;
$$;
COMMENT ON FUNCTION relate.rename_status(text, text, text) IS
'Renames a status; the records that have it keep it. Errors: 42704 unknown module or status; 42710 the name exists.';

CREATE FUNCTION relate.order_statuses(module text, names text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    module_id int;
    ids int[];
    missing text;
BEGIN
    PERFORM relate.not_null('{module,names}', module, names::text);
    module_id := relate.module_id(module);
    SELECT array_agg((relate.status_named(module, n)).status_id ORDER BY place) INTO ids
    FROM unnest(names) WITH ORDINALITY AS u (n, place);
    IF cardinality(ids) <> (SELECT count(DISTINCT id) FROM unnest(ids) AS id) THEN
        RAISE 'a status is named twice' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format($query$
        SELECT string_agg(format('"%%s"', name), ', ' ORDER BY position) FROM %I.status
        WHERE module_id = $1 AND NOT is_retired AND status_id <> ALL (coalesce($2, '{}'))
        $query$, workspace)
    INTO missing USING module_id, ids;
    IF missing IS NOT NULL THEN
        RAISE 'the order of module "%" leaves statuses out', module
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Missing: %s.', missing),
                  HINT = 'Name every status that is not retired.';
    END IF;
    EXECUTE format($query$
        UPDATE %1$I.status AS s SET position = o.place
        FROM (SELECT status_id, row_number() OVER (ORDER BY array_position($2, status_id), position) AS place
              FROM %1$I.status WHERE module_id = $1) AS o
        WHERE s.status_id = o.status_id AND s.position <> o.place
        $query$, workspace)
    USING module_id, ids;
END;
$$;
COMMENT ON FUNCTION relate.order_statuses(text, text[]) IS
'Puts a module''s statuses in this order. Every status that is not retired must be named, once; retired ones may be, and
follow the others if not. Errors: 42704 unknown module or status; 22023 one left out or named twice.';

CREATE FUNCTION relate.retire_status(module text, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('UPDATE %I.status SET is_retired = true WHERE status_id = $1', relate.current_workspace())
        USING (relate.status_named(module, name)).status_id;
END;
$$;
COMMENT ON FUNCTION relate.retire_status(text, text) IS
'Retires a status: records that have it keep it, and it can be read; it cannot be given any more.
Error: 42704 unknown module or status.';

CREATE FUNCTION relate.restore_status(module text, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('UPDATE %I.status SET is_retired = false WHERE status_id = $1', relate.current_workspace())
        USING (relate.status_named(module, name)).status_id;
END;
$$;
COMMENT ON FUNCTION relate.restore_status(text, text) IS
'Lets a retired status be given again. Error: 42704 unknown module or status.';

CREATE FUNCTION relate.statuses(module text) RETURNS TABLE (status text, "position" int, is_retired boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.not_null('{module}', module);
    RETURN QUERY EXECUTE format('SELECT name, position, is_retired FROM %I.status WHERE module_id = $1 ORDER BY position, name',
                                relate.current_workspace()) USING relate.module_id(module);
END;
$$;
COMMENT ON FUNCTION relate.statuses(text) IS
'The statuses of a module in their order, retired ones included. Error: 42704 unknown module.';

CREATE FUNCTION relate.set_status(module text, key relate.record_key, status text, since date DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    module_id int;
    status_id int;
BEGIN
    PERFORM relate.not_null('{module,key}', module, key::text);
    module_id := relate.module_id(module);
    key := relate.canonical_key(module_id, key);
    IF status IS NULL THEN
        EXECUTE format('DELETE FROM %I.record_status WHERE module_id = $1 AND key OPERATOR(relate.=) $2', workspace)
            USING module_id, key;
        RETURN;
    END IF;
    status_id := (relate.status_named(module, status)).status_id;
    IF NOT isfinite(since) THEN
        RAISE 'a record cannot have its status since %', since USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format($query$
        INSERT INTO %I.record_status AS old (module_id, key, status_id, since, set_at, set_by)
        VALUES ($1, $2, $3, coalesce($4, current_date), now(), current_user)
        ON CONFLICT (module_id, key) DO UPDATE
        SET status_id = excluded.status_id, since = excluded.since, set_at = excluded.set_at, set_by = excluded.set_by
        WHERE old.status_id <> excluded.status_id OR old.since <> $4
        $query$, workspace)
    USING module_id, key, status_id, since;
END;
$$;
COMMENT ON FUNCTION relate.set_status(text, relate.record_key, text, date) IS
'Gives a record a status since a day (today by default) and notes when and by whom; a null status takes it away. To give a
record the status it has changes nothing, unless since says another day. Errors: 42704 unknown module or status; 23514
(record_status_retired) the status is retired; 23503 no such record.';

CREATE FUNCTION relate.status_of(module text, key relate.record_key) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_status_of';
COMMENT ON FUNCTION relate.status_of(text, relate.record_key) IS
'The status of a record, null if it has none. For a whole list, join records_with_status. Error: 42704 unknown module.';

CREATE FUNCTION relate.records_with_status(module text, statuses text[] DEFAULT NULL)
RETURNS TABLE (key relate.record_key, status text, since date, set_at timestamptz, set_by text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids int[];
BEGIN
    SELECT array_agg((relate.status_named(module, s)).status_id) INTO ids FROM unnest(statuses) AS s;
    RETURN QUERY EXECUTE format($query$
        SELECT r.key, s.name, r.since, r.set_at, r.set_by
        FROM %1$I.status AS s JOIN %1$I.record_status AS r USING (status_id)
        WHERE s.module_id = $1 AND ($2 IS NULL OR s.status_id = ANY ($3))
        $query$, relate.current_workspace())
    USING relate.module_id(module), statuses, ids;
END;
$$;
COMMENT ON FUNCTION relate.records_with_status(text, text[]) IS
'The records of a module that have one of these statuses (null: any), since when, and when and by whom it was set. For list
views: SELECT ... FROM contact AS c JOIN relate.records_with_status(''contact'', ''{Customer,Prospect}'') AS s ON c.id = s.key::bigint.
Errors: 42704 unknown module or status.';

CREATE FUNCTION relate.records_with_status(module text, status text)
RETURNS TABLE (key relate.record_key, status text, since date, set_at timestamptz, set_by text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT r.key, r.status, r.since, r.set_at, r.set_by FROM relate.records_with_status($1, ARRAY[$2]) AS r
$$;
COMMENT ON FUNCTION relate.records_with_status(text, text) IS
'The records of a module that have this status; the rest as for several.';
