/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL 12 and later, and what speaks like it, also through a pooler in transaction mode: no state of a
 * session, no prepared statements, no advisory locks, no LISTEN. Nothing waits for ever: the server ends a
 * statement that takes longer than the timeout, and where it does not even do that, we stop waiting a little
 * later. */
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/store/engine.h"

#define PARAMETERS_MAX 16
#define NUMBER_SIZE 24
#define GRACE_MS 2000           /* how much later than the server we stop waiting */
#define RECONNECT_PAUSE_MS 1000 /* after a failed attempt; jobs are told at once meanwhile */
#define COMPLAIN_EVERY_MS 10000
#define STALE_MS                                                                                             \
    60000 /* a read that was given up and still has no answer: its connection is given up too                \
           */
#define FOR_EVER 0
#define MIGRATION_TRIES 20
#define MIGRATION_PAUSE_MS 250

struct postgresql_engine {
    struct engine engine;
    const struct store_options *options;
};

struct postgresql_database {
    struct database database;
    const struct store_options *options;
    PGconn *handle;  /* NULL: not connected */
    bool begun;      /* a transaction of ours: no new connection may take its place */
    bool savepoint;  /* set: an error inside can be undone */
    bool retry;      /* the last error was one of those that go away */
    bool spent;      /* a new connection would do what this one cannot */
    bool committing; /* a warning now means that the commit is not safe */
    bool warned;
    long long stale_since; /* monotonic; an answer that nobody waits for any more is still to come; 0: none */
    long long next_connect, next_complaint;
    bool direct; /* no pooler in between, which could give us another session: statements are prepared */
    bool prepared[STATEMENT_COUNT];
};

static struct postgresql_database *own(struct database *database)
{
    return (struct postgresql_database *)(void *)database;
}

static void sleep_ms(long long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* ---- connecting ---- */

/* What the server warns of while it commits: "canceling wait for synchronous replication" above all. It says
 * success afterwards, and the standby may not have it. */
static void on_notice(void *context, const PGresult *notice)
{
    struct postgresql_database *database = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);

    if (!severity || strcmp(severity, "WARNING") != 0)
        return;
    database->warned = database->warned || database->committing;
    log_event(LOG_WARN, "store.postgresql_warning", "warning", message, NULL);
}

/* Ours first: what the url says counts more. */
static PGconn *attempt(const struct store_options *options, struct text *why)
{
    const char *names[16] = {"fallback_application_name", "connect_timeout",  "keepalives_idle",
                             "keepalives_interval",       "keepalives_count", "tcp_user_timeout",
                             "target_session_attrs",      "client_encoding",  "dbname"};
    const char *values[16] = {"expresslink-portal", "5",    "10",        "5", "3", "15000",
                              "read-write",         "UTF8", options->url};
    char password[ENGINE_PASSWORD_SIZE];
    size_t count = 9;

    if (options->password_file && *options->password_file) {
        if (!engine_read_password(options->password_file, password, why))
            return NULL;
        names[count] = "password";
        values[count] = password;
    }
    PGconn *handle = PQconnectdbParams(names, values, 1);
    if (PQstatus(handle) == CONNECTION_OK)
        return handle;
    text_puts(why, PQerrorMessage(handle));
    PQfinish(handle);
    return NULL;
}

/* Its messages have a newline at the end, and some in between. */
static void one_line(struct text *why)
{
    for (char *at = why->data; at && *at; at++)
        if (*at == '\n')
            *at = at[1] ? ';' : ' ';
    while (why->data && why->length && why->data[why->length - 1] == ' ')
        why->data[--why->length] = '\0';
}

static void drop(struct postgresql_database *database)
{
    PQfinish(database->handle);
    database->handle = NULL;
    database->spent = false;
    database->stale_since = 0;
}

