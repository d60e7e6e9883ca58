/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/turn_places.h"

#include <math.h>

#define PART_OF_AGE 60 /* a repeat waits a sixtieth of the claim's age at least */
#define STEPS_AN_OCTAVE 3

/* ---- chains ---- */

void turn_append(struct turns *turns, struct chain *chain, uint32_t place)
{
    struct entry *entry = &turns->entries[place];

    entry->previous = chain->last;
    entry->next = NONE;
    if (chain->last == NONE)
        chain->first = place;
    else
        turns->entries[chain->last].next = place;
    chain->last = place;
}

void turn_unlink(struct turns *turns, struct chain *chain, uint32_t place)
{
    const struct entry *entry = &turns->entries[place];

    if (entry->previous == NONE)
        chain->first = entry->next;
    else
        turns->entries[entry->previous].next = entry->next;
    if (entry->next == NONE)
        chain->last = entry->previous;
    else
        turns->entries[entry->next].previous = entry->previous;
}

/* ---- standing of networks ---- */

struct network *turn_network(const struct turns *turns, const struct entry *entry)
{
    return networks_at(turns->networks, entry->network);
}

int turn_penalty(struct network *network, long long now)
{
    if (network->key == NETWORK_UNKNOWN)
        return 0;
    double steps = -2 * log2(network_quality(network, now));

    return steps < PENALTIES - 1 ? (int)steps : PENALTIES - 1;
}

/* ---- where a claim waits ---- */

static void turn_push_first(struct turns *turns, uint32_t place)
{
    struct entry *entry = &turns->entries[place];

    entry->place = FIRST;
    heap_push(&turns->first, (double)entry->accepted_at, (uint64_t)entry->id, place);
}

static struct chain waiting_chain(const struct network *network)
{
    return (struct chain){network->first_waiting, network->last_waiting};
}

static void set_waiting_chain(struct network *network, struct chain chain)
{
    network->first_waiting = chain.first;
    network->last_waiting = chain.last;
}

void turn_push_later(struct turns *turns, uint32_t place)
{
    struct entry *entry = &turns->entries[place];
    struct network *network = turn_network(turns, entry);
    struct chain chain = waiting_chain(network);

    entry->place = LATER;
    turn_append(turns, &chain, place);
    set_waiting_chain(network, chain);
    turns->later_count++;
    if (network->waiting++)
        return;
    network->tag = fmax(network->tag, turns->virtual_time);
    heap_push(&turns->later, network->tag, network->key, entry->network);
}

void turn_leave_later(struct turns *turns, uint32_t place)
{
    struct network *network = turn_network(turns, &turns->entries[place]);
    struct chain chain = waiting_chain(network);

    turn_unlink(turns, &chain, place);
    set_waiting_chain(network, chain);
    turns->later_count--;
    if (--network->waiting == 0)
        heap_remove(&turns->later, network->heap_place);
}

bool turn_may_be_admitted(struct network *network, long long now)
{
    return network->tried < network_allowance(network, now);
}

void turn_wait_for_first(struct turns *turns, uint32_t place, long long now)
{
    struct network *network = turn_network(turns, &turns->entries[place]);

    if (network->waiting == 0 && turn_may_be_admitted(network, now))
        turn_push_first(turns, place);
    else
        turn_push_later(turns, place);
}

void turn_admit(struct turns *turns, struct network *network, long long now)
{
    while (network->waiting && turn_may_be_admitted(network, now)) {
        uint32_t place = network->first_waiting;
        turn_leave_later(turns, place);
        turn_push_first(turns, place);
    }
}

/* Spreads claims of the same time, and is the same whenever it is asked. */
static uint32_t jitter_of(const struct entry *entry)
{
    return (uint32_t)(((uint64_t)entry->id * 64 + entry->published) * 0x9e3779b97f4a7c15ull >> 32);
}

long long turn_ripe_at(const struct turns *turns, const struct entry *entry)
{
    long long delay = schedule_delay_ms(turns->schedule, entry->published, jitter_of(entry));
    long long part = (entry->last_at - entry->accepted_at) / PART_OF_AGE;

    return entry->last_at + (delay > part ? delay : part);
}

void turn_rest(struct turns *turns, uint32_t place, long long until)
{
    struct entry *entry = &turns->entries[place];

    entry->place = RESTING;
    heap_push(&turns->resting, (double)until, (uint64_t)entry->id, place);
}

static int step_of(const struct entry *entry)
{
    double seconds = (double)(entry->last_at - entry->since) / 1000;
    int step = seconds > 0 ? (int)(STEPS_AN_OCTAVE * log2(1 + seconds)) : 0;

    return step < STEPS ? step : STEPS - 1;
}

void turn_ripen(struct turns *turns, uint32_t place, int penalty)
{
    struct entry *entry = &turns->entries[place];

    entry->place = RIPE;
    entry->class = (unsigned char)(penalty * STEPS + step_of(entry));
    turn_append(turns, &turns->ripe[entry->class], place);
    turns->ripe_classes[entry->class / 64] |= 1ull << entry->class % 64;
}

void turn_leave_ripe(struct turns *turns, uint32_t place)
{
    unsigned class = turns->entries[place].class;

    turn_unlink(turns, &turns->ripe[class], place);
    if (turns->ripe[class].first == NONE)
        turns->ripe_classes[class / 64] &= ~(1ull << class % 64);
}

void turn_leave(struct turns *turns, uint32_t place)
{
    struct entry *entry = &turns->entries[place];

    switch ((enum place)entry->place) {
    case IN_HAND:
        turns->in_hand--;
        break;
    case FIRST:
        heap_remove(&turns->first, entry->heap_place);
        break;
    case LATER:
        turn_leave_later(turns, place);
        break;
    case PRESSED:
        turn_unlink(turns, &turns->pressed, place);
        break;
    case LAST:
        turn_unlink(turns, &turns->last, place);
        break;
    case RESTING:
        heap_remove(&turns->resting, entry->heap_place);
        break;
    case RIPE:
        turn_leave_ripe(turns, place);
    }
}

void turn_may_repeat(struct turns *turns, uint32_t place, long long now)
{
    struct entry *entry = &turns->entries[place];
    int penalty = turn_penalty(turn_network(turns, entry), now);

    if (penalty || entry->since <= entry->last_at || entry->presses > PRESSES) {
        turn_ripen(turns, place, penalty);
        return;
    }
    entry->place = PRESSED;
    turn_append(turns, &turns->pressed, place);
}

double turn_chance(const struct turns *turns, const struct entry *entry, long long now)
{
    return switched_on_chance(&turns->switched_on, entry->last_at - entry->since, now - entry->since);
}
