/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import status: shows one task. */
#include <stdio.h>

#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/task_report.h"

static const struct command_option page_options[] = {
    COMMON_OPTIONS,
};

const struct command_page status_command_page = {
    .name = "sidewalk-import status",
    .synopsis = "[OPTION]... ID",
    .about = "Shows an import task: its state, its devices, and why any of them failed.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0; 1 the task or devices of it failed (a task that is COMPLETE can have failed "
                   "devices); 64 wrong arguments; 69 AWS cannot be reached or refuses; 77 no "
                   "permission or no credentials",
};

static int show(const struct common *common, struct aws_session *session, const char *id)
{
    struct import_task task;
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = import_task_get(session, id, &task, &why);

    if (error != AWS_OK)
        return common_failed(common, error, "the task's state is unknown", text_get(&why));
    if (!common->json)
        task_print(stdout, &task);
    int status = task_finish(common, session, &task, NULL);
    import_task_fini(&task);
    return status;
}

int status_command(int count, char **values)
{
    struct common common = {.command = values[0]};
    int wanted = common_take_all(&common, count, values, &status_command_page);

    if (wanted >= 0)
        return wanted;
    const char *id = common_single_id(&common, count, values);
    if (id == NULL)
        return COMMAND_USAGE;
    struct aws_session *session = common_session(&common);
    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    int status = show(&common, session, id);
    aws_session_free(session);
    return status;
}
