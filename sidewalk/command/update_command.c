/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import update: adds devices to a task. */
#include <stdio.h>
#include <string.h>

#include "base/interrupt.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/task_report.h"
#include "sidewalk/import_limits.h"
#include "sidewalk/import_task.h"
#include "sidewalk/upload.h"

#define NAME_DIGITS 16

static const struct command_option page_options[] = {
    {"csv", 'c', "FILE", "the list of serial numbers to add"},
    {"s3", 's', "URL", "where to upload it; with a slash at the end it is named by its content"},
    COMMON_OPTIONS,
};

const struct command_page update_command_page = {
    .name = "sidewalk-import update",
    .synopsis = "ID --csv FILE --s3 s3://BUCKET/FOLDER/ [OPTION]...",
    .about = "Adds the devices of another list to an import task, until AWS creates devices "
             "(PENDING). Devices cannot be removed from a task. Check the list first: sidewalk-import "
             "check.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 added, 64 wrong arguments, 66 the list cannot be read, 69 AWS cannot be reached "
                   "or refuses, 77 no permission or no credentials, 130 interrupted",
};

struct update {
    struct common common;
    const char *id, *csv, *s3;
    struct text url;
    char sha256[65];
};

static int name_list(struct update *update)
{
    unsigned long long bytes;
    TEXT struct text why = TEXT_EMPTY;

    if (!upload_digest(update->csv, &bytes, update->sha256, &why)) {
        common_complain("%s", text_get(&why));
        return COMMAND_NO_INPUT;
    }
    text_puts(&update->url, update->s3);
    if (*update->s3 != '\0' && update->s3[strlen(update->s3) - 1] == '/')
        text_printf(&update->url, "%.*s.csv", NAME_DIGITS, update->sha256);
    if (!import_file_fits(text_get(&update->url), &why))
        return common_usage_error(&update->common, text_get(&why), "");
    return -1;
}

static void print_updated(const struct update *update)
{
    TEXT struct text line = TEXT_EMPTY;

    if (!update->common.json) {
        printf("The devices were added to %s.\n\nWatch it with: sidewalk-import watch %s\n",
               text_get(&update->url), update->id);
        return;
    }
    struct json_writer json = json_writer_into(&line);
    json_begin_object(&json, NULL);
    json_write_text(&json, "result", "updated");
    json_write_text_or_null(&json, "id", update->id);
    json_write_text_or_null(&json, "file", text_get(&update->url));
    json_write_text_or_null(&json, "sha256", update->sha256);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

static int send(struct update *update, struct aws_session *session)
{
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = upload_file(session, update->csv, text_get(&update->url), NULL, NULL,
                                       &interrupt_received, update->sha256, &why);

    if (error == AWS_UNREADABLE) {
        common_complain("%s", text_get(&why));
        return COMMAND_NO_INPUT;
    }
    if (error != AWS_OK)
        return common_failed(&update->common, error, "the list could not be uploaded to S3", text_get(&why));
    error = import_task_update(session, update->id, text_get(&update->url), &why);
    if (error != AWS_OK) {
        int status = common_failed(&update->common, error, "the devices could not be added", text_get(&why));
        if (error == AWS_CONFLICT || error == AWS_REFUSED)
            common_complain("while AWS creates devices (PENDING), and afterwards, a task accepts no more "
                            "devices; start another task for them");
        return status;
    }
    print_updated(update);
    return COMMAND_DONE;
}

static int take_options(int count, char **values, struct update *out)
{
    struct command_options options;
    int option;

    command_options_init(&update_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        if (option == 'h')
            return command_help(&update_command_page);
        else if (option == 'c')
            out->csv = optarg;
        else if (option == 's')
            out->s3 = optarg;
        else if (!common_take(&out->common, option, optarg))
            return common_usage_error(&out->common, "unknown option, or an option without its value", "");
    out->id = common_single_id(&out->common, count, values);
    if (out->id == NULL)
        return COMMAND_USAGE;
    if (out->csv == NULL || out->s3 == NULL)
        return common_usage_error(&out->common,
                                  out->csv == NULL ? "--csv FILE is missing" : "--s3 URL is missing", "");
    return name_list(out);
}

int update_command(int count, char **values)
{
    struct update update = {
        .common = {.command = values[0], .aws = {.interrupted = &interrupt_received}},
        .url = TEXT_EMPTY,
    };
    int status = take_options(count, values, &update);

    if (status < 0) {
        interrupt_catch();
        struct aws_session *session = common_session(&update.common);
        status = session != NULL ? send(&update, session) : COMMAND_NO_PERMISSION;
        aws_session_free(session);
    }
    text_fini(&update.url);
    return status;
}
