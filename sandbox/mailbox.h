/* SPDX-License-Identifier: Apache-2.0 */
/* Passes the connection events of modules from Paho's threads to the one thread that runs the modules. */
#ifndef SANDBOX_MAILBOX_H
#define SANDBOX_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

enum happening_kind {
    HAPPENED_CONNECTED,
    HAPPENED_LOST,
    HAPPENED_SUBSCRIBED,
    HAPPENED_REFUSED,
    HAPPENED_MESSAGE,
    HAPPENED_PUBLISHED, /* a PUBACK */
};

struct module;

struct happening {
    struct happening *next;
    struct module *module;
    unsigned generation; /* of the module's connection */
    enum happening_kind kind;
    size_t length;
    char text[]; /* the message, or the reason why the connection was lost; terminated */
};

struct mailbox;

struct mailbox *mailbox_new(void);
void mailbox_free(struct mailbox *mailbox); /* no other thread may use it any more; NULL is allowed */

/* Returns a descriptor that is readable while there are events. */
int mailbox_fd(const struct mailbox *mailbox);

/* Any thread. Returns false if the mailbox is full of messages; all other events are always accepted. */
bool mailbox_post(struct mailbox *mailbox, struct module *module, unsigned generation,
                  enum happening_kind kind, const void *text, size_t length);

/* Takes all events, the oldest first; the caller frees each. Returns NULL if there are none. */
struct happening *mailbox_take(struct mailbox *mailbox);

#endif
