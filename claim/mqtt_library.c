/* SPDX-License-Identifier: Apache-2.0 */
/* Paho and OpenSSL as a whole, and what Paho tells of attempts to connect only in its trace. */
#include <openssl/ssl.h>
#include <stdlib.h>

#include "claim/mqtt_private.h"
#include "claim/tls_policy.h"

static void on_trace(enum MQTTASYNC_TRACE_LEVELS level, char *message)
{
    (void)level;
    mqtt_reason_trace(message);
}

void mqtt_trace_attempts(int change)
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
    mqtt_trace_attempts(0);
}
