#include "invariants.h"

#include "world.h"

void make_invariant_views(Connection &db) {
    db.must("CREATE SCHEMA judge");
    std::string records;
    for (int m = 0; m < module_count; m++)
        records += std::string(m ? " UNION ALL " : "") + "SELECT " + std::to_string(m + 1) + " AS module_id, " +
                   modules[m].key_sql + " AS key, " + (m == person ? "kind" : "NULL") + " AS kind FROM " +
                   modules[m].name;
    db.must("CREATE VIEW judge.record AS " + records);

    // A relationship with its type, its keys as text, and the time during which the rules hold for it.
    db.must(R"(
        CREATE VIEW judge.link AS
        SELECT r.relationship_id, r.type_id, r.source_module_id, r.source_key::text AS source_key,
               r.target_module_id, r.target_key::text AS target_key, r.start_date, r.end_date,
               r.importance, r.is_primary, r.email, t.name, t.source_module_id AS type_source_module_id,
               t.target_module_id AS type_target_module_id, t.source_kind, t.target_kind, t.is_symmetric,
               t.max_targets_per_source, t.max_sources_per_target, t.hierarchy_parent, t.allow_self,
               t.has_contact_details,
               CASE WHEN t.is_perpetual THEN daterange(NULL, NULL)
                    WHEN r.start_date > r.end_date THEN 'empty'
                    ELSE daterange(r.start_date, r.end_date, '[]') END AS validity
        FROM crm.relationship r LEFT JOIN crm.relationship_type t USING (type_id))");

    // Each end of a relationship that a limit counts; a relationship of a record with itself once.
    db.must(R"(
        CREATE VIEW judge.counted AS
        SELECT relationship_id, type_id, 'source' AS side, source_module_id AS module_id, source_key AS key,
               validity, max_targets_per_source AS room
        FROM judge.link
        UNION ALL
        SELECT relationship_id, type_id, CASE WHEN is_symmetric THEN 'source' ELSE 'target' END,
               target_module_id, target_key, validity, max_sources_per_target
        FROM judge.link
        WHERE NOT (is_symmetric AND source_module_id = target_module_id AND source_key = target_key))");
}

const std::vector<Invariant> &invariants() {
    static const std::vector<Invariant> list = {
        {"there are relationships to judge",
         "SELECT 'only ' || count(*) FROM judge.link HAVING count(*) < 20"},
        {"every relationship has a type and lies between its modules",
         "SELECT relationship_id FROM judge.link WHERE name IS NULL OR source_module_id <> type_source_module_id "
         "OR target_module_id <> type_target_module_id"},
        {"every endpoint exists",
         "SELECT relationship_id, name, source_key, target_key FROM judge.link l WHERE "
         "NOT EXISTS (SELECT FROM judge.record r WHERE r.module_id = source_module_id AND r.key = source_key) OR "
         "NOT EXISTS (SELECT FROM judge.record r WHERE r.module_id = target_module_id AND r.key = target_key)"},
        {"every endpoint is of its type's kind",
         "SELECT relationship_id, name, source_key FROM judge.link l JOIN judge.record r "
         "ON r.module_id = source_module_id AND r.key = source_key WHERE r.kind <> source_kind"},
        {"dates are finite and in order",
         "SELECT relationship_id, start_date, end_date FROM judge.link "
         "WHERE start_date > end_date OR NOT isfinite(start_date) OR NOT isfinite(end_date)"},
        {"importance is 1 to 5", "SELECT relationship_id FROM judge.link WHERE importance NOT BETWEEN 1 AND 5"},
        {"no record is related to itself where its type forbids it",
         "SELECT relationship_id FROM judge.link WHERE NOT allow_self AND source_module_id = target_module_id "
         "AND source_key = target_key"},
        {"contact details are where a type has them",
         "SELECT relationship_id FROM judge.link WHERE email IS NOT NULL AND NOT has_contact_details"},
        {"no pair is related twice at an instant",
         "SELECT a.relationship_id, b.relationship_id, a.name, a.source_key, a.target_key FROM judge.link a "
         "JOIN judge.link b ON b.type_id = a.type_id AND b.relationship_id > a.relationship_id "
         "AND a.validity && b.validity AND ((a.source_module_id, a.source_key, a.target_module_id, a.target_key) "
         "= (b.source_module_id, b.source_key, b.target_module_id, b.target_key) OR a.is_symmetric AND "
         "(a.source_module_id, a.source_key, a.target_module_id, a.target_key) "
         "= (b.target_module_id, b.target_key, b.source_module_id, b.source_key))"},
        // A count is highest where a relationship starts.
        {"no limit is exceeded at an instant",
         "SELECT a.type_id, a.side, a.key, a.room, n FROM judge.counted a CROSS JOIN LATERAL "
         "(SELECT count(*) AS n FROM judge.counted b WHERE b.type_id = a.type_id AND b.side = a.side "
         "AND b.module_id = a.module_id AND b.key = a.key AND CASE WHEN lower_inf(a.validity) "
         "THEN lower_inf(b.validity) ELSE b.validity @> lower(a.validity) END) c WHERE n > a.room"},
        {"a record has one primary relationship of a type at an instant",
         "SELECT a.relationship_id, b.relationship_id FROM judge.link a JOIN judge.link b "
         "ON b.type_id = a.type_id AND b.relationship_id > a.relationship_id AND a.validity && b.validity "
         "AND (a.target_module_id, a.target_key) = (b.target_module_id, b.target_key) "
         "WHERE a.is_primary AND b.is_primary"},
        // Nothing begins but where an edge does: those instants, and the one before all of them.
        {"no hierarchy has a cycle at an instant",
         "WITH RECURSIVE edge AS (SELECT type_id, validity, "
         "CASE hierarchy_parent WHEN 'source' THEN target_key ELSE source_key END AS child, "
         "CASE hierarchy_parent WHEN 'source' THEN source_key ELSE target_key END AS parent "
         "FROM judge.link WHERE hierarchy_parent IS NOT NULL), "
         "instant AS (SELECT DISTINCT type_id, coalesce(lower(validity), date '0001-01-01') AS day FROM edge), "
         "up AS (SELECT e.type_id, day, child AS origin, parent AS node FROM edge e JOIN instant i "
         "ON i.type_id = e.type_id AND e.validity @> day "
         "UNION SELECT u.type_id, u.day, origin, parent FROM up u JOIN edge e "
         "ON e.type_id = u.type_id AND e.child = u.node AND e.validity @> u.day) "
         "SELECT * FROM up WHERE origin = node"},
    };
    return list;
}
