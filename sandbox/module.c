/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/module.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "claim/endpoint_message.h"
#include "claim/mqtt.h"
#include "sandbox/module_report.h"

#define MESSAGE_MAX 4096
#define KEEP_ALIVE_S 60
#define TELEMETRY_MS 5000
#define FAREWELL_MS 1000 /* time for the DISCONNECT to be sent before a connection is freed */

/* One connection: what Paho's thread may use. The module itself belongs to the other thread. */
struct line {
    struct mailbox *mailbox;
    struct module *module;
    unsigned generation;
    struct mqtt *mqtt;
};

struct module {
    const struct module_options *options;
    struct mailbox *mailbox;
    char *thing_name;
    char *certificate_file;
    char *endpoint_file;
    char endpoint[ENDPOINT_ADDRESS_MAX + 1];
    char topic[ENDPOINT_TOPIC_SIZE];
    struct line *line;   /* owned; NULL while switched off */
    struct line *parted; /* owned; the previous connection, closing */
    long long parted_until;
    unsigned generation;
    long long due; /* when line is due */
    bool connected, subscribed;
    char *telemetry_topic;   /* owned; NULL: none */
    long long telemetry_due; /* LLONG_MAX: not now */
    bool unanswered;         /* a message on this connection has no PUBACK yet */
    unsigned long published;
};

static void on_connected(void *context, bool session_present)
{
    const struct line *line = context;

    (void)session_present;
    mailbox_post(line->mailbox, line->module, line->generation, HAPPENED_CONNECTED, NULL, 0);
}

static void on_lost(void *context, const char *reason)
{
    const struct line *line = context;

    mailbox_post(line->mailbox, line->module, line->generation, HAPPENED_LOST, reason, strlen(reason));
}

static void on_subscribed(void *context, const char *topic, bool accepted)
{
    const struct line *line = context;
    enum happening_kind kind = accepted ? HAPPENED_SUBSCRIBED : HAPPENED_REFUSED;

    mailbox_post(line->mailbox, line->module, line->generation, kind, topic, strlen(topic));
}

static void on_acknowledged(void *context, unsigned long cookie)
{
    const struct line *line = context;

    (void)cookie;
    mailbox_post(line->mailbox, line->module, line->generation, HAPPENED_PUBLISHED, NULL, 0);
}

/* There is only one subscription, so the topic is known. A message too long for an endpoint is accepted and
 * ignored. */
static bool on_message(void *context, const char *topic, const void *payload, size_t length)
{
    const struct line *line = context;

    (void)topic;
    if (length > MESSAGE_MAX)
        return true;
    return mailbox_post(line->mailbox, line->module, line->generation, HAPPENED_MESSAGE, payload, length);
}

static bool in_staging(const struct module *module)
{
    return strcmp(module->endpoint, module->options->staging_address) == 0;
}

static void set_endpoint(struct module *module, const char *address)
{
    size_t length = strnlen(address, ENDPOINT_ADDRESS_MAX);

    memcpy(module->endpoint, address, length);
    module->endpoint[length] = '\0';
}

static void read_endpoint(struct module *module)
{
    OWNED char *stored = NULL;
    size_t length = 0;

    set_endpoint(module, module->options->staging_address);
    if (file_read(module->endpoint_file, ENDPOINT_ADDRESS_MAX + 1, &stored, &length) != 0)
        return;
    stored[strcspn(stored, "\n")] = '\0';
    if (endpoint_address_valid(stored))
        set_endpoint(module, stored);
}

static char *path_of(const char *folder, const char *thing_name, const char *suffix)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s%s", folder, thing_name, suffix);
    return text_take(&path);
}

static char *topic_of(const char *telemetry, const char *thing_name)
{
    static const char variable[] = "${thing}";
    struct text topic = TEXT_EMPTY;
    const char *found;

    if (!telemetry)
        return NULL;
    for (; (found = strstr(telemetry, variable)); telemetry = found + strlen(variable)) {
        text_add(&topic, telemetry, (size_t)(found - telemetry));
        text_puts(&topic, thing_name);
    }
    text_puts(&topic, telemetry);
    return text_take(&topic);
}

