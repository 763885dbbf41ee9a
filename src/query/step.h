// What is known of one step of a way: the relationship between two records by
// which it goes.
#pragma once

#include "graph/reader.h"
#include "read/ways.h"

namespace relate {

// One end of a step.
struct StepRecord {
    int32 module_id;
    Datum key;
};

struct StepDetails {
    std::optional<int64> id; // none where the type is not stored in `relationship`
    Datum description;       // 0 where there is none
};

// Of several relationships of the type between the two on that day, the most
// important one, then that of the least id. In the current memory context.
StepDetails step_details(const Ways &ways, const StepRecord &near, graph::Via via, const StepRecord &far);

} // namespace relate
