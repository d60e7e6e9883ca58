/* SPDX-License-Identifier: Apache-2.0 */
/* What is published, subscribed to and received over a connection (mqtt_connection.c). */
#include <string.h>

#include "claim/mqtt_private.h"

#define BASIC_INGEST "$aws/rules/"

int mqtt_on_message(void *context, char *topic, int topic_length, MQTTAsync_message *message)
{
    struct mqtt *mqtt = context;
    bool done = true;

    if (!mqtt_enter(mqtt))
        return 0;
    /* Paho passes the length or, for a queued message, 0. Ignore topics that contain a NUL. */
    bool whole = topic_length == 0 || strlen(topic) == (size_t)topic_length;
    if (mqtt->callbacks.message && whole)
        done = mqtt->callbacks.message(mqtt->callbacks.context, topic, message->payload,
                                       (size_t)message->payloadlen);
    mqtt_leave(mqtt);
    if (!done)
        return 0;
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static void on_acknowledged(void *context, MQTTAsync_successData *response)
{
    struct mqtt_publish *publish = context;
    struct mqtt *mqtt = publish->owner;

    (void)response;
    if (!mqtt_enter(mqtt))
        return;
    pthread_mutex_lock(&mqtt->lock);
    unsigned long cookie = publish->cookie;
    bool waited_for = mqtt_window_end(&mqtt->window, publish);
    pthread_mutex_unlock(&mqtt->lock);
    if (waited_for && mqtt->callbacks.acknowledged)
        mqtt->callbacks.acknowledged(mqtt->callbacks.context, cookie);
    mqtt_leave(mqtt);
}

/* Paho calls this for publishes that a lost connection dropped. After mqtt_pause() it may do so when the next
 * connection is being made, which is not down because of it. */
static void on_publish_failure(void *context, MQTTAsync_failureData *response)
{
    struct mqtt_publish *publish = context;
    struct mqtt *mqtt = publish->owner;

    if (!mqtt_enter(mqtt))
        return;
    pthread_mutex_lock(&mqtt->lock);
    bool current = mqtt_window_has(&mqtt->window, publish);
    pthread_mutex_unlock(&mqtt->lock);
    if (current)
        mqtt_went_down(mqtt, response && response->message ? response->message : "publish failed");
    mqtt_leave(mqtt);
}

static void subscription_answered(struct subscription *subscription, bool accepted)
{
    struct mqtt *mqtt = subscription->mqtt;

    if (!mqtt_enter(mqtt))
        return;
    if (mqtt->callbacks.subscribed)
        mqtt->callbacks.subscribed(mqtt->callbacks.context, subscription->filter, accepted);
    mqtt_leave(mqtt);
}

static void on_subscribed(void *context, MQTTAsync_successData *response)
{
    subscription_answered(context, response && response->alt.qos >= 0 && response->alt.qos <= 2);
}

static void on_subscribe_failure(void *context, MQTTAsync_failureData *response)
{
    (void)response;
    subscription_answered(context, false);
}

/* Of the topics that begin with $, those of a rule are the only ones to publish to here (IoT, "Reserved
 * topics"). */
static bool topic_is_safe(const char *topic)
{
    size_t length = strlen(topic);

    if (length == 0 || length > MQTT_TOPIC_MAX)
        return false;
    if (topic[0] == '$' && strncmp(topic, BASIC_INGEST, strlen(BASIC_INGEST)) != 0)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)topic[i] < 0x20 || topic[i] == 0x7f || topic[i] == '+' || topic[i] == '#')
            return false;
    return true;
}

enum mqtt_error mqtt_publish(struct mqtt *mqtt, const char *topic, const void *payload, size_t length,
                             unsigned long cookie)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    MQTTAsync_message message = MQTTAsync_message_initializer;

    if (!topic_is_safe(topic))
        return MQTT_BAD_TOPIC;
    pthread_mutex_lock(&mqtt->lock);
    bool up = mqtt->link == LINK_UP;
    struct mqtt_publish *publish = up ? mqtt_window_take(&mqtt->window, mqtt, cookie) : NULL;
    pthread_mutex_unlock(&mqtt->lock);
    if (!publish)
        return up ? MQTT_WINDOW_FULL : MQTT_NOT_CONNECTED;

    message.payload = (void *)payload;
    message.payloadlen = (int)length;
    message.qos = 1;
    response.context = publish;
    response.onSuccess = on_acknowledged;
    response.onFailure = on_publish_failure;
    int code = MQTTAsync_sendMessage(mqtt->client, topic, &message, &response);
    if (code == MQTTASYNC_SUCCESS)
        return MQTT_OK;
    pthread_mutex_lock(&mqtt->lock);
    mqtt_window_end(&mqtt->window, publish);
    pthread_mutex_unlock(&mqtt->lock);
    return code == MQTTASYNC_DISCONNECTED ? MQTT_NOT_CONNECTED : MQTT_REFUSED;
}

static struct subscription *subscription_for(struct mqtt *mqtt, const char *filter)
{
    for (size_t i = 0; i < MQTT_FILTERS_MAX; i++) {
        struct subscription *subscription = &mqtt->subscriptions[i];
        if (!*subscription->filter) {
            subscription->mqtt = mqtt;
            memcpy(subscription->filter, filter, strlen(filter) + 1);
        }
        if (strcmp(subscription->filter, filter) == 0)
            return subscription;
    }
    return NULL;
}

enum mqtt_error mqtt_subscribe(struct mqtt *mqtt, const char *filter)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;

    if (!*filter || strlen(filter) > MQTT_TOPIC_MAX)
        return MQTT_BAD_TOPIC;
    if (!mqtt_is_connected(mqtt))
        return MQTT_NOT_CONNECTED;
    struct subscription *subscription = subscription_for(mqtt, filter);
    if (!subscription)
        return MQTT_REFUSED;
    response.context = subscription;
    response.onSuccess = on_subscribed;
    response.onFailure = on_subscribe_failure;
    int code = MQTTAsync_subscribe(mqtt->client, filter, 1, &response);
    if (code == MQTTASYNC_SUCCESS)
        return MQTT_OK;
    return code == MQTTASYNC_DISCONNECTED ? MQTT_NOT_CONNECTED : MQTT_REFUSED;
}
