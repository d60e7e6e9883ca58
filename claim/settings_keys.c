/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys of settings.h. */
#include "base/config.h"
#include "claim/endpoint_message.h"
#include "claim/settings.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define CLIENT_ID_MAX 128 /* bytes, limit of AWS IoT Core */
#define QUEUE_URL_MAX 400

static const struct config_key keys[] = {
    {"staging.*", "address", CONFIG_TEXT, NULL, 1, ENDPOINT_ADDRESS_MAX, NULL, false,
     "Host name of the staging account's endpoint. Each module vendor has a section of its own."},
    {"staging.*", "port", CONFIG_INTEGER, "8883", 1, 65535, NULL, false, "8883, or 443, which uses ALPN."},
    {"staging.*", "ca_file", CONFIG_PATH, NULL, 0, 0, NULL, false,
     "Root certificate (PEM) that the staging account's endpoint is verified with."},
    {"staging.*", "cert_file", CONFIG_PATH, NULL, 0, 0, NULL, false, "Certificate of the claim-thing (PEM)."},
    {"staging.*", "key_file", CONFIG_PATH, NULL, 0, 0, NULL, false, "Private key of the claim-thing (PEM)."},
    {"staging.*", "client_id", CONFIG_TEXT, NULL, 1, CLIENT_ID_MAX, NULL, false,
     "MQTT client ID of the claim-thing. Only one connection may use it at a time."},
    {"staging.*", "rate", CONFIG_INTEGER, "100", 0, 1000000, NULL, false,
     "Maximum number of endpoint messages per second and claim-thing. 0: no limit. AWS discards messages "
     "above 100."},
    {"staging.*", "identifier_form", CONFIG_TEXT, "hex", 1, 256, NULL, false,
     "How this vendor writes ThingNames: hex (32 hex digits), hex:N, uuid, or a regular expression that "
     "matches the whole name."},
    {"staging.*", "identifier_case", CONFIG_CHOICE, "lower", 0, 0, "lower|upper|keep", false,
     "Case of the letters in this vendor's ThingNames. keep: as typed."},
    {"staging.*.#", "cert_file", CONFIG_PATH, NULL, 0, 0, NULL, false,
     "Certificate (PEM) of a further claim-thing of this staging account, numbered from 2 to 16. All of them "
     "are "
     "used side by side."},
    {"staging.*.#", "key_file", CONFIG_PATH, NULL, 0, 0, NULL, false,
     "Private key of this claim-thing (PEM)."},
    {"staging.*.#", "client_id", CONFIG_TEXT, NULL, 1, CLIENT_ID_MAX, NULL, false,
     "MQTT client ID of this claim-thing. Each has its own."},

    {"endpoint.*", "address", CONFIG_TEXT, NULL, 1, ENDPOINT_ADDRESS_MAX, NULL, false,
     "Host name of the OEM account's endpoint. The endpoint message sends it to the module."},
    {"endpoint.*", "label", CONFIG_TEXT, "", 0, 100, NULL, false,
     "Its name on the form, if people can choose between endpoints."},
    {"endpoint.*", "port", CONFIG_INTEGER, "8883", 1, 65535, NULL, false,
     "Port for the observer's connection: 8883, or 443, which uses ALPN."},
    {"endpoint.*", "ca_file", CONFIG_PATH, "", 0, 0, NULL, false,
     "Root certificate (PEM) that the OEM account's endpoint is verified with."},
    {"endpoint.*", "cert_file", CONFIG_PATH, "", 0, 0, NULL, false,
     "Certificate (PEM) of the observer, which sees devices arrive. Without it no claim becomes onboarded."},
    {"endpoint.*", "key_file", CONFIG_PATH, "", 0, 0, NULL, false, "Private key of the observer (PEM)."},
    {"endpoint.*", "client_id", CONFIG_TEXT, "", 0, CLIENT_ID_MAX, NULL, false,
     "MQTT client ID of the observer. Only one connection may use it at a time."},
    {"endpoint.*", "events", CONFIG_CHOICE, "mqtt", 0, 0, "mqtt|sqs", false,
     "How the OEM account's events reach the portal. mqtt: over the observer's connection, which receives "
     "100 a "
     "second at most. sqs: through a queue, with the AWS credentials of the environment."},
    {"endpoint.*", "queue_url", CONFIG_TEXT, "", 0, QUEUE_URL_MAX, NULL, false,
     "URL of the queue for events = sqs. account apply --events-queue makes the queue and prints its URL."},
    {"endpoint.*", "connectivity", CONFIG_BOOLEAN, "no", 0, 0, NULL, false,
     "Also ask the OEM account whether the devices of open claims are connected, so that an arrival is found "
     "even "
     "if its event was lost. Needs fleet indexing of connectivity and AWS credentials."},
    {"endpoint.*", "connectivity_rate", CONFIG_INTEGER, "50", 1, 10000, NULL, false,
     "Maximum number of such requests per second. AWS allows 350 for all programs of the account."},
    {"endpoint.*", "countries", CONFIG_TEXT, "", 0, 1000, NULL, false,
     "Countries whose devices go to this endpoint, such as DE, FR, where a product's form asks for the "
     "country."},

    {"claim", "window", CONFIG_DURATION, "15m", SECOND, 7 * DAY, NULL, false,
     "How long the device has to arrive before the claim expires."},
    {"claim", "schedule", CONFIG_DURATIONS, "4s", 100, HOUR, NULL, false,
     "Shortest delays before the endpoint message is sent again. The last delay repeats. The portal's real "
     "delays grow with a claim's age, and while many devices are being registered."},
    {"claim", "default_endpoint", CONFIG_TEXT, "", 0, 32, NULL, false,
     "Endpoint of claims that do not name one. Required if there are several."},
    {"claim", "inventory", CONFIG_CHOICE, "optional", 0, 0, "required|optional", false,
     "required: only devices in the inventory are claimed, so that nobody moves another OEM's module of a "
     "shared staging account. Import them first: expresslink-portal inventory import."},
};

const struct config_table claim_config_table = {keys, sizeof keys / sizeof *keys};