struct module *module_new(const struct module_options *options, const char *thing_name,
                          struct mailbox *mailbox)
{
    struct module *module = memory_new(1, sizeof *module);

    module->options = options;
    module->mailbox = mailbox;
    module->thing_name = memory_string(thing_name);
    module->certificate_file = path_of(options->folder, thing_name, ".pem");
    module->endpoint_file = path_of(options->folder, thing_name, ".endpoint");
    module->due = module->telemetry_due = LLONG_MAX;
    module->telemetry_topic = topic_of(options->telemetry, thing_name);
    endpoint_message_topic(thing_name, module->topic);
    read_endpoint(module);
    return module;
}

static void line_free(struct line *line)
{
    if (!line)
        return;
    mqtt_free(line->mqtt);
    free(line);
}

/* Freeing a connection waits for its DISCONNECT, so it is done later: other modules must not wait. */
static void hang_up(struct module *module)
{
    if (!module->line)
        return;
    line_free(module->parted);
    module->parted = module->line;
    module->parted_until = clock_monotonic_ms() + FAREWELL_MS;
    mqtt_pause(module->line->mqtt);
    module->line = NULL;
    module->generation++; /* makes older events in the mailbox outdated */
    module->connected = module->subscribed = module->unanswered = false;
    module->due = module->telemetry_due = LLONG_MAX;
}

static void dial(struct module *module, long long at_ms)
{
    const struct mqtt_options options = {
        .name = module->thing_name,
        .address = module->endpoint,
        .port = module->options->port,
        .client_id = module->thing_name,
        .ca_file = module->options->ca_file,
        .cert_file = module->certificate_file,
        .key_file = module->options->key_file,
        .keep_alive_s = KEEP_ALIVE_S,
        .max_inflight = 10,
        .backoff_min_ms = module->options->backoff_min_ms,
        .backoff_max_ms = module->options->backoff_max_ms,
    };
    struct line *line = memory_new(1, sizeof *line);
    const struct mqtt_callbacks callbacks = {
        .context = line,
        .connected = on_connected,
        .lost = on_lost,
        .acknowledged = on_acknowledged,
        .subscribed = on_subscribed,
        .message = on_message,
    };

    line->mailbox = module->mailbox;
    line->module = module;
    line->generation = module->generation;
    enum mqtt_error error = mqtt_new(&options, &callbacks, &line->mqtt);
    if (error != MQTT_OK) {
        report(module->thing_name, "broken", "reason", mqtt_error_name(error));
        line_free(line);
        return;
    }
    module->line = line;
    module->due = at_ms;
}

void module_free(struct module *module)
{
    if (!module)
        return;
    line_free(module->line);
    line_free(module->parted);
    free(module->thing_name);
    free(module->telemetry_topic);
    free(module->certificate_file);
    free(module->endpoint_file);
    free(module);
}

const char *module_thing_name(const struct module *module)
{
    return module->thing_name;
}

void module_switch_on(struct module *module, long long at_ms)
{
    if (module->line)
        return;
    report(module->thing_name, "on", "endpoint", module->endpoint);
    dial(module, at_ms);
}

void module_switch_off(struct module *module)
{
    if (!module->line)
        return;
    hang_up(module);
    report(module->thing_name, "off", NULL, NULL);
}

void module_factory_reset(struct module *module)
{
    bool on = module->line != NULL;

    hang_up(module);
    if (unlink(module->endpoint_file) != 0 && errno != ENOENT)
        report(module->thing_name, "broken", "reason", strerror(errno));
    set_endpoint(module, module->options->staging_address);
    report(module->thing_name, "reset", "endpoint", module->endpoint);
    if (on)
        dial(module, clock_monotonic_ms());
}

static void tick_line(struct module *module, long long now_ms)
{
    if (!module->line || module->due > now_ms)
        return;
    long long wait_ms = mqtt_tick(module->line->mqtt);
    module->due = wait_ms < 0 ? LLONG_MAX : now_ms + wait_ms;
}

