// A value of an enumeration that has got another name.
#pragma once

#include "pg/ddl.h"

namespace relate {

// An error where a related record has it in its key, or a relationship type asks for it as
// kind: both are kept by name.
void check_renamed_value(const pg::ValueRename &rename);

} // namespace relate
