/* SPDX-License-Identifier: Apache-2.0 */
/* The connection. Messages are in mqtt_messages.c. */
#include "claim/mqtt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "claim/mqtt_private.h"
#include "claim/tls_policy.h"

#define CONNECT_TIMEOUT_S 10
#define CONNECT_STUCK_MS 45000
#define DISCONNECT_WAIT_MS 2000

static const unsigned char aws_alpn[] = "\x0ex-amzn-mqtt-ca"; /* OG: port 443 */

bool mqtt_enter(struct mqtt *mqtt)
{
    atomic_fetch_add(&mqtt->callbacks_running, 1);
    if (!atomic_load(&mqtt->freeing))
        return true;
    atomic_fetch_sub(&mqtt->callbacks_running, 1);
    return false;
}

void mqtt_leave(struct mqtt *mqtt)
{
    atomic_fetch_sub(&mqtt->callbacks_running, 1);
}

/* Call with the lock held. */
static void set_link(struct mqtt *mqtt, enum link link)
{
    if ((mqtt->link == LINK_CONNECTING) != (link == LINK_CONNECTING))
        mqtt_trace_attempts(link == LINK_CONNECTING ? 1 : -1);
    mqtt->link = link;
}

static void take_traced(struct mqtt *mqtt)
{
    pthread_mutex_lock(&mqtt->lock);
    mqtt_reason_take_traced(mqtt->tls_error);
    pthread_mutex_unlock(&mqtt->lock);
}

void mqtt_went_down(struct mqtt *mqtt, const char *reason)
{
    char copy[MQTT_REASON_SIZE];

    pthread_mutex_lock(&mqtt->lock);
    bool known = mqtt->link == LINK_DOWN || mqtt->link == LINK_PAUSED;
    if (!known) {
        if (mqtt->link == LINK_CONNECTING)
            atomic_fetch_add(&mqtt->failure_count, 1);
        set_link(mqtt, LINK_DOWN);
        mqtt->retry_wanted = true;
        mqtt_window_forget(&mqtt->window);
        mqtt_reason_join(reason, mqtt->tls_error, mqtt->reason);
    }
    memcpy(copy, mqtt->reason, sizeof copy);
    pthread_mutex_unlock(&mqtt->lock);
    if (!known && mqtt->callbacks.lost)
        mqtt->callbacks.lost(mqtt->callbacks.context, copy);
}

static void on_connected(void *context, MQTTAsync_successData *response)
{
    struct mqtt *mqtt = context;

    if (!mqtt_enter(mqtt))
        return;
    pthread_mutex_lock(&mqtt->lock);
    bool fresh = mqtt->link == LINK_CONNECTING;
    mqtt->stray = !fresh;
    if (fresh) {
        set_link(mqtt, LINK_UP);
        mqtt->up_since = clock_monotonic_ms();
        atomic_fetch_add(&mqtt->connect_count, 1);
    }
    pthread_mutex_unlock(&mqtt->lock);
    if (fresh && mqtt->callbacks.connected)
        mqtt->callbacks.connected(mqtt->callbacks.context, response && response->alt.connect.sessionPresent);
    mqtt_leave(mqtt);
}

static void on_connect_failure(void *context, MQTTAsync_failureData *response)
{
    struct mqtt *mqtt = context;
    char reason[MQTT_REASON_SIZE];

    if (!mqtt_enter(mqtt))
        return;
    const char *refusal = response ? mqtt_refusal_words(response->code) : NULL;
    const char *message = response ? response->message : NULL;
    mqtt_reason_join(refusal ? refusal : "cannot connect", message ? message : "", reason);
    take_traced(mqtt);
    mqtt_went_down(mqtt, reason);
    mqtt_leave(mqtt);
}

static void on_lost(void *context, char *cause)
{
    struct mqtt *mqtt = context;

    if (!mqtt_enter(mqtt))
        return;
    take_traced(mqtt);
    mqtt_went_down(mqtt, cause ? cause : "connection lost");
    mqtt_leave(mqtt);
}

