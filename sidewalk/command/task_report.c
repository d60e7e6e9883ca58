/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/task_report.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/terminal.h"
#include "sidewalk/command/command.h"

#define BAR 60
#define REASONS_SHOWN 10
#define LINE 79

const char *task_state_words(const struct import_task *task)
{
    switch (task->state) {
    case IMPORT_INITIALIZING:
        return "AWS reads the list";
    case IMPORT_INITIALIZED:
        return "waits for the factory's control log, 90 days at most";
    case IMPORT_PENDING:
        return "AWS makes the devices; ten minutes or more";
    case IMPORT_COMPLETE:
        return task->failed > 0 ? "it has ended, but not every device was onboarded"
                                : "every device is onboarded";
    case IMPORT_FAILED:
        return "it has failed";
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
    widths[widest] += all > 0 ? left : 0; /* rounding: the widest part gives and takes */
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
    print_count(out, "= pending", task->pending, "being made");
    print_count(out, ". waiting", task->initialized, "for the control log");
}

void task_json_member(struct text *out, const char *name, const char *value)
{
    if (out->length > 0 && strchr("{[", out->data[out->length - 1]) == NULL)
        text_puts(out, ",");
    text_printf(out, "\"%s\":", name);
    if (value == NULL) {
        text_puts(out, "null");
        return;
    }
    text_puts(out, "\"");
    text_json(out, value);
    text_puts(out, "\"");
}

void task_json(const struct import_task *task, struct text *out)
{
    task_json_member(out, "id", task->id);
    task_json_member(out, "arn", task->arn);
    task_json_member(out, "status", task->state_text);
    task_json_member(out, "status_reason", task->reason);
    task_json_member(out, "created", task->created);
    task_json_member(out, "destination", task->destination);
    task_json_member(out, "role", task->role);
    text_puts(out, ",\"files\":[");
    for (size_t i = 0; i < task->file_count; i++) {
        text_puts(out, i > 0 ? ",\"" : "\"");
        text_json(out, task->files[i]);
        text_puts(out, "\"");
    }
    text_printf(out, "],\"initialized\":%llu,\"pending\":%llu,\"onboarded\":%llu,\"failed\":%llu",
                task->initialized, task->pending, task->onboarded, task->failed);
}

/* Breaks words at the line's end; what is too long for a line stays whole. */
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
            "\nWhich ones they are; --list FILE writes them as a list for another start:\n"
            "  sidewalk-import devices %s --status FAILED\n",
            task->id);
}

static void add_reasons_json(const struct failure_reasons *reasons, struct text *line)
{
    text_puts(line, ",\"reasons\":[");
    for (size_t i = 0; i < reasons->count; i++) {
        text_puts(line, i > 0 ? ",{" : "{");
        task_json_member(line, "reason", reasons->reasons[i].words);
        text_printf(line, ",\"devices\":%llu}", reasons->reasons[i].count);
    }
    text_printf(line, "],\"other_reasons\":%llu", reasons->others);
}

int task_finish(const struct common *common, struct aws_session *session, const struct import_task *task,
                const char *event)
{
    TEXT struct text line = TEXT_EMPTY, why = TEXT_EMPTY;
    struct failure_reasons reasons = {0};
    bool failed = task->state == IMPORT_FAILED || task->failed > 0;
    enum aws_error error = AWS_OK;

    if (task->failed > 0)
        error = failure_reasons_ask(session, task->id, &reasons, &why);
    if (common->json) {
        text_puts(&line, "{");
        if (event != NULL)
            task_json_member(&line, "event", event);
        task_json(task, &line);
        add_reasons_json(&reasons, &line);
        printf("%s}\n", text_get(&line));
    } else if (reasons.devices > 0) {
        print_reasons(stdout, task, &reasons);
    }
    fflush(stdout);
    if (error != AWS_OK)
        common_complain("AWS does not tell why devices failed: %s", text_get(&why));
    failure_reasons_fini(&reasons);
    return failed ? COMMAND_FAILED : COMMAND_DONE;
}
