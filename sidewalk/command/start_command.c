/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import start: checks, uploads the list, starts a task. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "base/progress.h"
#include "sidewalk/command/check.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/start_arguments.h"
#include "sidewalk/command/start_places.h"
#include "sidewalk/command/start_record.h"
#include "sidewalk/command/task_report.h"
#include "sidewalk/upload.h"

#define NAME_DIGITS 16 /* of the list's digest, used in its name in S3 */
#define AGAIN_MOST 16  /* how many tasks of the same content --again tries at most */
#define CONTINUE (-1)

/* The list's tasks that existed before this start. */
struct earlier {
    const struct start_record *record;
    char **ids; /* owned */
    size_t count;
    struct import_task live; /* a task that this start would repeat; its id is NULL: none */
    bool known;              /* AWS has answered */
};

static void earlier_fini(struct earlier *earlier)
{
    for (size_t i = 0; i < earlier->count; i++)
        free(earlier->ids[i]);
    free(earlier->ids);
    import_task_fini(&earlier->live);
}

#define EARLIER __attribute__((cleanup(earlier_fini)))

static bool has_file(const struct import_task *task, const char *url)
{
    for (size_t i = 0; i < task->file_count; i++)
        if (strcmp(task->files[i], url) == 0)
            return true;
    return false;
}

static bool is_over(const struct import_task *task)
{
    return import_task_has_ended(task) || task->state == IMPORT_DELETING;
}

static bool is_the_same(const struct start_arguments *arguments, const struct import_task *task)
{
    return (task->destination == NULL || strcmp(task->destination, arguments->destination) == 0) &&
           (task->role == NULL || strcmp(task->role, arguments->role) == 0);
}

/* Only a name made from the content proves that the content is the same. */
static bool named_by_content(const struct start_arguments *arguments)
{
    return arguments->s3[strlen(arguments->s3) - 1] == '/';
}

static bool note_task(void *context, const struct import_task *task)
{
    struct earlier *earlier = context;
    const struct start_arguments *arguments = earlier->record->arguments;

    if (!has_file(task, text_get(&earlier->record->url)))
        return true;
    earlier->ids = memory_grow(earlier->ids, earlier->count + 1, sizeof *earlier->ids);
    earlier->ids[earlier->count++] = memory_string(task->id);
    if (!named_by_content(arguments) || task->state == IMPORT_FAILED || task->state == IMPORT_DELETING ||
        (arguments->again && is_over(task)) || earlier->live.id != NULL)
        return true;
    earlier->live = (struct import_task){
        .id = memory_string(task->id),
        .arn = memory_string(task->arn),
        .destination = memory_string(task->destination),
        .role = memory_string(task->role),
        .reason = memory_string(task->reason),
        .state_text = memory_string(task->state_text),
        .state = task->state,
    };
    return true;
}

static bool was_before(const struct earlier *earlier, const char *id)
{
    for (size_t i = 0; i < earlier->count; i++)
        if (strcmp(earlier->ids[i], id) == 0)
            return true;
    return false;
}

static int check(struct start_record *record)
{
    const struct start_arguments *arguments = record->arguments;
    const struct dak_certificate *certificate = record->profile.certificate;
    const struct check_options options = {
        .list = arguments->csv,
        .logs = arguments->logs,
        .log_count = arguments->log_count,
        .apid = certificate != NULL ? certificate->apid : arguments->apid,
        .roots = arguments->root != NULL ? &arguments->roots : NULL,
        .allow_test = arguments->allow_test,
        .form = CHECK_SILENT,
    };
    enum command_status status = check_run(&options, &record->check);

    return status == COMMAND_DONE || status == COMMAND_FAILED ? CONTINUE : (int)status;
}

static int ask_profile(struct start_record *record, struct aws_session *session)
{
    const struct start_arguments *arguments = record->arguments;

    if (arguments->profile == NULL)
        return CONTINUE;
    int status =
        batch_profile_ask(&arguments->common, session, arguments->profile, arguments->apid, &record->profile);
    return status == COMMAND_DONE ? CONTINUE : status;
}

