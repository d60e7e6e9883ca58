/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/portal/portal.h"
#include "server/portal/task.h"
#include "server/store/backup.h"
#include "server/store/claim_counts.h"
#include "server/store/claims.h"
#include "server/store/owners.h"
#include "server/store/store_clock.h"

static void head(struct text *out, const char *name, const char *type, const char *help)
{
    text_printf(out, "# HELP expresslink_portal_%s %s\n# TYPE expresslink_portal_%s %s\n", name, help, name,
                type);
}

/* The values that are read from the store. */
struct arguments {
    long long claims[CLAIM_STATE_COUNT];
    long long oldest_open; /* accepted_at of the oldest open claim, wall ms; 0: none */
    long long last_backup; /* time of the last verified backup, wall ms; 0: none */
    struct owners_counts owners;
};

static void add_claims(const struct arguments *store, struct text *out)
{
    long long age = store->oldest_open ? store_clock_ms() - store->oldest_open : 0;

    head(out, "claims", "gauge", "Claims in the store by state. queued: no message was acknowledged yet.");
    for (enum claim_state state = 0; state < CLAIM_STATE_COUNT; state++)
        text_printf(out, "expresslink_portal_claims{state=\"%s\"} %lld\n", claim_state_name(state),
                    store->claims[state]);
    head(out, "oldest_open_claim_seconds", "gauge",
         "Age of the oldest claim whose device has not arrived yet.");
    text_printf(out, "expresslink_portal_oldest_open_claim_seconds %.3f\n",
                (double)(age > 0 ? age : 0) / 1000.0);
}

static void add_owners(const struct arguments *store, struct text *out)
{
    long long asked_at = store->owners.oldest_dispute, age = asked_at ? store_clock_ms() - asked_at : 0;

    head(out, "disputes", "gauge",
         "Requests for a device that its owner denied, or did not answer: staff decides.");
    text_printf(out, "expresslink_portal_disputes %lld\n", store->owners.disputes);
    head(out, "oldest_dispute_seconds", "gauge", "Time since the owner was asked, of the oldest dispute.");
    text_printf(out, "expresslink_portal_oldest_dispute_seconds %.3f\n",
                (double)(age > 0 ? age : 0) / 1000.0);
}

static void add_backup(const struct arguments *store, struct text *out)
{
    long long age = clock_wall_ms() - store->last_backup;

    if (!store->last_backup)
        return;
    head(out, "backup_age_seconds", "gauge", "Age of the last verified backup.");
    text_printf(out, "expresslink_portal_backup_age_seconds %.3f\n", (double)(age > 0 ? age : 0) / 1000.0);
}

static void add_store(const struct portal *portal, struct text *out)
{
    unsigned long long commits, jobs;

    store_commit_counts(portal->store, &commits, &jobs);
    head(out, "store_commits_total", "counter",
         "Transactions committed by the store, except those for the terms of leaders.");
    text_printf(out, "expresslink_portal_store_commits_total %llu\n", commits);
    head(out, "store_jobs_total", "counter", "Jobs (requests and events) in those transactions.");
    text_printf(out, "expresslink_portal_store_jobs_total %llu\n", jobs);
    head(out, "store_healthy", "gauge", "1 if the last write succeeded.");
    text_printf(out, "expresslink_portal_store_healthy %d\n", store_is_healthy(portal->store));
}

static void add_latency(const char *name, const char *staging, const struct latency_counts *latency,
                        struct text *out)
{
    unsigned long below = 0;

    for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
        below += latency->buckets[i];
        text_printf(out, "expresslink_portal_%s_bucket{staging=\"%s\",le=\"%g\"} %lu\n", name, staging,
                    latency->bounds[i], below);
    }
    below += latency->buckets[LATENCY_BUCKETS];
    text_printf(out, "expresslink_portal_%s_bucket{staging=\"%s\",le=\"+Inf\"} %lu\n", name, staging, below);
    text_printf(out, "expresslink_portal_%s_sum{staging=\"%s\"} %.3f\n", name, staging, latency->sum);
    text_printf(out, "expresslink_portal_%s_count{staging=\"%s\"} %lu\n", name, staging, below);
}

