/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/turns.h"

#include <math.h>
#include <stdlib.h>

#include "base/heap.h"
#include "base/memory.h"
#include "base/number_map.h"
#include "server/onboarding/switched_on.h"

#define NONE UINT32_MAX
#define UNKNOWN UINT32_MAX

#define OLD_MS 180000         /* a claim that is open so long counts against its network, */
#define PART_OF_AGE 60        /* a repeat waits a sixtieth of the claim's age at least */
#define LAST_BEFORE_MS 45000  /* the window ends: a last message, */
#define ARRIVAL_MS 3000       /* that a device takes to arrive */
#define LAST_CHANCE 0.05      /* where it may well find the device */
#define PRESSED_AGAIN_MS 1000 /* no sooner after the last message, also where the button is pressed */
#define PRESSES 3             /* so many times a button is as good as it says */
#define OVERLOAD_MS 1000      /* first messages that wait for so long are too many */
#define FORGET_EVERY_MS 5000
#define QUEUE_SAMPLE 500
#define BACK_MS 1000 /* a clock that goes back by more was set */

#define PENALTIES 5
#define PENALTY_FACTOR 4
#define STEPS 32
#define STEPS_AN_OCTAVE 3
#define CLASSES (PENALTIES * STEPS)

enum place { IN_HAND, FIRST, LATER, PRESSED, LAST, RESTING, RIPE };

struct entry {
    long long id, accepted_at, last_at, pressed_at;
    long long since; /* from when the device may have been switched on: accepted, or pressed */
    uint32_t network;
    uint32_t previous, next; /* in a chain */
    uint32_t heap_place;
    uint32_t before; /* age at the message before the last one, ms; UNKNOWN */
    unsigned published;
    unsigned char place, class;
    unsigned char presses;
    bool is_old, is_used, is_tried;
    bool is_pressed; /* while in hand: the message may have been sent before that */
};

struct chain {
    uint32_t first, last;
};

struct turns {
    struct turns_options options;
    struct networks *networks;
    struct entry *entries;
    uint32_t *free;
    size_t room, used, free_count, cursor;
    struct number_map places;
    struct heap young;   /* by accepted_at, until they are old: */
    struct heap ends;    /* the same, until their last message; in both also some that have ended */
    struct heap first;   /* admitted, by accepted_at */
    struct heap later;   /* networks by tag; the claims are in their chains */
    struct heap resting; /* published, by the time from which they may be repeated */
    struct chain pressed, last, ripe[CLASSES];
    uint64_t ripe_classes[(CLASSES + 63) / 64]; /* bits: not empty */
    size_t later_count, in_hand, open;
    double virtual_time;
    long long forgot_at, latest; /* latest: time so far */
    struct switched_on switched_on;
    unsigned slot;
};

/* ---- chains ---- */

static void append(struct turns *turns, struct chain *chain, uint32_t place)
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

static void unlink_entry(struct turns *turns, struct chain *chain, uint32_t place)
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

static struct network *network_of(const struct turns *turns, const struct entry *entry)
{
    return networks_at(turns->networks, entry->network);
}

static void forget(struct turns *turns, long long now)
{
    if (now >= turns->forgot_at && now - turns->forgot_at < FORGET_EVERY_MS)
        return;
    switched_on_update(&turns->switched_on, now > turns->forgot_at ? now - turns->forgot_at : 0);
    turns->forgot_at = now;
    networks_forget(turns->networks, now);
}

/* 0: its repeats go by their value alone. */
static int penalty_of(struct network *network, long long now)
{
    if (network->key == NETWORK_UNKNOWN)
        return 0;
    double steps = -2 * log2(network_quality(network, now));

    return steps < PENALTIES - 1 ? (int)steps : PENALTIES - 1;
}

/* ---- where a claim waits ---- */

static void push_first(struct turns *turns, uint32_t place)
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

