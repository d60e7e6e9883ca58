/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a CSV, read piece by piece. UTF-8 with or without a byte order mark; comma, semicolon or tab,
 * whichever the first line has most of; quotes, also around line ends; any line ends; empty rows are none.
 * After a row that is not right reading goes on with the next one. One thread. */
#ifndef ACCOUNT_REGISTRATION_CSV_H
#define ACCOUNT_REGISTRATION_CSV_H

#include <stddef.h>

#define REGISTRATION_ROW_MAX 32768 /* bytes; a row that is longer has a quote that nobody closed */
#define REGISTRATION_FIELDS_MAX 64

struct registration_csv_events {
    void *context;
    /* fields are borrowed for the call; more than REGISTRATION_FIELDS_MAX are cut. line: where the row
     * begins, from 1. */
    void (*row)(void *context, const char *const *fields, size_t count, unsigned long long line);
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct registration_csv;

struct registration_csv *registration_csv_new(const struct registration_csv_events *events); /* copied */
void registration_csv_free(struct registration_csv *csv);
/* Calls row() and bad() for what is complete. */
void registration_csv_feed(struct registration_csv *csv, const char *bytes, size_t length);
/* No more comes: calls for the rest. */
void registration_csv_end(struct registration_csv *csv);

#endif
