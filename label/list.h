/* SPDX-License-Identifier: Apache-2.0 */
/* A list of labels as CSV, read piece by piece: thing name, and where there are any product and serial. UTF-8
 * with or without a byte order mark; comma, semicolon or tab, whichever the first line has most of; quotes;
 * any line ends; empty lines. A first row that names its columns says which is which, and others are left
 * aside. One thread. */
#ifndef LABEL_LIST_H
#define LABEL_LIST_H

#include <stddef.h>

#define LIST_ROW_MAX 16384 /* bytes; a row that is longer has a quote that nobody closed */

struct list_row { /* all borrowed during the call */
    const char *identifier;
    const char *product, *serial; /* "" for none */
    unsigned long long line;      /* where it begins, from 1 */
};

struct list_events {
    void *context;
    void (*row)(void *context, const struct list_row *row);
    /* A row that is not as it should be, and what is wrong with it. The list goes on after it. */
    void (*bad)(void *context, unsigned long long line, const char *why);
};

struct list;

struct list *list_new(const struct list_events *events); /* copied */
void list_free(struct list *list);
/* Calls row() and bad() for what is complete. */
void list_feed(struct list *list, const char *bytes, size_t length);
/* No more comes: calls for the rest. */
void list_end(struct list *list);

#endif
