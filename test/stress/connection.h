// libpq, wrapped: a connection that runs one statement at a time and tells what became of it.
#pragma once

#include <libpq-fe.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct Outcome {
    std::string sqlstate;   // empty: the statement succeeded
    std::string constraint; // of an error
    std::string message;
    std::vector<std::vector<std::string>> rows;
    long affected = 0;

    bool ok() const { return sqlstate.empty(); }
    std::string text() const { return ok() ? "ok" : constraint.empty() ? sqlstate : sqlstate + " " + constraint; }
};

class Connection {
  public:
    explicit Connection(const std::string &database) : conn_(PQconnectdb(("dbname=" + database).c_str())) {
        if (PQstatus(conn_.get()) != CONNECTION_OK)
            die(PQerrorMessage(conn_.get()));
        PQsetNoticeProcessor(conn_.get(), [](void *, const char *) {}, nullptr);
    }

    // `copy_data` is what a COPY FROM STDIN is fed.
    Outcome run(const std::string &sql, std::string_view copy_data = {}) {
        Result result(PQexec(conn_.get(), sql.c_str()));
        if (PQresultStatus(result.get()) == PGRES_COPY_IN) {
            PQputCopyData(conn_.get(), copy_data.data(), static_cast<int>(copy_data.size()));
            PQputCopyEnd(conn_.get(), nullptr);
            result.reset(PQgetResult(conn_.get()));
            while (PGresult *more = PQgetResult(conn_.get()))
                PQclear(more);
        }
        if (PQstatus(conn_.get()) != CONNECTION_OK)
            die("the connection is lost after: " + sql);
        return read(result.get());
    }

    // For statements that the program cannot do without.
    Outcome must(const std::string &sql) {
        Outcome outcome = run(sql);
        if (!outcome.ok())
            die(outcome.sqlstate + ": " + outcome.message + "\nin: " + sql);
        return outcome;
    }

    bool in_failed_transaction() const { return PQtransactionStatus(conn_.get()) == PQTRANS_INERROR; }

  private:
    struct Closer {
        void operator()(PGconn *conn) const { PQfinish(conn); }
        void operator()(PGresult *result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, Closer>;

    [[noreturn]] static void die(const std::string &what) {
        std::fflush(stdout);
        std::printf("Bail out! %s\n", what.c_str());
        std::fflush(stdout);
        std::_Exit(2);
    }

    static std::string field(const PGresult *result, int code) {
        const char *text = PQresultErrorField(result, code);
        return text ? text : "";
    }

    static Outcome read(const PGresult *result) {
        Outcome outcome;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            outcome.sqlstate = field(result, PG_DIAG_SQLSTATE);
            if (outcome.sqlstate.empty())
                outcome.sqlstate = "?????";
            outcome.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
            outcome.message = field(result, PG_DIAG_MESSAGE_PRIMARY) + " " + field(result, PG_DIAG_MESSAGE_DETAIL);
            return outcome;
        }
        outcome.affected = std::atol(PQcmdTuples(const_cast<PGresult *>(result)));
        for (int row = 0; row < PQntuples(result); row++) {
            auto &out = outcome.rows.emplace_back();
            for (int column = 0; column < PQnfields(result); column++)
                out.emplace_back(PQgetisnull(result, row, column) ? "" : PQgetvalue(result, row, column));
        }
        return outcome;
    }

    std::unique_ptr<PGconn, Closer> conn_;
};
