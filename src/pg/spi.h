// SQL from C++: sessions, saved plans, and running as another user.
//
// Every statement must name its tables with their schemas and avoid operators
// that a search_path could shadow: saved plans are parsed again when the
// search_path changes.
#pragma once

#include "pg/cleanup.h"
#include "pg/pg.h"

namespace relate::pg {

// Runs `work` within an SPI session. Memory that work allocates goes with the
// session; what must live longer is made in the caller's context.
template <class Work>
void spi_session(Work work)
{
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    work();
    SPI_finish();
}

struct Argument {
    Oid type;
    Datum value;
    bool is_null = false;
};

// An array of the elements, none of them null.
Argument array_argument(Oid element_type, std::span<const Datum> elements);

// How a statement sees the data.
enum class Sees {
    snapshot, // the active snapshot: for reading functions
    latest,   // all that is committed, and our own: for enforcement
    latest_checked, // the same; above READ COMMITTED, a row that the transaction's
                    // own snapshot cannot see is a serialization failure (40001)
    now,      // as a statement of its own that writes
};

// When the triggers of a statement fire that sees the latest state: with those of
// the statement that we are in, as for referential integrity, or before it returns.
enum class Fires { later, at_once };

// Runs the plan of the statement, which is saved in the backend under its text, one for each
// statement of the library and workspace, some hundreds at most; rows are in SPI_tuptable, their number is returned.
uint64 run(const char *sql, std::span<const Argument> arguments, Sees sees = Sees::snapshot, long limit = 0,
           Fires fires = Fires::later);

// The text that the statement finds in its first row, with the latest snapshot, in the current
// context; null where it is none.
const char *text_of(const char *sql, std::span<const Argument> arguments);

// The rows of the saved plan in batches, with the active snapshot. A batch is in
// SPI_tuptable and stays until the next is fetched; 0 rows end it.
Portal open_rows(const char *sql, std::span<const Argument> arguments);
uint64 fetch(Portal rows, long count);
void close_rows(Portal rows);

// A user, and what he is restrained from at the moment.
struct Identity {
    Oid user;
    int context;
};

Identity current_identity();

// Who was the user before the outermost as_owner that is at work; null where none is.
// set_asker returns the one that it takes the place of.
const Identity *asker();
const Identity *set_asker(const Identity *identity);

// Runs `work` as the user, with policies of row security not forced upon an
// owner, as referential integrity does.
template <class Work>
void as_owner(Oid owner, Work work)
{
    const Identity caller = current_identity();
    const Identity *outer = set_asker(asker() ? asker() : &caller);
    SetUserIdAndSecContext(owner, caller.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
    with_cleanup(work, [&] {
        SetUserIdAndSecContext(caller.user, caller.context);
        set_asker(outer);
    });
}

// Runs `work`, within as_owner, as the one who asked for it.
template <class Work>
void as_asker(Work work)
{
    const Identity owner = current_identity();
    const Identity *asked = set_asker(nullptr);
    SetUserIdAndSecContext(asked->user, asked->context);
    with_cleanup(work, [&] {
        SetUserIdAndSecContext(owner.user, owner.context);
        set_asker(asked);
    });
}

// The user in whose name something is written.
Oid acting_user();

// Whether the role owns the database, or may do what its owner may.
bool owns_database(Oid role);

// Names ready for a statement: schema.table, OPERATOR(schema.=), column.
const char *qualified_name(Oid relation);
const char *qualified_operator(Oid op);
const char *qualified_collation(Oid collation);
const char *column_name(Oid relation, AttrNumber column);

// A value of a type, as operators want it: those of enumerations do not take a domain over one.
const char *comparable(const char *value, Oid type);

} // namespace relate::pg
