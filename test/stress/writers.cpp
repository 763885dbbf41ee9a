#include "writers.h"

#include "world.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

namespace {

std::atomic<long> newest_id = 1;

struct Statement {
    std::string kind, sql, copy_data;
};

// The relationship nearest to a random one.
std::string some_relationship(Dice &dice) {
    long newest = newest_id.load();
    int span = static_cast<int>(std::min(newest, 400L));
    return "relationship_id = (SELECT relationship_id FROM crm.relationship WHERE relationship_id >= " +
           std::to_string(newest - dice.below(span)) + " ORDER BY relationship_id LIMIT 1)";
}

std::string several(Dice &dice, int bad_percent) {
    std::string list;
    for (int n = 2 + dice.below(3); n > 0; n--)
        list += values(dice.row(bad_percent)) + (n > 1 ? ", " : "");
    return list;
}

Statement make_statement(Dice &dice) {
    constexpr int bad_percent = 3;
    const std::string returning = " RETURNING relationship_id";
    const std::string update = "UPDATE crm.relationship SET ";
    Row row = dice.row(bad_percent);
    int pick = dice.below(100);
    if (pick < 34)
        return {"insert", insert_columns + (" VALUES " + values(row)) + returning, ""};
    if (pick < 42)
        return {"insert several", insert_columns + (" VALUES " + several(dice, bad_percent)) + returning, ""};
    if (pick < 47) { // a conflict on the primary key makes the insertion speculative
        std::string id = std::to_string(-1 - dice.below(30));
        std::string columns = insert_columns;
        columns.insert(columns.find('(') + 1, "relationship_id, ");
        std::string list = values(row);
        list.insert(1, id + ", ");
        return {"insert on conflict", columns + " VALUES " + list + " ON CONFLICT DO NOTHING", ""};
    }
    if (pick < 52) {
        std::string columns = insert_columns;
        columns.replace(0, columns.find('('), "");
        std::string data;
        for (int n = 1 + dice.below(3); n > 0; n--)
            data += copy_line(dice.row(bad_percent));
        return {"copy", "COPY crm.relationship " + columns + " FROM STDIN", data};
    }
    if (pick < 62)
        return {"update dates",
                update + "start_date = " + date_literal(row.start) + ", end_date = " + date_literal(row.end) +
                    " WHERE " + some_relationship(dice),
                ""};
    if (pick < 66)
        return {"update key",
                update + (dice.chance(50) ? "source_key" : "target_key") + " = '" + key_of(person, dice.record(person)) +
                    "' WHERE " + some_relationship(dice) + " AND type_id IN (5, 6, 7, 8)",
                ""};
    if (pick < 69)
        return {"update other", update + "importance = 4, is_primary = " + (dice.chance(20) ? "true" : "false") +
                                    " WHERE " + some_relationship(dice) + " AND type_id NOT IN (6, 7)", ""};
    if (pick < 71)
        return {"update type", update + "type_id = 3 - type_id WHERE type_id IN (1, 2) AND " + some_relationship(dice),
                ""};
    if (pick < 73)
        return {"end all of a record",
                update + "end_date = " + date_literal(dice.day()) + " WHERE type_id = " + std::to_string(row.type + 1) +
                    " AND source_key::text = '" + key_of(row.source_module, row.source) +
                    "' AND (start_date IS NULL OR start_date <= " + date_literal(last_day) + ")",
                ""};
    if (pick < 75)
        return {"merge",
                "MERGE INTO crm.relationship r USING (SELECT " + std::to_string(row.type + 1) + " AS type_id, '" +
                    key_of(row.source_module, row.source) + "' AS source_key) s ON r.type_id = s.type_id "
                    "AND r.source_key::text = s.source_key WHEN MATCHED AND r.importance > 3 THEN DELETE "
                    "WHEN MATCHED THEN UPDATE SET importance = r.importance + 1 WHEN NOT MATCHED THEN INSERT " +
                    std::string(insert_columns).substr(std::string(insert_columns).find('(')) + " VALUES " +
                    values(row),
                ""};
    if (pick < 83)
        return {"delete", "DELETE FROM crm.relationship WHERE " + some_relationship(dice), ""};
    Module module = static_cast<Module>(dice.below(module_count));
    int n = dice.record(module);
    if (pick < 87)
        return {"delete record", delete_record(module, n), ""};
    if (pick < 88)
        return {"delete record and its own", delete_relationships_of(module, n) + "; " + delete_record(module, n), ""};
    return {"insert record", insert_record(module, n) + " ON CONFLICT DO NOTHING", ""};
}

class Writer {
  public:
    Writer(const std::string &database, unsigned seed, int number, int favourite)
        : db_(database), dice_(seed, favourite), number_(number) {
        // Deadlocks are found soon, and a writer that hangs does not hang the program.
        db_.must("SET deadlock_timeout = '30ms'");
        db_.must("SET statement_timeout = '60s'");
    }

