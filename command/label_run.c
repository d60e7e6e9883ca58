/* SPDX-License-Identifier: Apache-2.0 */
#include "command/label_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/memory.h"
#include "base/standard_output.h"
#include "command/command.h"
#include "label/label_png.h"
#include "label/names.h"
#include "label/output.h"
#include "label/proof.h"
#include "label/svg.h"
#include "label/terminal.h"

#define BAD_TOLD_MAX 20
#define ARGUMENT_SHOWN_MAX 80 /* bytes */
#define READER_GONE (-1)      /* in place of an exit status: "| head" has seen enough */

struct label_run {
    const struct label_arguments *arguments;
    const struct label_rules *rules;
    struct progress *progress;
    struct output *output;
    struct proof *proof; /* NULL: codes are not read back */
    struct names *names;
    struct font *font; /* NULL: not of PNG */
    struct sheet sheet;
    bool sheet_begun;
    unsigned long long sheets_here, files; /* full sheets in this file; files begun */
    unsigned long long sheets;             /* in all files */
    unsigned long long made, bad;
    struct text drawn;
    int status; /* of the error that ended the run */
};

static const char *output_name(const struct label_run *run)
{
    return run->arguments->output != NULL ? run->arguments->output : "standard output";
}

static void tell(struct label_run *run, const char *message)
{
    if (run->progress != NULL)
        progress_clear(run->progress);
    fprintf(stderr, "expresslink-claim: %s\n", message);
}

static void fail(struct label_run *run, int error)
{
    TEXT struct text message = TEXT_EMPTY;

    if (error == 0 || run->status != COMMAND_DONE)
        return;
    if (run->arguments->output == NULL && standard_output_is_closed()) {
        run->status = READER_GONE;
        return;
    }
    run->status = COMMAND_IO;
    text_printf(&message, "%s cannot be written: %s", output_name(run), strerror(error));
    tell(run, message.data);
}

static int refuse_output(const struct label_run *run, int error)
{
    if (error == ENOTEMPTY)
        fprintf(stderr, "expresslink-claim: the folder %s is not empty; name a new one\n", output_name(run));
    else
        fprintf(stderr, "expresslink-claim: %s cannot be created: %s\n", output_name(run), strerror(error));
    return COMMAND_CANNOT_CREATE;
}

static int open_font(struct label_run *run)
{
    TEXT struct text why = TEXT_EMPTY;

    if (run->arguments->format != LABEL_PNG)
        return COMMAND_DONE;
    run->font = font_open(&why);
    if (run->font == NULL)
        tell(run, text_get(&why));
    return run->font != NULL ? COMMAND_DONE : COMMAND_IO;
}

static int start(struct label_run *run)
{
    TEXT struct text why = TEXT_EMPTY;
    int error = output_open(run->arguments->output, run->arguments->folder, &run->output);

    if (error != 0)
        return refuse_output(run, error);
    if (!run->arguments->verify)
        return COMMAND_DONE;
    run->proof = proof_start(run->rules, NULL, &why);
    if (run->proof != NULL)
        return COMMAND_DONE;
    fprintf(stderr, "expresslink-claim: codes cannot be read back: %s\n", text_get(&why));
    return COMMAND_UNREACHABLE;
}

int label_run_new(const struct label_arguments *arguments, const struct label_rules *rules,
                  struct progress *progress, struct label_run **out)
{
    struct label_run *run = memory_new(1, sizeof *run);

    run->arguments = arguments;
    run->rules = rules;
    run->progress = progress;
    run->names = names_new();
    int status = open_font(run);
    if (status == COMMAND_DONE)
        status = start(run);
    if (status != COMMAND_DONE)
        label_run_free(run);
    else
        *out = run;
    return status;
}

void label_run_free(struct label_run *run)
{
    if (run == NULL)
        return;
    proof_free(run->proof);
    output_free(run->output);
    names_free(run->names);
    font_free(run->font);
    text_fini(&run->drawn);
    free(run);
}

/* label: how the message names the label; "" for none. */
static void refuse(struct label_run *run, unsigned long long line, const char *label, const char *why)
{
    TEXT struct text message = TEXT_EMPTY;

    if (++run->bad > BAD_TOLD_MAX)
        return;
    if (line > 0)
        text_printf(&message, "%s:%llu: ",
                    strcmp(run->arguments->csv, "-") == 0 ? "standard input" : run->arguments->csv, line);
    text_printf(&message, "%s%s%s", label, label[0] != '\0' ? ": " : "", why);
    tell(run, message.data);
}