/* Writes one metric for every staging account. */
#define EACH_STAGING(type, name, help, format, value)                                                        \
    do {                                                                                                     \
        head(out, name, type, help);                                                                         \
        for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {                             \
            struct dispatcher_stats stats;                                                                   \
            dispatcher_stats(portal->dispatcher, i, &stats);                                                 \
            text_printf(out, "expresslink_portal_" name "{staging=\"%s\"} " format "\n", stats.staging,      \
                        value);                                                                              \
        }                                                                                                    \
    } while (0)

/* Writes one metric for every claim-thing of every staging account. */
#define EACH_CLAIM_THING(type, name, help, format, value)                                                    \
    do {                                                                                                     \
        head(out, name, type, help);                                                                         \
        for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {                             \
            struct dispatcher_stats stats;                                                                   \
            dispatcher_stats(portal->dispatcher, i, &stats);                                                 \
            for (size_t j = 0; j < stats.claim_thing_count; j++)                                             \
                text_printf(out,                                                                             \
                            "expresslink_portal_" name "{staging=\"%s\",claim_thing=\"%u\"} " format "\n",   \
                            stats.staging, stats.claim_things[j].number, stats.claim_things[j].value);       \
        }                                                                                                    \
    } while (0)

static void add_claim_things(const struct portal *portal, struct text *out)
{
    EACH_CLAIM_THING("gauge", "claim_thing_connected", "1 while this claim-thing is connected.", "%d",
                     connected);
    EACH_CLAIM_THING("counter", "claim_thing_connects_total", "Successful connections of this claim-thing.",
                     "%lu", connects);
    EACH_CLAIM_THING("counter", "claim_thing_connect_failures_total",
                     "Connection attempts of this claim-thing that failed.", "%lu", failures);
    EACH_CLAIM_THING("counter", "claim_thing_publishes_total", "Endpoint messages sent by this claim-thing.",
                     "%lu", sent);
    EACH_CLAIM_THING("gauge", "claim_thing_publishes_in_flight",
                     "Endpoint messages of this claim-thing sent and not acknowledged yet.", "%d", in_flight);
}

static void add_staging(const struct portal *portal, struct text *out)
{
    EACH_STAGING("gauge", "staging_leads", "1 while this portal leads: only the leader connects.", "%d",
                 stats.lead.leads);
    EACH_STAGING("gauge", "staging_term", "Number of the term in which a portal leads.", "%lld",
                 stats.lead.term);
    EACH_STAGING("counter", "staging_terms_total", "Terms that this portal has begun to lead.", "%lu",
                 stats.lead.terms);
    EACH_STAGING("gauge", "staging_connected", "1 while at least one claim-thing is connected.", "%d",
                 stats.connected);
    EACH_STAGING("counter", "staging_connects_total", "Successful connections of claim-things.", "%lu",
                 stats.connects);
    EACH_STAGING("counter", "staging_connect_failures_total", "Connection attempts that failed.", "%lu",
                 stats.failures);
    EACH_STAGING("counter", "publishes_total", "Endpoint messages sent.", "%lu", stats.sent);
    EACH_STAGING("counter", "pubacks_total", "Endpoint messages acknowledged.", "%lu", stats.acknowledged);
    EACH_STAGING("counter", "refused_publishes_total",
                 "Publishes after which the staging account closed the connection.", "%lu", stats.refused);
    EACH_STAGING("gauge", "publishes_in_flight", "Endpoint messages sent and not acknowledged yet.", "%d",
                 stats.in_flight);
    add_claim_things(portal, out);
    head(out, "puback_seconds", "histogram", "Time from publish to PUBACK in seconds.");
    for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {
        struct dispatcher_stats stats;
        dispatcher_stats(portal->dispatcher, i, &stats);
        add_latency("puback_seconds", stats.staging, &stats.puback, out);
    }
    head(out, "first_message_seconds", "histogram",
         "Time from a claim to the acknowledgement of its first endpoint message in seconds.");
    for (size_t i = 0; i < dispatcher_lane_count(portal->dispatcher); i++) {
        struct dispatcher_stats stats;
        dispatcher_stats(portal->dispatcher, i, &stats);
        add_latency("first_message_seconds", stats.staging, &stats.first_message, out);
    }
}

