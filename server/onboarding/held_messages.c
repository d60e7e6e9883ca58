/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/held_messages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

enum state { FREE, WAITS, DONE, TAKEN };

struct message {
    enum state state;
    uint64_t hash; /* of the id: texts are compared only where it is the same */
    char *id, *receipt;
    unsigned turn;           /* of its place */
    unsigned long long done; /* in which order */
};

struct held_messages {
    struct message *list;
    size_t room, count, due;
    unsigned turns;
    unsigned long long dones;
};

struct held_messages *held_messages_new(size_t room)
{
    struct held_messages *held = memory_new(1, sizeof *held);

    held->list = memory_new(room, sizeof *held->list);
    held->room = room;
    return held;
}

static void clear(struct held_messages *held, struct message *message)
{
    held->due -= message->state == DONE;
    held->count--;
    free(message->id);
    free(message->receipt);
    *message = (struct message){.state = FREE};
}

void held_messages_free(struct held_messages *held)
{
    if (!held)
        return;
    for (size_t i = 0; i < held->room; i++)
        if (held->list[i].state != FREE)
            clear(held, &held->list[i]);
    free(held->list);
    free(held);
}

/* NULL: it is not there; *vacant: a free place, or NULL. */
static struct message *find(struct held_messages *held, const char *id, uint64_t hash,
                            struct message **vacant)
{
    *vacant = NULL;
    for (size_t i = 0; i < held->room; i++) {
        struct message *message = &held->list[i];
        if (message->state == FREE && !*vacant)
            *vacant = message;
        if (message->state != FREE && message->hash == hash && strcmp(message->id, id) == 0)
            return message;
    }
    return NULL;
}

enum held held_messages_add(struct held_messages *held, const char *id, const char *receipt,
                            struct held_place *place)
{
    uint64_t hash = hash_bytes(HASH_START, id, strlen(id));
    struct message *vacant, *message = find(held, id, hash, &vacant);

    if (message) {
        free(message->receipt);
        message->receipt = memory_string(receipt);
        return HELD_AGAIN;
    }
    if (!vacant)
        return HELD_FULL;
    *vacant = (struct message){.state = WAITS,
                               .hash = hash,
                               .id = memory_string(id),
                               .receipt = memory_string(receipt),
                               .turn = held->turns++};
    held->count++;
    *place = (struct held_place){(unsigned)(vacant - held->list) + 1, vacant->turn};
    return HELD_NEW;
}

static struct message *at(struct held_messages *held, unsigned place, enum state state)
{
    struct message *message = place >= 1 && place <= held->room ? &held->list[place - 1] : NULL;

    return message && message->state == state ? message : NULL;
}

static void set_due(struct held_messages *held, struct message *message)
{
    message->state = DONE;
    message->done = held->dones++;
    held->due++;
}

void held_messages_done(struct held_messages *held, struct held_place place)
{
    struct message *message = at(held, place.number, WAITS);

    if (message && message->turn == place.turn)
        set_due(held, message);
}

void held_messages_forget(struct held_messages *held)
{
    for (size_t i = 0; i < held->room; i++)
        if (held->list[i].state == WAITS)
            clear(held, &held->list[i]);
}

static struct message *first_due(struct held_messages *held)
{
    struct message *first = NULL;

    for (size_t i = 0; i < held->room; i++) {
        struct message *message = &held->list[i];
        if (message->state == DONE && (!first || message->done < first->done))
            first = message;
    }
    return first;
}

size_t held_messages_take(struct held_messages *held, size_t most, unsigned *places, char **receipts)
{
    size_t count = 0;

    for (; count < most && held->due > 0; count++) {
        struct message *message = first_due(held);
        message->state = TAKEN;
        held->due--;
        places[count] = (unsigned)(message - held->list) + 1;
        receipts[count] = memory_string(message->receipt);
    }
    return count;
}

void held_messages_settle(struct held_messages *held, unsigned place, bool again)
{
    struct message *message = at(held, place, TAKEN);

    if (message && again)
        set_due(held, message);
    else if (message)
        clear(held, message);
}

size_t held_messages_count(const struct held_messages *held)
{
    return held->count;
}

size_t held_messages_due(const struct held_messages *held)
{
    return held->due;
}
