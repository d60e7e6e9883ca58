/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/supply_errands.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/store/leaders.h"
#include "server/store/store_clock.h"

#define NETWORKS_MAX 20000                 /* read at the start */
#define AGAIN_MS 1000                      /* after an error of the store */
#define RECORD_KEPT_MS (6 * 3600 * 1000LL) /* a network's record has faded by then */

/* ---- run by the store ---- */

static enum store_error recall(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;

    return crowding_networks(tx, errands->options.account, errands->networks, NETWORKS_MAX,
                             &errands->network_count);
}

static enum store_error load(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;

    return deliveries_open(tx, errands->options.account, errands->has_page ? &errands->page_end : NULL,
                           errands->page, DELIVERIES_MAX, &errands->page_count);
}

static enum store_error peek(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;

    return deliveries_due(tx, errands->options.account, store_clock_ms(), &errands->due);
}

static enum store_error take(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;
    long long now = store_clock_ms();

    return deliveries_take(tx, errands->options.account, now, now + errands->options.offered_again_ms,
                           errands->taken, DELIVERIES_MAX, &errands->taken_count);
}

static enum store_error read_next(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;

    return deliveries_look(tx, errands->options.account, errands->read_ids, errands->read_id_count,
                           errands->read, &errands->read_count);
}

static enum store_error check(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;

    return deliveries_look(tx, errands->options.account, errands->check_ids, errands->check_id_count,
                           errands->checked, &errands->checked_count);
}

static enum store_error record(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;

    return crowding_set_networks(tx, errands->options.account, errands->networks, errands->network_count,
                                 store_clock_ms() - RECORD_KEPT_MS);
}

static enum store_error tell(struct store_tx *tx, void *argument)
{
    struct errands *errands = argument;

    return crowding_set_queue(tx, post_name(errands->options.post), &errands->queue);
}

static void answered(void *argument, enum store_error result)
{
    struct errand *errand = argument;
    struct errands *errands = errand->errands;

    /* Woken under the lock: once it is released, the errands may be freed. */
    pthread_mutex_lock(&errands->lock);
    errand->result = result;
    errand->answered = true;
    errands->options.wake(errands->options.context);
    pthread_mutex_unlock(&errands->lock);
}

static const struct {
    enum store_error (*run)(struct store_tx *, void *);
    bool writes;
} kinds[ERRANDS] = {
    [RECALL] = {recall, true},   [LOAD] = {load, false},   [PEEK] = {peek, false},    [TAKE] = {take, true},
    [READ] = {read_next, false}, [CHECK] = {check, false}, [RECORD] = {record, true}, [TELL] = {tell, true},
};

/* The store's done() gets the errand, its run() all of them. */
static enum store_error run_errand(struct store_tx *tx, void *argument)
{
    const struct errand *errand = argument;
    struct errands *errands = errand->errands;
    enum store_error error =
        errand->job.writes ? leaders_check(tx, post_name(errands->options.post), errand->term) : STORE_OK;

    return error ? error : kinds[errand - errands->list].run(tx, errands);
}

void errands_init(struct errands *errands, const struct errands_options *options)
{
    errands->options = *options;
    errands->networks = memory_new(NETWORKS_MAX, sizeof *errands->networks);
    for (size_t i = 0; i < ERRANDS; i++) {
        struct errand *errand = &errands->list[i];
        errand->errands = errands;
        errand->job = (struct store_job){
            .run = run_errand, .done = answered, .argument = errand, .writes = kinds[i].writes};
    }
    pthread_mutex_init(&errands->lock, NULL);
}

void errands_fini(struct errands *errands)
{
    pthread_mutex_lock(&errands->lock); /* the last answered() has left */
    pthread_mutex_unlock(&errands->lock);
    pthread_mutex_destroy(&errands->lock);
    free(errands->networks);
}

bool errands_may_ask(const struct errands *errands, enum errand_kind kind)
{
    return !errands->list[kind].asked && clock_monotonic_ms() >= errands->list[kind].next;
}

void errands_ask(struct errands *errands, enum errand_kind kind, long long pause_ms)
{
    struct errand *errand = &errands->list[kind];

    errand->asked = true;
    errand->term = errands->term;
    errand->next = clock_monotonic_ms() + pause_ms;
    enum store_error error = store_submit(errands->options.store, &errand->job);
    if (error)
        answered(errand, error);
}

bool errands_take_answer(struct errands *errands, enum errand_kind kind)
{
    struct errand *errand = &errands->list[kind];

    pthread_mutex_lock(&errands->lock);
    bool answered = errand->answered;
    errand->answered = false;
    enum store_error result = errand->result;
    pthread_mutex_unlock(&errands->lock);
    if (!answered)
        return false;
    errand->asked = false;
    errand->failed = result != STORE_OK;
    if (result)
        errand->next = clock_monotonic_ms() + AGAIN_MS;
    return result == STORE_OK;
}

bool errands_are_asking(const struct errands *errands)
{
    for (size_t i = 0; i < ERRANDS; i++)
        if (errands->list[i].asked)
            return true;
    return false;
}
