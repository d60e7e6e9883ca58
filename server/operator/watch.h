/* SPDX-License-Identifier: Apache-2.0 */
/* What backup and restore have in common: progress on a terminal, Ctrl-C, and what they say. */
#ifndef SERVER_OPERATOR_WATCH_H
#define SERVER_OPERATOR_WATCH_H

#include "server/operator/operator.h"
#include "server/store/backup.h"

struct watch {
    bool is_terminal;
    const char *doing;
    int percent;
};

/* A request whose progress is shown where standard error is a terminal. watch is borrowed. */
struct backup_request watch_request(const struct settings *settings, const struct operation *operation,
                                    struct watch *watch);
/* Clears the line. */
void watch_end(const struct watch *watch);

/* "FILE: 12 rows, schema 2, ..." on standard output. */
void watch_say(const char *file, const struct backup_report *report);

/* Says why on standard error; the exit status. */
int watch_complain(enum store_error error, const char *why);

#endif
