/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that are waited for with a deadline that no change of the wall clock moves. */
#ifndef BASE_CONDITION_H
#define BASE_CONDITION_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

void condition_init(pthread_cond_t *condition);

/* So many milliseconds from now, on the clock of condition_init(). */
struct timespec condition_deadline(long long ms);

/* With the mutex held. False when the deadline is over. May return true for no reason, as
 * pthread_cond_wait(). */
bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *deadline);

#endif
