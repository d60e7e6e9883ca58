/* SPDX-License-Identifier: Apache-2.0 */
/* Opens, checks and replaces connections to PostgreSQL. Private to server/store/engine/.
 *
 * A connection belongs to one thread. A lost connection is replaced when it is used next, but never inside a
 * transaction, and not within a second of a failed attempt. */
#ifndef SERVER_STORE_ENGINE_POSTGRESQL_CONNECTION_H
#define SERVER_STORE_ENGINE_POSTGRESQL_CONNECTION_H

#include <libpq-fe.h>

#include "server/store/engine.h"

struct postgresql_engine {
    struct engine engine;
    const struct store_options *options;
};

struct postgresql_database {
    struct database database;
    const struct store_options *options;
    PGconn *handle;  /* NULL: not connected */
    bool begun;      /* in a transaction: the connection must not be replaced */
    bool savepoint;  /* a savepoint is set: an error can be undone */
    bool retry;      /* the last error was transient */
    bool spent;      /* a new connection could do what this one cannot */
    bool committing; /* during a commit a warning means that it may not be safe */
    bool warned;
    long long stale_since; /* monotonic ms; since when an abandoned answer is outstanding; 0: none */
    long long next_connect, next_complaint;
    bool direct; /* no pooler in between, so the session stays the same: statements are prepared */
    bool prepared[STATEMENT_COUNT];
};

static inline struct postgresql_database *postgresql_own(struct database *database)
{
    return (struct postgresql_database *)(void *)database;
}

/* See engine_kind. Waits for a server that may still start, until options->wait() returns false. */
enum store_error postgresql_connect(struct engine *engine, bool writes, struct database **out,
                                    struct text *why);
void postgresql_disconnect(struct database *database);

/* Makes sure that there is a usable connection: the current one or a new one. Inside a transaction only the
 * one that began it will do. */
bool postgresql_is_connected(struct postgresql_database *database);
/* True if the connection is lost, and with it a transaction. */
bool postgresql_is_lost(const struct postgresql_database *database);
/* Closes the connection without waiting. */
void postgresql_drop(struct postgresql_database *database);

void postgresql_sleep(long long ms);

#endif
