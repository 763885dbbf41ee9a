# A database that was there before: Northwind, adopted as it is, in a database of
# its own. Sourced by demo/run where the data set is there: $northwind is its file.

psql -Xq -d postgres -c 'DROP DATABASE IF EXISTS relate_demo_northwind' -c 'CREATE DATABASE relate_demo_northwind'
export PGDATABASE=relate_demo_northwind
psql -Xq -v ON_ERROR_STOP=1 -f "$northwind" >/dev/null
run_sql -c 'CREATE EXTENSION pg_relate'

heading "I already have a database" \
    "Northwind: customers, orders, employees and foreign keys. One call adopts them; not a row moves."
show "SELECT step, line FROM relate.quickstart('public');"

heading "All of it in one answer" "Foreign keys and junction tables, read from both ends."
show "SELECT relationship_type AS type, role, key, name, attributes FROM relate.related_records('order', 10643);"
show "SELECT key, name, depth FROM relate.hierarchy_tree('employee_reports_to', 2);"
show "SELECT step, name, key, label FROM relate.shortest_path('customer', 'ALFKI', 'supplier', 1);"
show "SELECT name, ways FROM relate.follow('employee', 5, '{manages,has Order,belongs to Customer}') ORDER BY ways DESC, name LIMIT 5;"

heading "Written where it is" "The verbs set the column. What the tables forbid stays forbidden."
show "SELECT relate.connect('customer', 'ALFKI', 'has Order', 'order', 10248, on_conflict => 'replace');"
show "SELECT order_id, customer_id FROM orders WHERE order_id = 10248;"
refused "SELECT relate.create_relationship('employee_reports_to', 2, 9);"
export PGDATABASE=relate_demo
