/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim claim: publishes endpoint messages from a terminal. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/subcommand.h"
#include "claim/connection_files.h"
#include "claim/mqtt.h"
#include "claim/run.h"
#include "claim/settings.h"
#include "command/claim_device.h"
#include "command/claim_report.h"
#include "command/claim_through.h"
#include "command/command.h"
#include "command/label_settings.h"

#define SEND_TIMEOUT_S 30
#define TIMEOUT_MAX_S (7 * 24 * 3600)

static const struct command_option page_options[] = {
    {"config", 'c', "FILE",
     "the portal's configuration (default: portal.ini); [staging.*], [endpoint.*] and [claim] are "
     "used; PORTAL_... variables as for the portal"},
    {"endpoint", 'e', "KEY", "the devices' destination: an [endpoint.KEY]; default: the default endpoint"},
    {"wait", 'w', NULL, "resend on the schedule until the devices have arrived"},
    {"again", 'a', NULL, "claim devices that are online already, too: they were reset, or have a new owner"},
    {"direct", 'd', NULL, "publish without looking for a portal"},
    {"timeout", 't', "SECONDS", "give up after this time (default: 30; with --wait the claim window)"},
    {"json", 'j', NULL, "print one JSON line per event; the last one is \"ended\""},
};

const struct command_page claim_command_page = {
    .name = "expresslink-claim claim",
    .synopsis = "[OPTION]... IDENTIFIER...",
    .about = "Sends the endpoint message to devices in the staging account. An IDENTIFIER is the text "
             "on the label (case, spaces and dashes are ignored) or the address in its QR code.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .notes =
        "If a portal with this configuration runs on this machine (it is found by [http] "
        "admin_listen, or listen where that is empty), the devices are claimed through it; if it does not "
        "answer, nothing is published. Otherwise the command connects as the "
        "claim-thing itself. Two programs with one client id would drop each other's connections: do "
        "not publish while a portal runs elsewhere.",
    .exit_status = "0 sent (with --wait: arrived), 1 sent but not arrived in time, 2 refused by the "
                   "staging account, 64 wrong arguments, 65 not an identifier, 69 staging account not "
                   "reached in time, or the portal does not answer, 78 wrong configuration, 130 interrupted",
};

struct arguments {
    const char *config_path, *endpoint;
    bool wait, json, again, direct;
    long long timeout_ms;
    char **identifiers;
    size_t count;
};

static atomic_int interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static int usage_error(const char *what, const char *value)
{
    return subcommand_usage_error("expresslink-claim", "claim", what, value);
}

static bool parse_seconds(const char *text, long long *out_ms)
{
    long long seconds;

    if (!number_parse(text, 1, TIMEOUT_MAX_S, &seconds))
        return false;
    *out_ms = seconds * 1000;
    return true;
}

/* Returns less than 0 to continue, otherwise the exit status. */
static int parse_arguments(int count, char **values, struct arguments *out)
{
    struct command_options options;
    int option;

    command_options_init(&claim_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1) {
        if (option == 'c')
            out->config_path = optarg;
        else if (option == 'e')
            out->endpoint = optarg;
        else if (option == 'w')
            out->wait = true;
        else if (option == 'a')
            out->again = true;
        else if (option == 'd')
            out->direct = true;
        else if (option == 'j')
            out->json = true;
        else if (option == 't' && !parse_seconds(optarg, &out->timeout_ms))
            return usage_error("--timeout needs a number of seconds, not ", optarg);
        else if (option == 'h')
            return command_help(&claim_command_page);
        else if (option == '?')
            return usage_error("unknown option, or an option without its value", "");
    }
    out->identifiers = values + optind;
    out->count = (size_t)(count - optind);
    return out->count ? -1 : usage_error("an IDENTIFIER is missing", "");
}

static int exit_status(enum claim_run_result result)
{
    switch (result) {
    case CLAIM_RUN_DONE:
        return COMMAND_DONE;
    case CLAIM_RUN_NOT_ARRIVED:
        return COMMAND_NOT_ARRIVED;
    case CLAIM_RUN_REFUSED:
        return COMMAND_REFUSED;
    case CLAIM_RUN_UNREACHABLE:
        return COMMAND_UNREACHABLE;
    case CLAIM_RUN_INTERRUPTED:
        return COMMAND_INTERRUPTED;
    default:
        return COMMAND_CONFIG;
    }
}

static int publish(const struct claim_run_options *options, enum claim_run_result *result)
{
    if (options->wait && !options->endpoint->observed) {
        fprintf(stderr, "expresslink-claim: --wait needs the observer's certificate in [endpoint.%s]\n",
                options->endpoint->key);
        return COMMAND_CONFIG;
    }
    mqtt_library_init();
    *result = claim_run(options);
    return 0;
}

/* Two that share a client id drop each other's connection. */
static void warn(enum portal_found found, const char *where, const struct claim_run_options *options)
{
    const char *client_id = options->settings->staging[0].claim_things[0].connection.client_id;

    if (found == PORTAL_OTHER)
        fprintf(stderr,
                "expresslink-claim: what answers at %s is no portal with these accounts; publishing as %s\n",
                where, client_id);
    else if (found == PORTAL_ELSEWHERE)
        fprintf(stderr,
                "expresslink-claim: no portal answers on this machine; publishing as %s. If a portal with "
                "this configuration runs elsewhere, claim through its page: two programs must not share a "
                "client id\n",
                client_id);
}

