/* SPDX-License-Identifier: Apache-2.0 */
#include "command/doctor_report.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_writer.h"
#include "base/terminal.h"
#include "base/utf8.h"

#define WIDTH 100 /* if the output is not a terminal */
#define WIDTH_MIN 60
#define MARK_WIDTH 2 /* the mark and a space */
#define MARGIN 2
#define MEND_INDENT (MARGIN + MARK_WIDTH + 2)

static const struct mark {
    const char *utf8, *ascii, *colour;
} marks[] = {
    [DOCTOR_OK] = {"\u2713", "+", "\033[32m"},
    [DOCTOR_WARNING] = {"!", "!", "\033[33m"},
    [DOCTOR_FAILED] = {"\u2717", "x", "\033[31m"},
    [DOCTOR_SKIPPED] = {"\u2013", "-", "\033[2m"},
};

static size_t terminal_width(FILE *out)
{
    int columns = terminal_columns(out);

    if (columns < WIDTH_MIN)
        return WIDTH_MIN;
    return columns < WIDTH ? (size_t)columns : WIDTH;
}

void doctor_report_init(struct doctor_report *report, FILE *out, bool json)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool terminal = isatty(fileno(out));

    setlocale(LC_CTYPE, "");
    *report = (struct doctor_report){
        .out = out,
        .json = json,
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .colours = terminal && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0),
        .width = terminal ? terminal_width(out) : WIDTH,
    };
    for (size_t i = 0; i < doctor_check_count; i++)
        if (strlen(doctor_checks[i].title) > report->title_width)
            report->title_width = strlen(doctor_checks[i].title);
}

void doctor_report_fini(struct doctor_report *report)
{
    text_fini(&report->subject);
}

/* Appends one word in a form that is safe for a terminal, and returns its width in columns: words from a
 * server's certificate are untrusted. */
static size_t add_word(const struct doctor_report *report, struct text *out, const char *word, size_t length)
{
    size_t columns = 0;
    uint32_t character;

    for (size_t at = 0, size; at < length; at += size, columns++) {
        size = utf8_decode(word + at, length - at, &character);
        bool shown = size > 0 && !utf8_is_hidden(character) && (report->utf8 || character < 0x80);
        size = size ? size : 1;
        if (shown)
            text_add(out, word + at, size);
        else
            text_puts(out, "?");
    }
    return columns;
}

/* Prints words from column `column` on, indents further lines, and ends the line. */
static void print_wrapped(const struct doctor_report *report, const char *words, size_t column, size_t indent)
{
    TEXT struct text line = TEXT_EMPTY;
    bool first = true;

    for (words += strspn(words, " \n"); *words; words += strspn(words, " \n")) {
        TEXT struct text word = TEXT_EMPTY;
        size_t length = strcspn(words, " \n"), columns = add_word(report, &word, words, length);
        if (!first && column + 1 + columns > report->width) {
            text_printf(&line, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            text_puts(&line, " ");
            column++;
        }
        text_puts(&line, text_get(&word));
        column += columns;
        words += length;
        first = false;
    }
    fprintf(report->out, "%s\n", text_get(&line));
}

static void print_subject(struct doctor_report *report, const char *subject)
{
    if (strcmp(text_get(&report->subject), subject) == 0)
        return;
    fprintf(report->out, "%s%s%s%s\n", report->subject.length ? "\n" : "", report->colours ? "\033[1m" : "",
            subject, report->colours ? "\033[0m" : "");
    text_clear(&report->subject);
    text_puts(&report->subject, subject);
}

static void print_finding(struct doctor_report *report, const struct doctor_finding *finding)
{
    const struct mark *mark = &marks[finding->level];
    int title_width = *finding->seen ? (int)report->title_width : 0;

    print_subject(report, finding->subject);
    fprintf(report->out, "%*s%s%s%s %-*s", MARGIN, "", report->colours ? mark->colour : "",
            report->utf8 ? mark->utf8 : mark->ascii, report->colours ? "\033[0m" : "", title_width,
            finding->title);
    size_t column = MARGIN + MARK_WIDTH + report->title_width + 2;
    if (*finding->seen)
        fputs("  ", report->out);
    print_wrapped(report, finding->seen, column, column);
    if (!*finding->mend)
        return;
    fprintf(report->out, "%*s", MEND_INDENT, "");
    print_wrapped(report, finding->mend, MEND_INDENT, MEND_INDENT);
}

static void print_json(struct doctor_report *report, const struct doctor_finding *finding)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text(&json, "check", finding->check);
    json_write_text(&json, "subject", finding->subject);
    json_write_text(&json, "title", finding->title);
    json_write_text(&json, "level", doctor_level_name(finding->level));
    json_write_text(&json, "seen", finding->seen);
    json_write_text(&json, "mend", finding->mend);
    json_end_object(&json);
    json_writer_print(&json, report->out);
}

static void print_json_totals(struct doctor_report *report, const struct doctor_totals *totals,
                              bool interrupted)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_unsigned(&json, "ok", totals->ok);
    json_write_unsigned(&json, "warnings", totals->warnings);
    json_write_unsigned(&json, "failed", totals->failed);
    json_write_unsigned(&json, "skipped", totals->skipped);
    json_write_boolean(&json, "interrupted", interrupted);
    json_end_object(&json);
    json_writer_print(&json, report->out);
}

void doctor_report_tell(void *context, const struct doctor_finding *finding)
{
    struct doctor_report *report = context;

    if (report->json)
        print_json(report, finding);
    else
        print_finding(report, finding);
    fflush(report->out);
}

void doctor_report_end(struct doctor_report *report, const struct doctor_totals *totals, bool interrupted)
{
    if (report->json) {
        print_json_totals(report, totals, interrupted);
        return;
    }
    fprintf(report->out, "\n%u ok, %u warning%s, %u failed, %u skipped. ", totals->ok, totals->warnings,
            totals->warnings == 1 ? "" : "s", totals->failed, totals->skipped);
    if (interrupted)
        fputs("Interrupted: not everything was checked.\n", report->out);
    else if (totals->failed)
        fputs("Fix the first failure first: it may have caused the others.\n", report->out);
    else
        fputs(totals->warnings ? "No problem that stops a claim.\n" : "All is well.\n", report->out);
}
