/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim decode: reads codes in pictures. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/subcommand.h"
#include "base/text.h"
#include "command/command.h"
#include "command/decode_report.h"
#include "command/label_settings.h"
#include "decode/decode.h"
#include "decode/picture.h"
#include "decode/process.h"

static const struct command_option page_options[] = {
    {"config", 'c', "FILE",
     "the portal's configuration: also find the identifier, by the forms in its [staging.*]; "
     "public_url and hosts detect another maker's label"},
    {"json", 'j', NULL,
     "print one JSON line per FILE: \"file\", \"text\" and \"texts\", with --config also "
     "\"identifier\"; \"error\" if there is none"},
};

const struct command_page decode_command_page = {
    .name = "expresslink-claim decode",
    .synopsis = "[OPTION]... FILE...",
    .about = "Reads the codes in photographs of labels (JPEG, PNG or WebP; - is standard input) and "
             "prints the text of each. If a picture has several codes, it prints the one that is a "
             "label of yours, else the largest; the others go to standard error. With several FILEs "
             "each line begins with \"FILE: \". With several FILEs, and on a terminal, control and "
             "hidden characters, invalid UTF-8 and backslashes are written as \\xNN; otherwise the "
             "text is printed unchanged. Pictures are read by expresslink-decode, which is confined.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 all were read, 1 some have no code (with --config: not exactly one identifier), "
                   "64 wrong arguments, 65 some are not accepted (too large, damaged, other format), "
                   "66 some cannot be opened, 69 the decoder cannot be started, 78 wrong "
                   "configuration. The highest of these wins",
};

struct arguments {
    const char *config_path;
    bool json;
    char **files;
    size_t count;
};

/* Starts the decoder process for the first picture, and again after a picture that killed it. */
struct reader {
    struct text program;
    struct decode_process *process;
};

static int usage_error(const char *what)
{
    return subcommand_usage_error("expresslink-claim", "decode", what, "");
}

/* Returns less than 0 to continue, otherwise the exit status. */
static int parse_arguments(int count, char **values, struct arguments *out)
{
    struct command_options options;
    int option;

    command_options_init(&decode_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1) {
        if (option == 'c')
            out->config_path = optarg;
        else if (option == 'j')
            out->json = true;
        else if (option == 'h')
            return command_help(&decode_command_page);
        else
            return usage_error("unknown option, or an option without its value");
    }
    out->files = values + optind;
    out->count = (size_t)(count - optind);
    return out->count ? -1 : usage_error("a FILE is missing");
}

static bool start(struct reader *reader)
{
    TEXT struct text why = TEXT_EMPTY;

    if (!reader->process)
        reader->process = decode_process_start(text_get(&reader->program), &why);
    if (!reader->process)
        fprintf(stderr, "expresslink-claim: %s\n", text_get(&why));
    return reader->process;
}

static enum decode_error ask(struct reader *reader, const unsigned char *bytes, size_t length,
                             struct decode_result *out)
{
    if (!start(reader))
        return DECODE_UNAVAILABLE;
    enum decode_error error = decode_process_ask(reader->process, bytes, length, DECODE_DEADLINE_MS, out);
    if (error >= DECODE_TOO_SLOW) {
        decode_process_stop(reader->process);
        reader->process = NULL;
    }
    return error;
}

static void read_picture(struct reader *reader, struct decode_report *report)
{
    OWNED unsigned char *bytes = NULL;
    size_t length;
    int error = picture_read(report->file, &bytes, &length);

    if (error == EFBIG)
        report->error = DECODE_TOO_LARGE;
    else if (error)
        report->file_error = error;
    else if ((report->error = ask(reader, bytes, length, &report->result)) == DECODE_UNAVAILABLE)
        report->error = ask(reader, bytes, length,
                            &report->result); /* the process had ended before it received the picture */
}

static int status_of(const struct decode_report *report)
{
    if (report->file_error)
        return COMMAND_NO_INPUT;
    if (report->error == DECODE_UNAVAILABLE)
        return COMMAND_UNREACHABLE;
    if (report->error == DECODE_OK)
        return report->identified && report->reading.verdict != LABEL_OURS ? COMMAND_NO_CODE : COMMAND_DONE;
    return decode_is_without_code(report->error) ? COMMAND_NO_CODE : COMMAND_BAD_PICTURE;
}

static int read_one(struct reader *reader, const struct arguments *arguments, const char *file,
                    const struct label_origin *origin)
{
    struct decode_report report = {.file = file};

    read_picture(reader, &report);
    if (origin && report.error == DECODE_OK && !report.file_error)
        decode_report_identify(&report, origin);
    if (arguments->json)
        decode_report_print_json(&report);
    else
        decode_report_print(&report, arguments->count > 1, arguments->count == 1 && !isatty(STDOUT_FILENO));
    fflush(stdout);
    int status = status_of(&report);
    decode_report_fini(&report);
    return status;
}

/* origin NULL: identifiers are not looked for. */
static int read_all(const struct arguments *arguments, const struct label_origin *origin)
{
    struct reader reader = {0};
    TEXT struct text why = TEXT_EMPTY;
    int status = COMMAND_DONE;

    if (!decode_program(&reader.program, &why) || !start(&reader)) {
        if (why.length)
            fprintf(stderr, "expresslink-claim: %s\n", text_get(&why));
        status = COMMAND_UNREACHABLE;
    }
    for (size_t i = 0; i < arguments->count && status != COMMAND_UNREACHABLE; i++) {
        int this = read_one(&reader, arguments, arguments->files[i], origin);
        status = this > status ? this : status;
    }
    decode_process_stop(reader.process);
    text_fini(&reader.program);
    return status;
}

static int with_config(const struct arguments *arguments)
{
    struct label_settings settings;
    int status = label_settings_load(arguments->config_path, NULL, &settings);

    if (status != COMMAND_DONE)
        return status;
    const struct label_origin origin = {settings.public_url, settings.hosts, settings.forms,
                                        settings.rules.form_count};
    status = read_all(arguments, &origin);
    label_settings_fini(&settings);
    return status;
}

int decode_command(int count, char **values)
{
    struct arguments arguments = {0};
    int status = parse_arguments(count, values, &arguments);

    if (status >= 0)
        return status;
    log_setup(LOG_ERROR, LOG_PLAIN);
    return arguments.config_path ? with_config(&arguments) : read_all(&arguments, NULL);
}
