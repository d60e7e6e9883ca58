/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/turn_times.h"

#define OLD_MS 180000        /* a claim that is open so long counts against its network, */
#define LAST_BEFORE_MS 45000 /* the window ends: a last message, */
#define ARRIVAL_MS 3000      /* that a device takes to arrive */
#define LAST_CHANCE 0.05     /* where it may well find the device */
#define FORGET_EVERY_MS 5000
#define BACK_MS 1000 /* a clock that goes back by more was set */

static void move_keys(struct heap *heap, long long by)
{
    for (size_t i = 0; i < heap->count; i++)
        heap->list[i].key -= (double)by;
}

/* The clock was set back: everything is as long ago as it was. */
static void go_back(struct turns *turns, long long by)
{
    for (size_t i = 0; i < turns->used; i++) {
        struct entry *entry = &turns->entries[i];
        entry->accepted_at -= by;
        entry->since -= by;
        entry->last_at -= by;
        entry->pressed_at -= entry->pressed_at ? by : 0;
    }
    move_keys(&turns->young, by);
    move_keys(&turns->ends, by);
    move_keys(&turns->first, by);
    move_keys(&turns->resting, by);
}

void turn_look_at_clock(struct turns *turns, long long now)
{
    bool is_set_back = now < turns->latest - BACK_MS;

    if (is_set_back)
        go_back(turns, turns->latest - now);
    if (is_set_back || now > turns->latest)
        turns->latest = now;
}

void turn_note_age(struct heap *ages, const struct entry *entry, uint32_t place)
{
    heap_push(ages, (double)entry->accepted_at, (uint64_t)entry->id, place);
}

/* The next claim that has reached an age and is still open; NONE: there is none. */
static uint32_t next_aged(struct turns *turns, struct heap *ages, long long age_ms, long long now)
{
    const struct heap_item *first;

    while ((first = heap_first(ages)) && (double)now - first->key >= (double)age_ms) {
        uint32_t place = first->item;
        const struct entry *entry = &turns->entries[place];
        bool is_open = entry->is_used && (uint64_t)entry->id == first->order;
        heap_remove(ages, 0);
        if (is_open)
            return place;
    }
    return NONE;
}

static void grow_old(struct turns *turns, long long now)
{
    uint32_t place;

    while ((place = next_aged(turns, &turns->young, OLD_MS, now)) != NONE) {
        struct entry *entry = &turns->entries[place];
        turn_network(turns, entry)->old += entry->is_tried && !entry->is_old;
        entry->is_old = entry->is_old || entry->is_tried;
        turn_note_age(&turns->ends, entry, place);
    }
}

/* Who was never on when a message was sent gets one more just before the claim expires. */
static void send_last(struct turns *turns, long long now)
{
    uint32_t place;

    while ((place = next_aged(turns, &turns->ends, turns->window_ms - LAST_BEFORE_MS, now)) != NONE) {
        struct entry *entry = &turns->entries[place];
        bool is_waiting = entry->place == RESTING || entry->place == RIPE;
        if (!is_waiting || !entry->published || turn_chance(turns, entry, now) < LAST_CHANCE ||
            turn_penalty(turn_network(turns, entry), now) > 0)
            continue;
        turn_leave(turns, place);
        entry->place = LAST;
        turn_append(turns, &turns->last, place);
    }
}

/* Their claims expire before the device could arrive. */
static void drop_late(struct turns *turns, long long now)
{
    uint32_t place;

    while ((place = turns->last.first) != NONE &&
           now - turns->entries[place].accepted_at >= turns->window_ms - ARRIVAL_MS) {
        turn_leave(turns, place);
        turn_rest(turns, place, now + ARRIVAL_MS);
    }
}

static void forget(struct turns *turns, long long now)
{
    if (now >= turns->forgot_at && now - turns->forgot_at < FORGET_EVERY_MS)
        return;
    turns->forgot_at = now;
    networks_forget(turns->networks, now);
    if (turns->open == 0)
        return;
    switched_on_update(&turns->switched_on, now > turns->learned_at ? now - turns->learned_at : 0);
    turns->learned_at = now;
}

void turn_let_time_pass(struct turns *turns, long long now)
{
    const struct heap_item *next;

    turn_look_at_clock(turns, now);
    grow_old(turns, now);
    send_last(turns, now);
    drop_late(turns, now);
    forget(turns, now);
    while ((next = heap_first(&turns->resting)) && next->key <= (double)now) {
        uint32_t place = next->item;
        struct entry *entry = &turns->entries[place];
        heap_remove(&turns->resting, 0);
        if (entry->published)
            turn_may_repeat(turns, place, now);
        else
            turn_wait_for_first(turns, place, now);
    }
}
