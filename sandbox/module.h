/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated ExpressLink module, doing what PG 12 says and no more. Its state is decided by the Endpoint
 * parameter alone: in staging while it is the factory default, onboarded once it is not. In staging, and only
 * there, it subscribes to <ThingName>/expresslink_config. All calls from one thread. */
#ifndef SANDBOX_MODULE_H
#define SANDBOX_MODULE_H

#include <stdbool.h>

#include "base/text.h"
#include "sandbox/mailbox.h"

/* What all modules of a process have in common. Texts are borrowed for the modules' life. */
struct module_options {
    const char *staging_address; /* the factory default of Endpoint */
    int port;                    /* of every endpoint: Endpoint is an address without a port */
    const char *ca_file;
    const char *key_file;
    const char
        *folder; /* <folder>/<ThingName>.pem: birth certificate; <ThingName>.endpoint: Endpoint, when set */
    long long backoff_min_ms, backoff_max_ms;
};

/* Reads Endpoint from its file. The birth certificate must be there. Owned. */
struct module *module_new(const struct module_options *options, const char *thing_name,
                          struct mailbox *mailbox);
void module_free(struct module *module); /* switched off first; NULL is fine */

const char *module_thing_name(const struct module *module);

/* Connects at that time (monotonic ms). No effect on a module that is on. */
void module_switch_on(struct module *module, long long at_ms);
/* No effect on a module that is off. */
void module_switch_off(struct module *module);
/* Endpoint is the factory default again; a module that is on connects there (PG 12.4). */
void module_factory_reset(struct module *module);

/* Does what is due; returns when something is due next (monotonic ms), LLONG_MAX: not before something
 * happens. */
long long module_tick(struct module *module, long long now_ms);
/* Something came for it out of the mailbox; what an earlier connection left behind is ignored. */
void module_take(struct module *module, const struct happening *happening);

struct module_status {
    bool on, connected, subscribed, onboarded;
    const char *endpoint; /* borrowed */
};
struct module_status module_status(const struct module *module);

#endif
