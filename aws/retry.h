/* SPDX-License-Identifier: Apache-2.0 */
/* Computes and waits out the delay between retries. Any thread. */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>

#define AWS_RETRY_BASE_MS 200
#define AWS_RETRY_MOST_MS 20000
#define AWS_RETRY_AFTER_MOST_MS 30000 /* limit for Retry-After */

/* The longest wait after `failed` failed attempts (1 or more): base_ms, doubled for each after the first. */
long long aws_retry_limit_ms(unsigned failed, long long base_ms);

/* A random part of that limit, but not less than retry_after_s (-1: none). */
long long aws_retry_wait_ms(unsigned failed, long long base_ms, long retry_after_s);

/* False within a tenth of a second after *interrupted becomes non-zero (NULL: never). */
bool aws_retry_sleep(long long wait_ms, const atomic_int *interrupted);

#endif
