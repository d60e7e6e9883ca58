/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/turn_choice.h"

#include <math.h>

#define OVERLOAD_MS 1000 /* first messages that wait for so long are too many */
#define PENALTY_FACTOR 4

static double value_of(const struct turns *turns, const struct entry *entry, long long now)
{
    return (double)(now - entry->last_at) * turn_chance(turns, entry, now);
}

/* The repeat that is worth most; NONE: there is none. any_good: there is one without penalty. */
static uint32_t best_repeat(struct turns *turns, long long now, bool *any_good)
{
    uint32_t best = NONE;
    double best_value = -1;

    for (unsigned word = 0; word < sizeof turns->ripe_classes / sizeof *turns->ripe_classes; word++) {
        for (uint64_t bits = turns->ripe_classes[word]; bits; bits &= bits - 1) {
            uint32_t place = turns->ripe[word * 64 + (unsigned)__builtin_ctzll(bits)].first;
            const struct entry *entry = &turns->entries[place];
            int steps = turn_penalty(turn_network(turns, entry), now);
            double value = value_of(turns, entry, now) / pow(PENALTY_FACTOR, steps);
            if (steps > entry->class / STEPS) { /* its network has lost standing meanwhile */
                turn_leave_ripe(turns, place);
                turn_ripen(turns, place, steps);
            }
            *any_good = *any_good || steps == 0;
            if (value <= best_value)
                continue;
            best = place;
            best_value = value;
        }
    }
    return best;
}

static uint32_t take_of_chain(struct turns *turns, struct chain *chain)
{
    uint32_t place = chain->first;

    turn_unlink(turns, chain, place);
    return place;
}

static uint32_t take_later(struct turns *turns, long long now)
{
    uint32_t network_place = heap_first(&turns->later)->item;
    struct network *network = networks_at(turns->networks, network_place);
    uint32_t place = network->first_waiting;

    turn_leave_later(turns, place);
    turns->virtual_time = network->tag;
    network->tag += 1 / network_weight(network, now);
    if (network->waiting) {
        heap_remove(&turns->later, network->heap_place);
        heap_push(&turns->later, network->tag, network->key, network_place);
    }
    return place;
}

/* NONE: they have all lost their place, since of their networks too few arrived. */
static uint32_t take_first(struct turns *turns, long long now)
{
    const struct heap_item *first;

    while ((first = heap_first(&turns->first))) {
        uint32_t place = first->item;
        heap_remove(&turns->first, 0);
        if (turn_may_be_admitted(turn_network(turns, &turns->entries[place]), now))
            return place;
        turn_push_later(turns, place);
    }
    return NONE;
}

static bool is_overloaded(const struct turns *turns, long long now)
{
    const struct heap_item *first = heap_first(&turns->first);

    return first && (double)now - first->key > OVERLOAD_MS;
}

uint32_t turn_choose(struct turns *turns, long long now)
{
    unsigned slot = turns->slot % 10;
    bool overloaded = is_overloaded(turns, now), any_good = false;
    uint32_t place;

    if (turns->pressed.first != NONE && (!overloaded || slot == 4))
        return take_of_chain(turns, &turns->pressed);
    if (turns->later_count && turns->slot % 20 == 2)
        return take_later(turns, now);
    bool last_first = slot == 0 || (overloaded && slot % 2 == 1);
    if (last_first && turns->last.first != NONE)
        return take_of_chain(turns, &turns->last);
    if ((slot != 0 || overloaded) && (place = take_first(turns, now)) != NONE)
        return place;
    if (turns->last.first != NONE)
        return take_of_chain(turns, &turns->last);
    uint32_t repeat = best_repeat(turns, now, &any_good);
    if (!any_good && (place = take_first(turns, now)) != NONE)
        return place;
    if (!any_good && turns->later_count)
        return take_later(turns, now);
    if (repeat != NONE)
        turn_leave_ripe(turns, repeat);
    return repeat;
}
