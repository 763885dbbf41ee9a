-- Calls every function that reads (STABLE, or preview_...) of schema relate once, found in
-- the catalog so that none is forgotten, with arguments by their names and types that fit
-- the world of make.sql. Arguments with a default are left out.
SET client_min_messages = warning;
\set VERBOSITY sqlstate
SELECT format('SELECT %L, * FROM %s(%s) AS result', p.oid::regprocedure, p.oid::regproc, coalesce(string_agg(
    format('%s::%s', CASE
        WHEN argument.type = 'regclass'::regtype THEN CASE argument.name WHEN 'module_table' THEN '''crm.module''' ELSE '''archive.person''' END
        WHEN argument.type = 'anyelement'::regtype THEN 'NULL'
        WHEN argument.type = 'relate.module_entry'::regtype THEN '(SELECT m FROM relate.modules() AS m WHERE m.name = ''person'')'
        WHEN argument.type = 'relate.type_draft'::regtype THEN 'relate.find_type(''crm'', ''mentor'', '''')'
        WHEN argument.name = 'workspace' OR argument.name = 'name' AND p.proname ~ 'workspace' THEN '''crm'''
        WHEN argument.name IN ('owner', 'role') THEN 'current_user'
        WHEN argument.name ~ '^(target|to|ancestor|parent).*key$' THEN '''1'''
        WHEN argument.name ~ 'key$' THEN '''2'''
        WHEN argument.name ~ 'keys$' THEN '''{1,2,3}'''
        WHEN argument.name ~ 'module$' THEN '''person'''
        WHEN argument.name = 'type' OR argument.name = 'name' AND p.proname ~ '^preview_alter' THEN '''mentor'''
        WHEN argument.name = 'label' THEN '''is married to'''
        WHEN argument.name = 'status' THEN '''Customer'''
        WHEN argument.name = 'statuses' THEN '''{Customer}'''
        WHEN argument.name ~ 'path|labels' THEN '''{is married to}'''
        WHEN argument.type = 'jsonb'::regtype THEN '''{}'''
        WHEN argument.type = 'boolean'::regtype THEN '''false'''
        WHEN argument.type = 'date'::regtype THEN '''2024-01-01'''
        WHEN argument.type IN ('integer'::regtype, 'bigint'::regtype, 'smallint'::regtype) THEN '''1'''
        WHEN argument.type IN ('text'::regtype, 'name'::regtype) THEN '''person'''
        ELSE 'NULL' END,
        CASE argument.type WHEN 'anyelement'::regtype THEN 'archive.person' ELSE argument.type::text END), ', ' ORDER BY argument.place)
        FILTER (WHERE argument.place IS NOT NULL), ''))
FROM pg_proc p
LEFT JOIN LATERAL (
    SELECT place, type::regtype, p.proargnames[place] AS name
    FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS a (type, place)
    WHERE coalesce(p.proargmodes[place], 'i') IN ('i', 'b')
    ORDER BY place LIMIT p.pronargs - p.pronargdefaults) AS argument ON true
WHERE p.pronamespace = 'relate'::regnamespace AND p.prokind = 'f' AND (p.provolatile = 's' OR p.proname LIKE 'preview\_%')
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
GROUP BY p.oid, p.pronargs
ORDER BY p.oid::regprocedure::text COLLATE "C"
\gexec
