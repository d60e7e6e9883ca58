/* SPDX-License-Identifier: Apache-2.0 */
/* A backup as it is asked for, what is said of it, and what an engine does for backup.h. */
#ifndef SERVER_STORE_BACKUP_ENGINE_H
#define SERVER_STORE_BACKUP_ENGINE_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/text.h"
#include "server/store/job.h"
#include "server/store/options.h"

struct backup_request {
    const struct store_options *options; /* the store that is copied or replaced */
    const char *file;                    /* the backup */
    bool replace_file;                   /* backup_write(): may replace a file that is there */
    /* Called many times a second; percent is -1 where it is not known. False: stop. NULL: nobody watches. */
    bool (*watch)(void *context, const char *doing, int percent);
    void *context;
};

struct backup_report {
    bool has_manifest; /* false: a copy that the portal rescued; only its structure could be checked */
    long long made_at; /* wall ms; 0 without a manifest */
    int schema;        /* version */
    long long rows;    /* in all tables */
    bool is_noted;     /* backup_write(): backup_last() knows of it */
    char digest[DIGEST_SIZE];
};

struct database;
struct backup_engine {
    enum store_error (*write)(const struct backup_request *, struct backup_report *, struct text *why);
    enum store_error (*verify)(const struct backup_request *, struct backup_report *, struct text *why);
    enum store_error (*restore)(const struct backup_request *, struct backup_report *, struct text *kept,
                                struct text *why);
    long long (*last)(const struct database *);
};

#endif
