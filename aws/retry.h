/* SPDX-License-Identifier: Apache-2.0 */
/* When to ask again. Any thread. */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H

#include <signal.h>
#include <stdbool.h>

#define AWS_RETRY_BASE_MS 200
#define AWS_RETRY_MOST_MS 20000
#define AWS_RETRY_AFTER_MOST_MS 30000 /* of what a service asks for */

/* The longest wait after so many failed attempts (1 and more): base_ms, doubled by each after the first. */
long long aws_retry_limit_ms(unsigned failed, long long base_ms);

/* A random part of that; not less than what the service asked for (-1: nothing). */
long long aws_retry_wait_ms(unsigned failed, long long base_ms, long retry_after_s);

/* False as soon as *interrupted (NULL: never) is not zero, within a tenth of a second. */
bool aws_retry_sleep(long long wait_ms, const volatile sig_atomic_t *interrupted);

#endif
