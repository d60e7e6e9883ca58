/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/simulation.h"

#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "bench/crowd/agenda.h"
#include "bench/crowd/source.h"

enum event_kind { ACKNOWLEDGED, ARRIVED, PRESSED };

enum {
    ARRIVES_AFTER_MS = 1500, /* a device that is on, and up to a second more */
    ARRIVES_WITHIN_MS = 1000,
    PRESS_EVERY_MS = 10000,
    LINGER_MS = 10000, /* an ended claim may still have events for so long */
    MOST_WAIT_MS = 1000
};

struct simulation {
    const struct scenario *scenario;
    const struct policy *policy;
    void *state; /* the policy's */
    struct source source;
    struct claim_ring claims;
    struct agenda agenda;
    uint32_t next_to_expire;
    uint32_t *taken; /* claims that wait for the wire: a ring */
    size_t taken_first, taken_count, taken_room;
    double credit;     /* messages that may be sent */
    long long look_at; /* when the policy may have something */
    struct result *result;
};

/* ---- counting ---- */

static bool is_measured(const struct scenario *scenario, const struct claim *claim)
{
    return claim->made_at >= scenario->measured_from_ms && claim->made_at < scenario->measured_until_ms;
}

static bool came_on(const struct claim *claim)
{
    return claim->on_at != CLAIM_NOT_YET && claim->on_at - claim->made_at < SCENARIO_WINDOW_MS;
}

static void count_in(struct group_result *group, const struct claim *claim, bool arrived, long long now)
{
    bool unsent = claim->first_at == CLAIM_NOT_YET;

    group->claims++;
    group->unsent += unsent;
    group->messages += claim->sent;
    spread_add(&group->first, unsent ? SCENARIO_WINDOW_MS : claim->first_at - claim->made_at);
    if (!came_on(claim))
        return;
    group->came_on++;
    group->arrived += arrived;
    group->lost += !arrived;
    spread_add(&group->arrival, arrived ? now - claim->on_at : SCENARIO_WINDOW_MS);
}

static void count(struct simulation *simulation, const struct claim *claim, bool arrived, long long now)
{
    const struct scenario *scenario = simulation->scenario;
    struct result *result = simulation->result;
    enum place_class place = places_class(&scenario->places, claim->place);

    result->messages += claim->sent;
    if (place == PLACE_HOSTILE) {
        result->hostile_claims++;
        result->hostile_messages += claim->sent;
        return;
    }
    if (!is_measured(scenario, claim))
        return;
    count_in(&result->groups[GROUP_ALL], claim, arrived, now);
    count_in(&result->groups[place == PLACE_CARRIER ? GROUP_CARRIER : GROUP_HOME], claim, arrived, now);
    if (claim->made_at >= scenario->peak_from_ms && claim->made_at < scenario->peak_until_ms)
        count_in(&result->groups[GROUP_PEAK], claim, arrived, now);
    if (arrived)
        result->last_arrival_ms = now;
}

/* ---- what happens to a claim ---- */

static void end_claim(struct simulation *simulation, uint32_t number, enum turns_end end, long long now)
{
    struct claim *claim = claim_ring_at(&simulation->claims, number);

    claim->is_open = false;
    simulation->policy->remove(simulation->state, number, end, now);
    count(simulation, claim, end == TURNS_ARRIVED, now);
    simulation->look_at = now;
    simulation->result->events++;
}

static void make_claims(struct simulation *simulation, long long now)
{
    struct claim claim;
    long long press_at;

    while (source_next(&simulation->source, now, &claim, &press_at)) {
        uint32_t number = claim_ring_add(&simulation->claims, &claim);
        simulation->policy->add(simulation->state, number, now);
        if (press_at != PERSON_NEVER)
            agenda_add(&simulation->agenda, (struct event){press_at, number, PRESSED});
        simulation->look_at = now;
        simulation->result->events++;
    }
}

static void expire_claims(struct simulation *simulation, long long now)
{
    struct claim_ring *claims = &simulation->claims;

    while (simulation->next_to_expire != claims->next) {
        struct claim *claim = claim_ring_at(claims, simulation->next_to_expire);
        if (claim->made_at + SCENARIO_WINDOW_MS > now)
            break;
        if (claim->is_open)
            end_claim(simulation, simulation->next_to_expire, TURNS_EXPIRED, now);
        simulation->next_to_expire++;
    }
    while (claims->first != simulation->next_to_expire &&
           claim_ring_at(claims, claims->first)->made_at + SCENARIO_WINDOW_MS + LINGER_MS < now)
        claim_ring_drop_first(claims);
}

static void acknowledge(struct simulation *simulation, uint32_t number, long long now)
{
    struct claim *claim = claim_ring_at(&simulation->claims, number);

    if (!claim->is_open)
        return;
    claim->acknowledged++;
    simulation->policy->published(simulation->state, number, now);
}

static void press(struct simulation *simulation, uint32_t number, long long now)
{
    struct claim *claim = claim_ring_at(&simulation->claims, number);

    if (!claim->is_open)
        return;
    simulation->policy->press(simulation->state, number, now);
    if (--claim->presses_left > 0)
        agenda_add(&simulation->agenda, (struct event){now + PRESS_EVERY_MS, number, PRESSED});
}

