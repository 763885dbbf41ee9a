# pg_relate: build, install, test, demo.
#
#   make && make install     build with pg_config's PostgreSQL and install there
#   make installcheck        the regression and isolation tests, on a running server
#   make test | demo | play | bench
#                            everything on a private, throw-away cluster (see tools/)
#   make growth             walks against size: docs/growth.md and docs/growth.svg (SIZES="10000 10000000")
#   make endurance | sanitize | fuzz
#                            the long form of tests that make test runs briefly
#   make mutate              takes each check away in turn, and looks for the test that fails (NAMES="check.cpp kind")
#   make crash               a hundred kills of a server under load (ROUNDS=n); make test has twenty
#   make test-versions       the suites on PostgreSQL 17 and 18, and pg_upgrade, in trees made by
#                            debootstrap (VERSIONS="17 18"; as root, on Debian)
#
# Variables: PG_CONFIG (another PostgreSQL), CXX (another compiler), with_llvm=no
# (no bitcode), RELATE_CXXFLAGS and RELATE_LDFLAGS (more flags), DATA (the demo's data directory).

RELATE_VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_relate.control)

PRIVATE_GOALS := test endurance sanitize fuzz mutate demo play bench growth crash test-versions
ifneq ($(filter $(PRIVATE_GOALS),$(MAKECMDGOALS)),)

# These goals install what is missing first, so they run without PGXS.
.PHONY: $(PRIVATE_GOALS)
.NOTPARALLEL:
test:
	@tools/prepare test
	@tools/with_cluster test/run
endurance:
	@tools/prepare test
	@RELATE_CALLS=$${RELATE_CALLS:-100000} RELATE_COPY_ROWS=$${RELATE_COPY_ROWS:-1000000} RELATE_MALFORMED=$${RELATE_MALFORMED:-100} RELATE_SEED=$${RELATE_SEED:-$$(shuf -i 1-9999 -n 1)} \
		RELATE_PARALLEL=$${RELATE_PARALLEL:-5} RELATE_ROWS=$${RELATE_ROWS:-30000} RELATE_SECONDS=$${RELATE_SECONDS:-300} tools/with_cluster test/run t/memory t/malformed t/parallel t/cancel t/walks_beside_writers
sanitize:
	@tools/prepare test
	@RELATE_SANITIZE_LONG=yes test/run sanitize
fuzz:
	@tools/prepare test
	@RELATE_FUZZ_RUNS=$${RELATE_FUZZ_RUNS:-50000000} RELATE_FUZZ_SECONDS=$${RELATE_FUZZ_SECONDS:-0} RELATE_FUZZ_SEED=$${RELATE_FUZZ_SEED:-0} test/run fuzz
mutate:
	@tools/prepare mutate
	@tools/with_cluster tools/mutate $(NAMES)
demo:
	@tools/prepare demo
	@DATA='$(DATA)' tools/with_cluster demo/run
play:
	@tools/prepare demo
	@DATA='$(DATA)' tools/with_cluster demo/play
crash:
	@tools/prepare demo
	@RELATE_CRASH_ROUNDS=$(or $(ROUNDS),100) tools/with_cluster bash test/t/crash.sh
test-versions:
	@tools/versions $(VERSIONS)
bench:
	@tools/prepare bench
	@RELATE_SHARED_BUFFERS=$(or $(RELATE_SHARED_BUFFERS),2GB) tools/with_cluster test/bench/run
growth:
	@tools/prepare bench
	@RELATE_SHARED_BUFFERS=$(or $(RELATE_SHARED_BUFFERS),2GB) tools/with_cluster test/bench/growth $(SIZES)

else