void label_run_refuse(struct label_run *run, unsigned long long line, const char *why)
{
    refuse(run, line, "", why);
}

static void refuse_name(struct label_run *run, unsigned long long line, const char *name, const char *why)
{
    TEXT struct text label = TEXT_EMPTY;

    text_printf(&label, "\"%s\"", name);
    refuse(run, line, label.data, why);
}

/* What is no identifier may be anything if it is of a file; an argument is known to who gave it. */
static void refuse_unread(struct label_run *run, unsigned long long line, const char *typed, const char *why)
{
    TEXT struct text label = TEXT_EMPTY;

    if (line > 0)
        excerpt_add(typed, strlen(typed), &label);
    else {
        text_puts(&label, "\"");
        excerpt_escape(typed, strnlen(typed, ARGUMENT_SHOWN_MAX), &label);
        text_puts(&label, "\"");
    }
    refuse(run, line, label.data, why);
}

static int put_drawn(struct label_run *run)
{
    int error = output_put(run->output, text_get(&run->drawn), run->drawn.length);

    text_clear(&run->drawn);
    return error;
}

static int begin_sheets(struct label_run *run)
{
    TEXT struct text name = TEXT_EMPTY;
    int error = 0;

    run->files++;
    if (run->arguments->folder) {
        text_printf(&name, "sheet-%04llu.html", run->files);
        error = output_file(run->output, name.data);
    }
    run->sheets_here = 0;
    run->sheet_begun = true;
    sheet_begin(&run->sheet, &run->arguments->sheet, run->files == 1 ? run->arguments->skip : 0, &run->drawn);
    return error;
}

static void end_sheets(struct label_run *run)
{
    if (run->sheet_begun)
        sheet_end(&run->sheet, &run->drawn);
    run->sheet_begun = false;
}

static int put_on_sheet(struct label_run *run, const struct layout *layout, const struct qr_code *code)
{
    int error = 0;

    for (int i = 0; i < run->arguments->copies && error == 0; i++) {
        if (!run->sheet_begun)
            error = begin_sheets(run);
        if (!run->sheet.opened)
            run->sheets++;
        if (sheet_add(&run->sheet, layout, code, &run->drawn) && run->arguments->split > 0 &&
            ++run->sheets_here == (unsigned long long)run->arguments->split)
            end_sheets(run);
        if (error == 0)
            error = put_drawn(run);
    }
    return error;
}

static int put_in_file(struct label_run *run, const struct label *label)
{
    TEXT struct text name = TEXT_EMPTY;
    int error = 0;

    if (run->arguments->folder) {
        text_printf(&name, "%s.%s", label->name, run->arguments->format == LABEL_PNG ? "png" : "svg");
        error = output_file(run->output, name.data);
    }
    return error != 0 ? error : put_drawn(run);
}

/* Returns an errno value; or 0, with a sentence in *why if the label cannot be drawn. */
static int draw(struct label_run *run, const struct label *label, const struct qr_code *code,
                struct text *why)
{
    const struct label_arguments *arguments = run->arguments;
    struct layout layout;

    if (arguments->format == LABEL_TERMINAL) {
        terminal_label(label, code, &run->drawn);
        return put_drawn(run);
    }
    struct layout_limits limits = arguments->limits;
    /* Texts in other scripts are left to formats whose reader has fonts. */
    if (run->font != NULL)
        limits.with_texts = font_has(run->font, label->product) && font_has(run->font, label->serial);
    if (!layout_make(label, code->side, arguments->stock.label, &limits, &layout, why))
        return 0;
    if (arguments->format == LABEL_SHEET)
        return put_on_sheet(run, &layout, code);
    if (arguments->format == LABEL_SVG)
        svg_document(&layout, code, label->name, &run->drawn);
    else if (!label_png(&layout, code, run->font, arguments->dpi, &run->drawn, why))
        return 0;
    return put_in_file(run, label);
}

static void make(struct label_run *run, const struct label *label, unsigned long long line)
{
    TEXT struct text why = TEXT_EMPTY;
    struct qr_code code;

    if (!qr_code_make(label->url, run->arguments->level, &code)) {
        refuse_name(run, line, label->name, "its address is too long for a code");
        return;
    }
    fail(run, draw(run, label, &code, &why));
    if (why.length > 0) {
        refuse_name(run, line, label->name, why.data);
        return;
    }
    run->made++;
    if (run->proof != NULL && !proof_add(run->proof, label, &code) && run->status == COMMAND_DONE)
        run->status = COMMAND_NOT_READ_BACK;
}

