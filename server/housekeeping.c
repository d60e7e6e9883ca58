/* SPDX-License-Identifier: Apache-2.0 */
#include "server/housekeeping.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/store/claim_counts.h"
#include "server/store/claims.h"
#include "server/store/owners_device.h"
#include "server/store/persons.h"
#include "server/store/store_clock.h"

#define ROUND_MS 1000 /* between two steps if there was nothing more to do */
#define STEP_ROWS 200 /* of each kind; a step takes a few milliseconds */
#define REST_FACTOR 4 /* pause after a step, as a multiple of its time */
#define REST_LEAST_MS 2
#define CONNECT_WAIT_MS 5000 /* how long to wait for the device's connection after its thing was created */
#define COUNTS_KEPT_MS                                                                                       \
    60000 /* a commit whose answer was lost is looked up within seconds, long before this */

struct step {
    struct retention_step retention;
    struct persons_step persons;
    size_t settled, expired, adopted, due;
    struct waiting *waiting;
};

static enum store_error settle(struct store_tx *tx, void *argument)
{
    struct step *step = argument;
    long long now = step->retention.now;

    return claims_settle(tx, now - CONNECT_WAIT_MS, now, STEP_ROWS, &step->settled);
}

static enum store_error follow_clock(struct store_tx *tx, void *argument)
{
    (void)argument;
    return store_clock_follow(tx);
}

static enum store_error expire(struct store_tx *tx, void *argument)
{
    struct step *step = argument;

    return claims_expire(tx, step->retention.now, STEP_ROWS, &step->expired);
}

static enum store_error adopt(struct store_tx *tx, void *argument)
{
    struct step *step = argument;

    return owners_adopt(tx, step->retention.now, STEP_ROWS, &step->adopted);
}

static enum store_error pass_time(struct store_tx *tx, void *argument)
{
    struct step *step = argument;

    return owners_pass_time(tx, step->retention.now, STEP_ROWS, &step->due);
}

static enum store_error join_counts(struct store_tx *tx, void *argument)
{
    const struct step *step = argument;

    return claim_counts_join(tx, step->retention.now - COUNTS_KEPT_MS);
}

static enum store_error remove_old(struct store_tx *tx, void *argument)
{
    struct step *step = argument;

    return retention_run(tx, &step->retention);
}

static enum store_error remove_persons(struct store_tx *tx, void *argument)
{
    struct step *step = argument;

    return persons_retention(tx, &step->persons);
}

static enum store_error read_waiting(struct store_tx *tx, void *argument)
{
    const struct step *step = argument;

    return waiting_read(tx, step->waiting);
}

/* Each in a transaction of its own: one that fails undoes nothing of the others. */
static const struct chore {
    const char *name;
    enum store_error (*run)(struct store_tx *tx, void *step);
    bool writes;
} chores[] = {
    {"settle", settle, true},         {"clock", follow_clock, true},     {"expire", expire, true},
    {"adopt", adopt, true},           {"owners", pass_time, true},       {"join_counts", join_counts, true},
    {"remove_old", remove_old, true}, {"persons", remove_persons, true}, {"waiting", read_waiting, false},
};
#define CHORES (sizeof chores / sizeof *chores)

struct housekeeping {
    struct store *store;
    const struct retention *retention;
    struct waiting *waiting;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    bool failing[CHORES];
    long long after, kept, look_back; /* see retention_step */
    long long persons_after;          /* see persons_step */
};

static void log_step(const struct step *step)
{
    const struct retention_step *retention = &step->retention;

    if (step->settled)
        log_event(LOG_INFO, "claims.onboarded_unconnected", "count", LOG_NUMBER(step->settled), NULL);
    if (step->expired)
        log_event(LOG_INFO, "claims.expired", "count", LOG_NUMBER(step->expired), NULL);
    if (step->due)
        log_event(LOG_INFO, "owners.time_passed", "devices", LOG_NUMBER(step->due), NULL);
    if (retention->claims || retention->contacts || retention->keys)
        log_event(LOG_DEBUG, "housekeeping.removed", "claims", LOG_NUMBER(retention->claims), "contacts",
                  LOG_NUMBER(retention->contacts), "keys", LOG_NUMBER(retention->keys), NULL);
    if (step->persons.sessions || step->persons.persons)
        log_event(LOG_DEBUG, "housekeeping.signed_out", "sessions", LOG_NUMBER(step->persons.sessions),
                  "persons", LOG_NUMBER(step->persons.persons), NULL);
}

