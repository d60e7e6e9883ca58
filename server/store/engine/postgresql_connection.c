/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/engine/postgresql_connection.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/store/engine/postgresql_refusal.h"

#define RECONNECT_PAUSE_MS 1000 /* after a failed attempt; meanwhile jobs fail at once */
#define COMPLAIN_EVERY_MS 10000
#define DIAGNOSIS_MS 5000
#define PARAMETERS 9   /* that every connection has */
#define STALE_MS 60000 /* drop the connection if an abandoned read is unanswered this long */

void postgresql_sleep(long long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* ---- connecting ---- */

/* Warnings of the server. The important one during a commit is "canceling wait for synchronous replication":
 * the server then reports success, but the standby may not have the data. */
static void on_notice(void *context, const PGresult *notice)
{
    struct postgresql_database *database = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);

    if (!severity || strcmp(severity, "WARNING") != 0)
        return;
    database->warned = database->warned || database->committing;
    log_event(LOG_WARN, "store.postgresql_warned", "warning", message, NULL);
}

struct parameters {
    const char *names[16], *values[16];
    char password[ENGINE_PASSWORD_SIZE];
};

/* Defaults first: values in the url override them. */
static bool collect(const struct store_options *options, struct parameters *out, struct text *why)
{
    *out = (struct parameters){
        {"fallback_application_name", "connect_timeout", "keepalives_idle", "keepalives_interval",
         "keepalives_count", "tcp_user_timeout", "target_session_attrs", "client_encoding", "dbname"},
        {"expresslink-portal", "5", "10", "5", "3", "15000", "read-write", "UTF8", options->url},
        ""};
    if (!options->password_file || !*options->password_file)
        return true;
    out->names[PARAMETERS] = "password";
    out->values[PARAMETERS] = out->password;
    return engine_read_password(options->password_file, out->password, why);
}

static PGconn *attempt(const struct store_options *options, struct text *why)
{
    struct parameters parameters;

    if (!collect(options, &parameters, why))
        return NULL;
    PGconn *handle = PQconnectdbParams(parameters.names, parameters.values, 1);
    if (PQstatus(handle) == CONNECTION_OK)
        return handle;
    text_puts(why, PQerrorMessage(handle));
    PQfinish(handle);
    return NULL;
}

/* Messages of libpq end with a newline, and may contain more. */
static void one_line(struct text *why)
{
    for (char *at = why->data; at && *at; at++)
        if (*at == '\n')
            *at = at[1] ? ';' : ' ';
    while (why->data && why->length && why->data[why->length - 1] == ' ')
        why->data[--why->length] = '\0';
}

void postgresql_drop(struct postgresql_database *database)
{
    PQfinish(database->handle);
    database->handle = NULL;
    database->spent = false;
    database->stale_since = 0;
}

/* Takes a new connection into use. A pooler reports a process ID of its own, which shows that there is one.
 * Without a pooler, session settings stay, so the server can also end reads, which have no transaction. */
static bool use(struct postgresql_database *database, PGconn *handle, struct text *why)
{
    char sql[64];

    database->handle = handle;
    database->direct = false;
    memset(database->prepared, 0, sizeof database->prepared);
    if (!handle)
        return false;
    PQsetNoticeReceiver(handle, on_notice, database);
    PGresult *result = PQexec(handle, "SELECT pg_backend_pid()");
    bool answered = PQresultStatus(result) == PGRES_TUPLES_OK;
    database->direct = answered && strtol(PQgetvalue(result, 0, 0), NULL, 10) == PQbackendPID(handle);
    PQclear(result);
    if (!answered) { /* there is a pooler, but no server behind it */
        text_puts(why, PQerrorMessage(handle));
        postgresql_drop(database);
        return false;
    }
    if (!database->direct)
        return true;
    snprintf(sql, sizeof sql, "SET statement_timeout = %lld", database->options->timeout_ms);
    PQclear(PQexec(handle, sql));
    return true;
}

