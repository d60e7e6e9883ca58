/* SPDX-License-Identifier: Apache-2.0 */
#include "command/progress.h"

#include "base/json_writer.h"
#include "base/text.h"

static const char *const kind_names[] = {
    [CLAIM_NEWS_STAGING_UP] = "staging_connected",
    [CLAIM_NEWS_STAGING_DOWN] = "staging_not_connected",
    [CLAIM_NEWS_OBSERVER_UP] = "endpoint_connected",
    [CLAIM_NEWS_OBSERVER_DOWN] = "endpoint_not_connected",
    [CLAIM_NEWS_PUBLISHED] = "published",
    [CLAIM_NEWS_PROVISIONED] = "provisioned",
    [CLAIM_NEWS_CONNECTED] = "connected",
    [CLAIM_NEWS_REFUSED] = "refused",
    [CLAIM_NEWS_TIME] = "time",
};

static const char *const result_names[] = {
    [CLAIM_RUN_DONE] = "done",
    [CLAIM_RUN_NOT_ARRIVED] = "not_arrived",
    [CLAIM_RUN_UNREACHABLE] = "unreachable",
    [CLAIM_RUN_REFUSED] = "refused",
    [CLAIM_RUN_INTERRUPTED] = "interrupted",
    [CLAIM_RUN_BROKEN] = "cannot_start",
};

const char *progress_device_name(const struct claim_device *device)
{
    for (size_t i = 0; i < CLAIM_STAGING_MAX; i++)
        if (*device->names[i])
            return device->names[i];
    return "";
}

static void print_json(FILE *out, const struct claim_news *news)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    if (news->kind == CLAIM_NEWS_TIME)
        return;
    json_begin_object(&json, NULL);
    json_write_text(&json, "event", kind_names[news->kind]);
    json_write_integer(&json, "elapsed_ms", news->elapsed_ms);
    if (news->device)
        json_write_text(&json, "thing_name", progress_device_name(news->device));
    if (news->account)
        json_write_text(&json, "account", news->account);
    if (news->reason)
        json_write_text(&json, "reason", news->reason);
    if (news->device)
        json_write_unsigned(&json, "published", news->device->published);
    json_end_object(&json);
    json_writer_finish(&json);
    fprintf(out, "%s\n", text_get(&line));
}

static void clear_clock(struct progress *progress)
{
    if (progress->clock_shown)
        fputs("\r\033[K", progress->out);
    progress->clock_shown = false;
}

static void show_clock(struct progress *progress, long long elapsed_ms)
{
    long long now = elapsed_ms / 1000, most = progress->timeout_ms / 1000;
    size_t done = progress->wait ? progress->arrived : progress->published;

    if (!progress->terminal)
        return;
    clear_clock(progress);
    fprintf(progress->out, "  waiting  %lld:%02lld of %lld:%02lld", now / 60, now % 60, most / 60, most % 60);
    if (progress->device_count > 1)
        fprintf(progress->out, "   %zu of %zu devices", done, progress->device_count);
    else if (progress->wait && progress->published)
        fputs("   switch the product on if it is off", progress->out);
    fflush(progress->out);
    progress->clock_shown = true;
}

static void print_line(struct progress *progress, const struct claim_news *news)
{
    const char *name = news->device ? progress_device_name(news->device) : "";
    FILE *out = progress->out;

    clear_clock(progress);
    fprintf(out, "%6.1f s  ", (double)news->elapsed_ms / 1000.0);
    switch (news->kind) {
    case CLAIM_NEWS_STAGING_UP:
        fprintf(out, "connected to the staging account %s\n", news->account);
        break;
    case CLAIM_NEWS_STAGING_DOWN:
        fprintf(out, "no connection to the staging account %s: %s; trying again\n", news->account,
                news->reason);
        break;
    case CLAIM_NEWS_OBSERVER_UP:
        fprintf(out, "watching the OEM account %s\n", news->account);
        break;
    case CLAIM_NEWS_OBSERVER_DOWN:
        fprintf(out, "no connection to the OEM account %s: %s; trying again\n", news->account, news->reason);
        break;
    case CLAIM_NEWS_PUBLISHED:
        if (news->device->published > 1)
            fprintf(out, "%s  sent again (%u times now) through %s\n", name, news->device->published,
                    news->account);
        else
            fprintf(out, "%s  sent through %s\n", name, news->account);
        break;
    case CLAIM_NEWS_PROVISIONED:
        fprintf(out, "%s  provisioned in %s\n", name, news->account);
        break;
    case CLAIM_NEWS_CONNECTED:
        fprintf(out, "%s  connected to %s: it has arrived\n", name, news->account);
        break;
    default:
        fprintf(out, "%s  refused by %s: it drops the connection for this device\n", name, news->account);
    }
    fflush(out);
}