/* AWS IoT closes the connection of a module that publishes what its policy does not allow. */
static void send_telemetry(struct module *module, long long now_ms)
{
    TEXT struct text payload = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&payload);

    if (module->telemetry_due > now_ms)
        return;
    module->telemetry_due = now_ms + TELEMETRY_MS;
    json_begin_object(&json, NULL);
    json_write_text(&json, "thing", module->thing_name);
    json_write_unsigned(&json, "uptime", (unsigned long long)(now_ms / 1000));
    json_end_object(&json);
    json_writer_finish(&json);
    enum mqtt_error error =
        mqtt_publish(module->line->mqtt, module->telemetry_topic, text_get(&payload), payload.length, 0);
    module->unanswered = module->unanswered || error == MQTT_OK;
    if (error != MQTT_OK)
        report(module->thing_name, "telemetry-failed", "reason", mqtt_error_name(error));
}

static long long earlier(long long a, long long b)
{
    return a < b ? a : b;
}

long long module_tick(struct module *module, long long now_ms)
{
    tick_line(module, now_ms);
    send_telemetry(module, now_ms);
    if (module->parted && module->parted_until <= now_ms) {
        line_free(module->parted);
        module->parted = NULL;
    }
    long long due = earlier(module->due, module->telemetry_due);
    return module->parted ? earlier(module->parted_until, due) : due;
}

static void came_up(struct module *module)
{
    module->connected = true;
    report(module->thing_name, "connected", "endpoint", module->endpoint);
    if (!in_staging(module)) {
        report(module->thing_name, "onboarded", "endpoint", module->endpoint);
        module->telemetry_due = module->telemetry_topic ? clock_monotonic_ms() : LLONG_MAX;
        return;
    }
    enum mqtt_error error = mqtt_subscribe(module->line->mqtt, module->topic);
    if (error != MQTT_OK)
        report(module->thing_name, "subscribe-failed", "reason", mqtt_error_name(error));
}

static void went_down(struct module *module, const char *reason)
{
    bool was_cut_off = module->unanswered;

    module->connected = module->subscribed = module->unanswered = false;
    module->due = clock_monotonic_ms();
    module->telemetry_due = LLONG_MAX;
    report(module->thing_name, "lost", "reason", reason);
    if (was_cut_off)
        report(module->thing_name, "cut-off", "topic", module->telemetry_topic);
}

static void was_published(struct module *module)
{
    module->unanswered = false;
    module->published++;
    report(module->thing_name, "published", "topic", module->telemetry_topic);
}

/* PG 12.3.2.2: store the value, report to the host (MSG, then CONLOST), disconnect, connect to the new
 * endpoint. */
static void take_endpoint(struct module *module, const char *payload, size_t length)
{
    char address[ENDPOINT_ADDRESS_MAX + 1];

    if (!in_staging(module))
        return;
    if (!endpoint_message_parse(payload, length, address)) {
        report(module->thing_name, "ignored", "message", payload);
        return;
    }
    int error = file_replace(module->endpoint_file, address, strlen(address), 0600);
    if (error) {
        report(module->thing_name, "broken", "reason", strerror(error));
        return;
    }
    report(module->thing_name, "endpoint", "endpoint", address);
    hang_up(module);
    report(module->thing_name, "lost", "reason", "Endpoint was changed");
    set_endpoint(module, address);
    dial(module, clock_monotonic_ms());
}

void module_take(struct module *module, const struct happening *happening)
{
    if (!module->line || happening->generation != module->generation)
        return;
    switch (happening->kind) {
    case HAPPENED_CONNECTED:
        came_up(module);
        break;
    case HAPPENED_LOST:
        went_down(module, happening->text);
        break;
    case HAPPENED_SUBSCRIBED:
        module->subscribed = true;
        report(module->thing_name, "subscribed", "topic", happening->text);
        break;
    case HAPPENED_REFUSED:
        report(module->thing_name, "subscribe-failed", "reason", "refused");
        break;
    case HAPPENED_PUBLISHED:
        was_published(module);
        break;
    case HAPPENED_MESSAGE:
        take_endpoint(module, happening->text, happening->length);
        break;
    }
}

struct module_status module_status(const struct module *module)
{
    return (struct module_status){
        .on = module->line != NULL,
        .connected = module->connected,
        .subscribed = module->subscribed,
        .onboarded = !in_staging(module),
        .published = module->published,
        .endpoint = module->endpoint,
    };
}