static bool reconnect(struct postgresql_database *database)
{
    long long now = clock_monotonic_ms();
    TEXT struct text why = TEXT_EMPTY;

    if (now < database->next_connect)
        return false;
    postgresql_drop(database);
    if (use(database, attempt(database->options, &why), &why))
        return true;
    database->next_connect = clock_monotonic_ms() + RECONNECT_PAUSE_MS;
    if (now >= database->next_complaint) {
        one_line(&why);
        log_event(LOG_ERROR, "store.reconnect_failed", "error", text_get(&why), NULL);
        database->next_complaint = now + COMPLAIN_EVERY_MS;
    }
    return false;
}

/* Discards an answer that came too late, so that a slow server does not get more and more connections. False:
 * it is still outstanding. */
static bool has_caught_up(struct postgresql_database *database)
{
    if (!database->stale_since)
        return true;
    while (PQconsumeInput(database->handle) && !PQisBusy(database->handle)) {
        PGresult *late = PQgetResult(database->handle);
        if (!late) {
            database->stale_since = 0;
            return true;
        }
        PQclear(late);
    }
    if (PQstatus(database->handle) == CONNECTION_OK &&
        clock_monotonic_ms() - database->stale_since < STALE_MS)
        return false;
    /* Not cancelled: PQcancel() waits for a silent server without a limit. */
    postgresql_drop(database);
    return true;
}

/* Inside a transaction only the connection that began it will do. */
bool postgresql_is_connected(struct postgresql_database *database)
{
    if (database->spent && !database->begun)
        postgresql_drop(database);
    if (database->handle && !has_caught_up(database))
        return false;
    if (database->handle && PQstatus(database->handle) == CONNECTION_OK)
        return true;
    return !database->begun && reconnect(database);
}

bool postgresql_is_lost(const struct postgresql_database *database)
{
    return !database->handle || PQstatus(database->handle) != CONNECTION_OK;
}

/* ---- the first connection ---- */

/* Waits for the end of an attempt that was started, at most DIAGNOSIS_MS. */
static void finish_attempt(PGconn *handle)
{
    long long deadline = clock_monotonic_ms() + DIAGNOSIS_MS;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;

    while (PQstatus(handle) != CONNECTION_BAD &&
           (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING)) {
        struct pollfd wanted = {PQsocket(handle), status == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
        long long left = deadline - clock_monotonic_ms();
        if (left <= 0)
            return;
        if (poll(&wanted, 1, (int)left) > 0)
            status = PQconnectPoll(handle);
    }
}

/* PQconnectdb() does not say the SQLSTATE of a refusal, and its text is in the server's language. Another
 * attempt asks for the SQLSTATE; PQconnectdb() stays the one that counts, since only it goes on to the next
 * host when one is silent. */
static bool may_come_up(const struct store_options *options, struct text *why)
{
    struct parameters parameters;

    if (!collect(options, &parameters, why))
        return false;
    PGconn *handle = PQconnectStartParams(parameters.names, parameters.values, 1);
    PQsetErrorVerbosity(handle, PQERRORS_SQLSTATE);
    finish_attempt(handle);
    bool may = PQstatus(handle) != CONNECTION_BAD ||
               (!PQconnectionNeedsPassword(handle) && postgresql_may_come_up(PQerrorMessage(handle)));
    PQfinish(handle);
    return may;
}

static bool connect_first(struct postgresql_database *database, struct text *why)
{
    const struct store_options *options = database->options;

    for (;;) {
        text_clear(why);
        if (use(database, attempt(options, why), why))
            return true;
        one_line(why);
        if (!options->wait || !may_come_up(options, why) || !options->wait(options->context, text_get(why)))
            return false;
        postgresql_sleep(RECONNECT_PAUSE_MS);
    }
}

void postgresql_disconnect(struct database *base)
{
    if (!base)
        return;
    postgresql_drop(postgresql_own(base));
    free(base);
}

enum store_error postgresql_connect(struct engine *engine, bool writes, struct database **out,
                                    struct text *why)
{
    struct postgresql_database *database = memory_new(1, sizeof *database);

    (void)writes; /* readers and writers have the same connections */
    database->database.kind = engine->kind;
    database->options = ((const struct postgresql_engine *)(const void *)engine)->options;
    if (!connect_first(database, why)) {
        postgresql_disconnect(&database->database);
        return STORE_UNAVAILABLE;
    }
    *out = &database->database;
    return STORE_OK;
}