void progress_news(void *context, const struct claim_news *news)
{
    struct progress *progress = context;

    if (news->kind == CLAIM_NEWS_PUBLISHED && news->device->published == 1)
        progress->published++;
    if ((news->kind == CLAIM_NEWS_PROVISIONED && !news->device->connected) ||
        (news->kind == CLAIM_NEWS_CONNECTED && !news->device->provisioned))
        progress->arrived++;
    if (progress->json)
        print_json(progress->out, news);
    else if (news->kind == CLAIM_NEWS_TIME)
        show_clock(progress, news->elapsed_ms);
    else
        print_line(progress, news);
    fflush(progress->out);
}

static void write_device(struct json_writer *json, const struct claim_device *device)
{
    json_begin_object(json, NULL);
    json_write_text(json, "thing_name", progress_device_name(device));
    json_write_unsigned(json, "published", device->published);
    json_write_boolean(json, "provisioned", device->provisioned);
    json_write_boolean(json, "connected", device->connected);
    json_write_boolean(json, "refused", device->refused);
    json_end_object(json);
}

static void end_json(const struct progress *progress, const struct claim_run_options *options,
                     enum claim_run_result result, long long elapsed_ms)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text(&json, "event", "ended");
    json_write_text(&json, "result", result_names[result]);
    json_write_integer(&json, "elapsed_ms", elapsed_ms);
    json_write_text(&json, "endpoint", options->endpoint->key);
    json_begin_array(&json, "devices");
    for (size_t i = 0; i < options->device_count; i++)
        write_device(&json, &options->devices[i]);
    json_end_array(&json);
    json_end_object(&json);
    json_writer_finish(&json);
    fprintf(progress->out, "%s\n", text_get(&line));
}

static void end_lines(const struct progress *progress, enum claim_run_result result)
{
    FILE *out = progress->out;

    switch (result) {
    case CLAIM_RUN_DONE:
        if (progress->wait)
            fputs(progress->device_count > 1 ? "Done: all have arrived.\n" : "Done: it has arrived.\n", out);
        else
            fputs("Done: sent. Whether the device has heard it, only --wait can tell.\n", out);
        break;
    case CLAIM_RUN_NOT_ARRIVED:
        fprintf(out,
                "Sent, but %zu of %zu did not arrive in time. Switch the product on, see that it has its "
                "network, "
                "reset it to factory settings if it was registered before, and run this again.\n",
                progress->device_count - progress->arrived, progress->device_count);
        break;
    case CLAIM_RUN_UNREACHABLE:
        fputs("Not sent: the staging account could not be reached in time.\n", out);
        break;
    case CLAIM_RUN_REFUSED:
        fputs("Refused: the staging account does not let this claim-thing publish to the device.\n", out);
        break;
    case CLAIM_RUN_INTERRUPTED:
        fputs("Interrupted.\n", out);
        break;
    default:
        fputs("Cannot start: see above.\n", out);
    }
}

void progress_end(struct progress *progress, const struct claim_run_options *options,
                  enum claim_run_result result, long long elapsed_ms)
{
    clear_clock(progress);
    if (progress->json)
        end_json(progress, options, result, elapsed_ms);
    else
        end_lines(progress, result);
    fflush(progress->out);
}
