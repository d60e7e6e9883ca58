/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers from the kernel (getrandom(2)). Any thread. Aborts where the kernel has none. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *out, size_t length);
uint32_t random_u32(void);
/* length / 2 random bytes as lower-case hex; out has length + 1 bytes. length is even. */
void random_hex(char *out, size_t length);
/* Evenly from [low, high]. */
long long random_between(long long low, long long high);

#endif