static void push_later(struct turns *turns, uint32_t place)
{
    struct entry *entry = &turns->entries[place];
    struct network *network = network_of(turns, entry);
    struct chain chain = waiting_chain(network);

    entry->place = LATER;
    append(turns, &chain, place);
    set_waiting_chain(network, chain);
    turns->later_count++;
    if (network->waiting++)
        return;
    network->tag = fmax(network->tag, turns->virtual_time);
    heap_push(&turns->later, network->tag, network->key, entry->network);
}

static void leave_later(struct turns *turns, uint32_t place)
{
    struct network *network = network_of(turns, &turns->entries[place]);
    struct chain chain = waiting_chain(network);

    unlink_entry(turns, &chain, place);
    set_waiting_chain(network, chain);
    turns->later_count--;
    if (--network->waiting == 0)
        heap_remove(&turns->later, network->heap_place);
}

static bool may_be_admitted(struct network *network, long long now)
{
    return network->tried < network_allowance(network, now);
}

static void wait_for_first(struct turns *turns, uint32_t place, long long now)
{
    struct network *network = network_of(turns, &turns->entries[place]);

    if (network->waiting == 0 && may_be_admitted(network, now))
        push_first(turns, place);
    else
        push_later(turns, place);
}

/* Devices have arrived, or claims have ended: some of the others may be admitted. */
static void admit(struct turns *turns, struct network *network, long long now)
{
    while (network->waiting && may_be_admitted(network, now)) {
        uint32_t place = network->first_waiting;
        leave_later(turns, place);
        push_first(turns, place);
    }
}

/* Spreads claims of the same time, and is the same whenever it is asked. */
static uint32_t jitter_of(const struct entry *entry)
{
    return (uint32_t)(((uint64_t)entry->id * 64 + entry->published) * 0x9e3779b97f4a7c15ull >> 32);
}

static long long ripe_at(const struct turns *turns, const struct entry *entry)
{
    long long delay = schedule_delay_ms(turns->options.schedule, entry->published, jitter_of(entry));
    long long part = (entry->last_at - entry->accepted_at) / PART_OF_AGE;

    return entry->last_at + (delay > part ? delay : part);
}

static void rest(struct turns *turns, uint32_t place, long long until)
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

static void ripen(struct turns *turns, uint32_t place, int penalty)
{
    struct entry *entry = &turns->entries[place];

    entry->place = RIPE;
    entry->class = (unsigned char)(penalty * STEPS + step_of(entry));
    append(turns, &turns->ripe[entry->class], place);
    turns->ripe_classes[entry->class / 64] |= 1ull << entry->class % 64;
}

static void leave_ripe(struct turns *turns, uint32_t place)
{
    unsigned class = turns->entries[place].class;

    unlink_entry(turns, &turns->ripe[class], place);
    if (turns->ripe[class].first == NONE)
        turns->ripe_classes[class / 64] &= ~(1ull << class % 64);
}

static void leave(struct turns *turns, uint32_t place)
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
        leave_later(turns, place);
        break;
    case PRESSED:
        unlink_entry(turns, &turns->pressed, place);
        break;
    case LAST:
        unlink_entry(turns, &turns->last, place);
        break;
    case RESTING:
        heap_remove(&turns->resting, entry->heap_place);
        break;
    case RIPE:
        leave_ripe(turns, place);
    }
}

/* Its turn may come from now on: at once where the button was pressed since the last message. */
static void may_repeat(struct turns *turns, uint32_t place, long long now)
{
    struct entry *entry = &turns->entries[place];
    int penalty = penalty_of(network_of(turns, entry), now);

    if (penalty || entry->since <= entry->last_at || entry->presses > PRESSES) {
        ripen(turns, place, penalty);
        return;
    }
    entry->place = PRESSED;
    append(turns, &turns->pressed, place);
}

/* ---- what time brings ---- */

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

static void look_at_clock(struct turns *turns, long long now)
{
    bool is_set_back = now < turns->latest - BACK_MS;

    if (is_set_back)
        go_back(turns, turns->latest - now);
    if (is_set_back || now > turns->latest)
        turns->latest = now;
}