static int on_tls_error(const char *text, size_t length, void *context)
{
    struct mqtt *mqtt = context;

    if (!mqtt_enter(mqtt))
        return 0;
    pthread_mutex_lock(&mqtt->lock);
    mqtt_reason_tls(text, length, mqtt->tls_error);
    pthread_mutex_unlock(&mqtt->lock);
    mqtt_leave(mqtt);
    return 1;
}

static void on_closed(void *context, MQTTAsync_successData *response)
{
    struct mqtt *mqtt = context;

    (void)response;
    pthread_mutex_lock(&mqtt->lock);
    mqtt->closed = true;
    pthread_mutex_unlock(&mqtt->lock);
}

static void on_close_failure(void *context, MQTTAsync_failureData *response)
{
    (void)response;
    on_closed(context, NULL);
}

static const char *unreadable_file(const struct mqtt_options *options)
{
    const char *const files[] = {options->ca_file, options->cert_file, options->key_file};

    for (size_t i = 0; i < 3; i++)
        if (!files[i] || access(files[i], R_OK))
            return files[i] ? files[i] : "(none)";
    return NULL;
}

static void copy_options(struct mqtt *mqtt, const struct mqtt_options *given)
{
    struct mqtt_options *own = &mqtt->options;

    *own = *given;
    own->name = mqtt->name = memory_string(given->name ? given->name : given->client_id);
    own->address = mqtt->address = memory_string(given->address);
    own->client_id = mqtt->client_id = memory_string(given->client_id);
    own->ca_file = mqtt->ca_file = memory_string(given->ca_file);
    own->cert_file = mqtt->cert_file = memory_string(given->cert_file);
    own->key_file = mqtt->key_file = memory_string(given->key_file);
    own->keep_alive_s = given->keep_alive_s ? given->keep_alive_s : 30;
    own->max_inflight = given->max_inflight ? given->max_inflight : 100;
    own->backoff_min_ms = given->backoff_min_ms ? given->backoff_min_ms : 1000;
    own->backoff_max_ms = given->backoff_max_ms ? given->backoff_max_ms : 5000;
}

enum mqtt_error mqtt_new(const struct mqtt_options *options, const struct mqtt_callbacks *callbacks,
                         struct mqtt **out)
{
    TEXT struct text uri = TEXT_EMPTY;
    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;

    const char *unreadable = unreadable_file(options);
    if (unreadable) {
        log_event(LOG_ERROR, "mqtt.file_rejected", "account", options->name, "file", unreadable, NULL);
        return MQTT_BAD_FILE;
    }
    struct mqtt *mqtt = memory_new(1, sizeof *mqtt);
    copy_options(mqtt, options);
    mqtt->callbacks = *callbacks;
    mqtt_window_init(&mqtt->window, mqtt->options.max_inflight);
    backoff_init(&mqtt->backoff, mqtt->options.backoff_min_ms, mqtt->options.backoff_max_ms);
    pthread_mutex_init(&mqtt->lock, NULL);
    /* IPv6 addresses need brackets. */
    bool v6 = strchr(mqtt->address, ':') != NULL;
    text_printf(&uri, v6 ? "ssl://[%s]:%d" : "ssl://%s:%d", mqtt->address, mqtt->options.port);
    create.MQTTVersion = MQTTVERSION_3_1_1;
    if (MQTTAsync_createWithOptions(&mqtt->client, uri.data, mqtt->client_id, MQTTCLIENT_PERSISTENCE_NONE,
                                    NULL, &create) != MQTTASYNC_SUCCESS) {
        mqtt->client = NULL;
        mqtt_free(mqtt);
        return MQTT_REFUSED;
    }
    MQTTAsync_setCallbacks(mqtt->client, mqtt, on_lost, mqtt_on_message, NULL);
    *out = mqtt;
    return MQTT_OK;
}

static bool is_closed(struct mqtt *mqtt)
{
    pthread_mutex_lock(&mqtt->lock);
    bool closed = mqtt->closed;
    pthread_mutex_unlock(&mqtt->lock);
    return closed;
}

