/* SPDX-License-Identifier: Apache-2.0 */
/* Parses CSV files made by people, in pieces: csv_rows_feed() calls back for each complete row. Input is
 * UTF-8 with or without a byte order mark. The delimiter is a comma, semicolon or tab, whichever is most
 * frequent in the first line. Accepts quoted fields, which may contain line breaks, and any line endings.
 * Skips empty rows. What spreadsheets add is read: a first row sep=; with the delimiter, and ="..." around a
 * text. UTF-16 is reported once, as one bad row. Parsing continues after an invalid row. Not thread-safe. */
#ifndef BASE_CSV_ROWS_H
#define BASE_CSV_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define CSV_ROWS_FIELDS_MAX 64

struct csv_rows_events {
    void *context;
    /* fields are borrowed for the call; fields after CSV_ROWS_FIELDS_MAX are dropped. line: where the row
     * starts, from 1. */
    void (*row)(void *context, const char *const *fields, size_t count, unsigned long long line);
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct csv_rows;

/* events is copied. A row of more than row_max bytes is reported as bad: probably a quote is not closed. */
struct csv_rows *csv_rows_new(const struct csv_rows_events *events, size_t row_max);
void csv_rows_free(struct csv_rows *rows);
/* Calls row() or bad() for each row that is complete. */
void csv_rows_feed(struct csv_rows *rows, const char *bytes, size_t length);
/* End of input: calls row() or bad() for the rest. */
void csv_rows_end(struct csv_rows *rows);

/* For a row() that is being called: whether this field of it has an invisible character, which a name must
 * not have; then why gets a sentence with its column in the line where the row begins. */
bool csv_rows_explain_hidden(const struct csv_rows *rows, const char *field, struct text *why);

/* Whether a field is one of these titles. titles is a list of lower-case letters and digits, ended by NULL.
 * Case and other characters of the field are ignored: "Thing name" matches "thingname". */
bool csv_rows_is_title(const char *field, const char *const *titles);

#endif
