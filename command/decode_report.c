/* SPDX-License-Identifier: Apache-2.0 */
#include "command/decode_report.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

void decode_report_identify(struct decode_report *report, const struct label_origin *origin)
{
    struct label_text texts[DECODE_CODES_MAX];

    for (size_t i = 0; i < report->result.count; i++)
        texts[i] = (struct label_text){report->result.codes[i].text, report->result.codes[i].length};
    label_read(origin, texts, report->result.count, &report->reading);
    report->identified = true;
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
    const struct label_reading *reading = &report->reading;
    TEXT struct text both = TEXT_EMPTY;

    switch (reading->verdict) {
    case LABEL_OURS:
        printf("%sidentifier: %s\n", prefix, reading->thing_name);
        break;
    case LABEL_SEVERAL:
        text_printf(&both, "%s and %s", reading->thing_name, reading->another_name);
        complain(report, "There are two different identifiers in the picture: ", text_get(&both));
        break;
    case LABEL_WRONG:
        complain(report,
                 "This cannot be an identifier of yours: ", identifier_error_name(reading->problem.error));
        break;
    case LABEL_FOREIGN:
        complain(report, "There is no identifier of yours in the picture.", "");
        break;
    }
}

static void print_text(const struct decode_report *report, const char *prefix, bool raw)
{
    const struct decode_code *code = &report->result.codes[report->reading.text];
    TEXT struct text line = TEXT_EMPTY;

    text_puts(&line, prefix);
    if (raw)
        text_add(&line, code->text, code->length);
    else
        decode_code_show(code, &line);
    text_puts(&line, "\n");
    fwrite(text_get(&line), 1, line.length, stdout);
}

static void tell_others(const struct decode_report *report)
{
    TEXT struct text others = TEXT_EMPTY;

    for (size_t i = 0; i < report->result.count; i++) {
        if (i == report->reading.text)
            continue;
        text_puts(&others, others.length ? ", " : "");
        decode_code_show(&report->result.codes[i], &others);
    }
    if (others.length)
        complain(report, "There are more codes in the picture: ", text_get(&others));
}

void decode_report_print(const struct decode_report *report, bool many, bool raw)
{
    TEXT struct text prefix = TEXT_EMPTY;

    if (report->file_error) {
        complain(report, "cannot be read: ", strerror(report->file_error));
        return;
    }
    if (report->error) {
        complain(report, decode_error_sentence(report->error), "");
        return;
    }
    add_prefix(&prefix, report, many);
    print_text(report, text_get(&prefix), raw);
    if (report->identified)
        print_identifier(report, text_get(&prefix));
    fflush(stdout);
    tell_others(report);
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
    const struct label_reading *reading = &report->reading;

    add_json_text(out, ",\"text\":", &result->codes[report->reading.text]);
    for (size_t i = 0; i < result->count; i++)
        add_json_text(out, i ? "," : ",\"texts\":[", &result->codes[i]);
    text_puts(out, "]");
    if (!report->identified)
        return;
    if (reading->verdict == LABEL_OURS)
        add_json_member(out, "identifier", reading->thing_name);
    else if (reading->verdict == LABEL_SEVERAL)
        text_printf(out, ",\"identifiers\":[\"%s\",\"%s\"],\"error\":\"two identifiers\"",
                    reading->thing_name, reading->another_name);
    else if (reading->verdict == LABEL_WRONG)
        add_json_member(out, "error", identifier_error_name(reading->problem.error));
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
