/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import start-one: imports a single device. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/terminal.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/task_report.h"
#include "sidewalk/import_limits.h"
#include "sidewalk/import_task.h"

static const struct command_option page_options[] = {
    {"destination", 'd', "NAME", "the device's Sidewalk destination"},
    {"name", 'n', "NAME", "the device's name in AWS IoT Wireless"},
    COMMON_OPTIONS,
};

const struct command_page start_one_command_page = {
    .name = "sidewalk-import start-one",
    .synopsis = "SMSN --destination NAME [OPTION]...",
    .about = "Onboards a single Sidewalk device, without a list in S3. SMSN is its serial number, 64 "
             "hex digits. If it runs again, it finds the existing task.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 started, 64 wrong arguments, 65 not a serial number, 69 AWS cannot be reached "
                   "or refuses, 77 no permission or no credentials",
};

struct single {
    struct common common;
    const char *smsn, *destination, *name;
};

static int check(const struct single *single)
{
    TEXT struct text why = TEXT_EMPTY;

    if (single->destination == NULL)
        return common_usage_error(&single->common, "--destination NAME is missing", "");
    if (!import_destination_fits(single->destination, &why) ||
        (single->name != NULL && !import_name_fits(single->name, &why)))
        return common_usage_error(&single->common, text_get(&why), "");
    if (import_smsn_fits(single->smsn, &why))
        return -1;
    common_complain("%s", text_get(&why));
    return COMMAND_BAD_DATA;
}

static void print_started(const struct single *single, const char *id, const char *arn, const char *token)
{
    TEXT struct text line = TEXT_EMPTY;

    if (single->common.json) {
        struct json_writer json = json_writer_into(&line);
        json_begin_object(&json, NULL);
        json_write_text(&json, "result", "started");
        json_write_text_or_null(&json, "id", id);
        json_write_text_or_null(&json, "arn", arn);
        json_write_text_or_null(&json, "smsn", single->smsn);
        json_write_text_or_null(&json, "token", token);
        json_end_object(&json);
        json_writer_print(&json, stdout);
        return;
    }
    terminal_add(id, &line);
    printf("Import task %s was started.\n\nWatch it with: sidewalk-import watch %s\n", text_get(&line),
           text_get(&line));
}

static int start(const struct single *single)
{
    struct aws_session *session = common_session(&single->common);
    char token[DIGEST_SIZE];
    OWNED char *id = NULL, *arn = NULL;
    TEXT struct text why = TEXT_EMPTY;

    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    import_token_single(single->smsn, single->destination, single->name, token);
    enum aws_error error = import_task_start_single(session, single->destination, single->smsn, single->name,
                                                    token, &id, &arn, &why);
    aws_session_free(session);
    if (error != AWS_OK)
        return common_failed(&single->common, error, "the task could not be started", text_get(&why));
    print_started(single, id, arn, token);
    return COMMAND_DONE;
}

int start_one_command(int count, char **values)
{
    struct command_options options;
    struct single single = {.common = {.command = values[0]}};
    int option;

    command_options_init(&start_one_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        if (option == 'h')
            return command_help(&start_one_command_page);
        else if (option == 'd')
            single.destination = optarg;
        else if (option == 'n')
            single.name = optarg;
        else if (!common_take(&single.common, option, optarg))
            return common_usage_error(&single.common, "unknown option, or an option without its value", "");
    if (optind + 1 != count)
        return common_usage_error(&single.common, "give exactly one SMSN", "");
    single.smsn = values[optind];
    int status = check(&single);
    return status < 0 ? start(&single) : status;
}
