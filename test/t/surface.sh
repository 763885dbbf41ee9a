# Generated functions and views are dumped and restored like any others, and follow the catalog afterwards.
. test/lib/tap.sh
new_database relate_t_surface
sql "CREATE EXTENSION pg_relate" "SELECT relate.create_workspace('crm')" \
    "CREATE TABLE contact (id int PRIMARY KEY, name text)" \
    "CREATE TABLE ticket (id int PRIMARY KEY, subject text, contact_id int REFERENCES contact)" \
    "CREATE TABLE organization (id int PRIMARY KEY, name text)" \
    "INSERT INTO contact VALUES (1, 'Ada'), (2, 'Ben')" "INSERT INTO ticket VALUES (10, 'Broken', 1), (11, 'Late', 2)" \
    "INSERT INTO organization VALUES (5, 'Mills')" \
    "SELECT relate.adopt_column('ticket', '{contact_id}'), relate.register_module('organization')" \
    "SELECT relate.create_relationship_type('employment', 'contact', 'organization', source_role => 'Employee', target_role => 'Employer')" \
    "SELECT relate.connect('contact', 1, 'employment', 'organization', 5)" \
    "SELECT relate.define_path('their tickets', '{Employee,Ticket}')" \
    "CREATE SCHEMA a_bi" "CREATE SCHEMA z_api" "SELECT relate.generate_functions('z_api'), relate.generate_views('a_bi')" >/dev/null

objects="SELECT string_agg(format('%s %s %s', p.oid::regprocedure, md5(p.prosrc), obj_description(p.oid)), E'\n' ORDER BY p.oid::regprocedure::text)
    FROM pg_proc p WHERE pronamespace = 'z_api'::regnamespace
    UNION ALL SELECT string_agg(format('%s %s %s', c.relname, md5(pg_get_viewdef(c.oid)), obj_description(c.oid)), E'\n' ORDER BY c.relname)
    FROM pg_class c WHERE relnamespace = 'a_bi'::regnamespace"
answers="SELECT string_agg(t.subject, ',') FROM organization o, z_api.employees(o) c, z_api.tickets(c) t
    UNION ALL SELECT string_agg(employee_name || ' ' || employer_name, ',') FROM a_bi.employment
    UNION ALL SELECT string_agg(name, ',') FROM relate.follow('organization', 5, '{their tickets}')"
objects_before=$(sql "$objects")
is "$(sql "$answers")" "Broken
Ada Mills
Broken" "functions, views and paths answer"

same() { # HOW
    is "$(sql "$objects")" "$objects_before" "$1: the same functions and views"
    is "$(sql "$answers")" "Broken
Ada Mills
Broken" "$1: the same answers"
}

dump=$(mktemp)
at_exit "rm -f $dump"
pg_dump -Fc -f "$dump" "$database" || exit 1
new_database relate_t_surface_restored
pg_restore --exit-on-error -d "$database" "$dump"
is $? 0 "pg_restore ends without error"
same "restored"
pg_restore --clean --if-exists --exit-on-error -d "$database" "$dump"
is $? 0 "and once more, with --clean, over what is there"
same "restored over it"
sql "UPDATE crm.relationship_type SET source_role = 'Clerk' WHERE name = 'employment'" >/dev/null
is "$(sql "SELECT c.name FROM organization o, z_api.clerks(o) c UNION ALL SELECT clerk_name FROM a_bi.employment")" "Ada
Ada" "they follow the catalog"
is "$(sql "SELECT count(*) FROM pg_proc WHERE pronamespace = 'z_api'::regnamespace")" 4 "and none is left behind"
done_testing
