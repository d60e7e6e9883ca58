/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/start_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/terminal.h"
#include "sidewalk/command/task_report.h"

void start_record_fini(struct start_record *record)
{
    text_fini(&record->url);
    batch_profile_fini(&record->profile);
    free(record->id);
    free(record->arn);
    import_task_fini(&record->task);
}

void start_record_tell(const struct start_record *record, const char *what, const char *words)
{
    TEXT struct text safe = TEXT_EMPTY;

    if (record->arguments->common.json)
        return;
    terminal_add(words, &safe);
    printf("  %-11s %s\n", what, text_get(&safe));
    fflush(stdout);
}

static void tell_findings(const struct start_record *record, bool warnings)
{
    for (int finding = 0; finding < FINDING_COUNT; finding++) {
        TEXT struct text words = TEXT_EMPTY;
        if (record->check.findings[finding] == 0 || finding_is_warning((enum finding)finding) != warnings)
            continue;
        common_count(record->check.findings[finding], &words);
        text_printf(&words, " %s%s", finding_words((enum finding)finding), warnings ? " (a warning)" : "");
        start_record_tell(record, "", text_get(&words));
    }
}

void start_record_tell_check(const struct start_record *record)
{
    TEXT struct text words = TEXT_EMPTY;

    common_count(record->check.matched, &words);
    text_puts(&words, " of ");
    common_count(record->check.rows, &words);
    text_printf(&words, " devices agree in the list and the control logs%s",
                record->check.may_start ? "" : ":");
    start_record_tell(record, "check", text_get(&words));
    tell_findings(record, false);
    tell_findings(record, true);
}

void start_record_tell_profile(const struct start_record *record)
{
    TEXT struct text words = TEXT_EMPTY;

    if (record->arguments->profile == NULL)
        return;
    batch_profile_words(&record->profile, record->arguments->apid, &words);
    start_record_tell(record, "profile", text_get(&words));
    if (batch_profile_is_short(&record->profile, record->check.rows))
        start_record_tell(record, "", "these are fewer than the list's devices (a warning)");
}

void start_record_tell_upload(const struct start_record *record)
{
    start_record_tell(record, "list", text_get(&record->url));
    if (record->forced != NULL)
        start_record_tell(record, "forced", record->forced);
}

static void write_check(const struct reconciliation *check, struct json_writer *json)
{
    json_begin_object(json, "check");
    json_write_boolean(json, "may_start", check->may_start);
    json_write_unsigned(json, "rows", check->rows);
    json_write_unsigned(json, "entries", check->entries);
    json_write_unsigned(json, "matched", check->matched);
    json_begin_object(json, "findings");
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (check->findings[finding] > 0)
            json_write_unsigned(json, finding_name((enum finding)finding), check->findings[finding]);
    json_end_object(json);
    json_end_object(json);
}

static void write_tags(const struct aws_pair *tags, struct json_writer *json)
{
    json_begin_object(json, "tags");
    for (size_t i = 0; tags[i].name != NULL; i++)
        json_write_text(json, tags[i].name, tags[i].value);
    json_end_object(json);
}

static void print_json(const struct start_record *record, const char *result)
{
    const struct start_arguments *arguments = record->arguments;
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text_or_null(&json, "result", result);
    json_write_text_or_null(&json, "id", record->id);
    json_write_text_or_null(&json, "arn", record->arn);
    json_write_text_or_null(&json, "status", record->task.state_text);
    json_write_text_or_null(&json, "status_reason", record->task.reason);
    json_write_text_or_null(&json, "file", record->url.length > 0 ? text_get(&record->url) : NULL);
    json_write_text_or_null(&json, "sha256", *record->sha256 != '\0' ? record->sha256 : NULL);
    json_write_text_or_null(&json, "token", *record->token != '\0' ? record->token : NULL);
    json_write_text_or_null(&json, "destination", arguments->destination);
    json_write_text_or_null(&json, "role", arguments->role);
    json_write_text_or_null(&json, "positioning", arguments->positioning);
    json_write_text_or_null(&json, "device_profile", arguments->profile);
    if (arguments->profile != NULL)
        json_write_boolean(&json, "device_profile_allows", record->profile.certificate != NULL);
    json_write_text_or_null(&json, "forced", record->forced);
    write_tags(record->tags, &json);
    write_check(&record->check, &json);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

static void print_next(const struct start_record *record)
{
    TEXT struct text id = TEXT_EMPTY, state = TEXT_EMPTY;

    terminal_add(record->id, &id);
    if (record->task.id != NULL) {
        text_puts(&state, " It is ");
        terminal_add(record->task.state_text, &state);
        text_puts(&state, ".");
    }
    start_record_tell(record, "task", record->id);
    if (record->before)
        printf("\nThis list was started before: nothing new was started.%s\n", text_get(&state));
    else
        fputs("\nStarted. AWS waits up to 90 days for the control log: make sure that the factory\n"
              "sends it to Amazon. Then AWS creates the devices, in ten minutes or more.\n",
              stdout);
    printf("\nWatch it with: sidewalk-import watch %s\n", text_get(&id));
}

static void print_refused(const struct start_record *record)
{
    const struct start_arguments *arguments = record->arguments;

    fputs("\nNothing was started.\n", stdout);
    if (!record->check.may_start) {
        TEXT struct text line = TEXT_EMPTY;
        text_printf(&line, "Show the problems with: sidewalk-import check --csv %s", arguments->csv);
        for (size_t i = 0; i < arguments->log_count; i++)
            text_printf(&line, " --control-log %s", arguments->logs[i]);
        TEXT struct text safe = TEXT_EMPTY;
        terminal_add(text_get(&line), &safe);
        printf("%s\n", text_get(&safe));
    }
    fputs("Use --force REASON to start anyway; the reason becomes a tag of the task.\n", stdout);
}

static void print_dry_run(const struct start_record *record)
{
    TEXT struct text body = TEXT_EMPTY;
    const struct import_request request = {
        .destination = record->arguments->destination,
        .file = text_get(&record->url),
        .role = record->arguments->role,
        .token = record->token,
        .positioning = record->arguments->positioning,
        .positioning_destination = record->arguments->positioning_destination,
        .tags = record->tags,
    };

    import_request_json(&request, &body);
    printf("\nNothing was done. Without --dry-run the list is put there (%llu bytes), and\nthis is "
           "sent:\n\n%s\n",
           record->bytes, text_get(&body));
}

void start_record_end(const struct start_record *record, const char *result)
{
    if (record->arguments->common.json)
        print_json(record, result);
    else if (strcmp(result, "refused") == 0)
        print_refused(record);
    else if (strcmp(result, "dry_run") == 0)
        print_dry_run(record);
    else if (strcmp(result, "failed") != 0)
        print_next(record);
    fflush(stdout);
}
