/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_report.h"

#include <stdio.h>
#include <unistd.h>

#include "command/account/session.h"
#include "command/command.h"

const char *register_way_name(enum register_way way)
{
    switch (way) {
    case REGISTER_CERTIFICATE:
        return "certificate";
    case REGISTER_BATCH:
        return "batch";
    case REGISTER_JITR:
        return "jitr";
    default:
        return "fleet";
    }
}

int register_usage_error(enum register_way way, const char *what, const char *value)
{
    account_report_complain("%s%s", what, value);
    fprintf(stderr, "Try expresslink-claim account register %s --help\n", register_way_name(way));
    return COMMAND_USAGE;
}

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
        account_report_complain("the endpoint's address cannot be told: %s", text_get(&why));
    account_report_say(
        arguments->report, "%s%s%s", before,
        address.length ? text_get(&address) : "the account's endpoint (aws iot describe-endpoint)", after);
}
