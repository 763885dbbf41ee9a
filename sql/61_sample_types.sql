
-- ---------------------------------------------------------------------------
-- Ready-made relationship types, in sets to install by name.
--
-- Their modules are open, so that any record can be connected with any other;
-- named for one module they are confined to it. Once installed they are types
-- like any other: yours to rename, change and drop.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.type_sets()
RETURNS TABLE (type_set text, name text, source_role text, target_role text, label text, inverse_label text,
               cardinality text, is_symmetric boolean, hierarchy_parent text, is_perpetual boolean, description text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM (VALUES
        ('business', 'branch', 'Branch', 'Head office', 'is a branch of', 'is the head office of',
         'many_to_one', false, 'target', false, 'A branch and its head office.'),
        ('business', 'subsidiary', 'Subsidiary', 'Owner', 'is a subsidiary of', 'owns the subsidiary',
         'many_to_many', false, NULL, false, 'A company that belongs to another, in whole or in part.'),
        ('business', 'investor', 'Investor', 'Investment', 'is an investor of', 'has the investor',
         'many_to_many', false, NULL, false, 'Who has put money into whom.'),
        ('business', 'other business', 'Other', 'Other', 'is linked to', 'is linked to',
         'many_to_many', true, NULL, false, 'Linked in any other way: the description says how.'),

        ('family', 'marriage', 'Spouse', 'Spouse', 'is married to', 'is married to',
         'one_to_one', true, NULL, false, 'One at a time.'),
        ('family', 'partnership', 'Partner', 'Partner', 'is the partner of', 'is the partner of',
         'one_to_one', true, NULL, false, 'A couple that is not married. One at a time.'),
        ('family', 'parent', 'Parent', 'Child', 'is a parent of', 'is a child of',
         'many_to_many', false, 'source', true, 'Parents and their children, a family tree.'),
        ('family', 'sibling', 'Sibling', 'Sibling', 'is a sibling of', 'is a sibling of',
         'many_to_many', true, NULL, true, 'Where the parents are not on record.'),
        ('family', 'relative', 'Relative', 'Relative', 'is a relative of', 'is a relative of',
         'many_to_many', true, NULL, true, 'Related in any other way: the description says how.'),
        ('family', 'guardianship', 'Guardian', 'Ward', 'is the guardian of', 'is a ward of',
         'many_to_many', false, NULL, false, 'Who answers for whom.'),

        ('social', 'friendship', 'Friend', 'Friend', 'is a friend of', 'is a friend of',
         'many_to_many', true, NULL, false, 'The description says since when and where from.'),
        ('social', 'acquaintance', 'Acquaintance', 'Acquaintance', 'knows', 'knows',
         'many_to_many', true, NULL, false, 'Who could make an introduction.'),
        ('social', 'neighbourhood', 'Neighbour', 'Neighbour', 'is a neighbour of', 'is a neighbour of',
         'many_to_many', true, NULL, false, NULL),
        ('social', 'mentorship', 'Mentor', 'Mentee', 'is a mentor of', 'is mentored by',
         'many_to_many', false, NULL, false, NULL),
        ('social', 'alumni', 'Alumnus', 'School', 'is an alumnus of', 'has the alumnus',
         'many_to_many', false, NULL, false, 'Who studied where, from when to when.'),
        ('social', 'membership', 'Member', 'Association', 'is a member of', 'has the member',
         'many_to_many', false, NULL, false, 'Clubs, boards, associations.'),

        ('sales', 'decision maker', 'Decision maker', 'Decision', 'is a decision maker of', 'is decided by',
         'many_to_many', false, NULL, false, 'Who decides on a deal.'),
        ('sales', 'influencer', 'Influencer', 'Influenced', 'is an influencer of', 'is influenced by',
         'many_to_many', false, NULL, false, 'Whose word counts with those who decide.'),
        ('sales', 'vendor', 'Vendor', 'Buyer', 'is a vendor of', 'buys from',
         'many_to_many', false, NULL, false, 'Who sells to whom.'),
        ('sales', 'reseller', 'Reseller', 'Supplier', 'is a reseller of', 'sells through',
         'many_to_many', false, NULL, false, 'Who sells for whom.'),
        ('sales', 'competition', 'Competitor', 'Competitor', 'competes with', 'competes with',
         'many_to_many', true, NULL, false, 'Rivals, in general or for one deal.'),
        ('sales', 'referral', 'Referrer', 'Referred', 'referred', 'was referred by',
         'many_to_many', false, NULL, false, 'Who sent whom to us.')
    ) AS ready (type_set, name, source_role, target_role, label, inverse_label, cardinality, is_symmetric,
                hierarchy_parent, is_perpetual, description)
$$;
COMMENT ON FUNCTION relate.type_sets() IS
'The ready-made relationship types of each set that relate.install_types knows: business, family, social, sales.';

CREATE FUNCTION relate.install_types(type_set text, module text DEFAULT NULL)
RETURNS TABLE (type text, label text, inverse_label text, is_new boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ready record;
BEGIN
    PERFORM relate.not_null('{type_set}', type_set);
    FOR ready IN SELECT * FROM relate.type_sets() AS s WHERE s.type_set = install_types.type_set LOOP
        type := ready.name;
        SELECT t.label, t.inverse_label INTO label, inverse_label
        FROM relate.relationship_types() AS t WHERE t.name = ready.name;
        is_new := NOT FOUND;
        IF is_new THEN
            label := ready.label;
            inverse_label := ready.inverse_label;
            PERFORM relate.create_relationship_type(ready.name, module, module, ready.cardinality,
                ready.source_role, ready.target_role, ready.label, ready.inverse_label,
                is_symmetric => ready.is_symmetric, hierarchy_parent => ready.hierarchy_parent,
                is_perpetual => ready.is_perpetual, category => ready.type_set, description => ready.description);
        END IF;
        RETURN NEXT;
    END LOOP;
    IF type IS NULL THEN
        RAISE 'there is no set of types "%"', type_set
            USING ERRCODE = 'undefined_object',
                  DETAIL = (SELECT format('The sets are %s.', string_agg(DISTINCT s.type_set, ', '))
                            FROM relate.type_sets() AS s),
                  HINT = 'SELECT * FROM relate.type_sets() shows what is in them.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.install_types(text, text) IS
'Declares the ready-made relationship types of a set (business, family, social, sales) in the current workspace: between any records, or within one module. Returns them with both labels; is_new is false for those whose name was taken, which are left as they are. Errors: 42704 unknown set or module, 22004, 42501.';
