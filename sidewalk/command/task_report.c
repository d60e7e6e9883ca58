/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/task_report.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/terminal.h"
#include "sidewalk/command/import_command.h"

#define BAR 60
#define REASONS_SHOWN 10
#define LINE 79

const char *task_state_words(const struct import_task *task)
{
    switch (task->state) {
    case IMPORT_INITIALIZING:
        return "AWS reads the list";
    case IMPORT_INITIALIZED:
        return "waits for the factory's control log, up to 90 days";
    case IMPORT_PENDING:
        return "AWS creates the devices; this takes ten minutes or more";
    case IMPORT_COMPLETE:
        return task->failed > 0 ? "ended, but not every device was onboarded" : "every device is onboarded";
    case IMPORT_FAILED:
        return "failed";
    case IMPORT_DELETING:
        return "it is being deleted";
    default:
        return "a state that this program does not know";
    }
}

unsigned long long task_devices(const struct import_task *task)
{
    return task->initialized + task->pending + task->onboarded + task->failed;
}

void task_bar(const struct import_task *task, int width, struct text *out)
{
    const struct {
        unsigned long long count;
        char mark;
    } parts[] = {{task->onboarded, '#'}, {task->failed, '!'}, {task->pending, '='}, {task->initialized, '.'}};
    unsigned long long all = task_devices(task);
    int left = width, widths[4] = {0}, widest = 0;

    text_puts(out, "[");
    for (int i = 0; i < 4 && all > 0; i++) {
        widths[i] = (int)((double)parts[i].count / (double)all * width);
        if (widths[i] == 0 && parts[i].count > 0)
            widths[i] = 1;
        left -= widths[i];
        if (widths[i] > widths[widest])
            widest = i;
    }
    widths[widest] += all > 0 ? left : 0; /* rounding: the widest part takes the difference */
    for (int i = 0; i < 4; i++)
        for (int at = 0; at < widths[i]; at++)
            text_add(out, &parts[i].mark, 1);
    for (int at = 0; at < width && all == 0; at++)
        text_puts(out, " ");
    text_puts(out, "]");
}

