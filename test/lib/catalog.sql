-- Everything that an extension (:'extension') or the schemas (:'schemas', an array) hold,
-- one line an object, without OIDs: two databases that have the same print the same.
WITH member AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND e.extname = :'extension'
    UNION
    SELECT 'pg_class'::regclass, c.oid FROM pg_class c WHERE c.relnamespace::regnamespace::text = ANY (:'schemas')
    UNION
    SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c WHERE c.connamespace::regnamespace::text = ANY (:'schemas')
    UNION
    SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace::regnamespace::text = ANY (:'schemas') AND NOT t.tgisinternal
    UNION
    SELECT 'pg_attrdef'::regclass, a.oid FROM pg_attrdef a JOIN pg_class c ON c.oid = a.adrelid
    WHERE c.relnamespace::regnamespace::text = ANY (:'schemas')
    UNION
    SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace::regnamespace::text = ANY (:'schemas')
    UNION
    SELECT 'pg_namespace'::regclass, n.oid FROM pg_namespace n WHERE n.nspname::text = ANY (:'schemas')
), described AS (
    SELECT m.*, i.type, i.identity FROM member m CROSS JOIN LATERAL pg_identify_object(m.classid, m.objid, 0) i
)
SELECT (type || ' ' || identity) COLLATE "C" AS object, detail
FROM described d
CROSS JOIN LATERAL (
    SELECT jsonb_strip_nulls(jsonb_build_object('comment', obj_description(d.objid, d.classid::regclass::text::name))) ||
    CASE d.classid::regclass::text
    WHEN 'pg_proc' THEN (SELECT jsonb_build_object(
            'definition', CASE p.prokind WHEN 'a' THEN to_jsonb(a) - '{aggfnoid,aggsortop,aggtranstype}'::text[] || jsonb_build_object(
                'sort', a.aggsortop::regoperator, 'state', a.aggtranstype::regtype) ELSE to_jsonb(pg_get_functiondef(p.oid)) END,
            'acl', p.proacl, 'owner', p.proowner::regrole, 'leakproof', p.proleakproof, 'support', p.prosupport)
        FROM pg_proc p LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE p.oid = d.objid)
    WHEN 'pg_type' THEN (SELECT to_jsonb(t) - '{oid,typrelid,typarray,typelem,typnamespace,typbasetype}'::text[] || jsonb_build_object(
            'labels', (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
            'base', format_type(t.typbasetype, t.typtypmod),
            'columns', (SELECT array_agg(format('%s %s', attname, format_type(atttypid, atttypmod)) ORDER BY attnum)
                        FROM pg_attribute WHERE attrelid = t.typrelid AND t.typtype = 'c' AND NOT attisdropped))
        FROM pg_type t WHERE t.oid = d.objid)
    WHEN 'pg_cast' THEN (SELECT jsonb_build_object('function', c.castfunc::regprocedure, 'context', c.castcontext, 'method', c.castmethod)
        FROM pg_cast c WHERE c.oid = d.objid)
    WHEN 'pg_operator' THEN (SELECT to_jsonb(o) - '{oid,oprnamespace,oprleft,oprright,oprresult,oprcom,oprnegate}'::text[] || jsonb_build_object(
            'commutator', o.oprcom::regoperator, 'negator', o.oprnegate::regoperator)
        FROM pg_operator o WHERE o.oid = d.objid)
    WHEN 'pg_opfamily' THEN (SELECT jsonb_build_object('operators',
            (SELECT array_agg(format('%s %s %s', amopstrategy, amopopr::regoperator, amoppurpose) ORDER BY amopstrategy) FROM pg_amop WHERE amopfamily = d.objid),
            'functions', (SELECT array_agg(format('%s %s', amprocnum, amproc::regprocedure) ORDER BY amprocnum) FROM pg_amproc WHERE amprocfamily = d.objid)))
    WHEN 'pg_opclass' THEN (SELECT jsonb_build_object('default', opcdefault, 'type', opcintype::regtype, 'key', opckeytype::regtype)
        FROM pg_opclass WHERE oid = d.objid)
    WHEN 'pg_event_trigger' THEN (SELECT to_jsonb(e) - '{oid,evtowner,evtfoid}'::text[] || jsonb_build_object('function', e.evtfoid::regprocedure)
        FROM pg_event_trigger e WHERE e.oid = d.objid)
    WHEN 'pg_class' THEN (SELECT jsonb_build_object('kind', c.relkind, 'acl', c.relacl, 'options', c.reloptions, 'owner', c.relowner::regrole,
            'row security', ARRAY[c.relrowsecurity, c.relforcerowsecurity], 'identity', c.relreplident,
            'columns', (SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull,
                            'acl', a.attacl, 'storage', a.attstorage, 'comment', col_description(c.oid, a.attnum)) ORDER BY a.attnum)
                        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
            'definition', CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) WHEN c.relkind = 'i' THEN pg_get_indexdef(c.oid) END)
        FROM pg_class c WHERE c.oid = d.objid)
    WHEN 'pg_constraint' THEN (SELECT jsonb_build_object('definition', pg_get_constraintdef(k.oid), 'valid', k.convalidated) FROM pg_constraint k WHERE k.oid = d.objid)
    WHEN 'pg_trigger' THEN (SELECT jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled) FROM pg_trigger t WHERE t.oid = d.objid)
    WHEN 'pg_attrdef' THEN (SELECT jsonb_build_object('default', pg_get_expr(adbin, adrelid)) FROM pg_attrdef WHERE oid = d.objid)
    WHEN 'pg_policy' THEN (SELECT jsonb_build_object('command', polcmd, 'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid),
            'roles', polroles::regrole[], 'permissive', polpermissive) FROM pg_policy WHERE oid = d.objid)
    WHEN 'pg_namespace' THEN (SELECT jsonb_build_object('acl', nspacl, 'owner', nspowner::regrole) FROM pg_namespace WHERE oid = d.objid)
    ELSE jsonb_build_object('not described', true) END ||
    jsonb_build_object('initial acl', (SELECT i.initprivs FROM pg_init_privs i WHERE i.classoid = d.classid AND i.objoid = d.objid AND i.objsubid = 0))
) AS described (detail)
ORDER BY 1, 2;
