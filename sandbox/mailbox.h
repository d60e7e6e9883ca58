/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to the modules' connections, on its way from Paho's threads to the one thread that runs them.
 */
#ifndef SANDBOX_MAILBOX_H
#define SANDBOX_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

enum happening_kind {
    HAPPENED_CONNECTED,
    HAPPENED_LOST,
    HAPPENED_SUBSCRIBED,
    HAPPENED_REFUSED,
    HAPPENED_MESSAGE
};

struct module;

struct happening {
    struct happening *next;
    struct module *module;
    unsigned generation; /* of the module's connection */
    enum happening_kind kind;
    size_t length;
    char text[]; /* the message, or why the connection was lost; terminated */
};

struct mailbox;

struct mailbox *mailbox_new(void);
void mailbox_free(struct mailbox *mailbox); /* no other thread may be using it; NULL is fine */

/* Readable when there is something to take. */
int mailbox_fd(const struct mailbox *mailbox);

/* Any thread. False when the mailbox is full of messages; everything else is always taken. */
bool mailbox_post(struct mailbox *mailbox, struct module *module, unsigned generation,
                  enum happening_kind kind, const void *text, size_t length);

/* All of it, oldest first; the caller frees each. NULL when there is none. */
struct happening *mailbox_take(struct mailbox *mailbox);

#endif
