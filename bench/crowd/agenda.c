/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/agenda.h"

#include <limits.h>
#include <stdlib.h>

#include "base/memory.h"

void agenda_fini(struct agenda *agenda)
{
    free(agenda->events);
    *agenda = (struct agenda){0};
}

/* The same order whatever the heap looks like: runs with one seed are alike. */
static bool earlier(const struct event *one, const struct event *other)
{
    if (one->at_ms != other->at_ms)
        return one->at_ms < other->at_ms;
    return one->claim != other->claim ? one->claim < other->claim : one->kind < other->kind;
}

void agenda_add(struct agenda *agenda, struct event event)
{
    if (agenda->count == agenda->room) {
        agenda->room = agenda->room ? 2 * agenda->room : 1024;
        agenda->events = memory_grow(agenda->events, agenda->room, sizeof agenda->events[0]);
    }
    size_t place = agenda->count++;
    while (place > 0 && earlier(&event, &agenda->events[(place - 1) / 2])) {
        agenda->events[place] = agenda->events[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    agenda->events[place] = event;
}

static void sink_last(struct agenda *agenda)
{
    struct event *events = agenda->events;
    size_t count = --agenda->count;
    struct event last = events[count];
    size_t place = 0;

    for (size_t child = 1; child < count; child = 2 * place + 1) {
        if (child + 1 < count && earlier(&events[child + 1], &events[child]))
            child++;
        if (!earlier(&events[child], &last))
            break;
        events[place] = events[child];
        place = child;
    }
    events[place] = last;
}

bool agenda_take(struct agenda *agenda, long long now_ms, struct event *out)
{
    if (agenda_next(agenda) > now_ms)
        return false;
    *out = agenda->events[0];
    sink_last(agenda);
    return true;
}

long long agenda_next(const struct agenda *agenda)
{
    return agenda->count > 0 ? agenda->events[0].at_ms : LLONG_MAX;
}
