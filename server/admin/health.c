/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/health.h"

#include "base/json_writer.h"
#include "server/portal/portal.h"

static void reply_live(struct http_exchange *exchange, void *arguments, unsigned result)
{
    TEXT struct text body = TEXT_EMPTY;

    (void)arguments;
    (void)result;
    text_puts(&body, "alive\n");
    http_answer(exchange, 200, "text/plain; charset=utf-8", &body);
}

/* What to write for each account: its state (in "checks") or its reason (in "reasons"). */
enum account_part { ACCOUNT_STATE, ACCOUNT_REASON };

static void write_account(struct json_writer *json, const char *kind, const char *name, const char *value)
{
    TEXT struct text member = TEXT_EMPTY;

    text_printf(&member, "%s.%s", kind, name);
    json_write_text(json, text_get(&member), value);
}

static void write_accounts(const struct portal *portal, enum account_part part, struct json_writer *json)
{
    struct dispatcher_stats staging;
    struct watcher_stats endpoint;

    for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {
        dispatcher_stats(portal->dispatcher, i, &staging);
        const char *state = staging.connected ? "connected" : "not connected";
        if (part == ACCOUNT_STATE || *staging.reason)
            write_account(json, "staging", staging.staging, part == ACCOUNT_STATE ? state : staging.reason);
    }
    for (size_t i = 0; i < watcher_count(portal->watcher); i++) {
        watcher_stats(portal->watcher, i, &endpoint);
        const char *state = endpoint.connected  ? "connected"
                            : endpoint.observed ? "not connected"
                                                : "not observed";
        if (part == ACCOUNT_STATE || *endpoint.reason)
            write_account(json, "endpoint", endpoint.endpoint,
                          part == ACCOUNT_STATE ? state : endpoint.reason);
    }
}

static void reply_ready(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct portal *portal = portal_of(exchange);
    TEXT struct text body = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);
    bool draining = atomic_load(&portal->draining), healthy = store_is_healthy(portal->store);
    bool ready = !draining && healthy;

    (void)arguments;
    (void)result;
    json_begin_object(&json, NULL);
    json_write_boolean(&json, "ready", ready);
    json_begin_object(&json, "checks");
    json_write_text(&json, "store", healthy ? "ok" : "cannot be written");
    if (draining)
        json_write_text(&json, "portal", "shutting down");
    write_accounts(portal, ACCOUNT_STATE, &json);
    json_end_object(&json);
    json_begin_object(&json, "reasons");
    write_accounts(portal, ACCOUNT_REASON, &json);
    json_end_object(&json);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(&body, "\n");
    http_answer(exchange, ready ? 200 : 503, "application/json", &body);
}

const struct http_handler health_live = {.reply = reply_live};
const struct http_handler health_ready = {.reply = reply_ready};
