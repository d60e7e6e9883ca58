/* SPDX-License-Identifier: Apache-2.0 */
/* The accounts and timings that a claim needs, read from the configuration: [staging.NAME], [endpoint.KEY],
 * [claim]. Shared by the portal and the claim-script. Read-only after loading, any thread. */
#ifndef CLAIM_SETTINGS_H
#define CLAIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config.h"
#include "claim/identifier.h"
#include "claim/mqtt.h"
#include "claim/schedule.h"

/* Where to connect and as whom, for mutual TLS. Texts borrowed from the config. */
struct account_connection {
    const char *address;
    int port; /* 8883, or 443: then with ALPN x-amzn-mqtt-ca */
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
    const char *client_id;
};

struct staging_account { /* one a module vendor (PG 12.1.2) */
    const char *name;
    struct account_connection connection;
    int rate; /* publishes a second, at most; 0: no limit */
    struct identifier_form form;
};

/* What the claim-script puts behind the observer's client id, so that it can watch beside a portal that runs:
 * the observer's policy lets both connect. */
#define OBSERVER_SECOND_NAME "-claim"

struct oem_endpoint { /* one an OEM account or region */
    const char *key;
    const char *label;                    /* for people, may be "" */
    struct account_connection connection; /* the observer's; address is also what the module is told */
    bool observed; /* false when no observer's certificate is configured: arrival cannot be seen */
};

struct claim_settings {
    struct staging_account *staging;
    size_t staging_count;
    struct oem_endpoint *endpoints;
    size_t endpoint_count;
    size_t default_endpoint; /* index */
    long long window_ms;
    struct schedule schedule;
};

/* The table of keys, to be handed to config_new() beside others. */
extern const struct config_table claim_config_table;

/* Fills *out from a loaded config; adds errors of its own (no staging account, no endpoint, a bad identifier
 * form, a certificate without its key, authority or client id, two accounts with one client id at one
 * address, unknown default endpoint, several endpoints and no default) to the config and returns false, *out
 * untouched, when there are any. The config may have errors already. */
bool claim_settings_load(struct config *config, struct claim_settings *out);
/* The same for looking at a configuration that is wrong: *out is filled in either case, with empty texts and
 * zeros where nothing usable was given, and is to be finished. */
bool claim_settings_load_partly(struct config *config, struct claim_settings *out);
void claim_settings_fini(struct claim_settings *settings);

/* The options to connect with: the account's address and credentials, the rest left to its defaults. */
struct mqtt_options account_mqtt_options(const struct account_connection *connection, const char *name);

/* NULL when there is none of that key. key NULL: the default one. */
const struct oem_endpoint *claim_settings_endpoint(const struct claim_settings *settings, const char *key);

#endif
