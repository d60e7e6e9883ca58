/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of turns.h: the claims, and where each of them waits. For turns.c and its parts only:
 * turn_times.c has what time brings, turn_choice.c whose turn it is. A claim is known by its place in the
 * array. */
#ifndef SERVER_ONBOARDING_TURN_PLACES_H
#define SERVER_ONBOARDING_TURN_PLACES_H

#include "base/heap.h"
#include "base/number_map.h"
#include "claim/schedule.h"
#include "server/onboarding/networks.h"
#include "server/onboarding/switched_on.h"

#define NONE UINT32_MAX
#define UNKNOWN UINT32_MAX

#define PRESSES 3 /* so many times a button is as good as it says */
#define PENALTIES 5
#define STEPS 32
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
    const struct schedule *schedule;
    long long window_ms;
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
    long long forgot_at, learned_at, latest; /* latest: time so far */
    struct switched_on switched_on;
    unsigned slot;
};

void turn_append(struct turns *turns, struct chain *chain, uint32_t place);
void turn_unlink(struct turns *turns, struct chain *chain, uint32_t place);
struct network *turn_network(const struct turns *turns, const struct entry *entry);
/* 0: its repeats go by their value alone. */
int turn_penalty(struct network *network, long long now);
void turn_push_later(struct turns *turns, uint32_t place);
void turn_leave_later(struct turns *turns, uint32_t place);
bool turn_may_be_admitted(struct network *network, long long now);
void turn_wait_for_first(struct turns *turns, uint32_t place, long long now);
/* Devices have arrived, or claims have ended: some of the others may be admitted. */
void turn_admit(struct turns *turns, struct network *network, long long now);
long long turn_ripe_at(const struct turns *turns, const struct entry *entry);
void turn_rest(struct turns *turns, uint32_t place, long long until);
void turn_ripen(struct turns *turns, uint32_t place, int penalty);
void turn_leave_ripe(struct turns *turns, uint32_t place);
void turn_leave(struct turns *turns, uint32_t place);
/* Its turn may come from now on: at once where the button was pressed since the last message. */
void turn_may_repeat(struct turns *turns, uint32_t place, long long now);
/* That the device was switched on since the last message. */
double turn_chance(const struct turns *turns, const struct entry *entry, long long now);

#endif
