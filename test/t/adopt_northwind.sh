# Northwind adopted: every answer is that of the hand-written SQL. The data set is in
# $RELATE_DATA/northwind; without it the test is skipped.
. test/lib/tap.sh
file=${RELATE_DATA:-$PWD/../shared/data}/northwind/northwind.sql
if [ ! -f "$file" ]; then
    echo "1..0 # SKIP no data set: $file is not there"
    exit 0
fi
new_database relate_t_northwind
psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f "$file" >/dev/null || exit 1
sql "CREATE EXTENSION pg_relate" >/dev/null
dump() { pg_dump "$database" | grep -v '^.\(un\)\?restrict' | md5sum; }
dump_before=$(dump)
is "$(sql "BEGIN READ ONLY" "SELECT count(*) FROM relate.quickstart(preview => true) WHERE step = 'found'" "COMMIT" | grep '^[0-9]')" 11 \
    "a preview of everything before there is a workspace, in a transaction that cannot write"
sql "SELECT FROM relate.quickstart(preview => true, enforce => true)" >/dev/null
is "$(dump)" "$dump_before" "it changes nothing at all"
sql "SELECT relate.create_workspace('crm')" >/dev/null
tables_before=$(sql "SELECT sum(('x' || left(md5(t::text), 8))::bit(32)::bigint) FROM (SELECT orders FROM orders UNION ALL SELECT order_details FROM order_details) AS x(t)")

# Rows that one query has and the other has not.
same() { # OURS THEIRS NAME
    is "$(sql "WITH ours AS ($1), theirs AS ($2)
        SELECT (SELECT count(*) > 0 FROM ours), (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE theirs) x),
               (SELECT count(*) FROM (TABLE theirs EXCEPT ALL TABLE ours) x)")" "t|0|0" "$3"
}

is "$(sql "SELECT string_agg(relationship_type, ' ' ORDER BY relationship_type) FROM relate.preview_adopt_foreign_keys()")" \
    "customer_customer_demo employee_reports_to employee_territory order_customer order_detail order_employee order_ship_via product_category product_supplier territory_region" \
    "the preview shows a type for each foreign key, and one for each junction table"
is "$(sql "SELECT count(*) FROM relate.modules()")" 0 "and makes nothing"
dump_before_adoption=$(dump)
sql "SELECT FROM relate.preview_adopt_foreign_keys(enforce => true)" "SELECT FROM relate.quickstart(preview => true)" >/dev/null
is "$(dump)" "$dump_before_adoption" "nothing at all, with a workspace too"
is "$(sql "SELECT sentence FROM relate.preview_adopt_foreign_keys() WHERE relationship_type = 'order_customer'")" \
    "Each Customer can have multiple Orders, but each Order will belong to only one Customer." "in plain English"
is "$(sql "SELECT count(*) FROM relate.adopt_foreign_keys()")" 10 "all are adopted"
is "$(sql "SELECT count(*) FROM relate.adopt_foreign_keys()")" 0 "once"
same "SELECT key::text, role, label FROM relate.related_records('customer', 'ALFKI')" \
    "SELECT order_id::text, 'Order', 'has Order' FROM orders WHERE customer_id = 'ALFKI'" "the orders of ALFKI"
same "SELECT relationship_type, key::text, name FROM relate.related_records('order', 10643)" \
    "SELECT 'order_customer', customer_id::text, company_name::text FROM orders JOIN customers USING (customer_id) WHERE order_id = 10643
     UNION ALL SELECT 'order_employee', employee_id::text, first_name || ' ' || last_name FROM orders JOIN employees USING (employee_id) WHERE order_id = 10643
     UNION ALL SELECT 'order_ship_via', shipper_id::text, company_name FROM orders JOIN shippers ON shipper_id = ship_via WHERE order_id = 10643
     UNION ALL SELECT 'order_detail', product_id::text, product_name FROM order_details JOIN products USING (product_id) WHERE order_id = 10643" \
    "all that an order is related to"
same "SELECT key::int AS product, (attributes ->> 'quantity')::int, (attributes ->> 'unit_price')::real, (attributes ->> 'discount')::real
      FROM relate.related_records('order', 10248, '{order_detail}')" \
    "SELECT product_id, quantity, unit_price, discount FROM order_details WHERE order_id = 10248" "its products, with quantities"
same "SELECT from_key::int, key::int, (attributes ->> 'quantity')::int
      FROM relate.related_records_of('product', (SELECT array_agg(product_id) FROM products), '{order_detail}')" \
    "SELECT product_id, order_id, quantity FROM order_details" "the orders of every product"
same "SELECT n.employee_id, r.key::text FROM employees n, relate.related_records('employee', n.employee_id, '{employee_territory}') r" \
    "SELECT employee_id, territory_id::text FROM employee_territories" "the territories of every employee"
same "SELECT key::int, label FROM relate.related_records('employee', 5, '{employee_reports_to}')" \
    "SELECT employee_id, 'manages' FROM employees WHERE reports_to = 5 UNION ALL SELECT reports_to, 'reports to' FROM employees WHERE employee_id = 5" \
    "who reports to employee 5, and to whom he does"
same "SELECT key::int, depth FROM relate.descendants('employee_reports_to', 2)" \
    "WITH RECURSIVE x AS (SELECT employee_id, 1 AS depth FROM employees WHERE reports_to = 2
        UNION ALL SELECT e.employee_id, depth + 1 FROM x JOIN employees e ON e.reports_to = x.employee_id) SELECT * FROM x" "all who are under employee 2"