#define EACH_ENDPOINT(type, name, help, format, value)                                                       \
    do {                                                                                                     \
        head(out, name, type, help);                                                                         \
        for (size_t i = 0; i < watcher_count(portal->watcher); i++) {                                        \
            struct watcher_stats stats;                                                                      \
            watcher_stats(portal->watcher, i, &stats);                                                       \
            text_printf(out, "expresslink_portal_" name "{endpoint=\"%s\"} " format "\n", stats.endpoint,    \
                        value);                                                                              \
        }                                                                                                    \
    } while (0)

/* No figure before the first event. */
static void add_skew(const struct portal *portal, struct text *out)
{
    head(out, "endpoint_clock_skew_seconds", "gauge",
         "This machine's clock minus the OEM account's, by the time stamps of its events.");
    for (size_t i = 0; i < watcher_count(portal->watcher); i++) {
        struct watcher_stats stats;
        watcher_stats(portal->watcher, i, &stats);
        if (stats.has_skew)
            text_printf(out, "expresslink_portal_endpoint_clock_skew_seconds{endpoint=\"%s\"} %.3f\n",
                        stats.endpoint, (double)stats.skew_ms / 1000.0);
    }
}

static void add_endpoints(const struct portal *portal, struct text *out)
{
    EACH_ENDPOINT("gauge", "endpoint_leads", "1 while this portal leads: only the leader observes.", "%d",
                  stats.lead.leads);
    EACH_ENDPOINT("gauge", "endpoint_term", "Number of the term in which a portal leads.", "%lld",
                  stats.lead.term);
    EACH_ENDPOINT("counter", "endpoint_terms_total", "Terms that this portal has begun to lead.", "%lu",
                  stats.lead.terms);
    EACH_ENDPOINT("gauge", "endpoint_connected",
                  "1 while events are received: by the observer's connection, or from the queue.", "%d",
                  stats.connected);
    EACH_ENDPOINT("counter", "endpoint_connects_total", "Successful connections of the observer.", "%lu",
                  stats.connects);
    EACH_ENDPOINT("counter", "endpoint_connect_failures_total", "Connection attempts that failed.", "%lu",
                  stats.failures);
    EACH_ENDPOINT("counter", "events_total", "Events received from the OEM account.", "%lu", stats.events);
    EACH_ENDPOINT("counter", "arrivals_total", "Claims whose device has connected.", "%lu", stats.arrivals);
    EACH_ENDPOINT("counter", "events_unusable_total",
                  "Messages of the queue that are not events of the account. They were deleted.", "%lu",
                  stats.unusable);
    EACH_ENDPOINT("counter", "events_set_aside_total",
                  "Events that the store could not take and never will. The log names each.", "%lu",
                  stats.set_aside);
    add_skew(portal, out);
}

static void add_log(struct text *out)
{
    head(out, "log_lines_dropped_total", "counter", "Log lines that could not be written.");
    text_printf(out, "expresslink_portal_log_lines_dropped_total %lu\n", log_dropped());
}