static bool start_disconnect(struct mqtt *mqtt)
{
    MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;

    pthread_mutex_lock(&mqtt->lock);
    mqtt->closed = false; /* true of an earlier one, perhaps */
    pthread_mutex_unlock(&mqtt->lock);
    options.timeout = 0;
    options.context = mqtt;
    options.onSuccess = on_closed;
    options.onFailure = on_close_failure;
    return MQTTAsync_disconnect(mqtt->client, &options) == MQTTASYNC_SUCCESS;
}

void mqtt_free(struct mqtt *mqtt)
{
    const struct timespec moment = {0, 1000000};

    if (!mqtt)
        return;
    atomic_store(&mqtt->freeing, true);
    if (mqtt->client) {
        long long deadline = clock_monotonic_ms() + DISCONNECT_WAIT_MS;
        if (mqtt_is_connected(mqtt) && start_disconnect(mqtt))
            while (!is_closed(mqtt) && clock_monotonic_ms() < deadline)
                nanosleep(&moment, NULL);
        MQTTAsync_destroy(&mqtt->client);
    }
    while (atomic_load(&mqtt->callbacks_running))
        nanosleep(&moment, NULL);
    set_link(mqtt, LINK_DOWN);
    pthread_mutex_destroy(&mqtt->lock);
    mqtt_window_fini(&mqtt->window);
    free(mqtt->name);
    free(mqtt->address);
    free(mqtt->client_id);
    free(mqtt->ca_file);
    free(mqtt->cert_file);
    free(mqtt->key_file);
    free(mqtt);
}

static bool start_attempt(struct mqtt *mqtt)
{
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;

    tls.trustStore = mqtt->ca_file;
    tls.keyStore = mqtt->cert_file;
    tls.privateKey = mqtt->key_file;
    tls.privateKeyPassword = ""; /* NULL would make OpenSSL prompt on the terminal and block */
    tls.enableServerCertAuth = 1;
    tls.verify = 1; /* also verify the host name; off by default in Paho */
    tls.disableDefaultTrustStore = 1;
    tls.enabledCipherSuites = TLS_POLICY_CIPHERS; /* by which tls_policy_watch() knows its connections */
    tls.ssl_error_cb = on_tls_error;
    tls.ssl_error_context = mqtt;
    if (mqtt->options.port == 443) {
        tls.protos = aws_alpn;
        tls.protos_len = sizeof aws_alpn - 1;
    }
    options.MQTTVersion = MQTTVERSION_3_1_1; /* the default falls back to 3.1 */
    options.keepAliveInterval = mqtt->options.keep_alive_s;
    options.cleansession = !mqtt->options.keep_session;
    options.maxInflight = mqtt->options.max_inflight;
    options.connectTimeout = CONNECT_TIMEOUT_S;
    options.automaticReconnect = 0;
    options.ssl = &tls;
    options.context = mqtt;
    options.onSuccess = on_connected;
    options.onFailure = on_connect_failure;
    return MQTTAsync_connect(mqtt->client, &options) == MQTTASYNC_SUCCESS;
}

static void attempt(struct mqtt *mqtt)
{
    pthread_mutex_lock(&mqtt->lock);
    set_link(mqtt, LINK_CONNECTING);
    mqtt->up_since = 0;
    mqtt->tls_error[0] = '\0';
    pthread_mutex_unlock(&mqtt->lock);
    mqtt->attempt_started = clock_monotonic_ms();
    if (!start_attempt(mqtt))
        mqtt_went_down(mqtt, "the MQTT library is still busy with the last connection");
}

static void plan_attempt(struct mqtt *mqtt, long long up_since, long long now)
{
    if (up_since)
        backoff_connected(&mqtt->backoff, up_since);
    mqtt->next_attempt = now + backoff_next(&mqtt->backoff, now);
    if (!backoff_is_evicted(&mqtt->backoff))
        return;
    log_event(LOG_WARN, "mqtt.evicted", "account", mqtt->name, "reason", BACKOFF_EVICTED, "wait_ms",
              LOG_NUMBER(mqtt->next_attempt - now), NULL);
    pthread_mutex_lock(&mqtt->lock);
    snprintf(mqtt->reason, sizeof mqtt->reason, "%s", BACKOFF_EVICTED);
    pthread_mutex_unlock(&mqtt->lock);
}

