-- The types of relationships. What is not said has a sensible default.

-- Nobody is a member of both chambers at a time; nobody of two parties.
SELECT relate.create_relationship_type('chamber', 'person', 'organization', 'many_to_one',
    source_role => 'Member', target_role => 'Chamber', label => 'is a member of', inverse_label => 'has as member',
    default_importance => 4);
SELECT relate.create_relationship_type('party', 'person', 'organization', 'many_to_one',
    source_role => 'Party member', target_role => 'Party', label => 'belongs to', inverse_label => 'has as party member',
    has_contact_details => false);
-- A seat has one holder at a time, and a person holds one seat. So with the two highest offices.
SELECT relate.create_relationship_type('seat', 'person', 'seat', 'one_to_one',
    source_role => 'Holder', target_role => 'Seat', label => 'holds', inverse_label => 'is held by', default_importance => 5);
SELECT relate.create_relationship_type('president', 'person', 'organization', 'one_to_one',
    source_role => 'President', target_role => 'Executive', label => 'is president in', inverse_label => 'has as president',
    default_importance => 5);
SELECT relate.create_relationship_type('vice president', 'person', 'organization', 'one_to_one',
    source_role => 'Vice President', target_role => 'Executive', label => 'is vice president in',
    inverse_label => 'has as vice president', default_importance => 5);
-- A committee has one chair and one ranking member at a time, and any number of members.
SELECT relate.create_relationship_type('committee chair', 'person', 'organization', 'one_to_many',
    source_role => 'Chair', target_role => 'Committee', label => 'chairs', inverse_label => 'is chaired by',
    default_importance => 5, has_contact_details => false);
SELECT relate.create_relationship_type('ranking member', 'person', 'organization', 'one_to_many',
    source_role => 'Ranking Member', target_role => 'Committee', label => 'leads the minority of',
    inverse_label => 'has as ranking member', default_importance => 4, has_contact_details => false);
SELECT relate.create_relationship_type('committee member', 'person', 'organization', 'many_to_many',
    source_role => 'Committee member', target_role => 'Committee', label => 'sits on', inverse_label => 'seats',
    has_contact_details => false);
-- One title of leadership per chamber and person at a time: nothing twice between the same two records.
SELECT relate.create_relationship_type('leadership', 'person', 'organization', 'many_to_many',
    source_role => 'Leader', target_role => 'Chamber', label => 'is a leader of', inverse_label => 'is led by',
    default_importance => 5, has_contact_details => false);
-- An office is run by one person; each link has its phone number, and the address as a record.
SELECT relate.create_relationship_type('district office', 'person', 'office', 'one_to_many',
    source_role => 'Principal', target_role => 'District office', label => 'runs', inverse_label => 'is run by',
    has_contact_details => true, default_importance => 2);
-- Facts without dates: perpetual types.
SELECT relate.create_relationship_type('part', 'organization', 'organization', 'many_to_one',
    source_role => 'Part', target_role => 'Whole', label => 'is part of', inverse_label => 'consists of',
    hierarchy_parent => 'target', is_perpetual => true);
SELECT relate.create_relationship_type('former member', 'person', 'organization', 'many_to_one',
    source_role => 'Former member', target_role => 'Chamber', label => 'was a member of', inverse_label => 'had as member',
    is_perpetual => true, has_contact_details => false, default_importance => 1);
SELECT relate.create_relationship_type('former party member', 'person', 'organization', 'many_to_one',
    source_role => 'Former party member', target_role => 'Party', label => 'belonged to',
    inverse_label => 'had as party member', is_perpetual => true, has_contact_details => false, default_importance => 1);
