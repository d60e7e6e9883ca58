/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/health.h"

#include "server/portal/portal.h"

static void reply_live(struct http_exchange *exchange, void *arguments, unsigned result)
{
    TEXT struct text body = TEXT_EMPTY;

    (void)arguments;
    (void)result;
    text_puts(&body, "alive\n");
    http_answer(exchange, 200, "text/plain; charset=utf-8", &body);
}

/* A member of checks, and where it is not connected one of reasons. */
static void add_account(const char *kind, const char *name, const char *state, const char *reason,
                        struct text *checks, struct text *reasons)
{
    text_printf(checks, ",\"%s.%s\":\"%s\"", kind, name, state);
    if (!*reason)
        return;
    text_printf(reasons, "%s\"%s.%s\":\"", reasons->length ? "," : "", kind, name);
    text_json(reasons, reason);
    text_puts(reasons, "\"");
}

static void add_accounts(const struct portal *portal, struct text *checks, struct text *reasons)
{
    struct dispatcher_stats staging;
    struct watcher_stats endpoint;

    for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {
        dispatcher_stats(portal->dispatcher, i, &staging);
        add_account("staging", staging.staging, staging.connected ? "connected" : "not connected",
                    staging.reason, checks, reasons);
    }
    for (size_t i = 0; i < watcher_count(portal->watcher); i++) {
        watcher_stats(portal->watcher, i, &endpoint);
        const char *state = endpoint.connected  ? "connected"
                            : endpoint.observed ? "not connected"
                                                : "not observed";
        add_account("endpoint", endpoint.endpoint, state, endpoint.reason, checks, reasons);
    }
}

static void reply_ready(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct portal *portal = portal_of(exchange);
    TEXT struct text body = TEXT_EMPTY;
    TEXT struct text reasons = TEXT_EMPTY;
    bool draining = atomic_load(&portal->draining), healthy = store_is_healthy(portal->store);
    bool ready = !draining && healthy;

    (void)arguments;
    (void)result;
    text_printf(&body, "{\"ready\":%s,\"checks\":{\"store\":\"%s\"", ready ? "true" : "false",
                healthy ? "ok" : "cannot be written");
    if (draining)
        text_puts(&body, ",\"portal\":\"shutting down\"");
    add_accounts(portal, &body, &reasons);
    text_printf(&body, "},\"reasons\":{%s}}\n", text_get(&reasons));
    http_answer(exchange, ready ? 200 : 503, "application/json", &body);
}

const struct http_handler health_live = {.reply = reply_live};
const struct http_handler health_ready = {.reply = reply_ready};
