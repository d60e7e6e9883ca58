/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/mqtt_reason.h"

#include <stdio.h>
#include <string.h>

/* What this thread traced since the last callback. */
static _Thread_local char traced[MQTT_REASON_SIZE];
/* Why this thread refuses a certificate; static. */
static _Thread_local const char *refused;

void mqtt_reason_trace(const char *message)
{
    static const char other_host[] = "rc from X509_check_ip_asc is ", alert[] = "SSL alert read:fatal:";

    const char *found = strstr(message, other_host); /* after a time stamp */
    if (found && strcmp(found + sizeof other_host - 1, "1") != 0)
        snprintf(traced, sizeof traced, "the server's certificate is for another host name");
    found = strstr(message, alert);
    if (found)
        snprintf(traced, sizeof traced, "refused: TLS alert: %s", found + sizeof alert - 1);
}

void mqtt_reason_take_traced(char out[MQTT_REASON_SIZE])
{
    if (*traced && !*out)
        memcpy(out, traced, sizeof traced);
    traced[0] = '\0';
    refused = NULL;
}

void mqtt_reason_refuse(const char *words)
{
    refused = words;
}

void mqtt_reason_tls(const char *text, size_t length, char out[MQTT_REASON_SIZE])
{
    if (refused) {
        snprintf(out, MQTT_REASON_SIZE, "%s", refused);
        return;
    }
    while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
        length--;
    snprintf(out, MQTT_REASON_SIZE, "%.*s", (int)length, text);
}

void mqtt_reason_join(const char *reason, const char *cause, char out[MQTT_REASON_SIZE])
{
    snprintf(out, MQTT_REASON_SIZE, "%.100s%s%.150s", reason, *cause ? ": " : "", cause);
}

const char *mqtt_refusal_words(int code)
{
    switch (code) {
    case 1:
        return "refused: protocol version";
    case 2:
        return "refused: client id";
    case 3:
        return "refused: server unavailable";
    case 4:
        return "refused: user name or password";
    case 5:
        return "refused: not authorised";
    default:
        return NULL;
    }
}
