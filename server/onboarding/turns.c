/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/turns.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "server/onboarding/turn_choice.h"
#include "server/onboarding/turn_places.h"
#include "server/onboarding/turn_times.h"

#define PRESSED_AGAIN_MS 1000 /* no sooner after the last message, also where the button is pressed */
#define QUEUE_SAMPLE 500

static void set_tried(struct turns *turns, struct entry *entry, bool tried)
{
    struct network *network = turn_network(turns, entry);

    network->tried += tried;
    network->tried -= entry->is_tried;
    entry->is_tried = tried;
}

bool turns_take(struct turns *turns, long long now, long long *id)
{
    turn_let_time_pass(turns, now);
    uint32_t place = turn_choose(turns, now);
    if (place == NONE)
        return false;
    turns->slot++;
    turns->in_hand++;
    turns->entries[place].place = IN_HAND;
    turns->entries[place].is_pressed = false;
    set_tried(turns, &turns->entries[place], true);
    *id = turns->entries[place].id;
    return true;
}

static struct entry *find(const struct turns *turns, long long id, uint32_t *place)
{
    return number_map_get(&turns->places, (uint64_t)id, place) ? &turns->entries[*place] : NULL;
}

bool turns_holds(const struct turns *turns, long long id)
{
    uint32_t place;
    const struct entry *entry = find(turns, id, &place);

    return entry && entry->place == IN_HAND;
}

static void place_of_entry(void *context, uint32_t item, uint32_t place)
{
    ((struct turns *)context)->entries[item].heap_place = place;
}

static void no_place(void *context, uint32_t item, uint32_t place)
{
    (void)context, (void)item, (void)place;
}

static void place_of_network(void *context, uint32_t item, uint32_t place)
{
    networks_at(((struct turns *)context)->networks, item)->heap_place = place;
}

struct turns *turns_new(const struct turns_options *options)
{
    struct turns *turns = memory_new(1, sizeof *turns);

    turns->schedule = options->schedule;
    turns->window_ms = options->window_ms;
    turns->networks = networks_new();
    number_map_init(&turns->places);
    turns->young = turns->ends = (struct heap){.placed = no_place};
    turns->first = turns->resting = (struct heap){.placed = place_of_entry, .context = turns};
    turns->later = (struct heap){.placed = place_of_network, .context = turns};
    turns->pressed = turns->last = (struct chain){NONE, NONE};
    for (size_t i = 0; i < CLASSES; i++)
        turns->ripe[i] = (struct chain){NONE, NONE};
    return turns;
}

void turns_free(struct turns *turns)
{
    if (!turns)
        return;
    heap_fini(&turns->young);
    heap_fini(&turns->ends);
    heap_fini(&turns->first);
    heap_fini(&turns->later);
    heap_fini(&turns->resting);
    number_map_fini(&turns->places);
    networks_free(turns->networks);
    free(turns->entries);
    free(turns->free);
    free(turns);
}

static uint32_t new_place(struct turns *turns)
{
    if (turns->free_count)
        return turns->free[--turns->free_count];
    if (turns->used == turns->room) {
        turns->room = turns->room ? turns->room * 2 : 256;
        turns->entries = memory_grow(turns->entries, turns->room, sizeof *turns->entries);
        turns->free = memory_grow(turns->free, turns->room, sizeof *turns->free);
    }
    return (uint32_t)turns->used++;
}

/* The last message has, or has not, found the device. */
static void learn(struct turns *turns, const struct entry *entry, bool found, long long now)
{
    if (entry->published < 2 || entry->before == UNKNOWN || entry->since != entry->accepted_at ||
        turn_penalty(turn_network(turns, entry), now) > 0)
        return;
    switched_on_learn(&turns->switched_on, entry->before, entry->last_at - entry->accepted_at, found);
}

static void set_last(struct entry *entry, long long at)
{
    bool is_known = entry->last_at >= entry->accepted_at;

    entry->before = is_known ? (uint32_t)(entry->last_at - entry->accepted_at) : UNKNOWN;
    entry->last_at = at;
}

static void press(struct turns *turns, uint32_t place, long long pressed_at, long long now)
{
    struct entry *entry = &turns->entries[place];

    if (pressed_at <= entry->pressed_at)
        return;
    entry->pressed_at = pressed_at;
    if (entry->place == IN_HAND) {
        entry->is_pressed = true;
        entry->since = pressed_at < now ? pressed_at : now;
    }
    if ((entry->place != RESTING && entry->place != RIPE) || !entry->published)
        return;
    turn_leave(turns, place);
    entry->since = pressed_at < now ? pressed_at : now;
    if (entry->presses <= PRESSES)
        entry->presses++;
    if (now - entry->last_at < PRESSED_AGAIN_MS)
        turn_rest(turns, place, entry->last_at + PRESSED_AGAIN_MS);
    else
        turn_may_repeat(turns, place, now);
}

static void await_repeat(struct turns *turns, uint32_t place, const struct turns_claim *claim, long long now)
{
    struct entry *entry = &turns->entries[place];
    long long at = claim->published_at < now ? claim->published_at : now;

    set_tried(turns, entry, true);
    set_last(entry, at > entry->accepted_at ? at : entry->accepted_at);
    turn_rest(turns, place, turn_ripe_at(turns, entry));
    if (claim->pressed_at > entry->last_at)
        press(turns, place, claim->pressed_at, now);
}

