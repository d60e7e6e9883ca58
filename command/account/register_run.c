/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_run.h"

#include <stdio.h>
#include <unistd.h>

#include "command/account/account_command.h"
#include "command/command.h"

struct running {
    const struct register_arguments *arguments;
    int (*work)(const struct register_arguments *arguments, const struct oem_account *account);
};

static int begin(void *context, const struct oem_account *account)
{
    const struct running *running = context;

    return running->work(running->arguments, account);
}

int register_run(struct register_arguments *arguments,
                 int (*work)(const struct register_arguments *arguments, const struct oem_account *account))
{
    struct running running = {arguments, work};
    struct account_report report;

    account_report_init(&report, arguments->json);
    account_report_add(&report, "way", register_way_name(arguments->way));
    arguments->report = &report;
    int status = account_session(&report, &arguments->aws, begin, &running);
    if (!account_report_end(&report) && !status)
        status = COMMAND_IO;
    arguments->report = NULL;
    return status;
}

int register_bad_file(const struct register_arguments *arguments, const char *path, const char *why)
{
    int status = access(path, R_OK) == 0 ? COMMAND_BAD_IDENTIFIER : COMMAND_NO_INPUT;

    return account_report_wrong(arguments->report, status, "%s", why);
}

static enum aws_error ask_endpoint(const struct oem_account *account, struct text *out, struct text *why)
{
    const struct aws_pair query[] = {{"endpointType", "iot:Data-ATS"}, {NULL, NULL}};
    const struct iot_call call = {
        .action = "iot:DescribeEndpoint", .method = "GET", .path = "/endpoint", .query = query};
    JSON cJSON *answer = NULL;
    enum aws_error error = oem_account_iot(account, &call, &answer, NULL, why);
    const cJSON *address = cJSON_GetObjectItemCaseSensitive(answer, "endpointAddress");

    if (error == AWS_OK && !cJSON_IsString(address)) {
        text_puts(why, "iot:DescribeEndpoint: the answer has no address");
        return AWS_BAD_ANSWER;
    }
    if (error == AWS_OK)
        text_puts(out, address->valuestring);
    return error;
}

void register_say_endpoint(const struct register_arguments *arguments, const struct oem_account *account,
                           const char *before, const char *after)
{
    TEXT struct text address = TEXT_EMPTY, why = TEXT_EMPTY;

    if (ask_endpoint(account, &address, &why) == AWS_OK)
        account_report_add(arguments->report, "endpoint", text_get(&address));
    else
        account_report_complain("the endpoint's address is unknown: %s", text_get(&why));
    account_report_say(
        arguments->report, "%s%s%s", before,
        address.length ? text_get(&address) : "the account's endpoint (aws iot describe-endpoint)", after);
}

static void print_step(void *context, const struct setup_step *step)
{
    const struct register_arguments *arguments = context;

    if (arguments->json)
        account_report_done(arguments->report, step);
    else
        account_report_say(arguments->report, "%s the %s %s.", arguments->dry_run ? "Would make" : "Made",
                           step->kind, step->name);
}

int register_open(const struct register_arguments *arguments, const struct oem_account *account,
                  struct enroller **out)
{
    TEXT struct text why = TEXT_EMPTY;
    const struct enrolment_options options = {
        .policy_name = arguments->policy_name,
        .thing_type = arguments->things.type,
        .thing_groups = arguments->things.groups,
        .create_missing = arguments->create_missing,
        .without_authority = arguments->without_authority,
        .activate = arguments->activate,
        .add_certificate = arguments->add_certificate,
        .dry_run = arguments->dry_run,
    };
    struct register_arguments said = *arguments;
    enum aws_error error = enroller_open(account, &options, print_step, &said, out, &why);
    return error == AWS_OK
               ? COMMAND_DONE
               : account_report_failed(arguments->report, error, "nothing is registered", text_get(&why));
}

int register_set_up(const struct register_arguments *arguments, const struct oem_account *account,
                    const struct setup_options *options, bool *done)
{
    struct setup *setup;

    account_report_add(arguments->report, "setup", options->name);
    int status =
        account_change(arguments->report, account, options, arguments->yes, arguments->dry_run, &setup, done);
    setup_free(setup);
    return status;
}

struct setup_options register_setup_options(const struct register_arguments *arguments)
{
    return (struct setup_options){
        .name = arguments->name,
        .provisioning = account_things_provisioning(&arguments->things),
        .keep_topics = true,
    };
}
