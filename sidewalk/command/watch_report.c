/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/watch_report.h"

#include <string.h>

#include "base/interrupt.h"
#include "base/standard_output.h"
#include "base/terminal.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/task_report.h"

#define BAR_MAX 56
#define COUNTS_EVERY_MS 30000 /* for output that is not a terminal */

void watch_report_begin(struct watch_report *report, FILE *out, bool json)
{
    *report = (struct watch_report){.out = out, .json = json};
    progress_begin(&report->progress, out, COUNTS_EVERY_MS);
}

void watch_report_clear(struct watch_report *report)
{
    progress_clear(&report->progress);
}

static void add_counted(struct text *line, const char *before, unsigned long long count, const char *words)
{
    text_puts(line, before);
    common_count(count, line);
    text_printf(line, " %s", words);
}

static void add_counts(struct text *line, const struct import_task *task, bool marks)
{
    add_counted(line, marks ? "# " : "", task->onboarded, "onboarded");
    add_counted(line, marks ? "   ! " : ", ", task->failed, "failed");
    add_counted(line, marks ? "   = " : ", ", task->pending, "pending");
    add_counted(line, marks ? "   . " : ", ", task->initialized, "waiting");
}

static void add_rate(struct text *line, const struct watch_news *news)
{
    unsigned long long left = news->task->pending;

    if (news->task->state != IMPORT_PENDING || news->rate <= 0)
        return;
    text_printf(line, news->rate < 10 ? "   %.1f a second" : "   %.0f a second", news->rate);
    if (left > 0) {
        text_puts(line, ", ");
        task_duration((long long)((double)left / news->rate * 1000.0), line);
        text_puts(line, " left");
    }
}

static int percent(const struct import_task *task)
{
    unsigned long long all = task_devices(task);

    return all > 0 ? (int)((double)(task->onboarded + task->failed) * 100.0 / (double)all) : 0;
}

static void draw(struct watch_report *report, const struct watch_news *news)
{
    TEXT struct text lines = TEXT_EMPTY;
    int width = terminal_columns(report->out) - 22;

    if (news->task != NULL) {
        text_puts(&lines, "  ");
        task_bar(news->task, width < BAR_MAX ? width : BAR_MAX, &lines);
        text_printf(&lines, " %3d %%  \n  ", percent(news->task));
        add_counts(&lines, news->task, true);
        text_puts(&lines, "\n");
    }
    text_puts(&lines, "  ");
    task_duration(news->elapsed_ms, &lines);
    if (news->task != NULL)
        add_rate(&lines, news);
    if (report->in_trouble)
        text_printf(&lines, "   %s", report->trouble);
    text_puts(&lines, "\n");
    progress_draw(&report->progress, text_get(&lines));
}

static void begin_line(const struct watch_news *news, struct text *line)
{
    task_duration(news->elapsed_ms, line);
    text_puts(line, "  ");
}

static void print_line(struct watch_report *report, const struct watch_news *news, const char *words)
{
    TEXT struct text line = TEXT_EMPTY;

    watch_report_clear(report);
    begin_line(news, &line);
    terminal_add(words, &line);
    fprintf(report->out, "%s\n", text_get(&line));
    fflush(report->out);
}

static void tell_state(struct watch_report *report, const struct watch_news *news)
{
    TEXT struct text words = TEXT_EMPTY;

    text_printf(&words, "%s: %s", news->task->state_text, task_state_words(news->task));
    print_line(report, news, text_get(&words));
}

/* In a log. */
static void tell_counts(struct watch_report *report, const struct watch_news *news, bool at_once)
{
    TEXT struct text line = TEXT_EMPTY;

    if (report->progress.terminal || (!at_once && !progress_is_due(&report->progress)))
        return;
    begin_line(news, &line);
    add_counts(&line, news->task, false);
    progress_draw(&report->progress, text_get(&line));
}

/* Prints a line for the first failure in a row; later ones only change the clock. */
static void tell_trouble(struct watch_report *report, const struct watch_news *news)
{
    TEXT struct text words = TEXT_EMPTY;

    if (news->troubles == 1) {
        text_printf(&words, "no valid answer from AWS, retrying: %s", news->why);
        print_line(report, news, text_get(&words));
    }
    report->in_trouble = true;
    snprintf(report->trouble, sizeof report->trouble, "no answer %u time%s in a row, retrying",
             news->troubles, news->troubles == 1 ? "" : "s");
}

/* Prints an event with the news; "recovered" has none. */
static void print_event(struct watch_report *report, const char *event, const struct watch_news *news)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text(&json, "event", event);
    json_write_integer(&json, "elapsed_ms", news->elapsed_ms);
    if (strcmp(event, "trouble") == 0) {
        json_write_text(&json, "error", aws_error_name(news->error));
        json_write_text_or_null(&json, "why", news->why);
    } else if (strcmp(event, "recovered") != 0) {
        if (news->rate >= 0)
            json_write_decimal(&json, "rate", news->rate, 3);
        task_write_members(news->task, &json);
    }
    json_end_object(&json);
    json_writer_print(&json, report->out);
}

static void print_recovered(struct watch_report *report, const struct watch_news *news)
{
    if (report->json)
        print_event(report, "recovered", news);
    else
        print_line(report, news, "AWS answers again");
    report->in_trouble = false;
}

static void print_json(struct watch_report *report, const struct watch_news *news)
{
    report->in_trouble = report->in_trouble || news->kind == WATCH_TROUBLE;
    fflush(report->out);
    if (news->kind == WATCH_SAME || news->kind == WATCH_TIME ||
        (news->kind == WATCH_TROUBLE && news->troubles > 1))
        return;
    print_event(report,
                news->kind == WATCH_TROUBLE ? "trouble"
                : news->kind == WATCH_STATE ? "state"
                                            : "counts",
                news);
    fflush(report->out);
}

/* "| head" has seen enough: the same as being interrupted. */
static void end_without_reader(void)
{
    fflush(stdout);
    if (standard_output_is_closed())
        interrupt_now();
}

void watch_report_news(void *context, const struct watch_news *news)
{
    struct watch_report *report = context;

    if (report->in_trouble && news->kind != WATCH_TROUBLE && news->kind != WATCH_TIME)
        print_recovered(report, news);
    if (report->json) {
        print_json(report, news);
        end_without_reader();
        return;
    }
    if (news->kind == WATCH_TROUBLE)
        tell_trouble(report, news);
    if (news->kind == WATCH_STATE)
        tell_state(report, news);
    if (news->kind == WATCH_STATE || news->kind == WATCH_COUNTS)
        tell_counts(report, news, news->kind == WATCH_STATE);
    if (report->progress.terminal)
        draw(report, news);
    end_without_reader();
}
