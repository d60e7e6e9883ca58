/* SPDX-License-Identifier: Apache-2.0 */
/* The publishes of one MQTT connection without PUBACK. Only for mqtt_connection.c, which holds its lock
 * during every call.
 *
 * Paho may call back twice for one publish, and late. So a slot is reused as late as possible (there are four
 * times as many slots as publishes in flight), and each slot records its connection. */
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

/* Takes a slot; NULL if the window is full. Borrowed; valid until mqtt_window_fini(). */
struct mqtt_publish *mqtt_window_take(struct mqtt_window *window, void *owner, unsigned long cookie);
/* Releases a slot after its PUBACK or a failed send. Returns false if it was already released. */
bool mqtt_window_end(struct mqtt_window *window, struct mqtt_publish *publish);
/* False if the slot was released, or belongs to an earlier connection. */
bool mqtt_window_has(const struct mqtt_window *window, const struct mqtt_publish *publish);
/* Call when the connection is lost: releases all slots. */
void mqtt_window_forget(struct mqtt_window *window);

#endif
