/* SPDX-License-Identifier: Apache-2.0 */
/* Where the store is and how it is used. */
#ifndef SERVER_STORE_OPTIONS_H
#define SERVER_STORE_OPTIONS_H

#include <stdbool.h>

struct store_options {
    const char *url;           /* "sqlite:/path/to/portal.db", "postgresql://host/database?..." */
    const char *password_file; /* PostgreSQL: read at each connect; NULL or "": none */
    unsigned writers, readers; /* connections, at least 1; SQLite has one writer whatever is asked for */
    long long timeout_ms;      /* PostgreSQL: a statement that takes longer is given up */
    bool alone;                /* an operator's command: nobody else waits for what a job takes */
    /* PostgreSQL: asked while the database cannot be reached at start; false gives up. NULL: gives up at
     * once. */
    bool (*wait)(void *context, const char *why);
    void *context;
};

/* What bringing the schema up to date did to it. */
struct store_versions {
    int from, to; /* 0: there was none */
};

#endif
