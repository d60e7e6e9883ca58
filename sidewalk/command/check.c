/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/standard_output.h"
#include "sidewalk/command/check_report.h"
#include "sidewalk/command/common.h"
#include "sidewalk/command/output.h"

struct check {
    struct check_report report;
    struct progress progress;
    struct output differences, corrected;
};

static void on_found(void *context, const struct found *found)
{
    struct check *check = context;

    check_report_add(&check->report, found);
    if (check->differences.file != NULL)
        check_report_csv(found, check->differences.file);
}

static void on_good_row(void *context, const char hex[SMSN_HEX_SIZE])
{
    struct check *check = context;

    if (check->corrected.file == NULL)
        return;
    check->report.corrected++;
    fprintf(check->corrected.file, "%s\n", hex);
}

static void on_progress(void *context, const struct reconciliation_progress *now)
{
    struct check *check = context;

    double part = now->bytes_all > 0 ? (double)now->bytes_done / (double)now->bytes_all : PROGRESS_UNKNOWN;
    TEXT struct text counts = TEXT_EMPTY;

    if (!progress_is_due(&check->progress))
        return;
    common_count(now->rows, &counts);
    text_puts(&counts, " rows  ");
    common_count(now->entries, &counts);
    text_puts(&counts, " entries");
    progress_show(&check->progress, part, text_get(&counts));
}

static bool open_outputs(struct check *check, const struct check_options *options)
{
    if (options->differences != NULL && !output_open(&check->differences, options->differences))
        return false;
    if (options->corrected != NULL && !output_open(&check->corrected, options->corrected))
        return false;
    if (check->differences.file != NULL)
        check_report_csv_header(check->differences.file);
    if (check->corrected.file != NULL)
        fputs("smsn\n", check->corrected.file);
    return true;
}

static enum command_status finish(struct check *check, const struct reconciliation *result)
{
    if (!output_keep(&check->differences) || !output_keep(&check->corrected))
        return COMMAND_CANNOT_CREATE;
    check_report_print(&check->report, result, stdout);
    if (!standard_output_flush()) {
        common_complain("the report cannot be written");
        return COMMAND_CANNOT_CREATE;
    }
    return result->may_start ? COMMAND_DONE : COMMAND_FAILED;
}

static enum command_status run(struct check *check, const struct check_options *options,
                               struct reconciliation *out)
{
    TEXT struct text why = TEXT_EMPTY;
    struct reconciliation result;
    const struct reconciliation_options wanted = {
        .list = options->list,
        .logs = options->logs,
        .log_count = options->log_count,
        .apid = options->apid,
        .allow_test = options->allow_test,
        .roots = options->roots,
        .verify_signatures = options->verify_signatures,
        .found = on_found,
        .progress = on_progress,
        .good_row = on_good_row,
        .context = check,
        .interrupted = &interrupt_received,
    };

    if (!open_outputs(check, options))
        return COMMAND_CANNOT_CREATE;
    progress_begin(&check->progress, stderr, 0);
    enum reconciliation_error error = reconcile(&wanted, &result, &why);
    progress_clear(&check->progress);
    if (error == RECONCILIATION_CANNOT_READ)
        common_complain("%s", text_get(&why));
    if (error == RECONCILIATION_INTERRUPTED)
        common_complain("interrupted");
    if (error != RECONCILIATION_OK)
        return error == RECONCILIATION_INTERRUPTED ? COMMAND_INTERRUPTED : COMMAND_NO_INPUT;
    *out = result;
    return finish(check, &result);
}

enum command_status check_run(const struct check_options *options, struct reconciliation *out)
{
    struct check check = {0};

    check_report_init(&check.report, options, isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL);
    enum command_status status = run(&check, options, out);
    output_fini(&check.differences);
    output_fini(&check.corrected);
    check_report_fini(&check.report);
    return status;
}
