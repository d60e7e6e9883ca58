/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/check_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/json_writer.h"
#include "base/terminal.h"
#include "sidewalk/command/common.h"

#define SHOWN_TO_PEOPLE 4
#define SHOWN_TO_PROGRAMS 100
#define BAR 50 /* characters */

#define RED "\033[31m"
#define YELLOW "\033[33m"
#define GREEN "\033[32m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

/* Advice, the most useful first. */
static const struct {
    enum finding finding;
    const char *advice;
} advices[] = {
    {FINDING_DEVICE_FILE,
     "give the list and the control log instead, and keep the device's own file where only the factory reads "
     "it"},
    {FINDING_BAD_LOG,
     "get the broken control log from the factory again: the lost entries cannot be checked"},
    {FINDING_BASE64_ROW, "write a corrected list with --corrected FILE, and check that one"},
    {FINDING_BAD_ROW, "fix the malformed rows, or leave them out with --corrected FILE"},
    {FINDING_TWICE_IN_LIST, "leave out the duplicates with --corrected FILE"},
    {FINDING_WRONG_APID, "ask the factory: the control log has devices of another product"},
    {FINDING_CONTRADICTED, "ask the factory which of the entries for the same serial number is right"},
    {FINDING_CHAIN_FOREIGN, "ask the factory: certificates are with the wrong devices"},
    {FINDING_CHAIN_BROKEN, "get the entries with broken certificate chains from the factory again"},
    {FINDING_CHAIN_MISSING, "get the entries without certificate chains from the factory again"},
    {FINDING_OTHER_ROOT,
     "ask the factory which signing tool made these certificates: Amazon's network does not know them"},
    {FINDING_TEST_DEVICE, "ask the factory for the control log of the production devices; --allow-test lets "
                          "devices for tests pass"},
    {FINDING_BAD_ENTRY, "get the malformed entries from the factory again"},
    {FINDING_ONLY_IN_LIST,
     "wait for the control log of the devices that are only in the list, or remove them"},
};

void check_report_init(struct check_report *report, const struct check_options *options, bool colours)
{
    *report = (struct check_report){.options = options, .colours = colours};
}

void check_report_fini(struct check_report *report)
{
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        text_fini(&report->lines[i]);
        if (report->spilled[i] != NULL)
            fclose(report->spilled[i]);
    }
}

static void write_harmless(struct json_writer *json, const char *name, const char *string)
{
    TEXT struct text harmless = TEXT_EMPTY;

    terminal_add(string, &harmless);
    json_write_text(json, name, text_get(&harmless));
}

static void add_smsn(struct text *out, const struct smsn *smsn)
{
    char hex[SMSN_HEX_SIZE];

    smsn_hex(smsn, hex);
    text_puts(out, hex);
}

static void add_object(struct text *out, const struct found *found)
{
    struct json_writer json = json_writer_into(out);
    char hex[SMSN_HEX_SIZE];

    json_begin_object(&json, NULL);
    json_write_text(&json, "finding", finding_name(found->finding));
    write_harmless(&json, "file", found->file);
    if (found->line > 0)
        json_write_unsigned(&json, "line", found->line);
    else
        json_write_unsigned(&json, "byte", found->offset);
    if (found->smsn != NULL)
        smsn_hex(found->smsn, hex);
    json_write_text_or_null(&json, "smsn", found->smsn != NULL ? hex : NULL);
    write_harmless(&json, "detail", found->detail);
    json_end_object(&json);
    json_writer_finish(&json);
}

/* The place is on the first line, the details on the second. */
static void add_lines(struct text *out, const struct found *found)
{
    TEXT struct text harmless = TEXT_EMPTY;

    terminal_add(found->file, &harmless);
    if (found->line > 0)
        text_printf(out, "      %s:%llu", text_get(&harmless), found->line);
    else
        text_printf(out, "      %s, byte %llu", text_get(&harmless), found->offset);
    if (found->smsn != NULL) {
        text_puts(out, "\n        ");
        add_smsn(out, found->smsn);
    }
    if (found->detail[0] != '\0') {
        text_clear(&harmless);
        terminal_add(found->detail, &harmless);
        text_printf(out, "\n        %s", text_get(&harmless));
    }
    text_puts(out, "\n");
}

static void add_shown(struct check_report *report, const struct found *found, struct text *out)
{
    if (report->options->form == CHECK_TABLE) {
        add_lines(out, found);
        return;
    }
    if (report->told[found->finding] > 1)
        text_puts(out, ",\n");
    add_object(out, found);
}

void check_report_add(struct check_report *report, const struct found *found)
{
    enum finding finding = found->finding;
    unsigned long long most = report->options->form == CHECK_TABLE ? SHOWN_TO_PEOPLE : SHOWN_TO_PROGRAMS;
    struct text *lines = &report->lines[finding];

    if (report->options->form == CHECK_SILENT || (!report->options->all && report->told[finding] == most))
        return;
    report->told[finding]++;
    add_shown(report, found, lines);
    if (!report->options->all)
        return;
    if (report->spilled[finding] == NULL && (report->spilled[finding] = tmpfile()) == NULL)
        return; /* keep them in memory */
    fwrite(lines->data, 1, lines->length, report->spilled[finding]);
    text_clear(lines);
}

