/* SPDX-License-Identifier: Apache-2.0 */
/* What the dispatcher is compared to: Paho publishing endpoint messages in a loop, with nothing to remember.
 * Prints how many a second were acknowledged, from the first publish to the last PUBACK.
 *
 *     paho_alone ADDRESS PORT CA CERTIFICATE KEY PAYLOAD COUNT WINDOW */
#include <MQTTAsync.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long acknowledged;
static int connected; /* 1: yes, -1: no */

static void fail(const char *what)
{
    fprintf(stderr, "paho_alone: %s\n", what);
    exit(1);
}

static void tell_connected(int how)
{
    pthread_mutex_lock(&lock);
    connected = how;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void on_connected(void *context, MQTTAsync_successData *response)
{
    (void)context;
    (void)response;
    tell_connected(1);
}

static void on_not_connected(void *context, MQTTAsync_failureData *response)
{
    (void)context;
    (void)response;
    tell_connected(-1);
}

static void on_lost(void *context, char *cause)
{
    (void)context;
    (void)cause;
    fail("the broker has closed the connection");
}

static int on_message(void *context, char *topic, int length, MQTTAsync_message *message)
{
    (void)context;
    (void)length;
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static void on_acknowledged(void *context, MQTTAsync_successData *response)
{
    (void)context;
    (void)response;
    pthread_mutex_lock(&lock);
    acknowledged++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void on_refused(void *context, MQTTAsync_failureData *response)
{
    (void)context;
    (void)response;
    fail("a publish was refused");
}

static void connect_client(MQTTAsync client, char **files, int window)
{
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;

    tls.trustStore = files[0];
    tls.keyStore = files[1];
    tls.privateKey = files[2];
    tls.verify = 1;
    options.MQTTVersion = MQTTVERSION_3_1_1;
    options.maxInflight = window;
    options.ssl = &tls;
    options.onSuccess = on_connected;
    options.onFailure = on_not_connected;
    if (MQTTAsync_connect(client, &options) != MQTTASYNC_SUCCESS)
        fail("connect");
    pthread_mutex_lock(&lock);
    while (!connected)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    if (connected < 0)
        fail("cannot connect");
}

static void publish(MQTTAsync client, long number, const char *payload)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    MQTTAsync_message message = MQTTAsync_message_initializer;
    char topic[64];

    snprintf(topic, sizeof topic, "%032lx/expresslink_config", number);
    message.payload = (void *)payload;
    message.payloadlen = (int)strlen(payload);
    message.qos = 1;
    response.onSuccess = on_acknowledged;
    response.onFailure = on_refused;
    if (MQTTAsync_sendMessage(client, topic, &message, &response) != MQTTASYNC_SUCCESS)
        fail("publish");
}

static void wait_until(long enough)
{
    pthread_mutex_lock(&lock);
    while (acknowledged < enough)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **values)
{
    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;
    MQTTAsync client;
    char uri[300];

    if (count != 9) {
        fprintf(stderr, "Usage: paho_alone ADDRESS PORT CA CERTIFICATE KEY PAYLOAD COUNT WINDOW\n");
        return 64;
    }
    long wanted = strtol(values[7], NULL, 10), window = strtol(values[8], NULL, 10);
    snprintf(uri, sizeof uri, "ssl://%s:%s", values[1], values[2]);
    if (MQTTAsync_createWithOptions(&client, uri, "claim-thing", MQTTCLIENT_PERSISTENCE_NONE, NULL, &create))
        fail("create");
    MQTTAsync_setCallbacks(client, NULL, on_lost, on_message, NULL);
    connect_client(client, values + 3, (int)window);
    double start = seconds();
    for (long i = 0; i < wanted; i++) {
        wait_until(i - window + 1);
        publish(client, i, values[6]);
    }
    wait_until(wanted);
    printf("%.1f\n", (double)wanted / (seconds() - start));
    return 0;
}