    void run(int transactions) {
        static const char *levels[] = {"READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"};
        for (int n = 0; n < transactions; n++) {
            if (dice_.chance(25)) {
                execute(make_statement(dice_));
                continue;
            }
            db_.must(std::string("BEGIN ISOLATION LEVEL ") + levels[dice_.below(3)]);
            if (dice_.chance(30))
                db_.must("SET CONSTRAINTS ALL DEFERRED");
            if (statements())
                finish(n);
            else
                db_.must("ROLLBACK");
        }
    }

    WritersResult result;

  private:
    bool execute(const Statement &statement) {
        Outcome outcome = db_.run(statement.sql, statement.copy_data);
        result.counts[statement.kind][outcome.text()]++;
        if (!outcome.ok()) {
            static const std::set<std::string> expected = {"23505", "23503", "23514", "40001", "40P01"};
            if (!expected.contains(outcome.sqlstate)) {
                result.unexpected++;
                std::printf("# unexpected %s: %s\n# in: %s %s\n", outcome.text().c_str(), outcome.message.c_str(),
                            statement.sql.c_str(), statement.copy_data.c_str());
            }
        } else if (!outcome.rows.empty()) {
            long id = std::stol(outcome.rows.back()[0]);
            for (long seen = newest_id; id > seen && !newest_id.compare_exchange_weak(seen, id);)
                ;
        }
        return outcome.ok();
    }

    // False: the transaction has failed and must be rolled back.
    bool statements() {
        for (int n = 1 + dice_.below(5); n > 0; n--) {
            bool savepoint = dice_.chance(35);
            if (savepoint)
                db_.must("SAVEPOINT s");
            bool ok = execute(make_statement(dice_));
            if (!savepoint) {
                if (!ok)
                    return false;
            } else if (!ok || dice_.chance(30)) {
                db_.must("ROLLBACK TO s");
            } else {
                db_.must("RELEASE s");
            }
            if (dice_.chance(30)) // let the others come between
                std::this_thread::sleep_for(std::chrono::microseconds(dice_.below(3000)));
            if (dice_.chance(5) && !execute({"set constraints immediate", "SET CONSTRAINTS ALL IMMEDIATE", ""}))
                return false;
        }
        return true;
    }

    void finish(int n) {
        if (dice_.chance(10)) {
            db_.must("ROLLBACK");
        } else if (dice_.chance(3)) {
            std::string gid = "'stress " + std::to_string(number_) + " " + std::to_string(n) + "'";
            if (execute({"prepare transaction", "PREPARE TRANSACTION " + gid, ""}))
                db_.must((dice_.chance(70) ? "COMMIT PREPARED " : "ROLLBACK PREPARED ") + gid);
        } else {
            execute({"commit", "COMMIT", ""});
        }
    }

    Connection db_;
    Dice dice_;
    int number_;
};

} // namespace

void run_writers(const std::string &database, unsigned seed, int favourite, int connections, int transactions,
                 WritersResult &total) {
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int number = 0; number < connections; number++)
        threads.emplace_back([&, number] {
            Writer writer(database, seed * 1000 + static_cast<unsigned>(number), number, favourite);
            writer.run(transactions);
            std::lock_guard guard(mutex);
            total.unexpected += writer.result.unexpected;
            for (const auto &[kind, outcomes] : writer.result.counts)
                for (const auto &[outcome, count] : outcomes)
                    total.counts[kind][outcome] += count;
        });
    for (std::thread &thread : threads)
        thread.join();
}
