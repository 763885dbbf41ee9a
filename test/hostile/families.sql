-- Run by a superuser, whom an attacker may find to make it for him: joins by the operators of
-- traps.sql may hash and merge, as those by the real ones may. Tests that join many rows are at
-- home in this place too, then. The hash functions are traps as well.
DO $$
DECLARE
    trap record;
BEGIN
    FOR trap IN
        SELECT format_type(o.oprleft, NULL) AS type, 'hash' || o.oid AS name
        FROM pg_operator o
        WHERE o.oprnamespace = 'evil'::regnamespace AND o.oprcanhash
    LOOP
        EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT AS %L', trap.name, trap.type,
            format('DECLARE c text; BEGIN GET DIAGNOSTICS c = PG_CONTEXT; IF c OPERATOR(pg_catalog.~) E''\n'' THEN PERFORM evil.spring(c, %L); END IF; RETURN pg_catalog.hash_record(ROW($1)); END', 'hash of ' || trap.type));
        EXECUTE format('CREATE OPERATOR CLASS evil.%I FOR TYPE %s USING hash AS OPERATOR 1 evil.= (%2$s, %2$s), FUNCTION 1 evil.%1$I(%2$s)', trap.name, trap.type);
    END LOOP;
    FOR trap IN
        SELECT format_type(o.oprleft, NULL) AS type, p.amproc AS compare, 'btree' || o.oid AS name
        FROM pg_operator o
        JOIN pg_opclass c ON c.opcintype = o.oprleft AND c.opcdefault AND c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')
        JOIN pg_amproc p ON p.amprocfamily = c.opcfamily AND p.amproclefttype = o.oprleft AND p.amprocrighttype = o.oprleft AND p.amprocnum = 1
        WHERE o.oprnamespace = 'evil'::regnamespace AND o.oprcanmerge
    LOOP
        EXECUTE format('CREATE OPERATOR CLASS evil.%I FOR TYPE %s USING btree AS OPERATOR 1 evil.<, OPERATOR 2 evil.<=, OPERATOR 3 evil.=, '
                       'OPERATOR 4 evil.>=, OPERATOR 5 evil.>, FUNCTION 1 %s(%2$s, %2$s)', trap.name, trap.type, trap.compare::regproc);
    END LOOP;
END $$;
