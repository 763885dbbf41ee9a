#include "oracle.h"

#include "world.h"

#include <algorithm>
#include <deque>
#include <set>

namespace {

struct Interval {
    int start, end;
    bool holds(int day) const { return start <= day && day <= end; }
    bool overlaps(const Interval &other) const { return start <= other.end && other.start <= end; }
};

Interval when(const Row &row) {
    if (types[row.type].perpetual)
        return {open_start, open_end};
    return {row.start, row.end};
}

struct Record {
    Module module;
    int n;
    auto operator<=>(const Record &) const = default;
};

Record source_of(const Row &row) { return {row.source_module, row.source}; }
Record target_of(const Row &row) { return {row.target_module, row.target}; }

class Model {
  public:
    std::map<long, Row> rows;
    std::set<Record> records;

    // The first rule in the order of the design that a row of this model breaks; empty: none.
    std::string first_violation(const Row &row) const {
        const TypeSpec &type = types[row.type];
        if (row.importance < 1 || row.importance > 5)
            return "23514 relationship_importance";
        if (row.start > row.end)
            return "23514 relationship_dates";
        if (!records.contains(source_of(row)))
            return "23503 relationship_source";
        if (!records.contains(target_of(row)))
            return "23503 relationship_target";
        if (type.individuals_only && !is_individual(row.source_module, row.source))
            return "23514 relationship_kind";
        if (!type.allow_self && source_of(row) == target_of(row))
            return "23514 relationship_self";
        if (!type.contact && row.email)
            return "23514 relationship_contact";
        if (has_duplicate(row))
            return "23505 relationship_duplicate";
        if (exceeds_a_limit(row))
            return "23505 relationship_cardinality";
        if (has_rival_primary(row))
            return "23505 relationship_primary";
        if (closes_a_cycle(row))
            return "23514 relationship_cycle";
        return "";
    }

    bool restricts_deletion_of(const Record &record) const {
        return std::any_of(rows.begin(), rows.end(), [&](const auto &entry) {
            const Row &row = entry.second;
            const TypeSpec &type = types[row.type];
            return (source_of(row) == record && !type.remove_with_source) ||
                   (target_of(row) == record && !type.remove_with_target);
        });
    }

    void erase_relationships_of(const Record &record) {
        std::erase_if(rows, [&](const auto &entry) {
            return source_of(entry.second) == record || target_of(entry.second) == record;
        });
    }

  private:
    template <typename Test> bool any_rival(const Row &row, Test test) const {
        return std::any_of(rows.begin(), rows.end(), [&](const auto &entry) {
            const Row &other = entry.second;
            return other.id != row.id && other.type == row.type && when(other).overlaps(when(row)) && test(other);
        });
    }

    bool has_duplicate(const Row &row) const {
        return any_rival(row, [&](const Row &other) {
            return (source_of(other) == source_of(row) && target_of(other) == target_of(row)) ||
                   (types[row.type].symmetric && source_of(other) == target_of(row) &&
                    target_of(other) == source_of(row));
        });
    }

    bool has_rival_primary(const Row &row) const {
        return row.primary && any_rival(row, [&](const Row &other) {
                   return other.primary && target_of(other) == target_of(row);
               });
    }

    bool exceeds_a_limit(const Row &row) const {
        const TypeSpec &type = types[row.type];
        if (type.symmetric)
            return too_many(row, type.max_targets, source_of(row), true, true) ||
                   too_many(row, type.max_targets, target_of(row), true, true);
        return too_many(row, type.max_targets, source_of(row), true, false) ||
               too_many(row, type.max_sources, target_of(row), false, true);
    }

    // Whether the record has more than `limit` at some instant of the row.
    bool too_many(const Row &row, int limit, const Record &record, bool as_source, bool as_target) const {
        if (limit == 0)
            return false;
        std::vector<Interval> intervals;
        for (const auto &[id, other] : rows)
            if (other.type == row.type &&
                ((as_source && source_of(other) == record) || (as_target && target_of(other) == record)))
                intervals.push_back(when(other));
        for (const Interval &one : intervals) {
            int day = std::max(one.start, when(row).start);
            if (when(row).holds(day) && std::count_if(intervals.begin(), intervals.end(),
                                                      [&](const Interval &i) { return i.holds(day); }) > limit)
                return true;
        }
        return false;
    }

    bool closes_a_cycle(const Row &row) const {
        if (types[row.type].hierarchy == Hierarchy::none)
            return false;
        for (const auto &[id, other] : rows) {
            int day = std::max(when(other).start, when(row).start);
            if (other.type == row.type && when(row).holds(day) && reaches(row.type, day, parent(row), child(row)))
                return true;
        }
        return false;
    }

    static Record parent(const Row &row) {
        return types[row.type].hierarchy == Hierarchy::source ? source_of(row) : target_of(row);
    }
    static Record child(const Row &row) {
        return types[row.type].hierarchy == Hierarchy::source ? target_of(row) : source_of(row);
    }

