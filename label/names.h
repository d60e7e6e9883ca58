/* SPDX-License-Identifier: Apache-2.0 */
/* Which names have been seen, and on which line first: 16 to 48 bytes a name, of which only 64 bits of hash
 * are kept. Two of a million different names are taken for the same once in 30 million runs. One thread. */
#ifndef LABEL_NAMES_H
#define LABEL_NAMES_H

#include <stddef.h>

struct names;

struct names *names_new(void);
void names_free(struct names *names);
/* 0 when it is new; otherwise the line (1 or more) that it was first seen on. */
unsigned long long names_add(struct names *names, const char *name, unsigned long long line);

#endif
