/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "claim/endpoint_message.h"
#include "claim/mqtt.h"
#include "claim/pace.h"
#include "claim/presence.h"

#define REFUSALS_MAX 3
#define OBSERVER_WAIT_MS 10000 /* then publish even if the OEM account is unreachable */
#define STEP_MS 10             /* one publish every 10 ms is the limit of AWS */
#define TIME_MS 1000
#define NOBODY ((size_t)-1)

/* One device at one staging account. */
struct target {
    long long due; /* monotonic ms */
    unsigned published, refusals;
    bool closed; /* no more publishes */
};

enum side { SIDE_STAGING, SIDE_OBSERVER };

/* A connection, and what Paho's threads reported since the last check. */
struct line {
    struct run *run;
    enum side side;
    const char *name;
    struct mqtt *mqtt;
    struct pace pace;
    struct target *targets; /* per device; staging only */
    size_t in_flight;       /* device; one at a time, so the device that costs the connection is known */

    bool up, down, acknowledged;
    unsigned subscribed;
    char reason[256];
};

struct run {
    const struct claim_run_options *options;
    long long started, next_time;
    struct line staging[CLAIM_RUN_STAGING_MAX];
    struct line observer;
    bool observer_up;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken;
    struct presence *heard;
    size_t heard_count;
};

/* The callbacks below run on Paho's threads. */

static void wake(struct run *run)
{
    run->woken = true;
    pthread_cond_signal(&run->changed);
}

static void on_connected(void *context, bool session_present)
{
    struct line *line = context;

    (void)session_present;
    pthread_mutex_lock(&line->run->lock);
    line->up = true;
    line->subscribed = 0;
    wake(line->run);
    pthread_mutex_unlock(&line->run->lock);
}

static void on_lost(void *context, const char *reason)
{
    struct line *line = context;
    size_t length = strnlen(reason, sizeof line->reason - 1);

    pthread_mutex_lock(&line->run->lock);
    line->down = true;
    line->up = false;
    memcpy(line->reason, reason, length);
    line->reason[length] = '\0';
    wake(line->run);
    pthread_mutex_unlock(&line->run->lock);
}

static void on_acknowledged(void *context, unsigned long cookie)
{
    struct line *line = context;

    (void)cookie;
    pthread_mutex_lock(&line->run->lock);
    line->acknowledged = true;
    wake(line->run);
    pthread_mutex_unlock(&line->run->lock);
}

