/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import list: shows all tasks. */
#include <stdio.h>

#include "base/terminal.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/task_report.h"

static const struct command_option page_options[] = {
    COMMON_OPTIONS,
};

const struct command_page list_command_page = {
    .name = "sidewalk-import list",
    .synopsis = "[OPTION]...",
    .about = "Shows all import tasks of the account and region. With --json one line each.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0, 64 wrong arguments, 69 AWS cannot be reached or refuses, 77 no permission or "
                   "no credentials",
};

struct listing {
    bool json;
    unsigned long long count;
};

static bool print_task(void *context, const struct import_task *task)
{
    struct listing *listing = context;
    TEXT struct text line = TEXT_EMPTY, id = TEXT_EMPTY, state = TEXT_EMPTY;

    if (listing->json) {
        struct json_writer json = json_writer_into(&line);
        task_write(task, &json);
        puts(text_get(&line));
        listing->count++;
        return true;
    }
    if (listing->count++ == 0)
        printf("%-36s %-12s %9s %7s  %s\n", "ID", "STATE", "ONBOARDED", "FAILED", "CREATED");
    terminal_add(task->id, &id);
    terminal_add(task->state_text, &state);
    printf("%-36s %-12s %9llu %7llu  %.10s\n", text_get(&id), text_get(&state), task->onboarded, task->failed,
           task->created != NULL ? task->created : "");
    return true;
}

static int list(const struct common *common, struct aws_session *session)
{
    struct listing listing = {.json = common->json};
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = import_task_list(session, print_task, &listing, &why);

    if (error != AWS_OK)
        return common_failed(common, error, "the tasks could not be listed", text_get(&why));
    if (listing.count == 0 && !common->json)
        printf("There are no import tasks in %s.\n", aws_session_region(session));
    return COMMAND_DONE;
}

int list_command(int count, char **values)
{
    struct common common = {.command = values[0]};
    int wanted = common_take_all(&common, count, values, &list_command_page);

    if (wanted >= 0)
        return wanted;
    if (optind < count)
        return common_usage_error(&common, "unexpected argument: ", values[optind]);
    struct aws_session *session = common_session(&common);
    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    int status = list(&common, session);
    aws_session_free(session);
    return status;
}
