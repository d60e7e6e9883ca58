/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import watch: follows a task. */
#include <stdio.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/number.h"
#include "base/standard_output.h"
#include "base/terminal.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/task_report.h"
#include "sidewalk/command/watch_report.h"
#include "sidewalk/import_limits.h"

#define INTERVAL_MAX_S 86400.0

static const struct command_option page_options[] = {
    {"interval", 'i', "SECONDS",
     "between two requests; default: 5, and 30 while the task waits for the control log"},
    COMMON_OPTIONS,
};

const struct command_page watch_command_page = {
    .name = "sidewalk-import watch",
    .synopsis = "[OPTION]... ID",
    .about = "Follows an import task until it has ended. It can be interrupted, or the machine "
             "switched off: run it again to continue. It retries after errors of the network and of "
             "AWS.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 every device is onboarded; 1 the task or devices of it failed; 64 wrong "
                   "arguments; 69 AWS refuses; 77 no permission, or credentials that expired and were "
                   "not renewed; 130 interrupted",
};

static bool parse_interval(const char *text, long long *out_ms)
{
    double seconds;

    if (!number_parse_decimal(text, 0.001, INTERVAL_MAX_S, &seconds))
        return false;
    *out_ms = (long long)(seconds * 1000.0);
    return true;
}

static void say_how_to_go_on(const struct common *common, const char *id)
{
    TEXT struct text line = TEXT_EMPTY;

    text_printf(&line, "the task continues at AWS. Watch it again with: sidewalk-import watch %s", id);
    if (common->aws.profile != NULL)
        text_printf(&line, " --aws-profile %s", common->aws.profile);
    if (common->aws.region != NULL)
        text_printf(&line, " --region %s", common->aws.region);
    if (common->aws.endpoint_url != NULL)
        text_printf(&line, " --endpoint-url %s", common->aws.endpoint_url);
    common_complain("%s", text_get(&line));
}

static void print_end(const struct import_task *task)
{
    if (task->state == IMPORT_COMPLETE && task->failed == 0) {
        TEXT struct text count = TEXT_EMPTY;
        common_count(task->onboarded, &count);
        printf("Done: %s device%s onboarded.\n", text_get(&count), task->onboarded == 1 ? " is" : "s are");
    } else if (task->state == IMPORT_FAILED) {
        TEXT struct text reason = TEXT_EMPTY;
        terminal_add(task->reason != NULL ? task->reason : "AWS gives no reason", &reason);
        printf("The task failed: %s\n", text_get(&reason));
    } else {
        TEXT struct text failed = TEXT_EMPTY, all = TEXT_EMPTY;
        common_count(task->failed, &failed);
        common_count(task_devices(task), &all);
        printf("The task is COMPLETE, but %s of %s devices failed.\n", text_get(&failed), text_get(&all));
    }
}

static void print_event(const char *event)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text(&json, "event", event);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

static int end(const struct common *common, const struct watch_options *options, enum watch_result result,
               const struct import_task *task, enum aws_error error, const char *why)
{
    switch (result) {
    case WATCH_ENDED:
        if (!common->json)
            print_end(task);
        return task_finish(common, options->session, task, "ended");
    case WATCH_GONE:
        if (task->id == NULL)
            return common_failed(common, error, "there is no such task", why);
        common_complain("the task was deleted");
        if (common->json)
            print_event("deleted");
        return COMMAND_FAILED;
    case WATCH_GAVE_UP: {
        int status = common_failed(common, error, "the task cannot be watched", why);
        if (task->id != NULL)
            say_how_to_go_on(common, options->id);
        return status;
    }
    default:
        if (standard_output_is_closed())
            return COMMAND_DONE;
        if (common->json)
            print_event("interrupted");
        say_how_to_go_on(common, options->id);
        return COMMAND_INTERRUPTED;
    }
}

static int follow(const struct common *common, const char *id, long long interval_ms)
{
    struct aws_session *session = common_session(common);
    struct watch_report report;
    struct import_task task;
    enum aws_error error = AWS_OK;
    TEXT struct text why = TEXT_EMPTY;

    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    watch_report_begin(&report, stdout, common->json);
    const struct watch_options options = {
        .session = session,
        .id = id,
        .interval_ms = interval_ms,
        .news = watch_report_news,
        .context = &report,
        .interrupted = &interrupt_received,
    };
    enum watch_result result = watch(&options, &task, &error, &why);
    watch_report_clear(&report);
    int status = end(common, &options, result, &task, error, text_get(&why));
    import_task_fini(&task);
    aws_session_free(session);
    return status;
}

int watch_command(int count, char **values)
{
    struct command_options options;
    struct common common = {.command = values[0], .aws = {.interrupted = &interrupt_received}};
    long long interval_ms = 0;
    int option;

    command_options_init(&watch_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        if (option == 'h')
            return command_help(&watch_command_page);
        else if (option == 'i' && !parse_interval(optarg, &interval_ms))
            return common_usage_error(&common, "--interval needs a number of seconds, not ", optarg);
        else if (option != 'i' && !common_take(&common, option, optarg))
            return common_usage_error(&common, "unknown option, or an option without its value", "");
    const char *id = common_single_id(&common, count, values);
    if (id == NULL)
        return COMMAND_USAGE;
    interrupt_catch();
    return follow(&common, id, interval_ms);
}
