/* SPDX-License-Identifier: Apache-2.0 */
/* The cloud's simulated clock: it can run faster than the real one and jump ahead. Its state is in the state
 * folder. Guarded by the cloud's lock. */
#ifndef SANDBOX_CLOUD_CALENDAR_H
#define SANDBOX_CLOUD_CALENDAR_H

struct calendar {
    char *path; /* owned */
    long long base_wall_ms, base_ms;
    double speed;
};

/* speed: simulated seconds per second. */
void calendar_open(struct calendar *calendar, const char *folder, double speed);
void calendar_close(struct calendar *calendar);

/* Returns simulated milliseconds since 1970. */
long long calendar_now_ms(const struct calendar *calendar);
void calendar_advance(struct calendar *calendar, long long ms);

#endif
