/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of a queue that were received and are not deleted yet. A message whose visibility timeout has
 * passed meanwhile comes again: it is recognized by its id, and only its newest receipt counts. Not
 * thread-safe. */
#ifndef SERVER_ONBOARDING_HELD_MESSAGES_H
#define SERVER_ONBOARDING_HELD_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

struct held_messages;

struct held_messages *held_messages_new(size_t room);
void held_messages_free(struct held_messages *held); /* NULL is allowed */

enum held {
    HELD_NEW,
    HELD_AGAIN, /* it is held already */
    HELD_FULL,  /* there is no room; it comes again */
};
/* Names a message that is held. */
struct held_place {
    unsigned number; /* 1 or more */
    unsigned turn;   /* another one each time the number is used */
};
/* Both texts are copied. *place: of HELD_NEW. */
enum held held_messages_add(struct held_messages *held, const char *id, const char *receipt,
                            struct held_place *place);

/* It is to be deleted. Ignored if it does not wait there any more. */
void held_messages_done(struct held_messages *held, struct held_place place);
/* Drops all that wait: they come again. */
void held_messages_forget(struct held_messages *held);
/* Takes up to `most` of those that are to be deleted, those first that were done first, with copies of their
 * receipts, which the caller frees. Returns how many. */
size_t held_messages_take(struct held_messages *held, size_t most, unsigned *places, char **receipts);
/* It was taken. again: deleting it failed, and it is to be deleted as before. Otherwise its place is free. */
void held_messages_settle(struct held_messages *held, unsigned place, bool again);

size_t held_messages_count(const struct held_messages *held); /* all */
size_t held_messages_due(const struct held_messages *held);   /* to be deleted, and not taken */

#endif