/* Refuses a thing name that was there before; of Digital Links also a serial number. */
static bool is_repeated(struct label_run *run, const struct label *label, unsigned long long line)
{
    TEXT struct text why = TEXT_EMPTY;
    const unsigned long long here = line > 0 ? line : 1;
    unsigned long long before = names_add(run->names, label->name, here);
    const char *what = "the same";

    if (before == 0 && label->link.gtin[0] != '\0') {
        before = names_add(run->names, label->url, here); /* no thing name is like it */
        what = "its serial number is the same";
    }
    if (before == 0)
        return false;
    if (line > 0)
        text_printf(&why, "%s as in line %llu", what, before);
    else
        text_puts(&why, "it is given twice");
    refuse_name(run, line, label->name, why.data);
    return true;
}

void label_run_add(struct label_run *run, const char *identifier, const char *product, const char *serial,
                   unsigned long long line)
{
    TEXT struct text why = TEXT_EMPTY;
    struct label label;

    if (!label_make(run->rules, identifier, product, serial, &label, &why)) {
        refuse_unread(run, line, identifier, why.data);
        return;
    }
    if (is_repeated(run, &label, line))
        return;
    if (run->status == COMMAND_DONE && (run->bad == 0 || run->arguments->skip_bad))
        make(run, &label, line);
}

bool label_run_is_over(const struct label_run *run)
{
    return run->status != COMMAND_DONE;
}

unsigned long long label_run_count(const struct label_run *run)
{
    return run->made;
}

static void summarise(const struct label_run *run)
{
    long long elapsed = run->progress != NULL ? progress_elapsed_ms(run->progress) : 0;

    fprintf(stderr, "%llu label%s", run->made, run->made == 1 ? "" : "s");
    if (run->arguments->format == LABEL_SHEET)
        fprintf(stderr, " on %llu sheet%s", run->sheets, run->sheets == 1 ? "" : "s");
    fprintf(stderr, ": %s\n", output_name(run));
    if (run->bad > 0)
        fprintf(stderr, "%llu row%s left out\n", run->bad, run->bad == 1 ? " was" : "s were");
    if (run->proof != NULL && elapsed > 0)
        fprintf(stderr, "Every code read back correctly, %.0f labels per second.\n",
                (double)run->made * 1000 / (double)elapsed);
}

/* Returns what prevents the output from being moved into place. */
static int find_obstacle(struct label_run *run)
{
    TEXT struct text message = TEXT_EMPTY;

    if (run->proof != NULL && !proof_wait(run->proof, &message)) {
        run->status = COMMAND_NOT_READ_BACK;
        text_puts(&message, ". Nothing was written.");
        tell(run, message.data);
    }
    if (run->status != COMMAND_DONE)
        return run->status;
    if (run->bad > BAD_TOLD_MAX)
        fprintf(stderr, "expresslink-claim: ... and %llu more\n", run->bad - BAD_TOLD_MAX);
    if (run->bad > 0 && !run->arguments->skip_bad) {
        fprintf(stderr, "expresslink-claim: nothing was written%s\n",
                run->arguments->csv != NULL ? "; use --skip-bad to leave out bad rows" : "");
        return COMMAND_BAD_IDENTIFIER;
    }
    if (run->made > 0)
        return COMMAND_DONE;
    tell(run, "there are no labels to create");
    return COMMAND_BAD_IDENTIFIER;
}

static int finish(struct label_run *run, bool interrupted)
{
    if (run->progress != NULL)
        progress_clear(run->progress);
    if (interrupted) {
        tell(run, "interrupted, nothing was written");
        return COMMAND_INTERRUPTED;
    }
    int status = find_obstacle(run);
    if (status != COMMAND_DONE)
        return status;
    end_sheets(run);
    fail(run, put_drawn(run));
    if (run->status == COMMAND_DONE)
        fail(run, output_commit(run->output));
    if (run->status == COMMAND_DONE && (run->arguments->output != NULL || run->proof != NULL))
        summarise(run);
    return run->status;
}

int label_run_end(struct label_run *run, bool interrupted)
{
    int status = finish(run, interrupted);

    return status == READER_GONE ? COMMAND_DONE : status;
}
