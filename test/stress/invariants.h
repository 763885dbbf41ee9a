// What must hold for the data whoever wrote them: in plain SQL, sharing nothing with the library.
#pragma once

#include "connection.h"

#include <vector>

struct Invariant {
    const char *name;
    std::string offenders; // a query that finds none where the invariant holds
};

void make_invariant_views(Connection &db);
const std::vector<Invariant> &invariants();
