/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/mqtt.h"

#include <MQTTAsync.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "claim/backoff.h"
#include "claim/mqtt_reason.h"
#include "claim/mqtt_window.h"
#include "claim/tls_policy.h"

#define CONNECT_TIMEOUT_S 10
#define CONNECT_STUCK_MS 45000
#define DISCONNECT_WAIT_MS 2000
#define TOPIC_MAX 256 /* IoT limits */
#define BASIC_INGEST "$aws/rules/"
#define FILTERS_MAX 8

enum link { LINK_DOWN, LINK_CONNECTING, LINK_UP, LINK_PAUSED };

struct subscription {
    struct mqtt *mqtt;
    char filter[TOPIC_MAX + 1];
};

struct mqtt {
    char *name, *address, *client_id, *ca_file, *cert_file, *key_file;
    struct mqtt_options options;
    struct mqtt_callbacks callbacks;
    MQTTAsync client;

    /* Only for the owner's thread. */
    struct backoff backoff;
    long long next_attempt;
    long long attempt_started;
    struct subscription subscriptions[FILTERS_MAX];

    /* Shared with Paho's threads. */
    pthread_mutex_t lock;
    enum link link;
    bool stray;         /* Paho is connected although we have given that connection up: disconnect */
    bool retry_wanted;  /* the owner has not yet scheduled the next attempt */
    long long up_since; /* monotonic; 0: has not connected since the last attempt */
    struct mqtt_window window;
    char reason[MQTT_REASON_SIZE];
    char tls_error[MQTT_REASON_SIZE];
    bool closed; /* DISCONNECT was sent */
    atomic_bool freeing;
    atomic_int callbacks_running;
    atomic_ulong connect_count, failure_count;
};

static const unsigned char aws_alpn[] = "\x0ex-amzn-mqtt-ca"; /* OG: port 443 */

static void on_trace(enum MQTTASYNC_TRACE_LEVELS level, char *message)
{
    (void)level;
    mqtt_reason_trace(message);
}

/* The trace is global and costs several times as much as a publish, so it is on only during attempts to
 * connect. */
static void trace_attempts(int change)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int attempts;

    pthread_mutex_lock(&lock);
    attempts += change;
    MQTTAsync_setTraceLevel(attempts ? MQTTASYNC_TRACE_MINIMUM : MQTTASYNC_TRACE_ERROR);
    pthread_mutex_unlock(&lock);
}