void mqtt_excuse_loss(struct mqtt *mqtt)
{
    pthread_mutex_lock(&mqtt->lock);
    bool planned = !mqtt->retry_wanted;
    mqtt->up_since = 0;
    pthread_mutex_unlock(&mqtt->lock);
    backoff_reset(&mqtt->backoff);
    if (planned)
        mqtt->next_attempt = clock_monotonic_ms() + backoff_next(&mqtt->backoff, clock_monotonic_ms());
}

long long mqtt_tick(struct mqtt *mqtt)
{
    long long now = clock_monotonic_ms();

    pthread_mutex_lock(&mqtt->lock);
    bool stuck = mqtt->link == LINK_CONNECTING && now - mqtt->attempt_started > CONNECT_STUCK_MS;
    pthread_mutex_unlock(&mqtt->lock);
    if (stuck)
        mqtt_went_down(mqtt, "no answer");

    pthread_mutex_lock(&mqtt->lock);
    enum link link = mqtt->link;
    bool stray = mqtt->stray;
    mqtt->stray = false;
    bool plan = link == LINK_DOWN && mqtt->retry_wanted;
    long long up_since = mqtt->up_since;
    if (plan)
        mqtt->retry_wanted = false;
    pthread_mutex_unlock(&mqtt->lock);
    if (stray)
        start_disconnect(mqtt);
    if (plan)
        plan_attempt(mqtt, up_since, now);

    if (link == LINK_CONNECTING)
        return CONNECT_STUCK_MS;
    if (link != LINK_DOWN)
        return -1;
    if (mqtt->next_attempt > now)
        return mqtt->next_attempt - now;
    attempt(mqtt);
    return mqtt->options.backoff_min_ms;
}

void mqtt_pause(struct mqtt *mqtt)
{
    pthread_mutex_lock(&mqtt->lock);
    bool up = mqtt->link == LINK_UP || mqtt->link == LINK_CONNECTING;
    set_link(mqtt, LINK_PAUSED);
    mqtt->up_since = 0;
    mqtt_window_forget(&mqtt->window);
    pthread_mutex_unlock(&mqtt->lock);
    if (up)
        start_disconnect(mqtt);
}

void mqtt_resume(struct mqtt *mqtt)
{
    pthread_mutex_lock(&mqtt->lock);
    if (mqtt->link == LINK_PAUSED)
        set_link(mqtt, LINK_DOWN);
    mqtt->retry_wanted = false;
    pthread_mutex_unlock(&mqtt->lock);
    mqtt->next_attempt = 0;
}

bool mqtt_is_connected(const struct mqtt *mqtt)
{
    struct mqtt *shared = (struct mqtt *)mqtt;

    pthread_mutex_lock(&shared->lock);
    bool up = mqtt->link == LINK_UP;
    pthread_mutex_unlock(&shared->lock);
    return up;
}

unsigned long mqtt_connect_count(const struct mqtt *mqtt)
{
    return atomic_load(&((struct mqtt *)mqtt)->connect_count);
}

unsigned long mqtt_failure_count(const struct mqtt *mqtt)
{
    return atomic_load(&((struct mqtt *)mqtt)->failure_count);
}

void mqtt_reason(const struct mqtt *mqtt, char out[MQTT_REASON_SIZE])
{
    struct mqtt *shared = (struct mqtt *)mqtt;

    pthread_mutex_lock(&shared->lock);
    if (mqtt->link == LINK_UP)
        out[0] = '\0';
    else
        memcpy(out, mqtt->reason, MQTT_REASON_SIZE);
    pthread_mutex_unlock(&shared->lock);
}

const char *mqtt_error_name(enum mqtt_error error)
{
    static const char *const names[] = {"ok",        "not connected",   "window full",
                                        "bad topic", "unreadable file", "refused by the MQTT library"};

    return (size_t)error < sizeof names / sizeof *names ? names[error] : "unknown";
}
