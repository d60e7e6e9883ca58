/* SPDX-License-Identifier: Apache-2.0 */
/* What a supply (supply.h) asks the store, and the answers. Each kind of question has one job, which is used
 * again and again: a question is asked with errands_ask(), and from then on the errands have what it reads
 * and writes, until errands_take_answer() was true for it or has noted that it failed. What a leader alone
 * may write is only written in the term in which it was asked. For supply.c only, on the dispatcher's thread.
 */
#ifndef SERVER_ONBOARDING_SUPPLY_ERRANDS_H
#define SERVER_ONBOARDING_SUPPLY_ERRANDS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/onboarding/leadership.h"
#include "server/store/crowding.h"
#include "server/store/deliveries.h"
#include "server/store/store.h"

enum errand_kind {
    RECALL, /* the networks, at the start */
    LOAD,   /* a page of the open claims */
    PEEK,   /* whether new claims are due */
    TAKE,   /* new claims */
    READ,   /* those to be sent next */
    CHECK,  /* whether some have ended */
    RECORD, /* the networks that have changed */
    TELL,   /* how long first messages wait */
};
#define ERRANDS (TELL + 1)

struct errands;

/* The job of one kind. The store's until it is answered. */
struct errand {
    struct store_job job;
    struct errands *errands;
    bool asked, answered, failed;
    enum store_error result;
    long long term; /* in which it was asked */
    long long next; /* monotonic ms: not before */
};

struct errands_options {
    const char *account; /* borrowed */
    struct store *store;
    const struct post *post;     /* borrowed */
    long long offered_again_ms;  /* after this time the store offers a taken delivery again */
    void (*wake)(void *context); /* the store has answered; any thread, must not block */
    void *context;
};

struct errands {
    struct errands_options options;
    long long term; /* in which the caller leads */
    struct errand list[ERRANDS];
    /* RECALL and RECORD */
    struct network_row *networks;
    size_t network_count;
    /* TELL */
    struct queue_length queue;
    /* LOAD */
    struct delivery_turn page[DELIVERIES_MAX], page_end;
    size_t page_count;
    bool has_page; /* the next page is the one after page_end */
    /* PEEK, TAKE */
    struct delivery_turn taken[DELIVERIES_MAX];
    size_t taken_count;
    bool due;
    /* READ, CHECK */
    long long read_ids[DELIVERIES_MAX], check_ids[DELIVERIES_MAX];
    size_t read_id_count, check_id_count;
    struct delivery read[DELIVERIES_MAX], checked[DELIVERIES_MAX];
    size_t read_count, checked_count;

    pthread_mutex_t lock; /* over answered */
};

/* errands: zeroed, and it stays where it is. */
void errands_init(struct errands *errands, const struct errands_options *options);
/* While errands_are_asking() is false. */
void errands_fini(struct errands *errands);

/* Whether no such question is open, and its pause is over. */
bool errands_may_ask(const struct errands *errands, enum errand_kind kind);
/* The next one of this kind may be asked after pause_ms. */
void errands_ask(struct errands *errands, enum errand_kind kind, long long pause_ms);
/* Whether there is a new answer without an error. After an error the kind has `failed`, and pauses. */
bool errands_take_answer(struct errands *errands, enum errand_kind kind);
/* The store has a job of it. */
bool errands_are_asking(const struct errands *errands);

#endif
