/* SPDX-License-Identifier: Apache-2.0 */
/* The publishes of one MQTT connection that wait for their PUBACK. For mqtt.c, which holds its lock around
 * every call.
 *
 * Paho may call back twice for one publish, and late: places are used again as late as possible (there are
 * four for each that may be taken), and know the connection that they belong to. */
#ifndef CLAIM_MQTT_WINDOW_H
#define CLAIM_MQTT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

struct mqtt_publish {
    void *owner;
    unsigned long cookie;
    unsigned connection;
    bool waiting;
};

struct mqtt_window {
    struct mqtt_publish *places; /* owned */
    size_t place_count, next;
    int most, count;
    unsigned connection;
};

void mqtt_window_init(struct mqtt_window *window, int most);
void mqtt_window_fini(struct mqtt_window *window);

/* NULL when it is full. Borrowed; stays valid until the fini. */
struct mqtt_publish *mqtt_window_take(struct mqtt_window *window, void *owner, unsigned long cookie);
/* It has its PUBACK, or was not sent. False when it was no longer waited for. */
bool mqtt_window_end(struct mqtt_window *window, struct mqtt_publish *publish);
/* The connection is gone: whatever waited waits no longer. */
void mqtt_window_forget(struct mqtt_window *window);

#endif
