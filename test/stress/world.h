// The world in which the stress program plays: four modules whose records have keys of
// every sort, a dozen types with every rule, and few enough records that writers collide.
#pragma once

#include "connection.h"

#include <array>
#include <climits>
#include <optional>
#include <random>
#include <string>
#include <vector>

enum Module { person, company, ticket, device, module_count, any_module = -1 };

struct ModuleSpec {
    const char *name;
    const char *columns; // of the table
    const char *key_sql; // the key as text, for plain SQL
    int records;
};
extern const std::array<ModuleSpec, module_count> modules;

enum class Hierarchy { none, source, target }; // which side is the parent

struct TypeSpec {
    const char *name;
    Module source, target;
    const char *cardinality;
    int max_targets, max_sources; // 0: no limit
    bool symmetric = false;
    bool perpetual = false;
    bool allow_self = false;
    bool contact = false;
    bool individuals_only = false; // on the source's side
    Hierarchy hierarchy = Hierarchy::none;
    bool remove_with_source = false, remove_with_target = false; // else the policy is restrict
};
extern const std::vector<TypeSpec> types; // type_id is the index plus 1

// The key of record n of a module, as text.
std::string key_of(Module module, int n);
// Every third person is no individual.
inline bool is_individual(Module module, int n) { return module != person || n % 3 != 0; }
std::string insert_record(Module module, int n);
std::string delete_record(Module module, int n);
std::string delete_relationships_of(Module module, int n);

// Days of 2020, with the null of either end as infinity.
constexpr int first_day = 0, last_day = 360, open_start = INT_MIN, open_end = INT_MAX;
std::string date_literal(int day);

struct Row {
    long id = 0;
    int type = 0; // index into types
    Module source_module = person, target_module = person;
    int source = 0, target = 0;
    int start = open_start, end = open_end; // as stored
    int importance = 3;
    bool primary = false;
    bool email = false;

    bool operator==(const Row &) const = default;
};

constexpr const char *insert_columns = "INSERT INTO crm.relationship (type_id, source_module_id, source_key, "
                                       "target_module_id, target_key, start_date, end_date, importance, "
                                       "is_primary, email)";
std::string values(const Row &row);    // one list for insert_columns
std::string copy_line(const Row &row); // the same for COPY

class Dice {
  public:
    // Half of the rows are of the favourite type (where there is one), between few records.
    explicit Dice(unsigned seed, int favourite = -1) : engine_(seed), favourite_(favourite) {}
    int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
    bool chance(int percent) { return below(100) < percent; }

    int day() { return below(13) * 30; }
    int record(Module module) { return 1 + below(favourite_ >= 0 && chance(50) ? 5 : modules[module].records); }
    Row row(int bad_percent); // of which one in so many is wrong in itself
    void dates(Row &row, int bad_percent);

  private:
    std::mt19937 engine_;
    int favourite_;
};

void make_world(const std::string &database);
