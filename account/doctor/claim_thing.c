/* SPDX-License-Identifier: Apache-2.0 */
/* The claim-thing's rights: it may publish endpoint messages, and nothing else (OG). */
#include <stdio.h>
#include <string.h>

#include "account/doctor/connection.h"
#include "base/random.h"
#include "claim/endpoint_message.h"
#include "claim/identifier.h"

#define DIGITS 32

/* Makes up a name of the account's form that no module has: random digits of a suitable length, or a hex UUID
 * if the form is a pattern. */
static void invent_name(const struct identifier_form *form, char out[IDENTIFIER_SIZE])
{
    char digits[IDENTIFIER_MAX + 1], uuid[40];

    random_hex(digits, IDENTIFIER_MAX);
    for (size_t length = DIGITS; length <= DIGITS + IDENTIFIER_MAX - IDENTIFIER_MIN; length++) {
        /* 32 first, then 33 to 64, then 8 to 31 */
        size_t take = length <= IDENTIFIER_MAX ? length : length - IDENTIFIER_MAX + IDENTIFIER_MIN - 1;
        if (identifier_parse(form, digits, take, out, NULL) == IDENTIFIER_OK)
            return;
    }
    snprintf(uuid, sizeof uuid, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
             digits + 20);
    if (identifier_parse(form, uuid, strlen(uuid), out, NULL) != IDENTIFIER_OK)
        snprintf(out, IDENTIFIER_SIZE, "%.*s", DIGITS, digits);
}

/* After a drop, the next check needs a connection. */
static void keep_connected(struct doctor_connection *connection, enum mqtt_probe_result result)
{
    if (result != MQTT_PROBE_DONE && result != MQTT_PROBE_REFUSED)
        doctor_connect_again(connection);
}

static const char taken_words[] = "another client took the client id during the check";

static void tell_publish(const struct doctor_connection *connection, enum mqtt_probe_result result,
                         const char *topic)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (result == MQTT_PROBE_DONE) {
        doctor_tell(connection->doctor, DOCTOR_OK, ".publish", "acknowledged", NULL);
        return;
    }
    if (connection->taken) {
        doctor_tell(connection->doctor, DOCTOR_SKIPPED, ".publish", taken_words, NULL);
        return;
    }
    text_printf(&seen, "%s: %s", topic,
                result == MQTT_PROBE_SILENT ? "not acknowledged" : "the connection was dropped");
    if (connection->lost) /* the network may be the cause */
        text_puts(&mend, "There was no connection afterwards: run this again. If the result is the same: ");
    text_puts(&mend,
              "The staging account's policy does not allow it: ask the owner of the account (AWS, or the "
              "module vendor) to allow this claim-thing iot:Publish on topic/*/expresslink_config.");
    doctor_tell(connection->doctor, DOCTOR_FAILED, ".publish", text_get(&seen), text_get(&mend));
}

static void tell_subscribe(const struct doctor_connection *connection, enum mqtt_probe_result result)
{
    if (result == MQTT_PROBE_UNREACHABLE)
        doctor_tell(connection->doctor, DOCTOR_SKIPPED, ".subscribe", "the connection was lost", NULL);
    else if (result == MQTT_PROBE_DONE)
        doctor_tell(
            connection->doctor, DOCTOR_WARNING, ".subscribe", "it is allowed to",
            "Claims work, but anyone with its key can read messages in the staging account: ask for a "
            "policy that allows iot:Connect and iot:Publish only.");
    else if (result == MQTT_PROBE_REFUSED || !connection->taken)
        doctor_tell(connection->doctor, DOCTOR_OK, ".subscribe", "refused", NULL);
    else
        doctor_tell(connection->doctor, DOCTOR_SKIPPED, ".subscribe", taken_words, NULL);
}

void doctor_claim_thing(struct doctor *doctor, const struct staging_account *staging,
                        const struct claim_thing *claim_thing)
{
    struct doctor_connection connection = {
        .doctor = doctor,
        .to = &claim_thing->connection,
        .who_gave = "exactly as you got it with the claim-thing",
    };
    enum mqtt_probe_result publish, subscribe = MQTT_PROBE_UNREACHABLE;
    char name[IDENTIFIER_SIZE], topic[ENDPOINT_TOPIC_SIZE];

    if (!doctor_connect(&connection)) {
        for (size_t i = 0; i < 3 && !doctor_interrupted(doctor); i++)
            doctor_tell(doctor, DOCTOR_SKIPPED,
                        (const char *const[]){".client_id", ".publish", ".subscribe"}[i],
                        "there is no connection to check it with", NULL);
        return;
    }
    invent_name(&staging->form, name);
    endpoint_message_topic(name, topic);
    /* It has no endpoint, so it has no effect even if a device receives it. */
    publish = mqtt_probe_publish(connection.probe, topic, "{}");
    keep_connected(&connection, publish);
    if (connection.probe) {
        subscribe = mqtt_probe_subscribe(connection.probe, topic);
        keep_connected(&connection, subscribe);
    }
    doctor_stay(&connection);
    doctor_disconnect(&connection);
    if (doctor_interrupted(doctor))
        return;
    tell_publish(&connection, publish, topic);
    tell_subscribe(&connection, subscribe);
}