    bool reaches(int type, int day, const Record &from, const Record &goal) const {
        std::set<Record> seen = {from};
        std::deque<Record> due = {from};
        while (!due.empty()) {
            Record at = due.front();
            due.pop_front();
            if (at == goal)
                return true;
            for (const auto &[id, row] : rows)
                if (row.type == type && when(row).holds(day) && child(row) == at && seen.insert(parent(row)).second)
                    due.push_back(parent(row));
        }
        return false;
    }
};

Model read_model(Connection &db) {
    Model model;
    std::map<std::string, Record> by_key; // keys of different modules differ in form
    for (int m = 0; m < module_count; m++)
        for (int n = 1; n <= modules[m].records; n++) {
            Record record{static_cast<Module>(m), n};
            by_key[std::to_string(m + 1) + " " + key_of(record.module, n)] = record;
        }
    for (const auto &row : db.must("SELECT module_id || ' ' || key FROM judge.record").rows)
        model.records.insert(by_key.at(row[0]));
    auto day = [](const std::string &text, int open) { return text.empty() ? open : std::stoi(text); };
    for (const auto &r : db.must("SELECT relationship_id, type_id, source_module_id || ' ' || source_key, "
                                 "target_module_id || ' ' || target_key, start_date - date '2020-01-01', "
                                 "end_date - date '2020-01-01', importance, is_primary, email IS NOT NULL "
                                 "FROM judge.link").rows) {
        Record source = by_key.at(r[2]), target = by_key.at(r[3]);
        long id = std::stol(r[0]);
        model.rows[id] = {.id = id, .type = std::stoi(r[1]) - 1, .source_module = source.module,
                          .target_module = target.module, .source = source.n, .target = target.n,
                          .start = day(r[4], open_start), .end = day(r[5], open_end),
                          .importance = std::stoi(r[6]), .primary = r[7] == "t", .email = r[8] == "t"};
    }
    return model;
}

class Oracle {
  public:
    Oracle(const std::string &database, unsigned seed) : db_(database), dice_(seed), model_(read_model(db_)) {
        db_.must("SET statement_timeout = '60s'");
    }

    void step() {
        int pick = dice_.below(100);
        if (pick < 45)
            insert({dice_.row(8)});
        else if (pick < 55)
            insert({dice_.row(2), dice_.row(2), dice_.row(2)});
        else if (pick < 72)
            update();
        else if (pick < 82)
            erase();
        else if (pick < 90)
            erase_record();
        else if (pick < 94)
            insert_record_again();
        else
            deferred();
    }

    OracleResult finish() {
        result_.same_rows = read_model(db_).rows == model_.rows && read_model(db_).records == model_.records;
        return result_;
    }

  private:
    // Compares what happened with the outcomes that are right: SQLSTATEs, with a constraint
    // where one is promised; none at all means success.
    bool judge(const std::string &kind, const std::string &sql, const Outcome &outcome,
               const std::set<std::string> &right) {
        std::string got = outcome.text();
        result_.counts[kind][got]++;
        bool expected = right.empty() ? outcome.ok() : right.contains(got) || right.contains(outcome.sqlstate);
        if (!expected) {
            result_.mismatches++;
            std::string wanted;
            for (const std::string &one : right)
                wanted += " " + one;
            std::printf("# wrong outcome: %s (%s); right:%s\n# of: %s\n", got.c_str(), outcome.message.c_str(),
                        right.empty() ? " ok" : wanted.c_str(), sql.c_str());
        }
        return expected;
    }

    // After a wrong outcome, go on from what the database has.
    void resynchronize() { model_ = read_model(db_); }

    void insert(std::vector<Row> rows) {
        Model next = model_;
        std::string sql = insert_columns;
        for (size_t i = 0; i < rows.size(); i++) {
            sql += (i ? ", " : " VALUES ") + values(rows[i]);
            rows[i].id = LONG_MAX - 10 + static_cast<long>(i); // until the real one is known
            next.rows[rows[i].id] = rows[i];
        }
        std::set<std::string> right = violations(next, rows);
        Outcome outcome = db_.run(sql + " RETURNING relationship_id");
        if (!judge(rows.size() > 1 ? "insert several" : "insert", sql, outcome, right))
            return resynchronize();
        if (!outcome.ok())
            return;
        for (size_t i = 0; i < rows.size(); i++) {
            rows[i].id = std::stol(outcome.rows[i][0]);
            model_.rows[rows[i].id] = rows[i];
        }
    }

    static std::set<std::string> violations(const Model &model, const std::vector<Row> &rows) {
        std::set<std::string> found;
        for (const Row &row : rows)
            if (std::string one = model.first_violation(row); !one.empty())
                found.insert(one);
        return found;
    }

    Row *some_row() {
        if (model_.rows.empty())
            return nullptr;
        return &std::next(model_.rows.begin(), dice_.below(static_cast<int>(model_.rows.size())))->second;
    }

