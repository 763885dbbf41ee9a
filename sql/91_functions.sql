
-- ---------------------------------------------------------------------------
-- What there is to call: \df shows the internal functions too, and all the
-- overloads for keys that are texts.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.functions(pattern text DEFAULT '%')
RETURNS TABLE (function text, arguments text, returns text, description text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), d.description
    FROM pg_proc p
    JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
    WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'relate') AND p.prokind = 'f'
      AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND d.description NOT LIKE 'Internal. %' AND d.description NOT LIKE 'For %' AND d.description NOT LIKE 'relate.%) with text for %'
      -- Casts, operators and the like are not called by name.
      AND p.proname !~ '^(record_keys?$|record_key_|key_to_|can_|layout_version$)'
      AND p.proname LIKE pattern
    ORDER BY p.proname, p.pronargs
$$;
COMMENT ON FUNCTION relate.functions(text) IS
'What there is to call, without what is internal: the functions whose names are LIKE the pattern (%parent%), each with its arguments, what it returns, and what it says of itself, its errors included. Functions that take the key of a record take integers, uuids and texts alike.';
