/* SPDX-License-Identifier: Apache-2.0 */
#include "command/decode_report.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

/* The name in the first account whose form the text has. */
static bool parse(const struct claim_settings *settings, const struct decode_code *code,
                  char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct identifier_problem this;

    for (size_t i = 0; i < settings->staging_count; i++) {
        this = (struct identifier_problem){0};
        if (identifier_parse(&settings->staging[i].form, code->text, code->length, out, &this) ==
            IDENTIFIER_OK)
            return true;
        *problem = problem->error ? *identifier_problem_better(problem, &this) : this;
    }
    return false;
}

/* Accounts may write the same device's name differently: one that takes both texts for one device will do. */
static bool same_device(const struct claim_settings *settings, const struct decode_code *a,
                        const struct decode_code *b)
{
    char names[2][IDENTIFIER_SIZE];

    for (size_t i = 0; i < settings->staging_count; i++) {
        const struct identifier_form *form = &settings->staging[i].form;
        if (identifier_parse(form, a->text, a->length, names[0], NULL) == IDENTIFIER_OK &&
            identifier_parse(form, b->text, b->length, names[1], NULL) == IDENTIFIER_OK &&
            strcmp(names[0], names[1]) == 0)
            return true;
    }
    return false;
}

void decode_report_identify(struct decode_report *report, const struct claim_settings *settings)
{
    const struct decode_code *codes = report->result.codes;

    report->identified = true;
    for (size_t i = 0; i < report->result.count && report->identifier_count < 2; i++) {
        char name[IDENTIFIER_SIZE];
        if (!parse(settings, &codes[i], name, &report->problem))
            continue;
        if (report->identifier_count == 0)
            report->chosen = i;
        else if (same_device(settings, &codes[report->chosen], &codes[i]))
            continue;
        memcpy(report->identifiers[report->identifier_count++], name, sizeof name);
    }
}

static void add_prefix(struct text *out, const struct decode_report *report, bool many)
{
    struct decode_code name = {(char *)(uintptr_t)report->file, strlen(report->file)};

    if (!many)
        return;
    decode_code_show(&name, out);
    text_puts(out, ": ");
}

static void complain(const struct decode_report *report, const char *what, const char *more)
{
    TEXT struct text line = TEXT_EMPTY;

    text_puts(&line, "expresslink-claim: ");
    add_prefix(&line, report, true);
    fprintf(stderr, "%s%s%s\n", text_get(&line), what, more);
}

static void print_identifier(const struct decode_report *report, const char *prefix)
{
    TEXT struct text both = TEXT_EMPTY;

    if (report->identifier_count == 1) {
        printf("%sidentifier: %s\n", prefix, report->identifiers[0]);
    } else if (report->identifier_count == 2) {
        text_printf(&both, "%s and %s", report->identifiers[0], report->identifiers[1]);
        complain(report, "There are two different identifiers in the picture: ", text_get(&both));
    } else {
        complain(report,
                 "There is no identifier in the picture: ", identifier_error_name(report->problem.error));
    }
}

void decode_report_print(const struct decode_report *report, bool many)
{
    TEXT struct text prefix = TEXT_EMPTY, lines = TEXT_EMPTY;

    if (report->file_error) {
        complain(report, "cannot be read: ", strerror(report->file_error));
        return;
    }
    if (report->error) {
        complain(report, decode_error_sentence(report->error), "");
        return;
    }
    add_prefix(&prefix, report, many);
    for (size_t i = 0; i < report->result.count; i++) {
        text_puts(&lines, text_get(&prefix));
        decode_code_show(&report->result.codes[i], &lines);
        text_puts(&lines, "\n");
    }
    fputs(text_get(&lines), stdout);
    if (report->identified)
        print_identifier(report, text_get(&prefix));
}

static void add_json_escape(struct text *out, uint32_t character)
{
    if (character < 0x10000)
        text_printf(out, "\\u%04x", (unsigned)character);
    else
        text_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((character - 0x10000) >> 10)),
                    (unsigned)(0xdc00 + (character & 0x3ff)));
}

/* A text may hold NULs, which end a C string, and more that no terminal should get. */
static void add_json_text(struct text *out, const char *name, const struct decode_code *code)
{
    uint32_t character;

    text_puts(out, name);
    text_puts(out, "\"");
    for (size_t at = 0, size; at < code->length; at += size) {
        char piece[5] = "";
        size = utf8_decode(code->text + at, code->length - at, &character);
        if (size > 0 && utf8_is_hidden(character)) {
            add_json_escape(out, character);
            continue;
        }
        size = size ? size : 1;
        memcpy(piece, code->text + at, size);
        text_json(out, piece);
    }
    text_puts(out, "\"");
}

static void add_json_member(struct text *out, const char *name, const char *value)
{
    text_printf(out, ",\"%s\":\"", name);
    text_json(out, value);
    text_puts(out, "\"");
}

static void add_json_result(struct text *out, const struct decode_report *report)
{
    const struct decode_result *result = &report->result;

    add_json_text(out, ",\"text\":", &result->codes[report->chosen]);
    for (size_t i = 0; i < result->count; i++)
        add_json_text(out, i ? "," : ",\"texts\":[", &result->codes[i]);
    text_puts(out, "]");
    if (!report->identified)
        return;
    if (report->identifier_count == 1)
        add_json_member(out, "identifier", report->identifiers[0]);
    else if (report->identifier_count == 2)
        text_printf(out, ",\"identifiers\":[\"%s\",\"%s\"],\"error\":\"two identifiers\"",
                    report->identifiers[0], report->identifiers[1]);
    else
        add_json_member(out, "error", "no identifier");
}

void decode_report_print_json(const struct decode_report *report)
{
    TEXT struct text line = TEXT_EMPTY;

    text_puts(&line, "{\"file\":\"");
    text_json(&line, report->file);
    text_puts(&line, "\"");
    if (report->file_error)
        add_json_member(&line, "error", strerror(report->file_error));
    else if (report->error)
        add_json_member(&line, "error", decode_error_name(report->error));
    else
        add_json_result(&line, report);
    printf("%s}\n", text_get(&line));
}

void decode_report_fini(struct decode_report *report)
{
    decode_result_fini(&report->result);
}
