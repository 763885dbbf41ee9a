-- The workspace and its modules: tables whose records can be related.
SELECT relate.create_workspace('congress');

SELECT relate.register_module('person', kind => 'individual');
SELECT relate.register_module('organization', kind => 'organization');
SELECT relate.register_module('seat');
SELECT relate.register_module('office', name_columns => '{address}');