/* That the device was switched on since the last message. */
static double chance_of(const struct turns *turns, const struct entry *entry, long long now)
{
    return switched_on_chance(&turns->switched_on, entry->last_at - entry->since, now - entry->since);
}

static void note_age(struct heap *ages, const struct entry *entry, uint32_t place)
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
        network_of(turns, entry)->old += entry->is_tried && !entry->is_old;
        entry->is_old = entry->is_old || entry->is_tried;
        note_age(&turns->ends, entry, place);
    }
}

/* Who was never on when a message was sent gets one more just before the claim expires. */
static void send_last(struct turns *turns, long long now)
{
    uint32_t place;

    while ((place = next_aged(turns, &turns->ends, turns->options.window_ms - LAST_BEFORE_MS, now)) != NONE) {
        struct entry *entry = &turns->entries[place];
        bool is_waiting = entry->place == RESTING || entry->place == RIPE;
        if (!is_waiting || !entry->published || chance_of(turns, entry, now) < LAST_CHANCE ||
            penalty_of(network_of(turns, entry), now) > 0)
            continue;
        leave(turns, place);
        entry->place = LAST;
        append(turns, &turns->last, place);
    }
}

/* Their claims expire before the device could arrive. */
static void drop_late(struct turns *turns, long long now)
{
    uint32_t place;

    while ((place = turns->last.first) != NONE &&
           now - turns->entries[place].accepted_at >= turns->options.window_ms - ARRIVAL_MS) {
        leave(turns, place);
        rest(turns, place, now + ARRIVAL_MS);
    }
}

static void let_time_pass(struct turns *turns, long long now)
{
    const struct heap_item *next;

    look_at_clock(turns, now);
    grow_old(turns, now);
    send_last(turns, now);
    drop_late(turns, now);
    forget(turns, now);
    while ((next = heap_first(&turns->resting)) && next->key <= (double)now) {
        uint32_t place = next->item;
        struct entry *entry = &turns->entries[place];
        heap_remove(&turns->resting, 0);
        if (entry->published)
            may_repeat(turns, place, now);
        else
            wait_for_first(turns, place, now);
    }
}

/* ---- whose turn it is ---- */

static double value_of(const struct turns *turns, const struct entry *entry, long long now)
{
    return (double)(now - entry->last_at) * chance_of(turns, entry, now);
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
            int steps = penalty_of(network_of(turns, entry), now);
            double value = value_of(turns, entry, now) / pow(PENALTY_FACTOR, steps);
            if (steps > entry->class / STEPS) { /* its network has lost standing meanwhile */
                leave_ripe(turns, place);
                ripen(turns, place, steps);
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

    unlink_entry(turns, chain, place);
    return place;
}

static uint32_t take_later(struct turns *turns, long long now)
{
    uint32_t network_place = heap_first(&turns->later)->item;
    struct network *network = networks_at(turns->networks, network_place);
    uint32_t place = network->first_waiting;

    leave_later(turns, place);
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
        if (may_be_admitted(network_of(turns, &turns->entries[place]), now))
            return place;
        push_later(turns, place);
    }
    return NONE;
}

static bool is_overloaded(const struct turns *turns, long long now)
{
    const struct heap_item *first = heap_first(&turns->first);

    return first && (double)now - first->key > OVERLOAD_MS;
}

/* Of twenty messages one is for those who wait behind the first ones, and two are kept for repeats and last
 * messages. While first messages are too many there are no repeats, but half of the messages are last ones,
 * if there are so many. */
static uint32_t next_turn(struct turns *turns, long long now)
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
        leave_ripe(turns, repeat);
    return repeat;
}

static void set_tried(struct turns *turns, struct entry *entry, bool tried)
{
    struct network *network = network_of(turns, entry);

    network->tried += tried;
    network->tried -= entry->is_tried;
    entry->is_tried = tried;
}

