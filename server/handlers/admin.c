/* SPDX-License-Identifier: Apache-2.0 */
#include "server/handlers/admin.h"

#include "server/handlers/metrics.h"
#include "server/handlers/portal.h"
#include "server/store/claims.h"

static void reply_live(struct http_exchange *exchange, void *arguments, enum store_error result)
{
    TEXT struct text body = TEXT_EMPTY;

    (void)arguments;
    (void)result;
    text_puts(&body, "alive\n");
    http_answer(exchange, 200, "text/plain; charset=utf-8", &body);
}

static void add_accounts(const struct portal *portal, struct text *out)
{
    struct dispatcher_stats staging;
    struct watcher_stats endpoint;

    for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {
        dispatcher_stats(portal->dispatcher, i, &staging);
        text_printf(out, ",\"staging.%s\":\"%s\"", staging.staging,
                    staging.connected ? "connected" : "not connected");
    }
    for (size_t i = 0; i < watcher_count(portal->watcher); i++) {
        watcher_stats(portal->watcher, i, &endpoint);
        text_printf(out, ",\"endpoint.%s\":\"%s\"", endpoint.endpoint,
                    !endpoint.observed   ? "not observed"
                    : endpoint.connected ? "connected"
                                         : "not connected");
    }
}

static void reply_ready(struct http_exchange *exchange, void *arguments, enum store_error result)
{
    struct portal *portal = portal_of(exchange);
    TEXT struct text body = TEXT_EMPTY;
    bool draining = atomic_load(&portal->draining), healthy = store_is_healthy(portal->store);
    bool ready = !draining && healthy;

    (void)arguments;
    (void)result;
    text_printf(&body, "{\"ready\":%s,\"checks\":{\"store\":\"%s\"", ready ? "true" : "false",
                healthy ? "ok" : "cannot be written");
    if (draining)
        text_puts(&body, ",\"portal\":\"shutting down\"");
    add_accounts(portal, &body);
    text_puts(&body, "}}\n");
    http_answer(exchange, ready ? 200 : 503, "application/json", &body);
}

struct metrics_arguments {
    long long oldest;
};

static enum store_error run_metrics(struct store_tx *tx, void *arguments)
{
    struct metrics_arguments *own = arguments;

    return claims_oldest_open(tx, &own->oldest);
}

static void reply_metrics(struct http_exchange *exchange, void *arguments, enum store_error result)
{
    const struct metrics_arguments *own = arguments;
    TEXT struct text body = TEXT_EMPTY;

    metrics_write(portal_of(exchange), result ? 0 : own->oldest, &body);
    http_answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
}

const struct http_handler admin_live = {.reply = reply_live};
const struct http_handler admin_ready = {.reply = reply_ready};
const struct http_handler admin_metrics = {
    .arguments_size = sizeof(struct metrics_arguments), .run = run_metrics, .reply = reply_metrics};
