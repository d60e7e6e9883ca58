/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import delete: deletes a task. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json_writer.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/task_report.h"
#include "sidewalk/import_task.h"

static const struct command_option page_options[] = {
    {"yes", 'y', NULL, "do not ask"},
    COMMON_OPTIONS,
};

const struct command_page delete_command_page = {
    .name = "sidewalk-import delete",
    .synopsis = "[OPTION]... ID",
    .about = "Deletes an import task. Onboarded devices stay; waiting devices are not imported. A "
             "task cannot be deleted while AWS creates devices (PENDING).",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 deleted, 1 declined, 64 wrong arguments, 69 AWS cannot be reached or refuses, "
                   "77 no permission or no credentials",
};

static bool wanted(const struct import_task *task)
{
    char answer[16];

    task_print(stdout, task);
    fputs("\nDelete this task? Type yes: ", stdout);
    fflush(stdout);
    return fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
}

/* Returns less than 0 to continue, otherwise the exit status. */
static int confirm(const struct common *common, struct aws_session *session, const char *id)
{
    struct import_task task;
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = import_task_get(session, id, &task, &why);

    if (error != AWS_OK)
        return common_failed(common, error, "the task cannot be read", text_get(&why));
    bool yes = wanted(&task);
    import_task_fini(&task);
    if (yes)
        return -1;
    puts("Nothing was deleted.");
    return COMMAND_FAILED;
}

static int delete_task(const struct common *common, struct aws_session *session, const char *id)
{
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = import_task_delete(session, id, &why);

    if (error != AWS_OK) {
        int status = common_failed(common, error, "the task could not be deleted", text_get(&why));
        if (error == AWS_CONFLICT || error == AWS_REFUSED)
            common_complain("a task cannot be deleted while AWS creates devices (PENDING)");
        return status;
    }
    if (common->json) {
        TEXT struct text line = TEXT_EMPTY;
        struct json_writer json = json_writer_into(&line);
        json_begin_object(&json, NULL);
        json_write_text(&json, "result", "deleted");
        json_write_text(&json, "id", id);
        json_end_object(&json);
        json_writer_print(&json, stdout);
    } else
        printf("Import task %s is deleted.\n", id);
    return COMMAND_DONE;
}

int delete_command(int count, char **values)
{
    struct command_options options;
    struct common common = {.command = values[0]};
    bool yes = false;
    int option, status = -1;

    command_options_init(&delete_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        if (option == 'h')
            return command_help(&delete_command_page);
        else if (option == 'y')
            yes = true;
        else if (!common_take(&common, option, optarg))
            return common_usage_error(&common, "unknown option, or an option without its value", "");
    const char *id = common_single_id(&common, count, values);
    if (id == NULL)
        return COMMAND_USAGE;
    if (!yes && (common.json || isatty(STDIN_FILENO) != 1))
        return common_usage_error(&common, "--yes is missing: there is no terminal to ask on", "");
    struct aws_session *session = common_session(&common);
    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    if (!yes)
        status = confirm(&common, session, id);
    if (status < 0)
        status = delete_task(&common, session, id);
    aws_session_free(session);
    return status;
}