PG_CONFIG ?= pg_config
PG_MAJOR := $(shell $(PG_CONFIG) --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
ifeq ($(PG_MAJOR),)
$(error $(PG_CONFIG) does not run: install the server's headers (Debian: postgresql-server-dev-15) or set PG_CONFIG)
endif
ifeq ($(shell test $(PG_MAJOR) -ge 15 || echo old),old)
$(error pg_relate needs PostgreSQL 15 or later, and $(PG_CONFIG) is of $(PG_MAJOR): set PG_CONFIG)
endif

EXTENSION = pg_relate
MODULE_big = pg_relate
SOURCES := $(sort $(wildcard src/*.cpp src/*/*.cpp))
OBJS = $(SOURCES:.cpp=.o)
SQL_TOPICS := $(sort $(wildcard sql/[0-9]*.sql))
EXTENSION_SQL = sql/pg_relate--$(RELATE_VERSION).sql
# What was released stays as it was: the install script of every version and, from the second
# one on, the update script to it. The update from the last of them is made here.
RELEASED := $(filter-out $(RELATE_VERSION),$(shell ls sql/released | sed -n 's/^pg_relate--\([^-]*\)\.sql$$/\1/p' | sort -V))
LAST_RELEASE := $(lastword $(RELEASED))
UPDATE_SQL = sql/pg_relate--$(LAST_RELEASE)--$(RELATE_VERSION).sql
UPDATE_BY_HAND = sql/update/$(LAST_RELEASE)--$(RELATE_VERSION).sql
DATA = $(EXTENSION_SQL) $(UPDATE_SQL) $(wildcard sql/released/*.sql)
EXTRA_CLEAN = $(EXTENSION_SQL) $(UPDATE_SQL) $(OBJS:.o=.d) build

# pg_regress finds test/sql, and expected/ through the link test/expected.
REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --outputdir=. --load-extension=pg_relate
ISOLATION = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=output_iso --load-extension=pg_relate
ifneq ($(filter $(REGRESS),$(ISOLATION)),)
$(error these tests share the file of their expected output: $(filter $(REGRESS),$(ISOLATION)))
endif

# Types are trivially destructible, so nothing of the C++ runtime is needed: PGXS
# links with the C compiler, and the map hides all but what the server looks up.
PG_CXXFLAGS = -std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics -fvisibility-inlines-hidden \
	-Wall -Wextra -Werror $(CLANG_CXXFLAGS) $(RELATE_CXXFLAGS)
PG_CPPFLAGS = -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server) -DRELATE_VERSION='"$(RELATE_VERSION)"'
# The server may have been configured for g++, with flags that clang does not know.
CLANG_CXXFLAGS = $(if $(findstring clang,$(shell $(CXX) --version)),-Wno-unknown-warning-option -Wno-ignored-optimization-argument)
ifneq ($(shell uname),Darwin)
SHLIB_LINK = -Wl,--version-script=src/exports.map
endif
SHLIB_LINK += $(RELATE_LDFLAGS)

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS forgets PG_CXXFLAGS when it compiles to LLVM bitcode.
COMPILE.cxx.bc += $(PG_CXXFLAGS)

# Without tests, pg_regress would have nothing to do.
ifeq ($(REGRESS),)
pg_regress_installcheck = @true
endif
ifeq ($(ISOLATION),)
pg_isolation_regress_installcheck = @true
endif

# Each object tells its headers as it is compiled (for its bitcode too). All are built
# anew by another compiler, with other flags, for another server, or when a file is gone:
# the stamp tells how it was built last. (Where the server lies is no matter: the private
# clusters are copies of one.)
$(OBJS): override CXXFLAGS += -MMD -MP -MT $@ -MT $(@:.o=.bc)
-include $(OBJS:.o=.d)
STAMP := build/stamp
COMMANDS := $(subst $(shell $(PG_CONFIG) --includedir),,$(COMPILE.cxx) $(COMPILE.cxx.bc)) -MMD \
	$(shell $(PG_CONFIG) --version --configure) $(shell $(CXX) --version | head -1) $(OBJS) $(SQL_TOPICS)
COMMANDS := $(subst ',,$(COMMANDS))
ifeq ($(filter clean distclean flags installcheck,$(MAKECMDGOALS)),)
$(shell mkdir -p build; echo '$(COMMANDS)' | cmp -s - $(STAMP) || echo '$(COMMANDS)' > $(STAMP))
endif
$(OBJS) $(OBJS:.o=.bc): $(STAMP)
$(shlib): src/exports.map $(STAMP)

all: $(EXTENSION_SQL) $(UPDATE_SQL)
$(EXTENSION_SQL): $(SQL_TOPICS) pg_relate.control $(STAMP)
	cat $(SQL_TOPICS) > $@
LAST_SQL = sql/released/pg_relate--$(LAST_RELEASE).sql
$(UPDATE_SQL): $(SQL_TOPICS) $(LAST_SQL) $(UPDATE_BY_HAND) tools/update_script pg_relate.control $(STAMP)
	tools/update_script $(LAST_SQL) $(UPDATE_BY_HAND) $(SQL_TOPICS) > $@

# For CMakeLists.txt: the compiler's flags, one to a line.
.PHONY: flags
flags:
	@printf '%s\n' $(patsubst -Isrc,-I$(CURDIR)/src,$(filter-out -I. -I./,$(CXXFLAGS) $(CPPFLAGS)))

endif
