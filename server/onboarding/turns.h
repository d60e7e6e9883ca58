/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which claim of a staging account is published next. AWS accepts about 100 messages a second from a
 * claim-thing, and a module that is switched off does not hear a message, so messages are repeated, and there
 * may be more to send than can be sent.
 *
 * - First messages go before repeats, in the order in which the claims were made. Networks with many claims
 *   that do not arrive (networks.h) wait behind the others, but get a twentieth of the messages at least.
 * - Repeats go by value: how likely it is that the device was switched on since the last message
 *   (switched_on.h), times how long ago that was. They become rarer by themselves when there are too many.
 * - A last message goes shortly before the window ends, unless it would hardly find the device.
 * - A message after "It's on now" goes before all others, unless it was pressed in vain several times. While
 *   first messages wait for more than a second, such messages are a tenth.
 *
 * Keeps the open claims in memory, about 150 bytes for each. Pure: it knows no clock, no store and no
 * connection; all times are milliseconds of one clock of the caller. If that clock is set back, everything
 * stays as long ago as it was. One thread. */
#ifndef SERVER_ONBOARDING_TURNS_H
#define SERVER_ONBOARDING_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claim/schedule.h"
#include "server/onboarding/networks.h"

struct turns;

struct turns_options {
    const struct schedule *schedule; /* least delays between two messages; borrowed */
    long long window_ms;             /* how long a claim is open */
};

/* An open claim, as the store knows it. Zero: has not happened, or is not known. */
struct turns_claim {
    long long id;
    long long accepted_at;
    long long published_at; /* the last time */
    long long pressed_at;   /* "It's on now" */
    unsigned published;     /* acknowledged messages so far */
    uint64_t network;       /* where the person is: networks.h */
};

enum turns_end { TURNS_ARRIVED, TURNS_EXPIRED, TURNS_OTHER };

struct turns *turns_new(const struct turns_options *options);
void turns_free(struct turns *turns); /* NULL is allowed */

/* Adds a claim. If it is known: notices whether the button was pressed since. */
void turns_add(struct turns *turns, const struct turns_claim *claim, long long now);
/* The claim has ended; its network is credited or debited. No effect on an unknown claim. */
void turns_remove(struct turns *turns, long long id, enum turns_end end, long long now);

/* Takes the claim to send next. False: there is none now. Until one of the next two calls, or turns_remove(),
 * it is in hand, and not taken again. */
bool turns_take(struct turns *turns, long long now, long long *id);
/* Whether it is in hand. */
bool turns_holds(const struct turns *turns, long long id);
/* Its message was sent and acknowledged. Returns the milliseconds from its acceptance until now if this was
 * its first message, otherwise TURNS_NOT_FIRST. */
#define TURNS_NOT_FIRST (-1)
long long turns_published(struct turns *turns, long long id, long long now);
/* Its message was not sent, or not acknowledged. It may be sent again at not_before. */
void turns_put_back(struct turns *turns, long long id, long long not_before, long long now);

/* Milliseconds until turns_take() may find something, at most `most`. */
long long turns_wait(struct turns *turns, long long now, long long most);

/* Up to room open claims, those that were returned here longest ago: the caller looks whether the store still
 * has them. Returns how many. */
size_t turns_check(struct turns *turns, long long *ids, size_t room);

struct turns_counts {
    size_t open;  /* claims */
    size_t first; /* that wait for their first message, in order of arrival */
    size_t later; /* that wait for their first message behind those */
    size_t in_hand;
    long long first_waited; /* how long the next of the first ones has waited, ms */
};
void turns_count(const struct turns *turns, long long now, struct turns_counts *out);

/* When the claims that wait for their first message in order of arrival were made. About, where there are
 * many. 0: there are none. */
struct turns_queue {
    long long first, middle, last;
};
void turns_queue(const struct turns *turns, struct turns_queue *out);

struct networks *turns_networks(struct turns *turns); /* borrowed */

#endif
