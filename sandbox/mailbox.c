/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/mailbox.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"

#define MESSAGES_MAX 10000

struct mailbox {
    pthread_mutex_t lock;
    struct happening *first;
    struct happening **last;
    size_t messages;
    int wake;
};

struct mailbox *mailbox_new(void)
{
    int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    if (wake < 0)
        return NULL;
    struct mailbox *mailbox = memory_new(1, sizeof *mailbox);
    pthread_mutex_init(&mailbox->lock, NULL);
    mailbox->last = &mailbox->first;
    mailbox->wake = wake;
    return mailbox;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    struct happening *next = mailbox->first;
    while (next) {
        struct happening *happening = next;
        next = happening->next;
        free(happening);
    }
    pthread_mutex_destroy(&mailbox->lock);
    close(mailbox->wake);
    free(mailbox);
}

int mailbox_fd(const struct mailbox *mailbox)
{
    return mailbox->wake;
}

bool mailbox_post(struct mailbox *mailbox, struct module *module, unsigned generation,
                  enum happening_kind kind, const void *text, size_t length)
{
    struct happening *happening = memory_new(1, sizeof *happening + length + 1);
    const uint64_t one = 1;

    happening->module = module;
    happening->generation = generation;
    happening->kind = kind;
    happening->length = length;
    if (length)
        memcpy(happening->text, text, length);

    pthread_mutex_lock(&mailbox->lock);
    bool room = kind != HAPPENED_MESSAGE || mailbox->messages < MESSAGES_MAX;
    if (room) {
        mailbox->messages += kind == HAPPENED_MESSAGE;
        *mailbox->last = happening;
        mailbox->last = &happening->next;
    }
    pthread_mutex_unlock(&mailbox->lock);
    if (!room) {
        free(happening);
        return false;
    }
    /* Fails only if the counter is at its maximum: the reader is awake then anyway. */
    ssize_t written = write(mailbox->wake, &one, sizeof one);
    (void)written;
    return true;
}

struct happening *mailbox_take(struct mailbox *mailbox)
{
    uint64_t count;

    /* Before the list is taken: an event posted in between wakes the reader again. */
    if (read(mailbox->wake, &count, sizeof count) < 0)
        return NULL;
    pthread_mutex_lock(&mailbox->lock);
    struct happening *taken = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    mailbox->messages = 0;
    pthread_mutex_unlock(&mailbox->lock);
    return taken;
}