void task_duration(long long ms, struct text *out)
{
    long long seconds = ms / 1000, days = seconds / 86400;

    if (days > 0)
        text_printf(out, "%lld day%s ", days, days == 1 ? "" : "s");
    seconds %= 86400;
    text_printf(out, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void print_row(FILE *out, const char *name, const char *value)
{
    TEXT struct text line = TEXT_EMPTY;

    if (value == NULL)
        return;
    text_printf(&line, "  %-12s ", name);
    terminal_add(value, &line);
    fprintf(out, "%s\n", text_get(&line));
}

static void print_count(FILE *out, const char *name, unsigned long long count, const char *words)
{
    TEXT struct text number = TEXT_EMPTY;

    common_count(count, &number);
    fprintf(out, "  %-12s %10s%s%s\n", name, text_get(&number), *words != '\0' ? "  " : "", words);
}

void task_print(FILE *out, const struct import_task *task)
{
    TEXT struct text state = TEXT_EMPTY, bar = TEXT_EMPTY, id = TEXT_EMPTY;

    terminal_add(task->id, &id);
    fprintf(out, "Import task %s\n\n", text_get(&id));
    text_printf(&state, "%s: %s", task->state_text, task_state_words(task));
    print_row(out, "state", text_get(&state));
    print_row(out, "reason", task->reason != NULL && *task->reason != '\0' ? task->reason : NULL);
    print_row(out, "created", task->created);
    print_row(out, "destination", task->destination);
    for (size_t i = 0; i < task->file_count; i++)
        print_row(out, i == 0 ? "list" : "", task->files[i]);
    print_row(out, "role", task->role);
    fputs("\n", out);
    if (isatty(fileno(out)) == 1 && task_devices(task) > 0) {
        task_bar(task, BAR, &bar);
        fprintf(out, "  %s\n\n", text_get(&bar));
    }
    print_count(out, "# onboarded", task->onboarded, "");
    print_count(out, "! failed", task->failed, "");
    print_count(out, "= pending", task->pending, "being created");
    print_count(out, ". waiting", task->initialized, "for the control log");
}

void task_write_members(const struct import_task *task, struct json_writer *json)
{
    json_write_text_or_null(json, "id", task->id);
    json_write_text_or_null(json, "arn", task->arn);
    json_write_text_or_null(json, "status", task->state_text);
    json_write_text_or_null(json, "status_reason", task->reason);
    json_write_text_or_null(json, "created", task->created);
    json_write_text_or_null(json, "destination", task->destination);
    json_write_text_or_null(json, "role", task->role);
    json_begin_array(json, "files");
    for (size_t i = 0; i < task->file_count; i++)
        json_write_text(json, NULL, task->files[i]);
    json_end_array(json);
    json_write_unsigned(json, "initialized", task->initialized);
    json_write_unsigned(json, "pending", task->pending);
    json_write_unsigned(json, "onboarded", task->onboarded);
    json_write_unsigned(json, "failed", task->failed);
}

void task_write(const struct import_task *task, struct json_writer *json)
{
    json_begin_object(json, NULL);
    task_write_members(task, json);
    json_end_object(json);
    json_writer_finish(json);
}

/* Breaks lines between words; a word longer than a line stays whole. */
static void print_wrapped(FILE *out, const char *words, int indent)
{
    int column = indent;

    for (const char *at = words; *at != '\0';) {
        int length = (int)strcspn(at, " ");
        if (column > indent && column + 1 + length > LINE) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputs(" ", out);
            column++;
        }
        fprintf(out, "%.*s", length, at);
        column += length;
        at += length;
        at += strspn(at, " ");
    }
    fputs("\n", out);
}

static void print_reason(FILE *out, unsigned long long count, const char *words)
{
    TEXT struct text number = TEXT_EMPTY, safe = TEXT_EMPTY;

    common_count(count, &number);
    terminal_add(*words != '\0' ? words : "(AWS gives no reason)", &safe);
    fprintf(out, "%10s  ", text_get(&number));
    print_wrapped(out, text_get(&safe), 12);
}

static void print_reasons(FILE *out, const struct import_task *task, const struct failure_reasons *reasons)
{
    TEXT struct text number = TEXT_EMPTY;
    unsigned long long rest = reasons->others;

    common_count(reasons->devices, &number);
    fprintf(out, "\n%s device%s failed:\n", text_get(&number), reasons->devices == 1 ? "" : "s");
    for (size_t i = 0; i < reasons->count; i++)
        if (i < REASONS_SHOWN)
            print_reason(out, reasons->reasons[i].count, reasons->reasons[i].words);
        else
            rest += reasons->reasons[i].count;
    if (rest > 0)
        print_reason(out, rest, "for other reasons");
    fprintf(out,
            "\nList them; --list FILE writes them as a list for another start:\n"
            "  sidewalk-import devices %s --status FAILED\n",
            task->id);
}

static void print_json(const struct import_task *task, const struct failure_reasons *reasons,
                       const char *event)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    if (event != NULL)
        json_write_text(&json, "event", event);
    task_write_members(task, &json);
    json_begin_array(&json, "reasons");
    for (size_t i = 0; i < reasons->count; i++) {
        json_begin_object(&json, NULL);
        json_write_text_or_null(&json, "reason", reasons->reasons[i].words);
        json_write_unsigned(&json, "devices", reasons->reasons[i].count);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_write_unsigned(&json, "other_reasons", reasons->others);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

int task_finish(const struct common *common, struct aws_session *session, const struct import_task *task,
                const char *event)
{
    TEXT struct text why = TEXT_EMPTY;
    struct failure_reasons reasons = {0};
    bool failed = task->state == IMPORT_FAILED || task->failed > 0;
    enum aws_error error = AWS_OK;

    if (task->failed > 0)
        error = failure_reasons_ask(session, task->id, &reasons, &why);
    if (common->json) {
        print_json(task, &reasons, event);
    } else if (reasons.devices > 0) {
        print_reasons(stdout, task, &reasons);
    }
    fflush(stdout);
    if (error != AWS_OK)
        common_complain("AWS does not say why devices failed: %s", text_get(&why));
    failure_reasons_fini(&reasons);
    return failed ? COMMAND_FAILED : COMMAND_DONE;
}
