/* SPDX-License-Identifier: Apache-2.0 */
/* The power-cycle challenge: one person's proof that the device is in their hands. Pure functions, any
 * thread.
 *
 * Times are milliseconds of one clock (store_clock.h). */
#ifndef OWNERSHIP_CHALLENGE_H
#define OWNERSHIP_CHALLENGE_H

#include <stdbool.h>

#define OWNERSHIP_CHALLENGE_MS 180000LL      /* how long a power-cycle challenge lasts */
#define OWNERSHIP_CHALLENGE_PAUSE_MS 60000LL /* from the first challenge to the second; doubles with each */
#define OWNERSHIP_CHALLENGE_PAUSE_MAX_MS 3600000LL

/* The account's times of two events may differ by this much from their order (IoT: presence events can come
 * out of order; when a device takes over its own session, its end and the new connection have nearly the same
 * time). */
#define OWNERSHIP_ORDER_MS 2000LL

/* A device that arrives in the OEM account is disconnected once more right after it (OG, appendix B: the
 * first connection of a new certificate is dropped): this is no power cycle by a person. */
#define OWNERSHIP_ARRIVAL_MS 10000LL

/* A power-cycle challenge: the person is asked to switch the device off and on before until. Do not show
 * from: it tells that the device has just arrived. */
struct challenge {
    long long from, until;   /* 0: none yet. What happens at from or before does not count */
    long long off_at, on_at; /* what was seen of it; 0: nothing */
    unsigned count;          /* challenges so far */
};

/* From when another one may begin; 0: at once. */
long long challenge_next_at(const struct challenge *challenge);

/* Begins one, whatever was seen of the one before. arrived_at: of the device. */
void challenge_begin(struct challenge *challenge, long long now, long long arrived_at);

/* The device has arrived from its staging account: what was seen so far was part of that. */
void challenge_put_off(struct challenge *challenge, long long arrived_at);

/* Whether it lasts at this time. */
bool challenge_covers(const struct challenge *challenge, long long at);

/* Whether it, or one before it, of which nothing is kept, may have lasted at this time. */
bool challenge_may_cover(const struct challenge *challenge, long long at);

/* The device was switched off or on. Those outside of the challenge's time are ignored. These events can come
 * twice and out of order: of the ends the first counts, of the connections the last. */
void challenge_off(struct challenge *challenge, long long at);
void challenge_on(struct challenge *challenge, long long at);

/* Whether both were seen, and in this order. */
bool challenge_is_met(const struct challenge *challenge);

/* Ends one that was met. It stays met: the same power cycle, reported twice, is not another one. */
void challenge_end(struct challenge *challenge, long long now);

#endif