static enum store_error run_chore(struct housekeeping *housekeeping, size_t index, struct step *step)
{
    enum store_error error = store_call(housekeeping->store, chores[index].run, step, chores[index].writes);

    if (error && !housekeeping->failing[index]) /* log the first failure only */
        log_event(LOG_WARN, "housekeeping.failed", "chore", chores[index].name, "error",
                  store_error_name(error), NULL);
    housekeeping->failing[index] = error != STORE_OK;
    return error;
}

/* Returns true if there is more to do. */
static bool run_step(struct housekeeping *housekeeping)
{
    const long long now = store_clock_ms();
    struct step own = {.waiting = housekeeping->waiting,
                       .persons = {.now = now, .limit = STEP_ROWS, .after = housekeeping->persons_after},
                       .retention = {
                           .retention = housekeeping->retention,
                           .now = now,
                           .limit = STEP_ROWS,
                           .after = housekeeping->after,
                           .kept = housekeeping->kept,
                           .look_back = housekeeping->look_back,
                       }};

    for (size_t i = 0; i < CHORES; i++) {
        const struct step before = own;
        if (run_chore(housekeeping, i, &own) != STORE_OK)
            own = before; /* nothing of it was kept */
    }
    housekeeping->after = own.retention.after;
    housekeeping->persons_after = own.persons.after;
    housekeeping->kept = own.retention.kept;
    housekeeping->look_back = own.retention.look_back;
    log_step(&own);
    return own.retention.more || own.persons.more || own.settled == STEP_ROWS || own.expired == STEP_ROWS ||
           own.adopted == STEP_ROWS || own.due == STEP_ROWS;
}

/* Waits ms milliseconds. Returns false if the thread must stop. */
static bool wait_for_stop(struct housekeeping *housekeeping, long long ms)
{
    struct timespec until = condition_deadline(ms);

    pthread_mutex_lock(&housekeeping->lock);
    while (!housekeeping->stopping)
        if (!condition_wait(&housekeeping->changed, &housekeeping->lock, &until))
            break;
    bool stopping = housekeeping->stopping;
    pthread_mutex_unlock(&housekeeping->lock);
    return !stopping;
}

static void *run_housekeeping(void *argument)
{
    struct housekeeping *housekeeping = argument;
    long long wait;

    do {
        long long started = clock_monotonic_ms();
        bool more = run_step(housekeeping);
        wait = (clock_monotonic_ms() - started) * REST_FACTOR;
        wait = more ? (wait > REST_LEAST_MS ? wait : REST_LEAST_MS) : ROUND_MS;
    } while (wait_for_stop(housekeeping, wait));
    return NULL;
}

static void housekeeping_free(struct housekeeping *housekeeping)
{
    pthread_cond_destroy(&housekeeping->changed);
    pthread_mutex_destroy(&housekeeping->lock);
    free(housekeeping);
}

struct housekeeping *housekeeping_start(struct store *store, const struct retention *retention,
                                        struct waiting *waiting)
{
    struct housekeeping *housekeeping = memory_new(1, sizeof *housekeeping);

    housekeeping->store = store;
    housekeeping->retention = retention;
    housekeeping->waiting = waiting;
    pthread_mutex_init(&housekeeping->lock, NULL);
    condition_init(&housekeeping->changed);
    if (pthread_create(&housekeeping->thread, NULL, run_housekeeping, housekeeping) == 0)
        return housekeeping;
    housekeeping_free(housekeeping);
    return NULL;
}

void housekeeping_stop(struct housekeeping *housekeeping)
{
    if (!housekeeping)
        return;
    pthread_mutex_lock(&housekeeping->lock);
    housekeeping->stopping = true;
    pthread_cond_signal(&housekeeping->changed);
    pthread_mutex_unlock(&housekeeping->lock);
    pthread_join(housekeeping->thread, NULL);
    housekeeping_free(housekeeping);
}