bool turns_take(struct turns *turns, long long now, long long *id)
{
    let_time_pass(turns, now);
    uint32_t place = next_turn(turns, now);
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

/* ---- the caller's news ---- */

static struct entry *find(const struct turns *turns, long long id, uint32_t *place)
{
    return number_map_get(&turns->places, (uint64_t)id, place) ? &turns->entries[*place] : NULL;
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

    turns->options = *options;
    turns->networks = networks_new();
    number_map_init(&turns->places);
    switched_on_init(&turns->switched_on);
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
        penalty_of(network_of(turns, entry), now) > 0)
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
    leave(turns, place);
    entry->since = pressed_at < now ? pressed_at : now;
    if (entry->presses <= PRESSES)
        entry->presses++;
    if (now - entry->last_at < PRESSED_AGAIN_MS)
        rest(turns, place, entry->last_at + PRESSED_AGAIN_MS);
    else
        may_repeat(turns, place, now);
}

static void await_repeat(struct turns *turns, uint32_t place, const struct turns_claim *claim, long long now)
{
    struct entry *entry = &turns->entries[place];
    long long at = claim->published_at < now ? claim->published_at : now;

    set_tried(turns, entry, true);
    set_last(entry, at > entry->accepted_at ? at : entry->accepted_at);
    rest(turns, place, ripe_at(turns, entry));
    if (claim->pressed_at > entry->last_at)
        press(turns, place, claim->pressed_at, now);
}

/* What a clock that was ahead has stamped happens now. */
void turns_add(struct turns *turns, const struct turns_claim *claim, long long now)
{
    uint32_t place;

    look_at_clock(turns, now);
    if (number_map_get(&turns->places, (uint64_t)claim->id, &place)) {
        press(turns, place, claim->pressed_at, now);
        return;
    }
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
    network_of(turns, entry)->open++;
    note_age(&turns->young, entry, place);
    if (claim->published)
        await_repeat(turns, place, claim, now);
    else
        wait_for_first(turns, place, now);
    entry->pressed_at = claim->pressed_at;
}

void turns_remove(struct turns *turns, long long id, enum turns_end end, long long now)
{
    uint32_t place;
    struct entry *entry = find(turns, id, &place);

    look_at_clock(turns, now);
    if (!entry)
        return;
    struct network *network = network_of(turns, entry);
    if (end != TURNS_OTHER)
        learn(turns, entry, end == TURNS_ARRIVED, now);
    leave(turns, place);
    network->open--;
    network->old -= entry->is_old;
    set_tried(turns, entry, false);
    if (end == TURNS_ARRIVED)
        network_arrived(network, now);
    if (end == TURNS_EXPIRED && entry->published)
        network_expired(network, now);
    admit(turns, network, now);
    number_map_remove(&turns->places, (uint64_t)id);
    entry->is_used = false;
    turns->free[turns->free_count++] = place;
    turns->open--;
}

void turns_published(struct turns *turns, long long id, long long now)
{
    uint32_t place;
    struct entry *entry = find(turns, id, &place);

    look_at_clock(turns, now);
    if (!entry || entry->place != IN_HAND)
        return;
    turns->in_hand--;
    learn(turns, entry, false, now);
    entry->published++;
    set_last(entry, entry->is_pressed ? entry->since - 1 : now);
    rest(turns, place, entry->is_pressed ? now + PRESSED_AGAIN_MS : ripe_at(turns, entry));
}

void turns_put_back(struct turns *turns, long long id, long long not_before, long long now)
{
    uint32_t place;
    struct entry *entry = find(turns, id, &place);

    look_at_clock(turns, now);
    if (!entry || entry->place != IN_HAND)
        return;
    turns->in_hand--;
    set_tried(turns, entry, entry->published > 0);
    if (not_before > now)
        rest(turns, place, not_before);
    else if (entry->published)
        may_repeat(turns, place, now);
    else
        wait_for_first(turns, place, now);
}

long long turns_wait(struct turns *turns, long long now, long long most)
{
    let_time_pass(turns, now);
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