static void happen(struct simulation *simulation, long long now)
{
    struct event event;

    while (agenda_take(&simulation->agenda, now, &event)) {
        simulation->result->events++;
        simulation->look_at = now;
        if (event.claim - simulation->claims.first >= simulation->claims.next - simulation->claims.first)
            continue;
        if (event.kind == ACKNOWLEDGED)
            acknowledge(simulation, event.claim, now);
        else if (event.kind == PRESSED)
            press(simulation, event.claim, now);
        else if (claim_ring_at(&simulation->claims, event.claim)->is_open)
            end_claim(simulation, event.claim, TURNS_ARRIVED, now);
    }
}

/* ---- the wire ---- */

static bool take(struct simulation *simulation, long long now)
{
    uint32_t number;

    if (simulation->taken_count == simulation->taken_room || simulation->look_at > now)
        return false;
    if (simulation->policy->take(simulation->state, now, &number)) {
        size_t place = (simulation->taken_first + simulation->taken_count++) % simulation->taken_room;
        simulation->taken[place] = number;
        return true;
    }
    long long wait = simulation->policy->wait(simulation->state, now, MOST_WAIT_MS);
    simulation->look_at = now + (wait > 0 ? wait : 1);
    return false;
}

/* What is chance is the same for each policy: it follows from the claim. */
static double fate(const struct simulation *simulation, uint32_t number, unsigned what)
{
    struct dice dice;

    dice_init(&dice, dice_mix(simulation->scenario->seed) ^ ((uint64_t)number << 16 | what));
    return dice_unit(&dice);
}

static void send(struct simulation *simulation, uint32_t number, long long now)
{
    const struct scenario *scenario = simulation->scenario;
    struct claim *claim = claim_ring_at(&simulation->claims, number);
    bool is_on = claim->on_at != CLAIM_NOT_YET && claim->on_at <= now;

    if (claim->first_at == CLAIM_NOT_YET)
        claim->first_at = (uint32_t)now;
    claim->last_at = (uint32_t)now;
    claim->sent++;
    simulation->result->events++;
    agenda_add(&simulation->agenda,
               (struct event){now + scenario->acknowledged_after_ms, number, ACKNOWLEDGED});
    if (!is_on || claim->has_heard ||
        (scenario->deaf > 0 && fate(simulation, number, claim->sent) < scenario->deaf))
        return;
    claim->has_heard = true;
    long long after = ARRIVES_AFTER_MS + (long long)(ARRIVES_WITHIN_MS * fate(simulation, number, 0));
    agenda_add(&simulation->agenda, (struct event){now + after, number, ARRIVED});
}

static bool send_next(struct simulation *simulation, long long now)
{
    if (simulation->taken_count == 0 || simulation->credit < 1)
        return false;
    uint32_t number = simulation->taken[simulation->taken_first];
    simulation->taken_first = (simulation->taken_first + 1) % simulation->taken_room;
    simulation->taken_count--;
    bool is_kept = number - simulation->claims.first < simulation->claims.next - simulation->claims.first;
    if (is_kept && claim_ring_at(&simulation->claims, number)->is_open) {
        simulation->credit -= 1;
        send(simulation, number, now);
    }
    return true;
}

static void use_wire(struct simulation *simulation, long long now)
{
    double each_ms = SCENARIO_PACE * simulation->scenario->connections / 1000.0;
    double most = each_ms > 1 ? each_ms : 1;

    simulation->credit += each_ms;
    do {
        while (take(simulation, now))
            ;
    } while (send_next(simulation, now));
    if (simulation->credit > most)
        simulation->credit = most; /* no burst after a pause */
}

static double now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct result *simulation_run(const struct scenario *scenario, const struct policy *policy)
{
    struct simulation simulation = {
        .scenario = scenario, .policy = policy, .result = memory_new(1, sizeof(struct result))};
    double began = now_seconds();
    long long end = scenario->measured_until_ms + SCENARIO_WINDOW_MS + LINGER_MS;

    source_init(&simulation.source, scenario);
    simulation.taken_room = (size_t)scenario->ahead * (size_t)scenario->connections;
    simulation.taken = memory_new(simulation.taken_room, sizeof simulation.taken[0]);
    simulation.state = policy->start(scenario, &simulation.claims);
    for (long long now = 0; now < end; now++) {
        make_claims(&simulation, now);
        happen(&simulation, now);
        expire_claims(&simulation, now);
        use_wire(&simulation, now);
    }
    policy->stop(simulation.state);
    free(simulation.taken);
    agenda_fini(&simulation.agenda);
    claim_ring_fini(&simulation.claims);
    simulation.result->simulated_ms = end;
    simulation.result->seconds = now_seconds() - began;
    return simulation.result;
}

const char *group_name(enum group group)
{
    static const char *const names[GROUPS] = {"all", "home", "carrier", "peak"};

    return names[group];
}
