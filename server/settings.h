/* SPDX-License-Identifier: Apache-2.0 */
/* The portal's own part of the configuration: [http], [labels], [store], [retention], [pages], [log]. The
 * rest is claim/settings.h.
 */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "base/config.h"
#include "base/log.h"
#include "claim/settings.h"
#include "server/store/retention.h"
#include "server/store/store.h"

struct settings { /* texts borrowed from the config */
    const char *listen, *admin_listen, *public_url, *trusted_proxies;
    unsigned threads, max_connections, registrations_per_minute;
    long long request_timeout_ms, idle_timeout_ms;
    struct store_options store; /* without wait and context */
    struct retention retention;
    const char *replica;
    const char *label_hosts;
    unsigned label_decoders, pictures_per_minute;
    const char *templates, *static_files, *language;
    enum log_level log_level;
    enum log_format log_format;
    bool log_requests;
    struct claim_settings claim;
};

/* The tables of keys of the whole portal. */
#define SETTINGS_TABLES 2
void settings_tables(struct config_table out[SETTINGS_TABLES]);

/* From a loaded config; adds errors to it and returns false when there are any. */
bool settings_load(struct config *config, struct settings *out);
void settings_fini(struct settings *settings);

#endif
