/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim doctor: checks everything that a claim needs. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/doctor.h"
#include "aws/arguments.h"
#include "aws/session.h"
#include "base/config.h"
#include "base/log.h"
#include "base/number.h"
#include "base/standard_output.h"
#include "base/subcommand.h"
#include "claim/mqtt.h"
#include "claim/settings.h"
#include "command/command.h"
#include "command/doctor_report.h"

#define TIMEOUT_MAX_S 600
#define AWS_WAIT_MS 10000
#define AWS_ATTEMPTS 2 /* the user waits for the result */

#define TOPICS_MAX 64

enum { NO_AWS = 256, SETUP_NAME, STAY, TOPIC, LIST_CHECKS };

static const struct command_option page_options[] = {
    {"config", 'c', "FILE",
     "the portal's configuration (default: portal.ini); PORTAL_... variables as for the portal"},
    {"staging", 's', "NAME", "of the staging accounts, check only [staging.NAME]"},
    {"endpoint", 'e', "KEY", "of the OEM accounts, check only [endpoint.KEY]"},
    {"birth-certificate", 'b', "FILE", "a module's certificate: would it be provisioned?"},
    {"topic", TOPIC, "TOPIC",
     "would this topic pass the modules' policy? ${thing} stands for the ThingName; may be given "
     "several times"},
    {"offline", 'o', NULL, "only checks that need no network"},
    {"timeout", 't', "SECONDS", "how long each step may wait for the network (default: 10)"},
    {"stay", STAY, "SECONDS",
     "how long to stay connected to see that no one else uses the client id (default: 3)"},
    {"json", 'j', NULL, "print one JSON line per finding; the last one has the counts"},
    {NULL, 0, NULL, "The OEM's AWS account is checked too if there are AWS credentials:"},
    {"aws", 'a', NULL, "fail without credentials"},
    {"no-aws", NO_AWS, NULL, "skip the AWS account"},
    {"name", SETUP_NAME, "SETUP",
     "which setup (expresslink-claim account apply --name; default: expresslink)"},
    AWS_ARGUMENTS,
    {"list-checks", LIST_CHECKS, NULL, NULL}, /* for the tests */
};

const struct command_page doctor_command_page = {
    .name = "expresslink-claim doctor",
    .synopsis = "[OPTION]...",
    .about = "Checks everything that a claim needs, from the configuration to both accounts, and says "
             "how to fix what is wrong.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .notes = "Connects with the client ids of claim-thing and observer: a running portal loses its "
             "connections meanwhile and reconnects by itself. Changes nothing.",
    .exit_status = "0 no check failed (warnings are possible), 1 a check failed, 64 wrong arguments, "
                   "74 the report cannot be written, 78 no configuration, 130 interrupted",
};

struct arguments {
    const char *config_path;
    bool json, aws, no_aws;
    const char *topics[TOPICS_MAX + 1]; /* end with NULL */
    size_t topic_count;
    struct doctor_options doctor;
    struct aws_options session;
};

static atomic_int interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static int usage_error(const char *what, const char *value)
{
    return subcommand_usage_error("expresslink-claim", "doctor", what, value);
}

static int list_checks(void)
{
    for (size_t i = 0; i < doctor_check_count; i++)
        printf("%s\t%s\n", doctor_checks[i].id, doctor_checks[i].title);
    return COMMAND_DONE;
}

static bool take_seconds(const char *text, int *out_ms)
{
    int seconds;

    if (!number_parse_int(text, 1, TIMEOUT_MAX_S, &seconds))
        return false;
    *out_ms = seconds * 1000;
    return true;
}

static void take_text(struct arguments *out, int option, const char *value)
{
    if (option == 'c')
        out->config_path = value;
    else if (option == 's')
        out->doctor.staging = value;
    else if (option == 'e')
        out->doctor.endpoint = value;
    else if (option == 'b')
        out->doctor.birth_certificate = value;
    else if (option == SETUP_NAME)
        out->doctor.setup_name = value;
    else
        aws_arguments_take(&out->session, option, value);
}

static bool take_topic(struct arguments *out, const char *topic)
{
    if (!*topic || out->topic_count == TOPICS_MAX)
        return false;
    out->topics[out->topic_count++] = topic;
    out->doctor.topics = out->topics;
    return true;
}