static int name_list(struct start_record *record)
{
    const struct start_arguments *arguments = record->arguments;
    TEXT struct text why = TEXT_EMPTY;

    if (!upload_digest(arguments->csv, &record->bytes, record->sha256, &why)) {
        common_complain("%s", text_get(&why));
        return COMMAND_NO_INPUT;
    }
    text_puts(&record->url, arguments->s3);
    if (named_by_content(arguments))
        text_printf(&record->url, "%.*s.csv", NAME_DIGITS, record->sha256);
    if (!import_file_fits(text_get(&record->url), &why))
        return common_usage_error(&arguments->common, text_get(&why), "");
    import_token(record->sha256, arguments->destination, arguments->role, text_get(&record->url), NULL,
                 record->token);
    return CONTINUE;
}

static int adopt(struct start_record *record, struct earlier *earlier)
{
    const struct start_arguments *arguments = record->arguments;

    if (!is_the_same(arguments, &earlier->live) && arguments->again)
        return CONTINUE;
    if (!is_the_same(arguments, &earlier->live)) {
        common_complain(
            "this list was already imported, by task %s with destination %s and role %s. Delete that "
            "task if it is wrong; use --again to start another one anyway",
            earlier->live.id, earlier->live.destination, earlier->live.role);
        start_record_end(record, "failed");
        return COMMAND_FAILED;
    }
    record->id = memory_string(earlier->live.id);
    record->arn = memory_string(earlier->live.arn);
    record->before = true;
    record->task = earlier->live;
    earlier->live = (struct import_task){0};
    start_record_end(record, "started_before");
    return COMMAND_DONE;
}

/* A user who may start tasks but not list them is still protected by the token. */
static int look_for_earlier(struct start_record *record, struct aws_session *session, struct earlier *earlier)
{
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = import_task_list(session, note_task, earlier, &why);

    if (error != AWS_OK && error != AWS_FORBIDDEN)
        return common_failed(&record->arguments->common, error, "the existing tasks cannot be read",
                             text_get(&why));
    earlier->known = error == AWS_OK;
    return earlier->live.id != NULL ? adopt(record, earlier) : CONTINUE;
}

static void show_sent(void *context, unsigned long long sent, unsigned long long all)
{
    struct progress *progress = context;

    if (all > 0 && progress_is_due(progress))
        progress_show(progress, (double)sent / (double)all, "of the list is uploaded");
}

static int put_list(struct start_record *record, struct aws_session *session)
{
    const struct start_arguments *arguments = record->arguments;
    struct progress progress;
    char sha256[65];
    TEXT struct text why = TEXT_EMPTY;

    progress_begin(&progress, stderr, 0);
    enum aws_error error =
        upload_file(session, arguments->csv, text_get(&record->url),
                    arguments->common.json ? NULL : show_sent, &progress, &interrupt_received, sha256, &why);
    progress_clear(&progress);

    if (error == AWS_UNREADABLE) {
        common_complain("%s", text_get(&why));
        return COMMAND_NO_INPUT;
    }
    if (error != AWS_OK)
        return common_failed(&arguments->common, error,
                             "the list could not be uploaded to S3, nothing was started", text_get(&why));
    if (strcmp(sha256, record->sha256) == 0)
        return CONTINUE;
    common_complain("%s has changed since the check, nothing was started", arguments->csv);
    return COMMAND_BAD_DATA;
}

static int start_failed(const struct start_record *record, enum aws_error error, const char *why)
{
    int status = common_failed(&record->arguments->common, error, "the task could not be started", why);

    if (error == AWS_CONFLICT)
        common_complain("the same list was started before with other options (tags, positioning?); "
                        "sidewalk-import list shows the tasks");
    else if (error == AWS_INTERRUPTED || error == AWS_UNREACHABLE || error == AWS_UNAVAILABLE)
        common_complain(
            "it is unknown whether the task has started. Run the same command again: it does no harm");
    return status;
}

/* AWS returns the same task for the same token, even a failed or deleted one: with --again its id makes
 * another token, and so on. Returns true if there is another token to try. */
static bool go_past(struct start_record *record, const struct earlier *earlier, enum aws_error error)
{
    const struct start_arguments *arguments = record->arguments;
    bool gone = error == AWS_NOT_FOUND;

    if (!arguments->again || !(gone || (error == AWS_OK && is_over(&record->task))) ||
        !(gone || was_before(earlier, record->id)))
        return false;
    import_token(record->sha256, arguments->destination, arguments->role, text_get(&record->url), record->id,
                 record->token);
    free(record->id);
    free(record->arn);
    record->id = record->arn = NULL;
    import_task_fini(&record->task);
    return true;
}

