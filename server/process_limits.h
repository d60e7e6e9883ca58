/* SPDX-License-Identifier: Apache-2.0 */
/* What the system lets this process have, of open files and of address space, and what that is enough for. */
#ifndef SERVER_PROCESS_LIMITS_H
#define SERVER_PROCESS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct process_room {
    unsigned connections; /* to the public side */
    size_t body_memory;   /* bytes, for what clients send */
};

/* Call first, before threads start: allows as many open files as the system permits, and where the address
 * space is limited, asks for little of it: small stacks, and one heap for all threads. */
void process_limits_prepare(void);

/* How much of what is wanted there is room for, so that the store, the accounts and the admin side always
 * have theirs. Logs what is less. Returns false with a sentence in *why if it is too little to work at all.
 */
bool process_limits_room(const struct process_room *wanted, unsigned reserved_files, struct process_room *out,
                         struct text *why);

/* True while so little is left of one that the process may fail at any moment. The sentence in *why names
 * it. */
bool process_limits_are_short(struct text *why);

#endif
