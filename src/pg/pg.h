// The one door to PostgreSQL's headers.
//
// Standard headers come first: after postgres.h, its macros for gettext and
// printf break <locale> and friends. Everything of the server that pg_relate
// uses is included here, in one extern "C" block, and nowhere else.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
}
