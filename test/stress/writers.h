// Phase 1: many connections write at once, whatever comes.
#pragma once

#include <map>
#include <string>

struct WritersResult {
    std::map<std::string, std::map<std::string, long>> counts; // statement, outcome
    long unexpected = 0;                                        // refusals with a SQLSTATE that no rule has
};

// Adds what comes of it to `total`.
void run_writers(const std::string &database, unsigned seed, int favourite_type, int connections, int transactions,
                 WritersResult &total);
