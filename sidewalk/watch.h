/* SPDX-License-Identifier: Apache-2.0 */
/* Follows an import task until it has ended: polls AWS, reports news, and continues after errors. It stores
 * nothing: after an interruption or a kill, watching again loses nothing. */
#ifndef SIDEWALK_WATCH_H
#define SIDEWALK_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sidewalk/import_task.h"

enum watch_kind {
    WATCH_STATE,   /* the first answer, or the task has a new state */
    WATCH_COUNTS,  /* devices have new states */
    WATCH_SAME,    /* an answer without news */
    WATCH_TROUBLE, /* no answer: see why; it will be retried */
    WATCH_TIME,    /* about every second, for clocks on screens */
};

struct watch_news { /* borrowed during the call */
    enum watch_kind kind;
    const struct import_task *task; /* the last answer; NULL before the first */
    long long elapsed_ms;           /* since AWS created the task; without an answer: since watch() began */
    double rate;                    /* devices per second that ended recently; below 0: unknown */
    enum aws_error error;           /* for WATCH_TROUBLE */
    const char *why;
    unsigned troubles; /* in a row */
};

struct watch_options {
    struct aws_session *session;
    const char *id;
    long long
        interval_ms;   /* between two requests; 0: 5 s, and 30 s while the task waits for the control log */
    unsigned patience; /* maximum number of consecutive requests without valid credentials; 0: 60 */
    void (*news)(void *context, const struct watch_news *news); /* on the caller's thread */
    void *context;
    const atomic_int *interrupted; /* from a signal or another thread; may be NULL */
};

enum watch_result {
    WATCH_ENDED,       /* see out: COMPLETE is not always success */
    WATCH_GONE,        /* there is no such task (any more) */
    WATCH_GAVE_UP,     /* AWS refuses, or there were no valid credentials; see *error and why */
    WATCH_INTERRUPTED, /* out has the last answer; its id is NULL without one */
};

/* Blocks, maybe for hours. Initialises out; the caller frees it. Waits without limit while the network fails,
 * AWS throttles or AWS has errors. */
enum watch_result watch(const struct watch_options *options, struct import_task *out, enum aws_error *error,
                        struct text *why) __attribute__((warn_unused_result));

#endif