/* A pooler makes up a process number of its own. Where there is none, what we say of the session stays:
 * reads, which have no transaction, are ended by the server as well. */
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
    if (!answered) { /* the pooler is there, and nobody behind it */
        text_puts(why, PQerrorMessage(handle));
        drop(database);
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
    drop(database);
    if (use(database, attempt(database->options, &why), &why))
        return true;
    database->next_connect = clock_monotonic_ms() + RECONNECT_PAUSE_MS;
    if (now >= database->next_complaint) {
        one_line(&why);
        log_event(LOG_ERROR, "store.unreachable", "error", text_get(&why), NULL);
        database->next_complaint = now + COMPLAIN_EVERY_MS;
    }
    return false;
}

/* An answer that came too late is thrown away, so that a slow server is not asked by more and more
 * connections. */
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
    drop(database); /* not cancelled: PQcancel() waits for a server that is silent, without a limit */
    return true;
}

/* There is a connection to ask on. Inside a transaction only the one that began it will do. */
static bool is_connected(struct postgresql_database *database)
{
    if (database->spent && !database->begun)
        drop(database);
    if (database->handle && !has_caught_up(database))
        return false;
    if (database->handle && PQstatus(database->handle) == CONNECTION_OK)
        return true;
    return !database->begun && reconnect(database);
}

/* ---- asking ---- */

static enum store_error translate(struct postgresql_database *database, const char *state)
{
    static const struct {
        const char *state; /* or how it begins */
        enum store_error error;
    } errors[] = {
        {"40001", STORE_UNAVAILABLE}, {"40P01", STORE_UNAVAILABLE}, {"55P03", STORE_UNAVAILABLE},
        {"57", STORE_UNAVAILABLE},    {"08", STORE_UNAVAILABLE},    {"53100", STORE_FULL},
        {"53", STORE_UNAVAILABLE},    {"25006", STORE_FULL},        {"58030", STORE_FULL},
        {"26000", STORE_UNAVAILABLE}, {"0A000", STORE_UNAVAILABLE},
    };

