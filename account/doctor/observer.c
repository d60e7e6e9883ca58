/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the observer's permissions: it must receive the two events that prove that a device has arrived. */
#include "account/doctor/connection.h"
#include "claim/presence.h"

static const struct event {
    const char *check, *filter, *topic; /* topic: as a policy has it */
} events[] = {
    {".subscribe.created", PRESENCE_TOPIC_CREATED, "$aws/events/thing/*/created"},
    {".subscribe.connected", PRESENCE_TOPIC_CONNECTED, "$aws/events/presence/connected/*"},
};
#define EVENTS (sizeof events / sizeof *events)

static void tell_event(const struct doctor_connection *connection, const struct event *event,
                       enum mqtt_probe_result result)
{
    TEXT struct text mend = TEXT_EMPTY;

    if (result == MQTT_PROBE_DONE) {
        doctor_tell(connection->doctor, DOCTOR_OK, event->check, event->filter, NULL);
    } else if (result == MQTT_PROBE_UNREACHABLE) {
        doctor_tell(connection->doctor, DOCTOR_SKIPPED, event->check, "the connection was lost", NULL);
    } else if (connection->taken && result != MQTT_PROBE_REFUSED) {
        doctor_tell(connection->doctor, DOCTOR_SKIPPED, event->check,
                    "another client took the client id during the check", NULL);
    } else {
        if (connection->lost && result != MQTT_PROBE_REFUSED) /* the network may be the cause */
            text_puts(&mend,
                      "There was no connection afterwards: run this again. If the result is the same: ");
        text_printf(&mend,
                    "Its policy lacks iot:Subscribe on topicfilter/%s and iot:Receive on topic/%s: add "
                    "them, or let expresslink-claim account apply do it.",
                    event->topic, event->topic);
        doctor_tell(connection->doctor, DOCTOR_FAILED, event->check,
                    result == MQTT_PROBE_REFUSED ? "refused" : "the connection was dropped", text_get(&mend));
    }
}

static void skip_all(struct doctor *doctor)
{
    doctor_tell(doctor, DOCTOR_SKIPPED, ".client_id", "there is no connection to check it with", NULL);
    for (size_t i = 0; i < EVENTS; i++)
        doctor_tell(doctor, DOCTOR_SKIPPED, events[i].check, "there is no connection to check it with", NULL);
}

/* If the session is new, it is left without subscriptions. */
static void tidy(struct doctor_connection *connection, bool session_present)
{
    for (size_t i = 0; connection->probe && !session_present && i < EVENTS; i++)
        mqtt_probe_unsubscribe(connection->probe, events[i].filter);
}

void doctor_observer(struct doctor *doctor, const struct oem_endpoint *endpoint)
{
    struct doctor_connection connection = {
        .doctor = doctor,
        .to = &endpoint->connection,
        .keep_session = true, /* keep the portal's session and its pending messages */
        .who_gave = "as expresslink-claim account apply set it up (portal-observer)",
    };
    enum mqtt_probe_result results[EVENTS];

    if (!doctor_connect(&connection)) {
        if (!doctor_interrupted(doctor))
            skip_all(doctor);
        return;
    }
    bool session_present = mqtt_probe_session_present(connection.probe);
    for (size_t i = 0; i < EVENTS; i++) {
        results[i] = MQTT_PROBE_UNREACHABLE;
        if (!connection.probe)
            continue;
        results[i] = mqtt_probe_subscribe(connection.probe, events[i].filter);
        if (results[i] != MQTT_PROBE_DONE && results[i] != MQTT_PROBE_REFUSED)
            doctor_connect_again(&connection);
    }
    doctor_stay(&connection);
    tidy(&connection, session_present);
    doctor_disconnect(&connection);
    for (size_t i = 0; i < EVENTS && !doctor_interrupted(doctor); i++)
        tell_event(&connection, &events[i], results[i]);
}
