
-- ---------------------------------------------------------------------------
-- Record security: relationships for those who can see both records.
--
-- Two policies on the tables "relationship" and "record_status". relate_records is
-- restrictive: whatever other policies allow, both records must be seen. relate_all
-- allows all else, and is made only where no policy of the owner's own does so
-- already: those are never widened. The owner of the tables is above policies, as
-- always, and so is enforcement, which works in his name.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.can_see_record(module_table regclass, module_id int, key relate.record_key) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 100 AS 'MODULE_PATHNAME', 'relate_can_see_record';
COMMENT ON FUNCTION relate.can_see_record(regclass, int, relate.record_key) IS
'For policies on the tables of a workspace, given by its table "module": whether privileges and policies on the module''s table let the caller read the key of the record. While the policy of a record''s own table asks about its relationships, that record counts as seen. False for an unknown module.';

CREATE FUNCTION relate.can_relate_record(module_table regclass, module_id int, key relate.record_key) RETURNS boolean
LANGUAGE c STRICT COST 100 AS 'MODULE_PATHNAME', 'relate_can_relate_record';
COMMENT ON FUNCTION relate.can_relate_record(regclass, int, relate.record_key) IS
'can_see_record for WITH CHECK: sees also records that the same statement has just made.';

CREATE FUNCTION relate.record_policies(workspace name)
RETURNS TABLE (on_table text, policy_name name, is_restrictive boolean, visible text, writable text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%I.%I', workspace, ours.table_name), policy.name::name, policy.is_restrictive,
           coalesce(policy.condition, format(ours.condition, 'see', format('%I.module', workspace))),
           coalesce(policy.condition, format(ours.condition, 'relate', format('%I.module', workspace)))
    FROM (VALUES
        ('relationship', 'relate.can_%1$s_record(%2$L::regclass, source_module_id, source_key) AND '
                         'relate.can_%1$s_record(%2$L::regclass, target_module_id, target_key)'),
        ('record_status', 'relate.can_%1$s_record(%2$L::regclass, module_id, key)')
    ) AS ours (table_name, condition)
    CROSS JOIN (VALUES ('relate_records', true, NULL), ('relate_all', false, 'true'))
        AS policy (name, is_restrictive, condition)
$$;
COMMENT ON FUNCTION relate.record_policies(name) IS
'Internal. The policies of record security on the tables of a workspace, and their conditions.';

CREATE FUNCTION relate.drop_record_policies(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    policy record;
BEGIN
    FOR policy IN SELECT p.on_table, p.policy_name FROM relate.record_policies(workspace) AS p
                  JOIN pg_policy old ON old.polrelid = to_regclass(p.on_table) AND old.polname = p.policy_name
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', policy.policy_name, policy.on_table);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.drop_record_policies(name) IS
'Internal. Drops the policies of record security that there are.';

CREATE FUNCTION relate.enable_record_security(workspace text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    schema CONSTANT name := relate.find_workspace(workspace);
    policy record;
BEGIN
    PERFORM relate.require_ownership(schema);
    PERFORM relate.drop_record_policies(schema);
    FOR policy IN SELECT * FROM relate.record_policies(schema) AS p ORDER BY p.on_table, p.is_restrictive LOOP
        -- Policies of the owner's own that allow something are left to say what.
        CONTINUE WHEN NOT policy.is_restrictive
            AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = to_regclass(policy.on_table) AND p.polpermissive);
        EXECUTE format('CREATE POLICY %I ON %s AS %s FOR ALL TO PUBLIC USING (%s) WITH CHECK (%s)', policy.policy_name,
                       policy.on_table, CASE WHEN policy.is_restrictive THEN 'RESTRICTIVE' ELSE 'PERMISSIVE' END,
                       policy.visible, policy.writable);
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', policy.on_table);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.enable_record_security(text) IS
'Shows relationships of a workspace only to those who can see both of their records, and statuses to those who can see the record: by policies of row security (relate_records, restrictive; relate_all, where there is no other that allows something). To see a record is to hold SELECT on the key columns of its table and pass the policies of that table. Writing, changing and deleting a relationship needs sight of both records too; COPY into the table is then for the owner only, as with any policies: others INSERT, or COPY into relationship_list. The owner of the workspace, superusers and roles with BYPASSRLS see everything; rules hold against what is not seen. Policies of modules may look at relationships: by are_related, related_records or the table. Again does no harm. For the owner only. Errors: 22004, 42704 no such workspace, 42501 not the owner.';

CREATE FUNCTION relate.disable_record_security(workspace text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    schema CONSTANT name := relate.find_workspace(workspace);
    bare text;
BEGIN
    PERFORM relate.require_ownership(schema);
    PERFORM relate.drop_record_policies(schema);
    FOR bare IN SELECT DISTINCT p.on_table FROM relate.record_policies(schema) AS p
                WHERE NOT EXISTS (SELECT FROM pg_policy own WHERE own.polrelid = to_regclass(p.on_table))
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', bare);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.disable_record_security(text) IS
'Takes back what enable_record_security did: drops its policies, and turns row security off on the tables that have no other policy. For the owner only. Errors: 22004, 42704 no such workspace, 42501 not the owner.';
