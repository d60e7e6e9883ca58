/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/enrolment_flights.h"

#include <pthread.h>
#include <stdlib.h>

#include "account/enrolment/call_pace.h"
#include "account/enrolment/private.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"

#define LOOK_EVERY_MS 100

#define ROUNDS_MOST 8 /* tries of a device that AWS throttles, each with the attempts of aws_send() */

enum stage { WAITS, FLIES, RESTS, LANDED };

struct flight {
    enum stage stage; /* RESTS: throttled; waits for its turn in the pace */
    unsigned rounds;
    struct certificate *certificate; /* owned; NULL: not registered */
    struct enrolment_landing landing;
};

struct enrolment_flights {
    const struct enroller *enroller;
    struct call_pace pace;  /* of the caller's thread */
    atomic_ulong throttled; /* answers that asked for fewer calls */
    pthread_t threads[ENROLMENT_FLIGHTS_MOST];
    size_t thread_count;
    pthread_mutex_t lock; /* guards what follows; head and count are changed by the caller's thread only */
    pthread_cond_t begun, landed;
    struct flight queue[ENROLMENT_FLIGHTS_QUEUE]; /* a ring */
    size_t head, count;
    size_t flying; /* those that wait too */
    bool closed, ending;
};

static struct flight *flight_at(struct enrolment_flights *flights, size_t place)
{
    return &flights->queue[(flights->head + place) % ENROLMENT_FLIGHTS_QUEUE];
}

static struct flight *find(struct enrolment_flights *flights, enum stage stage)
{
    for (size_t i = 0; i < flights->count; i++)
        if (flight_at(flights, i)->stage == stage)
            return flight_at(flights, i);
    return NULL;
}

static struct flight *next_flight(struct enrolment_flights *flights)
{
    struct flight *flight;

    pthread_mutex_lock(&flights->lock);
    while (!(flight = find(flights, WAITS)) && !flights->closed)
        pthread_cond_wait(&flights->begun, &flights->lock);
    if (flight)
        flight->stage = FLIES;
    pthread_mutex_unlock(&flights->lock);
    return flight;
}

static void end_round(struct enrolment_flights *flights, struct flight *flight)
{
    pthread_mutex_lock(&flights->lock);
    bool again = flight->landing.error == AWS_THROTTLED && ++flight->rounds < ROUNDS_MOST && !flights->ending;
    flight->stage = again ? RESTS : LANDED;
    flights->flying--;
    pthread_cond_signal(&flights->landed);
    pthread_mutex_unlock(&flights->lock);
}

static void *fly(void *context)
{
    struct enrolment_flights *flights = context;
    struct oem_account account = *flights->enroller->account;
    struct enroller enroller = *flights->enroller;
    struct flight *flight;

    account.session = aws_session_twin(flights->enroller->account->session, &flights->throttled);
    enroller.account = &account;
    while ((flight = next_flight(flights))) {
        struct enrolment_landing *landing = &flight->landing;
        text_clear(&landing->why);
        landing->error =
            enroller_enrol(&enroller, flight->certificate, landing->thing, &landing->result, &landing->why);
        end_round(flights, flight);
    }
    aws_session_free(account.session);
    return NULL;
}

struct enrolment_flights *enrolment_flights_new(const struct enroller *enroller, double most, size_t threads)
{
    struct enrolment_flights *flights = memory_new(1, sizeof *flights);

    flights->enroller = enroller;
    call_pace_init(&flights->pace, most, clock_monotonic_ms());
    pthread_mutex_init(&flights->lock, NULL);
    condition_init(&flights->begun);
    condition_init(&flights->landed);
    while (flights->thread_count < threads && flights->thread_count < ENROLMENT_FLIGHTS_MOST) {
        if (pthread_create(&flights->threads[flights->thread_count], NULL, fly, flights) != 0)
            abort();
        flights->thread_count++;
    }
    return flights;
}

static void free_flight(struct flight *flight)
{
    certificate_free(flight->certificate);
    flight->certificate = NULL;
}

void enrolment_flights_free(struct enrolment_flights *flights)
{
    if (!flights)
        return;
    pthread_mutex_lock(&flights->lock);
    flights->closed = true;
    pthread_cond_broadcast(&flights->begun);
    pthread_mutex_unlock(&flights->lock);
    for (size_t i = 0; i < flights->thread_count; i++)
        pthread_join(flights->threads[i], NULL);
    for (size_t i = 0; i < flights->count; i++) {
        free_flight(flight_at(flights, i));
        enrolment_landing_fini(&flight_at(flights, i)->landing);
    }
    pthread_cond_destroy(&flights->landed);
    pthread_cond_destroy(&flights->begun);
    pthread_mutex_destroy(&flights->lock);
    free(flights);
}

