/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register batch: registers many devices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/enrolment/enrolment_batch.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "command/account/register.h"
#include "command/account/register_run.h"
#include "command/command.h"

#define TOLD_MAX 20
#define LINE_EVERY_MS 5000 /* of progress, in a log */

struct running {
    const struct register_arguments *arguments;
    struct progress progress;
    const struct enrolment_source *source; /* its bytes say how far the run is */
    const char *result_path;
    unsigned long long told;
};

static void report_row(void *context, const struct enrolment_row *row)
{
    struct running *running = context;
    TEXT struct text line = TEXT_EMPTY;

    if (++running->told > TOLD_MAX)
        return;
    progress_clear(&running->progress);
    text_printf(&line, "%s: ", row->place);
    if (row->thing[0] != '\0' && strstr(row->why, row->thing) == NULL)
        text_printf(&line, "%s: ", row->thing);
    text_puts(&line, row->why);
    account_report_complain("%s", line.data);
}

static void show_progress(void *context, const struct enrolment_batch_counts *counts)
{
    struct running *running = context;
    const struct enrolment_source *source = running->source;
    double part = source->bytes_all > 0 ? (double)source->bytes_done / (double)source->bytes_all : 0;
    TEXT struct text words = TEXT_EMPTY;

    if (!progress_is_due(&running->progress))
        return;
    text_printf(&words, "%llu devices  ", counts->devices);
    progress_add_rate(&running->progress, counts->devices, &words);
    if (counts->failed > 0)
        text_printf(&words, "  %llu failed", counts->failed);
    progress_show(&running->progress, part, text_get(&words));
}

/* words: the text for people; NULL: only the JSON object has the count. */
static void say_count(const struct running *running, const char *name, unsigned long long count,
                      const char *words)
{
    account_report_count(running->arguments->report, name, count);
    if (count > 0 && words != NULL)
        account_report_say(running->arguments->report, "  %6llu %s", count, words);
}

static void summarise(const struct running *running, const struct enrolment_batch_counts *counts)
{
    struct account_report *report = running->arguments->report;
    bool dry_run = running->arguments->dry_run;
    long long ms = progress_elapsed_ms(&running->progress);
    unsigned long long asked = counts->registered + counts->there;

    if (running->told > TOLD_MAX)
        account_report_complain("... and %llu more%s", running->told - TOLD_MAX,
                                dry_run ? "" : "; the result file has all of them");
    account_report_say(report, "%llu device%s:", counts->devices, counts->devices == 1 ? "" : "s");
    say_count(running, "devices", counts->devices, NULL);
    say_count(running, "registered", counts->registered, dry_run ? "would be registered" : "registered");
    say_count(running, "there", counts->there, "were registered already, with nothing missing");
    say_count(running, "before", counts->before, "were skipped: the result file has them as registered");
    say_count(running, "duplicates", counts->duplicates, "are duplicates");
    say_count(running, "failed", counts->failed, "failed");
    say_count(running, "passed", counts->passed - counts->keys,
              "certificates of CAs and signing requests were skipped");
    say_count(running, "keys", counts->keys, "private keys were skipped: only the devices should have them");
    account_report_flag(report, "dry_run", dry_run);
    if (dry_run)
        return;
    if (asked > 0)
        account_report_say(report, "%.1f devices per second.", (double)asked * 1000 / (double)ms);
    account_report_say(report, "Results: %s", running->result_path);
    account_report_add(report, "results", running->result_path);
}

static int batch_status(const struct running *running, enum enrolment_batch_end end, enum aws_error error,
                        const char *why)
{
    struct account_report *report = running->arguments->report;

    switch (end) {
    case ENROLMENT_BATCH_DONE:
        return COMMAND_DONE;
    case ENROLMENT_BATCH_INTERRUPTED:
        return account_report_wrong(report, COMMAND_INTERRUPTED,
                                    "interrupted; run the same command again to continue");
    case ENROLMENT_BATCH_UNREADABLE:
        return account_report_wrong(report, COMMAND_NO_INPUT, "%s", why);
    case ENROLMENT_BATCH_UNWRITABLE:
        return account_report_wrong(report, COMMAND_IO,
                                    "%s; free some space, then run the same command again to continue", why);
    default:
        return account_report_failed(report, error,
                                     running->arguments->dry_run
                                         ? "the batch was stopped"
                                         : "the batch was stopped; run the same command again to continue",
                                     why);
    }
}

