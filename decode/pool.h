/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of long-lived expresslink-decode processes, each with a thread that feeds it. A process that dies or
 * exceeds its deadline is replaced and fails only its own picture.
 *
 * Clients share the processor time fairly (fair_queue.h). Nobody knows beforehand what a picture costs: a few
 * milliseconds, or all that a picture may use. So while others wait that have used less, a picture is put
 * back after a slice, to start anew when its turn comes with a longer one. All processes but one may be given
 * to pictures that have used up both slices. */
#ifndef DECODE_POOL_H
#define DECODE_POOL_H

#include <stdbool.h>

#include "base/text.h"
#include "decode/decode.h"
#include "decode/fair_queue.h"

struct decode_pool;

struct decode_pool_options {
    const char *program;   /* borrowed during the call; NULL: decode_program() */
    unsigned processes;    /* 1 or more */
    unsigned waiting_max;  /* pictures in the queue, excluding those being read */
    long long deadline_ms; /* per picture, processor time; 0: DECODE_DEADLINE_MS (process.h) */
    long long wait_ms;     /* a picture that was not read after so long and waits is given up; 0: never */
};

struct decode_job {
    const unsigned char *bytes; /* borrowed until done() is called */
    size_t length;
    struct fair_client client; /* whose picture it is */
    /* Called on a thread of the pool, or on one that submits another job. result is borrowed, NULL unless
     * DECODE_OK. Must not block; may free the job. */
    void (*done)(void *argument, enum decode_error error, struct decode_result *result);
    void *argument;
    /* private */
    struct fair_entry entry;
    long long submitted; /* monotonic ms */
    unsigned slices;     /* that it has used up */
};

struct decode_pool_counts { /* since decode_pool_start() */
    unsigned long long
        answered[DECODE_UNAVAILABLE + 1]; /* pictures by outcome; rejected ones count as UNAVAILABLE */
    unsigned long long milliseconds;      /* total time spent on them */
    unsigned long long processor_us;      /* total processor time spent on them */
    unsigned long long put_back;          /* slices that were not enough */
    unsigned long long displaced;         /* pictures given up for others: the queue was full */
    unsigned long long expired;           /* pictures given up because they had waited too long */
    unsigned long long replaced;          /* processes */
    unsigned processes;                   /* alive now */
    unsigned waiting;                     /* pictures in the queue now */
};

/* Returns NULL with a sentence in *why if no process can be started. */
struct decode_pool *decode_pool_start(const struct decode_pool_options *options, struct text *why);
/* Stops the pool after all accepted jobs are answered, queued ones with DECODE_UNAVAILABLE. NULL is
 * allowed. */
void decode_pool_stop(struct decode_pool *pool);

/* Queues a job. Any thread, never blocks. If the queue is full, the client that has most pictures in it loses
 * the last of them, which is answered DECODE_UNAVAILABLE. Returns false if that is this one, or if the pool
 * is stopping; done() is then not called. */
bool decode_pool_submit(struct decode_pool *pool, struct decode_job *job) __attribute__((warn_unused_result));

void decode_pool_count(struct decode_pool *pool, struct decode_pool_counts *out);

#endif