    // A new version of a row, and the UPDATE that makes it.
    std::string change(Row &row) {
        const TypeSpec &type = types[row.type];
        std::string set;
        switch (dice_.below(4)) {
        case 0:
            row.source = dice_.record(row.source_module);
            set = "source_key = '" + key_of(row.source_module, row.source) + "'";
            break;
        case 1:
            row.target = dice_.record(row.target_module);
            set = "target_key = '" + key_of(row.target_module, row.target) + "'";
            break;
        case 2:
            row.primary = !type.symmetric && dice_.chance(50);
            row.importance = 1 + dice_.below(5);
            set = std::string("is_primary = ") + (row.primary ? "true" : "false") +
                  ", importance = " + std::to_string(row.importance);
            break;
        default:
            dice_.dates(row, 5);
            set = "start_date = " + date_literal(row.start) + ", end_date = " + date_literal(row.end);
        }
        return "UPDATE crm.relationship SET " + set + " WHERE relationship_id = " + std::to_string(row.id);
    }

    void update() {
        Row *old = some_row();
        if (!old)
            return;
        Row row = *old;
        std::string sql = change(row);
        Model next = model_;
        next.rows[row.id] = row;
        std::set<std::string> right = violations(next, {row});
        Outcome outcome = db_.run(sql);
        if (!judge("update", sql, outcome, right))
            return resynchronize();
        if (outcome.ok())
            *old = row;
    }

    void erase() {
        Row *row = some_row();
        if (!row)
            return;
        std::string sql = "DELETE FROM crm.relationship WHERE relationship_id = " + std::to_string(row->id);
        judge("delete", sql, db_.run(sql), {});
        model_.rows.erase(row->id);
    }

    void erase_record() {
        Record record{static_cast<Module>(dice_.below(module_count)), 0};
        record.n = dice_.record(record.module);
        std::string sql = delete_record(record.module, record.n);
        if (dice_.chance(40)) {
            std::string first = delete_relationships_of(record.module, record.n);
            judge("delete all of a record", first, db_.run(first), {});
            model_.erase_relationships_of(record);
        }
        std::set<std::string> right;
        if (model_.restricts_deletion_of(record))
            right.insert("23503");
        Outcome outcome = db_.run(sql);
        if (!judge("delete record", sql, outcome, right))
            return resynchronize();
        if (outcome.ok()) {
            model_.records.erase(record);
            model_.erase_relationships_of(record);
        }
    }

    void insert_record_again() {
        for (int m = 0; m < module_count; m++)
            for (int n = 1; n <= modules[m].records; n++) {
                Record record{static_cast<Module>(m), n};
                if (model_.records.contains(record) || dice_.chance(50))
                    continue;
                db_.must(insert_record(record.module, n));
                model_.records.insert(record);
            }
    }

    // Several changes with the rules checked at the end: only the last state counts.
    void deferred() {
        db_.must("BEGIN");
        db_.must("SET CONSTRAINTS ALL DEFERRED");
        Model before = model_;
        std::set<long> touched;
        std::string sql;
        Outcome outcome;
        for (int n = 2 + dice_.below(3); n > 0 && outcome.ok(); n--) {
            std::string one;
            if (Row *old = dice_.chance(50) ? some_row() : nullptr) {
                if (dice_.chance(40)) {
                    one = "DELETE FROM crm.relationship WHERE relationship_id = " + std::to_string(old->id);
                    model_.rows.erase(old->id);
                } else {
                    touched.insert(old->id);
                    one = change(*old);
                    if (old->start > old->end) { // refused at once, or at the end: no matter here
                        old->end = open_end;
                        one = "UPDATE crm.relationship SET start_date = " + date_literal(old->start) +
                              ", end_date = NULL WHERE relationship_id = " + std::to_string(old->id);
                    }
                }
                outcome = db_.run(one);
            } else {
                Row row = dice_.row(0);
                one = insert_columns + (" VALUES " + values(row));
                outcome = db_.run(one + " RETURNING relationship_id");
                if (outcome.ok()) {
                    row.id = std::stol(outcome.rows[0][0]);
                    model_.rows[row.id] = row;
                    touched.insert(row.id);
                }
            }
            sql += one + "; ";
        }
        std::vector<Row> changed;
        for (long id : touched)
            if (auto found = model_.rows.find(id); found != model_.rows.end())
                changed.push_back(found->second);
        std::set<std::string> right = violations(model_, changed);
        if (outcome.ok())
            outcome = db_.run("COMMIT");
        else
            db_.must("ROLLBACK");
        bool expected = judge("deferred", sql + "COMMIT", outcome, right);
        if (!outcome.ok())
            model_ = before;
        if (!expected)
            resynchronize();
    }

    Connection db_;
    Dice dice_;
    Model model_;
    OracleResult result_;
};

} // namespace

OracleResult run_oracle(const std::string &database, unsigned seed, int statements) {
    Oracle oracle(database, seed);
    for (int n = 0; n < statements; n++)
        oracle.step();
    return oracle.finish();
}
