/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers from the kernel (getrandom(2)). Any thread. Aborts if getrandom() fails. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *out, size_t length);
uint32_t random_u32(void);
/* Writes length / 2 random bytes as lower-case hex; out has length + 1 bytes. length must be even. */
void random_hex(char *out, size_t length);
/* A uniform number in [low, high]. */
long long random_between(long long low, long long high);

#endif