static void add_pictures(const struct portal *portal, struct text *out)
{
    struct decode_pool_counts counts = {0};

    if (portal->decoders)
        decode_pool_count(portal->decoders, &counts);
    head(out, "pictures_total", "counter", "Pictures of labels, by result.");
    for (enum decode_error error = DECODE_OK; error <= DECODE_UNAVAILABLE; error++)
        text_printf(out, "expresslink_portal_pictures_total{result=\"%s\"} %llu\n", decode_error_name(error),
                    counts.answered[error]);
    head(out, "picture_seconds_total", "counter", "Total time spent reading pictures, in seconds.");
    text_printf(out, "expresslink_portal_picture_seconds_total %.3f\n", (double)counts.milliseconds / 1000.0);
    head(out, "picture_processor_seconds_total", "counter",
         "Processor time spent reading pictures, in seconds.");
    text_printf(out, "expresslink_portal_picture_processor_seconds_total %.3f\n",
                (double)counts.processor_us / 1000000.0);
    head(out, "pictures_put_back_total", "counter",
         "How often reading a picture was interrupted for a client that had used less processor time.");
    text_printf(out, "expresslink_portal_pictures_put_back_total %llu\n", counts.put_back);
    head(out, "pictures_given_up_total", "counter", "Pictures that were not read, by reason.");
    text_printf(out, "expresslink_portal_pictures_given_up_total{reason=\"queue full\"} %llu\n",
                counts.displaced);
    text_printf(out, "expresslink_portal_pictures_given_up_total{reason=\"waited too long\"} %llu\n",
                counts.expired);
    head(out, "decoders", "gauge", "Running processes that read pictures.");
    text_printf(out, "expresslink_portal_decoders %u\n", counts.processes);
    head(out, "decoders_replaced_total", "counter",
         "Processes replaced because they crashed or took too long.");
    text_printf(out, "expresslink_portal_decoders_replaced_total %llu\n", counts.replaced);
}

static void add_request_count(void *context, const char *route, const char *method, unsigned status,
                              unsigned long count)
{
    struct text *out = context;

    text_printf(out, "expresslink_portal_http_requests_total{route=\"%s\",method=\"%s\",status=\"", route,
                method);
    if (status)
        text_printf(out, "%u\"} %lu\n", status, count);
    else
        text_printf(out, "other\"} %lu\n", count);
}

static void add_shortage(void *context, const char *limit, unsigned long closed, unsigned long refused)
{
    text_printf(context,
                "expresslink_portal_http_exhausted_total{limit=\"%s\",what=\"closed\"} %lu\n"
                "expresslink_portal_http_exhausted_total{limit=\"%s\",what=\"refused\"} %lu\n",
                limit, closed, limit, refused);
}

static void add_http(const struct portal *portal, struct text *out)
{
    head(out, "http_requests_total", "counter", "HTTP requests answered, by route, method and status.");
    http_server_counts(portal->public_server, add_request_count, out);
    head(out, "http_connections", "gauge", "Open connections on the public listener.");
    text_printf(out, "expresslink_portal_http_connections %u\n",
                http_server_connections(portal->public_server));
    head(
        out, "http_exhausted_total", "counter",
        "Connections closed for others, and connections, requests and bodies refused, by the limit reached.");
    http_server_shortages(portal->public_server, add_shortage, out);
}

/* store: NULL if it did not answer. */
static void write_all(const struct portal *portal, const struct arguments *store, struct text *out)
{
    head(out, "build_info", "gauge", "Version of the portal.");
    text_puts(out, "expresslink_portal_build_info{version=\"" EXPRESSLINK_VERSION "\"} 1\n");
    head(out, "start_time_seconds", "gauge", "Start time of the portal, in seconds since 1970.");
    text_printf(out, "expresslink_portal_start_time_seconds %.3f\n", (double)portal->started_at / 1000.0);
    if (store) {
        add_claims(store, out);
        add_owners(store, out);
        add_backup(store, out);
    }
    add_store(portal, out);
    add_staging(portal, out);
    add_endpoints(portal, out);
    add_pictures(portal, out);
    add_log(out);
    add_http(portal, out);
}

static enum store_error read_store(struct store_tx *tx, void *arguments)
{
    struct arguments *own = arguments;
    enum store_error error = claim_counts_read(tx, own->claims);

    own->last_backup = backup_last(tx);
    if (!error)
        error = owners_count(tx, &own->owners);
    return error ? error : claims_oldest_open(tx, &own->oldest_open);
}

static const struct http_task read_all = {.run = read_store};

static void reply(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct arguments *own = arguments;
    TEXT struct text body = TEXT_EMPTY;

    write_all(portal_of(exchange), result ? NULL : own, &body);
    http_answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
}

const struct http_handler metrics_page = {
    .arguments_size = sizeof(struct arguments), .task = &read_all, .reply = reply};
