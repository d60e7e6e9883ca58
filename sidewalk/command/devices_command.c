/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import devices: shows or exports the devices of a task. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/standard_output.h"
#include "base/terminal.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/command/output.h"
#include "sidewalk/command/task_report.h"
#include "sidewalk/import_task.h"

static const struct command_option page_options[] = {
    {"status", 's', "INITIALIZED|PENDING|ONBOARDED|FAILED", "only devices in this state"},
    {"csv", 'c', "FILE",
     "write a table with the columns smsn, status, reason, updated; - is standard output"},
    {"list", 'l', "FILE", "write a list for check and start: only the serial numbers"},
    COMMON_OPTIONS,
};

const struct command_page devices_command_page = {
    .name = "sidewalk-import devices",
    .synopsis = "[OPTION]... ID",
    .about = "Shows the devices of an import task and their states.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .notes = "Without --csv and --list it prints them; with --json one line each.",
    .exit_status = "0, 64 wrong arguments, 69 AWS cannot be reached or refuses, 73 the file cannot be "
                   "written, 77 no permission or no credentials",
};

struct devices {
    struct common common;
    const char *id, *status, *csv, *list;
    struct output file;
    FILE *out; /* the file or standard output; NULL: print lines for people or JSON */
    unsigned long long count;
};

/* RFC 4180. */
static void put_cell(FILE *out, const char *value, const char *after)
{
    if (value != NULL && strpbrk(value, ",\"\r\n") != NULL) {
        fputc('"', out);
        for (const char *at = value; *at != '\0'; at++)
            fputs(*at == '"' ? "\"\"" : (char[]){*at, '\0'}, out);
        fputc('"', out);
    } else if (value != NULL) {
        fputs(value, out);
    }
    fputs(after, out);
}

static void put_row(const struct devices *devices, const struct imported_device *device)
{
    put_cell(devices->out, device->smsn, devices->list != NULL ? "\n" : ",");
    if (devices->list != NULL)
        return;
    put_cell(devices->out, device->status, ",");
    put_cell(devices->out, device->reason, ",");
    put_cell(devices->out, device->updated, "\n");
}

static void put_json(const struct imported_device *device)
{
    TEXT struct text line = TEXT_EMPTY;

    struct json_writer json = json_writer_into(&line);
    json_begin_object(&json, NULL);
    json_write_text_or_null(&json, "smsn", device->smsn);
    json_write_text_or_null(&json, "status", device->status);
    json_write_text_or_null(&json, "reason", device->reason);
    json_write_text_or_null(&json, "updated", device->updated);
    json_end_object(&json);
    json_writer_print(&json, stdout);
}

static void put_line(const struct imported_device *device)
{
    TEXT struct text line = TEXT_EMPTY;

    terminal_add(device->smsn, &line);
    text_puts(&line, "  ");
    terminal_add(device->status, &line);
    if (device->reason != NULL && *device->reason != '\0') {
        text_puts(&line, "\n    ");
        terminal_add(device->reason, &line);
    }
    puts(text_get(&line));
}

static bool take(void *context, const struct imported_device *device)
{
    struct devices *devices = context;

    devices->count++;
    if (devices->out != NULL)
        put_row(devices, device);
    else if (devices->common.json)
        put_json(device);
    else
        put_line(device);
    return !ferror(devices->out != NULL ? devices->out : stdout);
}

static const char *file_name(const struct devices *devices)
{
    return devices->list != NULL ? devices->list : devices->csv;
}

static int open_file(struct devices *devices)
{
    const char *name = file_name(devices);

    if (name == NULL)
        return COMMAND_DONE;
    if (strcmp(name, "-") != 0 && !output_open(&devices->file, name))
        return COMMAND_CANNOT_CREATE;
    devices->out = devices->file.file != NULL ? devices->file.file : stdout;
    fputs(devices->list != NULL ? "smsn\n" : "smsn,status,reason,updated\n", devices->out);
    return COMMAND_DONE;
}

static int close_file(struct devices *devices)
{
    if (!standard_output_flush()) {
        common_complain("the devices cannot be written to standard output");
        return COMMAND_CANNOT_CREATE;
    }
    if (devices->file.file == NULL)
        return COMMAND_DONE;
    if (!output_keep(&devices->file))
        return COMMAND_CANNOT_CREATE;
    if (!devices->common.json) {
        TEXT struct text count = TEXT_EMPTY;
        common_count(devices->count, &count);
        printf("%s device%s: %s\n", text_get(&count), devices->count == 1 ? "" : "s", file_name(devices));
    }
    return COMMAND_DONE;
}

static int ask(struct devices *devices, struct aws_session *session)
{
    TEXT struct text why = TEXT_EMPTY;
    int status = open_file(devices);

    if (status != COMMAND_DONE)
        return status;
    enum aws_error error = import_task_devices(session, devices->id, devices->status, take, devices, &why);
    if (error != AWS_OK)
        return common_failed(&devices->common, error, "the devices could not be listed", text_get(&why));
    if (devices->count == 0 && devices->out == NULL && !devices->common.json)
        puts("There are no such devices.");
    return close_file(devices);
}

static int check(const struct devices *devices)
{
    static const char *const states[] = {"INITIALIZED", "PENDING", "ONBOARDED", "FAILED"};
    bool known = devices->status == NULL;

    for (size_t i = 0; i < sizeof states / sizeof *states && !known; i++)
        known = strcmp(devices->status, states[i]) == 0;
    if (!known)
        return common_usage_error(&devices->common,
                                  "--status must be INITIALIZED, PENDING, ONBOARDED or FAILED, not ",
                                  devices->status);
    if (devices->csv != NULL && devices->list != NULL)
        return common_usage_error(&devices->common, "give either --csv or --list, not both", "");
    return -1;
}

int devices_command(int count, char **values)
{
    struct command_options options;
    struct devices devices = {.common = {.command = values[0]}};
    int option;

    command_options_init(&devices_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        if (option == 'h')
            return command_help(&devices_command_page);
        else if (option == 's')
            devices.status = optarg;
        else if (option == 'c')
            devices.csv = optarg;
        else if (option == 'l')
            devices.list = optarg;
        else if (!common_take(&devices.common, option, optarg))
            return common_usage_error(&devices.common, "unknown option, or an option without its value", "");
    int status = check(&devices);
    if (status >= 0)
        return status;
    devices.id = common_single_id(&devices.common, count, values);
    if (devices.id == NULL)
        return COMMAND_USAGE;
    struct aws_session *session = common_session(&devices.common);
    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    status = ask(&devices, session);
    output_fini(&devices.file);
    aws_session_free(session);
    return status;
}