    /* Not a primary any more, another session than the one in which it was prepared, tables that have changed
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
        log_event(LOG_ERROR, "store.postgresql_failed", "doing", what, "sqlstate", state, "error", message,
                  NULL);
    if (state && strncmp(state, "XX00", 4) == 0 && state[4] != '0')
        log_event(LOG_ERROR, "store.damaged", "advice",
                  "the database is damaged; restore it from a backup, or fail over to a standby", NULL);
    return error;
}

/* False: the deadline is over, or the connection is. deadline: monotonic ms, or FOR_EVER. */
static bool wait_for_answer(PGconn *handle, long long deadline)
{
    while (PQisBusy(handle)) {
        struct pollfd socket = {.fd = PQsocket(handle), .events = POLLIN};
        long long left = deadline - clock_monotonic_ms();
        if (deadline != FOR_EVER && left <= 0)
            return false;
        int ready = poll(&socket, 1, deadline == FOR_EVER ? -1 : (int)left);
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

/* All the answers to what was sent: the last one, or the first that is an error. NULL: none came. */
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
    /* A read can be waited for later; a transaction whose state nobody knows is over. */
    if (PQstatus(database->handle) == CONNECTION_OK && !database->begun)
        database->stale_since = clock_monotonic_ms();
    else
        drop(database);
    return NULL;
}

static long long deadline_of(const struct postgresql_database *database)
{
    return clock_monotonic_ms() + database->options->timeout_ms + GRACE_MS;
}

/* Sends text of any number of statements. NULL with *error set; else PQclear it. */
static PGresult *ask(struct postgresql_database *database, const char *sql, long long deadline,
                     enum store_error *error)
{
    *error = STORE_UNAVAILABLE;
    if (!is_connected(database) || !PQsendQuery(database->handle, sql))
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

static enum store_error say(struct postgresql_database *database, const char *sql)
{
    enum store_error error;

    PQclear(ask(database, sql, deadline_of(database), &error));
    return error;
}

static bool is_lost(const struct postgresql_database *database)
{
    return !database->handle || PQstatus(database->handle) != CONNECTION_OK;
}

/* ---- transactions ---- */

static enum store_error postgresql_begin(struct database *base)
{
    struct postgresql_database *database = own(base);
    char sql[160];

    database->begun = database->savepoint = database->retry = false;
    /* Should we be stopped in the middle, nobody is to wait for our locks. */
    snprintf(sql, sizeof sql,
             "BEGIN; SET LOCAL statement_timeout = %lld; SET LOCAL"
             " idle_in_transaction_session_timeout = %lld",
             database->options->timeout_ms, database->options->timeout_ms + GRACE_MS);
    enum store_error error = say(database, sql);
    if (error == STORE_UNAVAILABLE && is_lost(database))
        error = say(database, sql); /* a connection that had died in its sleep; the next one may be fine */
    database->begun = !error;
    return error;
}

/* Never cancelled: with a standby to wait for, a cancelled commit says success. Where no answer comes, the
 * connection is dropped, and what became of it is looked up. */
static int postgresql_commit(struct database *base)
{
    struct postgresql_database *database = own(base);
    enum store_error error;

    database->committing = true;
    database->warned = false;
    PGresult *result = ask(database, "COMMIT", deadline_of(database), &error);
    bool rolled_back = result && strcmp(PQcmdStatus(result), "COMMIT") != 0;
    PQclear(result);
    database->committing = database->begun = false;
    if (error && is_lost(database))
        return ENGINE_UNCERTAIN;
    if (database->retry)
        return ENGINE_RETRY;
    if (!error && (rolled_back || database->warned))
        return STORE_UNAVAILABLE;
    return (int)error;
}

static void postgresql_rollback(struct database *base)
{
    struct postgresql_database *database = own(base);

    if (database->handle && database->begun && PQtransactionStatus(database->handle) != PQTRANS_IDLE &&
        say(database, "ROLLBACK") != STORE_OK)
        drop(database);
    database->begun = database->savepoint = false;
}

static enum store_error postgresql_savepoint(struct database *base)
{
    enum store_error error = say(own(base), "SAVEPOINT job");

    own(base)->savepoint = !error;
    return error;
}

static enum store_error postgresql_release(struct database *base)
{
    own(base)->savepoint = false;
    return say(own(base), "RELEASE SAVEPOINT job");
}

static enum store_error postgresql_undo(struct database *base)
{
    return say(own(base), "ROLLBACK TO SAVEPOINT job");
}

static bool postgresql_in_transaction(const struct database *base)
{
    const struct postgresql_database *database = (const struct postgresql_database *)(const void *)base;

    if (!database->handle || !database->begun || database->retry)
        return false;
    PGTransactionStatusType status = PQtransactionStatus(database->handle);
    return status == PQTRANS_INTRANS || (status == PQTRANS_INERROR && database->savepoint);
}

static bool postgresql_may_retry(const struct database *base)
{
    return ((const struct postgresql_database *)(const void *)base)->retry;
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

/* {1,2,3} or {"a",NULL}. */
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

/* The parameters of one call, as text; types come from where they are used. */
struct parameters {
    const char *values[PARAMETERS_MAX];
    char numbers[PARAMETERS_MAX][NUMBER_SIZE];
    struct text lists[PARAMETERS_MAX];
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

/* It is there already: made by an earlier attempt whose answer was not waited for. */
static bool is_prepared(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    return is_good(result) || (state && strcmp(state, "42P05") == 0);
}

/* Once a connection. The answer that says what is wrong with the statement, or NULL. */
static PGresult *prepare(struct postgresql_database *database, enum statement name, const char *label)
{
    if (database->prepared[name])
        return NULL;
    if (!PQsendPrepare(database->handle, label, statement_text(name, DIALECT_POSTGRESQL), 0, NULL))
        return NULL;
    PGresult *result = take_answers(database, deadline_of(database));
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

    if (!is_connected(database))
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
    return sent ? take_answers(database, deadline_of(database)) : NULL;
}

/* NULL with *error set; else PQclear it. */
static PGresult *ask_statement(struct postgresql_database *database, enum statement name,
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

static enum store_error postgresql_execute(struct database *base, enum statement name,
                                           struct sql_values values, database_each *each, void *context,
                                           long long *changed, long long *rows)
{
    struct postgresql_database *database = own(base);
    enum store_error error;

    if (values.count > PARAMETERS_MAX)
        abort();
    PGresult *result = ask_statement(database, name, values, &error);
    if (!result && !database->begun &&
        (is_lost(database) || database->spent)) /* a new one may do, as in begin */
        result = ask_statement(database, name, values, &error);
    if (!result)
        return error;
    for (int i = 0; each && i < PQntuples(result); i++) {
        const struct row row = {base->kind, result, i};
        each(context, &row);
    }
    if (rows)
        *rows = PQntuples(result);
    if (changed)
        *changed = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return STORE_OK;
}

static const char *postgresql_text(const struct row *row, int column)
{
    return PQgetvalue(row->cells, row->number, column); /* "" where it is NULL */
}

static long long postgresql_integer(const struct row *row, int column)
{
    return strtoll(postgresql_text(row, column), NULL, 10);
}

static void id_row(void *context, const struct row *row)
{
    *(long long *)context = postgresql_integer(row, 0);
}

static enum store_error postgresql_insert(struct database *base, enum statement name,
                                          struct sql_values values, long long *id, bool *inserted)
{
    long long rows = 0;
    enum store_error error = postgresql_execute(base, name, values, id_row, id, NULL, &rows);

    *inserted = rows > 0;
    return error;
}

/* ---- opening ---- */

static enum store_error postgresql_open(const struct store_options *options, struct engine **out,
                                        struct text *why);

static void postgresql_close(struct engine *engine)
{
    free(engine);
}

/* Nobody listens yet, the machine has no name yet, it is starting: a start in the wrong order is no mistake.
 * What is wrong with the configuration will not change by waiting. */
static bool may_come_up(const char *message)
{
    static const char *const passing[] = {
        "starting up", "shutting down", "not yet accepting", "in recovery", "too many",
        "remaining connection slots", "read-only", "not read-write",
        /* pgbouncer's */
        "no more connections", "cannot connect to server", "server login has been failing",
        "query_wait_timeout", "pgbouncer is"};
    static const char *const lasting[] = {"FATAL:", "certificate", "SSL", "invalid", "no password supplied"};

    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (strstr(message, passing[i]))
            return true;
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
        if (strstr(message, lasting[i]))
            return false;
    return true;
}

static bool connect_first(struct postgresql_database *database, struct text *why)
{
    const struct store_options *options = database->options;

    for (;;) {
        text_clear(why);
        if (use(database, attempt(options, why), why))
            return true;
        one_line(why);
        if (!options->wait || !may_come_up(text_get(why)) || !options->wait(options->context, text_get(why)))
            return false;
        sleep_ms(RECONNECT_PAUSE_MS);
    }
}

static void postgresql_disconnect(struct database *base)
{
    if (!base)
        return;
    drop(own(base));
    free(base);
}

static enum store_error postgresql_connect(struct engine *engine, bool writes, struct database **out,
                                           struct text *why)
{
    struct postgresql_database *database = memory_new(1, sizeof *database);

    (void)writes; /* readers are told from writers by what they are asked to do */
    database->database.kind = engine->kind;
    database->options = ((const struct postgresql_engine *)(const void *)engine)->options;
    if (!connect_first(database, why)) {
        postgresql_disconnect(&database->database);
        return STORE_UNAVAILABLE;
    }
    *out = &database->database;
    return STORE_OK;
}

static enum store_error postgresql_ready(struct database *base, struct text *why)
{
    (void)base;
    (void)why;
    return STORE_OK;
}

/* ---- the schema ---- */

static enum store_error explain(enum store_error error, const char *what, struct text *why)
{
    if (error)
        text_printf(why, "%s: %s; the log says more", what, store_error_name(error));
    return error;
}

static enum store_error postgresql_state(struct database *base, struct schema_state *out, struct text *why)
{
    static const char tables[] =
        "SELECT to_regclass('schema_migrations') IS NOT NULL, to_regclass('claims') IS NOT NULL";
    static const char versions[] =
        "SELECT coalesce(max(version), 0), coalesce(max(oldest_program), 0) FROM schema_migrations";
    struct postgresql_database *database = own(base);
    enum store_error error;

    PGresult *result = ask(database, tables, deadline_of(database), &error);
    if (!result)
        return explain(error, "the tables cannot be looked at", why);
    bool ours = *PQgetvalue(result, 0, 0) == 't', claims = *PQgetvalue(result, 0, 1) == 't';
    PQclear(result);
    *out = (struct schema_state){.foreign = claims && !ours};
    if (!ours)
        return STORE_OK;
    result = ask(database, versions, deadline_of(database), &error);
    if (!result)
        return explain(error, "schema_migrations cannot be read", why);
    out->version = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
    out->oldest_program = (int)strtol(PQgetvalue(result, 0, 1), NULL, 10);
    PQclear(result);
    return STORE_OK;
}

/* Two portals that start together: the table's lock makes the second wait and then find the step taken. */
static enum store_error take_step(struct postgresql_database *database, const struct migration *migration)
{
    static const char begin[] =
        "BEGIN; SET LOCAL statement_timeout = 0; CREATE TABLE IF NOT EXISTS schema_migrations (version "
        "BIGINT PRIMARY KEY, oldest_program "
        "BIGINT NOT NULL,"
        " name TEXT NOT NULL, applied_at BIGINT NOT NULL); LOCK TABLE schema_migrations IN EXCLUSIVE MODE";
    TEXT struct text sql = TEXT_EMPTY;
    enum store_error error;

    PQclear(ask(database, begin, FOR_EVER, &error));
    if (error)
        return error;
    text_printf(&sql, "SELECT 1 FROM schema_migrations WHERE version = %d", migration->version);
    PGresult *result = ask(database, text_get(&sql), FOR_EVER, &error);
    bool taken = result && PQntuples(result) > 0;
    PQclear(result);
    if (error || taken)
        return error ? error : say(database, "COMMIT");
    text_clear(&sql);
    text_printf(&sql, "%s; INSERT INTO schema_migrations VALUES (%d, %d, '%s', %lld); COMMIT", migration->sql,
                migration->version, migration->oldest_program, migration->name, clock_wall_ms());
    PQclear(ask(database, text_get(&sql), FOR_EVER, &error));
    return error;
}

static enum store_error postgresql_apply(struct database *base, const struct migration *migration,
                                         struct text *why)
{
    struct postgresql_database *database = own(base);
    enum store_error error = take_step(database, migration);

    /* Another portal may be making the very table; a lost connection has undone everything. */
    for (int i = 0; i < MIGRATION_TRIES && error; i++) {
        if (database->handle && PQtransactionStatus(database->handle) != PQTRANS_IDLE)
            (void)!say(database, "ROLLBACK");
        sleep_ms(MIGRATION_PAUSE_MS);
        error = take_step(database, migration);
    }
    return explain(error, migration->name, why);
}

const struct engine_kind engine_postgresql = {
    .scheme = "postgresql",
    .has_round_trips = true,
    .writers_max = 32,
    .open = postgresql_open,
    .close = postgresql_close,
    .connect = postgresql_connect,
    .disconnect = postgresql_disconnect,
    .ready = postgresql_ready,
    .begin = postgresql_begin,
    .commit = postgresql_commit,
    .rollback = postgresql_rollback,
    .savepoint = postgresql_savepoint,
    .release = postgresql_release,
    .undo = postgresql_undo,
    .in_transaction = postgresql_in_transaction,
    .may_retry = postgresql_may_retry,
    .execute = postgresql_execute,
    .insert = postgresql_insert,
    .integer = postgresql_integer,
    .text = postgresql_text,
    .migrations = {migrations_postgresql, &migrations_postgresql_count, postgresql_state, postgresql_apply},
};

static enum store_error postgresql_open(const struct store_options *options, struct engine **out,
                                        struct text *why)
{
    struct postgresql_engine *engine = memory_new(1, sizeof *engine);

    (void)why;
    *engine = (struct postgresql_engine){{&engine_postgresql}, options};
    *out = &engine->engine;
    return STORE_OK;
}
