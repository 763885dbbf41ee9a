// Phase 2: one connection, and a model in memory that says beforehand what each
// statement will do. The model shares nothing with the library but the design.
#pragma once

#include <map>
#include <string>

struct OracleResult {
    std::map<std::string, std::map<std::string, long>> counts; // statement, outcome
    long mismatches = 0;
    bool same_rows = false; // as the model has at the end
};

OracleResult run_oracle(const std::string &database, unsigned seed, int statements);
