/* SPDX-License-Identifier: Apache-2.0 */
/* Follows an import task until it has ended: asks AWS again and again, tells what it hears, and goes on after
 * errors. It keeps nothing: who was interrupted, or killed, watches again and has lost nothing. */
#ifndef SIDEWALK_WATCH_H
#define SIDEWALK_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sidewalk/import_task.h"

enum watch_kind {
    WATCH_STATE,   /* the first answer, or the task's state is another one */
    WATCH_COUNTS,  /* devices are in other states */
    WATCH_SAME,    /* an answer without any news */
    WATCH_TROUBLE, /* no answer: why; it is asked again */
    WATCH_TIME,    /* about every second, for clocks on screens */
};

struct watch_news { /* borrowed during the call */
    enum watch_kind kind;
    const struct import_task *task; /* the last answer; NULL before the first */
    long long elapsed_ms;           /* since AWS made the task; without an answer: since watch() began */
    double rate;                    /* devices a second that came to an end lately; below 0: not known */
    enum aws_error error;           /* of WATCH_TROUBLE */
    const char *why;
    unsigned troubles; /* in a row */
};

struct watch_options {
    struct aws_session *session;
    const char *id;
    long long interval_ms; /* between two questions; 0: 5 s, and 30 s while it waits for the control log */
    unsigned patience;     /* so many questions in a row without credentials that are valid; 0: 60 */
    void (*news)(void *context, const struct watch_news *news); /* on the caller's thread */
    void *context;
    const atomic_int *interrupted; /* from a signal or another thread; may be NULL */
};

enum watch_result {
    WATCH_ENDED,       /* out says how: COMPLETE is not success */
    WATCH_GONE,        /* there is no such task (any more) */
    WATCH_GAVE_UP,     /* AWS refuses, or no valid credentials came; *error and why say more */
    WATCH_INTERRUPTED, /* out has the last answer, if there was one (id is not NULL) */
};

/* Blocks for hours. out is initialised here and to be finished by the caller. Trouble with the network, with
 * throttling and with AWS itself is waited out without end. */
enum watch_result watch(const struct watch_options *options, struct import_task *out, enum aws_error *error,
                        struct text *why) __attribute__((warn_unused_result));

#endif
