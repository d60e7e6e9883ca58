/* SPDX-License-Identifier: Apache-2.0 */
/* The options of store_open(), and the schema versions that store_migrate() reports. */
#ifndef SERVER_STORE_OPTIONS_H
#define SERVER_STORE_OPTIONS_H

#include <stdbool.h>

struct owners_rules;

struct store_options {
    const char *url;                   /* "sqlite:/path/to/portal.db", "postgresql://host/database?..." */
    const char *password_file;         /* PostgreSQL: read at each connect; NULL or "": none */
    unsigned writers, readers;         /* connections, at least 1; SQLite always has one writer */
    long long timeout_ms;              /* PostgreSQL: time limit of a statement */
    bool alone;                        /* an operator's command: no other jobs wait, so one may take long */
    const struct owners_rules *owners; /* borrowed (owners.h); NULL: the label is a sufficient proof */
    /* PostgreSQL: called repeatedly while the database cannot be reached at start. Returns false to give up.
     * NULL: give up at once. */
    bool (*wait)(void *context, const char *why);
    void *context;
};

/* The schema versions before and after an upgrade. */
struct store_versions {
    int from, to; /* 0: there was no schema */
};

#endif