static int end_started(struct start_record *record, const struct earlier *earlier, enum aws_error error)
{
    bool gone = error == AWS_NOT_FOUND || record->task.state == IMPORT_DELETING;

    record->before = was_before(earlier, record->id) || gone;
    if (gone || (record->task.id != NULL && record->task.state == IMPORT_FAILED)) {
        common_complain("task %s%s %s%s%s", record->id, record->before ? " of the same list" : "",
                        gone ? "was deleted" : "has failed: ",
                        !gone && record->task.reason != NULL ? record->task.reason : "",
                        record->before ? " (use --again to start another one)" : "");
        start_record_end(record, "failed");
        return COMMAND_FAILED;
    }
    start_record_end(record, record->before ? "started_before" : "started");
    return COMMAND_DONE;
}

static int start_task(struct start_record *record, struct aws_session *session, const struct earlier *earlier)
{
    const struct start_arguments *arguments = record->arguments;
    enum aws_error error = AWS_OK;
    int most = AGAIN_MOST;

    do {
        TEXT struct text why = TEXT_EMPTY, ignored = TEXT_EMPTY;
        const struct import_request request = {
            .destination = arguments->destination,
            .file = text_get(&record->url),
            .role = arguments->role,
            .token = record->token,
            .positioning = arguments->positioning,
            .positioning_destination = arguments->positioning_destination,
            .tags = record->tags,
        };
        error = import_task_start(session, &request, &record->id, &record->arn, &why);
        if (error != AWS_OK)
            return start_failed(record, error, text_get(&why));
        error = import_task_get(session, record->id, &record->task, &ignored);
    } while (--most > 0 && go_past(record, earlier, error));
    return end_started(record, earlier, error);
}

static int check_all(struct start_record *record, struct aws_session *session)
{
    const struct start_arguments *arguments = record->arguments;
    int status = ask_profile(record, session);

    if (status == CONTINUE)
        status = name_list(record);
    if (status == CONTINUE)
        status = check(record);
    if (status != CONTINUE)
        return status;
    start_record_tell_check(record);
    start_record_tell_profile(record);
    bool allowed =
        record->check.may_start && (arguments->profile == NULL || record->profile.certificate != NULL);
    memcpy(record->tags, arguments->tags, sizeof record->tags);
    if (allowed)
        return CONTINUE;
    if (arguments->force != NULL) {
        record->forced = arguments->force;
        record->tags[arguments->tag_count] = (struct aws_pair){START_FORCED_TAG, arguments->force};
        return CONTINUE;
    }
    start_record_end(record, "refused");
    return COMMAND_FAILED;
}

static int start(struct start_record *record, struct aws_session *session)
{
    EARLIER struct earlier earlier = {.record = record};
    int status = check_all(record, session);

    if (status != CONTINUE)
        return status;
    start_record_tell_upload(record);
    status = start_places_prepare(record, session);
    if (status != CONTINUE)
        return status;
    if (record->arguments->dry_run) {
        start_record_end(record, "dry_run");
        return COMMAND_DONE;
    }
    status = look_for_earlier(record, session, &earlier);
    if (status == CONTINUE)
        status = put_list(record, session);
    return status == CONTINUE ? start_task(record, session, &earlier) : status;
}

static int with_arguments(const struct start_arguments *arguments)
{
    struct start_record record = {.arguments = arguments, .url = TEXT_EMPTY};
    struct aws_session *session = common_session(&arguments->common);

    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    int status = start(&record, session);
    start_record_fini(&record);
    aws_session_free(session);
    return status;
}

int start_command(int count, char **values)
{
    struct start_arguments arguments;
    int status = start_arguments_parse(count, values, &arguments);

    if (status < 0 && arguments.root != NULL && !common_read_roots(arguments.root, &arguments.roots))
        status = COMMAND_NO_INPUT;
    if (status < 0) {
        interrupt_catch();
        status = with_arguments(&arguments);
    }
    start_arguments_fini(&arguments);
    return status;
}
