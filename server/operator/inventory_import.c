/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a list and passes its rows on, some thousands at a time, so that a list of any length needs little
 * memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/excerpt.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/progress.h"
#include "server/operator/inventory.h"
#include "server/operator/inventory_access.h"
#include "server/operator/inventory_report.h"
#include "server/store/inventory_list.h"

#define PIECE (1 << 16)

/* Rows that were read together. While one batch is stored, the next one is read. */
struct batch {
    struct inventory_row *rows;
    unsigned long long *lines;
    size_t count;
    struct inventory_flight flight;
};

/* One way through the list. */
struct pass {
    const struct operation *operation;
    const struct inventory_access *access;
    struct inventory_list *list;
    struct inventory_report *report;
    struct inventory_put put;
    bool removes;
    struct batch batches[2], *batch; /* batch: into which rows are read */
    const struct batch *landing;     /* whose results are taken in */
    struct inventory_counts counts;
    struct progress progress;
    double part; /* of the file that is read */
    bool failed;
    struct text why;
};

static void on_bad(void *context, unsigned long long line, const char *column, const char *why)
{
    struct pass *pass = context;

    pass->counts.refused++;
    progress_clear(&pass->progress);
    inventory_report_refused(pass->report, line, column, why);
}

static void on_refused(void *context, size_t index, const char *column, const char *reason)
{
    on_bad(context, ((struct pass *)context)->landing->lines[index], column, reason);
}

static void on_ignored(void *context, const char *title)
{
    TEXT struct text shown = TEXT_EMPTY;

    (void)context;
    excerpt_add(title, strlen(title), &shown);
    fprintf(stderr, "expresslink-portal: the column %s is ignored\n", text_get(&shown));
}

static void show(struct pass *pass)
{
    const struct inventory_counts *counts = &pass->counts;
    TEXT struct text text = TEXT_EMPTY;

    if (!progress_is_due(&pass->progress))
        return;
    text_printf(&text, "%llu devices",
                counts->added + counts->changed + counts->unchanged + counts->refused + counts->removed);
    progress_show(&pass->progress, pass->part, text_get(&text));
}

/* Takes in what became of a batch that was passed on. */
static void land(struct pass *pass, struct batch *batch)
{
    pass->landing = batch;
    if (!inventory_access_land(&batch->flight, on_refused, pass, &pass->counts, &pass->why))
        pass->failed = true;
    pass->put.looks_first = pass->put.looks_first || batch->flight.put.looks_first;
    show(pass);
}

static void remove_rows(struct pass *pass, struct batch *batch)
{
    pass->failed =
        !inventory_access_remove(pass->access, batch->rows, batch->count, &pass->counts, &pass->why);
    batch->count = 0;
    show(pass);
}

static void put_rows(struct pass *pass, struct batch *batch)
{
    struct batch *other = batch == pass->batches ? pass->batches + 1 : pass->batches;

    land(pass, other); /* before this one begins: they are stored in their order */
    if (pass->failed)
        return;
    pass->put.rows = batch->rows;
    pass->put.count = batch->count;
    pass->put.columns = inventory_list_columns(pass->list);
    pass->failed = !inventory_access_begin(pass->access, &pass->put, &batch->flight, &pass->why);
    pass->batch = other;
    other->count = 0;
}

/* Passes on the rows that were read. */
static void flush(struct pass *pass)
{
    struct batch *batch = pass->batch;

    if (!batch->count || pass->failed)
        return;
    if (interrupt_received) {
        text_puts(&pass->why, "interrupted");
        pass->failed = true;
    } else if (pass->removes) {
        remove_rows(pass, batch);
    } else {
        put_rows(pass, batch);
    }
}

static void on_row(void *context, const struct inventory_row *row, unsigned long long line)
{
    struct pass *pass = context;
    struct batch *batch = pass->batch;

    if (pass->failed)
        return;
    batch->rows[batch->count] = *row;
    batch->lines[batch->count++] = line;
    if (batch->count == pass->access->rows_max)
        flush(pass);
}

static double size_of(FILE *file)
{
    struct stat status;

    return fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) ? (double)status.st_size : 0;
}

