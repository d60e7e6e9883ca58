/* SPDX-License-Identifier: Apache-2.0 */
/* A set of names with the line of each first occurrence, to find duplicates. Uses 16 to 48 bytes per name and
 * stores only a 64-bit hash: among a million different names, two collide once in 30 million runs. Not
 * thread-safe. */
#ifndef LABEL_NAMES_H
#define LABEL_NAMES_H

#include <stddef.h>

struct names;

struct names *names_new(void);
void names_free(struct names *names);
/* Returns 0 if the name is new, else the line (1 or more) of its first occurrence. */
unsigned long long names_add(struct names *names, const char *name, unsigned long long line);

#endif
