/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the accounts and timings for claims from the configuration: [staging.NAME],
 * [staging.NAME.NUMBER], [endpoint.KEY], [claim].
 * Used by the portal and the claim-script. Read-only after loading, any thread. */
#ifndef CLAIM_SETTINGS_H
#define CLAIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config.h"
#include "base/text.h"
#include "claim/identifier.h"
#include "claim/lifecycle.h"
#include "claim/mqtt.h"
#include "claim/schedule.h"

/* An address and credentials for mutual TLS. Texts are borrowed from the config. */
struct account_connection {
    const char *address;
    int port; /* 8883, or 443: then with ALPN x-amzn-mqtt-ca */
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
    const char *client_id;
};

/* A client of a staging account that may publish endpoint messages. The account's claim-things have one
 * address, port and authority. */
struct claim_thing {
    unsigned number; /* 1: of [staging.NAME]; from 2: of [staging.NAME.NUMBER] */
    struct account_connection connection;
};

#define CLAIM_THINGS_MAX 16

struct staging_account { /* one per module vendor (PG 12.1.2) */
    const char *name;
    struct claim_thing claim_things[CLAIM_THINGS_MAX]; /* by number; the first always exists */
    size_t claim_thing_count;
    int rate; /* publishes per second of each claim-thing; 0: no limit */
    struct identifier_form form;
};

/* Suffix of the observer's client id in the claim-script, so that it can run beside a portal. The observer's
 * policy allows both client ids. */
#define OBSERVER_SECOND_NAME "-claim"

/* How the account's events come to the portal. */
enum endpoint_events {
    ENDPOINT_EVENTS_MQTT, /* over the observer's connection */
    ENDPOINT_EVENTS_SQS,  /* through a queue */
};

struct oem_endpoint { /* one per OEM account or region */
    const char *key;
    const char *label;                    /* for people, may be "" */
    struct account_connection connection; /* the observer's; address is also sent to modules */
    bool observed; /* false without an observer's certificate: nothing can be received over MQTT */
    enum endpoint_events events;
    const char *queue_url; /* of ENDPOINT_EVENTS_SQS; otherwise it may be "" */
    bool connectivity;     /* also ask the account whether devices are connected */
    int connectivity_rate; /* such requests per second */
    const char *countries; /* whose devices go there: "DE, FR"; may be "" */
};

struct claim_settings {
    struct staging_account *staging;
    size_t staging_count;
    struct oem_endpoint *endpoints;
    size_t endpoint_count;
    size_t default_endpoint; /* index */
    long long window_ms;
    bool inventory_required; /* only devices of the portal's inventory are claimed */
    struct schedule schedule;
};

/* The table of keys for config_new(), in settings_keys.c. */
extern const struct config_table claim_config_table;

/* Fills *out from a loaded config. Adds these errors to config: no staging account or more than
 * CLAIM_STAGING_MAX, no endpoint, an invalid
 * identifier form, a claim-thing with a number above CLAIM_THINGS_MAX, a certificate without its key,
 * authority or client id, events by SQS without a queue, two connections with the same client id and address,
 * unknown default endpoint, several endpoints without a default, a country that is none or is in two
 * endpoints. Returns false and leaves *out untouched if there are any. The config may already have errors. */
bool claim_settings_load(struct config *config, struct claim_settings *out);
/* The same for inspecting an invalid configuration: always fills *out, with empty texts and zeros for
 * unusable values. Free it with claim_settings_fini(). */
bool claim_settings_load_partly(struct config *config, struct claim_settings *out);
void claim_settings_fini(struct claim_settings *settings);

/* The options for mqtt_new(): the account's address and credentials, defaults for the rest. */
struct mqtt_options account_mqtt_options(const struct account_connection *connection, const char *name);

/* Writes "acme" for its first claim-thing, "acme.2" for its second. */
void claim_thing_name(const struct staging_account *account, const struct claim_thing *claim_thing,
                      struct text *out);

/* Whether the portal can see devices arrive there. */
bool oem_endpoint_is_watched(const struct oem_endpoint *endpoint);
/* Whether the portal also hears that devices disconnect there. */
bool oem_endpoint_hears_ends(const struct oem_endpoint *endpoint);

/* Finds an endpoint by key; NULL if there is none. key NULL: the default endpoint. */
const struct oem_endpoint *claim_settings_endpoint(const struct claim_settings *settings, const char *key);
/* Finds the endpoint of a country; NULL if none has it. */
const struct oem_endpoint *claim_settings_endpoint_of(const struct claim_settings *settings,
                                                      const char *country);

/* Whether it is two capital letters, as ISO 3166-1 alpha-2 has them. */
bool claim_settings_is_country(const char *country);

#endif
