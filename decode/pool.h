/* SPDX-License-Identifier: Apache-2.0 */
/* A few expresslink-decode processes that are kept, each with a thread that feeds it; one that dies or is
 * late is replaced and has cost its picture alone. */
#ifndef DECODE_POOL_H
#define DECODE_POOL_H

#include <stdbool.h>

#include "base/text.h"
#include "decode/decode.h"

struct decode_pool;

struct decode_pool_options {
    const char *program;   /* borrowed during start; NULL: decode_program() */
    unsigned processes;    /* 1 or more */
    unsigned waiting_max;  /* pictures in the queue, those in hand not counted */
    long long deadline_ms; /* for one picture, from when it is taken in hand; 0: DECODE_DEADLINE_MS */
};

struct decode_job {
    const unsigned char *bytes; /* borrowed until done() has been called */
    size_t length;
    /* On a thread of the pool. result is borrowed, NULL but for DECODE_OK. Must not block; may free the job.
     */
    void (*done)(void *argument, enum decode_error error, struct decode_result *result);
    void *argument;
    /* private */
    struct decode_job *next;
};

struct decode_pool_counts { /* since the start */
    unsigned long long
        answered[DECODE_UNAVAILABLE + 1]; /* pictures by outcome; refused ones under UNAVAILABLE */
    unsigned long long milliseconds;      /* spent on them, all together */
    unsigned long long replaced;          /* processes */
    unsigned processes;                   /* alive now */
    unsigned waiting;                     /* pictures in the queue now */
};

/* NULL with a sentence in *why when not even the first process starts. */
struct decode_pool *decode_pool_start(const struct decode_pool_options *options, struct text *why);
/* Every job that was taken is answered first, those in the queue with DECODE_UNAVAILABLE. NULL is fine. */
void decode_pool_stop(struct decode_pool *pool);

/* Any thread, never blocks. False: too many wait, or it is stopping; done() will not be called. */
bool decode_pool_submit(struct decode_pool *pool, struct decode_job *job) __attribute__((warn_unused_result));

void decode_pool_count(struct decode_pool *pool, struct decode_pool_counts *out);

#endif