static void on_subscribed(void *context, const char *topic, bool accepted)
{
    struct line *line = context;

    (void)topic;
    pthread_mutex_lock(&line->run->lock);
    line->subscribed += accepted;
    wake(line->run);
    pthread_mutex_unlock(&line->run->lock);
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
    struct line *line = context;
    struct run *run = line->run;
    struct presence presence;

    if (!presence_parse(topic, payload, length, &presence) || !is_ours(run, presence.thing_name))
        return true;
    pthread_mutex_lock(&run->lock);
    run->heard = memory_grow(run->heard, run->heard_count + 1, sizeof *run->heard);
    run->heard[run->heard_count++] = presence;
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

static void refused_once(struct line *line)
{
    struct run *run = line->run;
    struct claim_device *device = &run->options->devices[line->in_flight];
    struct target *target = &line->targets[line->in_flight];

    target->due =
        clock_monotonic_ms() + schedule_delay_ms(&run->options->settings->schedule, 1, random_u32());
    if (++target->refusals < REFUSALS_MAX)
        return;
    target->closed = true;
    device->refused = device->published == 0;
    for (size_t i = 0; i < run->options->settings->staging_count; i++)
        device->refused = device->refused && run->staging[i].targets[line->in_flight].closed;
    tell(run, CLAIM_NEWS_REFUSED, line->name, NULL, device);
}

static void published_once(struct line *line)
{
    struct run *run = line->run;
    struct claim_device *device = &run->options->devices[line->in_flight];
    struct target *target = &line->targets[line->in_flight];

    target->published++;
    target->due = clock_monotonic_ms() +
                  schedule_delay_ms(&run->options->settings->schedule, target->published, random_u32());
    target->closed = !run->options->wait;
    device->published++;
    tell(run, CLAIM_NEWS_PUBLISHED, line->name, NULL, device);
}

/* Handles the reports of Paho's threads: copies them under the lock, then calls back without it. */
static void take_news(struct line *line)
{
    struct run *run = line->run;
    char reason[sizeof line->reason];

    pthread_mutex_lock(&run->lock);
    bool up = line->up, down = line->down, acknowledged = line->acknowledged;
    bool heard = line->side == SIDE_OBSERVER && line->subscribed == 2;
    line->up = line->down = line->acknowledged = false;
    line->subscribed = heard ? 0 : line->subscribed;
    memcpy(reason, line->reason, sizeof reason);
    pthread_mutex_unlock(&run->lock);
    bool staging = line->side == SIDE_STAGING;
    if (acknowledged && line->in_flight != NOBODY)
        published_once(line);
    else if (down && line->in_flight != NOBODY)
        refused_once(line);
    if (acknowledged || down)
        line->in_flight = NOBODY;
    if (down)
        tell(run, staging ? CLAIM_NEWS_STAGING_DOWN : CLAIM_NEWS_OBSERVER_DOWN, line->name, reason, NULL);
    if (up && staging)
        tell(run, CLAIM_NEWS_STAGING_UP, line->name, NULL, NULL);
    if (up && !staging &&
        (mqtt_subscribe(line->mqtt, PRESENCE_TOPIC_CREATED) != MQTT_OK ||
         mqtt_subscribe(line->mqtt, PRESENCE_TOPIC_CONNECTED) != MQTT_OK))
        tell(run, CLAIM_NEWS_OBSERVER_DOWN, line->name, "cannot subscribe", NULL);
    if (heard) {
        run->observer_up = true;
        tell(run, CLAIM_NEWS_OBSERVER_UP, line->name, NULL, NULL);
    }
}

static size_t next_due(const struct line *line)
{
    const struct claim_run_options *options = line->run->options;
    long long now = clock_monotonic_ms();

    for (size_t i = 0; i < options->device_count; i++)
        if (!line->targets[i].closed && line->targets[i].due <= now && !arrived(&options->devices[i]))
            return i;
    return NOBODY;
}

static void publish_next(struct line *line)
{
    const struct claim_run_options *options = line->run->options;
    char topic[ENDPOINT_TOPIC_SIZE], payload[ENDPOINT_PAYLOAD_SIZE];

    if (line->in_flight != NOBODY || !mqtt_is_connected(line->mqtt))
        return;
    size_t device = next_due(line);
    if (device == NOBODY || pace_take(&line->pace, clock_monotonic_ms()))
        return;
    endpoint_message_topic(options->devices[device].names[line - line->run->staging], topic);
    size_t length = endpoint_message_payload(options->endpoint->connection.address, payload);
    line->in_flight = device;
    if (mqtt_publish(line->mqtt, topic, payload, length, 0) != MQTT_OK)
        line->in_flight = NOBODY;
}

static void step(struct run *run)
{
    const struct claim_settings *settings = run->options->settings;

    if (run->observer.mqtt) {
        mqtt_tick(run->observer.mqtt);
        take_news(&run->observer);
    }
    pthread_mutex_lock(&run->lock);
    struct presence *heard = run->heard;
    size_t count = run->heard_count;
    run->heard = NULL;
    run->heard_count = 0;
    pthread_mutex_unlock(&run->lock);
    for (size_t i = 0; i < count; i++)
        take_heard(run, &heard[i]);
    free(heard);
    bool may_publish = !run->observer.mqtt || run->observer_up || elapsed(run) > OBSERVER_WAIT_MS;
    for (size_t i = 0; i < settings->staging_count; i++) {
        struct line *line = &run->staging[i];
        if (!line->mqtt)
            continue;
        mqtt_tick(line->mqtt);
        take_news(line);
        if (may_publish)
            publish_next(line);
    }
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
        if (!run->staging[i].targets[device].closed)
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

static bool open_line(struct line *line, const struct account_connection *connection, const char *suffix)
{
    TEXT struct text client_id = TEXT_EMPTY;
    struct mqtt_callbacks callbacks = {
        .context = line,
        .connected = on_connected,
        .lost = on_lost,
        .acknowledged = on_acknowledged,
        .subscribed = on_subscribed,
        .message = on_message,
    };

    text_printf(&client_id, "%s%s", connection->client_id, suffix);
    struct mqtt_options options = account_mqtt_options(connection, line->name);
    options.client_id = text_get(&client_id);
    return mqtt_new(&options, &callbacks, &line->mqtt) == MQTT_OK;
}

/* Connects to a staging account only if it may own some device. */
static bool open_staging(struct run *run, size_t index)
{
    const struct claim_run_options *options = run->options;
    const struct staging_account *account = &options->settings->staging[index];
    struct line *line = &run->staging[index];
    bool wanted = false;

    *line = (struct line){.run = run, .side = SIDE_STAGING, .name = account->name, .in_flight = NOBODY};
    line->targets = memory_new(options->device_count, sizeof *line->targets);
    pace_init(&line->pace, account->rate);
    for (size_t i = 0; i < options->device_count; i++) {
        line->targets[i].closed = !*options->devices[i].names[index];
        wanted = wanted || !line->targets[i].closed;
    }
    return !wanted || open_line(line, &account->connection, "");
}

static bool open_all(struct run *run)
{
    const struct claim_run_options *options = run->options;

    run->observer =
        (struct line){.run = run, .side = SIDE_OBSERVER, .name = options->endpoint->key, .in_flight = NOBODY};
    if (options->wait && !open_line(&run->observer, &options->endpoint->connection, OBSERVER_SECOND_NAME))
        return false;
    for (size_t i = 0; i < options->settings->staging_count; i++)
        if (!open_staging(run, i))
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
        mqtt_free(run.staging[i].mqtt);
        free(run.staging[i].targets);
    }
    free(run.heard);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    return result;
}
