/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/networks.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number_map.h"

#define HALVES_IN_MS (30 * 60 * 1000.0)
#define FADED 0.05  /* a record below it says nothing */
#define BENEFIT 1.0 /* arrivals that every network is credited with at first */
#define WEIGHT_UNKNOWN 50.0
#define FEW 8 /* claims */
#define ALLOWED_AT_FIRST 2.0
#define ALLOWED_EACH 4.0 /* claims without arrival for each device that arrived */

struct networks {
    struct network *list;
    uint32_t *free;
    size_t room, count, free_count;
    size_t cursor; /* of networks_changed() */
    struct number_map places;
};

struct networks *networks_new(void)
{
    struct networks *networks = memory_new(1, sizeof *networks);

    number_map_init(&networks->places);
    return networks;
}

void networks_free(struct networks *networks)
{
    if (!networks)
        return;
    number_map_fini(&networks->places);
    free(networks->list);
    free(networks->free);
    free(networks);
}

static uint32_t new_place(struct networks *networks)
{
    if (networks->free_count)
        return networks->free[--networks->free_count];
    if (networks->count == networks->room) {
        networks->room = networks->room ? networks->room * 2 : 64;
        networks->list = memory_grow(networks->list, networks->room, sizeof *networks->list);
        networks->free = memory_grow(networks->free, networks->room, sizeof *networks->free);
    }
    return (uint32_t)networks->count++;
}

uint32_t networks_find(struct networks *networks, uint64_t key, long long now)
{
    uint32_t place;

    if (number_map_get(&networks->places, key, &place))
        return place;
    place = new_place(networks);
    networks->list[place] = (struct network){.key = key,
                                             .as_of = now,
                                             .first_waiting = UINT32_MAX,
                                             .last_waiting = UINT32_MAX,
                                             .heap_place = UINT32_MAX,
                                             .is_used = true};
    number_map_set(&networks->places, key, place);
    return place;
}

struct network *networks_at(struct networks *networks, uint32_t place)
{
    return &networks->list[place];
}

size_t networks_places(const struct networks *networks)
{
    return networks->count;
}

/* Brings the record to now. In steps of a second, since exp2() is asked for each message. */
static void fade(struct network *network, long long now)
{
    double age = (double)(now - network->as_of);

    if (age < 1000)
        return;
    double factor = exp2(-age / HALVES_IN_MS);
    network->arrivals *= factor;
    network->expiries *= factor;
    network->as_of = now;
}

double network_quality(struct network *network, long long now)
{
    if (network->key == NETWORK_UNKNOWN)
        return 1;
    fade(network, now);
    double good = network->arrivals + BENEFIT;
    double quality = 2 * good / (good + network->expiries + (network->tried + network->old) / 2.0);
    return quality < 1 ? quality : 1;
}

double network_weight(struct network *network, long long now)
{
    double weight = network_quality(network, now) * (1 + network->arrivals);

    return network->key == NETWORK_UNKNOWN ? WEIGHT_UNKNOWN : weight;
}

double network_allowance(struct network *network, long long now)
{
    if (network->key == NETWORK_UNKNOWN)
        return INFINITY;
    fade(network, now);
    return ALLOWED_AT_FIRST + ALLOWED_EACH * network->arrivals - network->expiries;
}

void network_arrived(struct network *network, long long now)
{
    fade(network, now);
    network->arrivals++;
    network->is_changed = true;
}

void network_expired(struct network *network, long long now)
{
    fade(network, now);
    network->expiries++;
    network->is_changed = true;
}

void networks_forget(struct networks *networks, long long now)
{
    for (uint32_t i = 0; i < networks->count; i++) {
        struct network *network = &networks->list[i];
        bool is_told = network->told_open == 0 && network->told_waiting == 0;
        if (!network->is_used || network->open || !is_told)
            continue;
        fade(network, now);
        if (network->arrivals + network->expiries >= FADED)
            continue;
        number_map_remove(&networks->places, network->key);
        network->is_used = false;
        networks->free[networks->free_count++] = i;
    }
}

void networks_set(struct networks *networks, const struct network_record *record, long long now)
{
    struct network *network = networks_at(networks, networks_find(networks, record->key, now));

    fade(network, now);
    double factor = exp2(-(double)(now > record->as_of ? now - record->as_of : 0) / HALVES_IN_MS);
    network->arrivals += record->arrivals * factor;
    network->expiries += record->expiries * factor;
}

static bool has_news(const struct network *network)
{
    uint32_t open = network->open, told = network->told_open;
    uint32_t differ = open > told ? open - told : told - open;

    return network->is_changed || (network->waiting > 0) != (network->told_waiting > 0) ||
           differ > FEW + told / 8 || (open == 0 && told > 0);
}

size_t networks_changed(struct networks *networks, struct network_record *out, size_t room)
{
    size_t count = 0;

    for (size_t looked = 0; looked < networks->count && count < room; looked++) {
        networks->cursor = networks->cursor + 1 < networks->count ? networks->cursor + 1 : 0;
        struct network *network = &networks->list[networks->cursor];
        if (!network->is_used || network->key == NETWORK_UNKNOWN || !has_news(network))
            continue;
        network->is_changed = false;
        network->told_open = network->open;
        network->told_waiting = network->waiting;
        out[count++] = (struct network_record){network->key,   network->arrivals, network->expiries,
                                               network->as_of, network->open,     network->waiting};
    }
    return count;
}
