/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/mqtt_window.h"

#include <stdlib.h>

#include "base/memory.h"

#define PLACES_EACH 4

void mqtt_window_init(struct mqtt_window *window, int most)
{
    *window = (struct mqtt_window){.most = most, .place_count = (size_t)most * PLACES_EACH};
    window->places = memory_new(window->place_count, sizeof *window->places);
}

void mqtt_window_fini(struct mqtt_window *window)
{
    free(window->places);
    window->places = NULL;
}

struct mqtt_publish *mqtt_window_take(struct mqtt_window *window, void *owner, unsigned long cookie)
{
    if (window->count >= window->most)
        return NULL;
    while (window->places[window->next].waiting)
        window->next = (window->next + 1) % window->place_count;
    struct mqtt_publish *publish = &window->places[window->next];
    window->next = (window->next + 1) % window->place_count;
    *publish = (struct mqtt_publish){owner, cookie, window->connection, true};
    window->count++;
    return publish;
}

bool mqtt_window_has(const struct mqtt_window *window, const struct mqtt_publish *publish)
{
    return publish->waiting && publish->connection == window->connection;
}

bool mqtt_window_end(struct mqtt_window *window, struct mqtt_publish *publish)
{
    if (!mqtt_window_has(window, publish))
        return false;
    publish->waiting = false;
    window->count--;
    return true;
}

void mqtt_window_forget(struct mqtt_window *window)
{
    window->connection++;
    window->count = 0;
    for (size_t i = 0; i < window->place_count; i++)
        window->places[i].waiting = false;
}
