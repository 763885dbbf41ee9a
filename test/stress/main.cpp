// pg_relate under stress. Phase 1: many connections write random relationships and
// records, right and wrong, at all isolation levels; then plain SQL looks for a broken
// rule. Phase 2: one connection, where a model in memory foretells every outcome.
// Speaks TAP; the server is libpq's default (PGHOST and so on).
//
//   relate_stress [--seed N] [--connections N] [--transactions N] [--statements N] [--keep]

#include "invariants.h"
#include "oracle.h"
#include "world.h"
#include "writers.h"

#include <cstring>

namespace {

int tests, failures;

void check(bool ok, const std::string &name) {
    tests++;
    failures += !ok;
    std::printf("%sok %d - %s\n", ok ? "" : "not ", tests, name.c_str());
}

// Looks for broken rules; what is broken once stays noted.
class Judge {
  public:
    explicit Judge(Connection &db) : db_(db), broken_(invariants().size()) {}

    void look() {
        for (size_t i = 0; i < broken_.size(); i++) {
            Outcome found = db_.must(invariants()[i].offenders);
            broken_[i] = broken_[i] || !found.rows.empty();
            for (size_t n = 0; n < found.rows.size() && n < 5; n++) {
                std::printf("# %s:", invariants()[i].name);
                for (const std::string &value : found.rows[n])
                    std::printf(" %s", value.c_str());
                std::printf("\n");
            }
        }
    }

    void report(const std::string &phase) {
        for (size_t i = 0; i < broken_.size(); i++)
            check(!broken_[i], phase + ": " + invariants()[i].name);
    }

  private:
    Connection &db_;
    std::vector<bool> broken_;
};

void print_counts(const std::map<std::string, std::map<std::string, long>> &counts) {
    for (const auto &[kind, outcomes] : counts)
        for (const auto &[outcome, count] : outcomes)
            std::printf("# %-26s %-34s %7ld\n", kind.c_str(), outcome.c_str(), count);
}

} // namespace

int main(int argc, char **argv) {
    unsigned seed = 20240607;
    int connections = 8, transactions = 1000, statements = 6000;
    bool keep = false;
    for (int i = 1; i < argc; i++) {
        auto number = [&](const char *name, auto &value) {
            if (std::strcmp(argv[i], name) != 0 || i + 1 == argc)
                return false;
            value = std::atoi(argv[++i]);
            return true;
        };
        if (std::strcmp(argv[i], "--keep") == 0)
            keep = true;
        else if (!number("--seed", seed) && !number("--connections", connections) &&
                 !number("--transactions", transactions) && !number("--statements", statements)) {
            std::fprintf(stderr, "usage: %s [--seed N] [--connections N] [--transactions N] [--statements N] [--keep]\n",
                         argv[0]);
            return 2;
        }
    }
    const std::string database = "relate_stress";
    std::printf("# seed %u, %d connections of %d transactions, %d foretold statements\n", seed, connections,
                transactions, statements);
    make_world(database);
    {
        Connection db(database);
        make_invariant_views(db);

        // Rounds with the types in turn, since a broken rule is gone when its rows are.
        WritersResult written;
        Judge concurrent(db);
        const int rounds = 2 * static_cast<int>(types.size());
        for (int round = 0; round < rounds; round++) {
            run_writers(database, seed + static_cast<unsigned>(round) * 7919, round % static_cast<int>(types.size()),
                        connections, transactions / rounds, written);
            concurrent.look();
        }
        print_counts(written.counts);
        check(written.unexpected == 0, "concurrent writers: refusals have the rules' SQLSTATEs");
        concurrent.report("concurrent writers");

        OracleResult foretold = run_oracle(database, seed, statements);
        print_counts(foretold.counts);
        check(foretold.mismatches == 0, "foretold: every statement did what the model said");
        check(foretold.same_rows, "foretold: the tables hold what the model holds");
        Judge after(db);
        after.look();
        after.report("foretold");
    }
    if (!keep)
        Connection("postgres").must("DROP DATABASE " + database);
    std::printf("1..%d\n", tests);
    return failures ? 1 : 0;
}
