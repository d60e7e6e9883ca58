/* SPDX-License-Identifier: Apache-2.0 */
#include "command/claim_report.h"

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
    [CLAIM_NEWS_PORTAL] = "portal",
    [CLAIM_NEWS_ALREADY_ONLINE] = "already_online",
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

const char *claim_report_device_name(const struct claim_device *device)
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
        json_write_text(&json, "thing_name", claim_report_device_name(news->device));
    if (news->account)
        json_write_text(&json, "account", news->account);
    if (news->reason)
        json_write_text(&json, "reason", news->reason);
    if (news->device)
        json_write_unsigned(&json, "published", news->device->published);
    json_end_object(&json);
    json_writer_print(&json, out);
}

static void show_clock(struct claim_report *report, long long elapsed_ms)
{
    long long now = elapsed_ms / 1000, most = report->timeout_ms / 1000;
    size_t done = report->wait ? report->arrived : report->published;
    TEXT struct text line = TEXT_EMPTY;

    text_printf(&line, "  waiting  %lld:%02lld of %lld:%02lld", now / 60, now % 60, most / 60, most % 60);
    if (report->device_count > 1)
        text_printf(&line, "   %zu of %zu devices", done, report->device_count);
    else if (report->wait && report->published)
        text_puts(&line, "   switch the product on if it is off");
    progress_draw(&report->clock, text_get(&line));
}

static void print_line(struct claim_report *report, const struct claim_news *news)
{
    const char *name = news->device ? claim_report_device_name(news->device) : "";
    FILE *out = report->out;

    progress_clear(&report->clock);
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
    case CLAIM_NEWS_PORTAL:
        fprintf(out, "claiming through the portal that runs at %s\n", news->reason);
        break;
    case CLAIM_NEWS_ALREADY_ONLINE:
        fprintf(out, "%s  is already registered and online\n", name);
        break;
    default:
        fprintf(out, "%s  refused by %s: %s\n", name, news->account,
                news->reason ? news->reason : "it drops the connection for this device");
    }
    fflush(out);
}

void claim_report_news(void *context, const struct claim_news *news)
{
    struct claim_report *report = context;

    if (news->kind == CLAIM_NEWS_PUBLISHED && news->device->published == 1)
        report->published++;
    if ((news->kind == CLAIM_NEWS_PROVISIONED && !news->device->connected) ||
        (news->kind == CLAIM_NEWS_CONNECTED && !news->device->provisioned) ||
        news->kind == CLAIM_NEWS_ALREADY_ONLINE)
        report->arrived++;
    report->already_online += news->kind == CLAIM_NEWS_ALREADY_ONLINE;
    report->is_explained = report->is_explained || (news->kind == CLAIM_NEWS_REFUSED && news->reason);
    if (report->json)
        print_json(report->out, news);
    else if (news->kind == CLAIM_NEWS_TIME)
        show_clock(report, news->elapsed_ms);
    else
        print_line(report, news);
    fflush(report->out);
}

static void write_device(struct json_writer *json, const struct claim_device *device)
{
    json_begin_object(json, NULL);
    json_write_text(json, "thing_name", claim_report_device_name(device));
    json_write_unsigned(json, "published", device->published);
    json_write_boolean(json, "provisioned", device->provisioned);
    json_write_boolean(json, "connected", device->connected);
    json_write_boolean(json, "already_online", device->already_online);
    json_write_boolean(json, "refused", device->refused);
    json_end_object(json);
}

static void end_json(const struct claim_report *report, const struct claim_run_options *options,
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
    json_writer_print(&json, report->out);
}

static void end_lines(const struct claim_report *report, enum claim_run_result result)
{
    FILE *out = report->out;

    switch (result) {
    case CLAIM_RUN_DONE:
        if (report->already_online == report->device_count)
            fputs("Done: nothing was sent. If a device was reset or has a new owner, add --again.\n", out);
        else if (report->wait)
            fputs(report->device_count > 1 ? "Done: all have arrived.\n" : "Done: it has arrived.\n", out);
        else
            fputs("Done: sent. Only --wait can report whether the device has received it.\n", out);
        break;
    case CLAIM_RUN_NOT_ARRIVED:
        fprintf(out,
                "Sent, but %zu of %zu did not arrive in time. Switch the product on, check its "
                "network connection, "
                "reset it to factory settings if it was registered before, and run this again.\n",
                report->device_count - report->arrived, report->device_count);
        break;
    case CLAIM_RUN_UNREACHABLE:
        fputs("Not sent: the staging account could not be reached in time.\n", out);
        break;
    case CLAIM_RUN_REFUSED:
        fputs(report->is_explained
                  ? "Refused: the portal says why, above.\n"
                  : "Refused: the staging account does not let this claim-thing publish to the device.\n",
              out);
        break;
    case CLAIM_RUN_INTERRUPTED:
        fputs("Interrupted.\n", out);
        break;
    default:
        fputs("Cannot start: see above.\n", out);
    }
}

void claim_report_end(struct claim_report *report, const struct claim_run_options *options,
                      enum claim_run_result result, long long elapsed_ms)
{
    progress_clear(&report->clock);
    if (report->json)
        end_json(report, options, result, elapsed_ms);
    else
        end_lines(report, result);
    fflush(report->out);
}