/* Returns less than 0 to continue, otherwise the exit status. */
static int parse_arguments(int count, char **values, struct arguments *out)
{
    struct command_options options;
    int option;

    command_options_init(&doctor_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1) {
        if (option == 'o')
            out->doctor.offline = true;
        else if (option == 'j')
            out->json = true;
        else if (option == 'a')
            out->aws = true;
        else if (option == NO_AWS)
            out->no_aws = true;
        else if (option == LIST_CHECKS)
            return list_checks();
        else if (option == 'h')
            return command_help(&doctor_command_page);
        else if (option == 't' && !take_seconds(optarg, &out->doctor.network_ms))
            return usage_error("--timeout needs a number of seconds from 1 to 600, not ", optarg);
        else if (option == STAY && !take_seconds(optarg, &out->doctor.stay_ms))
            return usage_error("--stay needs a number of seconds from 1 to 600, not ", optarg);
        else if (option == TOPIC && !take_topic(out, optarg))
            return *optarg ? usage_error("--topic can be given 64 times; this is one too many: ", optarg)
                           : usage_error("--topic needs a topic", "");
        else if (option == '?')
            return usage_error("unknown option, or an option without its value", "");
        else if (option != 't' && option != STAY && option != TOPIC)
            take_text(out, option, optarg);
    }
    if (optind < count)
        return usage_error("unexpected argument: ", values[optind]);
    if (out->aws && (out->no_aws || out->doctor.offline))
        return usage_error("--aws cannot be combined with ", out->no_aws ? "--no-aws" : "--offline");
    return -1;
}

static bool has_staging(const struct claim_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->staging_count; i++)
        if (strcmp(settings->staging[i].name, name) == 0)
            return true;
    return false;
}

static int exit_status(const struct doctor_totals *totals, const struct claim_settings *settings)
{
    if (interrupted)
        return COMMAND_INTERRUPTED;
    if (settings->staging_count == 0 && settings->endpoint_count == 0)
        return COMMAND_CONFIG;
    return totals->failed ? COMMAND_DOCTOR_FAILED : COMMAND_DONE;
}

static int run(const struct claim_settings *settings, struct arguments *arguments)
{
    struct doctor_report report;
    struct doctor_totals totals;
    struct doctor_options *doctor = &arguments->doctor;

    if (doctor->staging && !has_staging(settings, doctor->staging))
        return usage_error("there is no staging account with the name ", doctor->staging);
    if (doctor->endpoint &&
        (settings->endpoint_count == 0 || !claim_settings_endpoint(settings, doctor->endpoint)))
        return usage_error("there is no endpoint with the key ", doctor->endpoint);
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    mqtt_library_init();
    doctor_report_init(&report, stdout, arguments->json);
    doctor->settings = settings;
    doctor->interrupted = &interrupted;
    doctor->tell = doctor_report_tell;
    doctor->context = &report;
    doctor_run(doctor, &totals);
    doctor_report_end(&report, &totals, interrupted);
    doctor_report_fini(&report);
    if (standard_output_flush())
        return exit_status(&totals, settings);
    fputs("expresslink-claim: the report cannot be written\n", stderr);
    return COMMAND_IO;
}

static int with_aws(const struct claim_settings *settings, struct arguments *arguments)
{
    TEXT struct text why = TEXT_EMPTY;

    arguments->session.interrupted = &interrupted;
    arguments->session.answer_ms = arguments->doctor.network_ms ? arguments->doctor.network_ms : AWS_WAIT_MS;
    arguments->session.attempts = AWS_ATTEMPTS;
    if (!arguments->no_aws && !arguments->doctor.offline) {
        arguments->doctor.aws = aws_session_new(&arguments->session, &why);
        arguments->doctor.aws_missing = arguments->doctor.aws ? NULL : text_get(&why);
        arguments->doctor.aws_wanted = arguments->aws;
    }
    int status = run(settings, arguments);
    aws_session_free(arguments->doctor.aws);
    return status;
}

static int with_config(struct config *config, struct arguments *arguments)
{
    struct claim_settings settings = {0};

    /* One error is enough if there is no file. */
    bool loaded = config_load(config, arguments->config_path, environ);
    if (loaded || config_family_count(config, "staging") || config_family_count(config, "endpoint"))
        claim_settings_load_partly(config, &settings);
    arguments->doctor.config = config;
    arguments->doctor.config_path = arguments->config_path;
    int status = with_aws(&settings, arguments);
    claim_settings_fini(&settings);
    return status;
}

int doctor_command(int count, char **values)
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
