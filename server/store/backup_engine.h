/* SPDX-License-Identifier: Apache-2.0 */
/* The request for a backup, the report about it, and what an engine implements for backup.h. */
#ifndef SERVER_STORE_BACKUP_ENGINE_H
#define SERVER_STORE_BACKUP_ENGINE_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/text.h"
#include "server/store/job.h"
#include "server/store/options.h"

struct backup_request {
    const struct store_options *options; /* the store to copy or replace */
    const char *file;                    /* the backup */
    bool replace_file;                   /* backup_write() may replace an existing file */
    /* Reports progress, many times a second. doing: the current step, NULL: unchanged. percent: -1 if
     * unknown. Returns false to stop. NULL: no progress. */
    bool (*watch)(void *context, const char *doing, int percent);
    void *context;
};

struct backup_report {
    bool has_manifest; /* false: a copy that the portal rescued, whose structure only was checked */
    long long made_at; /* wall ms; 0 without a manifest */
    int schema;        /* version */
    long long rows;    /* in all tables */
    bool is_recorded;  /* backup_write(): its time is recorded for backup_last() */
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
