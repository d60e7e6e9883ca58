/* SPDX-License-Identifier: Apache-2.0 */
/* The portal's part of the configuration: [http], [labels], [inventory], [store], [retention], [pages],
 * [brand] and [log]. For the rest see claim/settings.h. Use it in the main thread, before other threads
 * start; then it is read-only. */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "base/config.h"
#include "base/log.h"
#include "claim/settings.h"
#include "ownership/code.h"
#include "ownership/product.h"
#include "server/identity/sign_in_config.h"
#include "server/page/brand.h"
#include "server/store/retention.h"
#include "server/store/store.h"

struct settings { /* texts are borrowed from the config */
    const char *listen, *admin_listen, *public_url, *trusted_proxies, *cors_origins;
    unsigned threads, max_connections, connections_per_client, registrations_per_minute;
    long long open_claims_per_network;
    long long request_timeout_ms, idle_timeout_ms, drain_ms;
    struct store_options store; /* without wait and context */
    struct retention retention;
    long long backups_kept_ms; /* what pages say about backups; 0: nothing */
    const char *label_hosts;
    unsigned label_decoders, pictures_per_minute;
    struct code_key code_key; /* of [inventory] code_key_file; without length if there is none */
    const char *templates, *static_files, *language;
    struct page_brand brand; /* without the logo */
    const char *logo;        /* path, "" for none */
    enum log_level log_level;
    enum log_format log_format;
    bool log_requests;
    struct claim_settings claim;
    struct products products;
    struct sign_in_config sign_in;
};

/* Fills out with all tables of keys that the portal knows, for config_new(): its own, then those of the
 * accounts, of the products and of signing in. */
#define SETTINGS_TABLES 4
void settings_tables(struct config_table out[SETTINGS_TABLES]);

/* Reads the values of a loaded config, which must outlive *out. Adds errors to the config and returns false
 * if there are any; call settings_fini() in both cases. */
bool settings_load(struct config *config, struct settings *out);
/* The same without the accounts, for a config with the first table alone: the certificates may be where only
 * the running service sees them. out->claim, out->products and out->sign_in stay empty. */
bool settings_load_own(struct config *config, struct settings *out);
void settings_fini(struct settings *settings);

#endif
