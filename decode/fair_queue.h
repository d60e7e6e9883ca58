/* SPDX-License-Identifier: Apache-2.0 */
/* Work that waits, and whose turn is next: start-time fair queueing (Goyal, Vin and Cheng 1996) by the
 * processor time that was really used, first between networks, then between the clients of a network. What a
 * piece of work costs is only known afterwards, so it is charged while it runs. Of one client's pieces, those
 * that have used least go first. A client that has waited for nothing gets no credit for it, and one whose
 * work is done keeps its debt while others are busy. Memory is bounded by the pieces of work plus a fixed
 * number of debts.
 *
 * Not thread-safe: the caller locks. Each call takes time proportional to the number of pieces. */
#ifndef DECODE_FAIR_QUEUE_H
#define DECODE_FAIR_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fair_client {
    uint64_t network, address; /* any numbers that are the same for the same one */
};

struct fair_share; /* what is known of a network, or of a client in it */

/* A piece of work. Embed it; it is borrowed from fair_queue_add() to fair_queue_leave(). */
struct fair_entry {
    struct fair_client client; /* set it before fair_queue_add() */
    long long used_us;         /* processor time, read-only */
    /* private */
    struct fair_share *own, *network;
    unsigned long long number; /* in order of arrival */
    bool running;
    struct fair_entry *next, *previous;
};

struct fair_queue {
    unsigned waiting, running; /* read-only */
    /* private */
    struct fair_entry *first, *last; /* that wait, in order of arrival */
    struct fair_share *shares;
    unsigned idle; /* shares that only remember a debt */
    unsigned long long next_number;
    long long floor; /* what the tags of newcomers count from */
};

/* A zeroed queue is empty. Call with none waiting or running. */
void fair_queue_fini(struct fair_queue *queue);

/* The entry waits from now on. */
void fair_queue_add(struct fair_queue *queue, struct fair_entry *entry);
/* The waiting entry whose turn it is; NULL: none waits. */
struct fair_entry *fair_queue_next(const struct fair_queue *queue);
/* The waiting entry that was added first; NULL: none waits. */
struct fair_entry *fair_queue_oldest(const struct fair_queue *queue);
/* Of the network that has most waiting, of its client that has most: the one that came last. It is the one to
 * give up if there are too many. NULL: none waits. */
struct fair_entry *fair_queue_last_of_most(const struct fair_queue *queue);

/* A waiting entry runs from now on. */
void fair_queue_start(struct fair_queue *queue, struct fair_entry *entry);
/* A running entry has used so much more. */
void fair_queue_charge(struct fair_queue *queue, struct fair_entry *entry, long long used_us);
/* Whether an entry that waits has more right to run than this one, which does. */
bool fair_queue_is_due_before(const struct fair_queue *queue, const struct fair_entry *running);
/* A running entry waits again. */
void fair_queue_stop(struct fair_queue *queue, struct fair_entry *entry);

/* The entry, waiting or running, is done with. */
void fair_queue_leave(struct fair_queue *queue, struct fair_entry *entry);

#endif
