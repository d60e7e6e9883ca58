/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim label: creates labels. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "command/command.h"
#include "command/label_arguments.h"
#include "command/label_run.h"
#include "command/label_settings.h"
#include "label/label_list.h"

#define PART_SIZE 65536

/* The state while a list is read into a run. */
struct reading {
    struct label_run *run;
    struct progress *progress;
    unsigned long long bytes, bytes_all; /* of the list; bytes_all is 0 if that cannot be known */
};

static void show_progress(struct reading *reading)
{
    unsigned long long labels = label_run_count(reading->run);
    double part =
        reading->bytes_all > 0 ? (double)reading->bytes / (double)reading->bytes_all : PROGRESS_UNKNOWN;
    TEXT struct text counts = TEXT_EMPTY;

    text_printf(&counts, "%llu labels  ", labels);
    progress_add_rate(reading->progress, labels, &counts);
    progress_show(reading->progress, part, text_get(&counts));
}

static void take_row(void *context, const struct label_list_row *row)
{
    struct reading *reading = context;

    if (interrupt_received || label_run_is_over(reading->run))
        return;
    label_run_add(reading->run, row->identifier, row->product, row->serial, row->line);
    if (progress_is_due(reading->progress))
        show_progress(reading);
}

static void take_bad(void *context, unsigned long long line, const char *why)
{
    struct reading *reading = context;

    label_run_refuse(reading->run, line, why);
}

static int cannot_read(const char *path)
{
    fprintf(stderr, "expresslink-claim: %s cannot be read: %s\n", path, strerror(errno));
    return COMMAND_NO_INPUT;
}

/* Returns 0 or an exit status. */
static int read_list(int fd, const char *path, struct label_list *list, struct reading *reading)
{
    static char part[PART_SIZE];

    while (!interrupt_received && !label_run_is_over(reading->run)) {
        ssize_t got = read(fd, part, sizeof part);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot_read(path);
        if (got == 0)
            break;
        label_list_feed(list, part, (size_t)got);
        reading->bytes += (unsigned long long)got;
    }
    if (!interrupt_received && !label_run_is_over(reading->run))
        label_list_end(list);
    return COMMAND_DONE;
}

static int run_list(int fd, const struct stat *file, const struct label_arguments *arguments,
                    struct label_run *run, struct progress *progress)
{
    struct reading reading = {run, progress, 0,
                              S_ISREG(file->st_mode) ? (unsigned long long)file->st_size : 0};
    const struct label_list_events events = {&reading, take_row, take_bad};
    struct label_list *list = label_list_new(&events);
    int status = read_list(fd, arguments->csv, list, &reading);

    label_list_free(list);
    return status != COMMAND_DONE ? status : label_run_end(run, interrupt_received != 0);
}

static int run_identifiers(const struct label_arguments *arguments, struct label_run *run)
{
    for (size_t i = 0; i < arguments->count && !interrupt_received && !label_run_is_over(run); i++)
        label_run_add(run, arguments->identifiers[i], NULL, arguments->serial, 0);
    return label_run_end(run, interrupt_received != 0);
}

/* fd: the list, or -1 if there is none. */
static int with_rules(int fd, const struct label_arguments *arguments, const struct label_rules *rules)
{
    struct progress progress;
    struct label_run *run = NULL;
    struct stat list = {0};

    if (fd >= 0 && fstat(fd, &list) != 0)
        return cannot_read(arguments->csv);
    progress_begin(&progress, stderr, 0);
    int status = label_run_new(arguments, rules, &progress, &run);
    if (status != COMMAND_DONE)
        return status;
    status = fd >= 0 ? run_list(fd, &list, arguments, run, &progress) : run_identifiers(arguments, run);
    label_run_free(run);
    return status;
}

static int with_list(const struct label_arguments *arguments, const struct label_rules *rules)
{
    if (arguments->csv == NULL)
        return with_rules(-1, arguments, rules);
    if (strcmp(arguments->csv, "-") == 0)
        return with_rules(STDIN_FILENO, arguments, rules);
    int fd = open(arguments->csv, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cannot_read(arguments->csv);
    int status = with_rules(fd, arguments, rules);
    close(fd);
    return status;
}

int label_command(int count, char **values)
{
    struct label_arguments arguments;
    struct label_settings settings;
    int status = label_arguments_parse(count, values, &arguments);

    if (status >= 0)
        return status;
    log_setup(LOG_ERROR, LOG_PLAIN);
    status = label_settings_load(arguments.config, arguments.url, &settings);
    if (status != COMMAND_DONE)
        return status;
    status = label_settings_check_url(&settings, arguments.url != NULL);
    if (status == COMMAND_DONE) {
        interrupt_catch();
        settings.rules.gtin = arguments.gtin[0] != '\0' ? arguments.gtin : NULL;
        status = with_list(&arguments, &settings.rules);
    }
    label_settings_fini(&settings);
    return status;
}