static void print_lines(struct check_report *report, enum finding finding, FILE *out)
{
    FILE *spilled = report->spilled[finding];
    char part[4096];
    size_t length;

    if (spilled != NULL) {
        rewind(spilled);
        while ((length = fread(part, 1, sizeof part, spilled)) > 0)
            fwrite(part, 1, length, out);
    }
    fputs(text_get(&report->lines[finding]), out);
}

static void flush_json(struct text *written, FILE *out)
{
    fputs(text_get(written), out);
    text_clear(written);
}

/* The findings of a kind are stored already as JSON, with commas and line breaks between them. */
static void print_findings_json(struct check_report *report, FILE *out)
{
    bool first = true;

    for (enum finding finding = 0; finding < FINDING_COUNT; finding++) {
        if (report->told[finding] == 0)
            continue;
        fputs(first ? "\n" : ",\n", out);
        print_lines(report, finding, out);
        first = false;
    }
}

/* An ApId of a log has no rules but its length: what may be a key is described. */
static void write_apid(struct json_writer *json, const char *apid)
{
    TEXT struct text shown = TEXT_EMPTY;

    excerpt_add_bare(apid, strlen(apid), &shown);
    json_write_text(json, "apid", text_get(&shown));
}

static void print_json(struct check_report *report, const struct reconciliation *result, FILE *out)
{
    TEXT struct text written = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&written);
    unsigned long long left_out = 0;

    json_begin_object(&json, NULL);
    json_write_boolean(&json, "may_start", result->may_start);
    json_write_unsigned(&json, "rows", result->rows);
    json_write_unsigned(&json, "entries", result->entries);
    json_write_unsigned(&json, "matched", result->matched);
    write_apid(&json, result->apid);
    json_write_boolean(&json, "device_signatures_verified", report->options->verify_signatures);
    json_write_boolean(&json, "root_compared", report->options->roots != NULL);
    json_write_break(&json);
    json_begin_object(&json, "totals");
    for (enum finding finding = 0; finding < FINDING_COUNT; finding++) {
        json_write_unsigned(&json, finding_name(finding), result->findings[finding]);
        left_out += result->findings[finding] - report->told[finding];
    }
    json_end_object(&json);
    json_write_break(&json);
    json_begin_array(&json, "findings");
    flush_json(&written, out);
    print_findings_json(report, out);
    json_write_break(&json);
    json_end_array(&json);
    json_write_unsigned(&json, "findings_left_out", left_out);
    json_end_object(&json);
    json_writer_print(&json, out);
}

static const char *colour(const struct check_report *report, const char *code)
{
    return report->colours ? code : "";
}

static void print_count(const struct check_report *report, const char *name, unsigned long long count,
                        const char *code, const char *remark, FILE *out)
{
    TEXT struct text number = TEXT_EMPTY;

    common_count(count, &number);
    fprintf(out, "  %-46s%s%15s%s%s%s\n", name, colour(report, code), text_get(&number),
            colour(report, PLAIN), remark[0] != '\0' ? "  " : "", remark);
}

static void draw_part(const struct check_report *report, int count, char character, const char *code,
                      FILE *out)
{
    fputs(colour(report, code), out);
    for (int i = 0; i < count; i++)
        fputc(character, out);
    fputs(colour(report, PLAIN), out);
}

/* Draws matching devices against all others. Even one device that differs is visible. */
static void draw_bar(const struct check_report *report, const struct reconciliation *result, FILE *out)
{
    unsigned long long bad = 0, warned = 0;

    for (enum finding finding = 0; finding < FINDING_COUNT; finding++)
        *(finding_is_warning(finding) ? &warned : &bad) += result->findings[finding];
    unsigned long long all = result->matched + bad + warned;
    if (all == 0)
        return;
    int reds = (int)((double)bad / (double)all * BAR + 0.5),
        yellows = (int)((double)warned / (double)all * BAR + 0.5);
    reds = bad > 0 && reds == 0 ? 1 : reds;
    yellows = warned > 0 && yellows == 0 ? 1 : yellows;
    while (reds + yellows > (result->matched > 0 ? BAR - 1 : BAR))
        *(reds > yellows ? &reds : &yellows) -= 1;
    fputs("\n  [", out);
    draw_part(report, BAR - reds - yellows, '#', GREEN, out);
    draw_part(report, yellows, '-', YELLOW, out);
    draw_part(report, reds, '!', RED, out);
    fputs("]  # matched", out);
    fputs(warned > 0 ? "  - warnings" : "", out);
    fputs(bad > 0 ? "  ! wrong\n\n" : "\n\n", out);
}

