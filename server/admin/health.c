/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/health.h"

#include "base/json_writer.h"
#include "claim/settings_digest.h"
#include "server/portal/portal.h"
#include "server/process_limits.h"

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

static const char *state_of(const struct lead_stats *lead, bool connected)
{
    return connected ? "connected" : lead->leads ? "not connected" : "another portal leads";
}

/* The reason of a portal that does not lead is the name of the one that does. */
static const char *reason_of(const struct lead_stats *lead, const char *reason)
{
    return lead->leads ? reason : lead->holder;
}

static void write_part(struct json_writer *json, enum account_part part, const char *kind, const char *name,
                       const char *state, const char *reason)
{
    if (part == ACCOUNT_STATE || *reason)
        write_account(json, kind, name, part == ACCOUNT_STATE ? state : reason);
}

static void write_accounts(const struct portal *portal, enum account_part part, struct json_writer *json)
{
    struct dispatcher_stats staging;
    struct watcher_stats endpoint;

    for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {
        dispatcher_stats(portal->dispatcher, i, &staging);
        write_part(json, part, "staging", staging.staging, state_of(&staging.lead, staging.connected),
                   reason_of(&staging.lead, staging.reason));
    }
    for (size_t i = 0; i < watcher_count(portal->watcher); i++) {
        watcher_stats(portal->watcher, i, &endpoint);
        write_part(json, part, "endpoint", endpoint.endpoint,
                   endpoint.observed ? state_of(&endpoint.lead, endpoint.connected) : "not observed",
                   endpoint.observed ? reason_of(&endpoint.lead, endpoint.reason) : "");
    }
}

/* Without them people type the device ID, so the portal is ready. */
static void write_decoders(const struct portal *portal, struct json_writer *json)
{
    struct decode_pool_counts counts = {0};

    if (!portal->wants_decoders)
        return;
    if (portal->decoders)
        decode_pool_count(portal->decoders, &counts);
    if (counts.processes == 0)
        json_write_text(json, "decoders", "no process runs that reads photographs; the log says why");
}

static void reply_ready(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct portal *portal = portal_of(exchange);
    TEXT struct text body = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);
    bool draining = atomic_load(&portal->draining), healthy = store_is_healthy(portal->store);
    TEXT struct text short_of = TEXT_EMPTY;
    bool is_short = process_limits_are_short(&short_of);
    bool ready = !draining && healthy && !is_short;
    char accounts[DIGEST_SIZE];

    (void)arguments;
    (void)result;
    json_begin_object(&json, NULL);
    json_write_boolean(&json, "ready", ready);
    json_begin_object(&json, "checks");
    json_write_text(&json, "store", healthy ? "ok" : "cannot be written");
    if (draining)
        json_write_text(&json, "portal", "shutting down");
    if (is_short)
        json_write_text(&json, "process", "short of resources");
    write_accounts(portal, ACCOUNT_STATE, &json);
    json_end_object(&json);
    json_begin_object(&json, "reasons");
    if (is_short)
        json_write_text(&json, "process", text_get(&short_of));
    write_decoders(portal, &json);
    write_accounts(portal, ACCOUNT_REASON, &json);
    json_end_object(&json);
    /* By it the claim-script knows a portal with its own configuration. */
    claim_settings_digest(portal->settings, accounts);
    json_write_text(&json, "accounts", accounts);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(&body, "\n");
    http_answer(exchange, ready ? 200 : 503, "application/json", &body);
}

const struct http_handler health_live = {.reply = reply_live};
const struct http_handler health_ready = {.reply = reply_ready};
