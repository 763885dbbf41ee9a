#include "world.h"

const std::array<ModuleSpec, module_count> modules = {{
    {"person", "id integer PRIMARY KEY, name text, kind text NOT NULL", "id::text", 24},
    {"company", "id uuid PRIMARY KEY, name text", "id::text", 10},
    {"ticket", "code text PRIMARY KEY, name text", "code", 14},
    {"device", "site integer, no integer, name text, PRIMARY KEY (site, no)", "ROW(site, no)::text", 12},
}};

const std::vector<TypeSpec> types = {
    {.name = "passport", .source = person, .target = ticket, .cardinality = "one_to_one", .max_targets = 1,
     .max_sources = 1},
    {.name = "reported", .source = person, .target = ticket, .cardinality = "one_to_many", .max_targets = 0,
     .max_sources = 1, .remove_with_target = true},
    {.name = "employed", .source = person, .target = company, .cardinality = "many_to_one", .max_targets = 1,
     .max_sources = 0, .contact = true, .individuals_only = true},
    {.name = "visits", .source = person, .target = company, .cardinality = "many_to_many", .max_targets = 0,
     .max_sources = 0},
    {.name = "board", .source = company, .target = person, .cardinality = "many_to_many", .max_targets = 3,
     .max_sources = 2},
    {.name = "spouse", .source = person, .target = person, .cardinality = "one_to_one", .max_targets = 1,
     .max_sources = 1, .symmetric = true},
    {.name = "friend", .source = person, .target = person, .cardinality = "many_to_many", .max_targets = 3,
     .max_sources = 3, .symmetric = true, .allow_self = true},
    {.name = "manages", .source = person, .target = person, .cardinality = "one_to_many", .max_targets = 0,
     .max_sources = 1, .hierarchy = Hierarchy::source},
    {.name = "part_of", .source = device, .target = device, .cardinality = "many_to_many", .max_targets = 0,
     .max_sources = 0, .hierarchy = Hierarchy::target},
    {.name = "account", .source = company, .target = ticket, .cardinality = "many_to_one", .max_targets = 1,
     .max_sources = 0, .perpetual = true, .remove_with_source = true},
    {.name = "about", .source = any_module, .target = ticket, .cardinality = "many_to_one", .max_targets = 1,
     .max_sources = 0},
};

static std::string module_id(Module module) { return std::to_string(module + 1); }

std::string key_of(Module module, int n) {
    char text[64];
    switch (module) {
    case company: std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012d", n); return text;
    case ticket: return "T " + std::to_string(n);
    case device: return "(" + std::to_string(n / 5) + "," + std::to_string(n % 5) + ")";
    default: return std::to_string(n);
    }
}

std::string insert_record(Module module, int n) {
    std::string name = modules[module].name;
    std::string head = "INSERT INTO " + name + " VALUES (";
    std::string label = ", '" + name + " " + std::to_string(n) + "'";
    switch (module) {
    case person: return head + key_of(module, n) + label + (is_individual(module, n) ? ", 'individual')" : ", 'robot')");
    case device: return head + std::to_string(n / 5) + ", " + std::to_string(n % 5) + label + ")";
    default: return head + "'" + key_of(module, n) + "'" + label + ")";
    }
}

std::string delete_record(Module module, int n) {
    return std::string("DELETE FROM ") + modules[module].name + " WHERE " + modules[module].key_sql + " = '" +
           key_of(module, n) + "'";
}

std::string delete_relationships_of(Module module, int n) {
    std::string record = "(" + module_id(module) + ", '" + key_of(module, n) + "')";
    return "DELETE FROM crm.relationship WHERE (source_module_id, source_key::text) = " + record +
           " OR (target_module_id, target_key::text) = " + record;
}

std::string date_literal(int day) {
    if (day == open_start || day == open_end)
        return "NULL";
    return "date '2020-01-01' + " + std::to_string(day);
}

namespace {

std::string date_text(int day) { // for COPY
    if (day == open_start || day == open_end)
        return "\\N";
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (day >= lengths[month])
        day -= lengths[month++];
    char text[32];
    std::snprintf(text, sizeof text, "2020-%02d-%02d", month + 1, day + 1);
    return text;
}

} // namespace

std::string values(const Row &row) {
    return "(" + std::to_string(row.type + 1) + ", " + module_id(row.source_module) + ", '" +
           key_of(row.source_module, row.source) + "', " + module_id(row.target_module) + ", '" +
           key_of(row.target_module, row.target) + "', " + date_literal(row.start) + ", " + date_literal(row.end) +
           ", " + std::to_string(row.importance) + ", " + (row.primary ? "true" : "false") + ", " +
           (row.email ? "'a@example.org'" : "NULL") + ")";
}