static void print_finding(struct check_report *report, const struct reconciliation *result,
                          enum finding finding, FILE *out)
{
    TEXT struct text more = TEXT_EMPTY;
    bool warning = finding_is_warning(finding);
    unsigned long long left_out = result->findings[finding] - report->told[finding];

    if (result->findings[finding] == 0)
        return;
    print_count(report, finding_words(finding), result->findings[finding], warning ? YELLOW : RED,
                warning ? "warning" : "blocks it", out);
    print_lines(report, finding, out);
    if (left_out == 0)
        return;
    common_count(left_out, &more);
    fprintf(out, "      and %s more\n", text_get(&more));
}

static void print_verdict(const struct check_report *report, const struct reconciliation *result, FILE *out)
{
    if (result->may_start) {
        fprintf(out, "\n%s%sAn import may start.%s\n", colour(report, BOLD), colour(report, GREEN),
                colour(report, PLAIN));
        return;
    }
    fprintf(out, "\n%s%sAn import cannot start yet.%s\n", colour(report, BOLD), colour(report, RED),
            colour(report, PLAIN));
    if (result->rows == 0 && result->entries == 0 && result->findings[FINDING_DEVICE_FILE] == 0) {
        fputs(
            "First give the list as --csv, and the factory's log as --control-log: neither is what it should "
            "be.\n",
            out);
        return;
    }
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (result->findings[advices[i].finding] > 0) {
            fprintf(out, "First %s.\n", advices[i].advice);
            return;
        }
}

static void print_files(const struct check_report *report, FILE *out)
{
    TEXT struct text words = TEXT_EMPTY;
    const struct check_options *options = report->options;

    if (options->differences != NULL) {
        text_puts(&words, "\n  All differences are in ");
        terminal_add(options->differences, &words);
    }
    if (options->corrected != NULL) {
        text_puts(&words, "\n  The corrected list, ");
        common_count(report->corrected, &words);
        text_puts(&words, " rows, is ");
        terminal_add(options->corrected, &words);
    }
    if (words.length > 0)
        fprintf(out, "%s\n", words.data);
    if (!options->all && options->differences == NULL)
        for (enum finding finding = 0; finding < FINDING_COUNT; finding++)
            if (report->told[finding] == SHOWN_TO_PEOPLE) {
                fputs("\n  --all shows all findings, --differences FILE writes them as CSV\n", out);
                return;
            }
}

static void print_table(struct check_report *report, const struct reconciliation *result, FILE *out)
{
    TEXT struct text apid = TEXT_EMPTY;

    print_count(report, "rows of the list", result->rows, "", "", out);
    print_count(report, "entries of the control logs", result->entries, "", "", out);
    excerpt_add_bare(result->apid, strlen(result->apid), &apid);
    if (apid.length > 0)
        fprintf(out, "  %-46s%15s\n", "ApId", apid.data);
    fprintf(out, "  %-46s%15s\n", "signatures of the devices",
            report->options->verify_signatures ? "verified" : "not verified");
    fprintf(out, "  %-46s%15s\n", "root of the certificate chains",
            report->options->roots != NULL ? "compared" : "not compared");
    draw_bar(report, result, out);
    print_count(report, "matched", result->matched, GREEN, "", out);
    for (enum finding finding = 0; finding < FINDING_COUNT; finding++)
        print_finding(report, result, finding, out);
    print_files(report, out);
    print_verdict(report, result, out);
}

void check_report_print(struct check_report *report, const struct reconciliation *result, FILE *out)
{
    if (report->options->form == CHECK_JSON)
        print_json(report, result, out);
    else if (report->options->form == CHECK_TABLE)
        print_table(report, result, out);
}

static void print_csv_text(const char *string, FILE *out)
{
    TEXT struct text harmless = TEXT_EMPTY;

    terminal_add(string, &harmless);
    if (strpbrk(text_get(&harmless), ",\"") == NULL) {
        fputs(text_get(&harmless), out);
        return;
    }
    fputc('"', out);
    for (const char *at = harmless.data; *at != '\0'; at++)
        fputs(*at == '"' ? "\"\"" : (char[]){*at, '\0'}, out);
    fputc('"', out);
}

void check_report_csv_header(FILE *out)
{
    fputs("finding,file,line,byte,smsn,detail\n", out);
}

void check_report_csv(const struct found *found, FILE *out)
{
    char hex[SMSN_HEX_SIZE] = "";

    fprintf(out, "%s,", finding_name(found->finding));
    print_csv_text(found->file, out);
    if (found->line > 0)
        fprintf(out, ",%llu,,", found->line);
    else
        fprintf(out, ",,%llu,", found->offset);
    if (found->smsn != NULL)
        smsn_hex(found->smsn, hex);
    fprintf(out, "%s,", hex);
    print_csv_text(found->detail, out);
    fputc('\n', out);
}
