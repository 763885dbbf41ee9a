# pg_relate: build, install, test, demo.
#
#   make && make install     build with pg_config's PostgreSQL and install there
#   make installcheck        the regression and isolation tests, on a running server
#   make test | demo | play | bench
#                            everything on a private, throw-away cluster (see tools/)

RELATE_VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_relate.control)

PRIVATE_GOALS := test demo play bench
ifneq ($(filter $(PRIVATE_GOALS),$(MAKECMDGOALS)),)

# These goals install what is missing first, so they run without PGXS.
.PHONY: $(PRIVATE_GOALS)
test:
	@tools/prepare test
	@tools/with_cluster test/run
demo:
	@tools/prepare demo
	@DATA='$(DATA)' tools/with_cluster demo/run
play:
	@tools/prepare demo
	@DATA='$(DATA)' tools/with_cluster demo/play
bench:
	@tools/prepare bench
	@tools/with_cluster test/bench/run

else

EXTENSION = pg_relate
MODULE_big = pg_relate
SOURCES := $(sort $(wildcard src/*.cpp src/*/*.cpp))
OBJS = $(SOURCES:.cpp=.o)
SQL_TOPICS := $(sort $(wildcard sql/[0-9]*.sql))
EXTENSION_SQL = sql/pg_relate--$(RELATE_VERSION).sql
DATA = $(EXTENSION_SQL) $(wildcard sql/pg_relate--*--*.sql)
EXTRA_CLEAN = $(EXTENSION_SQL) build results output_iso

REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --expecteddir=. --outputdir=. --dbname=relate_regression
ISOLATION = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --expecteddir=. --outputdir=output_iso --dbname=relate_isolation

PG_CONFIG ?= pg_config
PG_CXXFLAGS = -std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics -Wall -Wextra -Werror $(RELATE_CXXFLAGS)
PG_CPPFLAGS = -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server) -DRELATE_VERSION='"$(RELATE_VERSION)"'

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS forgets PG_CXXFLAGS when it compiles to LLVM bitcode.
COMPILE.cxx.bc += $(PG_CXXFLAGS)

all: $(EXTENSION_SQL)
$(EXTENSION_SQL): $(SQL_TOPICS) pg_relate.control
	cat $(SQL_TOPICS) > $@

# Any header may matter to any object: the whole library builds in seconds.
HEADERS := $(wildcard src/*.h src/*/*.h)
$(OBJS) $(OBJS:.o=.bc): $(HEADERS)

endif
