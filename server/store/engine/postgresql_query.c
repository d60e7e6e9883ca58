/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/engine/postgresql_query.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define NUMBER_SIZE 24

static enum store_error translate(struct postgresql_database *database, const char *state)
{
    static const struct {
        const char *state; /* a SQLSTATE, or its beginning */
        enum store_error error;
    } errors[] = {
        {"40001", STORE_UNAVAILABLE}, {"40P01", STORE_UNAVAILABLE}, {"55P03", STORE_UNAVAILABLE},
        {"57", STORE_UNAVAILABLE},    {"08", STORE_UNAVAILABLE},    {"53100", STORE_FULL},
        {"53", STORE_UNAVAILABLE},    {"25006", STORE_FULL},        {"58030", STORE_FULL},
        {"26000", STORE_UNAVAILABLE}, {"0A000", STORE_UNAVAILABLE},
    };

    /* Not a primary any more; not the session in which the statement was prepared; tables that were changed
     * since. */
    database->spent =
        strcmp(state, "25006") == 0 || strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0;
    database->retry = database->spent || strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (strncmp(state, errors[i].state, strlen(errors[i].state)) == 0)
            return errors[i].error;
    return STORE_BROKEN;
}

static enum store_error report(struct postgresql_database *database, const PGresult *result, const char *what)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    enum store_error error = translate(database, state ? state : "08000");

    if (!database->retry)
        log_event(LOG_ERROR, "store.statement_failed", "statement", what, "sqlstate", state, "error", message,
                  NULL);
    if (state && strncmp(state, "XX00", 4) == 0 && state[4] != '0')
        log_event(LOG_ERROR, "store.damaged", "advice",
                  "the database is damaged; restore it from a backup, or fail over to a standby", NULL);
    return error;
}

/* Returns false if the deadline has passed or the connection is lost. deadline: monotonic ms, or
 * POSTGRESQL_NO_DEADLINE. */
static bool wait_for_answer(PGconn *handle, long long deadline)
{
    while (PQisBusy(handle)) {
        struct pollfd socket = {.fd = PQsocket(handle), .events = POLLIN};
        long long left = deadline - clock_monotonic_ms();
        if (deadline != POSTGRESQL_NO_DEADLINE && left <= 0)
            return false;
        int ready = poll(&socket, 1, deadline == POSTGRESQL_NO_DEADLINE ? -1 : (int)left);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready > 0 && !PQconsumeInput(handle))
            return false;
    }
    return true;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Receives all results of what was sent. Returns the last one, or the first error; NULL if none came. */
static PGresult *take_answers(struct postgresql_database *database, long long deadline)
{
    PGresult *kept = NULL;

    for (;;) {
        if (!wait_for_answer(database->handle, deadline))
            break;
        PGresult *result = PQgetResult(database->handle);
        if (!result)
            return kept;
        if (kept && !is_good(kept)) {
            PQclear(result);
            continue;
        }
        PQclear(kept);
        kept = result;
    }
    PQclear(kept);
    /* The answer to a read can still be received later. A transaction in an unknown state is dropped. */
    if (PQstatus(database->handle) == CONNECTION_OK && !database->begun)
        database->stale_since = clock_monotonic_ms();
    else
        postgresql_drop(database);
    return NULL;
}

long long postgresql_deadline(const struct postgresql_database *database)
{
    return clock_monotonic_ms() + database->options->timeout_ms + POSTGRESQL_GRACE_MS;
}

PGresult *postgresql_exec(struct postgresql_database *database, const char *sql, long long deadline,
                          enum store_error *error)
{
    *error = STORE_UNAVAILABLE;
    if (!postgresql_is_connected(database) || !PQsendQuery(database->handle, sql))
        return NULL;
    PGresult *result = take_answers(database, deadline);
    if (result && is_good(result)) {
        *error = STORE_OK;
        return result;
    }
    if (result)
        *error = report(database, result, sql);
    PQclear(result);
    return NULL;
}

enum store_error postgresql_run(struct postgresql_database *database, const char *sql)
{
    enum store_error error;

    PQclear(postgresql_exec(database, sql, postgresql_deadline(database), &error));
    return error;
}

