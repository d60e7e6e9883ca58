/* SPDX-License-Identifier: Apache-2.0 */
/* What backup and restore share: progress on a terminal, Ctrl-C, and their messages. Main thread only. */
#ifndef SERVER_OPERATOR_WATCH_H
#define SERVER_OPERATOR_WATCH_H

#include "base/progress.h"
#include "server/operator/operation.h"
#include "server/store/backup.h"

struct watch {
    struct progress progress;
    const char *doing; /* what is shown; NULL: nothing yet */
};

/* Makes a request that shows progress if standard error is a terminal, and that Ctrl-C cancels. watch and
 * settings are borrowed for the life of the request. */
struct backup_request watch_request(const struct settings *settings, const struct operation *operation,
                                    struct watch *watch);
/* Clears the progress line. */
void watch_end(struct watch *watch);

/* Prints "FILE: valid, 12 rows, schema 2, ..." on standard output. */
void watch_print(const char *file, const struct backup_report *report);

/* Prints why on standard error. Returns the exit status for the error. */
int watch_fail(enum store_error error, const char *why);

#endif