same "SELECT key::int, depth FROM relate.descendants('employee_reports_to', 5)" "SELECT employee_id, 1 FROM employees WHERE reports_to = 5" "the subordinates of employee 5"
is "$(sql "SELECT string_agg(name, ' > ' ORDER BY depth) FROM relate.ancestors('employee_reports_to', 9), LATERAL relate.record_name('employee', key) AS name")" \
    "Steven Buchanan > Andrew Fuller" "the chain above employee 9"
is "$(sql "SELECT string_agg(name, ' > ' ORDER BY depth) FROM relate.hierarchy_path('employee_reports_to', 5)")" "Andrew Fuller > Steven Buchanan" "the chain of employee 5"
is "$(sql "SELECT string_agg(coalesce(name, key::text), ' > ' ORDER BY step) FROM relate.shortest_path('customer', 'ALFKI', 'supplier', 1)")" \
    "Alfreds Futterkiste > 10702 > Aniseed Syrup > Exotic Liquids" "how ALFKI is connected with a supplier"
same "SELECT key::text, ways FROM relate.follow('employee', 5, '{manages,\"has Order\",\"belongs to Customer\"}')" \
    "SELECT customer_id::text, count(*) FROM orders JOIN employees USING (employee_id) WHERE reports_to = 5 GROUP BY 1" "the customers of the orders of his subordinates"
same "SELECT * FROM relate.related_rows(NULL::orders, 'customer', 'ALFKI')" "SELECT * FROM orders WHERE customer_id = 'ALFKI'" "the rows of the orders themselves"
same "SELECT primary_id::text, target_id::text FROM relate.relationship_report('{product_supplier}')" \
    "SELECT product_id::text, supplier_id::text FROM products UNION ALL SELECT supplier_id::text, product_id::text FROM products" "the report"
is "$(sql "SELECT (relate.record_overview('employee', 5) #>> '{related,1,count}')::int = (SELECT count(*) FROM orders WHERE employee_id = 5)")" t "the overview counts orders"
is "$(sql "SELECT total FROM relate.relationship_type_stats() WHERE type = 'order_detail'")" "$(sql "SELECT count(*) FROM order_details")" "the statistics count order details"

is "$(sql "BEGIN" "SELECT relate.connect('order', 10248, 'belongs to Customer', 'customer', 'ALFKI', on_conflict => 'replace')" \
    "SELECT customer_id FROM orders WHERE order_id = 10248" "ROLLBACK" | grep ALFKI)" ALFKI "connect sets the column"

same "SELECT key::text, name, ways FROM relate.follow('employee', 5, '{manages,has Order,Customer}')" \
    "SELECT customer_id::text, company_name::text, count(*) FROM employees e JOIN orders USING (employee_id) JOIN customers USING (customer_id)
     WHERE reports_to = 5 GROUP BY 1, 2" "a path: the customers of the orders of an employee's subordinates"
same "SELECT from_key::text, key::int, ways FROM relate.follow_all('customer', ARRAY(SELECT customer_id::text::relate.record_key FROM customers), '{Order,Product,Supplier}')" \
    "SELECT customer_id::text, supplier_id::int, count(*) FROM orders JOIN order_details USING (order_id) JOIN products USING (product_id) GROUP BY 1, 2" \
    "for all customers at once: the suppliers of what they ordered"
sql "CREATE SCHEMA api" "SELECT relate.generate_functions('api')" >/dev/null
same "SELECT c.customer_id, p.product_id FROM customers c, api.orders(c) o, api.products(o) p" \
    "SELECT customer_id, product_id FROM orders JOIN order_details USING (order_id)" "generated functions: the products of the orders of each customer"
sql "SELECT relate.drop_generated()" "DROP SCHEMA api" >/dev/null
is "$(sql "SELECT relate.drop_workspace('crm')" "SELECT count(*) FROM relate.quickstart('public', preview => true) WHERE step = 'found'" "SELECT count(*) FROM relate.workspaces()" | tail -2 | paste -sd' ')" \
    "11 0" "the preview of quickstart tells, and changes nothing"
is "$(sql "SELECT line FROM relate.quickstart('public') WHERE step = 'try'" | head -1)" "SELECT role, label, name, key FROM relate.related_records('order', '11077');" \
    "quickstart ends with queries to run"
is "$(sql "SELECT line FROM relate.quickstart('public') WHERE step = 'try'" | paste -sd' ')" "SELECT role, label, name, key FROM relate.related_records('order', '11077'); \
SELECT jsonb_pretty(relate.record_overview('order', '11077')); SELECT tree, role, key FROM relate.hierarchy_tree('employee_reports_to', '2');" \
    "the same ones when it is called again"
is "$(sql "SELECT tree, role, key FROM relate.hierarchy_tree('employee_reports_to', '2');" | wc -l)" 9 "the tree has all employees"
is "$(sql "SELECT role, label, name, key FROM relate.related_records('order', '11077');" | grep -c '^Product')" \
    "$(sql "SELECT count(*) FROM order_details WHERE order_id = 11077")" "which have answers"
is "$(sql "SELECT relate.drop_relationship_type(name) FROM relate.relationship_types()" "SELECT relate.unregister_module(name) FROM relate.modules()" \
    "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'crm.%'" | tail -1)" 0 "un-adopted, no trigger of ours is left"
is "$(sql "SELECT sum(('x' || left(md5(t::text), 8))::bit(32)::bigint) FROM (SELECT orders FROM orders UNION ALL SELECT order_details FROM order_details) AS x(t)")" \
    "$tables_before" "and no row has changed"
is "$(sql "SELECT relate.drop_workspace('crm')" >/dev/null; dump)" "$dump_before" "the database is what it was before, as pg_dump sees it"
done_testing