static void read_file(struct pass *pass, FILE *file)
{
    OWNED char *piece = memory_new(PIECE, 1);
    double size = size_of(file), done = 0;
    size_t length;

    while (!pass->failed && (length = fread(piece, 1, PIECE, file)) > 0) {
        done += (double)length;
        pass->part = size > 0 ? done / size : PROGRESS_UNKNOWN;
        inventory_list_feed(pass->list, piece, length);
    }
    if (ferror(file) && !pass->failed) {
        text_printf(&pass->why, "%s: %s", pass->operation->file,
                    interrupt_received ? "interrupted" : strerror(errno));
        pass->failed = true;
    }
    if (!pass->failed) {
        inventory_list_end(pass->list);
        flush(pass);
    }
    for (size_t i = 0; i < 2; i++)
        land(pass, &pass->batches[i]);
}

static void run_pass(struct pass *pass, const struct settings *settings)
{
    const struct inventory_list_options options = {&settings->claim, &settings->code_key, pass->removes,
                                                   &settings->products};
    const struct inventory_list_events events = {pass, on_row, on_bad, on_ignored};
    bool is_input = strcmp(pass->operation->file, "-") == 0;
    FILE *file = is_input ? stdin : fopen(pass->operation->file, "re");

    pass->counts = (struct inventory_counts){0};
    pass->batch = pass->batches;
    pass->batches[0].count = 0;
    if (!file) {
        excerpt_add_path(pass->operation->file, errno, &pass->why);
        text_printf(&pass->why, ": %s", strerror(errno));
        pass->failed = true;
        return;
    }
    pass->list = inventory_list_new(&options, &events);
    progress_begin(&pass->progress, stderr, 0);
    read_file(pass, file);
    progress_clear(&pass->progress);
    inventory_list_free(pass->list);
    if (!is_input)
        fclose(file);
}

/* With --strict the list is read twice. Returns a note about what was not stored, or NULL. */
static const char *run_passes(struct pass *pass, const struct settings *settings)
{
    const struct operation *operation = pass->operation;

    if (operation->strict) {
        pass->put.only_look = true;
        run_pass(pass, settings);
        if (!pass->failed && pass->counts.refused) {
            pass->counts.added = pass->counts.changed = 0;
            return "Nothing was stored, because rows were refused (--strict).";
        }
        if (pass->failed || operation->dry_run)
            return NULL;
    }
    pass->put.only_look = operation->dry_run;
    run_pass(pass, settings);
    return operation->dry_run ? "Nothing was stored (--dry-run)." : NULL;
}

static int run(const struct settings *settings, const struct operation *operation,
               const struct inventory_access *access, bool removes)
{
    struct inventory_report report;
    OWNED struct inventory_row *rows = memory_new(2 * access->rows_max, sizeof *rows);
    OWNED unsigned long long *lines = memory_new(2 * access->rows_max, sizeof *lines);
    struct pass pass = {.operation = operation,
                        .access = access,
                        .report = &report,
                        .put = {.replace = operation->replace},
                        .removes = removes,
                        .batches = {{.rows = rows, .lines = lines},
                                    {.rows = rows + access->rows_max, .lines = lines + access->rows_max}},
                        .why = TEXT_EMPTY};
    int status = 0;

    inventory_report_init(&report, operation->json);
    const char *note = run_passes(&pass, settings);
    inventory_report_end(&report, &pass.counts, removes, note);
    if (pass.failed) {
        if (pass.counts.added || pass.counts.changed || pass.counts.unchanged)
            text_puts(&pass.why,
                      "; what is reported above is stored, and the same command goes on from there");
        status = operator_fail(text_get(&pass.why));
    } else if (pass.counts.refused) {
        status = EXIT_CHECK;
    }
    text_fini(&pass.why);
    return status;
}

static int open_and_run(const struct settings *settings, const struct operation *operation, bool removes)
{
    struct inventory_access access;
    TEXT struct text why = TEXT_EMPTY;

    if (operation->strict && strcmp(operation->file, "-") == 0) {
        operator_fail("--strict reads the list twice, so it must be a file and not standard input");
        return EXIT_USAGE;
    }
    if (!inventory_access_open(settings, &access, &why))
        return operator_fail(text_get(&why));
    int status = run(settings, operation, &access, removes);
    inventory_access_close(&access);
    return status;
}

int operator_inventory_import(const struct settings *settings, const struct operation *operation)
{
    return open_and_run(settings, operation, false);
}

int operator_inventory_remove(const struct settings *settings, const struct operation *operation)
{
    return open_and_run(settings, operation, true);
}
