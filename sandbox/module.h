/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated ExpressLink module, which does exactly what PG 12 says. Only the Endpoint parameter decides
 * its state: in staging while it is the factory default, onboarded otherwise. Only in staging it subscribes
 * to <ThingName>/expresslink_config. All calls from one thread. */
#ifndef SANDBOX_MODULE_H
#define SANDBOX_MODULE_H

#include <stdbool.h>

#include "base/text.h"
#include "sandbox/mailbox.h"

/* What all modules of a process share. Strings are borrowed while there are modules. */
struct module_options {
    const char *staging_address; /* the factory default of Endpoint */
    int port;                    /* of every endpoint, as Endpoint is an address without a port */
    const char *ca_file;
    const char *key_file;
    const char
        *folder; /* <folder>/<ThingName>.pem: birth certificate; <ThingName>.endpoint: Endpoint, if set */
    long long backoff_min_ms, backoff_max_ms;
    /* Where an onboarded module publishes its telemetry, when it has connected and every few seconds after
     * that; ${thing} stands for its ThingName. NULL: it publishes nothing. */
    const char *telemetry;
};

/* Reads Endpoint from its file. The birth certificate must exist. The result is owned. */
struct module *module_new(const struct module_options *options, const char *thing_name,
                          struct mailbox *mailbox);
void module_free(struct module *module); /* switches it off first; NULL is allowed */

const char *module_thing_name(const struct module *module);

/* Connects at that time (monotonic ms). No effect if the module is on. */
void module_switch_on(struct module *module, long long at_ms);
/* No effect if the module is off. */
void module_switch_off(struct module *module);
/* Resets Endpoint to the factory default; a module that is on connects there (PG 12.4). */
void module_factory_reset(struct module *module);

/* Does what is due. Returns the time (monotonic ms) when something is due next; LLONG_MAX: only after an
 * event. */
long long module_tick(struct module *module, long long now_ms);
/* Handles an event from the mailbox; ignores events of earlier connections. */
void module_take(struct module *module, const struct happening *happening);

struct module_status {
    bool on, connected, subscribed, onboarded;
    unsigned long published; /* messages that the OEM account has taken */
    const char *endpoint;    /* borrowed */
};
struct module_status module_status(const struct module *module);

#endif
