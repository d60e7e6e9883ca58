/* SPDX-License-Identifier: Apache-2.0 */
/* Two clocks. Wall time is for people, for the store and for comparing with what AWS reports; monotonic time
 * is for deadlines inside one process. Both in milliseconds. Any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>

/* Once, before the first thread: all local time is UTC. Without TZ the C library looks at /etc/localtime for
 * every date that it, or a library that logs, makes. */
void clock_prepare(void);

/* Milliseconds since 1970-01-01T00:00:00Z. May jump when the clock is set. */
long long clock_wall_ms(void);

/* Milliseconds since an arbitrary point. Never goes back. */
long long clock_monotonic_ms(void);

/* Writes wall_ms as RFC 3339 UTC with milliseconds ("2026-11-21T09:30:00.123Z") into out, always terminated.
 */
#define CLOCK_RFC3339_SIZE 25
void clock_rfc3339(long long wall_ms, char out[CLOCK_RFC3339_SIZE]);

#endif
