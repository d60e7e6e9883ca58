/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account_register_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/terminal.h"
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

void register_complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    terminal_complain("expresslink-claim", format, arguments);
    va_end(arguments);
}

int register_usage_error(enum register_way way, const char *what, const char *value)
{
    register_complain("%s%s", what, value);
    fprintf(stderr, "Try expresslink-claim account register %s --help\n", register_way_name(way));
    return COMMAND_USAGE;
}

static int exit_status(enum aws_error error)
{
    switch (error) {
    case AWS_OK:
        return COMMAND_DONE;
    case AWS_NO_CREDENTIALS:
    case AWS_EXPIRED:
    case AWS_FORBIDDEN:
        return COMMAND_NO_PERMISSION;
    case AWS_INTERRUPTED:
        return COMMAND_INTERRUPTED;
    default:
        return COMMAND_UNREACHABLE;
    }
}

int register_failed(enum aws_error error, const char *what, const char *why)
{
    if (error == AWS_INTERRUPTED)
        register_complain("interrupted: %s; run it again to go on", what);
    else
        register_complain("%s: %s", what, why);
    return exit_status(error);
}

int register_with_account(const struct register_arguments *arguments,
                          int (*work)(const struct register_arguments *arguments,
                                      const struct oem_account *account))
{
    TEXT struct text why = TEXT_EMPTY;
    struct aws_options options = arguments->aws;
    struct oem_account account = {0};

    options.interrupted = &interrupt_received;
    log_setup(LOG_ERROR, LOG_PLAIN);
    interrupt_catch();
    struct aws_session *session = aws_session_new(&options, &why);
    if (session == NULL) {
        register_complain("%s", text_get(&why));
        return COMMAND_NO_PERMISSION;
    }
    enum aws_error error = oem_account_open(session, &account, &why);
    int status = error == AWS_OK ? work(arguments, &account)
                                 : register_failed(error, "the account cannot be asked", text_get(&why));
    oem_account_fini(&account);
    aws_session_free(session);
    return status;
}

enum aws_error register_endpoint(const struct oem_account *account, struct text *out, struct text *why)
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

void register_print_endpoint(const struct oem_account *account, const char *before, const char *after)
{
    TEXT struct text address = TEXT_EMPTY, why = TEXT_EMPTY, safe = TEXT_EMPTY;

    if (register_endpoint(account, &address, &why) == AWS_OK)
        terminal_add(address.data, &safe);
    else
        register_complain("the endpoint's address cannot be told: %s", text_get(&why));
    printf("%s%s%s", before,
           safe.length > 0 ? safe.data : "the account's endpoint (aws iot describe-endpoint)", after);
}
