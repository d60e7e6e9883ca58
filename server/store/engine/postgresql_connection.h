/* SPDX-License-Identifier: Apache-2.0 */
/* One connection to PostgreSQL: made, found to be of no more use, and made anew. For the files of this
 * folder.
 *
 * It belongs to one thread. A connection that was lost is replaced when something is to be asked next, but
 * never inside a transaction, and after a failed attempt not for a second. */
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

static inline struct postgresql_database *postgresql_own(struct database *database)
{
    return (struct postgresql_database *)(void *)database;
}

/* See engine_kind. Waits for a server that may still come up, for as long as options->wait() says so. */
enum store_error postgresql_connect(struct engine *engine, bool writes, struct database **out,
                                    struct text *why);
void postgresql_disconnect(struct database *database);

/* There is a connection to ask on: the one there was, or a new one. */
bool postgresql_is_connected(struct postgresql_database *database);
/* The connection is gone, and a transaction with it. */
bool postgresql_is_lost(const struct postgresql_database *database);
/* Closes it without waiting for anything. */
void postgresql_drop(struct postgresql_database *database);

void postgresql_sleep(long long ms);

#endif
