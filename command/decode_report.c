/* SPDX-License-Identifier: Apache-2.0 */
#include "command/decode_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/text.h"

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
        label_device_add(&reading->device, &both);
        printf("%sidentifier: %s\n", prefix, text_get(&both));
        break;
    case LABEL_SEVERAL:
        label_device_add(&reading->device, &both);
        text_puts(&both, " and ");
        label_device_add(&reading->another, &both);
        complain(report, "The picture has two different identifiers: ", text_get(&both));
        break;
    case LABEL_WRONG:
        complain(report,
                 "This is not an identifier of yours: ", identifier_error_name(reading->problem.error));
        break;
    case LABEL_FOREIGN:
        complain(report, "The picture has no identifier of yours.", "");
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
        complain(report, "The picture has more codes: ", text_get(&others));
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

static void write_code(struct json_writer *json, const char *name, const struct decode_code *code)
{
    json_write_visible(json, name, code->text, code->length);
}

static void write_device(struct json_writer *json, const char *name, const struct label_device *device)
{
    TEXT struct text identifier = TEXT_EMPTY;

    label_device_add(device, &identifier);
    json_write_text(json, name, text_get(&identifier));
}

static void write_reading(struct json_writer *json, const struct label_reading *reading)
{
    switch (reading->verdict) {
    case LABEL_OURS:
        write_device(json, "identifier", &reading->device);
        break;
    case LABEL_SEVERAL:
        json_begin_array(json, "identifiers");
        write_device(json, NULL, &reading->device);
        write_device(json, NULL, &reading->another);
        json_end_array(json);
        json_write_text(json, "error", "two identifiers");
        break;
    case LABEL_WRONG:
        json_write_text(json, "error", identifier_error_name(reading->problem.error));
        break;
    case LABEL_FOREIGN:
        json_write_text(json, "error", "no identifier");
        break;
    }
}

static void write_result(struct json_writer *json, const struct decode_report *report)
{
    const struct decode_result *result = &report->result;

    write_code(json, "text", &result->codes[report->reading.text]);
    json_begin_array(json, "texts");
    for (size_t i = 0; i < result->count; i++)
        write_code(json, NULL, &result->codes[i]);
    json_end_array(json);
    if (report->identified)
        write_reading(json, &report->reading);
}

void decode_report_print_json(const struct decode_report *report)
{
    TEXT struct text line = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&line);

    json_begin_object(&json, NULL);
    json_write_text(&json, "file", report->file);
    if (report->file_error)
        json_write_text(&json, "error", strerror(report->file_error));
    else if (report->error)
        json_write_text(&json, "error", decode_error_name(report->error));
    else
        write_result(&json, report);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

void decode_report_fini(struct decode_report *report)
{
    decode_result_fini(&report->result);
}