/* ---- statements ---- */

static void add_quoted(struct text *out, const char *text)
{
    if (!text) {
        text_puts(out, "NULL");
        return;
    }
    text_puts(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            text_puts(out, "\\");
        text_add(out, text, 1);
    }
    text_puts(out, "\"");
}

/* Writes an array: {1,2,3} or {"a",NULL}. */
static void add_array(struct text *out, const struct sql_value *value)
{
    text_puts(out, "{");
    for (size_t i = 0; i < value->count; i++) {
        if (i)
            text_puts(out, ",");
        if (value->type == SQL_IS_INTEGERS)
            text_printf(out, "%lld", value->integers[i]);
        else
            add_quoted(out, value->texts[i]);
    }
    text_puts(out, "}");
}

/* The parameters of one call, as text. The server derives their types from the statement. */
struct parameters {
    const char *values[POSTGRESQL_PARAMETERS_MAX];
    char numbers[POSTGRESQL_PARAMETERS_MAX][NUMBER_SIZE];
    struct text lists[POSTGRESQL_PARAMETERS_MAX];
};

static void parameters_make(struct parameters *parameters, struct sql_values values)
{
    for (size_t i = 0; i < values.count; i++) {
        const struct sql_value *value = &values.list[i];
        parameters->lists[i] = (struct text)TEXT_EMPTY;
        if (value->type == SQL_IS_TEXT) {
            parameters->values[i] = value->text;
        } else if (value->type == SQL_IS_INTEGER) {
            snprintf(parameters->numbers[i], NUMBER_SIZE, "%lld", value->integer);
            parameters->values[i] = parameters->numbers[i];
        } else {
            add_array(&parameters->lists[i], value);
            parameters->values[i] = text_get(&parameters->lists[i]);
        }
    }
}

static void parameters_free(struct parameters *parameters, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_fini(&parameters->lists[i]);
}

/* Also true if the statement already exists, from an earlier attempt whose answer was abandoned. */
static bool is_prepared(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    return is_good(result) || (state && strcmp(state, "42P05") == 0);
}

/* Prepares a statement once for each connection. Returns NULL, or the result with the error. */
static PGresult *prepare(struct postgresql_database *database, enum statement name, const char *label)
{
    if (database->prepared[name])
        return NULL;
    if (!PQsendPrepare(database->handle, label, statement_text(name, DIALECT_POSTGRESQL), 0, NULL))
        return NULL;
    PGresult *result = take_answers(database, postgresql_deadline(database));
    if (result && !is_prepared(result))
        return result;
    database->prepared[name] = result != NULL;
    PQclear(result);
    return NULL;
}

static PGresult *send_statement(struct postgresql_database *database, enum statement name,
                                struct sql_values values)
{
    const int count = (int)values.count;
    struct parameters parameters;
    char label[16];
    int sent = 0;

    if (!postgresql_is_connected(database))
        return NULL;
    snprintf(label, sizeof label, "s%d", (int)name);
    PGresult *wrong = database->direct ? prepare(database, name, label) : NULL;
    if (wrong || !database->handle || (database->direct && !database->prepared[name]))
        return wrong;
    parameters_make(&parameters, values);
    if (database->direct)
        sent = PQsendQueryPrepared(database->handle, label, count, parameters.values, NULL, NULL, 0);
    else
        sent = PQsendQueryParams(database->handle, statement_text(name, DIALECT_POSTGRESQL), count, NULL,
                                 parameters.values, NULL, NULL, 0);
    parameters_free(&parameters, values.count);
    return sent ? take_answers(database, postgresql_deadline(database)) : NULL;
}

PGresult *postgresql_exec_statement(struct postgresql_database *database, enum statement name,
                                    struct sql_values values, enum store_error *error)
{
    PGresult *result = send_statement(database, name, values);

    *error = STORE_UNAVAILABLE;
    if (result && is_good(result)) {
        *error = STORE_OK;
        return result;
    }
    if (result)
        *error = report(database, result, statement_text(name, DIALECT_POSTGRESQL));
    PQclear(result);
    return NULL;
}
