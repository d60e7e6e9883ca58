/* SPDX-License-Identifier: Apache-2.0 */
/* Condition variables with a timed wait on the monotonic clock, so a change of the wall clock does not move
 * the deadline. Any thread. */
#ifndef BASE_CONDITION_H
#define BASE_CONDITION_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

void condition_init(pthread_cond_t *condition);

/* The time ms milliseconds from now, on the clock of condition_init(). */
struct timespec condition_deadline(long long ms);

/* Waits with the mutex held. Returns false when the deadline has passed. May wake up spuriously, like
 * pthread_cond_wait(). */
bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *deadline);

#endif
