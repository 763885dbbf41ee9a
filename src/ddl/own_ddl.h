// Statements that relate's own functions execute on the objects that guard a
// workspace: nobody needs to be warned of those.
#pragma once

#include "pg/pg.h"

namespace relate {

bool is_own_ddl();

void init_own_ddl();

} // namespace relate
