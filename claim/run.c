/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/run.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "claim/mqtt.h"
#include "claim/presence.h"
#include "claim/publisher.h"

#define OBSERVER_WAIT_MS 10000 /* then publish even if the OEM account is unreachable */
#define STEP_MS 10             /* one publish every 10 ms is the limit of AWS */
#define TIME_MS 1000

/* One device at one staging account. */
struct target {
    long long due; /* monotonic ms */
    unsigned published, refusals;
    bool closed; /* no more publishes */
};

struct line {
    const struct staging_account *account;
    struct publisher *publisher; /* NULL: no device can belong to this account */
    struct target *targets;      /* per device */
};

/* The connection to the OEM account, and what Paho's threads reported since the last step. */
struct observer {
    struct mqtt *mqtt; /* NULL without wait */
    bool hears;        /* has been subscribed */

    bool up, down;
    unsigned subscribed;
    char reason[MQTT_REASON_SIZE];
    struct presence *heard;
    size_t heard_count;
};

struct run {
    const struct claim_run_options *options;
    long long started, next_time;
    struct line lines[CLAIM_STAGING_MAX];
    struct observer observer;
    struct publisher_news news;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken;
};

/* The callbacks below run on Paho's threads. */

static void on_publisher(void *context)
{
    struct run *run = context;

    pthread_mutex_lock(&run->lock);
    run->woken = true;
    pthread_cond_signal(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

/* Call with the lock held. */
static void wake(struct run *run)
{
    run->woken = true;
    pthread_cond_signal(&run->changed);
}

static void on_connected(void *context, bool session_present)
{
    struct run *run = context;

    (void)session_present;
    pthread_mutex_lock(&run->lock);
    run->observer.up = true;
    run->observer.subscribed = 0;
    wake(run);
    pthread_mutex_unlock(&run->lock);
}

static void on_lost(void *context, const char *reason)
{
    struct run *run = context;

    pthread_mutex_lock(&run->lock);
    run->observer.down = true;
    run->observer.up = false;
    snprintf(run->observer.reason, sizeof run->observer.reason, "%s", reason);
    wake(run);
    pthread_mutex_unlock(&run->lock);
}

static void on_subscribed(void *context, const char *topic, bool accepted)
{
    struct run *run = context;

    (void)topic;
    pthread_mutex_lock(&run->lock);
    run->observer.subscribed += accepted;
    wake(run);
    pthread_mutex_unlock(&run->lock);
}

static bool is_ours(const struct run *run, const char *thing_name)
{
    for (size_t i = 0; i < run->options->device_count; i++)
        for (size_t j = 0; j < run->options->settings->staging_count; j++)
            if (strcmp(run->options->devices[i].names[j], thing_name) == 0)
                return true;
    return false;
}

static bool on_message(void *context, const char *topic, const void *payload, size_t length)
{
    struct run *run = context;
    struct observer *observer = &run->observer;
    struct presence presence;

    if (!presence_parse(topic, payload, length, &presence) || !is_ours(run, presence.thing_name))
        return true;
    pthread_mutex_lock(&run->lock);
    observer->heard = memory_grow(observer->heard, observer->heard_count + 1, sizeof *observer->heard);
    observer->heard[observer->heard_count++] = presence;
    wake(run);
    pthread_mutex_unlock(&run->lock);
    return true;
}

/* Everything from here on runs on the caller's thread. */

static long long elapsed(const struct run *run)
{
    return clock_monotonic_ms() - run->started;
}

static void tell(struct run *run, enum claim_news_kind kind, const char *account, const char *reason,
                 const struct claim_device *device)
{
    struct claim_news news = {kind, account, reason, device, elapsed(run)};

    run->options->news(run->options->context, &news);
}

static bool arrived(const struct claim_device *device)
{
    return device->provisioned || device->connected;
}

static void take_heard(struct run *run, const struct presence *presence)
{
    const struct claim_run_options *options = run->options;
    bool created = presence->kind == PRESENCE_CREATED;

    for (size_t i = 0; i < options->device_count; i++) {
        struct claim_device *device = &options->devices[i];
        bool *mark = created ? &device->provisioned : &device->connected;
        for (size_t j = 0; j < options->settings->staging_count && !*mark; j++) {
            if (strcmp(device->names[j], presence->thing_name) != 0)
                continue;
            *mark = true;
            tell(run, created ? CLAIM_NEWS_PROVISIONED : CLAIM_NEWS_CONNECTED, options->endpoint->key, NULL,
                 device);
        }
    }
}

static void heard_from_observer(struct run *run, struct presence *heard, size_t count)
{
    for (size_t i = 0; i < count; i++)
        take_heard(run, &heard[i]);
    free(heard);
}

static void observer_connected(struct run *run)
{
    struct mqtt *mqtt = run->observer.mqtt;

    if (mqtt_subscribe(mqtt, PRESENCE_TOPIC_CREATED) != MQTT_OK ||
        mqtt_subscribe(mqtt, PRESENCE_TOPIC_CONNECTED) != MQTT_OK)
        tell(run, CLAIM_NEWS_OBSERVER_DOWN, run->options->endpoint->key, "cannot subscribe", NULL);
}

/* Handles the reports of Paho's threads: copies them under the lock, then calls back without it. */
static void step_observer(struct run *run)
{
    struct observer *observer = &run->observer;
    const char *key = run->options->endpoint->key;
    char reason[sizeof observer->reason];

    mqtt_tick(observer->mqtt);
    pthread_mutex_lock(&run->lock);
    bool up = observer->up, down = observer->down, hears = observer->subscribed == 2;
    struct presence *heard = observer->heard;
    size_t heard_count = observer->heard_count;
    observer->up = observer->down = false;
    observer->subscribed = hears ? 0 : observer->subscribed;
    observer->heard = NULL;
    observer->heard_count = 0;
    memcpy(reason, observer->reason, sizeof reason);
    pthread_mutex_unlock(&run->lock);
    if (down)
        tell(run, CLAIM_NEWS_OBSERVER_DOWN, key, reason, NULL);
    if (up)
        observer_connected(run);
    if (hears) {
        observer->hears = true;
        tell(run, CLAIM_NEWS_OBSERVER_UP, key, NULL, NULL);
    }
    heard_from_observer(run, heard, heard_count);
}

static void set_due(struct run *run, struct target *target, unsigned published)
{
    target->due =
        clock_monotonic_ms() + schedule_delay_ms(&run->options->settings->schedule, published, random_u32());
}

static void refused(struct run *run, struct line *line, size_t index, bool given_up)
{
    struct claim_device *device = &run->options->devices[index];
    struct target *target = &line->targets[index];

    set_due(run, target, 1);
    target->refusals++;
    if (!given_up)
        return;
    target->closed = true;
    device->refused = device->published == 0;
    for (size_t i = 0; i < run->options->settings->staging_count; i++)
        device->refused = device->refused && run->lines[i].targets[index].closed;
    tell(run, CLAIM_NEWS_REFUSED, line->account->name, NULL, device);
}

static void published(struct run *run, struct line *line, size_t index)
{
    struct claim_device *device = &run->options->devices[index];
    struct target *target = &line->targets[index];

    set_due(run, target, ++target->published);
    target->closed = !run->options->wait;
    device->published++;
    tell(run, CLAIM_NEWS_PUBLISHED, line->account->name, NULL, device);
}

static void take_end(struct run *run, struct line *line, const struct publication_end *end)
{
    size_t index = (size_t)end->publication.id;

    if (end->outcome == PUBLICATION_ACKNOWLEDGED)
        published(run, line, index);
    else if (end->outcome != PUBLICATION_RELEASED)
        refused(run, line, index, end->outcome == PUBLICATION_GIVEN_UP);
}

/* The index of the next device to publish to; the number of devices if none is due. */
static size_t next_due(const struct run *run, const struct line *line)
{
    const struct claim_run_options *options = run->options;
    long long now = clock_monotonic_ms();
    size_t i = 0;

    for (; i < options->device_count; i++)
        if (!line->targets[i].closed && line->targets[i].due <= now && !arrived(&options->devices[i]))
            break;
    return i;
}

static void publish_next(struct run *run, struct line *line)
{
    const struct claim_run_options *options = run->options;
    long long wait;

    if (!publisher_has_room(line->publisher))
        return;
    size_t index = next_due(run, line);
    if (index == options->device_count)
        return;
    struct publication publication = {.id = (long long)index, .refusals = line->targets[index].refusals};
    memcpy(publication.thing_name, options->devices[index].names[line - run->lines],
           sizeof publication.thing_name);
    if (publisher_send(line->publisher, &publication, options->endpoint->connection.address, &wait) ==
        PUBLISHER_BAD_NAME)
        refused(run, line, index, true);
}

static void step_line(struct run *run, struct line *line, bool may_publish)
{
    struct publisher_news *news = &run->news;

    publisher_step(line->publisher, news);
    for (size_t i = 0; i < news->end_count; i++)
        take_end(run, line, &news->ends[i]);
    if (news->down)
        tell(run, CLAIM_NEWS_STAGING_DOWN, line->account->name, news->reason, NULL);
    if (news->up)
        tell(run, CLAIM_NEWS_STAGING_UP, line->account->name, NULL, NULL);
    if (may_publish)
        publish_next(run, line);
}

static void step(struct run *run)
{
    if (run->observer.mqtt)
        step_observer(run);
    bool may_publish = !run->observer.mqtt || run->observer.hears || elapsed(run) > OBSERVER_WAIT_MS;
    for (size_t i = 0; i < run->options->settings->staging_count; i++)
        if (run->lines[i].publisher)
            step_line(run, &run->lines[i], may_publish);
    if (elapsed(run) >= run->next_time) {
        run->next_time += TIME_MS;
        tell(run, CLAIM_NEWS_TIME, NULL, NULL, NULL);
    }
}

static void rest(struct run *run)
{
    struct timespec until = condition_deadline(STEP_MS);

    pthread_mutex_lock(&run->lock);
    if (!run->woken)
        condition_wait(&run->changed, &run->lock, &until);
    run->woken = false;
    pthread_mutex_unlock(&run->lock);
}

/* Without wait, a device is done when every staging account that may own it has acknowledged the message. */
static bool all_published(const struct run *run, size_t device)
{
    for (size_t i = 0; i < run->options->settings->staging_count; i++)
        if (!run->lines[i].targets[device].closed)
            return false;
    return true;
}

static bool ended(const struct run *run, enum claim_run_result *result)
{
    const struct claim_run_options *options = run->options;
    bool over = elapsed(run) >= options->timeout_ms, all = true, sent = true, refused = false;

    for (size_t i = 0; i < options->device_count; i++) {
        const struct claim_device *device = &options->devices[i];
        bool done = options->wait ? arrived(device) : all_published(run, i) && device->published;
        all = all && (done || device->refused);
        sent = sent && (device->published || arrived(device) || device->refused);
        refused = refused || (device->refused && !arrived(device));
    }
    *result = CLAIM_RUN_DONE;
    if (refused)
        *result = CLAIM_RUN_REFUSED;
    else if (!sent)
        *result = CLAIM_RUN_UNREACHABLE;
    else if (!all)
        *result = CLAIM_RUN_NOT_ARRIVED;
    if (options->interrupted && *options->interrupted)
        *result = CLAIM_RUN_INTERRUPTED;
    return all || over || *result == CLAIM_RUN_INTERRUPTED;
}

static bool open_observer(struct run *run)
{
    const struct oem_endpoint *endpoint = run->options->endpoint;
    TEXT struct text client_id = TEXT_EMPTY;
    struct mqtt_callbacks callbacks = {
        .context = run,
        .connected = on_connected,
        .lost = on_lost,
        .subscribed = on_subscribed,
        .message = on_message,
    };

    text_printf(&client_id, "%s%s", endpoint->connection.client_id, OBSERVER_SECOND_NAME);
    struct mqtt_options options = account_mqtt_options(&endpoint->connection, endpoint->key);
    options.client_id = text_get(&client_id);
    return mqtt_new(&options, &callbacks, &run->observer.mqtt) == MQTT_OK;
}

/* Connects to a staging account only if it may own some device. One publish at a time, so that the device
 * that costs the connection is known. */
static bool open_line(struct run *run, size_t index)
{
    const struct claim_run_options *options = run->options;
    struct line *line = &run->lines[index];
    const struct staging_account *account = &options->settings->staging[index];
    struct publisher_options publisher = {.account = account,
                                          .claim_thing = &account->claim_things[0],
                                          .window = 1,
                                          .wake = on_publisher,
                                          .context = run};
    bool wanted = false;

    line->account = account;
    line->targets = memory_new(options->device_count, sizeof *line->targets);
    for (size_t i = 0; i < options->device_count; i++) {
        line->targets[i].closed = !*options->devices[i].names[index];
        wanted = wanted || !line->targets[i].closed;
    }
    return !wanted || publisher_new(&publisher, &line->publisher) == MQTT_OK;
}

static bool open_all(struct run *run)
{
    if (run->options->wait && !open_observer(run))
        return false;
    for (size_t i = 0; i < run->options->settings->staging_count; i++)
        if (!open_line(run, i))
            return false;
    return true;
}

enum claim_run_result claim_run(const struct claim_run_options *options)
{
    struct run run = {.options = options, .started = clock_monotonic_ms()};
    enum claim_run_result result = CLAIM_RUN_BROKEN;

    pthread_mutex_init(&run.lock, NULL);
    condition_init(&run.changed);
    if (open_all(&run)) {
        do {
            step(&run);
            rest(&run);
        } while (!ended(&run, &result));
    }
    mqtt_free(run.observer.mqtt);
    for (size_t i = 0; i < options->settings->staging_count; i++) {
        publisher_free(run.lines[i].publisher);
        free(run.lines[i].targets);
    }
    free(run.observer.heard);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    return result;
}