std::string copy_line(const Row &row) {
    return std::to_string(row.type + 1) + "\t" + module_id(row.source_module) + "\t" +
           key_of(row.source_module, row.source) + "\t" + module_id(row.target_module) + "\t" +
           key_of(row.target_module, row.target) + "\t" + date_text(row.start) + "\t" + date_text(row.end) + "\t" +
           std::to_string(row.importance) + "\t" + (row.primary ? "t" : "f") + "\t" +
           (row.email ? "a@example.org" : "\\N") + "\n";
}

void Dice::dates(Row &row, int bad_percent) {
    row.start = open_start;
    row.end = open_end;
    if (types[row.type].perpetual)
        return;
    if (chance(75))
        row.start = day();
    if (chance(60))
        row.end = row.start == open_start ? day() : std::min(row.start + below(5) * 30, +last_day);
    if (row.start > 30 && row.start <= last_day && chance(bad_percent))
        row.end = row.start - 1 - below(30);
}

Row Dice::row(int bad_percent) {
    Row row;
    row.type = favourite_ >= 0 && chance(50) ? favourite_ : below(static_cast<int>(types.size()));
    const TypeSpec &type = types[row.type];
    row.source_module = type.source == any_module ? static_cast<Module>(below(module_count)) : type.source;
    row.target_module = type.target;
    row.source = record(row.source_module);
    row.target = record(row.target_module);
    if (!type.allow_self && type.source == type.target && row.source == row.target && !chance(bad_percent))
        row.target = 1 + row.target % modules[row.target_module].records;
    if (type.individuals_only && row.source % 3 == 0 && !chance(4 * bad_percent))
        row.source -= 1;
    dates(row, bad_percent);
    row.importance = chance(bad_percent) ? 6 : 1 + below(5);
    row.primary = !type.symmetric && chance(10);
    row.email = type.contact ? chance(50) : chance(bad_percent);
    return row;
}

void make_world(const std::string &database) {
    Connection admin("postgres");
    admin.must("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    admin.must("CREATE DATABASE " + database);

    Connection db(database);
    db.must("CREATE EXTENSION pg_relate");
    db.must("SELECT relate.create_workspace('crm')");
    for (int m = 0; m < module_count; m++) {
        std::string name = modules[m].name;
        db.must("CREATE TABLE " + name + " (" + modules[m].columns + ")");
        db.must("SELECT relate.register_module('" + name + "'" + (m == person ? ", kind_column => 'kind')" : ")"));
        for (int n = 1; n <= modules[m].records; n++)
            db.must(insert_record(static_cast<Module>(m), n));
    }
    auto flag = [](const char *name, bool value) {
        return std::string(", ") + name + " => " + (value ? "true" : "false");
    };
    auto word = [](const char *name, const std::string &value) {
        return value.empty() ? "" : std::string(", ") + name + " => '" + value + "'";
    };
    auto limit = [](const char *name, int value) {
        return value > 1 ? std::string(", ") + name + " => " + std::to_string(value) : "";
    };
    for (const TypeSpec &type : types) {
        std::string source = type.source == any_module ? "NULL" : std::string("'") + modules[type.source].name + "'";
        std::string hierarchy = type.hierarchy == Hierarchy::none     ? ""
                                : type.hierarchy == Hierarchy::source ? "source"
                                                                      : "target";
        db.must(std::string("SELECT relate.create_relationship_type('") + type.name + "', " + source + ", '" +
                modules[type.target].name + "', '" + type.cardinality + "'" +
                limit("max_targets_per_source", type.max_targets) + limit("max_sources_per_target", type.max_sources) +
                flag("is_symmetric", type.symmetric) + flag("is_perpetual", type.perpetual) +
                flag("allow_self", type.allow_self) + flag("has_contact_details", type.contact) +
                word("source_kind", type.individuals_only ? "individual" : "") +
                word("hierarchy_parent", hierarchy) +
                word("on_source_delete", type.remove_with_source ? "remove_link" : "restrict") +
                word("on_target_delete", type.remove_with_target ? "remove_link" : "restrict") + ")");
    }
    db.must("DO $$ BEGIN ASSERT (SELECT count(*) = " + std::to_string(types.size()) +
            " AND max(type_id) = count(*) FROM crm.relationship_type); END $$");
}