/* What a clock that was ahead has stamped happens now. */
void turns_add(struct turns *turns, const struct turns_claim *claim, long long now)
{
    uint32_t place;

    turn_look_at_clock(turns, now);
    if (number_map_get(&turns->places, (uint64_t)claim->id, &place)) {
        press(turns, place, claim->pressed_at, now);
        return;
    }
    if (turns->used == 0) /* the first one; a portal at rest needs no memory for mathematics */
        switched_on_init(&turns->switched_on);
    place = new_place(turns);
    struct entry *entry = &turns->entries[place];
    long long accepted_at = claim->accepted_at && claim->accepted_at < now ? claim->accepted_at : now;
    *entry = (struct entry){.id = claim->id,
                            .accepted_at = accepted_at,
                            .since = accepted_at,
                            .published = claim->published,
                            .network = networks_find(turns->networks, claim->network, now),
                            .is_used = true};
    number_map_set(&turns->places, (uint64_t)claim->id, place);
    turns->open++;
    turn_network(turns, entry)->open++;
    turn_note_age(&turns->young, entry, place);
    if (claim->published)
        await_repeat(turns, place, claim, now);
    else
        turn_wait_for_first(turns, place, now);
    entry->pressed_at = claim->pressed_at;
}

void turns_remove(struct turns *turns, long long id, enum turns_end end, long long now)
{
    uint32_t place;
    struct entry *entry = find(turns, id, &place);

    turn_look_at_clock(turns, now);
    if (!entry)
        return;
    struct network *network = turn_network(turns, entry);
    if (end != TURNS_OTHER)
        learn(turns, entry, end == TURNS_ARRIVED, now);
    turn_leave(turns, place);
    network->open--;
    network->old -= entry->is_old;
    set_tried(turns, entry, false);
    if (end == TURNS_ARRIVED)
        network_arrived(network, now);
    if (end == TURNS_EXPIRED && entry->published)
        network_expired(network, now);
    turn_admit(turns, network, now);
    number_map_remove(&turns->places, (uint64_t)id);
    entry->is_used = false;
    turns->free[turns->free_count++] = place;
    turns->open--;
}

long long turns_published(struct turns *turns, long long id, long long now)
{
    uint32_t place;
    struct entry *entry = find(turns, id, &place);

    turn_look_at_clock(turns, now);
    if (!entry || entry->place != IN_HAND)
        return TURNS_NOT_FIRST;
    bool is_first = !entry->published;
    turns->in_hand--;
    learn(turns, entry, false, now);
    entry->published++;
    set_last(entry, entry->is_pressed ? entry->since - 1 : now);
    turn_rest(turns, place, entry->is_pressed ? now + PRESSED_AGAIN_MS : turn_ripe_at(turns, entry));
    if (!is_first)
        return TURNS_NOT_FIRST;
    return now > entry->accepted_at ? now - entry->accepted_at : 0;
}

void turns_put_back(struct turns *turns, long long id, long long not_before, long long now)
{
    uint32_t place;
    struct entry *entry = find(turns, id, &place);

    turn_look_at_clock(turns, now);
    if (!entry || entry->place != IN_HAND)
        return;
    turns->in_hand--;
    set_tried(turns, entry, entry->published > 0);
    if (not_before > now)
        turn_rest(turns, place, not_before);
    else if (entry->published)
        turn_may_repeat(turns, place, now);
    else
        turn_wait_for_first(turns, place, now);
}

long long turns_wait(struct turns *turns, long long now, long long most)
{
    turn_let_time_pass(turns, now);
    bool any =
        turns->first.count || turns->later_count || turns->pressed.first != NONE || turns->last.first != NONE;
    for (size_t i = 0; i < sizeof turns->ripe_classes / sizeof *turns->ripe_classes; i++)
        any = any || turns->ripe_classes[i];
    if (any)
        return 0;
    const struct heap_item *next = heap_first(&turns->resting);
    double wait = next ? next->key - (double)now : (double)most;
    return wait < (double)most ? (long long)ceil(wait) : most;
}

size_t turns_check(struct turns *turns, long long *ids, size_t room)
{
    size_t count = 0;

    for (size_t looked = 0; looked < turns->used && count < room; looked++) {
        turns->cursor = turns->cursor + 1 < turns->used ? turns->cursor + 1 : 0;
        if (turns->entries[turns->cursor].is_used)
            ids[count++] = turns->entries[turns->cursor].id;
    }
    return count;
}

void turns_count(const struct turns *turns, long long now, struct turns_counts *out)
{
    const struct heap_item *first = heap_first(&turns->first);

    *out = (struct turns_counts){.open = turns->open,
                                 .first = turns->first.count,
                                 .later = turns->later_count,
                                 .in_hand = turns->in_hand,
                                 .first_waited = first ? now - (long long)first->key : 0};
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

void turns_queue(const struct turns *turns, struct turns_queue *out)
{
    double keys[QUEUE_SAMPLE];
    size_t all = turns->first.count, count = all < QUEUE_SAMPLE ? all : QUEUE_SAMPLE;

    *out = (struct turns_queue){0, 0, 0};
    if (!count)
        return;
    for (size_t i = 0; i < count; i++)
        keys[i] = turns->first.list[i * all / count].key;
    qsort(keys, count, sizeof *keys, by_value);
    *out = (struct turns_queue){(long long)keys[0], (long long)keys[count / 2], (long long)keys[count - 1]};
}

struct networks *turns_networks(struct turns *turns)
{
    return turns->networks;
}