static void say_next(const struct register_arguments *arguments, const struct oem_account *account)
{
    account_report_say(arguments->report, "%s", "");
    register_say_endpoint(arguments, account, "The devices connect to ",
                          ", port 8883, each with its certificate");
    account_report_say(arguments->report, "and its thing's name as client id.");
}

static int run(struct running *running, const struct oem_account *account, struct enroller *enroller,
               struct enrolment_source *source, struct enrolment_results *results)
{
    const struct register_arguments *arguments = running->arguments;
    const struct enrolment_batch_options options = {
        .enroller = enroller,
        .source = source,
        .results = results,
        .name_field = arguments->things.name_field,
        .rate = arguments->rate,
        .dry_run = arguments->dry_run,
        .interrupted = &interrupt_received,
        .report = report_row,
        .progress = show_progress,
        .context = running,
    };
    struct enrolment_batch_counts counts;
    enum aws_error error = AWS_OK;
    TEXT struct text why = TEXT_EMPTY;

    running->source = source;
    progress_begin(&running->progress, stderr, LINE_EVERY_MS);
    enum enrolment_batch_end end = enrolment_batch_run(&options, &counts, &error, &why);
    progress_clear(&running->progress);
    summarise(running, &counts);
    int status = batch_status(running, end, error, text_get(&why));
    if (status == COMMAND_DONE && !arguments->dry_run && counts.registered + counts.there + counts.before > 0)
        say_next(arguments, account);
    return status == COMMAND_DONE && counts.failed > 0 ? COMMAND_NOT_REGISTERED : status;
}

/* The default of --result, beside the source: "births/" and "births.csv" give "births.result.csv". */
static void choose_result(const struct register_arguments *arguments, const struct enrolment_source *source,
                          struct text *out)
{
    size_t length = strlen(arguments->path);

    if (arguments->result != NULL) {
        text_puts(out, arguments->result);
        return;
    }
    while (length > 1 && arguments->path[length - 1] == '/')
        length--;
    if (source->kind == ENROLMENT_FOLDER && (length == 0 || strchr("./", arguments->path[length - 1]))) {
        text_puts(out, "births.result.csv"); /* for "." and "..": in the current folder */
        return;
    }
    if (source->kind == ENROLMENT_LIST)
        length -= strlen(".csv");
    text_add(out, arguments->path, length);
    text_puts(out, ".result.csv");
}

static void join_groups(const struct register_arguments *arguments, struct text *out)
{
    for (size_t i = 0; i < arguments->things.group_count; i++)
        text_printf(out, "%s%s", i > 0 ? " " : "", arguments->things.groups[i]);
}

static int with_source(const struct register_arguments *arguments, const struct oem_account *account,
                       struct enrolment_source *source)
{
    TEXT struct text why = TEXT_EMPTY, path = TEXT_EMPTY, groups = TEXT_EMPTY;
    struct enroller *enroller = NULL;

    choose_result(arguments, source, &path);
    join_groups(arguments, &groups);
    const struct enrolment_target target = {
        .account = account->id,
        .region = aws_session_region(account->session),
        .policy = arguments->policy_name,
        .thing_type = arguments->things.type != NULL ? arguments->things.type : "",
        .thing_groups = text_get(&groups),
    };
    struct running running = {.arguments = arguments, .result_path = path.data};
    struct enrolment_results *results = enrolment_results_open(path.data, &target, arguments->dry_run, &why);
    if (results == NULL)
        return account_report_wrong(arguments->report, COMMAND_CANNOT_CREATE, "%s", text_get(&why));
    int status = register_open(arguments, account, &enroller);
    if (status == COMMAND_DONE)
        status = run(&running, account, enroller, source, results);
    enroller_free(enroller);
    enrolment_results_close(results);
    return status;
}

static int work(const struct register_arguments *arguments, const struct oem_account *account)
{
    TEXT struct text why = TEXT_EMPTY;
    struct enrolment_source source;

    if (enrolment_source_open(arguments->path, &source, &why))
        return with_source(arguments, account, &source);
    return account_report_wrong(arguments->report, COMMAND_NO_INPUT, "%s", text_get(&why));
}

int register_batch_command(int count, char **values)
{
    struct register_arguments arguments;
    int status = register_arguments_parse(REGISTER_BATCH, count, values, &arguments);

    if (status < 0)
        status = register_run(&arguments, work);
    register_arguments_fini(&arguments);
    return status;
}
