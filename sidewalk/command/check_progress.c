/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/check_progress.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "sidewalk/command/common.h"

#define INTERVAL_MS 200
#define BAR 24 /* characters */

void check_progress_begin(struct check_progress *progress, FILE *out)
{
    *progress = (struct check_progress){
        .out = out,
        .terminal = isatty(fileno(out)) == 1,
        .started_ms = clock_monotonic_ms(),
    };
}

void check_progress_clear(struct check_progress *progress)
{
    if (progress->shown_ms != 0)
        fputs("\r\033[K", progress->out);
    progress->shown_ms = 0;
}

static void draw_bar(FILE *out, double part)
{
    fputs("[", out);
    for (int i = 0; i < BAR; i++)
        fputc(i < (int)(part * BAR + 0.5) ? '#' : '.', out);
    fprintf(out, "] %3d %%  ", (int)(part * 100));
}

static void draw(const struct check_progress *progress, const struct reconciliation_progress *now,
                 long long elapsed_ms)
{
    TEXT struct text counts = TEXT_EMPTY;
    double part = now->bytes_all > 0 ? (double)now->bytes_done / (double)now->bytes_all : 0;

    fputs("\r\033[K  ", progress->out);
    if (part > 0 && part <= 1)
        draw_bar(progress->out, part);
    common_count(now->rows, &counts);
    text_puts(&counts, " rows  ");
    common_count(now->entries, &counts);
    text_puts(&counts, " entries");
    fputs(text_get(&counts), progress->out);
    if (part > 0.01 && part <= 1) {
        long long left = (long long)((double)elapsed_ms * (1 - part) / part / 1000);
        fprintf(progress->out, "  %lld:%02lld left", left / 60, left % 60);
    }
    fflush(progress->out);
}

void check_progress_show(struct check_progress *progress, const struct reconciliation_progress *now)
{
    long long ms;

    if (!progress->terminal || (ms = clock_monotonic_ms()) - progress->shown_ms < INTERVAL_MS ||
        ms - progress->started_ms < INTERVAL_MS)
        return;
    draw(progress, now, ms - progress->started_ms);
    progress->shown_ms = ms;
}
