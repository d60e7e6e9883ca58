/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/connection.h"

#include <time.h>

#include "base/clock.h"

#define STAY_MS 3000
#define CONNECT_PACE_MS 1100 /* IoT quota: one CONNECT per second and client id */

static const char *connack_words(int code)
{
    const char *words = mqtt_refusal_words(code);

    return words ? words : "refused, with a code that MQTT 3.1.1 does not have";
}

static enum mqtt_probe_result open_probe(struct doctor_connection *connection, int *code)
{
    const struct mqtt_probe_options options = {
        .connection = connection->to,
        .keep_session = connection->keep_session,
        .timeout_ms = doctor_network_ms(connection->doctor),
        .interrupted = connection->doctor->options->interrupted,
    };

    connection->opened_ms = clock_monotonic_ms();
    return mqtt_probe_open(&options, &connection->probe, code);
}

static void add_refusal(const struct doctor_connection *connection, int code, struct text *mend)
{
    if (code == 1)
        text_puts(mend, "The server does not speak MQTT 3.1.1, so it is not AWS IoT: check address "
                        "and port.");
    else if (code == 3)
        text_puts(mend, "The server has a problem: try again in a few minutes, then see the health page "
                        "of AWS.");
    else
        text_printf(mend,
                    "The account does not accept this certificate as %s: set client_id %s, and check that "
                    "the certificate is registered there, active, and that its policy allows "
                    "iot:Connect for client/%s.",
                    connection->to->client_id, connection->who_gave, connection->to->client_id);
}

static void tell_failure(const struct doctor_connection *connection, enum mqtt_probe_result result, int code)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (result == MQTT_PROBE_REFUSED) {
        text_puts(&seen, connack_words(code));
        add_refusal(connection, code, &mend);
    } else if (result == MQTT_PROBE_DROPPED) {
        text_puts(&seen, "closed without an answer");
        add_refusal(connection, 5, &mend);
    } else if (result == MQTT_PROBE_SILENT) {
        text_printf(&seen, "no answer within %d s", doctor_network_ms(connection->doctor) / 1000);
        text_puts(&mend, "TLS works, but MQTT gets no answer: check that address and port are AWS IoT's, and "
                         "that there is no proxy in between.");
    } else if (result == MQTT_PROBE_STRANGE) {
        text_puts(&seen, "the answer is not MQTT");
        text_puts(&mend, "The server is not AWS IoT: check address and port.");
    } else {
        text_puts(&seen, "the connection was lost");
        text_puts(&mend, "The network is unreliable: run this again.");
    }
    doctor_tell(connection->doctor, DOCTOR_FAILED, ".connect", text_get(&seen), text_get(&mend));
}

bool doctor_connect(struct doctor_connection *connection)
{
    struct doctor *doctor = connection->doctor;
    TEXT struct text seen = TEXT_EMPTY;
    int code;

    if (!doctor->reachable) {
        doctor_tell(doctor, DOCTOR_SKIPPED, ".connect", "TLS, or a check before it, failed", NULL);
        return false;
    }
    enum mqtt_probe_result result = open_probe(connection, &code);
    if (result == MQTT_PROBE_DONE) {
        text_printf(&seen, "as %s", connection->to->client_id);
        doctor_tell(doctor, DOCTOR_OK, ".connect", text_get(&seen), NULL);
        return true;
    }
    if (!doctor_interrupted(doctor))
        tell_failure(connection, result, code);
    return false;
}

bool doctor_connect_again(struct doctor_connection *connection)
{
    const struct timespec step = {0, 50 * 1000000L};
    int code;

    doctor_disconnect(connection);
    while (clock_monotonic_ms() - connection->opened_ms < CONNECT_PACE_MS &&
           !doctor_interrupted(connection->doctor))
        nanosleep(&step, NULL);
    return open_probe(connection, &code) == MQTT_PROBE_DONE;
}

void doctor_stay(struct doctor_connection *connection)
{
    struct doctor *doctor = connection->doctor;
    int stay_ms = doctor->options->stay_ms ? doctor->options->stay_ms : STAY_MS;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    connection->lost = !connection->probe;
    connection->taken = !connection->lost && mqtt_probe_stay(connection->probe, stay_ms) != MQTT_PROBE_DONE;
    if (doctor_interrupted(doctor))
        return;
    if (connection->lost) {
        doctor_tell(doctor, DOCTOR_SKIPPED, ".client_id", "the connection was lost", NULL);
        return;
    }
    if (!connection->taken) {
        text_printf(&seen, "alone for %.1f s", stay_ms / 1000.0);
        doctor_tell(doctor, DOCTOR_OK, ".client_id", text_get(&seen), NULL);
        return;
    }
    text_printf(&seen, "another client connected as %s", connection->to->client_id);
    text_puts(&mend,
              "If that was your running portal, all is well. If not, another portal or tool has the same "
              "client_id, and each closes the other's connection: give each its own client_id, with "
              "its own certificate.");
    doctor_tell(doctor, DOCTOR_WARNING, ".client_id", text_get(&seen), text_get(&mend));
}

void doctor_disconnect(struct doctor_connection *connection)
{
    mqtt_probe_close(connection->probe);
    connection->probe = NULL;
}