bool enrolment_flights_has_room(const struct enrolment_flights *flights)
{
    return flights->count < ENROLMENT_FLIGHTS_QUEUE;
}

/* Whether another device may fly now. A throttled one goes first. */
static bool may_fly(struct enrolment_flights *flights)
{
    long long now = clock_monotonic_ms();
    struct flight *resting = NULL;

    call_pace_follow(&flights->pace, flights->throttled, now);
    pthread_mutex_lock(&flights->lock);
    bool may = flights->flying < flights->thread_count && call_pace_wait_ms(&flights->pace, now) == 0;
    if (may && (resting = find(flights, RESTS))) {
        resting->stage = WAITS;
        flights->flying++;
        call_pace_begin(&flights->pace, now);
        pthread_cond_signal(&flights->begun);
    }
    pthread_mutex_unlock(&flights->lock);
    return may && !resting;
}

bool enrolment_flights_may_begin(struct enrolment_flights *flights)
{
    return may_fly(flights) && enrolment_flights_has_room(flights);
}

void enrolment_flights_end(struct enrolment_flights *flights)
{
    struct flight *resting;

    pthread_mutex_lock(&flights->lock);
    flights->ending = true;
    while ((resting = find(flights, RESTS)))
        resting->stage = LANDED;
    pthread_mutex_unlock(&flights->lock);
}

static void push(struct enrolment_flights *flights, const struct enrolment_row *row,
                 struct certificate *certificate)
{
    struct flight flight = {
        .stage = certificate ? WAITS : LANDED,
        .certificate = certificate,
        .landing = {.place = memory_string(row->place),
                    .thing = memory_string(row->thing),
                    .certificate_id = memory_string(row->certificate_id),
                    .outcome = certificate ? NULL : row->result},
    };

    if (!certificate)
        text_puts(&flight.landing.why, row->why);
    pthread_mutex_lock(&flights->lock);
    *flight_at(flights, flights->count++) = flight;
    flights->flying += certificate ? 1 : 0;
    pthread_cond_signal(&flights->begun);
    pthread_mutex_unlock(&flights->lock);
}

void enrolment_flights_begin(struct enrolment_flights *flights, const struct enrolment_row *row,
                             const struct certificate *certificate)
{
    call_pace_begin(&flights->pace, clock_monotonic_ms());
    push(flights, row, certificate_copy(certificate));
}

void enrolment_flights_add(struct enrolment_flights *flights, const struct enrolment_row *row)
{
    push(flights, row, NULL);
}

bool enrolment_flights_land(struct enrolment_flights *flights, struct enrolment_landing *out)
{
    struct flight *first = flight_at(flights, 0);

    pthread_mutex_lock(&flights->lock);
    bool has = flights->count > 0 && first->stage == LANDED;
    if (has) {
        *out = first->landing;
        free_flight(first);
        flights->head = (flights->head + 1) % ENROLMENT_FLIGHTS_QUEUE;
        flights->count--;
    }
    pthread_mutex_unlock(&flights->lock);
    return has;
}

void enrolment_landing_fini(struct enrolment_landing *landing)
{
    free(landing->place);
    free(landing->thing);
    free(landing->certificate_id);
    text_fini(&landing->why);
}

bool enrolment_flights_are_over(const struct enrolment_flights *flights)
{
    return flights->count == 0;
}

void enrolment_flights_wait(struct enrolment_flights *flights)
{
    (void)may_fly(flights);
    long long wait_ms = call_pace_wait_ms(&flights->pace, clock_monotonic_ms());

    pthread_mutex_lock(&flights->lock);
    bool has = flights->count > 0 && flight_at(flights, 0)->stage == LANDED;
    if (wait_ms == 0 || wait_ms > LOOK_EVERY_MS || flights->flying == flights->thread_count ||
        flights->count == ENROLMENT_FLIGHTS_QUEUE)
        wait_ms = LOOK_EVERY_MS;
    const struct timespec deadline = condition_deadline(wait_ms);
    if (!has)
        (void)condition_wait(&flights->landed, &flights->lock, &deadline);
    pthread_mutex_unlock(&flights->lock);
}