/* It would take the connection of a portal, and be dropped by it in turn. */
static int refuse_silent(const char *where)
{
    fprintf(
        stderr,
        "expresslink-claim: what listens at %s does not answer, and may be a portal with this configuration. "
        "Nothing was published: two programs must not share a client id. Wait until it answers, stop it, or "
        "add --direct\n",
        where);
    return COMMAND_UNREACHABLE;
}

/* Through a portal that runs, or without one. Nonzero: the exit status; it could not begin. */
static int claim_by_some_way(const struct arguments *arguments, const struct claim_run_options *options,
                             enum claim_run_result *result)
{
    struct portal_client *portal = NULL;
    TEXT struct text where = TEXT_EMPTY;
    enum portal_found found = PORTAL_ABSENT;
    bool gone = true;

    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    if (!arguments->direct)
        found = portal_client_find(arguments->config_path, options->settings, &portal, &where);
    if (found == PORTAL_FOUND) {
        const struct claim_through_options through = {options, portal, text_get(&where), arguments->again};
        *result = claim_through(&through, &gone);
        portal_client_free(portal);
    }
    if (!gone)
        return 0;
    if (found == PORTAL_SILENT)
        return refuse_silent(text_get(&where));
    if (options->settings->inventory_required && !arguments->direct) {
        fputs("expresslink-claim: [claim] inventory is required, and only a portal knows the inventory, but "
              "none with this configuration answers on this machine. Start it, or publish without the "
              "inventory: --direct\n",
              stderr);
        return COMMAND_UNREACHABLE;
    }
    warn(found, text_get(&where), options);
    return publish(options, result);
}

static int run_claims(const struct claim_settings *settings, const struct oem_endpoint *endpoint,
                      const struct arguments *arguments, struct claim_device *devices)
{
    long long timeout = arguments->wait ? settings->window_ms : SEND_TIMEOUT_S * 1000LL;
    struct claim_report report = {
        .out = stdout,
        .json = arguments->json,
        .wait = arguments->wait,
        .timeout_ms = arguments->timeout_ms ? arguments->timeout_ms : timeout,
        .device_count = arguments->count,
    };
    struct claim_run_options options = {
        .settings = settings,
        .endpoint = endpoint,
        .devices = devices,
        .device_count = arguments->count,
        .wait = arguments->wait,
        .timeout_ms = report.timeout_ms,
        .news = claim_report_news,
        .context = &report,
        .interrupted = &interrupted,
    };

    long long started = clock_monotonic_ms();
    progress_begin(&report.clock, stdout, 0);
    enum claim_run_result result = CLAIM_RUN_BROKEN;
    int status = claim_by_some_way(arguments, &options, &result);
    if (status)
        return status;
    claim_report_end(&report, &options, result, clock_monotonic_ms() - started);
    return exit_status(result);
}

static void warn_of_key(void *context, const char *sentence)
{
    (void)context;
    fprintf(stderr, "expresslink-claim: warning: %s\n", sentence);
}

static int with_labels(const struct claim_settings *settings, const struct label_settings *labels,
                       const struct arguments *arguments)
{
    const struct label_origin origin = {labels->public_url, labels->hosts, labels->forms,
                                        labels->rules.form_count};
    const struct oem_endpoint *endpoint = claim_settings_endpoint(settings, arguments->endpoint);

    if (!endpoint)
        return usage_error("there is no endpoint with the key ", arguments->endpoint);
    connection_files_exposed(settings, warn_of_key, NULL);
    OWNED struct claim_device *devices = memory_new(arguments->count, sizeof *devices);
    bool fine = true;
    for (size_t i = 0; i < arguments->count; i++)
        fine = claim_device_read(settings, &origin, arguments->identifiers[i], &devices[i]) && fine;
    return fine ? run_claims(settings, endpoint, arguments, devices) : COMMAND_BAD_IDENTIFIER;
}

static int with_settings(const struct claim_settings *settings, const struct arguments *arguments)
{
    struct label_settings labels;
    int status = label_settings_load(arguments->config_path, NULL, &labels);

    if (status != COMMAND_DONE)
        return status;
    status = with_labels(settings, &labels, arguments);
    label_settings_fini(&labels);
    return status;
}

static int with_config(struct config *config, const struct arguments *arguments)
{
    struct claim_settings settings = {0};
    int status = COMMAND_CONFIG;

    if (config_load(config, arguments->config_path, environ) && claim_settings_load(config, &settings))
        status = with_settings(&settings, arguments);
    for (size_t i = 0; i < config_error_count(config); i++)
        fprintf(stderr, "expresslink-claim: %s\n", config_error(config, i));
    claim_settings_fini(&settings);
    return status;
}

int claim_command(int count, char **values)
{
    struct arguments arguments = {.config_path = "portal.ini"};
    int status = parse_arguments(count, values, &arguments);

    if (status >= 0)
        return status;
    log_setup(LOG_ERROR, LOG_PLAIN);
    struct config *config = config_new(&claim_config_table, 1, "PORTAL", false);
    status = with_config(config, &arguments);
    config_free(config);
    return status;
}
