/* SPDX-License-Identifier: Apache-2.0 */
/* When to publish again. AWS does not report whether a module received the message, and one that was off did
 * not (PG 12.5), so the message is resent until the device has arrived or the claim window ends. Pure
 * functions, any thread. */
#ifndef CLAIM_SCHEDULE_H
#define CLAIM_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_MAX 32

struct schedule {
    long long delays_ms[SCHEDULE_MAX]; /* after the first, second, ... publish; the last one repeats */
    size_t count;                      /* at least 1 */
};

/* The delay after publish number `published` (1 is the first). `random` gives up to 10 % of jitter either
 * way, so that claims made at the same time spread out. */
long long schedule_delay_ms(const struct schedule *schedule, unsigned published, uint32_t random);

#endif
