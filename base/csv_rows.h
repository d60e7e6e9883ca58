/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a CSV that people have made, read piece by piece. UTF-8 with or without a byte order mark;
 * comma, semicolon or tab, whichever the first line has most of; quotes, also around line ends; any line
 * ends; empty rows are none. After a row that is not right reading goes on with the next one. One thread. */
#ifndef BASE_CSV_ROWS_H
#define BASE_CSV_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#define CSV_ROWS_FIELDS_MAX 64

struct csv_rows_events {
    void *context;
    /* fields are borrowed for the call; more than CSV_ROWS_FIELDS_MAX are cut. line: where the row
     * begins, from 1. */
    void (*row)(void *context, const char *const *fields, size_t count, unsigned long long line);
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct csv_rows;

/* events is copied. A row of more than row_max bytes has a quote that nobody closed. */
struct csv_rows *csv_rows_new(const struct csv_rows_events *events, size_t row_max);
void csv_rows_free(struct csv_rows *rows);
/* Calls row() and bad() for what is complete. */
void csv_rows_feed(struct csv_rows *rows, const char *bytes, size_t length);
/* No more comes: calls for the rest. */
void csv_rows_end(struct csv_rows *rows);

/* Whether a field is one of these titles, which are letters and digits in small letters and end with NULL;
 * only letters and digits of the field count, whatever their case: "Thing name" is thingname. */
bool csv_rows_is_title(const char *field, const char *const *titles);

#endif
