/* SPDX-License-Identifier: Apache-2.0 */
/* Parses a CSV list of labels in pieces: thing name, optional product and serial. Input is UTF-8 with or
 * without a byte order mark, delimited by comma, semicolon or tab, whichever is most frequent in the first
 * line; quotes, any line endings and empty lines are accepted. A header row sets the columns; unknown columns
 * are ignored. Not thread-safe. */
#ifndef LABEL_LABEL_LIST_H
#define LABEL_LABEL_LIST_H

#include <stddef.h>

#define LABEL_LIST_ROW_MAX 16384 /* bytes; a longer row has an unclosed quote */

struct label_list_row { /* all borrowed for the call */
    const char *identifier;
    const char *product, *serial; /* "" for none */
    unsigned long long line;      /* where the row starts, from 1 */
};

struct label_list_events {
    void *context;
    void (*row)(void *context, const struct label_list_row *row);
    /* An invalid row and what is wrong with it. Parsing continues after it. */
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct label_list;

struct label_list *label_list_new(const struct label_list_events *events); /* copied */
void label_list_free(struct label_list *list);
/* Calls row() or bad() for each complete row. */
void label_list_feed(struct label_list *list, const char *bytes, size_t length);
/* End of input: calls row() or bad() for the rest. */
void label_list_end(struct label_list *list);

#endif