void mqtt_library_init(void)
{
    static const char *const proxies[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                          "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    MQTTAsync_init_options init = MQTTAsync_init_options_initializer;

    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        unsetenv(proxies[i]);
    /* Paho's threads end shortly after the last connection: OpenSSL must not clean up under them at exit. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    OPENSSL_init_ssl(0, NULL);
    tls_policy_watch();
    init.do_openssl_init = 0;
    MQTTAsync_global_init(&init);
    MQTTAsync_setTraceCallback(on_trace);
    trace_attempts(0);
}

/* Every callback calls this first, so that mqtt_free() can wait for running callbacks. */
static bool enter(struct mqtt *mqtt)
{
    atomic_fetch_add(&mqtt->callbacks_running, 1);
    if (!atomic_load(&mqtt->freeing))
        return true;
    atomic_fetch_sub(&mqtt->callbacks_running, 1);
    return false;
}

static void leave(struct mqtt *mqtt)
{
    atomic_fetch_sub(&mqtt->callbacks_running, 1);
}

/* Call with the lock held. */
static void set_link(struct mqtt *mqtt, enum link link)
{
    if ((mqtt->link == LINK_CONNECTING) != (link == LINK_CONNECTING))
        trace_attempts(link == LINK_CONNECTING ? 1 : -1);
    mqtt->link = link;
}

static void take_traced(struct mqtt *mqtt)
{
    pthread_mutex_lock(&mqtt->lock);
    mqtt_reason_take_traced(mqtt->tls_error);
    pthread_mutex_unlock(&mqtt->lock);
}

static void went_down(struct mqtt *mqtt, const char *reason)
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

    if (!enter(mqtt))
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
    leave(mqtt);
}

static void on_connect_failure(void *context, MQTTAsync_failureData *response)
{
    struct mqtt *mqtt = context;
    char reason[MQTT_REASON_SIZE];

    if (!enter(mqtt))
        return;
    const char *refusal = response ? mqtt_refusal_words(response->code) : NULL;
    const char *message = response ? response->message : NULL;
    mqtt_reason_join(refusal ? refusal : "cannot connect", message ? message : "", reason);
    take_traced(mqtt);
    went_down(mqtt, reason);
    leave(mqtt);
}

static void on_lost(void *context, char *cause)
{
    struct mqtt *mqtt = context;

    if (!enter(mqtt))
        return;
    take_traced(mqtt);
    went_down(mqtt, cause ? cause : "connection lost");
    leave(mqtt);
}

static int on_message(void *context, char *topic, int topic_length, MQTTAsync_message *message)
{
    struct mqtt *mqtt = context;
    bool done = true;

    if (!enter(mqtt))
        return 0;
    /* Paho passes the length or, for a queued message, 0. Ignore topics that contain a NUL. */
    bool whole = topic_length == 0 || strlen(topic) == (size_t)topic_length;
    if (mqtt->callbacks.message && whole)
        done = mqtt->callbacks.message(mqtt->callbacks.context, topic, message->payload,
                                       (size_t)message->payloadlen);
    leave(mqtt);
    if (!done)
        return 0;
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static int on_tls_error(const char *text, size_t length, void *context)
{
    struct mqtt *mqtt = context;

    if (!enter(mqtt))
        return 0;
    pthread_mutex_lock(&mqtt->lock);
    mqtt_reason_tls(text, length, mqtt->tls_error);
    pthread_mutex_unlock(&mqtt->lock);
    leave(mqtt);
    return 1;
}

static void on_acknowledged(void *context, MQTTAsync_successData *response)
{
    struct mqtt_publish *publish = context;
    struct mqtt *mqtt = publish->owner;

    (void)response;
    if (!enter(mqtt))
        return;
    pthread_mutex_lock(&mqtt->lock);
    unsigned long cookie = publish->cookie;
    bool waited_for = mqtt_window_end(&mqtt->window, publish);
    pthread_mutex_unlock(&mqtt->lock);
    if (waited_for && mqtt->callbacks.acknowledged)
        mqtt->callbacks.acknowledged(mqtt->callbacks.context, cookie);
    leave(mqtt);
}

/* Paho calls this for publishes that a lost connection dropped. After mqtt_pause() it may do so when the next
 * connection is being made, which is not down because of it. */
static void on_publish_failure(void *context, MQTTAsync_failureData *response)
{
    struct mqtt_publish *publish = context;
    struct mqtt *mqtt = publish->owner;

    if (!enter(mqtt))
        return;
    pthread_mutex_lock(&mqtt->lock);
    bool current = mqtt_window_has(&mqtt->window, publish);
    pthread_mutex_unlock(&mqtt->lock);
    if (current)
        went_down(mqtt, response && response->message ? response->message : "publish failed");
    leave(mqtt);
}

static void subscription_answered(struct subscription *subscription, bool accepted)
{
    struct mqtt *mqtt = subscription->mqtt;

    if (!enter(mqtt))
        return;
    if (mqtt->callbacks.subscribed)
        mqtt->callbacks.subscribed(mqtt->callbacks.context, subscription->filter, accepted);
    leave(mqtt);
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
    MQTTAsync_setCallbacks(mqtt->client, mqtt, on_lost, on_message, NULL);
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
        went_down(mqtt, "the MQTT library is still busy with the last connection");
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
        went_down(mqtt, "no answer");

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

/* Of the topics that begin with $, those of a rule are the only ones to publish to here (IoT, "Reserved
 * topics"). */
static bool topic_is_safe(const char *topic)
{
    size_t length = strlen(topic);

    if (length == 0 || length > TOPIC_MAX)
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
    for (size_t i = 0; i < FILTERS_MAX; i++) {
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

    if (!*filter || strlen(filter) > TOPIC_MAX)
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
