/* SPDX-License-Identifier: Apache-2.0 */
/* Wall-clock and monotonic time in milliseconds, and dates as text. Use wall time for people, for the store
 * and to compare with timestamps from AWS; use monotonic time for deadlines inside one process. Any
 * thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>

/* Sets the local time zone to UTC. Call once, before threads start. Without TZ the C library reads
 * /etc/localtime for every date that it, or a library that logs, formats. */
void clock_prepare(void);

/* Milliseconds since 1970-01-01T00:00:00Z. Jumps when the clock is set. */
long long clock_wall_ms(void);

/* Milliseconds since an arbitrary point. Never goes backwards. */
long long clock_monotonic_ms(void);

/* Writes wall_ms as RFC 3339 UTC with milliseconds ("2026-11-21T09:30:00.123Z"), terminated. Writes "" if the
 * year does not have four digits. */
#define CLOCK_RFC3339_SIZE 25
void clock_rfc3339(long long wall_ms, char out[CLOCK_RFC3339_SIZE]);

#endif
